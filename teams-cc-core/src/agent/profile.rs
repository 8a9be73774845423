//! Who an agent is, for routing.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Capacity, LabelValue, Labels, Membership, Pauses, Skills};
use crate::{Address, AgentId, QueueId};

/// Who an agent is. Where to ring, what the agent can do, and for which queues.
///
/// An expert is an agent of no queue: offered only what is meant for that person.
///
/// ```
/// use teams_cc_core::{Address, agent::{Agent, Skill}};
///
/// let ada = Agent::new("ada".parse()?, Address::Anonymous)
///     .queue("billing".parse()?)
///     .skill(Skill::new("french", 3)?);
/// assert!(ada.serves(&"billing".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Agent {
    /// The id, also the last tie-break between agents.
    pub id: AgentId,
    /// Where the agent is rung.
    pub address: Address,
    /// What the agent can do.
    pub skills: Skills,
    /// How many contacts the agent takes at once.
    pub capacity: Capacity,
    /// What else is known of the agent, for calls and policies to ask.
    #[serde(default)]
    pub labels: Labels,
    /// The queues the agent serves, and how.
    pub queues: BTreeMap<QueueId, Membership>,
    /// How long the agent rests after each contact.
    pub wrap_up: Duration,
    /// How long the agent is left alone after an offer that came to nothing; none for as the
    /// queue has it.
    #[serde(default)]
    pub rest: Option<Pauses>,
    /// After how many missed offers in a row the agent counts as away; none for as the queue has
    /// it, zero for never.
    #[serde(default)]
    pub misses_before_away: Option<u32>,
}

impl Agent {
    /// An agent of no queue, without skills or wrap-up, for one contact at a time.
    #[must_use]
    pub fn new(id: AgentId, address: Address) -> Self {
        Self {
            id,
            address,
            skills: Skills::default(),
            capacity: Capacity::ONE,
            labels: Labels::default(),
            queues: BTreeMap::new(),
            wrap_up: Duration::ZERO,
            rest: None,
            misses_before_away: None,
        }
    }

    /// Adds a queue the agent serves, in the first line.
    #[must_use]
    pub fn queue(self, queue: QueueId) -> Self {
        self.member(queue, Membership::PLAIN)
    }

    /// Adds a queue the agent serves, or changes how.
    #[must_use]
    pub fn member(mut self, queue: QueueId, membership: Membership) -> Self {
        self.queues.insert(queue, membership);
        self
    }

    /// Writes a label; what is over the bounds of [`Labels`] is left away.
    #[must_use]
    pub fn label(mut self, name: &str, value: impl Into<LabelValue>) -> Self {
        // Bounded like skills: more than anybody asks for says nothing more.
        let _ = self.labels.insert(name, value);
        self
    }

    /// Adds a skill, or changes its level; past [`MAX_SKILLS`](super::MAX_SKILLS) it is dropped.
    #[must_use]
    pub fn skill(mut self, skill: super::Skill) -> Self {
        self.skills.insert(skill);
        self
    }

    /// Sets how many contacts the agent takes at once; default one.
    #[must_use]
    pub fn capacity(mut self, capacity: Capacity) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets how long the agent rests after each contact; default not at all.
    #[must_use]
    pub fn wrap_up(mut self, wrap_up: Duration) -> Self {
        self.wrap_up = wrap_up;
        self
    }

    /// Sets how long the agent is left alone after an offer that came to nothing.
    #[must_use]
    pub fn rest(mut self, rest: Pauses) -> Self {
        self.rest = Some(rest);
        self
    }

    /// Sets after how many missed offers in a row the agent counts as away; zero for never.
    #[must_use]
    pub fn misses_before_away(mut self, misses: u32) -> Self {
        self.misses_before_away = Some(misses);
        self
    }

    /// Whether the agent serves this queue.
    #[must_use]
    pub fn serves(&self, queue: &QueueId) -> bool {
        self.queues.contains_key(queue)
    }
}
