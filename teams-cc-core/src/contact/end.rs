//! Why a leg ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a leg ended, and who ended it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EndCause {
    /// What happened, in the contact center's words.
    pub reason: EndReason,
    /// Who ended the leg.
    pub by: EndedBy,
    /// The platform's code, such as a SIP status or a Graph `resultInfo` code.
    pub code: Option<i32>,
    /// The platform's finer code, such as a Graph subcode.
    pub subcode: Option<i32>,
}

impl EndCause {
    /// A cause without platform codes.
    #[must_use]
    pub fn new(reason: EndReason, by: EndedBy) -> Self {
        Self { reason, by, code: None, subcode: None }
    }

    /// Adds the platform's codes.
    #[must_use]
    pub fn codes(mut self, code: i32, subcode: Option<i32>) -> Self {
        self.code = Some(code);
        self.subcode = subcode;
        self
    }
}

impl fmt::Display for EndCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} by {:?}", self.reason, self.by)?;
        match (self.code, self.subcode) {
            (Some(code), Some(subcode)) => write!(f, " ({code}/{subcode})"),
            (Some(code), None) => write!(f, " ({code})"),
            _ => Ok(()),
        }
    }
}

/// What ended a leg, in the contact center's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EndReason {
    /// A party hung up after a conversation.
    Completed,
    /// The called party was busy.
    Busy,
    /// The called party declined.
    Declined,
    /// Nobody answered in time.
    NoAnswer,
    /// The caller gave up before an answer.
    Cancelled,
    /// There is no such party.
    NotFound,
    /// The party is known and cannot be reached now.
    Unreachable,
    /// The platform or a rule forbids the call.
    Forbidden,
    /// The leg was handed over; what follows is out of sight.
    Transferred,
    /// The answer deadline passed.
    TooLate,
    /// The platform or the network failed.
    Failed,
    /// The platform no longer knows the call; its end was never announced.
    Reconciled,
}

/// Who ended a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EndedBy {
    /// The party on the leg.
    Remote,
    /// This contact center.
    Local,
    /// Microsoft, a carrier or the network.
    Platform,
}
