//! Time as data: engines are told the time, they never ask for it.
//!
//! [`Instant`] counts nanoseconds since an engine's own epoch and is what state machines compare.
//! [`Timestamp`] is wall time and is what outlives a process.
//! [`Clock`] is the seam through which a driver reads both.
//! [`Deadlines`] is the timer set of every engine, [`IsoDuration`] the text of a duration on the
//! wire (ISO 8601, Graph's `Edm.Duration`).

mod clock;
mod deadline;
mod instant;
mod iso8601;
pub(crate) mod seconds;
mod timestamp;

pub use clock::{Clock, ManualClock};
pub use deadline::Deadlines;
pub use instant::Instant;
pub use iso8601::{IsoDuration, ParseDurationError};
pub use timestamp::{ParseTimestampError, Timestamp};
