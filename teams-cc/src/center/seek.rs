//! Finding somebody: the routing engine and the store it commits to.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use teams_cc_core::{
    AgentId, ContactId, Instant, LegId, OfferId, Timestamp,
    agent::Agent,
    contact::{
        AfterTransfer, AnsweredBy, ContactEvent, OfferEnd,
        flow::{self, OfferOutcome, Order, OrderError, OrderId, Outcome},
    },
    queue::{Exit, QueueEntry},
    routing::{self, Engine},
    store::{DispatchStore, FencingToken, StoreError},
};
use tokio::sync::oneshot;

use super::{
    Taken,
    builder::Site,
    command::{Unfound, Whom},
    live::Sink,
    runtime::{Runtime, Task, Work},
};
use crate::platform::Observation;

/// The routing engine, and what it has under way.
pub(crate) struct Desk {
    engine: Engine,
    site: Arc<Site>,
    store: Arc<dyn DispatchStore>,
    wake: Option<Instant>,
    places: BTreeMap<ContactId, Place>,
    offers: BTreeMap<OfferId, Offered>,
    /// Store jobs run one after the other, so that a call waits before it is reserved. A job
    /// comes from an output of the engine, whose number the engine bounds.
    jobs: VecDeque<Job>,
    busy: bool,
}

/// Where a contact stands with the routing engine.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Sought,
    Taken(AgentId),
    OutOfSight(AgentId),
}

/// An offer that rings or rang.
#[derive(Debug)]
struct Offered {
    contact: ContactId,
    agent: AgentId,
    token: FencingToken,
    order: OrderId,
    taken: Option<(LegId, AnsweredBy)>,
}

/// One step in the store.
#[derive(Clone, Debug)]
enum Job {
    PutAgent(AgentId, teams_cc_core::agent::Capacity),
    Enqueue(ContactId),
    Withdraw(ContactId),
    Reserve { offer: OfferId, agent: AgentId, contact: ContactId, lease: std::time::Duration },
    Accept { offer: OfferId, token: FencingToken },
    Release(FencingToken),
}

/// How a step in the store went.
#[derive(Debug)]
pub(crate) struct Stored {
    job: Job,
    result: Result<Option<FencingToken>, StoreError>,
}

impl Desk {
    pub(crate) fn new(engine: Engine, site: Arc<Site>, store: Arc<dyn DispatchStore>) -> Self {
        let jobs = site
            .agents
            .values()
            .map(|agent| Job::PutAgent(agent.id.clone(), agent.capacity))
            .collect();
        Self {
            engine,
            site,
            store,
            wake: None,
            places: BTreeMap::new(),
            offers: BTreeMap::new(),
            jobs,
            busy: false,
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.wake
    }

    /// What the engine is to be told so that somebody is sought; `None`: unknown queue or agent.
    pub(crate) fn seek(
        &mut self,
        now: Instant,
        contact: &ContactId,
        whom: &Whom,
    ) -> Option<Vec<routing::Input>> {
        let input = match whom {
            Whom::Queue(queue) => {
                self.site.queues.contains(queue).then_some(())?;
                routing::Input::Enqueue(QueueEntry::new(contact.clone(), queue.clone(), now))
            }
            Whom::Agent(agent) => {
                let expert = Box::new(self.site.agents.get(agent)?.clone());
                let within = self.site.reach_within;
                let exit = Exit::Disconnect;
                routing::Input::OfferDirect { contact: contact.clone(), expert, within, exit }
            }
        };
        let before = self.places.insert(contact.clone(), Place::Sought);
        self.jobs.push_back(Job::Enqueue(contact.clone()));
        let released = matches!(before, Some(Place::Taken(_)))
            .then(|| routing::Input::Released { contact: contact.clone() });
        Some(released.into_iter().chain([input]).collect())
    }

    /// The agent whose state an input is about to change.
    fn concerned(&self, input: &routing::Input) -> Option<AgentId> {
        match input {
            routing::Input::OutOfSight { contact } => match self.places.get(contact) {
                Some(Place::OutOfSight(agent)) => Some(agent.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the engine is to be told about an event in the life of a contact.
    pub(crate) fn heard(
        &mut self,
        contact: &ContactId,
        event: &ContactEvent,
    ) -> Option<routing::Input> {
        let contact = contact.clone();
        match (event, self.places.get_mut(&contact)) {
            (ContactEvent::Connected { after: AfterTransfer::OutOfSight, .. }, Some(place)) => {
                if let Place::Taken(agent) = place {
                    *place = Place::OutOfSight(agent.clone());
                }
                Some(routing::Input::OutOfSight { contact })
            }
            (ContactEvent::Ended(_), Some(_)) => match self.places.remove(&contact)? {
                Place::Sought => {
                    self.jobs.push_back(Job::Withdraw(contact.clone()));
                    Some(routing::Input::Remove { contact })
                }
                Place::Taken(_) => Some(routing::Input::Released { contact }),
                // The agent still talks, where nobody sees it: presence or a record frees.
                Place::OutOfSight(_) => None,
            },
            _ => None,
        }
    }

    /// Nobody is sought for the contact any more.
    pub(crate) fn forget(&mut self, contact: &ContactId) -> Option<routing::Input> {
        if self.places.get(contact) != Some(&Place::Sought) {
            return None;
        }
        self.places.remove(contact);
        self.jobs.push_back(Job::Withdraw(contact.clone()));
        Some(routing::Input::Remove { contact: contact.clone() })
    }

    /// The next step in the store, unless one is under way.
    fn next_job(&mut self, now: Timestamp) -> Option<impl Future<Output = Stored> + Send + use<>> {
        if self.busy {
            return None;
        }
        let job = self.jobs.pop_front()?;
        self.busy = true;
        let store = Arc::clone(&self.store);
        Some(async move {
            let result = match &job {
                Job::PutAgent(agent, capacity) => {
                    store.put_agent(agent, *capacity).await.map(|()| None)
                }
                Job::Enqueue(contact) => store.enqueue(contact).await.map(|()| None),
                Job::Withdraw(contact) => store.withdraw(contact).await.map(|()| None),
                Job::Reserve { agent, contact, lease, .. } => {
                    store.reserve(agent, contact, *lease, now).await.map(Some)
                }
                Job::Accept { token, .. } => store.accept(*token, now).await.map(|()| None),
                Job::Release(token) => store.release(*token).await.map(|()| None),
            };
            Stored { job, result }
        })
    }
}

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
            (Job::Reserve { offer, .. }, _) => {
                self.route(routing::Input::ReserveConflict { offer })
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
        match (holds, seeker) {
            (true, Some((_, reply))) => {
                let taker = Place::Taken(offered.agent.clone());
                self.desk.places.insert(contact.clone(), taker);
                self.route(routing::Input::OfferAccepted { offer });
                let agent = Some(offered.agent);
                let taken = Taken { leg: leg.clone(), agent, answered_by };
                if reply.send(Ok(taken)).is_err() {
                    // The program stopped waiting in the same moment.
                    self.order(&contact, Order::Release(leg), Sink::Nobody);
                    self.desk.places.remove(&contact);
                    self.route(routing::Input::Released { contact });
                }
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

    /// Gives the engine an input and does what it says.
    pub(super) fn routing(&mut self, now: Instant, input: routing::Input) {
        let concerned = self.desk.concerned(&input);
        if let Err(error) = self.desk.engine.handle_input(now, input) {
            tracing::warn!(%error, "routing refused an input");
        }
        if let Some(record) = concerned.as_ref().and_then(|a| self.desk.engine.roster().agent(a)) {
            let (agent, state) = (record.id(), &record.state(now));
            tracing::info!(%agent, %state);
            self.platform.observe(now, &Observation::Agent { agent, state });
        }
        loop {
            match self.desk.engine.poll_output() {
                routing::Output::Reserve { offer, agent, contact, lease } => {
                    self.desk.jobs.push_back(Job::Reserve { offer, agent, contact, lease });
                }
                routing::Output::Offer { offer, agent, contact, token, ring_until } => {
                    self.offer(now, offer, agent, &contact, token, ring_until);
                }
                routing::Output::Revoke { offer } => self.revoke(offer),
                routing::Output::Release { token } => {
                    self.desk.jobs.push_back(Job::Release(token));
                }
                routing::Output::Exit { contact, exit, why } => self.exit(contact, exit, why),
                routing::Output::Explained(explanation) => {
                    let contact = &explanation.contact;
                    tracing::info!(%contact, %explanation, "routed");
                    let explanation = &explanation;
                    self.platform.observe(now, &Observation::Routing { contact, explanation });
                }
                routing::Output::Alarm(alarm) => tracing::warn!(%alarm, "routing alarm"),
                routing::Output::Timeout(at) => {
                    self.desk.wake = at;
                    return self.store();
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

    fn revoke(&mut self, offer: OfferId) {
        let Some(offered) = self.desk.offers.remove(&offer) else { return };
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

    fn exit(&mut self, contact: ContactId, exit: Exit, why: teams_cc_core::queue::ExitReason) {
        self.desk.places.remove(&contact);
        self.desk.jobs.push_back(Job::Withdraw(contact.clone()));
        let Some(live) = self.state.contacts.get_mut(&contact) else { return };
        let seeker = live.seeking.take();
        let to = format!("{exit} ({why})").into();
        self.state.work.push_back(Work::Flow(contact, flow::Input::Overflowed(to)));
        if let Some((_, reply)) = seeker {
            let _ = reply.send(Err(Unfound::Exit(exit)));
        }
    }

    /// Somebody who asked a flow for something gets the answer.
    pub(super) fn replied(
        &mut self,
        contact: &ContactId,
        sink: Sink,
        result: Result<Outcome, OrderError>,
    ) {
        match sink {
            Sink::Nobody => {}
            Sink::Handle(reply) => answer(reply, result),
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
                self.route(routing::Input::OfferDeclined { offer, why });
            }
        }
    }
}

/// A handle that stopped waiting in the same moment has no use for the answer.
fn answer(
    reply: oneshot::Sender<Result<Outcome, OrderError>>,
    result: Result<Outcome, OrderError>,
) {
    let _ = reply.send(result);
}
