//! What happened to a contact, in the contact center's words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AfterTransfer, AnsweredBy, EndCause, EndReason};
use crate::{AgentId, QueueId};

/// A step in the life of a contact.
///
/// [`Display`](fmt::Display) writes one line for ladders and logs. It holds ids, never numbers,
/// names or what was keyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ContactEvent {
    /// The customer's call came in.
    Arrived,
    /// The call was for the emergency services and passed by queues and policies.
    EmergencyBypassed,
    /// The customer's call was answered.
    Answered,
    /// Recordings were played to their end or cut short.
    Prompted,
    /// The customer pressed this many keys.
    Keyed {
        /// How many keys; which ones is personal.
        count: usize,
    },
    /// The customer began to wait.
    Queued {
        /// Where.
        queue: QueueId,
    },
    /// Somebody is being rung.
    Offered {
        /// The agent, where the party is one.
        agent: Option<AgentId>,
    },
    /// The offer came to nothing.
    OfferEnded {
        /// The agent, where the party is one.
        agent: Option<AgentId>,
        /// Why.
        why: OfferEnd,
    },
    /// The party rung took the contact.
    Accepted {
        /// The agent, where the party is one.
        agent: Option<AgentId>,
        /// Who answered, as far as can be known.
        answered_by: AnsweredBy,
    },
    /// The customer talks to the party.
    Connected {
        /// The agent, where the party is one.
        agent: Option<AgentId>,
        /// What can still be seen of the conversation.
        after: AfterTransfer,
    },
    /// A party put the other one on hold.
    Held,
    /// A party took the other one off hold.
    Resumed,
    /// The party asked to hand the customer over.
    TransferRequested,
    /// The customer was handed over by the party.
    TransferredByParty,
    /// The queue gave the customer up.
    Overflowed {
        /// Where to, in words.
        to: Box<str>,
    },
    /// The contact is over.
    Ended(EndCause),
}

impl fmt::Display for ContactEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrived => f.write_str("arrived"),
            Self::EmergencyBypassed => f.write_str("emergency: bypasses queues and policies"),
            Self::Answered => f.write_str("answered"),
            Self::Prompted => f.write_str("prompted"),
            Self::Keyed { count: 1 } => f.write_str("pressed a key"),
            Self::Keyed { count } => write!(f, "pressed {count} keys"),
            Self::Queued { queue } => write!(f, "queued in {queue}"),
            Self::Offered { agent } => write!(f, "offered to {}", Party(agent.as_ref())),
            Self::OfferEnded { agent, why } => {
                write!(f, "not taken by {}: {why}", Party(agent.as_ref()))
            }
            Self::Accepted { agent, answered_by } => {
                write!(f, "taken by {} ({answered_by:?})", Party(agent.as_ref()))
            }
            Self::Connected { agent, after } => {
                write!(f, "connected to {} ({after:?})", Party(agent.as_ref()))
            }
            Self::Held => f.write_str("held"),
            Self::Resumed => f.write_str("resumed"),
            Self::TransferRequested => f.write_str("transfer requested by party"),
            Self::TransferredByParty => f.write_str("transferred by party"),
            Self::Overflowed { to } => write!(f, "overflowed to {to}"),
            Self::Ended(cause) => write!(f, "ended: {cause}"),
        }
    }
}

/// Why an offer came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OfferEnd {
    /// The party declined.
    Declined,
    /// Nobody answered while it rang.
    NoAnswer,
    /// The party was busy.
    Busy,
    /// Something answered, and nobody confirmed: most likely a mailbox.
    SuspectedVoicemail,
    /// The party could not be called.
    Failed,
    /// The customer left, or the offer was withdrawn.
    Withdrawn,
}

impl From<EndReason> for OfferEnd {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::Busy => Self::Busy,
            EndReason::NoAnswer | EndReason::TooLate => Self::NoAnswer,
            EndReason::Declined | EndReason::Completed => Self::Declined,
            EndReason::Cancelled => Self::Withdrawn,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for OfferEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declined => "declined",
            Self::NoAnswer => "no answer",
            Self::Busy => "busy",
            Self::SuspectedVoicemail => "suspected voicemail",
            Self::Failed => "could not be called",
            Self::Withdrawn => "withdrawn",
        })
    }
}

struct Party<'a>(Option<&'a AgentId>);

impl fmt::Display for Party<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(agent) => fmt::Display::fmt(agent, f),
            None => f.write_str("a party"),
        }
    }
}
