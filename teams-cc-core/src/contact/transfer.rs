//! Handing a leg over, and what can still be seen afterwards.

use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::{Address, LegId};

/// Where a leg is handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TransferTarget {
    /// A party that is called by the platform: a blind transfer.
    Blind(Address),
    /// The party of another leg, whose call is replaced: a consultative transfer.
    Consultative {
        /// Who is on the other leg.
        party: Address,
        /// The leg whose call is replaced (`replacesCallId`).
        replaces: LegId,
    },
}

impl TransferTarget {
    /// Who the leg is handed to.
    #[must_use]
    pub fn party(&self) -> &Address {
        match self {
            Self::Blind(party) | Self::Consultative { party, .. } => party,
        }
    }
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TransferOutcome {
    /// The platform took the leg over.
    Completed {
        /// What can still be seen of the conversation.
        after: AfterTransfer,
        /// Who took the call. A blind transfer to a Teams user may end in a mailbox unseen.
        answered_by: Knowledge<AnsweredBy>,
    },
    /// The transfer failed and the leg is back where it was.
    Failed(TransferFailure),
    /// The leg ended while the transfer was under way; whether it succeeded is not known.
    Unknown,
}

/// What can still be seen of a conversation after a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AfterTransfer {
    /// Nothing: the platform ended our view (Graph subcode 7015, `AppTransferred`).
    OutOfSight,
    /// Everything: our own bridge carries the conversation.
    InSight,
}

/// Why a transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TransferFailure {
    /// The target did not answer in time.
    NoAnswer,
    /// The target was busy.
    Busy,
    /// The target declined.
    Declined,
    /// The target cannot be reached.
    Unreachable,
    /// The call to be replaced is gone.
    ReplacedCallGone,
    /// The platform refused or failed (Graph 500/7000, 500/7700).
    Platform,
}

/// Who answered a call, as far as can be known.
///
/// A declined or unanswered Teams user may answer from a mailbox or a mobile, so an answer alone
/// proves nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AnsweredBy {
    /// A person confirmed. By tone, in the agent's app, or under a policy that trusts the answer.
    Confirmed,
    /// Something answered; nobody confirmed yet.
    Unconfirmed,
    /// The answer looks like a mailbox: diverted, too fast, or never confirmed.
    SuspectedVoicemail,
}
