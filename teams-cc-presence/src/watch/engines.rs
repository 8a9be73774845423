//! The tracker and the seats, side by side.

use std::{collections::BTreeSet, sync::Arc};

use teams_cc_core::{Instant, UserId};
use teams_cc_graph::{
    Error,
    subscription::{Event, Keeper},
};

use super::report::MAX_UNREADABLE;
use crate::{
    quota::Quota,
    seats::{self, Seats},
    tracker::{self, Landed, ReadId, Tracker},
};

/// What the lock is about.
pub(crate) struct Engines {
    pub(super) tracker: Tracker,
    pub(super) seats: Option<Seats>,
    pub(super) unreadable: BTreeSet<UserId>,
    /// Why the last request failed, where it did.
    pub(super) failure: Option<Arc<Error>>,
    /// Something happened that the seats have to look at.
    changed: bool,
    /// When the seats want to look again.
    look_at: Option<Instant>,
    /// Nothing is asked for any more.
    pub(super) ending: bool,
}

impl Engines {
    pub(super) fn new(tracker: Tracker, seats: Option<Seats>) -> Self {
        Self {
            tracker,
            seats,
            unreadable: BTreeSet::new(),
            failure: None,
            changed: true,
            look_at: None,
            ending: false,
        }
    }

    /// Has the seats look at what somebody did to the tracker or to them.
    pub(super) fn changed(&mut self) {
        self.changed = true;
    }

    /// Lets time pass and has done what is to be done; when to come again.
    pub(super) fn turn(
        &mut self,
        now: Instant,
        quota: &Quota,
        keeper: Option<&Keeper>,
        mut ask: impl FnMut(ReadId, Vec<UserId>),
    ) -> Option<Instant> {
        self.tell(now, tracker::Input::Tick);
        if self.ending {
            return None;
        }
        loop {
            let next = loop {
                match quota.with(|rate| self.tracker.poll_output(rate)) {
                    tracker::Output::Read { read, users } => ask(read, users),
                    tracker::Output::Moved { shard, why, .. } => {
                        if let Some(seats) = &mut self.seats {
                            seats.handle_input(now, seats::Input::Moved { shard, why });
                            self.changed = true;
                        }
                    }
                    tracker::Output::Unreadable(user) => {
                        tracing::debug!(%user, "the service refuses an id");
                        if self.unreadable.len() < MAX_UNREADABLE {
                            self.unreadable.insert(user);
                        }
                    }
                    tracker::Output::Timeout(at) => break at,
                }
            };
            if !self.look(now, keeper) {
                return next.into_iter().chain(self.look_at).min();
            }
        }
    }

    /// Has the seats look, where there is reason to; whether the tracker has to be asked again.
    fn look(&mut self, now: Instant, keeper: Option<&Keeper>) -> bool {
        let (Some(seats), Some(keeper)) = (&mut self.seats, keeper) else { return false };
        let due = self.look_at.is_some_and(|at| at <= now);
        if !std::mem::take(&mut self.changed) && !due {
            return false;
        }
        seats.handle_input(now, seats::Input::Look(&self.tracker));
        let mut told = false;
        loop {
            let input = match seats.poll_output() {
                seats::Output::Want(wanted) => {
                    if let Err(error) = keeper.want(*wanted) {
                        tracing::warn!(%error, "presence is read where it could be told");
                    }
                    continue;
                }
                seats::Output::Forget(key) => {
                    keeper.forget(&key);
                    continue;
                }
                seats::Output::Push { shard, push } => tracker::Input::Push { shard, push },
                seats::Output::Missed(shard) => tracker::Input::Missed(shard),
                seats::Output::Timeout(at) => {
                    self.look_at = at;
                    return told;
                }
            };
            told = true;
            // None of these adds anybody, so there is no bound to meet.
            let _ = self.tracker.handle_input(now, input);
        }
    }

    /// A request has come back.
    pub(super) fn landed(&mut self, now: Instant, landed: Landed) {
        landed.hand_in(&mut self.tracker, now);
        for user in landed.users() {
            self.unreadable.remove(user);
        }
        self.changed = true;
        let before = self.failure.take();
        self.failure = landed.into_error().map(Arc::new);
        if let (Some(error), None) = (&self.failure, before) {
            tracing::warn!(%error, "presence could not be read; it is tried again");
        }
    }

    /// The keeper said something.
    pub(super) fn kept(&mut self, now: Instant, event: &Event) {
        if let Some(seats) = &mut self.seats {
            seats.handle_input(now, seats::Input::Kept(event));
            self.changed = true;
        }
    }

    /// Tells the tracker what adds nobody.
    pub(super) fn tell(&mut self, now: Instant, input: tracker::Input<'_>) {
        let told = self.tracker.handle_input(now, input);
        debug_assert!(told.is_ok(), "nobody is added");
    }
}
