//! How sure we are of what we say.

use serde::{Deserialize, Serialize};

/// A value together with how it came to be known.
///
/// Graph does not tell a bot everything: hold and mute by the agent, or life after a transfer.
/// What is not told is never passed off as fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "these are all the ways of knowing")]
pub enum Knowledge<T> {
    /// The platform said so.
    Observed(T),
    /// It follows from other things the platform said.
    Inferred(T),
    /// The platform does not say.
    #[default]
    Unknown,
}

impl<T> Knowledge<T> {
    /// The value, however it came to be known.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Observed(value) | Self::Inferred(value) => Some(value),
            Self::Unknown => None,
        }
    }
}
