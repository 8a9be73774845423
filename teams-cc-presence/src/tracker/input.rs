//! What a tracker is told.

use std::time::Duration;

use teams_cc_core::UserId;

use super::{ReadId, ShardId};
use crate::model::Presence;

/// What a [`Tracker`](super::Tracker) is told.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Watch these users from now on.
    Watch(&'a [UserId]),
    /// Watch these users no more.
    Forget(&'a [UserId]),
    /// Read these users next: somebody waits. Who is not watched is counted and ignored.
    Want(&'a [UserId]),
    /// The subscription of a shard came, changed or went.
    Push {
        /// Which shard.
        shard: ShardId,
        /// What is delivered from now on.
        push: Push,
    },
    /// A notification came with the presence in it.
    Notified {
        /// Of whom.
        user: &'a UserId,
        /// What it says.
        presence: &'a Presence,
    },
    /// A notification came that only names the user, or whose content could not be opened.
    Named(&'a UserId),
    /// Notifications of a shard were lost, says the service (`missed`).
    Missed(ShardId),
    /// A request was answered.
    Answered {
        /// Which request.
        read: ReadId,
        /// Whom the answer names, in any order, as far as it does.
        seen: &'a [Seen<'a>],
    },
    /// A request was answered by a bare 400 or 500: perhaps one of its ids is the cause.
    Refused(ReadId),
    /// A request was answered by 429.
    Throttled {
        /// Which request.
        read: ReadId,
        /// How long the service asks to wait, where it does.
        retry_after: Option<Duration>,
    },
    /// A request failed otherwise.
    Failed(ReadId),
    /// Time has passed.
    Tick,
}

/// One presence of an answer.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a pair with names, made once for each presence")]
pub struct Seen<'a> {
    /// Whose.
    pub user: &'a UserId,
    /// What the service says.
    pub presence: &'a Presence,
}

/// What the subscription of a shard delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Push {
    /// There is none.
    #[default]
    None,
    /// The user's id alone.
    IdOnly,
    /// The presence, encrypted.
    Rich,
}
