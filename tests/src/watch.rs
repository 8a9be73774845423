//! A platform that remembers what the contact center told it.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use teams_cc::{
    Platform,
    core::{AgentId, Clock, ContactId, Instant, agent::AgentState, contact::ContactEvent},
    platform::{GraphAccess, Observation, TrunkAccess},
};
use teams_cc_sim::Sim;

use crate::locked;

/// What a contact center told its platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// A step in the life of a contact.
    Contact(ContactId, ContactEvent),
    /// An agent's new state.
    Agent(AgentId, AgentState),
    /// A decision, as text.
    Routing(ContactId, String),
    /// A word of the program between the events, as with [`Watched::mark`].
    Mark(String),
}

/// The simulator, with a memory. Clones share it.
#[derive(Clone)]
pub struct Watched {
    sim: Sim,
    seen: Arc<Mutex<Vec<(Instant, Seen)>>>,
}

impl Watched {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(sim: Sim) -> Self {
        Self { sim, seen: Arc::default() }
    }

    /// Everything told so far, with when.
    #[must_use]
    pub fn seen(&self) -> Vec<(Instant, Seen)> {
        locked(&self.seen).clone()
    }

    /// Puts a word of the program between what is seen.
    pub fn mark(&self, word: String) {
        let now = self.sim.clock().now();
        locked(&self.seen).push((now, Seen::Mark(word)));
    }

    /// The events of contacts so far, in order.
    #[must_use]
    pub fn events(&self) -> Vec<(Instant, ContactId, ContactEvent)> {
        let events = self.seen().into_iter().filter_map(|(at, seen)| match seen {
            Seen::Contact(contact, event) => Some((at, contact, event)),
            _ => None,
        });
        events.collect()
    }
}

impl Platform for Watched {
    fn label(&self) -> String {
        self.sim.label()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.sim.clock()
    }

    fn seed(&self) -> u64 {
        self.sim.seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        self.sim.graph()
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        self.sim.trunk()
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        self.sim.observe(now, observation);
        let seen = match observation {
            Observation::Contact { contact, event } => {
                Seen::Contact((*contact).clone(), (*event).clone())
            }
            Observation::Agent { agent, state } => Seen::Agent((*agent).clone(), (*state).clone()),
            Observation::Routing { contact, explanation } => {
                Seen::Routing((*contact).clone(), explanation.to_string())
            }
            _ => return,
        };
        locked(&self.seen).push((now, seen));
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("sim", &self.sim).finish_non_exhaustive()
    }
}
