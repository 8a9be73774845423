//! What goes into the state of a call.

use teams_cc_core::{
    OperationId,
    contact::{LegState, RejectReason},
};

use super::{Answer, Ask, CallReport, OperationReport, RosterReport};

/// What a call takes in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// A notification about the call.
    Call(CallReport),
    /// A notification or a response about an operation.
    Operation(OperationReport),
    /// A notification about the participants.
    Roster(RosterReport),
    /// An order is about to be sent. Refused where the call is in no state for it.
    Sending(Order),
    /// Graph accepted the order.
    Accepted(Order),
    /// Graph refused the order, or it never left.
    Refused(Order),
    /// Nobody knows whether the order arrived: no response came, or nobody waited for it.
    Doubtful(Order),
    /// An order was given up before its response came.
    Abandoned(Order),
    /// An answer to what the call asked.
    Answered {
        /// The question.
        ask: Ask,
        /// The answer.
        answer: Answer,
    },
    /// Ask Graph how everything stands, as after a time without notifications.
    Reconcile,
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
        /// What it needs.
        needs: Needs,
        /// Whether its end is told as an event.
        told: bool,
    },
    /// Hand the party over.
    Transfer,
    /// End the call.
    HangUp,
}

/// What an operation needs of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// That it is connected.
    Connected,
    /// That media flows, as prompts, recordings and tones do.
    Media,
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
