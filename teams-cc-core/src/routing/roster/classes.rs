//! Agents of one queue who are alike to what calls and policies ask.

use std::{sync::Arc, time::Duration};

use super::{AgentRecord, Slab};
use crate::agent::{Labels, Membership, Skills};

/// What calls and policies ask of an agent's nature; many have it in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::routing) struct Traits {
    pub(in crate::routing) skills: Skills,
    pub(in crate::routing) labels: Labels,
    pub(in crate::routing) level: u16,
    pub(in crate::routing) delay: Duration,
}

/// The natures there are among a queue's agents, in places that are used again.
#[derive(Debug, Default)]
pub(in crate::routing) struct Classes(Slab<Arc<Traits>, Class>);

#[derive(Debug)]
struct Class {
    traits: Arc<Traits>,
    agents: usize,
}

impl Classes {
    /// Counts one more agent of a class; answers which.
    pub(super) fn join(&mut self, record: &AgentRecord, membership: Membership) -> u32 {
        let Membership { level, delay, .. } = membership;
        let (skills, labels) = (record.profile.skills.clone(), record.profile.labels.clone());
        let traits = Traits { skills, labels, level, delay };
        if let Some(place) = self.0.find(&traits) {
            if let Some(class) = self.0.get_mut(place) {
                class.agents += 1;
            }
            return place;
        }
        let traits = Arc::new(traits);
        self.0.insert(Arc::clone(&traits), Class { traits, agents: 1 })
    }

    /// Counts one agent of a class less; a class of nobody is forgotten.
    pub(super) fn leave(&mut self, place: u32) {
        let Some(class) = self.0.get_mut(place) else { return };
        class.agents -= 1;
        if class.agents == 0 {
            let traits = Arc::clone(&class.traits);
            self.0.remove(&traits);
        }
    }

    pub(in crate::routing) fn get(&self, place: u32) -> Option<&Traits> {
        self.0.get(place).map(|class| &*class.traits)
    }

    /// How many places there are, some of them free.
    pub(in crate::routing) fn places(&self) -> usize {
        self.0.places()
    }
}
