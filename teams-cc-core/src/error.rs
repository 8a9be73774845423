//! One error for those who do not care which part of the crate said no.

use std::{error::Error as StdError, fmt};

use crate::{
    agent::InvalidSkill,
    contact::{IllegalTransition, InvalidPrompt, LegError, ParseToneError, flow::OrderError},
    emergency::{EmergencyOverGraph, InvalidEmergencyPlan},
    id::ParseIdError,
    number::ParseNumberError,
    queue::TooManyAttributes,
    retry::ParseRetryAfterError,
    routing::EngineError,
    store::StoreError,
    time::{ParseDurationError, ParseTimestampError},
};

/// Anything this crate refuses, with the part's own error as its source.
///
/// Every function here returns its own small error; `?` turns each into this one.
///
/// ```
/// use teams_cc_core::{E164, Error, ErrorKind, QueueId};
///
/// fn read(queue: &str, number: &str) -> Result<(QueueId, E164), Error> {
///     Ok((queue.parse()?, number.parse()?))
/// }
///
/// assert_eq!(read("sales", "14255550100").unwrap_err().kind(), ErrorKind::Invalid);
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

/// What kind of thing was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A text or value is not what it should be.
    Invalid,
    /// A contact or a leg does not do what was ordered.
    Contact,
    /// The routing engine did not take an input.
    Routing,
    /// A store refused or failed.
    Store,
    /// An emergency call was about to take the wrong way.
    Emergency,
}

impl Error {
    /// What kind of thing was refused.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The kind, and the part's own error.
    #[must_use]
    pub fn into_parts(self) -> (ErrorKind, Box<dyn StdError + Send + Sync>) {
        (self.kind, self.source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Invalid => "a value was not valid",
            ErrorKind::Contact => "a contact did not do what was ordered",
            ErrorKind::Routing => "routing did not take an input",
            ErrorKind::Store => "a store did not do what was asked",
            ErrorKind::Emergency => "an emergency call was about to take the wrong way",
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

macro_rules! kinds {
    ($($kind:ident: $($error:ty),+;)+) => {$($(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self { kind: ErrorKind::$kind, source: Box::new(error) }
            }
        }
    )+)+};
}

kinds! {
    Invalid: InvalidSkill, InvalidPrompt, InvalidEmergencyPlan, ParseDurationError, ParseIdError,
        ParseNumberError, ParseRetryAfterError, ParseTimestampError, ParseToneError,
        TooManyAttributes;
    Contact: IllegalTransition, LegError, OrderError;
    Routing: EngineError;
    Store: StoreError;
    Emergency: EmergencyOverGraph;
}

#[cfg(test)]
mod tests {
    use static_assertions::{assert_impl_all, assert_obj_safe};

    use super::*;
    use crate::{
        Clock, contact, queue,
        routing::{self, policy},
        store,
    };

    assert_impl_all!(Error: Send, Sync, StdError);
    assert_impl_all!(routing::Engine: Send, Sync);
    assert_impl_all!(contact::flow::Flow: Send, Sync);
    assert_obj_safe!(Clock, contact::Leg, queue::CallOrder, store::CallStore, store::DispatchStore);
    assert_obj_safe!(routing::RoutingPolicy, policy::Condition, policy::Filter, policy::Rank);

    #[test]
    fn the_parts_own_error_is_the_source() {
        let error = Error::from(StoreError::Fenced);
        assert_eq!(error.kind(), ErrorKind::Store);
        let source = error.source().map(ToString::to_string);
        assert_eq!(source, Some(StoreError::Fenced.to_string()));
        assert_eq!(error.to_string(), "a store did not do what was asked");
    }
}
