//! One seat, and where its subscription stands.

use std::time::Duration;

use teams_cc_core::Instant;
use teams_cc_graph::subscription::Failure;

use crate::tracker::{Push, ShardId};

/// The wait before a subscription that told nothing is made anew the second time in a row; each
/// further one doubles it.
const FIRST_REMAKE: Duration = Duration::from_mins(5);
/// The longest such wait.
const LONGEST_REMAKE: Duration = Duration::from_hours(1);
/// How long a subscription has to be told of for its next silence to count as the first.
const STEADY: Duration = Duration::from_hours(2);

/// How a seat stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeatStanding {
    /// The name of its account.
    pub account: Box<str>,
    /// Of which shard it tells, or is to tell; none where there are more seats than shards.
    pub shard: Option<ShardId>,
    /// Whether its subscription lives.
    pub is_live: bool,
    /// Why it does not, where it was tried: a refusal, or an endpoint that is not reached.
    pub failure: Option<Failure>,
}

/// One account with one app.
#[derive(Clone, Debug, Default)]
pub(super) struct Seat {
    /// Of which shard it tells.
    pub(super) shard: Option<ShardId>,
    pub(super) state: State,
    /// What the tracker was told of the shard.
    pub(super) told: Push,
    /// Which count of members it was subscribed with.
    pub(super) members: u32,
    /// Since when the members are others than it was subscribed with.
    pub(super) changed: Option<Instant>,
    /// Since when the service refuses the account.
    pub(super) refused: Option<Instant>,
    /// Why its subscription does not live, where the keeper said so.
    pub(super) failure: Option<Failure>,
    /// When it is to be made anew, because it told nothing.
    pub(super) remake: Option<Instant>,
    remade_at: Option<Instant>,
    remade: u32,
    /// It is to be given up once its subscription is gone.
    pub(super) leaves: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// The keeper knows nothing of it.
    #[default]
    Free,
    /// The keeper makes it.
    Wanted,
    /// It lives.
    Live,
    /// The keeper deletes it.
    Ending,
}

impl Seat {
    /// Whether it could take a shard.
    pub(super) fn is_free(&self) -> bool {
        self.shard.is_none() && self.state == State::Free && !self.leaves
    }

    /// Its subscription told nothing, though something happened.
    pub(super) fn was_silent(&mut self, now: Instant) {
        if self.state != State::Live || self.remake.is_some() {
            return;
        }
        let before = self.remade_at.filter(|at| now.since(*at) < STEADY);
        let Some(before) = before else {
            self.remade = 0;
            self.remake = Some(now);
            return;
        };
        let wait = FIRST_REMAKE.saturating_mul(1 << self.remade.saturating_sub(1).min(6));
        self.remake = Some(now.max(before + wait.min(LONGEST_REMAKE)));
    }

    /// It is deleted now, to be made anew.
    pub(super) fn is_remade(&mut self, now: Instant) {
        self.remake = None;
        self.remade_at = Some(now);
        self.remade = self.remade.saturating_add(1);
        self.state = State::Ending;
    }
}
