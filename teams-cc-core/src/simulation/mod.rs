//! A day of calls in virtual time: what if?
//!
//! [`simulate`] plays arrivals against the very engine that routes real calls, with agents who
//! take as long as a [`Spread`] says, and gives a [`Report`]: service level in its four
//! definitions, average speed of answer, handle time, abandonment, occupancy. The same seed gives
//! the same day, so that two policies can be compared on the same calls.
//!
//! ```
//! use std::time::Duration;
//! use teams_cc_core::{
//!     Seed,
//!     agent::Agent,
//!     routing::{Queue, RingMode, policy::{agent_id, eligible, longest_idle}},
//!     simulation::{Poisson, Site, Spread, simulate},
//! };
//!
//! let queue = "sales".parse()?;
//! let rules = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
//! let site = Site::new(Queue::new("sales".parse()?, rules))
//!     .agents(14, |agent| agent.queue("sales".parse().expect("a name")))
//!     .handling(Spread::Exponential(Duration::from_secs(180)));
//! let day = Poisson::new(queue, 100.0 / 1800.0, Duration::from_secs(8 * 3600));
//! let report = simulate(&site, day, Seed::new(42));
//! assert!(report.all.answered > 1000);
//! assert!(report.all.service_level().of_answered > 0.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Replications with different seeds make a [`Study`], with means and their standard errors.

mod arrivals;
mod chance;
mod recorded;
mod report;
mod run;
mod site;
mod study;
#[cfg(test)]
mod tests;

pub use arrivals::{Arrival, Arrivals, Poisson};
pub use chance::{Draws, Spread};
pub use recorded::{Recorded, RecordedError};
pub use report::{Figures, Report, ServiceLevel};
pub use run::simulate;
pub use site::Site;
pub use study::{Estimate, Study};
