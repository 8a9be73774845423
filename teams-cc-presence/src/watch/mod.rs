//! A tracker at work: on a Graph client, a clock and Tokio.
//!
//! [`Watch`] drives a [`Tracker`](crate::tracker::Tracker), and where it is given a
//! [`Keeper`](teams_cc_graph::subscription::Keeper), the [`Seats`](crate::seats::Seats) that tell it
//! what changes. One task does it; whoever brings something takes a lock that is never held across
//! an await, hands it to the engines and wakes whom it concerns.
//!
//! ```
//! use teams_cc_core::UserId;
//! use teams_cc_graph::Client;
//! use teams_cc_presence::{TooManyUsers, Watch};
//!
//! async fn follow(client: Client, agents: Vec<UserId>) -> Result<(), TooManyUsers> {
//!     let (watch, mut changes) = Watch::builder(client).start();
//!     watch.add(&agents)?;
//!     while let Some(change) = changes.next().await {
//!         println!("{}: {}", change.user, change.seen.value.reach());
//!     }
//!     Ok(())
//! }
//! ```

mod builder;
mod changes;
mod driver;
mod engines;
mod handle;
mod report;

pub use builder::WatchBuilder;
pub use changes::Changes;
pub use handle::Watch;
pub use report::{MAX_UNREADABLE, WatchReport};
