//! The plan of seats, and what it hears.

use std::collections::{BTreeMap, VecDeque};

use teams_cc_core::Instant;
use teams_cc_graph::subscription::{Event, Failure, MAX_WANTED, Reason};

use super::{
    Input, Output, SeatsConfig,
    seat::{Seat, SeatStanding, State},
};
use crate::tracker::{Push, ShardId, Why};

/// The most seats of one plan: as many subscriptions as one keeper keeps.
pub const MAX_SEATS: usize = MAX_WANTED;

/// What the keeper calls the subscriptions of seats, before the seat's own name.
const KEY: &str = "presence/";

/// More seats than the bound allows; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MAX_SEATS} seats: split the users over several trackers")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooManySeats;

/// Plans which seat tells of which shard; see the [module](super).
#[derive(Clone, Debug)]
pub struct Seats {
    pub(super) config: SeatsConfig,
    pub(super) now: Instant,
    pub(super) all: BTreeMap<Box<str>, Seat>,
    pub(super) outputs: VecDeque<Output>,
    /// When to look again.
    pub(super) next: Option<Instant>,
}

impl Seats {
    /// A plan without seats: every shard is swept.
    #[must_use]
    pub fn new(config: SeatsConfig) -> Self {
        Self {
            config,
            now: Instant::ZERO,
            all: BTreeMap::new(),
            outputs: VecDeque::new(),
            next: None,
        }
    }

    /// Adds a seat by the name its account has with the keeper; one that is there already stays.
    ///
    /// # Errors
    ///
    /// [`TooManySeats`] for one more than [`MAX_SEATS`].
    pub fn add(&mut self, account: &str) -> Result<(), TooManySeats> {
        if let Some(seat) = self.all.get_mut(account) {
            seat.leaves = false;
            return Ok(());
        }
        if self.all.len() >= MAX_SEATS {
            return Err(TooManySeats);
        }
        self.all.insert(account.into(), Seat::default());
        Ok(())
    }

    /// Gives up a seat: its subscription is deleted, and its shard moves to another one.
    pub fn remove(&mut self, account: &str) {
        if let Some(seat) = self.all.get_mut(account) {
            seat.leaves = true;
            self.release(account);
        }
    }

    /// Takes one input; time never runs backwards, an earlier `now` counts as the last one.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        match input {
            Input::Look(tracker) => self.look(tracker),
            Input::Kept(event) => self.kept(event),
            Input::Moved { shard, why } => self.moved(shard, why),
        }
    }

    /// What to do next; call until it is [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or(Output::Timeout(self.next))
    }

    /// Of which shard a seat tells, or is to tell.
    #[must_use]
    pub fn shard(&self, account: &str) -> Option<ShardId> {
        self.all.get(account)?.shard
    }

    /// How the seats stand, by name.
    #[must_use]
    pub fn seats(&self) -> impl ExactSizeIterator<Item = SeatStanding> {
        self.all.iter().map(|(account, seat)| SeatStanding {
            account: account.clone(),
            shard: seat.shard,
            is_live: seat.state == State::Live,
            failure: seat.failure,
        })
    }

    /// What the keeper calls the subscription of a seat.
    #[must_use]
    pub fn key(account: &str) -> Box<str> {
        format!("{KEY}{account}").into()
    }

    fn kept(&mut self, event: &Event) {
        match event {
            Event::Active { key, .. } => {
                let push = self.config.push;
                let Some((_, seat)) = self.of(key).filter(|(_, seat)| seat.shard.is_some()) else {
                    return;
                };
                if seat.state != State::Ending {
                    seat.state = State::Live;
                    (seat.refused, seat.failure) = (None, None);
                    self.tell(key, push);
                }
            }
            Event::Interrupted { key, .. } => {
                if let Some((_, seat)) = self.of(key).filter(|(_, seat)| seat.state == State::Live)
                {
                    seat.state = State::Wanted;
                }
                self.tell(key, Push::None);
            }
            Event::Resync { key, reason: Reason::Missed } => {
                let missed = self.of(key).and_then(|(_, seat)| seat.shard).map(Output::Missed);
                self.outputs.extend(missed);
            }
            Event::Failing { key, failure } => {
                let now = self.now;
                let Some((_, seat)) = self.of(key) else { return };
                seat.failure = Some(*failure);
                // These belong to the account: another one may fare better.
                if matches!(failure, Failure::Refused | Failure::Exists) {
                    seat.refused.get_or_insert(now);
                }
            }
            Event::Ended { key } => self.ended(key),
            _ => {}
        }
    }

    /// The seat of a subscription, and its name.
    fn of(&mut self, key: &str) -> Option<(Box<str>, &mut Seat)> {
        let account = key.strip_prefix(KEY)?;
        Some((account.into(), self.all.get_mut(account)?))
    }

    fn ended(&mut self, key: &str) {
        let Some((account, seat)) = self.of(key).filter(|(_, seat)| seat.state == State::Ending)
        else {
            return;
        };
        seat.state = State::Free;
        if seat.leaves {
            self.all.remove(&account);
        }
    }

    /// Tells the tracker what is delivered of a seat's shard, where that is news.
    ///
    /// A subscription that lives anew is news: nobody was told of what was in between.
    pub(super) fn tell(&mut self, key: &str, push: Push) {
        let Some((_, seat)) = self.of(key) else { return };
        let is_news = seat.told != push || push != Push::None;
        seat.told = push;
        if let Some(shard) = seat.shard.filter(|_| is_news) {
            self.outputs.push_back(Output::Push { shard, push });
        }
    }

    /// Takes a seat from its shard.
    pub(super) fn release(&mut self, account: &str) {
        self.tell(&Self::key(account), Push::None);
        let Some(seat) = self.all.get_mut(account) else { return };
        seat.shard = None;
        (seat.changed, seat.remake) = (None, None);
        match seat.state {
            State::Free if seat.leaves => {
                self.all.remove(account);
            }
            State::Free | State::Ending => {}
            State::Wanted | State::Live => {
                seat.state = State::Ending;
                self.outputs.push_back(Output::Forget(Self::key(account)));
            }
        }
    }

    fn moved(&mut self, shard: ShardId, why: Why) {
        let now = self.now;
        let Some(seat) = self.all.values_mut().find(|seat| seat.shard == Some(shard)) else {
            return;
        };
        match why {
            Why::Silent => seat.was_silent(now),
            // It speaks again by itself.
            Why::Heard => seat.remake = None,
            _ => {}
        }
    }
}
