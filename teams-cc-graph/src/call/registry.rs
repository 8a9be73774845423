//! All live calls of one tenant, and who is meant by a notification; sans-IO.

mod dialing;
mod keeping;
mod notified;
mod related;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{
    Address, CallId, Instant, LegId, OperationId, TenantId,
    contact::{Direction, LegState},
    time::Deadlines,
};

pub(super) use self::keeping::{NotResumed, Unsaved};
use self::{dialing::Lost, related::Recent};
use super::{
    Answer, Ask, CallCounts, CallSession, CallSnapshot, Input, OperationEnd, Output, Refusal,
    Report, announcement::Announcement, control::CallKind, ended::Ended,
};
use crate::model::call_key;

/// The most events that wait to be taken; more notifications are turned away until then.
pub const MAX_WAITING_EVENTS: usize = 4096;

/// The shortest time between two looks at one call's timers.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

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

/// A live call.
pub(super) struct Live {
    pub(super) call: CallId,
    key: Box<str>,
    pub(super) party: Address,
    /// What kind of call it is, where that is known.
    pub(super) kind: Option<CallKind>,
    pub(super) session: CallSession,
}

/// Something for those who wait for one call or one operation.
#[derive(Debug)]
pub(super) enum Notice {
    Call {
        leg: LegId,
        snapshot: Box<CallSnapshot>,
    },
    Operation(OperationEnd),
    /// Nobody looks after the call here any more.
    Disowned {
        leg: LegId,
        operations: Vec<OperationId>,
    },
    /// A call whose creation got no response was found, by what its creation carried.
    Found {
        chain: Box<str>,
        call: CallId,
    },
}

/// A request to make for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) leg: LegId,
    pub(super) call: CallId,
    pub(super) ask: Ask,
}

struct Held {
    until: Instant,
    key: String,
    call: Option<CallId>,
    report: Report,
}

pub(super) struct Registry {
    tenant: TenantId,
    bot: Address,
    max_calls: usize,
    delta_roster: bool,
    sessions: BTreeMap<LegId, Live>,
    timers: Deadlines<LegId>,
    notices: VecDeque<Notice>,
    /// Live calls that changed: their state is told once, however often it did. A snapshot of each
    /// change would keep its roster, so that a post of small changes took a roster's size for each.
    changed: BTreeSet<LegId>,
    requests: VecDeque<Request>,
    /// Whether changes are noted for a store.
    keeps: bool,
    unsaved: BTreeSet<LegId>,
    over: BTreeSet<CallId>,
    legs_by_key: BTreeMap<Box<str>, LegId>,
    dialing: BTreeSet<LegId>,
    held: VecDeque<Held>,
    lost: Lost,
    recent: Recent,
    ended: Ended,
    announcements: VecDeque<Announcement>,
    incoming_so_far: u64,
    closed: bool,
    counts: CallCounts,
}

impl Registry {
    pub(super) fn new(
        tenant: TenantId,
        bot: Address,
        max_calls: usize,
        delta_roster: bool,
    ) -> Self {
        Self {
            tenant,
            bot,
            max_calls,
            delta_roster,
            sessions: BTreeMap::new(),
            timers: Deadlines::default(),
            notices: VecDeque::new(),
            changed: BTreeSet::new(),
            requests: VecDeque::new(),
            keeps: false,
            unsaved: BTreeSet::new(),
            over: BTreeSet::new(),
            legs_by_key: BTreeMap::new(),
            dialing: BTreeSet::new(),
            held: VecDeque::new(),
            lost: Lost::default(),
            recent: Recent::default(),
            ended: Ended::default(),
            announcements: VecDeque::new(),
            incoming_so_far: 0,
            closed: false,
            counts: CallCounts::default(),
        }
    }

    fn is_full(&self) -> bool {
        self.closed || self.sessions.len() + self.dialing.len() >= self.max_calls
    }

    fn open(
        &mut self,
        now: Instant,
        leg: LegId,
        call: CallId,
        party: Address,
        direction: Direction,
    ) {
        let session = CallSession::new(now, direction).delta_roster(self.delta_roster);
        let key = call_key(call.as_str()).into();
        self.open_as(leg, Live { call, key, party, kind: None, session });
    }

    /// Says what kind of call a live one is.
    pub(super) fn is_of(&mut self, leg: &LegId, kind: CallKind) {
        if let Some(live) = self.sessions.get_mut(leg) {
            live.kind = Some(kind);
            if self.keeps {
                self.unsaved.insert(leg.clone());
            }
        }
    }

    fn open_as(&mut self, leg: LegId, live: Live) {
        self.legs_by_key.insert(live.key.clone(), leg.clone());
        self.timers.set(leg.clone(), live.session.deadline());
        self.changed.insert(leg.clone());
        if self.keeps {
            self.unsaved.insert(leg.clone());
        }
        self.sessions.insert(leg, live);
    }

    /// Checks an order against the state of its leg; gives the call to send it to.
    pub(super) fn sending(
        &mut self,
        now: Instant,
        leg: &LegId,
        input: Input,
    ) -> Result<CallId, NotSent> {
        let live = self.sessions.get_mut(leg).ok_or(NotSent::Ended)?;
        live.session.handle_input(now, input).map_err(NotSent::Refused)?;
        let call = live.call.clone();
        self.drain(now, leg);
        Ok(call)
    }

    pub(super) fn input(&mut self, now: Instant, leg: &LegId, input: Input) {
        if let Some(live) = self.sessions.get_mut(leg) {
            // Orders go through `sending`; nothing else is refused.
            let _ = live.session.handle_input(now, input);
            self.drain(now, leg);
        }
    }

    /// Takes an answer to a request, unless the leg is another call by now.
    pub(super) fn answered(&mut self, now: Instant, request: Request, answer: Answer) {
        let Request { leg, call, ask } = request;
        if self.sessions.get(&leg).is_some_and(|live| live.call == call) {
            self.input(now, &leg, Input::Answered { ask, answer });
        }
    }

    /// Lets time pass.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        while let Some((_, leg)) = self.timers.pop_due(now) {
            self.input(now, &leg, Input::Tick);
        }
        self.let_go(now);
    }

    /// The next request to make; answer it by [`Registry::answered`].
    pub(super) fn poll_request(&mut self) -> Option<Request> {
        loop {
            let request = self.requests.pop_front()?;
            // The call may have ended since.
            if self.sessions.get(&request.leg).is_some_and(|live| live.call == request.call) {
                return Some(request);
            }
        }
    }

    /// What those who wait for a call or an operation are to be told.
    pub(super) fn poll_notice(&mut self) -> Option<Notice> {
        if let Some(notice) = self.notices.pop_front() {
            return Some(notice);
        }
        while let Some(leg) = self.changed.pop_first() {
            if let Some(live) = self.sessions.get(&leg) {
                let snapshot = Box::new(live.session.snapshot());
                return Some(Notice::Call { leg, snapshot });
            }
        }
        None
    }

    /// When to come back.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let held = self.held.front().map(|held| held.until);
        let next = [self.timers.next_deadline(), held, self.lost.deadline()];
        next.into_iter().flatten().min()
    }

    pub(super) fn poll_announcement(&mut self) -> Option<Announcement> {
        self.announcements.pop_front()
    }

    fn drain(&mut self, now: Instant, leg: &LegId) {
        let Some(live) = self.sessions.get_mut(leg) else { return };
        loop {
            match live.session.poll_output() {
                Output::Event(event) => {
                    self.announcements.push_back(Announcement::Leg { leg: leg.clone(), event });
                }
                Output::Operation(end) => self.notices.push_back(Notice::Operation(end)),
                Output::Ask(ask) => {
                    let (leg, call) = (leg.clone(), live.call.clone());
                    self.requests.push_back(Request { leg, call, ask });
                }
                Output::Changed => {
                    self.changed.insert(leg.clone());
                    if self.keeps {
                        self.unsaved.insert(leg.clone());
                    }
                }
                Output::Timeout(at) => {
                    // Time has to pass between two looks, or the driver would spin.
                    self.timers.set(leg.clone(), at.map(|at| at.max(now + SHORTEST_WAIT)));
                    break;
                }
            }
        }
        if live.session.state() == LegState::Ended
            && let Some(live) = self.sessions.remove(leg)
        {
            self.counts.ignored += live.session.ignored();
            self.changed.remove(leg);
            // At once: another call may take the name of its leg.
            let snapshot = Box::new(live.session.snapshot());
            self.notices.push_back(Notice::Call { leg: leg.clone(), snapshot });
            self.timers.remove(leg);
            self.legs_by_key.remove(&live.key);
            self.ended.remember(&live.key);
            self.unsaved.remove(leg);
            self.recent.remember(leg, &live);
            if self.keeps {
                self.note_over(live.call);
            }
        }
    }

    /// A record could not be written.
    pub(super) fn unwritten(&mut self) {
        self.counts.unwritten += 1;
    }

    /// Asks Graph how every call stands.
    pub(super) fn reconcile_all(&mut self, now: Instant) {
        let legs: Vec<LegId> = self.sessions.keys().cloned().collect();
        for leg in legs {
            self.input(now, &leg, Input::Reconcile);
        }
    }

    /// Takes no new calls from here on.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn session(&self, leg: &LegId) -> Option<&Live> {
        self.sessions.get(leg)
    }

    pub(super) fn live(&self) -> impl Iterator<Item = (&LegId, &CallId)> {
        self.sessions.iter().map(|(leg, live)| (leg, &live.call))
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
                + self.sessions.values().map(|live| live.session.ignored()).sum::<u64>(),
            ..self.counts
        }
    }
}

#[cfg(test)]
mod tests;
