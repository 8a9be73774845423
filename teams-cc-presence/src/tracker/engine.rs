//! The tracker and its inputs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, UserId};

use super::{
    Change, Counts, Input, Output, ReadId, Rung, ShardId, TrackerConfig,
    gather::Gather,
    hot::Hot,
    lot::{Lot, Place},
    reads::{Flight, MAX_SPLITS, Unit},
    slot::Slot,
};
use crate::{error::TooManyUsers, fresh::Fresh, model::Presence, rate::Rate, shard};

/// Watches the presence of many users; see the [module](super).
///
/// ```
/// use teams_cc_core::{Instant, UserId};
/// use teams_cc_presence::{Presence, Rate, tracker::{Input, Output, Seen, Tracker, TrackerConfig}};
///
/// let ada: UserId = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3".parse()?;
/// let mut tracker = Tracker::new(TrackerConfig::default());
/// let mut rate = Rate::default();
/// let now = Instant::from_secs(1);
///
/// tracker.handle_input(now, Input::Watch(&[ada.clone()]))?;
/// let Output::Read { read, users } = tracker.poll_output(&mut rate) else { panic!() };
/// assert_eq!(users, [ada.clone()]);
///
/// // The driver sends the request; here it is answered at once.
/// let busy = Presence::new("Busy", "InACall");
/// let seen = [Seen { user: &ada, presence: &busy }];
/// tracker.handle_input(now, Input::Answered { read, seen: &seen })?;
/// assert_eq!(tracker.poll_change().map(|change| change.seen.value), Some(busy));
/// assert_eq!(tracker.get(&ada).map(|seen| seen.read_at), Some(now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tracker {
    pub(super) config: TrackerConfig,
    pub(super) now: Instant,
    pub(super) lots: Vec<Lot>,
    /// Where each user is. Only ever asked for one, never walked, so its order does not show.
    pub(super) index: HashMap<UserId, Place>,
    /// Shards with a free place.
    pub(super) open: BTreeSet<usize>,
    /// Shards by the time their turn comes.
    pub(super) turns: BTreeSet<(Instant, usize)>,
    /// Shards known to be out of date as a whole.
    pub(super) urgent: BTreeSet<usize>,
    pub(super) wanted: Gather,
    pub(super) named: Gather,
    /// Requests put together already.
    pub(super) units: VecDeque<Unit>,
    /// Users the service refuses, by when they are asked for again.
    pub(super) refused: BTreeSet<(Instant, Place)>,
    pub(super) hot: Hot,
    pub(super) flights: BTreeMap<ReadId, Flight>,
    pub(super) next_read: u64,
    pub(super) splits_left: usize,
    pub(super) splits_refilled_at: Instant,
    pub(super) pause_until: Instant,
    pub(super) failures_in_a_row: u32,
    /// What to tell the rate: until when it has to stop, by whose word, or that it need not.
    pub(super) stop: Option<(Instant, Option<Duration>)>,
    pub(super) served: bool,
    pub(super) changes: VecDeque<Place>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) counts: Counts,
}

/// How a shard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Which shard.
    pub shard: ShardId,
    /// How it is kept up to date.
    pub rung: Rung,
    /// How many users are in it.
    pub users: usize,
    /// When the last read of all of it began that was answered.
    pub swept_at: Option<Instant>,
    /// Counts how often [`Tracker::users`] of it changed.
    pub members: u32,
}

impl Tracker {
    /// The most users a tracker holds; more are refused and change nothing.
    pub const MAX_USERS: usize = 250_000;

    /// A tracker of nobody.
    #[must_use]
    pub fn new(config: TrackerConfig) -> Self {
        Self {
            config,
            now: Instant::ZERO,
            lots: Vec::new(),
            index: HashMap::new(),
            open: BTreeSet::new(),
            turns: BTreeSet::new(),
            urgent: BTreeSet::new(),
            wanted: Gather::default(),
            named: Gather::default(),
            units: VecDeque::new(),
            refused: BTreeSet::new(),
            hot: Hot::default(),
            flights: BTreeMap::new(),
            next_read: 0,
            splits_left: MAX_SPLITS,
            splits_refilled_at: Instant::ZERO,
            pause_until: Instant::ZERO,
            failures_in_a_row: 0,
            stop: None,
            served: false,
            changes: VecDeque::new(),
            outputs: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    /// Takes one input; time never runs backwards, an earlier `now` counts as the last one.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] where the users would be more than [`Tracker::MAX_USERS`]; nothing changes.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), TooManyUsers> {
        self.now = self.now.max(now);
        match input {
            Input::Watch(users) => self.watch(users)?,
            Input::Forget(users) => self.forget(users),
            Input::Want(users) => self.want(users),
            Input::Push { shard, push } => self.subscribed(shard, push),
            Input::Missed(shard) => self.out_of_date(shard.0 as usize),
            Input::Notified { user, presence } => self.notified(user, presence),
            Input::Named(user) => self.user_named(user),
            Input::Answered { read, seen } => self.answered(read, seen),
            Input::Refused(read) => self.refused(read),
            Input::Throttled { read, retry_after } => self.throttled(read, retry_after),
            Input::Failed(read) => self.failed(read),
            Input::Tick => {}
        }
        Ok(())
    }

    /// What to do next; call until it is [`Output::Timeout`].
    ///
    /// `rate` is that of the app in the tenant. A stop the service asked for is told to it first.
    pub fn poll_output(&mut self, rate: &mut Rate) -> Output {
        if std::mem::take(&mut self.served) {
            rate.served();
        }
        if let Some((at, retry_after)) = self.stop.take() {
            rate.stop(at, retry_after);
        }
        self.expire();
        self.plan_hot();
        self.outputs.pop_front().unwrap_or_else(|| self.next_read(rate))
    }

    /// The next change, where somebody's presence is other than what was told last.
    ///
    /// Take them as fast as they can be used. What waits costs no memory: each user waits once, with
    /// the newest value, and whoever is back to what was told is not told at all.
    pub fn poll_change(&mut self) -> Option<Change> {
        while let Some(place) = self.changes.pop_front() {
            let Some(slot) = self.slot_mut(place) else { continue };
            let Some((seen, merged)) = slot.take_change() else {
                self.counts.undone += 1;
                continue;
            };
            let user = slot.user.clone();
            return Some(Change { user, seen, merged });
        }
        None
    }

    /// What is known of a user, with its age and source.
    #[must_use]
    pub fn get(&self, user: &UserId) -> Option<&Fresh<Presence>> {
        let place = self.place(user)?;
        self.slot(place)?.seen.as_ref()
    }

    /// Whether a user is watched.
    #[must_use]
    pub fn is_watched(&self, user: &UserId) -> bool {
        self.place(user).is_some()
    }

    /// How many users are watched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether nobody is watched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// How many users have a change that waits to be taken, at most.
    #[must_use]
    pub fn changes_waiting(&self) -> usize {
        self.changes.len()
    }

    /// How many requests are out.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// Every shard in the order of their ids. A user stays in the same one while watched.
    #[must_use]
    pub fn shards(&self) -> impl ExactSizeIterator<Item = Standing> {
        self.lots.iter().enumerate().map(|(number, lot)| Standing {
            shard: ShardId(u32::try_from(number).unwrap_or(u32::MAX)),
            rung: lot.ladder.rung(),
            users: lot.len(),
            swept_at: lot.swept_at,
            members: lot.members,
        })
    }

    /// The shard of a user.
    #[must_use]
    pub fn shard(&self, user: &UserId) -> Option<ShardId> {
        u32::try_from(self.place(user)?.lot()).ok().map(ShardId)
    }

    /// The users of a shard whom a subscription of it should name.
    ///
    /// Not among them are those the service refuses or left out of its last answer: a subscription
    /// that names one of them is refused as a whole.
    #[must_use]
    pub fn users(&self, shard: ShardId) -> Vec<UserId> {
        let lot = self.lots.get(shard.0 as usize);
        let slots = lot.into_iter().flat_map(|lot| &lot.slots);
        slots.filter(|slot| slot.is_subscribed()).map(|slot| slot.user.clone()).collect()
    }

    /// How long a value may be wrong while the service answers: [`TrackerConfig::bound`].
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.config.bound()
    }

    /// What it has done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The bytes it keeps on the heap: the ids' texts counted as its own, spare room included.
    ///
    /// Counted from what it holds, not measured; walks all users.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        // A table is an eighth empty at least, and has a byte of its own for each place.
        let entry = size_of::<(UserId, Place)>() + 1;
        let flights: usize = self.flights.values().map(Flight::heap_bytes).sum();
        let units: usize = self.units.iter().map(Unit::heap_bytes).sum();
        self.index.capacity() * 8 / 7 * entry
            + self.lots.capacity() * size_of::<Lot>()
            + self.lots.iter().map(Lot::heap_bytes).sum::<usize>()
            + self.changes.capacity() * size_of::<Place>()
            + self.outputs.capacity() * size_of::<Output>()
            + self.wanted.heap_bytes()
            + self.named.heap_bytes()
            + flights
            + units
            // Nodes of ordered sets are at least half full.
            + 2 * (self.turns.len() * size_of::<(Instant, usize)>()
                + (self.open.len() + self.urgent.len()) * size_of::<usize>()
                + (self.refused.len() + self.hot.len()) * size_of::<(Instant, Place)>())
    }

    pub(super) fn place(&self, user: &UserId) -> Option<Place> {
        match self.index.get(user) {
            Some(place) => Some(*place),
            None => self.index.get(&shard::normal_of(user)?).copied(),
        }
    }

    pub(super) fn slot(&self, place: Place) -> Option<&Slot> {
        self.lots.get(place.lot())?.slots.get(place.slot())
    }

    pub(super) fn slot_mut(&mut self, place: Place) -> Option<&mut Slot> {
        self.lots.get_mut(place.lot())?.slots.get_mut(place.slot())
    }
}
