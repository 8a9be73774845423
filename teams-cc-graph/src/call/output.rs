//! What comes out of the state of a call.

use teams_cc_core::{Instant, OperationId, contact::LegEvent};

use super::{Ask, OperationError, OperationResult};

/// What a call gives out.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "drivers match on every kind of output")]
pub enum Output {
    /// Something happened.
    Event(LegEvent),
    /// An operation ended, or will not be told of any more.
    Operation(OperationEnd),
    /// Make this request, and answer by [`Input::Answered`](super::Input::Answered).
    Ask(Ask),
    /// [`CallSession::snapshot`](super::CallSession::snapshot) may tell something new.
    Changed,
    /// Nothing more until then; [`None`] waits for input alone.
    Timeout(Option<Instant>),
}

/// How an operation ended for those who wait for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OperationEnd {
    /// The operation.
    pub id: OperationId,
    /// Its result, or why there is none.
    pub result: Result<Box<OperationResult>, OperationError>,
}
