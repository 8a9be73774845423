//! Steady reading within a rate: who to read next, and when.
//!
//! Presence has no delta query and app-only tokens cannot subscribe to it, so an app reads in
//! turns. [`Sweep`] plans the turns without input or output: users come round once in a period, a
//! user routing asks for goes first, requests stay below a share of
//! [1500 in 30 s](https://learn.microsoft.com/graph/throttling-limits) for each app and tenant, and
//! a 429 stops everything until its time is over.
//!
//! | input | what follows |
//! |---|---|
//! | [`Input::Watch`] | the users are read once now, then once in a period |
//! | [`Input::Forget`] | they are read no more |
//! | [`Input::Want`] | they are read next, watched or not |
//! | [`Input::Answered`] | the batch's users are due again after a period |
//! | [`Input::Failed`] | its users are due again at once, but nothing is read until the time given |
//! | [`Input::Tick`] | whatever is due by now is read |
//!
//! Whether steady polling is allowed is for the customer to settle with Microsoft: its terms
//! restrict polling of Teams resources. Periods are therefore long by default, and nothing is read
//! that was not asked for.

mod config;
mod engine;
mod input;
mod output;
#[cfg(test)]
mod tests;

pub use config::SweepConfig;
pub use engine::Sweep;
pub use input::Input;
pub use output::{BatchId, Output};
