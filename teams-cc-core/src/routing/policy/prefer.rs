//! Some agents before all others.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Has calls go to whom they prefer; see [`preferred`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Prefer {
    /// How long a call is kept for them, from when it started to wait.
    #[serde(with = "crate::time::seconds::written")]
    pub hold: Duration,
    /// Whether it is not kept while none of them is signed in.
    pub unless_away: bool,
    /// Whether they may take it without the skills and labels it asks for, before all rings.
    pub any_skills: bool,
}

/// The agents a call prefers ([`QueueEntry::prefer`]) come first, in that order.
///
/// Who answered the customer last belongs there, or the customer's own advisor. Without
/// [`hold`](Prefer::hold) they come first only if they are free at once.
///
/// [`QueueEntry::prefer`]: crate::queue::QueueEntry::prefer
#[must_use]
pub const fn preferred() -> Prefer {
    Prefer { hold: Duration::ZERO, unless_away: false, any_skills: false }
}

impl Prefer {
    /// Keeps a call for them so long; everybody else comes after.
    #[must_use]
    pub const fn hold(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// Does not keep a call while none of them is signed in.
    #[must_use]
    pub const fn unless_away(mut self) -> Self {
        self.unless_away = true;
        self
    }

    /// Lets them take it without the skills and labels it asks for, whatever ring is open.
    #[must_use]
    pub const fn any_skills(mut self) -> Self {
        self.any_skills = true;
        self
    }
}
