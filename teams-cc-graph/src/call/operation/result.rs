//! How an operation ended, and all that Graph said about it.

use std::time::Duration;

use teams_cc_core::{
    OperationId,
    contact::{EndCause, OperationOutcome},
};

use super::ResultCode;
use crate::{
    model::{CommsOperation, InvitationParticipantInfo, RecordOperation, SendDtmfTonesOperation},
    wire::Sensitive,
};

/// How an operation ended, and all that Graph said about it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OperationResult {
    /// The operation; its id is its `clientContext`.
    pub id: OperationId,
    /// Graph's own id of the operation, where it told one.
    pub graph_id: Option<Box<str>>,
    /// How it ended.
    pub outcome: OperationOutcome,
    /// The code and subcode, where Graph told them.
    pub code: Option<ResultCode>,
    /// How the end came to be known.
    pub learned: Learned,
    /// The operation itself, as far as Graph told it.
    pub operation: Option<Box<CommsOperation>>,
}

/// How the end of an operation came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Learned {
    /// From the response to the order itself.
    Response,
    /// From a notification.
    Notification,
    /// By asking, for no notification came.
    Asked,
}

/// Why the end of an operation is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// The call ended first.
    #[error("the call ended before the operation did: {cause}")]
    CallEnded {
        /// Why the call ended.
        cause: EndCause,
    },
    /// No end came in time. The operation may still run; its end comes as an event.
    #[error("the operation did not end within {after:?}: it may still be running")]
    Late {
        /// How long was waited.
        after: Duration,
    },
    /// Nobody looks after the call here any more.
    #[error("the calls were stopped or taken over before the operation ended")]
    Stopped,
}

impl OperationResult {
    /// Whether the operation ran to its end.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.outcome == OperationOutcome::Completed
    }

    /// What Graph says in words; for logs of a support case, not for people.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.operation.as_deref()?.result_info()?.message.get().map(Sensitive::reveal)
    }

    /// The recording, where this was one: its location, its own token, why it ended.
    #[must_use]
    pub fn recording(&self) -> Option<&RecordOperation> {
        match self.operation.as_deref()? {
            CommsOperation::Record(operation) => Some(operation),
            _ => None,
        }
    }

    /// The sending of tones, where this was one.
    #[must_use]
    pub fn tones_sent(&self) -> Option<&SendDtmfTonesOperation> {
        match self.operation.as_deref()? {
            CommsOperation::SendDtmfTones(operation) => Some(operation),
            _ => None,
        }
    }

    /// Who was invited, where this was an invitation.
    #[must_use]
    pub fn invited(&self) -> &[InvitationParticipantInfo] {
        match self.operation.as_deref() {
            Some(CommsOperation::InviteParticipants(operation)) => operation.participants.items(),
            _ => &[],
        }
    }
}

/// What is known of an operation later goes over what was known before.
///
/// The invited are named in the response alone, so they stay.
pub(super) fn merged(
    older: Option<Box<CommsOperation>>,
    newer: Option<Box<CommsOperation>>,
) -> Option<Box<CommsOperation>> {
    match (older, newer) {
        (Some(older), Some(mut newer)) => {
            if let (
                CommsOperation::InviteParticipants(older),
                CommsOperation::InviteParticipants(newer),
            ) = (&*older, &mut *newer)
                && newer.participants.items().is_empty()
            {
                newer.participants = older.participants.clone();
            }
            Some(newer)
        }
        (older, newer) => newer.or(older),
    }
}
