//! One scenario, played once over a bot's call and once over a trunk.
//!
//! A [`Scenario`] is data: who calls, who works, what the program orders. [`play`] lives through it
//! over one [`Door`] and gives what the contact center told, as a [`Trace`]. [`compare`] holds two
//! traces against each other. They may differ only where one leg lacks a verb that the other has,
//! and each such verb is named.

mod compare;
mod play;
mod scenario;

pub use compare::{Difference, compare};
pub use play::{Door, Line, Trace, play};
pub use scenario::{Conduct, Person, Refusal, Scenario, Step, scenarios};
