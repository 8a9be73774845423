//! Why a call is not placed.

use http::StatusCode;
use teams_cc_core::{
    Address, LegId,
    contact::{LegError, Verb},
};

use super::Refusal;
use crate::{Error, ErrorKind, InvalidRequest, budget::BudgetError};

/// Why a call is not placed; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// Emergency calls need a location and a call-back number that Graph does not carry.
    #[error(
        "emergency calls do not go over graph: place the call on the tenant's direct routing \
         trunk, which carries the caller's location"
    )]
    Emergency,
    /// Graph has no way to name such a party.
    #[error("graph cannot call {party}: place the call on a sip trunk")]
    NoRoute {
        /// The kind of party.
        party: &'static str,
    },
    /// Another leg has this id.
    #[error("the leg id {leg} is in use: give every leg an id of its own")]
    LegInUse {
        /// The id.
        leg: LegId,
    },
    /// As many calls are live as the configuration allows.
    #[error("{limit} calls are live, which is the configured limit: end one or raise max_calls")]
    TooManyCalls {
        /// The configured limit.
        limit: usize,
    },
    /// The app's ceilings leave no room for it.
    #[error("the call would be over the budget: {0}")]
    Budget(#[from] BudgetError),
    /// The calls are being shut down.
    #[error("the calls are being shut down: place the call from another process")]
    ShuttingDown,
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The call is over.
    #[error("the call has ended")]
    Ended,
    /// The call is in no state for it; nothing was sent.
    #[error("nothing was sent: {0}")]
    Refused(#[from] Refusal),
    /// Graph refused, or could not be reached.
    #[error("graph did not carry the order out")]
    Graph(#[from] Error),
}

impl OrderError {
    /// The same as the error of a contact's leg.
    #[must_use]
    pub fn of(self, verb: Verb) -> LegError {
        match self {
            Self::Ended => LegError::Ended,
            Self::Refused(Refusal::State(state)) => LegError::WrongState { verb, state },
            Self::Refused(refusal) => LegError::Platform { verb, source: Box::new(refusal) },
            Self::Graph(error) => match (verb, error.kind()) {
                (Verb::TransferBlind | Verb::TransferConsultative, ErrorKind::Invalid(invalid)) => {
                    LegError::InvalidDestination { why: invalid.to_string().into() }
                }
                _ => LegError::Platform { verb, source: Box::new(error) },
            },
        }
    }
}

/// Whether Graph took the order although no usable response came back.
pub(super) fn may_run(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Timeout | ErrorKind::Decode | ErrorKind::ResponseTooLarge { .. }
    )
}

/// Whether Graph may have acted although an error came back.
pub(super) fn is_doubtful(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connection
        | ErrorKind::Timeout
        | ErrorKind::Decode
        | ErrorKind::ResponseTooLarge { .. } => true,
        ErrorKind::Service(response) => {
            // One that cannot do it has not done it.
            response.status.is_server_error() && response.status != StatusCode::NOT_IMPLEMENTED
        }
        _ => false,
    }
}

/// Whether Graph may be asked to call this party.
pub(super) fn check_party(party: &Address) -> Result<(), DialError> {
    if party.is_emergency() {
        return Err(DialError::Emergency);
    }
    match party {
        Address::Anonymous => Err(DialError::NoRoute { party: "an anonymous party" }),
        Address::Sip(_) => Err(DialError::NoRoute { party: "a sip party" }),
        _ => Ok(()),
    }
}

impl From<DialError> for Error {
    fn from(error: DialError) -> Self {
        InvalidRequest::from(error).into()
    }
}
