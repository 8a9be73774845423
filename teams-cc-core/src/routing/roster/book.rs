//! All agents that are known.

use super::{AgentRecord, Members, PassedBy, Row, Slab, Stirred, contacts::Holders, index::Index};
use crate::{
    AgentId, ContactId, Instant, QueueId,
    agent::{Agent, Availability, Observation},
};

/// All agents that are known. Also who shall not be offered which call for a while.
///
/// The engine keeps one. Tests of policies make their own.
///
/// ```
/// use teams_cc_core::{Address, Instant, agent::Agent, routing::{Roster, View}};
///
/// let mut roster = Roster::default();
/// roster.sign_in(Agent::new("ada".parse()?, Address::Anonymous), Instant::ZERO);
/// let view = View::new(Instant::from_secs(5), &roster);
/// assert_eq!(view.agents().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Roster {
    pub(super) agents: Slab<AgentId, AgentRecord>,
    /// What decisions read of each, by place.
    pub(super) rows: Vec<Row>,
    pub(super) queues: Slab<QueueId, Members>,
    pub(super) passed: PassedBy,
    /// Who has which call that was taken.
    pub(super) holders: Index<ContactId, Holders>,
    pub(super) version: u64,
    pub(super) now: Instant,
    /// Queues in which somebody has become free, or came or went, since last asked.
    pub(super) stirred: Vec<Stirred>,
}

impl Roster {
    /// Adds an agent who is available from `now` on, or changes the profile of one.
    pub fn sign_in(&mut self, agent: Agent, now: Instant) {
        self.at_time(now);
        let id = agent.id.clone();
        let place = match self.agents.find(&id) {
            Some(place) => {
                if let Some(record) = self.agents.get_mut(place) {
                    *record.profile = agent;
                    record.count_anew();
                    if record.away.take().is_some() {
                        record.clocks.available_since = now;
                    }
                    record.misses = 0;
                }
                place
            }
            None => self.agents.insert(id, AgentRecord::new(agent, now)),
        };
        self.seat(place);
        self.touch(place);
    }

    /// Writes down what was seen of an agent's presence, unless something newer is known.
    ///
    /// Answers whether the agent is known.
    pub fn observe(&mut self, agent: &AgentId, observation: Observation) -> bool {
        let Some(place) = self.agents.find(agent) else { return false };
        let Some(record) = self.agents.get_mut(place) else { return false };
        if record.presence.as_ref().is_none_or(|known| known.at <= observation.at) {
            record.seen_available = match (&observation.availability, record.seen_available) {
                (Availability::Available, None) => Some(observation.at),
                (Availability::Available, since) => since,
                _ => None,
            };
            record.presence = Some(observation);
            let free = record.is_free();
            self.write_row(place);
            if free {
                self.stir(place, false);
            }
        }
        true
    }

    /// An agent's record.
    #[must_use]
    pub fn agent(&self, agent: &AgentId) -> Option<&AgentRecord> {
        self.agents.get(self.agents.find(agent)?)
    }

    /// How many agents are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.agents.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.agents.len() == 0
    }

    /// A number that grows with every change that may let a call be offered.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Tells the time, by which changes are dated from now on.
    pub(in crate::routing) fn at_time(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(in crate::routing) fn find(&self, agent: &AgentId) -> Option<u32> {
        self.agents.find(agent)
    }

    pub(in crate::routing) fn at(&self, place: u32) -> Option<&AgentRecord> {
        self.agents.get(place)
    }

    /// The record, to be changed; say so with [`touch`](Self::touch) afterwards.
    pub(in crate::routing) fn at_mut(&mut self, place: u32) -> Option<&mut AgentRecord> {
        self.agents.get_mut(place)
    }

    pub(in crate::routing) fn records(&self) -> impl Iterator<Item = (u32, &AgentRecord)> {
        self.agents.iter()
    }

    /// Forgets an agent.
    pub(in crate::routing) fn remove(&mut self, agent: &AgentId) {
        let Some(place) = self.agents.find(agent) else { return };
        self.unseat(place);
        self.agents.remove(agent);
        self.version = self.version.saturating_add(1);
        // Places are used again: nobody new shall be left alone for what another one did.
        for passed in self.passed.values_mut() {
            passed.retain(|passed| passed.agent != place);
        }
    }
}
