//! Finding somebody: what the routing engine says is done, and told back.

use teams_cc_core::{
    AgentId, ContactId, Instant, OfferId, QueueId,
    agent::Agent,
    contact::{
        OfferEnd,
        flow::{self, OfferOutcome, Order, OrderError, OrderId, Outcome},
    },
    queue::{Exit, ExitReason},
    routing::{self, Conflict},
    store::{FencingToken, StoreError},
};

use super::{
    command::{Unfound, Whom},
    desk::{Job, Offered, Place, Stored},
    live::{Seeking, Sink},
    runtime::{Runtime, Task, Work},
    taken::{Hold, Taken},
};
use crate::platform::Observation;

/// From how many queues one search is handed on. After that the program is told.
const MAX_HOPS: usize = 8;

impl Runtime {
    /// Starts the next step in the store, if none is under way.
    pub(super) fn store(&mut self) {
        if let Some(job) = self.desk.next_job(self.clock.wall()) {
            self.state.tasks.spawn(async move { Task::Stored(job.await) });
        }
    }

    /// A step in the store is done.
    pub(super) fn stored(&mut self, stored: Stored) {
        self.desk.busy = false;
        let Stored { job, result } = stored;
        match (job, result) {
            (Job::Reserve { offer, .. }, Ok(Some(token))) => {
                self.route(routing::Input::Reserved { offer, token });
            }
            (Job::Reserve { offer, .. }, result) => {
                let call = matches!(result, Err(StoreError::CallTaken));
                let with = if call { Conflict::Call } else { Conflict::Agent };
                self.route(routing::Input::ReserveConflict { offer, with });
            }
            (Job::Accept { offer, .. }, result) => self.accepted(offer, result.is_ok()),
            (job, Err(error)) => tracing::warn!(?job, %error, "the store refused"),
            _ => {}
        }
    }

    /// The store has the last word on who has a call.
    fn accepted(&mut self, offer: OfferId, holds: bool) {
        let Some(offered) = self.desk.offers.remove(&offer) else { return };
        let Some((leg, answered_by)) = offered.taken else { return };
        let contact = offered.contact;
        let seeker = self.state.contacts.get_mut(&contact).and_then(|live| live.seeking.take());
        // An offer may have run out while the store was asked: then the engine has let it go, and
        // nobody may hear that it was taken.
        let taken = holds && seeker.is_some() && {
            let now = self.clock.now();
            self.routing(now, routing::Input::OfferAccepted { offer: offer.clone() })
        };
        if holds && !taken && seeker.is_some() {
            // In the store the call is taken: it waits again once it is released.
            self.desk.jobs.push_back(Job::Enqueue(contact.clone()));
            self.desk.jobs.push_back(Job::Release(offered.token));
        }
        match (taken, seeker) {
            (true, Some(Seeking { reply, .. })) => {
                let place = Place::Taken(offered.agent.clone(), leg.clone());
                self.desk.places.insert(contact.clone(), place);
                let hold = Hold::new(self.line.clone(), contact.clone(), leg);
                let party = Taken::new(hold, Some(offered.agent), answered_by);
                // A program that stopped waiting drops it, which hangs the party up.
                drop(reply.send(Ok(party)));
                // The party may have left while the store was asked.
                self.state.work.push_back(Work::Flow(contact, flow::Input::Tick));
            }
            (_, seeker) => {
                if let Some(live) = self.state.contacts.get_mut(&contact) {
                    live.seeking = seeker;
                }
                self.order(&contact, Order::Release(leg), Sink::Nobody);
                self.route(routing::Input::OfferExpired { offer });
            }
        }
    }

    pub(super) fn route(&mut self, input: routing::Input) {
        self.state.work.push_back(Work::Routing(input));
    }

    /// Gives the engine an input and does what it says; answers whether it was taken.
    pub(super) fn routing(&mut self, now: Instant, input: routing::Input) -> bool {
        let concerned = self.desk.concerned(&input);
        let taken = self.desk.engine.handle_input(now, input);
        if let Err(error) = &taken {
            tracing::warn!(%error, "routing refused an input");
        }
        if let Some(record) = concerned.as_ref().and_then(|a| self.desk.engine.roster().agent(a)) {
            let (agent, state) = (record.id(), &record.state(now));
            tracing::info!(%agent, %state);
            self.platform.observe(now, &Observation::Agent { agent, state });
        }
        loop {
            match self.desk.engine.poll_output() {
                routing::Output::Reserve { offer, agent, contact, terms } => {
                    self.desk.jobs.push_back(Job::Reserve { offer, agent, contact, terms });
                }
                routing::Output::Offer { offer, agent, contact, token, ring_until } => {
                    self.offer(now, offer, agent, &contact, token, ring_until);
                }
                routing::Output::Revoke { offer } => self.revoke(&offer),
                routing::Output::Release { token } => {
                    self.desk.jobs.push_back(Job::Release(token));
                }
                routing::Output::Exit { contact, exit, why } => self.exit(&contact, exit, why),
                routing::Output::Explained(explanation) => {
                    let contact = &explanation.contact;
                    tracing::info!(%contact, %explanation, "routed");
                    let explanation = &explanation;
                    self.platform.observe(now, &Observation::Routing { contact, explanation });
                }
                routing::Output::Alarm(alarm) => tracing::warn!(%alarm, "routing alarm"),
                routing::Output::Timeout(at) => {
                    self.desk.wake = at;
                    self.store();
                    return taken.is_ok();
                }
                _ => {}
            }
        }
    }

    fn offer(
        &mut self,
        now: Instant,
        offer: OfferId,
        agent: AgentId,
        contact: &ContactId,
        token: FencingToken,
        ring_until: Instant,
    ) {
        let party = self.desk.site.agents.get(&agent).map(|agent: &Agent| agent.address.clone());
        let known = self.state.contacts.contains_key(contact);
        let (Some(party), true) = (party, known) else {
            return self.route(routing::Input::OfferDeclined { offer, why: OfferEnd::Failed });
        };
        let ring = ring_until.since(now);
        let confirm = self.confirmation(contact);
        let order = Order::Offer { party, agent: Some(agent.clone()), ring, confirm };
        let order = self.order(contact, order, Sink::Offer(offer.clone()));
        let contact = contact.clone();
        let offered = Offered { contact, agent, token, order, taken: None };
        self.desk.offers.insert(offer, offered);
    }

    fn revoke(&mut self, offer: &OfferId) {
        let Some(offered) = self.desk.offers.remove(offer) else { return };
        if let Some(live) = self.state.contacts.get_mut(&offered.contact) {
            live.replies.remove(&offered.order);
        }
        if let Some((leg, _)) = offered.taken {
            self.order(&offered.contact, Order::Release(leg), Sink::Nobody);
        } else {
            let withdraw = flow::Input::Withdraw(offered.order);
            self.state.work.push_back(Work::Flow(offered.contact, withdraw));
        }
    }

    fn exit(&mut self, contact: &ContactId, exit: Exit, why: ExitReason) {
        self.desk.places.remove(contact);
        self.desk.jobs.push_back(Job::Withdraw(contact.clone()));
        let Some(live) = self.state.contacts.get_mut(contact) else { return };
        let seeking = live.seeking.take();
        let to = format!("{exit} ({why})").into();
        self.state.work.push_back(Work::Flow(contact.clone(), flow::Input::Overflowed(to)));
        match (seeking, &exit) {
            (Some(mut seeking), Exit::Queue(next)) if seeking.hops < MAX_HOPS => {
                seeking.hops += 1;
                self.hand_on(contact, next, seeking, &exit);
            }
            (Some(seeking), _) => drop(seeking.reply.send(Err(Unfound::Exit(exit)))),
            (None, _) => {}
        }
    }

    /// A queue hands a contact on to another queue.
    fn hand_on(&mut self, contact: &ContactId, next: &QueueId, seeking: Seeking, exit: &Exit) {
        let whom = seeking.route.clone().map(|route| Whom::Queue(next.clone(), route));
        let inputs = whom.and_then(|whom| self.desk.seek(self.clock.now(), contact, &whom));
        let live = self.state.contacts.get_mut(contact);
        match (inputs, live) {
            (Some(inputs), Some(live)) => {
                live.seeking = Some(seeking);
                let queued = flow::Input::Queued(next.clone());
                self.state.work.push_back(Work::Flow(contact.clone(), queued));
                self.state.work.extend(inputs.into_iter().map(Work::Routing));
            }
            _ => drop(seeking.reply.send(Err(Unfound::Exit(exit.clone())))),
        }
    }

    /// Somebody who asked a flow for something gets the answer.
    pub(super) fn replied(
        &mut self,
        contact: &ContactId,
        order: OrderId,
        sink: Sink,
        result: Result<Outcome, OrderError>,
    ) {
        match sink {
            Sink::Nobody => {}
            Sink::Handle(reply) => {
                let taken = match &result {
                    Ok(Outcome::Offer(OfferOutcome::Accepted { leg, .. })) => Some(leg.clone()),
                    _ => None,
                };
                if let (Some(leg), Some(live)) = (taken, self.state.contacts.get_mut(contact)) {
                    live.given.insert(order, leg);
                }
                // A handle that stopped waiting in the same moment withdraws the order.
                let _ = reply.send(result);
            }
            Sink::Offer(offer) => self.offer_ended(offer, result),
            Sink::Emergency => match result {
                Ok(Outcome::Offer(OfferOutcome::Accepted { leg, .. })) => {
                    self.order(contact, Order::Connect(leg), Sink::Emergency);
                }
                Ok(Outcome::Connected(_)) => {}
                other => {
                    tracing::error!(%contact, ?other, "an emergency call found no route");
                    self.order(contact, Order::HangUp, Sink::Nobody);
                }
            },
        }
    }

    fn offer_ended(&mut self, offer: OfferId, result: Result<Outcome, OrderError>) {
        match result {
            Ok(Outcome::Offer(OfferOutcome::Accepted { leg, answered_by })) => {
                let Some(offered) = self.desk.offers.get_mut(&offer) else { return };
                offered.taken = Some((leg, answered_by));
                let token = offered.token;
                self.desk.jobs.push_back(Job::Accept { offer, token });
                self.store();
            }
            other => {
                self.desk.offers.remove(&offer);
                let why = match other {
                    Ok(Outcome::Offer(OfferOutcome::NotTaken(why))) => why,
                    Err(OrderError::CustomerLeft(_)) => OfferEnd::Withdrawn,
                    _ => OfferEnd::Failed,
                };
                // Whoever withdrew it, customer or engine, has told the engine or is about to: were
                // it told of the offer first, it would seek somebody else for a contact that left.
                if why != OfferEnd::Withdrawn {
                    self.route(routing::Input::OfferDeclined { offer, why });
                }
            }
        }
    }
}
