//! What will happen, in order of time and then of planning.

use std::collections::BTreeMap;

use teams_cc_core::{Instant, PhoneNumber, contact::Tone};

use super::{output::CallbackId, ring::RingId, transfer::Step};
use crate::sip::SipAction;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    CustomerDials(usize),
    UserDials(usize, PhoneNumber),
    CustomerPresses {
        call: u64,
        key: Tone,
    },
    /// The customer hangs up, unless something has happened since (the epoch moved on).
    CustomerLeaves {
        customer: usize,
        epoch: u32,
    },
    UserPresses {
        call: u64,
        key: Tone,
    },
    PresenceChanges(usize, usize),
    Rings(RingId),
    AnswerDeadline(u64),
    KeepAliveDeadline {
        call: u64,
        epoch: u32,
    },
    Establish(u64),
    MailboxFull(u64),
    OperationEnds {
        call: u64,
        operation: String,
    },
    Transfer {
        call: u64,
        step: Step,
    },
    /// The prompt before a clip has been heard.
    Heard {
        call: u64,
        names: Vec<Box<str>>,
    },
    /// The party of another call moves over to this group call.
    Moves(u64),
    /// The record of a call, by its id, can be read from here on.
    RecordWritten(String),
    Deliver(CallbackId),
    Sip(SipAction),
}

/// The timers of the world. There are at most a handful per call, person and notification, and
/// each of those is bounded where it is made.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    actions: BTreeMap<(Instant, u64), Action>,
    planned: u64,
}

impl Schedule {
    pub(crate) fn plan(&mut self, at: Instant, action: Action) {
        self.planned += 1;
        self.actions.insert((at, self.planned), action);
    }

    /// The next action that is due, with the instant it was planned for.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Instant, Action)> {
        let entry = self.actions.first_entry()?;
        let at = entry.key().0;
        (at <= now).then(|| (at, entry.remove()))
    }

    /// Whether anybody is still going to call.
    pub(crate) fn has_arrivals(&self) -> bool {
        self.actions
            .values()
            .any(|action| matches!(action, Action::CustomerDials(_) | Action::UserDials(..)))
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.actions.keys().next().map(|(at, _)| *at)
    }
}
