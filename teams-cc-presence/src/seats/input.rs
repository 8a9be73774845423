//! What a plan of seats is told.

use teams_cc_graph::subscription::Event;

use crate::tracker::{ShardId, Tracker, Why};

/// What [`Seats`](super::Seats) are told.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// How the tracker stands now: hand it in after users came or went, after answers, and at the
    /// time of [`Output::Timeout`](super::Output::Timeout). Everything is planned here.
    Look(&'a Tracker),
    /// What the keeper told of a subscription; those of others are passed over.
    Kept(&'a Event),
    /// The tracker moved a shard on its ladder.
    Moved {
        /// Which shard.
        shard: ShardId,
        /// Why.
        why: Why,
    },
}
