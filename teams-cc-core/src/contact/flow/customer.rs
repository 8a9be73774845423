//! What the customer's leg tells, and what it is told.

use crate::{
    Instant, LegId,
    contact::{
        AfterTransfer, ContactEvent, EndCause, EndReason, Knowledge, LegCommand, LegEvent,
        LegState, OfferEnd, TransferOutcome,
    },
};

use super::{Flow, OrderError, Outcome, collect::Treatment, engine::Waiting, offer::Stage};

impl Flow {
    pub(super) fn customer(&mut self, now: Instant, event: LegEvent) {
        if self.customer.ended.is_some() {
            return;
        }
        match event {
            LegEvent::Answered | LegEvent::MediaActive => {
                if self.customer.state == LegState::Ringing {
                    self.customer.state = LegState::Connected;
                    self.event(ContactEvent::Answered);
                    self.done(Waiting::Answer);
                }
                if event == LegEvent::MediaActive {
                    self.customer.media = true;
                    self.start_treatment(now);
                }
            }
            LegEvent::Tone(tone) => match &mut self.treatment {
                Some(treatment) if treatment.wants_keys() => {
                    if treatment.key(now, tone) {
                        self.execute_customer(LegCommand::CancelMedia);
                    }
                }
                _ => self.typed_ahead.push(tone),
            },
            LegEvent::OperationEnded { operation, outcome } => {
                let heard = self.treatment.as_mut().is_some_and(|treatment| {
                    treatment.ended(now, &operation, outcome) && treatment.failure().is_none()
                });
                if heard {
                    self.event(ContactEvent::Prompted);
                }
            }
            LegEvent::TransferEnded(outcome) => self.transfer_ended(outcome),
            LegEvent::Bridged { with } => self.joined(&with, AfterTransfer::InSight),
            LegEvent::HeldByRemote => self.event(ContactEvent::Held),
            LegEvent::ResumedByRemote => self.event(ContactEvent::Resumed),
            LegEvent::Ended(cause) => self.customer_ended(cause),
            LegEvent::Ringing | LegEvent::Diverted | LegEvent::TransferRequested => {}
        }
    }

    pub(super) fn customer_ended(&mut self, cause: EndCause) {
        self.customer.state = LegState::Ended;
        if cause.reason == EndReason::Transferred {
            self.transfer_ended(TransferOutcome::Completed {
                after: AfterTransfer::OutOfSight,
                answered_by: Knowledge::Unknown,
            });
        }
        self.customer.ended = Some(cause.clone());
        let left = OrderError::CustomerLeft(cause.clone());
        for (id, waiting) in std::mem::take(&mut self.waiting) {
            let ended_well = waiting == Waiting::End;
            self.reply(id, if ended_well { Ok(Outcome::Done) } else { Err(left.clone()) });
        }
        if let Some(treatment) = self.treatment.take() {
            self.reply(treatment.order, Err(left.clone()));
        }
        let legs: Vec<_> = self.offers.keys().cloned().collect();
        for leg in legs {
            if let Some(Stage::Joining(order)) = self.offers.get(&leg).map(|o| o.stage.clone()) {
                self.reply(order, Err(left.clone()));
            }
            self.not_taken(&leg, OfferEnd::Withdrawn, true);
        }
        self.event(ContactEvent::Ended(cause));
    }

    pub(super) fn transfer_ended(&mut self, outcome: TransferOutcome) {
        let joining = self.offers.iter().find_map(|(leg, offer)| match offer.stage {
            Stage::Joining(order) => Some((leg.clone(), order)),
            _ => None,
        });
        match (outcome, joining) {
            (TransferOutcome::Completed { after, .. }, Some((leg, _))) => self.joined(&leg, after),
            (TransferOutcome::Completed { after, .. }, None) => {
                if self.take_waiting(Waiting::TransferBlind, &Ok(Outcome::Connected(after))) {
                    self.customer.connected = Some(after);
                    self.event(ContactEvent::Connected { agent: None, after });
                }
            }
            (TransferOutcome::Failed(failure), Some((leg, order))) => {
                self.reply(order, Err(OrderError::TransferFailed(failure)));
                self.not_taken(&leg, OfferEnd::Failed, true);
            }
            (TransferOutcome::Failed(failure), None) => {
                let failed = Err(OrderError::TransferFailed(failure));
                self.take_waiting(Waiting::TransferBlind, &failed);
            }
            // The end of the leg that follows replies, and says why.
            (TransferOutcome::Unknown, _) => {}
        }
    }

    pub(super) fn joined(&mut self, leg: &LegId, after: AfterTransfer) {
        let Some(offer) = self.offers.get_mut(leg) else {
            return;
        };
        let Stage::Joining(order) = offer.stage else {
            return;
        };
        offer.stage = if after == AfterTransfer::InSight { Stage::Joined } else { Stage::Leaving };
        let agent = offer.agent.clone();
        if offer.gone {
            self.offers.remove(leg);
        }
        self.customer.connected = Some(after);
        self.event(ContactEvent::Connected { agent, after });
        self.reply(order, Ok(Outcome::Connected(after)));
    }

    pub(super) fn treat(&mut self, now: Instant, mut treatment: Treatment) {
        if self.treatment.is_some() {
            return self.wrong_state(treatment.order, "something is being played or keyed already");
        }
        if treatment.wants_keys() {
            if self.customer.media {
                self.collect_tones();
            }
            while !treatment.is_complete(now)
                && let Some(tone) = self.typed_ahead.pop()
            {
                treatment.key(now, tone);
            }
        }
        self.treatment = Some(treatment);
        self.start_treatment(now);
    }

    pub(super) fn start_treatment(&mut self, now: Instant) {
        if !self.customer.media {
            return;
        }
        let Some(treatment) = &mut self.treatment else {
            return;
        };
        let wants_keys = treatment.wants_keys();
        let prompts = treatment.start(now);
        if wants_keys {
            self.collect_tones();
        }
        if let Some(prompts) = prompts {
            self.customer.plays.extend(self.treatment.as_ref().map(|treatment| treatment.order));
            self.execute_customer(LegCommand::Play(prompts));
        }
    }

    /// The platform refused what the treatment needs, if it is this one.
    pub(super) fn untreated(&mut self, ours: impl FnOnce(&Treatment) -> bool, error: OrderError) {
        if self.treatment.as_ref().is_some_and(ours)
            && let Some(treatment) = self.treatment.take()
        {
            self.reply(treatment.order, Err(error));
        }
    }

    /// Answers the call, unless an answer is on its way. A platform refuses a second one.
    pub(super) fn answer_customer(&mut self) {
        if !std::mem::replace(&mut self.customer.answering, true) {
            self.execute_customer(LegCommand::Answer);
        }
    }

    pub(super) fn collect_tones(&mut self) {
        if !std::mem::replace(&mut self.customer.collecting, true) {
            self.execute_customer(LegCommand::CollectTones);
        }
    }

    pub(super) fn hang_up_customer(&mut self) {
        if self.customer.ended.is_none() && !std::mem::replace(&mut self.customer.leaving, true) {
            self.execute_customer(LegCommand::HangUp);
        }
    }
}
