//! What a call asks Graph when notifications leave it in doubt, and what Graph answers.

use teams_cc_core::OperationId;

use super::{CallReport, OperationReport, RosterReport};

/// A request that a call wants to be made; answer it by [`Input::Answered`](super::Input::Answered).
///
/// A call asks one question of a kind at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "drivers have to make every kind of request")]
pub enum Ask {
    /// `POST /communications/calls/{id}/keepAlive`.
    KeepAlive,
    /// `GET /communications/calls/{id}`.
    Call,
    /// `GET /communications/calls/{id}/participants`.
    Participants,
    /// `GET /communications/calls/{id}/operations/{graph_id}`.
    Operation {
        /// The operation.
        id: OperationId,
        /// Graph's own id of it.
        graph_id: Box<str>,
    },
}

/// What Graph answered to an [`Ask`].
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an answer tells one of these things")]
pub enum Answer {
    /// Graph knows the call; nothing else was said.
    Alive,
    /// The call as it stands.
    Call(Box<CallReport>),
    /// The participants as they stand.
    Participants(RosterReport),
    /// The operation as it stands.
    Operation(OperationReport),
    /// Graph does not know it (404).
    NotFound,
    /// There was no telling: no answer, or one that says nothing about the call.
    NoAnswer,
}
