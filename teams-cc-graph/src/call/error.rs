//! Why a call is not placed.

use teams_cc_core::{Address, LegId};

use crate::{Error, InvalidRequest};

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
    /// The calls are being shut down.
    #[error("the calls are being shut down: place the call from another process")]
    ShuttingDown,
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
