//! The planner.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use teams_cc_core::{Instant, UserId, limit::TokenBucket};

use super::{BatchId, Input, Output, SweepConfig, config::QUOTA};
use crate::{error::TooManyUsers, shard};

/// How long nothing is read after a failure that names no time.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How early a user may be read to fill a request that leaves anyway, as a part of the period.
const EARLY_PART: u32 = 4;

/// Plans steady reading: users in turns, wanted ones first, within one rate.
///
/// ```
/// use teams_cc_core::{Instant, UserId};
/// use teams_cc_presence::sweep::{Input, Output, Sweep, SweepConfig};
///
/// let ada: UserId = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3".parse()?;
/// let mut sweep = Sweep::new(SweepConfig::default());
/// let mut now = Instant::from_secs(1);
///
/// sweep.handle_input(now, Input::Watch(&[ada]))?;
/// loop {
///     match sweep.poll_output() {
///         Output::Read { batch, users } => {
///             assert_eq!(users.len(), 1);
///             // The driver sends the request; here it is answered at once.
///             sweep.handle_input(now, Input::Answered(batch))?;
///         }
///         Output::Timeout(Some(at)) => {
///             // The driver waits for this instant or for an answer, whichever comes first.
///             assert_eq!((at - now).as_secs(), 300);
///             break;
///         }
///         _ => break,
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sweep {
    config: SweepConfig,
    now: Instant,
    bucket: TokenBucket,
    users: BTreeMap<UserId, Plan>,
    /// Users a call waits for, by when they are due.
    wanted: BTreeSet<(Instant, UserId)>,
    /// Users whose turn comes round, by when they are due.
    steady: BTreeSet<(Instant, UserId)>,
    flights: BTreeMap<BatchId, Flight>,
    next_batch: u64,
}

/// What is planned for one user.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// Read in every period, not only once.
    watched: bool,
    place: Place,
}

/// Where a user is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Wanted(Instant),
    Steady(Instant),
    Flight,
}

/// A request that is out.
#[derive(Clone, Debug)]
struct Flight {
    users: Vec<UserId>,
    lost_at: Instant,
}

impl Sweep {
    /// The most users a sweep holds; more are refused and change nothing.
    pub const MAX_USERS: usize = 250_000;

    /// A sweep over nobody.
    #[must_use]
    pub fn new(config: SweepConfig) -> Self {
        let (requests, window) = QUOTA;
        let rate = (requests * config.share / 100).max(1);
        let burst = u32::try_from(config.in_flight).unwrap_or(u32::MAX).min(rate);
        Self {
            bucket: TokenBucket::new(rate, window).burst(burst),
            config,
            now: Instant::ZERO,
            users: BTreeMap::new(),
            wanted: BTreeSet::new(),
            steady: BTreeSet::new(),
            flights: BTreeMap::new(),
            next_batch: 0,
        }
    }

    /// Takes one input; time never runs backwards, an earlier `now` counts as the last one.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] where the users would be more than [`Sweep::MAX_USERS`]; nothing changes.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), TooManyUsers> {
        self.now = self.now.max(now);
        match input {
            Input::Watch(users) => {
                self.check_room(users)?;
                for user in users {
                    self.watch(shard::normal(user));
                }
            }
            Input::Want(users) => {
                self.check_room(users)?;
                for user in users {
                    self.want(shard::normal(user));
                }
            }
            Input::Forget(users) => {
                for user in users {
                    self.forget(&shard::normal(user));
                }
            }
            Input::Answered(batch) => self.land(batch, self.now + self.config.period),
            Input::Failed { batch, retry_after } => {
                if self.flights.contains_key(&batch) {
                    let pause = retry_after.unwrap_or(PAUSE_AFTER_FAILURE);
                    self.bucket.close_until(self.now + pause);
                }
                self.land(batch, self.now);
            }
            Input::Tick => {}
        }
        Ok(())
    }

    /// What to do next; call until it is [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        self.expire();
        let lost = self.flights.values().map(|flight| flight.lost_at).min();
        let Some(due) = self.next_due().filter(|_| self.flights.len() < self.config.in_flight)
        else {
            return Output::Timeout(lost);
        };
        let until = if due > self.now {
            due
        } else if let Err(later) = self.bucket.try_take(self.now) {
            later
        } else {
            return self.depart();
        };
        Output::Timeout(Some(lost.map_or(until, |lost| lost.min(until))))
    }

    /// How many users are watched or wanted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody is watched or wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// How many requests are out.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    #[cfg(test)]
    pub(super) fn flights(&self) -> impl Iterator<Item = BatchId> {
        self.flights.keys().copied()
    }

    fn check_room(&self, users: &[UserId]) -> Result<(), TooManyUsers> {
        let new: BTreeSet<UserId> =
            users.iter().map(shard::normal).filter(|user| !self.users.contains_key(user)).collect();
        if self.users.len().saturating_add(new.len()) > Self::MAX_USERS {
            return Err(TooManyUsers { limit: Self::MAX_USERS });
        }
        Ok(())
    }

    fn watch(&mut self, user: UserId) {
        if let Some(plan) = self.users.get_mut(&user) {
            plan.watched = true;
        } else {
            self.enqueue(user, true, Place::Steady(self.now));
        }
    }

    fn want(&mut self, user: UserId) {
        let at = self.now + self.config.coalesce;
        match self.users.get(&user).copied() {
            // The answer is on its way, or the wish is known.
            Some(Plan { place: Place::Flight | Place::Wanted(_), .. }) => {}
            Some(Plan { watched, place: Place::Steady(due) }) => {
                self.steady.remove(&(due, user.clone()));
                self.enqueue(user, watched, Place::Wanted(at.min(due.max(self.now))));
            }
            None => self.enqueue(user, false, Place::Wanted(at)),
        }
    }

    fn forget(&mut self, user: &UserId) {
        match self.users.remove(user).map(|plan| plan.place) {
            Some(Place::Wanted(due)) => self.wanted.remove(&(due, user.clone())),
            Some(Place::Steady(due)) => self.steady.remove(&(due, user.clone())),
            Some(Place::Flight) | None => false,
        };
    }

    fn enqueue(&mut self, user: UserId, watched: bool, place: Place) {
        match place {
            Place::Wanted(due) => self.wanted.insert((due, user.clone())),
            Place::Steady(due) => self.steady.insert((due, user.clone())),
            Place::Flight => false,
        };
        self.users.insert(user, Plan { watched, place });
    }

    /// Ends a request: watched users are due again at `due`.
    ///
    /// Users wanted once are let go even where the read failed: who wanted them hears of the failure
    /// and knows whether the call still waits.
    fn land(&mut self, batch: BatchId, due: Instant) {
        let Some(flight) = self.flights.remove(&batch) else {
            return;
        };
        for user in flight.users {
            match self.users.get(&user).copied() {
                Some(Plan { watched: true, place: Place::Flight }) => {
                    self.enqueue(user, true, Place::Steady(due));
                }
                Some(Plan { watched: false, place: Place::Flight }) => {
                    self.users.remove(&user);
                }
                _ => {}
            }
        }
    }

    /// Takes back requests whose answer is overdue.
    fn expire(&mut self) {
        let lost: Vec<BatchId> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.lost_at <= self.now)
            .map(|(batch, _)| *batch)
            .collect();
        for batch in lost {
            tracing::debug!(batch = batch.0, "a presence read got no answer in time");
            self.land(batch, self.now);
        }
    }

    /// When the next user is due.
    fn next_due(&self) -> Option<Instant> {
        let first = |queue: &BTreeSet<(Instant, UserId)>| queue.first().map(|(due, _)| *due);
        first(&self.wanted).into_iter().chain(first(&self.steady)).min()
    }

    /// Fills a request: wanted users, then those who are due, then those who are due soon.
    fn depart(&mut self) -> Output {
        let soon = self.now + self.config.period / EARLY_PART;
        let mut users = Vec::new();
        while users.len() < self.config.batch {
            let next = self.wanted.pop_first().or_else(|| {
                let is_soon = self.steady.first().is_some_and(|(due, _)| *due <= soon);
                if is_soon { self.steady.pop_first() } else { None }
            });
            let Some((_, user)) = next else { break };
            if let Some(plan) = self.users.get_mut(&user) {
                plan.place = Place::Flight;
            }
            users.push(user);
        }
        let batch = BatchId(self.next_batch);
        self.next_batch = self.next_batch.saturating_add(1);
        let lost_at = self.now + self.config.answer_within;
        self.flights.insert(batch, Flight { users: users.clone(), lost_at });
        Output::Read { batch, users }
    }
}
