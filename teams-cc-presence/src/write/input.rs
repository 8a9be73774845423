//! What a session is told.

use std::time::Duration;

use teams_cc_core::UserId;

use super::{SessionPresence, WriteId};

/// A presence is not shown; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotShown {
    /// As many users as [`SessionConfig::most`](super::SessionConfig::most) allows are shown already.
    #[error(
        "{most} users are shown already: raise `SessionConfig::most`, to 8,000 at most and as far as \
         the rate goes, or show the others by another app registration"
    )]
    TooMany {
        /// The bound.
        most: usize,
    },
    /// After a shutdown nobody is shown any more.
    #[error("this was shut down and shows nobody any more: start another")]
    Ended,
}

/// What a [`PresenceSession`](super::PresenceSession) is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Show this of a user from now on, until told otherwise.
    Show(&'a UserId, SessionPresence),
    /// Show nothing of a user any more.
    Clear(&'a UserId),
    /// Show nothing of anybody any more, and take nobody new.
    Shutdown,
    /// The request was answered with success.
    Done(WriteId),
    /// The request was answered by 404. Of a clearing, that is what was wanted.
    NotFound(WriteId),
    /// The request was answered by 429.
    Throttled {
        /// Which request.
        write: WriteId,
        /// How long the service asks to wait, where it does.
        retry_after: Option<Duration>,
    },
    /// The request failed, and may be sent again.
    Failed(WriteId),
    /// The app may not do it: a permission was not consented to, or a policy forbids it. That is no
    /// matter of one user's, so everybody waits, and it is tried on.
    Forbidden(WriteId),
    /// The service refuses the request for good: no such user, no such value.
    Refused(WriteId),
    /// Time has passed.
    Tick,
}
