//! What goes into the state of a call.

use teams_cc_core::{
    OperationId,
    contact::{LegState, RejectReason},
};

use super::{CallReport, OperationReport};

/// What a call takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A notification about the call.
    Call(CallReport),
    /// A notification or a response about an operation.
    Operation(OperationReport),
    /// An order is about to be sent. Refused where the call is in no state for it.
    Sending(Order),
    /// Graph accepted the order.
    Accepted(Order),
    /// Graph refused the order, or it never left.
    Refused(Order),
    /// Nobody knows whether the order arrived: no response came, or nobody waited for it.
    Doubtful(Order),
    /// Graph does not know the call any more (404).
    Gone,
    /// Time passed.
    Tick,
}

/// An order to a call, reduced to what its state depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// Answer.
    Answer,
    /// Refuse the call.
    Reject(RejectReason),
    /// Begin an operation; its id is its `clientContext`.
    Operate {
        /// The operation.
        id: OperationId,
        /// Whether its end is told.
        told: bool,
    },
    /// Hand the party over.
    Transfer,
    /// End the call.
    HangUp,
}

/// Why an order must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The call is in no state for it.
    #[error("the call is in no state for this order: {0:?}")]
    State(LegState),
    /// As many operations are under way as one call may have.
    #[error("too many operations are under way on this call: wait for one to end")]
    TooManyOperations,
}
