//! What a sweep is told.

use std::time::Duration;

use teams_cc_core::UserId;

use super::BatchId;

/// What a [`Sweep`](super::Sweep) is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Read these users now and once in every period.
    Watch(&'a [UserId]),
    /// Read these users no more.
    Forget(&'a [UserId]),
    /// Read these users next: a call waits for them.
    Want(&'a [UserId]),
    /// The request was answered, whatever it said of each user.
    Answered(BatchId),
    /// The request failed.
    Failed {
        /// Which request.
        batch: BatchId,
        /// How long the service asks to wait, where it does.
        retry_after: Option<Duration>,
    },
    /// Time has passed.
    Tick,
}
