//! Watching many users: every value with its age, every change told once.
//!
//! A [`Tracker`] keeps the presence of up to [`Tracker::MAX_USERS`] users without input or output.
//! It groups them into shards, each as large as one request and one subscription may be, and keeps
//! every shard up to date in the best way there is, its [`Rung`]:
//!
//! | rung | values come by | and by |
//! |---|---|---|
//! | [`Rung::Rich`] | notifications with the presence in them | the dead-man sweep |
//! | [`Rung::IdOnly`] | a read of whoever a notification names, many in one request | the dead-man sweep |
//! | [`Rung::Sweep`] | a read of the whole shard once in a period | |
//!
//! A shard falls when its subscription goes, when a sweep sees changes of which nobody told, or
//! when contents cannot be opened; it climbs again once notifications have come for a while, and
//! later each time it falls soon after.
//!
//! Which of two values holds:
//!
//! - by the service's version, where both have one and they differ;
//! - otherwise by time: a notification counts from its receipt, a read from the **start** of its
//!   request. A read that began before a notification came never overwrites it;
//! - where two contradict each other so closely that their order says little, the newer is believed
//!   and the user is read once more;
//! - a version that runs backwards in three reads in a row is believed after all.
//!
//! What a call waits for goes first ([`Input::Want`]), and who was asked for stays hot for a while.
//! Every request is taken from a [`Rate`](crate::Rate) that the driver hands in, so that everything
//! an app asks about presence in a tenant shares one. Changes wait in the tracker until they are
//! taken by [`Tracker::poll_change`], one for each user, the newest: a slow consumer costs no memory.

mod answers;
mod config;
mod counts;
mod engine;
mod gather;
mod hot;
mod input;
mod io;
mod ladder;
mod lot;
mod members;
mod output;
mod reads;
mod slot;
#[cfg(test)]
mod tests;

pub use config::TrackerConfig;
pub use counts::Counts;
pub use engine::{Standing, Tracker};
pub use hot::MAX_HOT;
pub use input::{Input, Push, Seen};
pub use io::{Landed, carry_out};
pub use ladder::Rung;
pub use output::{Change, Output, ReadId, ShardId, Why};
pub use reads::MAX_SPLITS;
