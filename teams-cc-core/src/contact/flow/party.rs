//! What the parties' legs tell, and what they are told.

use crate::{
    Instant, LegId,
    contact::{
        AfterTransfer, AnsweredBy, ContactEvent, EndCause, EndReason, LegCommand, LegEvent,
        LegState, OfferEnd, TransferOutcome, TransferTarget, Verb,
    },
};

use super::{
    Flow, OfferOutcome, OrderError, OrderId, Outcome,
    offer::{Next, Stage},
};

impl Flow {
    pub(super) fn party(&mut self, now: Instant, leg: &LegId, event: LegEvent) {
        let Some(offer) = self.offers.get_mut(leg) else {
            return;
        };
        let next = match event {
            LegEvent::Ringing | LegEvent::Diverted => {
                offer.alerted(now, event == LegEvent::Diverted);
                Next::Nothing
            }
            LegEvent::Answered => offer.answered(now, self.config.min_ring),
            LegEvent::MediaActive => match offer.answered(now, self.config.min_ring) {
                Next::Nothing => offer.ask(),
                next => next,
            },
            LegEvent::Tone(tone) => offer.keyed(tone),
            LegEvent::Ended(cause) => return self.party_ended(leg, &cause),
            LegEvent::HeldByRemote => return self.event(ContactEvent::Held),
            LegEvent::ResumedByRemote => return self.event(ContactEvent::Resumed),
            LegEvent::TransferRequested => return self.event(ContactEvent::TransferRequested),
            LegEvent::TransferEnded(TransferOutcome::Completed { .. }) => {
                return self.event(ContactEvent::TransferredByParty);
            }
            LegEvent::Bridged { .. } => {
                let leg = leg.clone();
                return self.joined(&leg, AfterTransfer::InSight);
            }
            LegEvent::OperationEnded { .. } | LegEvent::TransferEnded(_) => Next::Nothing,
        };
        self.follow(leg, next);
    }

    pub(super) fn follow(&mut self, leg: &LegId, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Execute(commands) => {
                for command in commands {
                    self.execute(leg.clone(), command);
                }
            }
            Next::Taken(answered_by) => self.taken(leg, answered_by),
            Next::NotTaken(why) => self.not_taken(leg, why, true),
        }
    }

    pub(super) fn taken(&mut self, leg: &LegId, answered_by: AnsweredBy) {
        let Some(offer) = self.offers.get_mut(leg) else {
            return;
        };
        let agent = offer.agent.clone();
        let order = offer.order.take();
        self.event(ContactEvent::Accepted { agent, answered_by });
        if let Some(order) = order {
            let outcome = OfferOutcome::Accepted { leg: leg.clone(), answered_by };
            self.reply(order, Ok(Outcome::Offer(outcome)));
        }
    }

    /// Gives an offer up, and hangs its leg up where it still stands.
    pub(super) fn not_taken(&mut self, leg: &LegId, why: OfferEnd, stands: bool) {
        let Some(offer) = self.offers.get_mut(leg) else {
            return;
        };
        let order = offer.order.take();
        let agent = offer.agent.clone();
        let hang_up = match offer.stage {
            Stage::Dialling | Stage::Abandoned => {
                offer.stage = Stage::Abandoned;
                false
            }
            Stage::Leaving => false,
            _ => {
                offer.stage = Stage::Leaving;
                true
            }
        };
        if !stands || offer.gone {
            self.offers.remove(leg);
        } else if hang_up {
            self.execute(leg.clone(), LegCommand::HangUp);
        }
        if let Some(order) = order {
            self.event(ContactEvent::OfferEnded { agent, why });
            self.reply(order, Ok(Outcome::Offer(OfferOutcome::NotTaken(why))));
        }
    }

    pub(super) fn release(&mut self, id: OrderId, leg: &LegId) {
        match self.offers.get(leg).map(|offer| &offer.stage) {
            Some(Stage::Taken) => {
                self.not_taken(leg, OfferEnd::Withdrawn, true);
                self.reply(id, Ok(Outcome::Done));
            }
            Some(_) => self.wrong_state(id, "only an offer that was taken can be released"),
            None => self.reply(id, Err(OrderError::LegGone)),
        }
    }

    pub(super) fn party_ended(&mut self, leg: &LegId, cause: &EndCause) {
        let Some(stage) = self.offers.get(leg).map(|offer| offer.stage.clone()) else {
            return;
        };
        match stage {
            // A call that is being replaced ends before the transfer is reported.
            Stage::Joining(_) if !self.customer.capabilities.has(Verb::Bridge) => {
                if let Some(offer) = self.offers.get_mut(leg) {
                    offer.gone = true;
                }
                return;
            }
            Stage::Joining(order) => self.reply(order, Err(OrderError::LegGone)),
            Stage::Joined if cause.reason != EndReason::Transferred => self.hang_up_customer(),
            _ => {}
        }
        self.not_taken(leg, OfferEnd::from(cause.reason), false);
    }

    pub(super) fn dialled(&mut self, leg: &LegId) {
        let Some(offer) = self.offers.get_mut(leg) else {
            return self.execute(leg.clone(), LegCommand::HangUp);
        };
        match offer.stage {
            Stage::Dialling => offer.stage = Stage::Ringing,
            Stage::Abandoned => {
                offer.stage = Stage::Leaving;
                self.execute(leg.clone(), LegCommand::HangUp);
            }
            _ => {}
        }
    }

    pub(super) fn connect(&mut self, id: OrderId, leg: &LegId) {
        let capabilities = self.customer.capabilities;
        let Some(offer) = self.offers.get_mut(leg) else {
            return self.reply(id, Err(OrderError::LegGone));
        };
        if offer.stage != Stage::Taken {
            return self.wrong_state(id, "only an offer that was taken can be connected");
        }
        let command = if capabilities.has(Verb::Bridge) {
            LegCommand::Bridge { with: leg.clone() }
        } else if capabilities.has(Verb::TransferConsultative) {
            let party = offer.party.clone();
            let replaces = leg.clone();
            LegCommand::Transfer(TransferTarget::Consultative { party, replaces })
        } else {
            return self.wrong_state(id, "the customer's leg can neither bridge nor transfer");
        };
        offer.stage = Stage::Joining(id);
        if capabilities.has(Verb::Bridge) && self.customer.state == LegState::Ringing {
            // Somebody is there now, so the customer's call is answered; commands keep order.
            self.answer_customer();
        }
        self.execute_customer(command);
    }

    pub(super) fn expire(&mut self, now: Instant) {
        let due: Vec<_> = self
            .offers
            .iter()
            .map(|(leg, offer)| (leg.clone(), offer.expired(now)))
            .filter(|(_, next)| *next != Next::Nothing)
            .collect();
        for (leg, next) in due {
            self.follow(&leg, next);
        }
    }
}
