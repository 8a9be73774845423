//! Three idle clocks, and a fourth that Teams has.

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    routing::{AgentRecord, explain::Seconds},
};

/// Since when an agent counts as idle: products that say "longest idle" mean different things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdleSince {
    /// Since the last contact and its wrap-up ended, or the agent came back from being away. An
    /// offer that came to nothing does not set it back: the agent was not at work. The default.
    #[default]
    BecameAvailable,
    /// Since the last call ended, breaks or not; whoever never had one comes first. So
    /// `mod_callcenter` and `app_queue` count.
    LastCallEnd,
    /// Since the agent last had a contact, whether it began or ended; whoever never had one
    /// counts since signing in. So Twilio `TaskRouter` counts.
    LastContact,
    /// Since Teams presence turned Available. So Teams call queues count.
    SeenAvailable,
}

impl IdleSince {
    /// Every clock.
    pub(in crate::routing) const ALL: [Self; 4] =
        [Self::BecameAvailable, Self::LastCallEnd, Self::LastContact, Self::SeenAvailable];

    /// The start of the idle time, so that the smallest is best.
    pub(in crate::routing) fn of(self, agent: &AgentRecord) -> u64 {
        self.start(agent)
            .map_or(if self == Self::SeenAvailable { u64::MAX } else { 0 }, Instant::as_nanos)
    }

    fn start(self, agent: &AgentRecord) -> Option<Instant> {
        match self {
            Self::BecameAvailable => Some(agent.clocks.available_since),
            Self::LastCallEnd => agent.clocks.call_ended,
            Self::LastContact => Some(agent.clocks.worked.unwrap_or(agent.clocks.available_since)),
            Self::SeenAvailable => agent.seen_available,
        }
    }

    pub(super) fn words(self, now: Instant, agent: &AgentRecord) -> String {
        match self.start(agent) {
            Some(since) => format!("longest idle {}", Seconds(now.since(since))),
            None => "no call yet".to_owned(),
        }
    }
}
