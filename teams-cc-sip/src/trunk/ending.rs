//! How calls end with the trunk, and those that a transfer has left over.

use teams_cc_core::LegId;

use super::{call::LegRecord, engine::Engine};
use crate::{
    endpoint::{CallHandle, Command},
    message::StatusCode,
};

/// How many calls one input ends while the trunk drains: what is sent for them is written, and what
/// peers say is heard, before the next.
const DRAINED_AT_A_TIME: usize = 64;

/// What is still to end while the trunk drains.
pub(crate) enum Leaving {
    /// A leg.
    Leg(LegId),
    /// A call that a transfer has left over.
    Retired(CallHandle),
}

impl Engine {
    /// Lets every call end, a portion with each input from now on.
    pub(super) fn drain(&mut self) {
        self.draining = true;
        self.leave_registrars();
        let legs = self.legs.keys().cloned().map(Leaving::Leg);
        self.leaving = legs.chain(self.retired.keys().copied().map(Leaving::Retired)).collect();
    }

    /// Ends the next portion of what a drain has left.
    pub(super) fn drain_on(&mut self) {
        for _ in 0..DRAINED_AT_A_TIME {
            match self.leaving.pop_front() {
                // Whoever calls for help talks on: such calls, and whom they talk to, have until
                // the trunk's task ends.
                Some(Leaving::Leg(leg)) if self.is_for_help(&leg) => {}
                Some(Leaving::Leg(leg)) => {
                    self.refuse_or_hang_up(&leg, StatusCode::SERVICE_UNAVAILABLE);
                }
                Some(Leaving::Retired(call)) if !self.retired.contains_key(&call) => {}
                Some(Leaving::Retired(call)) => self.end_retired(call),
                None => return,
            }
        }
    }

    /// Ends what a drain has left, calls for help among it.
    pub(super) fn stop(&mut self) {
        for leg in self.legs.keys().cloned().collect::<Vec<_>>() {
            self.refuse_or_hang_up(&leg, StatusCode::SERVICE_UNAVAILABLE);
        }
    }

    /// Whether a leg, or the one it talks to, is a call to the emergency services or becomes one.
    pub(super) fn is_for_help(&self, leg: &LegId) -> bool {
        let Some(record) = self.legs.get(leg) else { return false };
        let other = record.bridge.as_ref().and_then(|other| self.legs.get(other));
        let handed_over =
            |record: &LegRecord| record.transfer.as_ref().is_some_and(|t| t.emergency);
        [Some(&**record), other.map(|other| &**other)]
            .into_iter()
            .flatten()
            .any(|record| record.emergency || handed_over(record))
    }

    pub(super) fn end_lost_retired(&mut self) {
        let now = self.now;
        let lost: Vec<CallHandle> = self
            .retired
            .iter()
            .filter(|(_, until)| **until <= now)
            .map(|(call, _)| *call)
            .collect();
        for call in lost {
            self.end_retired(call);
        }
    }

    pub(crate) fn end_retired(&mut self, call: CallHandle) {
        self.retired.remove(&call);
        if self.order(Command::Bye { call, extras: crate::endpoint::Extras::new() }).is_err() {
            self.calls.remove(&call);
        }
    }
}
