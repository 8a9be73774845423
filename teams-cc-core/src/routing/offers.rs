//! Offers: reserved, rung, taken or come to nothing.

use super::{
    Alarm, Decision, Output,
    engine::{Engine, EngineError, OfferRecord, Phase, Stage, Timer},
    roster::{Hold, Slot},
};
use crate::{
    AgentId, ContactId, OfferId, agent::AwayReason, contact::OfferEnd, store::FencingToken,
};

impl Engine {
    /// Reserves the agent here, and asks the store to do so for everybody.
    pub(super) fn start_offer(&mut self, contact: &ContactId, agent: AgentId) {
        let (Some(call), Some(record)) =
            (self.calls.get_mut(contact), self.roster.agents.get_mut(&agent))
        else {
            return;
        };
        self.offered = self.offered.saturating_add(1);
        let offer = OfferId::numbered("O", self.offered);
        call.stage = Stage::Offered(offer.clone());
        call.explained = false;
        record
            .slots
            .insert(contact.clone(), Slot { hold: Hold::Reserved(offer.clone()), token: None });
        self.timers.remove(&Timer::Call(contact.clone()));
        let lease = self.config.offer_time().saturating_mul(2);
        self.timers.insert(Timer::Offer(offer.clone()), self.now + self.config.offer_time());
        let decision = Decision::Offered { agent: agent.clone() };
        self.explain(contact, decision);
        self.outputs.push_back(Output::Reserve {
            offer: offer.clone(),
            agent: agent.clone(),
            contact: contact.clone(),
            lease,
        });
        self.offers.insert(
            offer,
            OfferRecord { agent, contact: contact.clone(), phase: Phase::Reserving },
        );
    }

    pub(super) fn reserved(
        &mut self,
        offer: &OfferId,
        token: FencingToken,
    ) -> Result<(), EngineError> {
        let Some(record) = self.offers.get_mut(offer) else {
            // Nobody here wants this reservation, and the store must not keep it.
            self.outputs.push_back(Output::Release { token });
            return Err(EngineError::UnknownOffer(offer.clone()));
        };
        if let Phase::Ringing(known) = record.phase {
            if known != token {
                self.outputs.push_back(Output::Release { token });
            }
            return Err(EngineError::UnknownOffer(offer.clone()));
        }

        if record.phase == Phase::Abandoned {
            self.offers.remove(offer);
            self.timers.remove(&Timer::Offer(offer.clone()));
            self.outputs.push_back(Output::Release { token });
            return Ok(());
        }
        record.phase = Phase::Ringing(token);
        let (agent, contact) = (record.agent.clone(), record.contact.clone());
        if let Some(slot) = self.slot(&agent, &contact) {
            slot.token = Some(token);
        }
        self.timers.insert(Timer::Offer(offer.clone()), self.now + self.config.offer_time());
        self.outputs.push_back(Output::Offer {
            offer: offer.clone(),
            agent,
            contact,
            token,
            ring_until: self.now + self.config.ring,
        });
        Ok(())
    }

    pub(super) fn reserve_conflict(&mut self, offer: &OfferId) -> Result<(), EngineError> {
        let phase = self.offers.get(offer).map(|record| record.phase);
        match phase {
            Some(Phase::Abandoned) => {
                self.offers.remove(offer);
                self.timers.remove(&Timer::Offer(offer.clone()));
                Ok(())
            }
            Some(Phase::Reserving) => {
                self.end_offer(offer, None);
                Ok(())
            }
            _ => Err(EngineError::UnknownOffer(offer.clone())),
        }
    }

    pub(super) fn accepted(&mut self, offer: &OfferId) -> Result<(), EngineError> {
        let ringing =
            self.offers.get(offer).is_some_and(|record| matches!(record.phase, Phase::Ringing(_)));
        let record = ringing
            .then(|| self.offers.remove(offer))
            .flatten()
            .ok_or_else(|| EngineError::UnknownOffer(offer.clone()))?;
        self.timers.remove(&Timer::Offer(offer.clone()));
        self.drop_call(&record.contact);
        if let Some(agent) = self.roster.agents.get_mut(&record.agent) {
            agent.misses = 0;
        }
        if let Some(slot) = self.slot(&record.agent, &record.contact) {
            slot.hold = Hold::Busy;
        }
        Ok(())
    }

    pub(super) fn declined(&mut self, offer: &OfferId, why: OfferEnd) -> Result<(), EngineError> {
        match self.offers.get(offer).map(|record| record.phase) {
            None | Some(Phase::Abandoned) => Err(EngineError::UnknownOffer(offer.clone())),
            Some(_) => {
                self.end_offer(offer, Some(why));
                Ok(())
            }
        }
    }

    pub(super) fn offer_timed_out(&mut self, offer: &OfferId) {
        match self.offers.get(offer).map(|record| record.phase) {
            None => {}
            Some(Phase::Abandoned) => {
                self.offers.remove(offer);
            }
            Some(Phase::Reserving) => {
                self.outputs.push_back(Output::Alarm(Alarm::StoreSilent { offer: offer.clone() }));
                self.end_offer(offer, None);
            }
            Some(Phase::Ringing(_)) => {
                self.outputs.push_back(Output::Revoke { offer: offer.clone() });
                self.end_offer(offer, Some(OfferEnd::NoAnswer));
            }
        }
    }

    /// Ends an offer because the call or the agent is gone; nobody is to blame.
    pub(super) fn revoke(&mut self, offer: &OfferId) {
        let Some(record) = self.offers.get_mut(offer) else {
            return;
        };
        if record.phase == Phase::Reserving {
            // The store's answer is still to come, and must find its offer.
            record.phase = Phase::Abandoned;
            let (agent, contact) = (record.agent.clone(), record.contact.clone());
            self.give_back(&agent, &contact);
            self.wait_again(&contact, offer);
            return;
        }
        if matches!(record.phase, Phase::Ringing(_)) {
            self.outputs.push_back(Output::Revoke { offer: offer.clone() });
            self.end_offer(offer, Some(OfferEnd::Withdrawn));
        }
    }

    /// Frees both sides of an offer; the call keeps its place. No `why` means the store refused.
    fn end_offer(&mut self, offer: &OfferId, why: Option<OfferEnd>) {
        self.timers.remove(&Timer::Offer(offer.clone()));
        let Some(record) = self.offers.remove(offer) else {
            return;
        };
        if let Phase::Ringing(token) = record.phase {
            self.outputs.push_back(Output::Release { token });
        }
        // Nobody is to blame for an offer taken back, as where the caller has just left; but one
        // that cannot last must not be made again in the same moment, and so without end.
        let pause = match why {
            Some(OfferEnd::Withdrawn) | None => self.config.conflict_pause,
            Some(_) => self.config.pass,
        };
        if self.calls.contains_key(&record.contact) {
            self.roster.pass(&record.contact, &record.agent, why, self.now + pause);
        }
        if matches!(why, Some(OfferEnd::NoAnswer | OfferEnd::SuspectedVoicemail)) {
            self.count_miss(&record.agent);
        }
        self.give_back(&record.agent, &record.contact);
        self.wait_again(&record.contact, offer);
    }

    fn count_miss(&mut self, agent: &AgentId) {
        let Some(record) = self.roster.agents.get_mut(agent) else {
            return;
        };
        record.misses = record.misses.saturating_add(1);
        let limit = self.config.misses_before_away;
        if limit.is_some_and(|limit| record.misses >= limit) && record.away.is_none() {
            record.away = Some(AwayReason::MissedOffers);
            let misses = record.misses;
            self.outputs
                .push_back(Output::Alarm(Alarm::OffersMissed { agent: agent.clone(), misses }));
        }
    }

    fn wait_again(&mut self, contact: &ContactId, offer: &OfferId) {
        if let Some(call) = self.calls.get_mut(contact)
            && matches!(&call.stage, Stage::Offered(current) if current == offer)
        {
            call.stage = Stage::Waiting { planned: None };
        }
    }

    pub(super) fn slot(&mut self, agent: &AgentId, contact: &ContactId) -> Option<&mut Slot> {
        self.roster.agents.get_mut(agent)?.slots.get_mut(contact)
    }
}
