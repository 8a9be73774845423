//! Time as data: engines are told the time, they never ask for it.
//!
//! [`Instant`] counts nanoseconds since an engine's own epoch and is what state machines compare.
//! [`Timestamp`] is wall time and is what outlives a process.
//! [`Clock`] is the seam through which a driver reads both.

mod clock;
mod instant;
mod timestamp;

pub use clock::{Clock, ManualClock};
pub use instant::Instant;
pub use timestamp::{ParseTimestampError, Timestamp};
