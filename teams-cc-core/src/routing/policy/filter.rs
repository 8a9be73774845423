//! Keeping agents, or not, and saying why.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    agent::{Availability, AwayReason, SkillName},
    contact::OfferEnd,
    routing::{AgentRef, CallRef, View, explain::Seconds},
};

/// Says whether an agent comes into question for a call. Pure, like a policy.
pub trait Filter: Send + Sync {
    /// The verdict on `agent` for `call`.
    fn keep(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> Verdict;
}

/// What a filter says of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a filter keeps, refuses or postpones; policies match on all three"
)]
pub enum Verdict {
    /// The agent comes into question.
    Yes,
    /// The agent does not, because.
    No(Reason),
    /// The agent does not before this instant, by time alone.
    NotBefore(Instant),
}

/// Why an agent does not come into question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The agent does not serve the queue, or the call is meant for somebody else.
    NotInQueue,
    /// The agent takes no calls.
    Away(AwayReason),
    /// Another call is being offered to the agent.
    Reserved,
    /// The agent is in a call.
    Busy,
    /// The agent is in a call that went out of sight.
    BusyUnobserved {
        /// Since when.
        since: Instant,
    },
    /// The agent rests after a call.
    WrapUp {
        /// Until when.
        until: Instant,
    },
    /// This call was offered to the agent before, in vain.
    Passed {
        /// What became of that offer.
        why: OfferEnd,
        /// Until when the agent is left alone with this call.
        until: Instant,
    },
    /// Another process has the agent.
    ReservedElsewhere {
        /// When to try again.
        until: Instant,
    },
    /// Teams presence forbids it.
    Presence {
        /// What was seen.
        availability: Availability,
        /// How old that is.
        age: Duration,
    },
    /// Teams presence is too old to go by.
    StalePresence {
        /// How old it is.
        age: Duration,
    },
    /// Nothing is known of the agent's presence.
    UnknownPresence,
    /// The agent lacks a skill, or has too little of it.
    LacksSkill {
        /// Which skill.
        name: SkillName,
        /// The level needed.
        needs: u8,
        /// The level the agent has.
        has: u8,
    },
    /// A filter of the application's own says so.
    Other(Box<str>),
}

impl Reason {
    /// When this reason ends by time alone, where it does.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::WrapUp { until }
            | Self::Passed { until, .. }
            | Self::ReservedElsewhere { until } => Some(*until),
            _ => None,
        }
    }

    /// Writes the reason as one says it at `now`.
    pub(in crate::routing) fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        now: Instant,
    ) -> fmt::Result {
        match self {
            Self::NotInQueue => f.write_str("not in the queue"),
            Self::Away(why) => write!(f, "away, {why}"),
            Self::Reserved => f.write_str("being offered another call"),
            Self::Busy => f.write_str("in a call"),
            Self::BusyUnobserved { since } => {
                write!(f, "in a call out of sight for {}", Seconds(now.since(*since)))
            }
            Self::WrapUp { until } => {
                write!(f, "wrap-up for another {}", Seconds(until.since(now)))
            }
            Self::Passed { why, .. } => write!(f, "{why} before"),
            Self::ReservedElsewhere { .. } => f.write_str("reserved elsewhere"),
            Self::Presence { availability, age } => {
                write!(f, "{availability}, {} old", Seconds(*age))
            }
            Self::StalePresence { age } => write!(f, "presence {} old", Seconds(*age)),
            Self::UnknownPresence => f.write_str("presence unknown"),
            Self::LacksSkill { name, needs, has: 0 } => write!(f, "lacks {name} {needs}"),
            Self::LacksSkill { name, needs, has } => {
                write!(f, "has {name} {has}, needs {needs}")
            }
            Self::Other(words) => f.write_str(words),
        }
    }
}
