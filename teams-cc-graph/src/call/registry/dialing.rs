//! Calls being created, and those whose creation got no response.

mod lost;

use std::{collections::VecDeque, time::Duration};

use teams_cc_core::{Address, CallId, Instant, LegId, contact::Direction};

pub(super) use self::lost::Lost;
use super::{Held, Notice, Registry};
use crate::{
    call::{CallReport, DialError, Input, Report},
    model::{Call, call_key},
};

/// The most notifications held for calls whose creation is not answered yet; the oldest goes.
pub(super) const MAX_HELD: usize = 256;

/// How long a notification is held for a call whose creation is not answered yet.
pub(super) const HOLD_FOR: Duration = Duration::from_mins(1);

impl Registry {
    /// Begins to create a call.
    pub(in crate::call) fn dialing(&mut self, leg: &LegId) -> Result<(), DialError> {
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
    pub(in crate::call) fn dialed(
        &mut self,
        now: Instant,
        leg: &LegId,
        call: CallId,
        party: Address,
    ) {
        let key: Box<str> = call_key(call.as_str()).into();
        self.open(now, leg.clone(), call, party, Direction::Outbound);
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
    pub(in crate::call) fn no_longer_dialing(&mut self, now: Instant, leg: &LegId) {
        self.dialing.remove(leg);
        self.let_go(now);
    }

    /// The call is over before it had a session; what comes for it is late.
    pub(in crate::call) fn abandon(&mut self, call: &CallId) {
        self.ended.remember(&call_key(call.as_str()));
    }

    /// Whether notifications of unknown calls may be of calls that are being created.
    pub(super) fn waits_for_calls(&self) -> bool {
        !self.dialing.is_empty() || !self.lost.is_empty()
    }

    /// Holds a notification until it is known whose it is.
    pub(super) fn hold(&mut self, now: Instant, key: String, call: Option<CallId>, report: Report) {
        if let Some(call) = &call {
            self.suspect(call, &report);
        }
        if self.ended.contains(&key) {
            self.counts.late += 1;
            return;
        }
        if self.held.len() >= MAX_HELD {
            self.held.pop_front();
            self.counts.unknown += 1;
        }
        self.held.push_back(Held { until: now + HOLD_FOR, key, call, report });
    }

    pub(super) fn let_go(&mut self, now: Instant) {
        self.lost.forget(now);
        while let Some(held) = self.held.front() {
            if self.waits_for_calls() && held.until > now {
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

    /// The creation of a call got no response: its notifications will tell its id, if it exists.
    ///
    /// It is known by its chain id or, where Graph gave it another one, by whom it calls.
    pub(in crate::call) fn lost(&mut self, now: Instant, chain: Box<str>, party: Address) {
        self.lost.push(now, chain, party);
        let held: Vec<_> = self
            .held
            .iter()
            .filter_map(|held| Some((held.call.clone()?, held.report.clone())))
            .collect();
        for (call, report) in held {
            self.suspect(&call, &report);
        }
    }

    /// A call to ask Graph about: it may be a lost one. Answer by [`Registry::identified`].
    pub(in crate::call) fn poll_stranger(&mut self) -> Option<CallId> {
        self.lost.poll()
    }

    /// What Graph says of a call that may be a lost one.
    pub(in crate::call) fn identified(&mut self, call: CallId, details: Option<&Call>) {
        if let Some(chain) = self.lost.identified(&call, details) {
            self.notices.push_back(Notice::Found { chain, call });
        }
    }

    fn suspect(&mut self, call: &CallId, report: &Report) {
        if let Some(chain) = self.lost.suspect(call, report) {
            self.notices.push_back(Notice::Found { chain, call: call.clone() });
        }
    }
}
