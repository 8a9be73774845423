//! Who an agent is, for routing.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Capacity, Skills};
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
    /// The queues the agent serves.
    pub queues: BTreeSet<QueueId>,
    /// How long the agent rests after each contact.
    pub wrap_up: Duration,
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
            queues: BTreeSet::new(),
            wrap_up: Duration::ZERO,
        }
    }

    /// Adds a queue the agent serves.
    #[must_use]
    pub fn queue(mut self, queue: QueueId) -> Self {
        self.queues.insert(queue);
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

    /// Whether the agent serves this queue.
    #[must_use]
    pub fn serves(&self, queue: &QueueId) -> bool {
        self.queues.contains(queue)
    }
}
