//! How many agents are rung at once.

use std::{num::NonZeroU8, time::Duration};

use serde::{Deserialize, Serialize};

/// How many agents are rung at once. The first to answer has the call; the others' ringing ends
/// without blame.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RingMode {
    /// One; the next when that offer came to nothing. The default.
    #[default]
    One,
    /// So many at once; another one when one of them declined.
    Parallel(NonZeroU8),
    /// Everybody who comes into question, and whoever does so while it rings.
    All,
    /// Everybody who is as good as the best, tie-breaks aside.
    AllOfBest,
    /// One, and one more each time so much has passed, a second at least, while the others ring
    /// on.
    Progressive(#[serde(with = "crate::time::seconds::written")] Duration),
}

impl RingMode {
    /// How many are rung at the start, at most.
    pub(in crate::routing) fn at_once(self) -> usize {
        match self {
            Self::One | Self::Progressive(_) => 1,
            Self::Parallel(most) => usize::from(most.get()),
            Self::All | Self::AllOfBest => usize::from(u16::MAX),
        }
    }

    /// So many at once; none counts as one.
    #[must_use]
    pub const fn parallel(agents: u8) -> Self {
        match NonZeroU8::new(agents) {
            Some(agents) => Self::Parallel(agents),
            None => Self::One,
        }
    }
}
