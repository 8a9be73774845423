//! Agents: signing in and out, taking and ending calls.

use std::time::Duration;

use super::{
    AgentChange, Output,
    engine::{Engine, EngineError, MAX_AGENTS, MAX_QUEUES, Timer},
    freed::FreedBy,
    roster::Hold,
};
use crate::{AgentId, ContactId, agent::AwayReason};

impl Engine {
    pub(super) fn agent_changed(
        &mut self,
        agent: &AgentId,
        change: AgentChange,
    ) -> Result<(), EngineError> {
        if let AgentChange::SignedIn(profile) = change {
            let mut profile = *profile;
            if self.roster.agent(agent).is_none() && self.roster.len() >= MAX_AGENTS {
                return Err(EngineError::Full { what: "agents", limit: MAX_AGENTS });
            }
            if self.roster.queues_with(&profile) > MAX_QUEUES {
                return Err(EngineError::Full { what: "queues", limit: MAX_QUEUES });
            }
            profile.id = agent.clone();
            self.roster.sign_in(profile, self.now);
            if let Some(place) = self.roster.find(agent) {
                self.roster.welcome(place);
                if let Some(record) = self.roster.at_mut(place) {
                    record.guest = false;
                    record.rest_until = None;
                }
                self.timers.remove(&Timer::Rest(place));
                self.roster.freed(place);
            }
            return Ok(());
        }
        let now = self.now;
        let unknown = || EngineError::UnknownAgent(agent.clone());
        let place = self.roster.find(agent).ok_or_else(unknown)?;
        let record = self.roster.at_mut(place).ok_or_else(unknown)?;
        match change {
            AgentChange::SignedIn(_) => {}
            AgentChange::Available => {
                let was_away = record.away.take().is_some();
                let was_resting = record.wrap_until.take().is_some();
                record.rest_until = None;
                if was_away || was_resting {
                    record.clocks.available_since = now;
                }
                record.misses = 0;
                self.timers.remove(&Timer::WrapUp(place));
                self.timers.remove(&Timer::Rest(place));
                self.roster.welcome(place);
                self.free_unobserved(place);
                self.roster.freed(place);
            }
            AgentChange::Away(reason) => record.away = Some(reason),
            AgentChange::SignedOut => {
                record.away = Some(AwayReason::SignedOut);
                for offer in self.offered_to(agent) {
                    self.revoke(&offer);
                }
                self.roster.touch(place);
                self.dismiss(place);
                return Ok(());
            }
            AgentChange::CallRecorded(contact) => {
                if !record.has(&contact) {
                    return Err(EngineError::UnknownContact(contact));
                }
                self.free(place, &contact, FreedBy::Record);
            }
        }
        self.roster.touch(place);
        Ok(())
    }

    pub(super) fn remove(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        let Some(call) = self.drop_call(contact) else {
            return self.released(contact);
        };
        for offer in call.offers {
            self.withdraw(offer);
        }
        if let Some(place) = call.entry.expert().and_then(|expert| self.roster.find(expert)) {
            self.dismiss(place);
        }
        Ok(())
    }

    pub(super) fn released(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        for agent in self.holders(contact)? {
            self.free(agent, contact, FreedBy::End);
        }
        Ok(())
    }

    /// The agents who took this call; more than one where it was queued again meanwhile.
    pub(super) fn holders(&self, contact: &ContactId) -> Result<Vec<u32>, EngineError> {
        let holders = self.roster.holders(contact);
        if holders.is_empty() {
            return Err(EngineError::UnknownContact(contact.clone()));
        }
        Ok(holders)
    }

    /// Frees the place of a call that was taken, with wrap-up where the profile has one.
    pub(super) fn finish(&mut self, agent: u32, contact: &ContactId, wrap_up: bool) {
        let now = self.now;
        let Some(record) = self.roster.at(agent) else { return };
        let Some(slot) = record.slot(contact) else { return };
        if matches!(slot.hold, Hold::Reserved(_)) {
            return;
        }
        let settle = self.rules(slot.queue).settle;
        let rest =
            if wrap_up { record.profile.wrap_up.saturating_add(settle) } else { Duration::ZERO };
        let Some(record) = self.roster.at_mut(agent) else { return };
        let slot = record.let_go(contact);
        let clocks = &mut record.clocks;
        clocks.available_since = now + rest;
        clocks.ended_at(now, slot.as_ref().and_then(|slot| slot.since));
        if !rest.is_zero() {
            // Of two contacts at once the one with the longer rest counts.
            let until = record.wrap_until.map_or(now + rest, |known| known.max(now + rest));
            record.wrap_until = Some(until);
            self.timers.insert(Timer::WrapUp(agent), until);
        }
        if let Some(token) = slot.and_then(|slot| slot.token) {
            self.outputs.push_back(Output::Release { token });
        }
        self.timers.remove(&Timer::Unobserved(agent, contact.clone()));
        self.roster.has_left(agent, contact);
        self.roster.freed(agent);
        self.dismiss(agent);
    }

    /// Frees the place an offer held; no contact was had, so the idle clock runs on.
    pub(super) fn give_back(&mut self, agent: u32, contact: &ContactId) {
        if let Some(record) = self.roster.at_mut(agent) {
            record.let_go(contact);
            self.roster.freed(agent);
        }
        self.dismiss(agent);
    }

    pub(super) fn wrap_up_over(&mut self, agent: u32) {
        if let Some(record) = self.roster.at_mut(agent) {
            record.wrap_until = None;
            self.roster.touch(agent);
        }
    }

    pub(super) fn rest_over(&mut self, agent: u32) {
        if let Some(record) = self.roster.at_mut(agent) {
            record.rest_until = None;
            self.roster.touch(agent);
        }
    }

    /// Forgets an agent who signed out, or a guest, once neither has a call.
    pub(super) fn dismiss(&mut self, agent: u32) {
        let Some(record) = self.roster.at(agent) else { return };
        let id = record.id();
        let wanted = record.guest && self.calls.iter().any(|call| call.entry.expert() == Some(id));
        let signed_out = record.away == Some(AwayReason::SignedOut);
        // Who signed out is still one of the queue's agents: what was counted there is kept.
        let gone = signed_out || (record.guest && !wanted);
        if gone && record.slots().is_empty() {
            let id = id.clone();
            self.roster.remove(&id);
            self.timers.remove(&Timer::WrapUp(agent));
            self.timers.remove(&Timer::Rest(agent));
        }
    }
}
