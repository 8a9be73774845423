//! Subscriptions that live on: made, renewed, made anew, and audited.
//!
//! A subscription of Graph ends by itself after a while, may be taken away without a word, and is
//! refused where one exists already. [`Upkeep`] plans what to do about that, without input or
//! output; [`Keeper`] does it. What it goes by
//! ([subscription](https://learn.microsoft.com/graph/api/resources/subscription),
//! [lifecycle events](https://learn.microsoft.com/graph/change-notifications-lifecycle-events)):
//!
//! | what happens | what is done |
//! |---|---|
//! | it is wanted | the endpoint is tried by its own address, then the subscription is made |
//! | two thirds of its life are over | it is renewed; what the answer says of its end is believed |
//! | a renewal does not move its end | it is deleted and made anew |
//! | a renewal finds nothing (404), an audit neither | it is made anew, and what it is about is to be read |
//! | another one exists (409) | that one is taken over where its secret is known, otherwise deleted |
//! | `reauthorizationRequired` | it is renewed, once however often that comes |
//! | `subscriptionRemoved` | it is made anew, and what it is about is to be read |
//! | `missed` | what it is about is to be read |
//! | anything else fails | it is tried again later and later, see [`UpkeepConfig`] |
//!
//! ```
//! use std::time::Duration;
//! use teams_cc_core::{Instant, Seed};
//! use teams_cc_graph::subscription::{Action, Answer, Input, Output, Upkeep, UpkeepConfig, Wanted};
//!
//! let mut upkeep = Upkeep::new(UpkeepConfig::default(), Seed::new(7));
//! let wanted = Wanted::new("records", "communications/callRecords", "https://bot.example/changes");
//! let now = Instant::from_secs(1);
//! upkeep.handle_input(now, Input::Want(wanted))?;
//! let Output::Ask { ticket, action: Action::Probe { .. }, .. } = upkeep.poll_output() else {
//!     unreachable!("the endpoint is tried first")
//! };
//! upkeep.handle_input(now, Input::Answered { ticket, answer: Answer::Probed })?;
//! assert!(matches!(upkeep.poll_output(), Output::Ask { action: Action::Create(_), .. }));
//! # Ok::<(), teams_cc_graph::subscription::TooMany>(())
//! ```

mod action;
mod answer;
mod config;
mod engine;
mod entry;
mod event;
mod input;
mod io;
mod listed;
mod steps;
#[cfg(test)]
mod tests;
mod wanted;

pub use action::{Action, Output, Ticket};
pub use answer::{Answer, Failure, Listed};
pub use config::UpkeepConfig;
pub use engine::{MAX_WANTED, TooMany, Upkeep};
pub use event::{Event, Reason};
pub use input::{Input, Record};
pub use io::{Certificate, Keeper, KeeperBuilder, KeeperEvents, Secrets};
pub use wanted::Wanted;
