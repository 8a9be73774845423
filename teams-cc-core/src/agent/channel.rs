//! The kinds of contact an agent takes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// By which way a customer comes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// A call.
    #[default]
    Voice,
    /// A chat.
    Chat,
    /// A mail.
    Email,
    /// A text message.
    Message,
    /// A call back to a customer who hung up on purpose.
    Callback,
    /// A piece of work without a customer present.
    Task,
}

/// How many channels there are.
pub(crate) const CHANNELS: usize = 6;

impl Channel {
    /// Every channel.
    pub const ALL: [Self; CHANNELS] =
        [Self::Voice, Self::Chat, Self::Email, Self::Message, Self::Callback, Self::Task];

    /// A bit of its own.
    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Voice => "voice",
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Message => "message",
            Self::Callback => "callback",
            Self::Task => "task",
        })
    }
}
