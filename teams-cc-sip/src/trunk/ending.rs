//! How calls end with the trunk, and those that a transfer has left over.

use teams_cc_core::LegId;

use super::engine::Engine;
use crate::{
    endpoint::{CallHandle, Command},
    message::StatusCode,
};

impl Engine {
    pub(super) fn drain(&mut self) {
        self.draining = true;
        self.leave_registrars();
        // Whoever calls for help talks on: such calls, and whom they talk to, have until the
        // trunk's task ends.
        let legs: Vec<LegId> =
            self.legs.keys().filter(|leg| !self.is_for_help(leg)).cloned().collect();
        for leg in legs {
            self.refuse_or_hang_up(&leg, StatusCode::SERVICE_UNAVAILABLE);
        }
        let retired: Vec<CallHandle> = self.retired.keys().copied().collect();
        for call in retired {
            self.end_retired(call);
        }
    }

    /// Whether a leg, or the one it talks to, is a call to the emergency services.
    fn is_for_help(&self, leg: &LegId) -> bool {
        let Some(record) = self.legs.get(leg) else { return false };
        let other = record.bridge.as_ref().and_then(|other| self.legs.get(other));
        record.emergency || other.is_some_and(|other| other.emergency)
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
