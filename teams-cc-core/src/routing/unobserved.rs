//! Agents out of sight: when they are free again.
//!
//! After a transfer the platform ends the bot's view of the conversation. The agent is then busy
//! until somebody who knows says otherwise: the agent, a call record, Teams presence that left
//! the call, or in the end a ceiling, with an alarm. The transfer itself says nothing.

use std::time::Duration;

use super::{
    AgentRecord, Alarm, Output,
    engine::{Engine, EngineError, Timer},
    freed::FreedBy,
    roster::Hold,
};
use crate::{
    AgentId, ContactId,
    agent::{Availability, Observation},
};

/// When an agent whose call went out of sight is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnobservedRules {
    /// How long after the transfer presence that left a call is believed. Default 10 s.
    pub settle: Duration,
    /// How long after the transfer presence is believed that was never in a call. The call may have
    /// been shorter than the time between two readings, but Teams may also be slow to show it.
    /// Default 3 min.
    pub settle_unseen: Duration,
    /// How long an agent stays out of sight at most. Default 2 h.
    pub ceiling: Duration,
}

impl UnobservedRules {
    /// Sets after what time presence is believed. The first is for presence once seen in a call,
    /// the second for presence never seen in one.
    #[must_use]
    pub fn settle(mut self, seen: Duration, unseen: Duration) -> Self {
        self.settle = seen;
        self.settle_unseen = unseen;
        self
    }

    /// Sets how long an agent stays out of sight at most.
    #[must_use]
    pub fn ceiling(mut self, ceiling: Duration) -> Self {
        self.ceiling = ceiling;
        self
    }
}

impl Default for UnobservedRules {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(10),
            settle_unseen: Duration::from_mins(3),
            ceiling: Duration::from_hours(2),
        }
    }
}

impl Engine {
    pub(super) fn out_of_sight(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        let now = self.now;
        for agent in self.holders(contact)? {
            let slot = self.roster.at_mut(agent).and_then(|record| record.slot_mut(contact));
            if let Some(slot) = slot
                && matches!(slot.hold, Hold::Busy)
            {
                slot.hold = Hold::Unobserved { since: now, seen_in_call: false };
                let ceiling = now + self.config.unobserved.ceiling;
                self.timers.insert(Timer::Unobserved(agent, contact.clone()), ceiling);
            }
        }
        Ok(())
    }

    pub(super) fn observed(
        &mut self,
        agent: &AgentId,
        mut observation: Observation,
    ) -> Result<(), EngineError> {
        // What is dated ahead would never grow old, and would hide whatever comes after it.
        observation.at = observation.at.min(self.now);
        let place = self.roster.find(agent);
        let known = place.and_then(|place| Some((place, self.roster.at(place)?)));
        let (place, record) = known.ok_or_else(|| EngineError::UnknownAgent(agent.clone()))?;
        if record.presence().is_none_or(|known| known.at <= observation.at) {
            self.left_calls(place, &observation);
            self.roster.observe(agent, observation);
        }
        Ok(())
    }

    /// Frees the calls that presence says are over.
    fn left_calls(&mut self, agent: u32, observation: &Observation) {
        let rules = self.config.unobserved;
        let Some(record) = self.roster.at_mut(agent) else { return };
        let talks = observation.availability.is_in_call();
        // What the platform does not say is no word of a call's end.
        let says = !matches!(
            observation.availability,
            Availability::PresenceUnknown | Availability::Other(_)
        );
        let mut over = Vec::new();
        for slot in record.slots_mut() {
            let Hold::Unobserved { since, seen_in_call } = &mut slot.hold else { continue };
            let settle = if *seen_in_call { rules.settle } else { rules.settle_unseen };
            if talks && observation.at >= *since {
                *seen_in_call = true;
            } else if !talks && says && observation.at >= *since + settle {
                over.push(slot.contact.clone());
            }
        }
        for contact in over {
            self.free(agent, &contact, FreedBy::Presence);
        }
    }

    /// The agent's own word ends whatever is out of sight, without wrap-up.
    pub(super) fn free_unobserved(&mut self, agent: u32) {
        let slots = self.roster.at(agent).map(AgentRecord::slots).unwrap_or_default();
        let hidden = slots.iter().filter(|slot| matches!(slot.hold, Hold::Unobserved { .. }));
        let contacts: Vec<ContactId> = hidden.map(|slot| slot.contact.clone()).collect();
        for contact in contacts {
            self.free(agent, &contact, FreedBy::Agent);
        }
    }

    pub(super) fn unobserved_too_long(&mut self, agent: u32, contact: &ContactId) {
        let Some(record) = self.roster.at(agent) else { return };
        self.outputs.push_back(Output::Alarm(Alarm::UnobservedTooLong {
            agent: record.id().clone(),
            contact: contact.clone(),
            after: self.config.unobserved.ceiling,
        }));
        self.free(agent, contact, FreedBy::Ceiling);
    }

    /// Frees the place of a call that is over, and counts it where it was out of sight.
    pub(super) fn free(&mut self, agent: u32, contact: &ContactId, by: FreedBy) {
        let slot = self.roster.at(agent).and_then(|record| record.slot(contact));
        if slot.is_some_and(|slot| matches!(slot.hold, Hold::Unobserved { .. })) {
            self.freed.count(by);
        }
        self.finish(agent, contact, by != FreedBy::Agent);
    }
}
