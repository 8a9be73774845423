//! The engine of a contact's flow.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    Address, ContactId, Instant, LegId, OperationId, QueueId,
    contact::{
        AfterTransfer, Capabilities, ContactEvent, ContactState, EndCause, EndReason, LegCommand,
        LegEvent, LegState, OfferEnd, TransferOutcome, TransferTarget, Verb,
    },
};

use super::{
    Input, Order, OrderError, OrderId, Outcome, Output,
    collect::{Treatment, TypedAhead},
    offer::{Next, Offer},
};

/// The most parties rung or connected at once for one contact.
const MAX_OFFERS: usize = 8;
/// The most orders under way at once for one contact.
const MAX_ORDERS: usize = 16;

/// How a flow behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FlowConfig {
    /// An answer sooner than this after the first ringing is not trusted. Default 500 ms.
    pub min_ring: Duration,
    /// No offer rings longer, but to the emergency services. Default 18 s: a Teams client forwards
    /// an unanswered call to voicemail after 20 s unless its user chose otherwise.
    pub max_ring: Duration,
}

impl Default for FlowConfig {
    fn default() -> Self {
        Self { min_ring: Duration::from_millis(500), max_ring: Duration::from_secs(18) }
    }
}

/// The flow of one contact.
#[derive(Debug)]
pub struct Flow {
    pub(super) contact: ContactId,
    pub(super) config: FlowConfig,
    pub(super) state: ContactState,
    pub(super) queue: Option<QueueId>,
    pub(super) customer: Customer,
    pub(super) treatment: Option<Treatment>,
    pub(super) typed_ahead: TypedAhead,
    pub(super) waiting: BTreeMap<OrderId, Waiting>,
    pub(super) offers: BTreeMap<LegId, Offer>,
    pub(super) next_leg: u64,
    pub(super) out: VecDeque<Output>,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four things a leg may be at, at once")]
pub(super) struct Customer {
    pub(super) leg: LegId,
    pub(super) capabilities: Capabilities,
    pub(super) state: LegState,
    pub(super) media: bool,
    pub(super) collecting: bool,
    /// An answer is on its way to the platform.
    pub(super) answering: bool,
    /// Whose recordings were sent and not accepted yet; commands of a leg keep their order.
    pub(super) plays: VecDeque<OrderId>,
    pub(super) leaving: bool,
    pub(super) connected: Option<AfterTransfer>,
    pub(super) ended: Option<EndCause>,
}

/// Orders that wait for one thing only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Answer,
    Ring,
    End,
    TransferBlind,
}

impl Flow {
    /// A contact that has just arrived on this leg.
    #[must_use]
    pub fn new(
        contact: ContactId,
        customer: LegId,
        capabilities: Capabilities,
        config: FlowConfig,
    ) -> Self {
        let customer = Customer {
            leg: customer,
            capabilities,
            state: LegState::Ringing,
            media: false,
            collecting: false,
            answering: false,
            plays: VecDeque::new(),
            leaving: false,
            connected: None,
            ended: None,
        };
        Self {
            contact,
            config,
            state: ContactState::Ringing,
            queue: None,
            customer,
            treatment: None,
            typed_ahead: TypedAhead::default(),
            waiting: BTreeMap::new(),
            offers: BTreeMap::new(),
            next_leg: 1,
            out: VecDeque::from([Output::Event(ContactEvent::Arrived)]),
        }
    }

    /// Where the contact stands.
    #[must_use]
    pub fn state(&self) -> ContactState {
        self.state
    }

    /// Whether the contact is over and nothing of it is left.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.customer.ended.is_some() && self.offers.is_empty()
    }

    /// Takes one input.
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Order { id, order } => self.order(now, id, order),
            Input::Withdraw(id) => self.withdraw(id),
            Input::Leg { leg, event } if leg == self.customer.leg => self.customer(now, event),
            Input::Leg { leg, event } => self.party(now, &leg, event),
            Input::Accepted { leg, verb, operation } => self.accepted(now, &leg, verb, operation),
            Input::Refused { leg, verb, why } => self.refused(now, &leg, verb, why),
            Input::Dialled { leg, .. } => self.dialled(&leg),
            Input::DialFailed { leg, cause } => {
                self.not_taken(&leg, OfferEnd::from(cause.reason), false);
            }
            Input::Queued(queue) => {
                self.queue = Some(queue.clone());
                self.event(ContactEvent::Queued { queue });
            }
            Input::LeftQueue => self.queue = None,
            Input::Overflowed(to) => {
                self.queue = None;
                self.event(ContactEvent::Overflowed { to });
            }
            Input::Tick => {}
        }
        self.expire(now);
        self.settle(now);
    }

    /// The next thing to do; after [`Output::Timeout`] there is none until the next input.
    pub fn poll_output(&mut self) -> Output {
        self.out.pop_front().unwrap_or_else(|| {
            let offers = self.offers.values().filter_map(Offer::deadline);
            let treatment = self.treatment.as_ref().and_then(Treatment::deadline);
            Output::Timeout(offers.chain(treatment).min())
        })
    }

    fn order(&mut self, now: Instant, id: OrderId, order: Order) {
        if let Some(cause) = self.customer.ended.clone() {
            return self.reply(id, Err(OrderError::CustomerLeft(cause)));
        }
        if self.waiting.len() >= MAX_ORDERS {
            // Nobody stays on the line because there is no room to wait for their end.
            if order == Order::HangUp {
                self.hang_up_customer();
            }
            return self.reply(id, Err(OrderError::TooMany(MAX_ORDERS)));
        }
        match order {
            Order::Answer if self.customer.state == LegState::Ringing => {
                self.waiting.insert(id, Waiting::Answer);
                self.answer_customer();
            }
            Order::Ring if self.customer.state == LegState::Ringing => {
                self.wait(id, Waiting::Ring, LegCommand::Ring);
            }
            // Whoever was answered hears more than ringing already.
            Order::Answer | Order::Ring => self.reply(id, Ok(Outcome::Done)),
            Order::Reject(reason) if self.customer.state == LegState::Ringing => {
                self.customer.leaving = true;
                self.wait(id, Waiting::End, LegCommand::Reject(reason));
            }
            Order::Reject(_) => self.wrong_state(id, "an answered call is hung up, not rejected"),
            Order::HangUp => {
                self.waiting.insert(id, Waiting::End);
                self.hang_up_customer();
            }
            Order::TransferBlind(party) => self.wait(
                id,
                Waiting::TransferBlind,
                LegCommand::Transfer(TransferTarget::Blind(party)),
            ),
            Order::Play(prompts) => self.treat(now, Treatment::play(id, prompts)),
            Order::Collect { prompts, max, within, terminator } => {
                self.treat(now, Treatment::collect(id, prompts, max, within, terminator));
            }
            Order::Offer { party, agent, ring, confirm } => {
                if self.offers.len() >= MAX_OFFERS {
                    return self.reply(id, Err(OrderError::TooMany(MAX_OFFERS)));
                }
                let leg = LegId::new(format!("{}.{}", self.contact, self.next_leg))
                    .unwrap_or_else(|_| LegId::numbered("L", self.next_leg));
                self.next_leg += 1;
                // Nothing cuts a call to the emergency services short.
                let longest = if party.is_emergency() { ring } else { self.config.max_ring };
                let until = now + ring.min(longest);
                self.event(ContactEvent::Offered { agent: agent.clone() });
                self.out.push_back(Output::Dial { leg: leg.clone(), to: party.clone() });
                self.offers.insert(leg, Offer::new(id, party, agent, confirm, until));
            }
            Order::Confirm(leg) => {
                let next = self.offers.get_mut(&leg).map(Offer::confirmed);
                match next {
                    Some(next @ Next::Taken(_)) => {
                        self.follow(&leg, next);
                        self.reply(id, Ok(Outcome::Done));
                    }
                    Some(_) => self.wrong_state(id, "only an answered offer can be confirmed"),
                    None => self.reply(id, Err(OrderError::LegGone)),
                }
            }
            Order::Release(leg) => self.release(id, &leg),
            Order::Connect(leg) => self.connect(id, &leg),
        }
    }

    fn wait(&mut self, id: OrderId, waiting: Waiting, command: LegCommand) {
        self.waiting.insert(id, waiting);
        self.execute_customer(command);
    }

    fn withdraw(&mut self, id: OrderId) {
        self.waiting.remove(&id);
        if self.treatment.as_ref().is_some_and(|treatment| treatment.order == id) {
            self.treatment = None;
            self.execute_customer(LegCommand::CancelMedia);
        }
        let leg = self.offers.iter().find(|(_, offer)| offer.order == Some(id));
        if let Some(leg) = leg.map(|(leg, _)| leg.clone()) {
            self.not_taken(&leg, OfferEnd::Withdrawn, true);
        }
    }

    fn accepted(&mut self, now: Instant, leg: &LegId, verb: Verb, operation: Option<OperationId>) {
        if *leg != self.customer.leg {
            return;
        }
        match verb {
            Verb::Play => {
                let order = self.customer.plays.pop_front();
                let treatment = self.treatment.as_mut().filter(|t| Some(t.order) == order);
                if let Some(treatment) = treatment {
                    treatment.accepted(now, operation);
                }
            }
            Verb::Ring => self.done(Waiting::Ring),
            _ => {}
        }
    }

    fn refused(&mut self, now: Instant, leg: &LegId, verb: Verb, why: Box<str>) {
        let error = OrderError::Refused { verb, why };
        if *leg != self.customer.leg {
            // A leg that cannot be hung up or asked is no use to anybody.
            if verb == Verb::HangUp {
                self.offers.remove(leg);
            } else {
                self.not_taken(leg, OfferEnd::Failed, true);
            }
            return;
        }
        match verb {
            Verb::Answer => {
                self.customer.answering = false;
                self.take_waiting(Waiting::Answer, &Err(error));
            }
            Verb::Ring => {
                self.take_waiting(Waiting::Ring, &Err(error));
            }
            Verb::TransferBlind => {
                self.take_waiting(Waiting::TransferBlind, &Err(error));
            }
            Verb::Play => {
                let order = self.customer.plays.pop_front();
                self.untreated(|treatment| Some(treatment.order) == order, error);
            }
            Verb::CollectTones => {
                self.customer.collecting = false;
                self.untreated(Treatment::wants_keys, error);
            }
            Verb::Bridge | Verb::TransferConsultative => {
                let failed = TransferOutcome::Failed(crate::contact::TransferFailure::Platform);
                self.transfer_ended(failed);
            }
            // It was answered meanwhile, and is wanted no more than before.
            Verb::Reject => self.execute_customer(LegCommand::HangUp),
            Verb::HangUp => {
                // The platform does not know the call any more, or will end it by itself.
                let by = crate::contact::EndedBy::Platform;
                self.customer(now, LegEvent::Ended(EndCause::new(EndReason::Reconciled, by)));
            }
            Verb::CancelMedia | Verb::Hold | Verb::Resume => {}
        }
    }

    /// Finishes what is complete and brings the state up to date.
    fn settle(&mut self, now: Instant) {
        let failure = self.treatment.as_ref().and_then(Treatment::failure);
        if let Some(failure) = failure
            && let Some(treatment) = self.treatment.take()
        {
            self.reply(treatment.order, Err(failure));
        }
        let result = self.treatment.as_ref().and_then(|treatment| treatment.result(now));
        if let Some(tones) = result
            && let Some(treatment) = self.treatment.take()
        {
            if treatment.wants_keys() {
                self.event(ContactEvent::Keyed { count: tones.len() });
                self.reply(treatment.order, Ok(Outcome::Tones(tones)));
            } else {
                self.reply(treatment.order, Ok(Outcome::Done));
            }
        }
        let state = if self.customer.ended.is_some() {
            ContactState::Ended
        } else if self.customer.connected.is_some() {
            ContactState::Connected
        } else if self.offers.values().any(Offer::is_open) {
            ContactState::Offered
        } else if self.queue.is_some() {
            ContactState::Queued
        } else if self.customer.state == LegState::Ringing {
            ContactState::Ringing
        } else {
            ContactState::Treated
        };
        // Only a step out of `Ended` is refused here, and that is what is wanted.
        let _ = self.state.step(state);
    }

    pub(super) fn done(&mut self, waiting: Waiting) {
        self.take_waiting(waiting, &Ok(Outcome::Done));
    }

    /// Replies to every order that waits for this; true where there was one.
    pub(super) fn take_waiting(
        &mut self,
        what: Waiting,
        result: &Result<Outcome, OrderError>,
    ) -> bool {
        let ids: Vec<_> =
            self.waiting.iter().filter(|(_, w)| **w == what).map(|(id, _)| *id).collect();
        for id in &ids {
            self.waiting.remove(id);
            self.reply(*id, result.clone());
        }
        !ids.is_empty()
    }

    pub(super) fn wrong_state(&mut self, id: OrderId, why: &'static str) {
        self.reply(id, Err(OrderError::WrongState(why)));
    }

    pub(super) fn reply(&mut self, order: OrderId, result: Result<Outcome, OrderError>) {
        self.out.push_back(Output::Reply { order, result });
    }

    pub(super) fn event(&mut self, event: ContactEvent) {
        self.out.push_back(Output::Event(event));
    }

    pub(super) fn execute(&mut self, leg: LegId, command: LegCommand) {
        self.out.push_back(Output::Execute { leg, command });
    }

    pub(super) fn execute_customer(&mut self, command: LegCommand) {
        self.execute(self.customer.leg.clone(), command);
    }

    /// Who an offer leg rings, while it stands.
    #[must_use]
    pub fn party_of(&self, leg: &LegId) -> Option<&Address> {
        self.offers.get(leg).map(|offer| &offer.party)
    }
}
