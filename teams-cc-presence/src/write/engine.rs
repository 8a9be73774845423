//! What the app shows of whom, and when to say so again.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, UserId};

use super::{Input, Output, SessionConfig, SessionPresence, Unheld, WriteId, config::FADE};
use crate::{
    error::TooManyUsers,
    rate::{Class, Rate},
    shard,
};

/// How long a user waits after a request that failed.
const AGAIN_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How many times a clearing is tried; after that the session ends by its expiry.
const CLEARINGS: u8 = 5;

/// The app's presence session of many users, held for as long as it is wanted.
///
/// `Available` is set again before the five minutes are over after which Teams lets it fade; what
/// does not fade is set again before it expires. All within the [`Rate`] of the app in the tenant,
/// whoever is closest to fading first. Where the rate does not suffice it says so.
///
/// ```
/// use teams_cc_core::{Instant, UserId};
/// use teams_cc_presence::{Rate, write::{Input, Output, PresenceSession, SessionConfig, SessionPresence}};
///
/// let ada: UserId = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3".parse()?;
/// let mut session = PresenceSession::new(SessionConfig::default());
/// let mut rate = Rate::default();
/// let now = Instant::from_secs(1);
///
/// session.handle_input(now, Input::Show(&ada, SessionPresence::Available))?;
/// let Output::Set { write, .. } = session.poll_output(&mut rate) else { panic!() };
/// session.handle_input(now, Input::Done(write))?;
/// // Before the five minutes are over it is set again.
/// let Output::Timeout(Some(again)) = session.poll_output(&mut rate) else { panic!() };
/// assert!((again - now).as_secs() <= 240);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PresenceSession {
    config: SessionConfig,
    now: Instant,
    users: BTreeMap<UserId, Held>,
    /// Users by when they have to be written of.
    due: BTreeSet<(Instant, UserId)>,
    flights: BTreeMap<WriteId, Flight>,
    next_write: u64,
    outputs: VecDeque<Output>,
    stop: Option<(Instant, Option<Duration>)>,
    served: bool,
    ending: bool,
    ended: bool,
}

/// What is shown of a user, and what should be.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Nothing: the session is to be ended.
    wants: Option<SessionPresence>,
    /// When it was set last, by the start of the request, which is when it may begin to fade.
    set_at: Option<Instant>,
    /// When it has to be written, where no request is out.
    due: Option<Instant>,
    failures: u8,
    told_fading: bool,
}

/// A request that is out.
#[derive(Clone, Debug)]
struct Flight {
    user: UserId,
    wants: Option<SessionPresence>,
    asked_at: Instant,
    lost_at: Instant,
}

impl PresenceSession {
    /// A session that shows nothing of anybody.
    #[must_use]
    pub fn new(config: SessionConfig) -> Self {
        Self {
            config,
            now: Instant::ZERO,
            users: BTreeMap::new(),
            due: BTreeSet::new(),
            flights: BTreeMap::new(),
            next_write: 0,
            outputs: VecDeque::new(),
            stop: None,
            served: false,
            ending: false,
            ended: false,
        }
    }

    /// Takes one input; time never runs backwards, an earlier `now` counts as the last one.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] for one more than [`SessionConfig::most`], or for any after a shutdown;
    /// nothing changes.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), TooManyUsers> {
        self.now = self.now.max(now);
        match input {
            Input::Show(user, presence) => self.show(shard::normal(user), presence)?,
            Input::Clear(user) => self.clear(&shard::normal(user)),
            Input::Shutdown => {
                self.ending = true;
                let users: Vec<UserId> = self.users.keys().cloned().collect();
                for user in users {
                    self.clear(&user);
                }
            }
            Input::Done(write) => self.done(write),
            Input::NotFound(write) => match self.flights.get(&write).map(|flight| flight.wants) {
                Some(None) => self.done(write),
                Some(Some(_)) => self.refused(write),
                None => {}
            },
            Input::Throttled { write, retry_after } => {
                self.stop = Some((self.now, retry_after));
                self.again(write, Duration::ZERO, false);
            }
            Input::Failed(write) => self.again(write, AGAIN_AFTER_FAILURE, true),
            Input::Refused(write) => self.refused(write),
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
        self.tell_fading();
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        if self.ending && self.users.is_empty() && !std::mem::replace(&mut self.ended, true) {
            return Output::Ended;
        }
        let lost = self.flights.values().map(|flight| flight.lost_at).min();
        let next = self.due.first().map(|(due, _)| *due);
        let Some(due) = next.filter(|_| self.flights.len() < self.config.in_flight) else {
            return Output::Timeout(lost);
        };
        let until = if due > self.now {
            due
        } else if let Err(later) = rate.take(self.now, Class::Write) {
            // Whoever fades meanwhile is told of in time.
            self.next_fading().map_or(later, |fades| fades.min(later))
        } else {
            return self.depart();
        };
        Output::Timeout(Some(lost.map_or(until, |lost| lost.min(until))))
    }

    /// What is wanted of a user.
    #[must_use]
    pub fn shows(&self, user: &UserId) -> Option<SessionPresence> {
        self.users.get(&shard::normal(user))?.wants
    }

    /// The most users it holds at once.
    pub(super) fn most(&self) -> usize {
        self.config.most
    }

    /// Whom something is shown of, or is still to be cleared of, in the order of ids.
    #[must_use]
    pub fn users(&self) -> impl ExactSizeIterator<Item = &UserId> {
        self.users.keys()
    }

    /// How many users something is shown of, or is still to be cleared of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nothing is shown of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    fn show(&mut self, user: UserId, presence: SessionPresence) -> Result<(), TooManyUsers> {
        let known = self.users.get(&user).copied();
        if self.ending || (known.is_none() && self.users.len() >= self.config.most) {
            return Err(TooManyUsers { limit: if self.ending { 0 } else { self.config.most } });
        }
        if known.is_some_and(|held| held.wants == Some(presence)) {
            return Ok(());
        }
        self.want(user, Some(presence));
        Ok(())
    }

    fn clear(&mut self, user: &UserId) {
        let Some(held) = self.users.get(user).copied() else { return };
        let is_out = held.due.is_none();
        if held.set_at.is_none() && !is_out {
            // It was never set, so there is nothing to end.
            self.drop_user(user);
        } else if held.wants.is_some() {
            self.want(user.clone(), None);
        }
    }

    fn want(&mut self, user: UserId, wants: Option<SessionPresence>) {
        let known = self.users.get(&user).copied();
        let set_at = known.and_then(|held| held.set_at);
        let is_out = known.is_some_and(|held| held.due.is_none());
        let held = Held { wants, set_at, due: None, failures: 0, told_fading: false };
        if let Some(due) = known.and_then(|held| held.due) {
            self.due.remove(&(due, user.clone()));
        }
        self.users.insert(user.clone(), held);
        // What is out is waited for: two requests at once may arrive in either order.
        if !is_out {
            self.plan(user, self.now);
        }
    }

    fn plan(&mut self, user: UserId, due: Instant) {
        if let Some(held) = self.users.get_mut(&user) {
            if let Some(before) = held.due.replace(due) {
                self.due.remove(&(before, user.clone()));
            }
            self.due.insert((due, user));
        }
    }

    fn drop_user(&mut self, user: &UserId) {
        if let Some(due) = self.users.remove(user).and_then(|held| held.due) {
            self.due.remove(&(due, user.clone()));
        }
    }

    fn depart(&mut self) -> Output {
        let Some((_, user)) = self.due.pop_first() else { return Output::Timeout(None) };
        let Some(held) = self.users.get_mut(&user) else { return Output::Timeout(None) };
        held.due = None;
        let wants = held.wants;
        let write = WriteId(self.next_write);
        self.next_write = self.next_write.saturating_add(1);
        let lost_at = self.now + self.config.answer_within;
        let flight = Flight { user: user.clone(), wants, asked_at: self.now, lost_at };
        self.flights.insert(write, flight);
        match wants {
            Some(presence) => Output::Set { write, user, presence, expiry: self.config.expiry },
            None => Output::Clear { write, user },
        }
    }

    fn done(&mut self, write: WriteId) {
        let Some(flight) = self.flights.remove(&write) else { return };
        self.served = true;
        let Some(held) = self.users.get_mut(&flight.user) else { return };
        held.failures = 0;
        held.set_at = flight.wants.map(|_| flight.asked_at);
        held.told_fading = false;
        if held.wants != flight.wants {
            self.plan(flight.user, self.now);
        } else if let Some(presence) = flight.wants {
            let available = presence == SessionPresence::Available;
            let due = flight.asked_at + self.config.again_after(available, write.0);
            self.plan(flight.user, due.max(self.now));
        } else {
            self.drop_user(&flight.user);
        }
    }

    fn again(&mut self, write: WriteId, wait: Duration, failed: bool) {
        let Some(flight) = self.flights.remove(&write) else { return };
        let Some(held) = self.users.get_mut(&flight.user) else { return };
        held.failures = held.failures.saturating_add(u8::from(failed));
        // It may have been set although nobody said so.
        if flight.wants.is_some() {
            held.set_at.get_or_insert(flight.asked_at);
        }
        if held.wants.is_none() && held.failures >= CLEARINGS {
            tracing::debug!("a presence session could not be ended and expires by itself");
            self.drop_user(&flight.user);
        } else {
            self.plan(flight.user, self.now + wait);
        }
    }

    fn refused(&mut self, write: WriteId) {
        let Some(flight) = self.flights.remove(&write) else { return };
        let is_current = self.users.get(&flight.user).map(|held| held.wants) == Some(flight.wants);
        if !is_current {
            self.plan(flight.user, self.now);
            return;
        }
        self.drop_user(&flight.user);
        if flight.wants.is_some() {
            self.outputs.push_back(Output::Unheld { user: flight.user, why: Unheld::Refused });
        }
    }

    fn expire(&mut self) {
        let now = self.now;
        while let Some((&write, _)) = self.flights.iter().find(|(_, flight)| flight.lost_at <= now)
        {
            self.again(write, Duration::ZERO, true);
        }
    }

    /// When the next user fades of those who wait for the rate.
    fn next_fading(&self) -> Option<Instant> {
        let late = self.due.iter().take_while(|(due, _)| *due <= self.now);
        late.filter_map(|(_, user)| self.users.get(user))
            .filter(|held| held.wants == Some(SessionPresence::Available) && !held.told_fading)
            .filter_map(|held| Some(held.set_at? + FADE))
            .filter(|fades| *fades > self.now)
            .min()
    }

    /// Says of whom `Available` fades, once each time.
    fn tell_fading(&mut self) {
        // Whoever fades is overdue, and so among the first of those who wait.
        let late: Vec<UserId> = self
            .due
            .iter()
            .take_while(|(due, _)| *due <= self.now)
            .map(|(_, user)| user.clone())
            .collect();
        for user in late {
            let Some(held) = self.users.get_mut(&user) else { continue };
            let Some(set_at) = held.set_at else { continue };
            let after = self.now.since(set_at);
            let fades = held.wants == Some(SessionPresence::Available) && after >= FADE;
            if fades && !std::mem::replace(&mut held.told_fading, true) {
                self.outputs.push_back(Output::Unheld { user, why: Unheld::Fading { after } });
            }
        }
    }
}
