//! What a program is told of its subscriptions.

use super::Failure;

/// What a program is told of a subscription, by the name it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It lives; notifications come from now on.
    ///
    /// Where it should outlive the process, keep its id and its secret; the next process takes it
    /// over by [`Keeper::adopt`](super::Keeper::adopt).
    Active {
        /// The program's name for it.
        key: Box<str>,
        /// The id that notifications name it by.
        id: Box<str>,
    },
    /// Something was missed, or may have been: read what it is about.
    Resync {
        /// The program's name for it.
        key: Box<str>,
        /// Why.
        reason: Reason,
    },
    /// Nothing is told until it is [`Active`](Self::Active) again.
    Interrupted {
        /// The program's name for it.
        key: Box<str>,
        /// Why.
        reason: Reason,
    },
    /// It cannot be made or renewed; that is tried again. Told once for each kind of failure.
    Failing {
        /// The program's name for it.
        key: Box<str>,
        /// How.
        failure: Failure,
    },
    /// Graph lists a subscription to an address of ours that nobody wants. It is left alone: it may
    /// be another process's.
    Stray {
        /// The account it is listed for.
        account: Box<str>,
        /// Its id.
        id: Box<str>,
    },
    /// It is wanted no more, and gone.
    Ended {
        /// The program's name for it.
        key: Box<str>,
    },
}

/// Why a subscription was interrupted, or why something may have been missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It was just made: nothing before was told.
    Created,
    /// The service said that notifications were lost.
    Missed,
    /// The service said that it was removed.
    Removed,
    /// It was gone without a word.
    Vanished,
    /// It could not be renewed in time.
    Expired,
    /// Renewing it did not move its end.
    NotRenewed,
}
