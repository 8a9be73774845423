//! What a tracker has done.

/// What a tracker has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests asked for.
    pub reads: u64,
    /// Requests that got no answer in time.
    pub lost: u64,
    /// Requests that were refused, throttled or failed.
    pub failed: u64,
    /// Presences that were read.
    pub seen: u64,
    /// Notifications with a presence.
    pub notified: u64,
    /// Notifications that only named a user.
    pub named: u64,
    /// Values that changed.
    pub changed: u64,
    /// Values that were dropped because a newer one was known.
    pub older: u64,
    /// Users read once more because two observations contradicted each other.
    pub doubted: u64,
    /// Changes that went into one that waited already.
    pub merged: u64,
    /// Changes that were undone before anybody took them.
    pub undone: u64,
    /// Names of users who are not watched.
    pub unknown: u64,
    /// Users that an answer left out.
    pub missing: u64,
    /// Shards that fell on the ladder because they were silent.
    pub fallen: u64,
}
