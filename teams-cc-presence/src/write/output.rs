//! What a session asks for and tells.

use std::time::Duration;

use teams_cc_core::{Instant, UserId};

use super::{Expiry, SessionPresence};

/// Names a request of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub(super) u64);

/// What a [`PresenceSession`](super::PresenceSession) asks its driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Set what the app's session shows of a user.
    Set {
        /// What to hand back with the answer.
        write: WriteId,
        /// Of whom.
        user: UserId,
        /// What.
        presence: SessionPresence,
        /// For how long.
        expiry: Expiry,
    },
    /// End the app's session of a user.
    Clear {
        /// What to hand back with the answer.
        write: WriteId,
        /// Of whom.
        user: UserId,
    },
    /// What should be shown of a user is not, or not for sure.
    Unheld {
        /// Of whom.
        user: UserId,
        /// Why.
        why: Unheld,
    },
    /// Nothing is shown of anybody any more: after a shutdown, the last word.
    Ended,
    /// Nothing more for now. Wait for an answer or until then; `None` waits for input alone.
    Timeout(Option<Instant>),
}

/// Why what should be shown is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unheld {
    /// `Available` could not be set again in time and fades. It is tried on.
    Fading {
        /// How long ago it was set last.
        after: Duration,
    },
    /// The app may not show it: `Presence.ReadWrite.All` was not consented to, or a policy forbids it.
    /// It is tried on, by all users together and ever more seldom; told once until it works.
    /// [`HolderReport::failure`](super::HolderReport) has the words.
    Forbidden,
    /// The service does not know the user (404) or takes no such request (400).
    ///
    /// It is given up: once that is mended, it has to be shown again.
    Refused,
}
