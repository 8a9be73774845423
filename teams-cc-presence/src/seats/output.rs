//! What a plan of seats asks for.

use teams_cc_core::Instant;
use teams_cc_graph::subscription::Wanted;

use crate::tracker::{Push, ShardId};

/// What [`Seats`](super::Seats) ask their driver to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Keep this subscription: [`Keeper::want`](teams_cc_graph::subscription::Keeper::want).
    Want(Box<Wanted>),
    /// Delete it: [`Keeper::forget`](teams_cc_graph::subscription::Keeper::forget).
    Forget(Box<str>),
    /// Tell the tracker: [`Input::Push`](crate::tracker::Input::Push).
    Push {
        /// Which shard.
        shard: ShardId,
        /// What is delivered from now on.
        push: Push,
    },
    /// Tell the tracker: [`Input::Missed`](crate::tracker::Input::Missed).
    Missed(ShardId),
    /// Nothing more for now: look again after anything happened, or then.
    Timeout(Option<Instant>),
}
