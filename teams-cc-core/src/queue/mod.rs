//! Calls that wait: who, in which order, and for how long.
//!
//! A queue has no opening hours and no greeting; those belong to the flow before it, as they
//! belong to the auto attendant in Teams.

mod discipline;
mod entry;
mod overflow;

pub use discipline::{Ageing, CallOrder, Discipline, NewestFirst, OrderKey, Strict};
pub use entry::{
    Destination, Levels, MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES, MAX_PREFERRED, MAX_SELECTORS,
    Priority, QueueEntry, TooManyAttributes, TooManySelectors,
};
pub use overflow::{Exit, ExitReason, QueueLimits, WhileRinging};
