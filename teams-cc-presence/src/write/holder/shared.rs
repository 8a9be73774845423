//! What the handles, the reader and the driver share.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use teams_cc_core::{AppId, Instant, UserId};
use teams_cc_graph::{Client, Error};
use tokio::sync::{Notify, Semaphore};

use crate::{
    quota::Quota,
    write::{Landed, PresenceSession, Unheld},
};

pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) client: Client,
    pub(super) app: AppId,
    pub(super) quota: Quota,
    /// There is something for the driver to do.
    pub(super) work: Notify,
    /// There is something for the reader to read.
    pub(super) told: Notify,
    /// The driver has done what there was to do.
    pub(super) turned: Notify,
    /// Has a permit once the driver is gone.
    pub(super) gone: Semaphore,
}

/// What the lock is about.
pub(super) struct State {
    pub(super) session: PresenceSession,
    /// Each user once, with the newest word: never more than there are users.
    pub(super) events: VecDeque<(UserId, Unheld)>,
    /// Why the last request failed, where it did.
    pub(super) failure: Option<Arc<Error>>,
    pub(super) stopped: bool,
}

impl Shared {
    pub(super) fn new(session: PresenceSession, client: Client, app: AppId, quota: Quota) -> Self {
        let state = State { session, events: VecDeque::new(), failure: None, stopped: false };
        Self {
            state: Mutex::new(state),
            client,
            app,
            quota,
            work: Notify::new(),
            told: Notify::new(),
            turned: Notify::new(),
            gone: Semaphore::new(0),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        self.quota.clock().now()
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.work.notify_one();
        self.told.notify_one();
        self.turned.notify_waiters();
    }
}

impl State {
    /// A request has come back.
    pub(super) fn landed(&mut self, now: Instant, landed: Landed) {
        landed.hand_in(&mut self.session, now);
        let before = self.failure.take();
        self.failure = landed.into_error().map(Arc::new);
        if let (Some(error), None) = (&self.failure, before) {
            tracing::warn!(%error, "a presence could not be set");
        }
    }

    /// Keeps a word for the reader, in place of an older one of the same user.
    ///
    /// Users who were given up leave their word behind, so the oldest goes where there are more of
    /// those than users may be held.
    pub(super) fn tell(&mut self, user: UserId, why: Unheld) {
        self.events.retain(|(other, _)| *other != user);
        if self.events.len() >= self.session.most() {
            self.events.pop_front();
        }
        self.events.push_back((user, why));
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
