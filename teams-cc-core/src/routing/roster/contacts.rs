//! Who has which contact, and who is left alone with which.

use super::{Hold, Passed, Roster, Slot};
use crate::{AgentId, ContactId, Instant, agent::Channel, contact::OfferEnd};

impl Roster {
    /// Notes that an agent has a call.
    pub(in crate::routing) fn has_taken(&mut self, agent: u32, contact: &ContactId) {
        if let Some(holders) = self.holders.get_mut(contact) {
            holders.more.push(agent);
        } else {
            let holders = Holders { first: agent, more: Vec::new() };
            self.holders.insert(contact.clone(), holders);
        }
    }

    /// Notes that an agent has a call no more.
    pub(in crate::routing) fn has_left(&mut self, agent: u32, contact: &ContactId) {
        let Some(holders) = self.holders.get_mut(contact) else { return };
        if holders.first != agent {
            holders.more.retain(|other| *other != agent);
        } else if let Some(next) = holders.more.pop() {
            holders.first = next;
        } else {
            self.holders.remove(contact);
        }
    }

    /// The agents who took this call; more than one where it was queued again meanwhile.
    pub(in crate::routing) fn holders(&self, contact: &ContactId) -> Vec<u32> {
        let holders = self.holders.get(contact);
        holders.map_or_else(Vec::new, |all| {
            let mut list: Vec<u32> =
                [all.first].into_iter().chain(all.more.iter().copied()).collect();
            list.sort_unstable();
            list
        })
    }

    /// How many calls were taken and go on, agent by agent.
    #[cfg(test)]
    pub(in crate::routing) fn held(&self) -> usize {
        self.holders.values().map(|holders| 1 + holders.more.len()).sum()
    }

    /// Gives an agent a contact, as a call that was taken; answers whether there was room.
    ///
    /// For tests of policies: the engine does so by itself.
    pub fn begin(&mut self, agent: &AgentId, contact: ContactId, channel: Channel) -> bool {
        let Some(place) = self.agents.find(agent) else { return false };
        let Some(record) = self.agents.get_mut(place) else { return false };
        if !record.has_room_for(channel) || record.has(&contact) {
            return false;
        }
        let since = Some(self.now);
        record.hold(Slot { contact, channel, hold: Hold::Busy, token: None, queue: None, since });
        record.clocks.answered = record.clocks.answered.saturating_add(1);
        record.clocks.worked = since;
        self.touch(place);
        true
    }

    /// Ends a contact of an agent's, who is idle from `now` on; answers whether there was one.
    ///
    /// For tests of policies: the engine does so by itself.
    pub fn end(&mut self, agent: &AgentId, contact: &ContactId, now: Instant) -> bool {
        self.at_time(now);
        let Some(place) = self.agents.find(agent) else { return false };
        let Some(record) = self.agents.get_mut(place) else { return false };
        let Some(slot) = record.let_go(contact) else { return false };
        record.clocks.ended_at(now, slot.since);
        record.clocks.available_since = now;
        self.touch(place);
        true
    }

    /// Keeps `contact` from `agent` until then.
    pub(in crate::routing) fn pass(
        &mut self,
        contact: &ContactId,
        agent: u32,
        why: Option<OfferEnd>,
        until: Instant,
    ) {
        let list = self.passed.entry(contact.clone()).or_default();
        list.retain(|passed| passed.agent != agent);
        list.push(Passed { agent, why, until });
    }

    /// Who is left alone with this call.
    pub(in crate::routing) fn passed_by(&self, contact: &ContactId) -> &[Passed] {
        if self.passed.is_empty() {
            return &[];
        }
        self.passed.get(contact).map_or(&[], Vec::as_slice)
    }

    pub(in crate::routing) fn forget_contact(&mut self, contact: &ContactId) {
        if !self.passed.is_empty() {
            self.passed.remove(contact);
        }
    }

    /// Forgets what kept calls from an agent who has come back.
    pub(in crate::routing) fn welcome(&mut self, agent: u32) {
        for passed in self.passed.values_mut() {
            passed.retain(|passed| passed.agent != agent);
        }
    }
}

/// The agents who took one call; mostly one.
#[derive(Debug)]
pub(super) struct Holders {
    first: u32,
    more: Vec<u32>,
}
