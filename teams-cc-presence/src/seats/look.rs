//! What follows from how the tracker stands.

use std::{collections::BTreeSet, time::Duration};

use teams_cc_core::Instant;
use teams_cc_graph::subscription::Wanted;

use super::{
    Output, Seats,
    resource::resource,
    seat::{Seat, State},
};
use crate::tracker::{Push, ShardId, Standing, Tracker};

/// How long a seat that was refused is not given to another shard.
const REFUSED_AGAIN: Duration = Duration::from_hours(1);

impl Seats {
    pub(super) fn look(&mut self, tracker: &Tracker) {
        self.next = None;
        let shards: Vec<Standing> = tracker.shards().collect();
        self.leave_the_empty(&shards);
        self.leave_the_refused();
        self.seat_the_others(&shards);
        let accounts: Vec<Box<str>> = self.all.keys().cloned().collect();
        for account in accounts {
            self.settle(&account, tracker, &shards);
        }
    }

    /// Takes seats from shards that have nobody left.
    fn leave_the_empty(&mut self, shards: &[Standing]) {
        let empty: Vec<Box<str>> = self
            .all
            .iter()
            .filter(|(_, seat)| {
                seat.shard.is_some_and(|shard| of(shards, shard).is_none_or(|one| one.users == 0))
            })
            .map(|(account, _)| account.clone())
            .collect();
        for account in empty {
            self.release(&account);
        }
    }

    /// Takes shards from seats that are refused, as many as there are free ones that are not.
    fn leave_the_refused(&mut self) {
        let free = self.all.values().filter(|seat| seat.is_free() && seat.refused.is_none());
        let refused: Vec<Box<str>> = self
            .all
            .iter()
            .filter(|(_, seat)| seat.shard.is_some() && seat.refused.is_some())
            .take(free.count())
            .map(|(account, _)| account.clone())
            .collect();
        for account in refused {
            self.release(&account);
        }
    }

    /// Gives free seats to shards without one, the lowest first.
    fn seat_the_others(&mut self, shards: &[Standing]) {
        let seated: BTreeSet<ShardId> = self.all.values().filter_map(|seat| seat.shard).collect();
        let mut waiting = shards
            .iter()
            .filter(|one| one.users > 0 && one.swept_at.is_some() && !seated.contains(&one.shard));
        // Seats that were refused come last, and only after a while.
        let now = self.now;
        let tried_again = |seat: &Seat| seat.refused.map(|since| since + REFUSED_AGAIN);
        let mut free: Vec<(Option<Instant>, Box<str>)> = self
            .all
            .iter()
            .filter(|(_, seat)| seat.is_free())
            .map(|(account, seat)| (tried_again(seat), account.clone()))
            .collect();
        free.sort();
        for (from, account) in free {
            if let Some(from) = from.filter(|from| *from > now) {
                if waiting.next().is_some() {
                    self.look_again(from);
                }
                return;
            }
            let Some(shard) = waiting.next() else { return };
            if let Some(seat) = self.all.get_mut(&account) {
                seat.shard = Some(shard.shard);
                (seat.refused, seat.failure) = (None, None);
            }
        }
    }

    /// Has the subscription of a seat made, or made anew.
    fn settle(&mut self, account: &str, tracker: &Tracker, shards: &[Standing]) {
        let (now, regroup) = (self.now, self.config.regroup);
        let Some(seat) = self.all.get_mut(account) else { return };
        let Some(standing) = seat.shard.and_then(|shard| of(shards, shard)) else { return };
        match seat.state {
            State::Ending => {}
            State::Free => self.want(account, tracker, standing),
            State::Wanted | State::Live => {
                if seat.remake.is_some_and(|at| at <= now) {
                    seat.is_remade(now);
                    self.tell(&Self::key(account), Push::None);
                    self.outputs.push_back(Output::Forget(Self::key(account)));
                } else if seat.members == standing.members {
                    seat.changed = None;
                    if let Some(at) = seat.remake {
                        self.look_again(at);
                    }
                } else {
                    let due = *seat.changed.get_or_insert(now) + regroup;
                    if due <= now {
                        self.want(account, tracker, standing);
                    } else {
                        self.look_again(due);
                    }
                }
            }
        }
    }

    fn want(&mut self, account: &str, tracker: &Tracker, standing: &Standing) {
        let key = Self::key(account);
        let users = tracker.users(standing.shard);
        let Some(seat) = self.all.get_mut(account) else { return };
        seat.members = standing.members;
        seat.changed = None;
        if users.is_empty() {
            // Nobody of it can be subscribed to; it keeps its seat for when somebody can.
            if matches!(seat.state, State::Wanted | State::Live) {
                seat.state = State::Ending;
                self.tell(&key, Push::None);
                self.outputs.push_back(Output::Forget(key));
            }
            return;
        }
        seat.state = State::Wanted;
        let config = &self.config;
        let mut wanted = Wanted::new(&key, &resource(&users), &config.notification_url)
            .account(account)
            .lifecycle_notification_url(&config.lifecycle_url);
        if config.push == Push::Rich {
            wanted = wanted.content();
        }
        self.tell(&key, Push::None);
        self.outputs.push_back(Output::Want(Box::new(wanted)));
    }

    fn look_again(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

fn of(shards: &[Standing], shard: ShardId) -> Option<&Standing> {
    let nth = shards.binary_search_by_key(&shard, |one| one.shard).ok()?;
    shards.get(nth)
}
