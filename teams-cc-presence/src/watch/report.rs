//! How a watch stands.

use std::sync::Arc;

use teams_cc_core::UserId;
use teams_cc_graph::Error;

use crate::{
    seats::SeatStanding,
    tracker::{Counts, Standing},
};

/// The most ids a watch names as refused; further ones are refused all the same, and logged.
pub const MAX_UNREADABLE: usize = 1000;

/// How a [`Watch`](super::Watch) stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchReport {
    /// What it has done so far.
    pub counts: Counts,
    /// Every shard.
    pub shards: Vec<Standing>,
    /// Every seat, and why its subscription does not live where it does not.
    pub seats: Vec<SeatStanding>,
    /// How many users have a change that nobody took yet, at most.
    pub waiting: usize,
    /// The ids the service refuses: correct or remove them.
    pub unreadable: Vec<UserId>,
    /// Why the last request failed, where it did, such as for a missing permission.
    pub failure: Option<Arc<Error>>,
}
