//! What the handles, the reader and the driver of something at work share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use teams_cc_core::Instant;
use teams_cc_graph::Client;
use tokio::sync::{Notify, Semaphore};

use crate::quota::Quota;

/// Engines under a lock that is never held across an await, and who is to be woken.
pub(crate) struct Shared<T> {
    engines: Mutex<T>,
    pub(crate) client: Client,
    pub(crate) quota: Quota,
    /// There is something for the driver to do.
    pub(crate) work: Notify,
    /// There is something for the reader to read.
    pub(crate) told: Notify,
    /// The driver has done what there was to do.
    pub(crate) turned: Notify,
    stopped: AtomicBool,
    /// Has a permit once the driver is gone.
    gone: Semaphore,
}

impl<T> Shared<T> {
    pub(crate) fn new(engines: T, client: Client, quota: Quota) -> Self {
        Self {
            engines: Mutex::new(engines),
            client,
            quota,
            work: Notify::new(),
            told: Notify::new(),
            turned: Notify::new(),
            stopped: AtomicBool::new(false),
            gone: Semaphore::new(0),
        }
    }

    pub(crate) fn engines(&self) -> MutexGuard<'_, T> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Instant {
        self.quota.clock().now()
    }

    /// Does something to the engines and wakes the driver.
    pub(crate) fn with<U>(&self, act: impl FnOnce(&mut T, Instant) -> U) -> U {
        let now = self.now();
        let done = act(&mut self.engines(), now);
        self.work.notify_one();
        done
    }

    /// Waits until that is so, or until it is stopped; the driver's every turn is looked at.
    pub(crate) async fn until(&self, is_so: impl Fn(&T) -> bool) {
        loop {
            let mut turn = std::pin::pin!(self.turned.notified());
            // What happens from here on is not missed.
            turn.as_mut().enable();
            if self.is_stopped() || is_so(&self.engines()) {
                return;
            }
            turn.await;
        }
    }

    /// The next thing for the reader; `None` once it is stopped and everything is told.
    pub(crate) async fn next<U>(&self, take: impl Fn(&mut T) -> Option<U>) -> Option<U> {
        loop {
            // First, for what was told before it stopped is to be read.
            let stopped = self.is_stopped();
            let next = take(&mut self.engines());
            if next.is_some() || stopped {
                return next;
            }
            self.told.notified().await;
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.work.notify_one();
        self.told.notify_one();
        self.turned.notify_waiters();
    }

    /// Waits until the driver is gone, and all that it had under way.
    pub(crate) async fn gone(&self) {
        let _ = self.gone.acquire().await;
    }
}

/// Says that the driver is gone, however it goes.
pub(crate) struct Gone<'a, T>(pub(crate) &'a Shared<T>);

impl<T> Drop for Gone<'_, T> {
    fn drop(&mut self) {
        self.0.gone.add_permits(1);
    }
}

/// Stops the driver with the last handle.
pub(crate) struct Life<T>(pub(crate) Arc<Shared<T>>);

impl<T> Drop for Life<T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
