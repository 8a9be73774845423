//! All live calls of one tenant, and who is meant by a notification; sans-IO.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{
    Address, CallId, Instant, LegId, TenantId,
    contact::{Direction, LegState},
};

use super::{
    CallCounts, CallReport, DialError, Input, Phase, Refusal, Report,
    announcement::{Announcement, Incoming},
    ended::Ended,
    session::{Probed, Session},
};
use crate::model::{CommsNotification, call_key};

/// The most events that wait to be taken; more notifications are turned away until then.
pub const MAX_WAITING_EVENTS: usize = 4096;

/// The most notifications held for calls whose creation is not answered yet; the oldest goes.
const MAX_HELD: usize = 256;

/// How long a notification is held for a call whose creation is not answered yet.
const HOLD_FOR: Duration = Duration::from_mins(1);

/// Why an order was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    Ended,
    Refused(Refusal),
}

/// Whether a notification was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    NoRoom,
}

struct Held {
    until: Instant,
    key: String,
    report: Report,
}

pub(super) struct Registry {
    tenant: TenantId,
    bot: Address,
    max_calls: usize,
    sessions: BTreeMap<LegId, Session>,
    legs_by_key: BTreeMap<Box<str>, LegId>,
    dialing: BTreeSet<LegId>,
    held: VecDeque<Held>,
    ended: Ended,
    announcements: VecDeque<Announcement>,
    incoming_so_far: u64,
    closed: bool,
    counts: CallCounts,
}

impl Registry {
    pub(super) fn new(tenant: TenantId, bot: Address, max_calls: usize) -> Self {
        Self {
            tenant,
            bot,
            max_calls,
            sessions: BTreeMap::new(),
            legs_by_key: BTreeMap::new(),
            dialing: BTreeSet::new(),
            held: VecDeque::new(),
            ended: Ended::default(),
            announcements: VecDeque::new(),
            incoming_so_far: 0,
            closed: false,
            counts: CallCounts::default(),
        }
    }

    /// Whether there is room for a batch of notifications.
    pub(super) fn has_room(&self) -> bool {
        self.announcements.len() < MAX_WAITING_EVENTS
    }

    pub(super) fn notification(
        &mut self,
        now: Instant,
        received: Instant,
        notification: CommsNotification,
    ) -> Taken {
        let Some((key, report)) = Report::read(&notification) else {
            self.counts.ignored += 1;
            return Taken::Yes;
        };
        let tenant = notification.call().and_then(|call| call.tenant_id.text());
        if tenant.is_some_and(|tenant| !tenant.eq_ignore_ascii_case(self.tenant.as_str())) {
            self.counts.foreign += 1;
            return Taken::Yes;
        }
        if self.legs_by_key.contains_key(key.as_str()) {
            self.report(now, &key, report);
            return Taken::Yes;
        }
        if self.ended.contains(&key) {
            self.counts.late += 1;
            return Taken::Yes;
        }
        match &report {
            Report::Call(CallReport { phase: Some(Phase::Incoming), .. }) => {
                return self.incoming(now, received, &key, notification);
            }
            Report::Call(_) | Report::Operation(_) if !self.dialing.is_empty() => {
                if self.held.len() >= MAX_HELD {
                    self.held.pop_front();
                    self.counts.unknown += 1;
                }
                self.held.push_back(Held { until: now + HOLD_FOR, key, report });
            }
            _ => self.unknown(&key, &report),
        }
        Taken::Yes
    }

    fn unknown(&mut self, key: &str, report: &Report) {
        self.counts.unknown += 1;
        // The end may overtake the beginning; the beginning must not open a dead call then.
        if matches!(report, Report::Call(CallReport { phase: Some(Phase::Terminated), .. })) {
            self.ended.remember(key);
        }
    }

    fn incoming(
        &mut self,
        now: Instant,
        received: Instant,
        key: &str,
        notification: CommsNotification,
    ) -> Taken {
        if self.closed || self.sessions.len() + self.dialing.len() >= self.max_calls {
            self.counts.turned_away += 1;
            return Taken::NoRoom;
        }
        let Some((call, details)) = Incoming::call(notification) else {
            self.counts.ignored += 1;
            return Taken::Yes;
        };
        let mut leg = self.next_incoming_leg();
        // Partners name the legs they dial; whoever took this name keeps it.
        while self.sessions.contains_key(&leg) || self.dialing.contains(&leg) {
            leg = self.next_incoming_leg();
        }
        let session = Session::new(now, call.clone(), key.into(), Direction::Inbound);
        self.legs_by_key.insert(key.into(), leg.clone());
        self.sessions.insert(leg.clone(), session);
        let incoming = Incoming::read(leg, call, received, details, &self.bot);
        self.announcements.push_back(Announcement::Incoming(Box::new(incoming)));
        Taken::Yes
    }

    fn next_incoming_leg(&mut self) -> LegId {
        self.incoming_so_far += 1;
        LegId::numbered("G", self.incoming_so_far)
    }

    fn report(&mut self, now: Instant, key: &str, report: Report) {
        let Some(leg) = self.legs_by_key.get(key).cloned() else { return };
        let input = match report {
            Report::Call(report) => Input::Call(report),
            Report::Operation(report) => Input::Operation(report),
            Report::Other => return,
        };
        self.input(now, &leg, input);
    }

    /// Begins to create a call.
    pub(super) fn dialing(&mut self, leg: &LegId) -> Result<(), DialError> {
        if self.closed {
            return Err(DialError::ShuttingDown);
        }
        if self.sessions.len() + self.dialing.len() >= self.max_calls {
            return Err(DialError::TooManyCalls { limit: self.max_calls });
        }
        if self.sessions.contains_key(leg) || !self.dialing.insert(leg.clone()) {
            return Err(DialError::LegInUse { leg: leg.clone() });
        }
        Ok(())
    }

    /// The call was created; what was held for it happens now.
    pub(super) fn dialed(&mut self, now: Instant, leg: &LegId, call: CallId) {
        let key: Box<str> = call_key(call.as_str()).into();
        let session = Session::new(now, call, key.clone(), Direction::Outbound);
        self.sessions.insert(leg.clone(), session);
        self.legs_by_key.insert(key.clone(), leg.clone());
        if self.ended.contains(&key) {
            self.input(now, leg, Input::Call(CallReport::over()));
        }
        let (ours, others): (VecDeque<_>, _) =
            std::mem::take(&mut self.held).into_iter().partition(|held| *held.key == *key);
        self.held = others;
        for held in ours {
            if self.legs_by_key.contains_key(&key) {
                self.report(now, &key, held.report);
            } else {
                self.counts.late += 1;
            }
        }
        self.no_longer_dialing(now, leg);
    }

    /// The call was not created, or nobody waits for it any more.
    pub(super) fn no_longer_dialing(&mut self, now: Instant, leg: &LegId) {
        self.dialing.remove(leg);
        self.let_go(now);
    }

    /// The call is over before it had a session; what comes for it is late.
    pub(super) fn abandon(&mut self, call: &CallId) {
        self.ended.remember(&call_key(call.as_str()));
    }

    fn let_go(&mut self, now: Instant) {
        while let Some(held) = self.held.front() {
            if !self.dialing.is_empty() && held.until > now {
                break;
            }
            if let Some(held) = self.held.pop_front() {
                if self.ended.contains(&held.key) {
                    self.counts.late += 1;
                } else {
                    self.unknown(&held.key, &held.report);
                }
            }
        }
    }

    /// Checks an order against the state of its leg; gives the call to send it to.
    pub(super) fn sending(
        &mut self,
        now: Instant,
        leg: &LegId,
        input: Input,
    ) -> Result<CallId, NotSent> {
        let session = self.sessions.get_mut(leg).ok_or(NotSent::Ended)?;
        session.handle_input(now, input).map_err(NotSent::Refused)?;
        Ok(session.call.clone())
    }

    pub(super) fn input(&mut self, now: Instant, leg: &LegId, input: Input) {
        if let Some(session) = self.sessions.get_mut(leg) {
            // Orders go through `sending`; nothing else is refused.
            let _ = session.handle_input(now, input);
            self.drain(leg);
        }
    }

    pub(super) fn probed(&mut self, now: Instant, leg: &LegId, call: &CallId, probed: Probed) {
        if let Some(session) = self.sessions.get_mut(leg)
            && session.call == *call
        {
            session.probed(now, probed);
            self.drain(leg);
        }
    }

    /// Lets time pass; gives the calls to keep alive now.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Vec<(LegId, CallId)> {
        let mut probes = Vec::new();
        let mut due = Vec::new();
        for (leg, session) in &mut self.sessions {
            if session.take_probe(now) {
                probes.push((leg.clone(), session.call.clone()));
            }
            if session.deadline().is_some_and(|at| at <= now) {
                due.push(leg.clone());
            }
        }
        for leg in due {
            self.input(now, &leg, Input::Tick);
        }
        self.let_go(now);
        probes
    }

    /// When to come back.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let held = self.held.front().map(|held| held.until);
        self.sessions.values().filter_map(Session::deadline).chain(held).min()
    }

    pub(super) fn poll_announcement(&mut self) -> Option<Announcement> {
        self.announcements.pop_front()
    }

    fn drain(&mut self, leg: &LegId) {
        let Some(session) = self.sessions.get_mut(leg) else { return };
        while let Some(event) = session.poll_event() {
            self.announcements.push_back(Announcement::Leg { leg: leg.clone(), event });
        }
        if session.state() == LegState::Ended
            && let Some(session) = self.sessions.remove(leg)
        {
            self.counts.ignored += session.ignored();
            self.legs_by_key.remove(&session.key);
            self.ended.remember(&session.key);
        }
    }

    /// Notifications that belong to another tenant's calls.
    pub(super) fn foreign(&mut self, count: usize) {
        self.counts.foreign += u64::try_from(count).unwrap_or(u64::MAX);
    }

    /// Takes no new calls from here on.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn session(&self, leg: &LegId) -> Option<&Session> {
        self.sessions.get(leg)
    }

    pub(super) fn live(&self) -> impl Iterator<Item = (&LegId, &CallId)> {
        self.sessions.iter().map(|(leg, session)| (leg, &session.call))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.sessions.is_empty() && self.dialing.is_empty()
    }

    pub(super) fn counts(&self) -> CallCounts {
        CallCounts {
            sessions: self.sessions.len(),
            dialing: self.dialing.len(),
            held: self.held.len(),
            waiting_events: self.announcements.len(),
            ignored: self.counts.ignored
                + self.sessions.values().map(Session::ignored).sum::<u64>(),
            ..self.counts
        }
    }
}

#[cfg(test)]
mod tests;
