//! The session and what is told of it.

use std::{collections::VecDeque, sync::Arc};

use teams_cc_core::{Instant, UserId};
use teams_cc_graph::Error;

use crate::write::{Landed, PresenceSession, Unheld};

/// What the lock is about.
pub(crate) struct State {
    pub(super) session: PresenceSession,
    /// Each user once, with the newest word: never more than there are users.
    pub(super) events: VecDeque<(UserId, Unheld)>,
    /// Why the last request failed, where it did.
    pub(super) failure: Option<Arc<Error>>,
}

impl State {
    pub(super) fn new(session: PresenceSession) -> Self {
        Self { session, events: VecDeque::new(), failure: None }
    }

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
