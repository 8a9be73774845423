//! What a tracker asks for and tells.

use teams_cc_core::{Instant, UserId};

use super::Rung;
use crate::{fresh::Fresh, model::Presence};

/// Names a request of a tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub(super) u64);

/// Names a shard: the users of one request, and of one subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardId(pub(super) u32);

/// What a [`Tracker`](super::Tracker) asks its driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Ask for these users in one request.
    Read {
        /// What to hand back with the answer.
        read: ReadId,
        /// At most [`MAX_IDS`](crate::MAX_IDS) users.
        users: Vec<UserId>,
    },
    /// A shard is kept up to date in another way from now on.
    ///
    /// One that fell although its subscription lives should have a new one.
    Moved {
        /// Which shard.
        shard: ShardId,
        /// How it is kept up to date.
        rung: Rung,
        /// Why.
        why: Why,
    },
    /// The service refuses this id; it is asked for alone once an hour. Correct or remove it.
    Unreadable(UserId),
    /// Nothing more for now. Wait for input or until then; `None` waits for input alone.
    Timeout(Option<Instant>),
}

/// Why a shard moved on the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Why {
    /// Its subscription came, changed or went.
    Subscription,
    /// A sweep saw changes of which no notification told.
    Silent,
    /// Notifications come again.
    Heard,
    /// The content of notifications could not be opened several times in a row.
    Unopened,
    /// Contents can be opened again.
    Opened,
}

/// One user's presence has changed since the last word of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Whose.
    pub user: UserId,
    /// What holds now.
    pub seen: Fresh<Presence>,
    /// How many further changes came while this one waited; none of them is told.
    pub merged: u32,
}
