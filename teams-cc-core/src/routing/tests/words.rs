//! Each word of a policy, seen to matter.

mod exits;
mod gates;
mod ranks;
mod review;
mod ringing;
mod written;

use std::time::Duration;

use super::desk::{Desk, agent, secs};
use crate::{
    AgentId, Instant,
    agent::{Agent, AwayReason, Capacity, Channel, Compare, Membership, Pauses, Selector, Skill},
    contact::OfferEnd,
    queue::{Exit, Levels, QueueEntry, QueueLimits, WhileRinging},
    routing::{
        AgentChange, CallbackReason, CallbackRule, Decision, EngineConfig, Input, OfferRules,
        Queue, RingMode, Standing,
        policy::{
            self, Calls, Circle, IdleSince, RankBy, Ring, Rules, Skip, Tiers, agent_id, eligible,
            fewest_calls, label, level, levels, longest_idle, longest_idle_since, next_in_line,
            no_agents, position, preferred, proficiency, round_robin, skill,
        },
    },
};

fn plain() -> Rules {
    eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One)
}

/// A desk where nobody looks at presence.
fn desk(rules: Rules) -> Desk {
    Desk::new(rules)
}

fn id(text: &str) -> AgentId {
    text.parse().unwrap()
}

fn placed(name: &str, membership: Membership) -> Agent {
    agent(name).member("q".parse().unwrap(), membership)
}

impl Desk {
    fn enter(&mut self, entry: QueueEntry) {
        self.put(Input::Enqueue(entry));
    }

    fn entry(&self, contact: &str) -> QueueEntry {
        QueueEntry::new(contact.parse().unwrap(), "q".parse().unwrap(), self.now)
    }

    /// Everything offered so far, as `agent contact`.
    fn offered(&self) -> Vec<String> {
        let offers = self.seen.offers.iter();
        offers.map(|(_, agent, contact)| format!("{agent} {contact}")).collect()
    }

    /// Takes the newest offer and ends the call.
    fn serve(&mut self) {
        let contact = self.seen.offers.last().unwrap().2.clone();
        self.accept();
        self.put(Input::Released { contact });
    }
}
