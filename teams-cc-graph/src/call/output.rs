//! What comes out of the state of a call.

use teams_cc_core::{Instant, contact::LegEvent};

/// What a call gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "drivers match on every kind of output")]
pub enum Output {
    /// Something happened.
    Event(LegEvent),
    /// Nothing more until then; [`None`] waits for input alone.
    Timeout(Option<Instant>),
}
