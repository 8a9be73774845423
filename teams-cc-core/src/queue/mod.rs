//! Calls that wait: who, in which order, and for how long.
//!
//! A queue has no opening hours and no greeting; those belong to the flow before it, as they
//! belong to the auto attendant in Teams.

mod discipline;
mod entry;
mod overflow;

pub use discipline::{Ageing, CallOrder, OrderKey, Strict};
pub use entry::{
    Destination, MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES, Priority, QueueEntry, TooManyAttributes,
};
pub use overflow::{Exit, ExitReason, QueueLimits};
