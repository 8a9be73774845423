//! Why an agent does not come into question.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    agent::{Availability, AwayReason, Channel, SkillName},
    contact::OfferEnd,
    routing::explain::Seconds,
};

/// Why an agent does not come into question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The agent does not serve the queue, or the call is meant for somebody else.
    NotInQueue,
    /// The agent takes no calls.
    Away(AwayReason),
    /// Another call is being offered to the agent, or this one already is.
    Reserved,
    /// The agent is in a call.
    Busy,
    /// The agent has as many contacts of this channel as fit.
    Full {
        /// Which channel.
        channel: Channel,
    },
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
    /// The agent is left alone after an offer that came to nothing.
    Rests {
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
    /// A label of the agent is not as the call asks.
    Label {
        /// Which label.
        name: Box<str>,
    },
    /// The agent stands in a line that is not called on.
    Level {
        /// Which line.
        level: u16,
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
            | Self::Rests { until }
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
            Self::Full { channel } => write!(f, "no room for {channel}"),
            Self::BusyUnobserved { since } => {
                write!(f, "in a call out of sight for {}", Seconds(now.since(*since)))
            }
            Self::WrapUp { until } => {
                write!(f, "wrap-up for another {}", Seconds(until.since(now)))
            }
            Self::Rests { until } => {
                write!(f, "left alone for another {}", Seconds(until.since(now)))
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
            Self::Label { name } => write!(f, "{name} is not as asked"),
            Self::Level { level } => write!(f, "stands in line {level}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}
