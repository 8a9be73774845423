//! Offers: reserved, rung, taken or come to nothing.

use std::{num::NonZeroU16, time::Duration};

use super::{
    AgentRecord, Alarm, Conflict, Output,
    engine::{Engine, EngineError, OfferRecord, Phase, Timer},
    policy::{Cursor, RingMode},
    roster::{Hold, Slot},
};
use crate::{
    AgentId, ContactId, OfferId,
    agent::AwayReason,
    contact::OfferEnd,
    store::{FencingToken, Terms},
};

/// The shortest ringing. Policies are data, and one that rings for no time would never end.
const LEAST_RING: Duration = Duration::from_secs(1);

impl Engine {
    /// Reserves the agent here, and asks the store to do so for everybody.
    pub(super) fn start_offer(&mut self, at: u32, agent: u32, mode: RingMode) {
        let Some(call) = self.calls.get(at) else { return };
        let (contact, queue) = (call.entry.contact.clone(), call.queue);
        let channel = call.entry.channel;
        let rules = *self.rules(queue);
        let queue_id = queue.and_then(|queue| Some(self.queue_at(queue)?.id.clone()));
        let Some(record) = self.roster.at_mut(agent) else { return };
        self.offered = self.offered.saturating_add(1);
        let id = OfferId::numbered("O", self.offered);
        let name = record.id().clone();
        record.hold(Slot {
            contact: contact.clone(),
            channel,
            hold: Hold::Reserved(id.clone()),
            token: None,
            queue,
            since: None,
        });
        let membership = queue_id.and_then(|id| record.profile.queues.get(&id));
        let cursor = membership.map(|member| Cursor {
            level: member.level,
            position: member.position,
            agent: name.clone(),
        });
        self.roster.offered(agent, queue, self.offered);
        self.roster.touch(agent);
        let ring = self.attempt(at, &rules).max(LEAST_RING);
        let record = OfferRecord {
            id: id.clone(),
            agent,
            contact: contact.clone(),
            phase: Phase::Reserving,
            ring,
        };
        let offer = self.offers.insert(id.clone(), record);
        if let Some(call) = self.calls.get_mut(at) {
            call.offers.push(offer);
            call.cursor = cursor.or(call.cursor.take());
        }
        let time = ring.saturating_add(rules.confirm);
        self.timers.insert(Timer::Offer(offer), self.now + time);
        let terms = Terms::new(time.saturating_mul(2)).at_most(most_at_once(mode));
        let terms = terms.channel(channel);
        self.outputs.push_back(Output::Reserve { offer: id, agent: name, contact, terms });
    }

    /// How long the next agent is rung; with its first agent an attempt begins.
    fn attempt(&mut self, at: u32, rules: &super::OfferRules) -> Duration {
        let now = self.now;
        let (Some(attempt), Some(call)) = (rules.attempt, self.calls.get_mut(at)) else {
            return rules.ring;
        };
        let until = call.attempt_until.filter(|until| *until > now).unwrap_or(now + attempt);
        call.attempt_until = Some(until);
        call.pause_until = None;
        rules.ring.min(until.since(now))
    }

    pub(super) fn reserved(
        &mut self,
        offer: &OfferId,
        token: FencingToken,
    ) -> Result<(), EngineError> {
        let found = self.offers.find(offer);
        let Some(record) = found.and_then(|at| self.offers.get_mut(at)) else {
            // Nobody here wants this reservation, and the store must not keep it; unless it was
            // told twice, and somebody talks under it.
            if !self.roster.records().any(|(_, agent)| agent.holds(token)) {
                self.outputs.push_back(Output::Release { token });
            }
            return Err(EngineError::UnknownOffer(offer.clone()));
        };
        match record.phase {
            Phase::Ringing(known) => {
                if known != token {
                    self.outputs.push_back(Output::Release { token });
                }
                return Err(EngineError::UnknownOffer(offer.clone()));
            }
            Phase::Abandoned => {
                self.forget_offer(offer);
                self.outputs.push_back(Output::Release { token });
                return Ok(());
            }
            Phase::Reserving => record.phase = Phase::Ringing(token),
        }
        let (agent, contact, ring) = (record.agent, record.contact.clone(), record.ring);
        let Some(record) = self.roster.at_mut(agent) else { return Ok(()) };
        let name = record.id().clone();
        let mut queue = None;
        if let Some(slot) = record.slot_mut(&contact) {
            slot.token = Some(token);
            queue = slot.queue;
        }
        let confirm = self.rules(queue).confirm;
        if let Some(at) = found {
            self.timers.insert(Timer::Offer(at), self.now + ring + confirm);
        }
        self.outputs.push_back(Output::Offer {
            offer: offer.clone(),
            agent: name,
            contact,
            token,
            ring_until: self.now + ring,
        });
        Ok(())
    }

    pub(super) fn reserve_conflict(
        &mut self,
        offer: &OfferId,
        with: Conflict,
    ) -> Result<(), EngineError> {
        match self.phase(offer) {
            Some(Phase::Abandoned) => {
                self.forget_offer(offer);
                Ok(())
            }
            Some(Phase::Reserving) => {
                self.end_offer(offer, Ended::Conflict(with));
                Ok(())
            }
            _ => Err(EngineError::UnknownOffer(offer.clone())),
        }
    }

    pub(super) fn accepted(&mut self, offer: &OfferId) -> Result<(), EngineError> {
        let ringing = matches!(self.phase(offer), Some(Phase::Ringing(_)));
        let record = ringing
            .then(|| self.forget_offer(offer))
            .flatten()
            .ok_or_else(|| EngineError::UnknownOffer(offer.clone()))?;
        let others = self.calls.named(&record.contact).map(|call| call.offers.clone());
        for other in others.unwrap_or_default() {
            self.withdraw(other);
        }
        self.drop_call(&record.contact);
        if let Some(agent) = self.roster.at_mut(record.agent) {
            agent.misses = 0;
            agent.clocks.answered = agent.clocks.answered.saturating_add(1);
            agent.clocks.worked = Some(self.now);
            if let Some(slot) = agent.slot_mut(&record.contact) {
                slot.hold = Hold::Busy;
                slot.since = Some(self.now);
            }
        }
        self.roster.has_taken(record.agent, &record.contact);
        self.roster.touch(record.agent);
        Ok(())
    }

    pub(super) fn declined(&mut self, offer: &OfferId, why: OfferEnd) -> Result<(), EngineError> {
        match self.phase(offer) {
            None | Some(Phase::Abandoned) => Err(EngineError::UnknownOffer(offer.clone())),
            Some(_) => {
                self.end_offer(offer, Ended::Rung(why));
                Ok(())
            }
        }
    }

    pub(super) fn offer_timed_out(&mut self, at: u32) {
        let Some(record) = self.offers.get(at) else { return };
        let (offer, phase) = (record.id.clone(), record.phase);
        match phase {
            Phase::Abandoned => {
                self.forget_offer(&offer);
            }
            Phase::Reserving => {
                self.outputs.push_back(Output::Alarm(Alarm::StoreSilent { offer: offer.clone() }));
                self.end_offer(&offer, Ended::Conflict(Conflict::Agent));
            }
            Phase::Ringing(_) => {
                self.outputs.push_back(Output::Revoke { offer: offer.clone() });
                self.end_offer(&offer, Ended::Rung(OfferEnd::NoAnswer));
            }
        }
    }

    /// Ends an offer by its place because the call or the agent is gone; nobody is to blame.
    pub(super) fn withdraw(&mut self, at: u32) {
        if let Some(offer) = self.offers.get(at).map(|record| record.id.clone()) {
            self.revoke(&offer);
        }
    }

    /// Ends an offer because the call or the agent is gone; nobody is to blame.
    pub(super) fn revoke(&mut self, offer: &OfferId) {
        let found = self.offers.find(offer);
        let Some((at, record)) = found.and_then(|at| Some((at, self.offers.get_mut(at)?))) else {
            return;
        };
        match record.phase {
            Phase::Reserving => {
                // The store's answer is still to come, and must find its offer.
                record.phase = Phase::Abandoned;
                self.abandoned += 1;
                let (agent, contact) = (record.agent, record.contact.clone());
                self.give_back(agent, &contact);
                self.wait_again(&contact, at);
            }
            Phase::Ringing(_) => {
                self.outputs.push_back(Output::Revoke { offer: offer.clone() });
                self.end_offer(offer, Ended::Rung(OfferEnd::Withdrawn));
            }
            Phase::Abandoned => {}
        }
    }

    /// Frees both sides of an offer; the call keeps its place.
    fn end_offer(&mut self, offer: &OfferId, ended: Ended) {
        let at = self.offers.find(offer);
        let (Some(at), Some(record)) = (at, self.forget_offer(offer)) else { return };
        if let Phase::Ringing(token) = record.phase {
            self.outputs.push_back(Output::Release { token });
        }
        let call = self.calls.named(&record.contact);
        let queue = call.and_then(|call| call.queue);
        let attempt_until = call.and_then(|call| call.attempt_until);
        let rules = *self.rules(queue);
        // Nobody is to blame for an offer taken back, as where the caller has just left; but one
        // that cannot last must not be made again in the same moment, and so without end.
        let pause = self.conflict_pause();
        let (why, pass) = match ended {
            Ended::Rung(OfferEnd::Withdrawn) => (Some(OfferEnd::Withdrawn), pause),
            Ended::Rung(why) => (Some(why), rules.pass.after(why)),
            Ended::Conflict(Conflict::Agent) => (None, pause),
            Ended::Conflict(Conflict::Call) => (None, Duration::ZERO),
        };
        let mut until = self.now + pass;
        if let Some(attempt_until) = attempt_until.filter(|_| why.is_some()) {
            until = until.max(attempt_until);
        }
        if call.is_some() && until > self.now {
            self.roster.pass(&record.contact, record.agent, why, until);
        }
        if let Some(why) = why {
            self.rest(record.agent, why, &rules);
        }
        self.give_back(record.agent, &record.contact);
        match ended {
            Ended::Rung(why) => self.end_attempt(&record.contact, at, why, &rules),
            Ended::Conflict(Conflict::Call) => self.hold_back(&record.contact, pause),
            Ended::Conflict(Conflict::Agent) => {}
        }
        self.wait_again(&record.contact, at);
    }

    /// Once nobody rings any more, an attempt that failed is followed by a pause. Somebody who
    /// declined does not end it: the next one is rung for what is left.
    fn end_attempt(
        &mut self,
        contact: &ContactId,
        offer: u32,
        why: OfferEnd,
        rules: &super::OfferRules,
    ) {
        if why == OfferEnd::Withdrawn {
            return;
        }
        let now = self.now;
        let found = self.calls.find(contact);
        let Some(call) = found.and_then(|at| self.calls.get_mut(at)) else { return };
        let goes_on = matches!(why, OfferEnd::Declined | OfferEnd::Busy | OfferEnd::Failed)
            && call.attempt_until.is_some_and(|until| until > now);
        let last = call.offers.iter().all(|other| *other == offer);
        if last && !goes_on {
            call.attempt_until = None;
            call.attempts_from = now + rules.retry;
            call.pause_until = (!rules.retry.is_zero()).then_some(call.attempts_from);
        }
    }

    /// Has nobody rung for a call for a while: another process has it.
    fn hold_back(&mut self, contact: &ContactId, pause: Duration) {
        let until = self.now + pause;
        if let Some(call) = self.calls.find(contact).and_then(|at| self.calls.get_mut(at)) {
            let known = call.pause_until.filter(|known| *known > until);
            call.pause_until = Some(known.unwrap_or(until));
        }
    }

    /// Leaves an agent alone for a while, and counts who misses offers.
    fn rest(&mut self, agent: u32, why: OfferEnd, rules: &super::OfferRules) {
        let now = self.now;
        let Some(record) = self.roster.at_mut(agent) else { return };
        let rest = record.profile.rest.unwrap_or(rules.rest).after(why);
        if !rest.is_zero() {
            let until = record.rest_until.map_or(now + rest, |known| known.max(now + rest));
            record.rest_until = Some(until);
            self.timers.insert(Timer::Rest(agent), until);
        }
        if !matches!(why, OfferEnd::NoAnswer | OfferEnd::SuspectedVoicemail) {
            return;
        }
        record.misses = record.misses.saturating_add(1);
        let limit = record.profile.misses_before_away.or(rules.misses_before_away);
        if limit.is_some_and(|limit| limit > 0 && record.misses >= limit) && record.away.is_none() {
            record.away = Some(AwayReason::MissedOffers);
            let (agent, misses) = (record.id().clone(), record.misses);
            self.outputs.push_back(Output::Alarm(Alarm::OffersMissed { agent, misses }));
        }
    }

    fn wait_again(&mut self, contact: &ContactId, offer: u32) {
        let found = self.calls.find(contact);
        let Some((at, call)) = found.and_then(|at| Some((at, self.calls.get_mut(at)?))) else {
            return;
        };
        call.offers.retain(|other| *other != offer);
        let queue = call.queue;
        self.calls.line_up(at);
        self.due.push(at);
        if let Some(queue) = queue {
            self.watch_front(queue);
            self.wake_next(queue);
        }
    }

    fn phase(&self, offer: &OfferId) -> Option<Phase> {
        Some(self.offers.get(self.offers.find(offer)?)?.phase)
    }

    fn forget_offer(&mut self, offer: &OfferId) -> Option<OfferRecord> {
        let (at, record) = self.offers.remove(offer)?;
        if record.phase == Phase::Abandoned {
            self.abandoned = self.abandoned.saturating_sub(1);
        }
        self.timers.remove(&Timer::Offer(at));
        let call = self.calls.find(&record.contact).and_then(|call| self.calls.get_mut(call));
        if let Some(call) = call {
            call.offers.retain(|other| *other != at);
        }
        Some(record)
    }

    /// The agents who have this contact, offers included.
    pub(super) fn offered_to(&self, agent: &AgentId) -> Vec<OfferId> {
        let slots = self.roster.agent(agent).map(AgentRecord::slots).unwrap_or_default();
        slots
            .iter()
            .filter_map(|slot| match &slot.hold {
                Hold::Reserved(offer) => Some(offer.clone()),
                _ => None,
            })
            .collect()
    }
}

/// How an offer came to nothing.
#[derive(Clone, Copy, Debug)]
enum Ended {
    /// The agent was rung.
    Rung(OfferEnd),
    /// The store refused, or did not answer.
    Conflict(Conflict),
}

/// For how many agents a call may be reserved at once.
fn most_at_once(mode: RingMode) -> NonZeroU16 {
    match mode {
        RingMode::One => NonZeroU16::MIN,
        RingMode::Parallel(most) => most.into(),
        RingMode::All | RingMode::AllOfBest | RingMode::Progressive(_) => NonZeroU16::MAX,
    }
}
