//! Why a call did not do what was asked of it.

use std::{error::Error as StdError, fmt, time::Duration};

use teams_cc_core::contact::{EndCause, LegError, OperationOutcome};

use super::{CallHandle, Stage, TransferRefusal, Unsupported, UnusableTarget};
use crate::{
    Diagnosis, Error,
    call::{OperationError, OperationResult, OrderError, ResultCode},
};

/// Why a call did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The kind of call cannot do it; nothing was sent.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The transfer breaks a rule; nothing was sent.
    #[error(transparent)]
    Transfer(#[from] TransferRefusal),
    /// Graph cannot reach the target; nothing was sent.
    #[error(transparent)]
    Target(#[from] UnusableTarget),
    /// The time to answer is over.
    #[error("the call can no longer be answered: answer within 15 s, 5 s for policy recording")]
    TooLate,
    /// The call is over.
    #[error("the call has ended: {0}")]
    Ended(EndCause),
    /// It did not come so far in time.
    #[error("the call did not become {wanted} within {after:?}: hang it up, or wait on")]
    NotInTime {
        /// What was waited for.
        wanted: &'static str,
        /// For how long.
        after: Duration,
    },
    /// Another participant is on hold, and one can be at a time.
    #[error("another participant is on hold: take that one off hold first")]
    AnotherOnHold,
    /// No such participant is known.
    #[error("the roster knows no such participant: take its id from the roster")]
    NoParticipant,
    /// Graph refused, or could not be reached.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A leg refused.
    #[error(transparent)]
    Leg(#[from] LegError),
    /// The end of an operation is not known.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// An operation did not run to its end.
    #[error("the operation did not complete: {outcome:?}")]
    Failed {
        /// How it ended.
        outcome: OperationOutcome,
        /// Graph's code and subcode, where it told them.
        code: Option<ResultCode>,
    },
    /// A request failed.
    #[error(transparent)]
    Request(#[from] Error),
}

impl ControlError {
    /// What Graph answered, or what kept the request from it; none where no request failed.
    #[must_use]
    pub fn graph(&self) -> Option<&Error> {
        match self {
            Self::Request(error) | Self::Order(OrderError::Graph(error)) => Some(error),
            Self::Leg(LegError::Platform { source, .. }) => source.downcast_ref(),
            _ => None,
        }
    }

    /// What is missing and how to mend it, where Graph's answer tells: what to grant, above all.
    #[must_use]
    pub fn diagnosis(&self) -> Option<Diagnosis> {
        self.graph()?.diagnosis()
    }

    /// An operation that did not complete as an error.
    pub(in crate::call) fn unless_completed(
        result: OperationResult,
    ) -> Result<OperationResult, Self> {
        if result.is_completed() {
            return Ok(result);
        }
        Err(Self::Failed { outcome: result.outcome, code: result.code })
    }
}

/// An order that was not carried out, and the call it was for: it stands as it did.
#[non_exhaustive]
pub struct Refused<S: Stage> {
    /// Why.
    pub error: ControlError,
    /// The call.
    pub call: CallHandle<S>,
}

impl<S: Stage> Refused<S> {
    #[expect(clippy::unnecessary_box_returns, reason = "it stands in results, which stay small")]
    pub(super) fn new(call: CallHandle<S>, error: impl Into<ControlError>) -> Box<Self> {
        Box::new(Self { error: error.into(), call })
    }
}

impl<S: Stage> fmt::Debug for Refused<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").field("error", &self.error).field("call", &self.call).finish()
    }
}

impl<S: Stage> fmt::Display for Refused<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<S: Stage> StdError for Refused<S> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
