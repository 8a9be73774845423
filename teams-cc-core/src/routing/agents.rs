//! Agents: signing in and out, taking and ending calls.

use std::time::Duration;

use super::{
    AgentChange, Output,
    engine::{Engine, EngineError, MAX_AGENTS, Stage, Timer},
    roster::Hold,
};
use crate::{AgentId, ContactId, OfferId, agent::AwayReason};

impl Engine {
    pub(super) fn agent_changed(
        &mut self,
        agent: &AgentId,
        change: AgentChange,
    ) -> Result<(), EngineError> {
        if let AgentChange::SignedIn(mut profile) = change {
            if self.roster.agent(agent).is_none() && self.roster.agents.len() >= MAX_AGENTS {
                return Err(EngineError::Full { what: "agents", limit: MAX_AGENTS });
            }
            profile.id = agent.clone();
            self.roster.sign_in(*profile, self.now);
            if let Some(record) = self.roster.agents.get_mut(agent) {
                record.guest = false;
            }
            return Ok(());
        }
        let now = self.now;
        let record = self
            .roster
            .agents
            .get_mut(agent)
            .ok_or_else(|| EngineError::UnknownAgent(agent.clone()))?;
        match change {
            AgentChange::SignedIn(_) => {}
            AgentChange::Available => {
                let was_away = record.away.take().is_some();
                let was_resting = record.wrap_until.take().is_some();
                if was_away || was_resting {
                    record.idle_since = now;
                }
                record.misses = 0;
                self.timers.remove(&Timer::WrapUp(agent.clone()));
                self.free_unobserved(agent);
            }
            AgentChange::Away(reason) => record.away = Some(reason),
            AgentChange::SignedOut => {
                record.away = Some(AwayReason::SignedOut);
                let offers: Vec<OfferId> = record
                    .slots
                    .values()
                    .filter_map(|slot| match &slot.hold {
                        Hold::Reserved(offer) => Some(offer.clone()),
                        _ => None,
                    })
                    .collect();
                for offer in offers {
                    self.revoke(&offer);
                }
                self.dismiss(agent);
            }
            AgentChange::CallRecorded(contact) => {
                if !record.slots.contains_key(&contact) {
                    return Err(EngineError::UnknownContact(contact));
                }
                self.finish(agent, &contact, true);
            }
        }
        self.roster.changed();
        Ok(())
    }

    pub(super) fn remove(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        let Some(call) = self.drop_call(contact) else {
            return self.released(contact);
        };
        if let Stage::Offered(offer) = call.stage {
            self.revoke(&offer);
        }
        if let Some(expert) = call.entry.expert() {
            self.dismiss(expert);
        }
        Ok(())
    }

    pub(super) fn released(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        for agent in self.holders(contact)? {
            self.finish(&agent, contact, true);
        }
        Ok(())
    }

    /// The agents who took this call; more than one where it was queued again meanwhile.
    pub(super) fn holders(&self, contact: &ContactId) -> Result<Vec<AgentId>, EngineError> {
        let holders: Vec<AgentId> = self
            .roster
            .agents
            .values()
            .filter(|record| {
                record
                    .slots
                    .get(contact)
                    .is_some_and(|slot| !matches!(slot.hold, Hold::Reserved(_)))
            })
            .map(|record| record.id().clone())
            .collect();
        if holders.is_empty() {
            return Err(EngineError::UnknownContact(contact.clone()));
        }
        Ok(holders)
    }

    /// Frees the place of a call that was taken, with wrap-up where the profile has one.
    pub(super) fn finish(&mut self, agent: &AgentId, contact: &ContactId, wrap_up: bool) {
        let now = self.now;
        let Some(record) = self.roster.agents.get_mut(agent) else {
            return;
        };
        if matches!(
            record.slots.get(contact).map(|slot| &slot.hold),
            None | Some(Hold::Reserved(_))
        ) {
            return;
        }
        let rest = if wrap_up { record.profile.wrap_up } else { Duration::ZERO };
        record.idle_since = now + rest;
        if !rest.is_zero() {
            record.wrap_until = Some(now + rest);
            self.timers.insert(Timer::WrapUp(agent.clone()), now + rest);
        }
        let token = record.slots.remove(contact).and_then(|slot| slot.token);
        if let Some(token) = token {
            self.outputs.push_back(Output::Release { token });
        }
        self.timers.remove(&Timer::Unobserved(agent.clone(), contact.clone()));
        self.roster.changed();
        self.dismiss(agent);
    }

    /// Frees the place an offer held; no contact was had, so the idle clock runs on.
    pub(super) fn give_back(&mut self, agent: &AgentId, contact: &ContactId) {
        if let Some(record) = self.roster.agents.get_mut(agent) {
            record.slots.remove(contact);
            self.roster.changed();
        }
        self.dismiss(agent);
    }

    pub(super) fn wrap_up_over(&mut self, agent: &AgentId) {
        if let Some(record) = self.roster.agents.get_mut(agent) {
            record.wrap_until = None;
            self.roster.changed();
        }
    }

    /// Forgets an agent who signed out, or a guest, once neither has a call.
    pub(super) fn dismiss(&mut self, agent: &AgentId) {
        let Some(record) = self.roster.agents.get(agent) else {
            return;
        };
        let wanted =
            record.guest && self.calls.values().any(|call| call.entry.expert() == Some(agent));
        let gone = record.away == Some(AwayReason::SignedOut) || (record.guest && !wanted);
        if gone && record.slots.is_empty() {
            self.roster.agents.remove(agent);
            self.timers.remove(&Timer::WrapUp(agent.clone()));
        }
    }
}
