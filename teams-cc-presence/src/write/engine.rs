//! What the app shows of whom, and when to say so again.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, UserId};

use super::{
    Input, NotShown, Output, SessionConfig, SessionPresence, Unheld, WriteId, config::FADE,
    setback::Setback,
};
use crate::{
    rate::{Class, Rate},
    shard,
};

/// The first pause of all users after a request that failed; each one in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after requests that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
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
    /// Users by when what was set last fades, where it was not said yet.
    fades: BTreeSet<(Instant, UserId)>,
    flights: BTreeMap<WriteId, Flight>,
    next_write: u64,
    outputs: VecDeque<Output>,
    /// Nothing is sent until then, because requests failed; and when that was found.
    pause_until: Instant,
    paused_at: Instant,
    failures_in_a_row: u32,
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
    /// It was told that the app may not do it.
    forbidden: bool,
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
            fades: BTreeSet::new(),
            flights: BTreeMap::new(),
            next_write: 0,
            outputs: VecDeque::new(),
            pause_until: Instant::ZERO,
            paused_at: Instant::ZERO,
            failures_in_a_row: 0,
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
    /// [`NotShown`] of [`Input::Show`] alone; nothing changes.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), NotShown> {
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
                self.again(write, Setback::Throttled);
            }
            Input::Failed(write) => self.again(write, Setback::Failed),
            Input::Forbidden(write) => self.again(write, Setback::Forbidden),
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
        let lost = self.flights.values().map(|flight| flight.lost_at);
        let fades = self.fades.first().map(|(at, _)| *at);
        let wake = lost.chain(fades).min();
        let next = self.due.first().map(|(due, _)| (*due).max(self.pause_until));
        let Some(due) = next.filter(|_| self.flights.len() < self.config.in_flight) else {
            return Output::Timeout(wake);
        };
        let until = if due > self.now {
            due
        } else if let Err(later) = rate.take(self.now, Class::Write) {
            later
        } else {
            return self.depart();
        };
        Output::Timeout(Some(wake.map_or(until, |wake| wake.min(until))))
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

    /// How many users have to be written of by `now` and are not yet.
    #[must_use]
    pub fn waiting(&self, now: Instant) -> usize {
        self.due.iter().take_while(|(due, _)| *due <= now).count()
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

    fn show(&mut self, user: UserId, presence: SessionPresence) -> Result<(), NotShown> {
        let known = self.users.get(&user).copied();
        if self.ending {
            return Err(NotShown::Ended);
        }
        if known.is_none() && self.users.len() >= self.config.most {
            return Err(NotShown::TooMany { most: self.config.most });
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
        let held = Held { wants, set_at, due: None, failures: 0, forbidden: false };
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
        self.note_set(user, None);
        if let Some(due) = self.users.remove(user).and_then(|held| held.due) {
            self.due.remove(&(due, user.clone()));
        }
    }

    /// Notes when something was set of a user, from which it may fade.
    fn note_set(&mut self, user: &UserId, at: Option<Instant>) {
        let Some(held) = self.users.get_mut(user) else { return };
        if let Some(before) = std::mem::replace(&mut held.set_at, at) {
            self.fades.remove(&(before + FADE, user.clone()));
        }
        self.fades.extend(at.map(|at| (at + FADE, user.clone())));
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
        self.failures_in_a_row = 0;
        self.note_set(&flight.user, flight.wants.map(|_| flight.asked_at));
        let Some(held) = self.users.get_mut(&flight.user) else { return };
        held.failures = 0;
        held.forbidden = false;
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

    fn again(&mut self, write: WriteId, why: Setback) {
        let Some(flight) = self.flights.remove(&write) else { return };
        let failed = why != Setback::Throttled;
        if failed {
            self.back_off(flight.asked_at);
        }
        let Some(held) = self.users.get_mut(&flight.user) else { return };
        held.failures = held.failures.saturating_add(u8::from(failed));
        let (wants, failures) = (held.wants, held.failures);
        if why == Setback::Forbidden {
            if flight.wants.is_some() && !std::mem::replace(&mut held.forbidden, true) {
                let (user, why) = (flight.user.clone(), Unheld::Forbidden);
                self.outputs.push_back(Output::Unheld { user, why });
            }
        } else if flight.wants.is_some() && held.set_at.is_none() {
            // It may have been set although nobody said so.
            self.note_set(&flight.user, Some(flight.asked_at));
        }
        if wants.is_none() && failures >= CLEARINGS {
            tracing::debug!("a presence session could not be ended and expires by itself");
            self.drop_user(&flight.user);
        } else {
            self.plan(flight.user, self.now + why.wait(failures));
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
            self.again(write, Setback::Lost);
        }
    }

    /// Sends nothing for a while: what failed just now will fail now, whoever it is about.
    fn back_off(&mut self, asked_at: Instant) {
        // Requests that were out together fail together, and count as one.
        if asked_at < self.paused_at {
            return;
        }
        let doubled = FIRST_PAUSE * (1 << self.failures_in_a_row.min(5));
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.paused_at = self.now;
        self.pause_until = self.now + doubled.min(LONGEST_PAUSE);
    }

    /// Says of whom `Available` fades, once each time.
    fn tell_fading(&mut self) {
        while let Some((at, user)) = self.fades.first().cloned().filter(|(at, _)| *at <= self.now) {
            self.fades.remove(&(at, user.clone()));
            let Some(held) = self.users.get(&user) else { continue };
            if let (Some(SessionPresence::Available), Some(set_at)) = (held.wants, held.set_at) {
                let why = Unheld::Fading { after: self.now.since(set_at) };
                self.outputs.push_back(Output::Unheld { user, why });
            }
        }
    }
}
