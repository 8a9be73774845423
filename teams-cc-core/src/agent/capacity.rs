//! How many contacts an agent takes at once.

use serde::{Deserialize, Serialize};

/// The most contacts any agent may have at once.
pub const MAX_CAPACITY: u8 = 32;

/// How many contacts an agent takes at once: at least one, at most [`MAX_CAPACITY`].
///
/// Voice agents have one; the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Capacity(u8);

impl Capacity {
    /// One contact at a time.
    pub const ONE: Self = Self(1);

    /// This many contacts, brought into the range allowed.
    #[must_use]
    pub const fn new(contacts: u8) -> Self {
        match contacts {
            0 => Self(1),
            1..=MAX_CAPACITY => Self(contacts),
            _ => Self(MAX_CAPACITY),
        }
    }

    /// The number of contacts.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for Capacity {
    fn default() -> Self {
        Self::ONE
    }
}

impl From<u8> for Capacity {
    fn from(contacts: u8) -> Self {
        Self::new(contacts)
    }
}

impl From<Capacity> for u8 {
    fn from(capacity: Capacity) -> Self {
        capacity.0
    }
}
