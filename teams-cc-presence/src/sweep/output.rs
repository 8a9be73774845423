//! What a sweep asks for.

use teams_cc_core::{Instant, UserId};

/// Names a request of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub(super) u64);

/// What a [`Sweep`](super::Sweep) asks its driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Ask for these users in one request.
    Read {
        /// What to hand back with the answer.
        batch: BatchId,
        /// At most [`MAX_IDS`](crate::MAX_IDS) users, in the order they are due.
        users: Vec<UserId>,
    },
    /// Nothing more for now. Wait for an answer or until then; `None` waits for input alone.
    Timeout(Option<Instant>),
}
