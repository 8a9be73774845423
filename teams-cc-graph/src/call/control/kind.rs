//! What kind of call it is, for what it can do hangs on that.

use teams_cc_core::Address;

use crate::call::IncomingCall;

/// What kind of call it is, as far as its orders are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CallKind {
    /// Somebody called the bot.
    Inbound(CalledAs),
    /// The bot called somebody.
    Outbound {
        /// Whether a resource account is the source, as calls to phones need.
        instance: bool,
    },
    /// A call of several that the bot set up.
    Group,
    /// A meeting that the bot joined.
    Meeting(JoinedBy),
    /// A call the bot was brought into by a compliance recording policy.
    PolicyRecording,
}

/// What the caller dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CalledAs {
    /// The service number of a resource account.
    Number,
    /// A resource account.
    Instance,
    /// The bot itself, by its user principal name or its application id.
    Bot,
}

/// How a meeting was joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum JoinedBy {
    /// By its organizer and chat, or by its meeting id.
    Details,
    /// By a token from an incoming call's notification.
    Token,
}

impl CallKind {
    /// The kind of an incoming call.
    #[must_use]
    pub fn of_incoming(call: &IncomingCall) -> Self {
        Self::of_called(&call.called, call.policy_recording)
    }

    pub(in crate::call) fn of_called(called: &Address, policy_recording: bool) -> Self {
        match (called, policy_recording) {
            (_, true) => Self::PolicyRecording,
            (Address::Phone(_), _) => Self::Inbound(CalledAs::Number),
            (Address::ResourceAccount { number: Some(_), .. }, _) => {
                Self::Inbound(CalledAs::Number)
            }
            (Address::ResourceAccount { .. }, _) => Self::Inbound(CalledAs::Instance),
            _ => Self::Inbound(CalledAs::Bot),
        }
    }

    /// The word that a record says it by.
    pub(in crate::call) fn word(self) -> &'static str {
        match self {
            Self::Inbound(CalledAs::Number) => "toNumber",
            Self::Inbound(CalledAs::Instance) => "toInstance",
            Self::Inbound(CalledAs::Bot) => "toBot",
            Self::Outbound { instance: true } => "fromInstance",
            Self::Outbound { instance: false } => "fromBot",
            Self::Group => "group",
            Self::Meeting(JoinedBy::Details) => "meeting",
            Self::Meeting(JoinedBy::Token) => "meetingByToken",
            Self::PolicyRecording => "policyRecording",
        }
    }

    /// The kind that a record tells; [`None`] for a word of a newer version.
    pub(in crate::call) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Every kind.
    const ALL: [Self; 9] = [
        Self::Inbound(CalledAs::Number),
        Self::Inbound(CalledAs::Instance),
        Self::Inbound(CalledAs::Bot),
        Self::Outbound { instance: true },
        Self::Outbound { instance: false },
        Self::Group,
        Self::Meeting(JoinedBy::Details),
        Self::Meeting(JoinedBy::Token),
        Self::PolicyRecording,
    ];

    /// Whether more than two may take part.
    #[must_use]
    pub fn is_group(self) -> bool {
        matches!(self, Self::Group | Self::Meeting(_))
    }

    /// The kind in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound(CalledAs::Number) => "a call to a service number",
            Self::Inbound(CalledAs::Instance) => "a call to a resource account",
            Self::Inbound(CalledAs::Bot) => "a call to the bot's own name",
            Self::Outbound { instance: true } => "a call from a resource account",
            Self::Outbound { instance: false } => "a call from the bot's own name",
            Self::Group => "a group call",
            Self::Meeting(JoinedBy::Details) => "a meeting",
            Self::Meeting(JoinedBy::Token) => "a meeting joined by token",
            Self::PolicyRecording => "a policy recording call",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_as_it_was_written_and_a_newer_one_is_not_guessed() {
        for kind in CallKind::ALL {
            assert_eq!(CallKind::of_word(kind.word()), Some(kind));
        }
        assert_eq!(CallKind::of_word("hologram"), None);
    }
}
