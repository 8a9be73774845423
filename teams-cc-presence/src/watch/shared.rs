//! What the handles, the reader and the driver share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use teams_cc_core::Instant;
use teams_cc_graph::{Client, subscription::Keeper};
use tokio::sync::{Notify, Semaphore};

use super::engines::Engines;
use crate::quota::Quota;

pub(super) struct Shared {
    engines: Mutex<Engines>,
    pub(super) client: Client,
    pub(super) quota: Quota,
    pub(super) keeper: Option<Keeper>,
    /// There is something for the driver to do.
    pub(super) work: Notify,
    /// There is something for the reader to read.
    pub(super) told: Notify,
    /// The driver has done what there was to do.
    pub(super) turned: Notify,
    /// Has a permit once the driver is gone.
    pub(super) gone: Semaphore,
}

impl Shared {
    pub(super) fn new(
        engines: Engines,
        client: Client,
        quota: Quota,
        keeper: Option<Keeper>,
    ) -> Self {
        Self {
            engines: Mutex::new(engines),
            client,
            quota,
            keeper,
            work: Notify::new(),
            told: Notify::new(),
            turned: Notify::new(),
            gone: Semaphore::new(0),
        }
    }

    pub(super) fn engines(&self) -> MutexGuard<'_, Engines> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        self.quota.clock().now()
    }

    /// Does something to the engines and wakes the driver.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Engines, Instant) -> T) -> T {
        let now = self.now();
        let done = act(&mut self.engines(), now);
        self.work.notify_one();
        done
    }

    pub(super) fn stop(&self) {
        self.engines().stopped = true;
        self.work.notify_one();
        self.told.notify_one();
        self.turned.notify_waiters();
    }
}

/// Says that the driver is gone.
pub(super) struct Gone<'a>(pub(super) &'a Shared);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.0.gone.add_permits(1);
    }
}

/// Stops the driver with the last handle.
pub(super) struct Life(pub(super) Arc<Shared>);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.stop();
    }
}
