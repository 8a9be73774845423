//! A tracker with a service made of a table.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::{Instant, UserId};

use super::super::*;
use crate::{
    model::{Presence, SequenceNumber},
    rate::Rate,
};

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn user(n: u64) -> UserId {
    UserId::numbered("u", n)
}

pub(super) fn users(count: u64) -> Vec<UserId> {
    (0..count).map(user).collect()
}

pub(super) fn presence(state: &str) -> Presence {
    Presence::new(state, state)
}

pub(super) fn version(state: &str, number: &str) -> Presence {
    let mut presence = presence(state);
    presence.sequence_number = SequenceNumber::new(number);
    presence
}

pub(super) struct Desk {
    pub(super) tracker: Tracker,
    pub(super) rate: Rate,
    pub(super) now: Instant,
    /// What the service says of whom; everybody else is available.
    pub(super) truth: BTreeMap<UserId, Presence>,
    /// Every request: when, and of how many.
    pub(super) asked: Vec<(Instant, Vec<UserId>)>,
    pub(super) told: Vec<Output>,
    pub(super) next: Option<Instant>,
}

impl Desk {
    pub(super) fn new(config: TrackerConfig) -> Self {
        Self {
            tracker: Tracker::new(config),
            rate: Rate::new(70),
            now: Instant::from_secs(1000),
            truth: BTreeMap::new(),
            asked: Vec::new(),
            told: Vec::new(),
            next: None,
        }
    }

    /// A tracker of this many, each read once.
    pub(super) fn watching(config: TrackerConfig, count: u64) -> Self {
        let mut desk = Self::new(config);
        desk.put(Input::Watch(&users(count)));
        desk.run();
        desk.changes();
        desk
    }

    pub(super) fn put(&mut self, input: Input<'_>) {
        self.tracker.handle_input(self.now, input).unwrap();
    }

    /// The next request, not answered yet.
    pub(super) fn ask(&mut self) -> Option<(ReadId, Vec<UserId>)> {
        loop {
            match self.tracker.poll_output(&mut self.rate) {
                Output::Read { read, users } => {
                    self.asked.push((self.now, users.clone()));
                    return Some((read, users));
                }
                Output::Timeout(next) => {
                    self.next = next;
                    return None;
                }
                told => self.told.push(told),
            }
        }
    }

    pub(super) fn answer(&mut self, read: ReadId, users: &[UserId]) {
        let usual = presence("Available");
        let seen: Vec<Seen<'_>> = users
            .iter()
            .map(|user| Seen { user, presence: self.truth.get(user).unwrap_or(&usual) })
            .collect();
        self.tracker.handle_input(self.now, Input::Answered { read, seen: &seen }).unwrap();
    }

    /// Answers whatever is asked for now.
    pub(super) fn run(&mut self) {
        while let Some((read, users)) = self.ask() {
            self.answer(read, &users);
        }
    }

    /// Lets time pass, answering at once.
    pub(super) fn pass(&mut self, by: Duration) {
        let end = self.now + by;
        self.run();
        while let Some(next) = self.next.filter(|next| *next <= end) {
            assert!(next > self.now, "the tracker wants to be woken at once");
            self.now = next;
            self.put(Input::Tick);
            self.run();
        }
        self.now = end;
        self.put(Input::Tick);
    }

    pub(super) fn notify(&mut self, n: u64, state: &str) {
        let (user, presence) = (user(n), presence(state));
        self.put(Input::Notified { user: &user, presence: &presence });
    }

    pub(super) fn set(&mut self, n: u64, presence: Presence) {
        self.truth.insert(user(n), presence);
    }

    /// Every change that waits, as `user state merged`.
    pub(super) fn changes(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.tracker.poll_change())
            .map(|change| {
                format!("{} {} {}", change.user, change.seen.value.availability, change.merged)
            })
            .collect()
    }

    pub(super) fn shown(&self, n: u64) -> String {
        self.tracker
            .get(&user(n))
            .map_or("nothing".into(), |seen| seen.value.availability.to_string())
    }

    pub(super) fn rung(&self, n: u64) -> Rung {
        let shard = self.tracker.shard(&user(n)).unwrap();
        self.tracker.shards().find(|standing| standing.shard == shard).unwrap().rung
    }

    pub(super) fn shard(&self, n: u64) -> ShardId {
        self.tracker.shard(&user(n)).unwrap()
    }
}
