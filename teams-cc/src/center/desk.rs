//! The routing engine, the store it commits to, and what is under way between them.

use std::{
    collections::{BTreeMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use futures_util::FutureExt as _;
use teams_cc_core::{
    AgentId, ContactId, Instant, LegId, OfferId, Timestamp,
    agent::Capacity,
    contact::{
        AfterTransfer, AnsweredBy, ContactEvent,
        flow::{Flow, OrderId},
    },
    queue::Exit,
    routing::{self, Engine},
    store::{DispatchStore, FencingToken, StoreError, Terms},
};

use super::{builder::Site, command::Whom};

/// The routing engine, and what it has under way.
pub(crate) struct Desk {
    pub(super) engine: Engine,
    pub(super) site: Arc<Site>,
    store: Arc<dyn DispatchStore>,
    pub(super) wake: Option<Instant>,
    pub(super) places: BTreeMap<ContactId, Place>,
    pub(super) offers: BTreeMap<OfferId, Offered>,
    /// Store jobs, one after the other, so that a call waits before it is reserved. A job
    /// comes from an output of the engine, whose number the engine bounds.
    pub(super) jobs: VecDeque<Job>,
    pub(super) busy: bool,
}

/// Where a contact stands with the routing engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Sought,
    /// The agent waits on this leg, or talks on it in sight.
    Taken(AgentId, LegId),
    OutOfSight(AgentId),
}

/// An offer that rings or rang.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) contact: ContactId,
    pub(super) agent: AgentId,
    pub(super) token: FencingToken,
    pub(super) order: OrderId,
    pub(super) taken: Option<(LegId, AnsweredBy)>,
}

/// One step in the store.
#[derive(Clone, Debug)]
pub(super) enum Job {
    PutAgent(AgentId, Capacity),
    Enqueue(ContactId),
    Withdraw(ContactId),
    Reserve { offer: OfferId, agent: AgentId, contact: ContactId, terms: Terms },
    Accept { offer: OfferId, token: FencingToken },
    Release(FencingToken),
}

/// How a step in the store went.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(super) job: Job,
    pub(super) result: Result<Option<FencingToken>, StoreError>,
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

    /// What tells the engine to seek somebody; `None`: unknown queue or agent.
    pub(crate) fn seek(
        &mut self,
        now: Instant,
        contact: &ContactId,
        whom: &Whom,
    ) -> Option<Vec<routing::Input>> {
        let input = match whom {
            Whom::Queue(queue, route) => {
                self.site.queues.contains(queue).then_some(())?;
                routing::Input::Enqueue(route.entry(contact.clone(), queue.clone(), now))
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
        let released = matches!(before, Some(Place::Taken(..)))
            .then(|| routing::Input::Released { contact: contact.clone() });
        Some(released.into_iter().chain([input]).collect())
    }

    /// The agent whose state an input is about to change.
    pub(super) fn concerned(&self, input: &routing::Input) -> Option<AgentId> {
        match input {
            routing::Input::OutOfSight { contact } => match self.places.get(contact) {
                Some(Place::OutOfSight(agent)) => Some(agent.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the engine is told about an event in the life of a contact.
    pub(crate) fn heard(
        &mut self,
        contact: &ContactId,
        event: &ContactEvent,
    ) -> Option<routing::Input> {
        let contact = contact.clone();
        match (event, self.places.get_mut(&contact)) {
            (ContactEvent::Connected { after: AfterTransfer::OutOfSight, .. }, Some(place)) => {
                if let Place::Taken(agent, _) = place {
                    *place = Place::OutOfSight(agent.clone());
                }
                Some(routing::Input::OutOfSight { contact })
            }
            (ContactEvent::Ended(_), Some(_)) => match self.places.remove(&contact)? {
                Place::Sought => {
                    self.jobs.push_back(Job::Withdraw(contact.clone()));
                    Some(routing::Input::Remove { contact })
                }
                Place::Taken(..) => Some(routing::Input::Released { contact }),
                // The agent still talks, where nobody sees it: presence or a record frees.
                Place::OutOfSight(_) => None,
            },
            _ => None,
        }
    }

    /// What the engine is told where the agent who had the contact in sight left.
    pub(super) fn left(&mut self, contact: &ContactId, flow: &Flow) -> Option<routing::Input> {
        match self.places.get(contact) {
            Some(Place::Taken(_, leg)) if flow.party_of(leg).is_none() => {
                self.places.remove(contact);
                Some(routing::Input::Released { contact: contact.clone() })
            }
            _ => None,
        }
    }

    /// Nobody says whether the contact was handed over. Its agent may be talking out of sight.
    pub(super) fn lost_sight(&mut self, contact: &ContactId) -> Option<routing::Input> {
        let place = self.places.get_mut(contact)?;
        let Place::Taken(agent, _) = place else { return None };
        *place = Place::OutOfSight(agent.clone());
        Some(routing::Input::OutOfSight { contact: contact.clone() })
    }

    /// Whether somebody is being sought for any contact.
    pub(super) fn is_seeking(&self) -> bool {
        self.places.values().any(|place| *place == Place::Sought)
    }

    /// Whether the store knows everything that was decided.
    pub(super) fn is_settled(&self) -> bool {
        !self.busy && self.jobs.is_empty()
    }

    /// The leg of whoever took the contact and is not out of sight.
    pub(super) fn taker(&self, contact: &ContactId) -> Option<&LegId> {
        match self.places.get(contact) {
            Some(Place::Taken(_, leg)) => Some(leg),
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
    pub(super) fn next_job(
        &mut self,
        now: Timestamp,
    ) -> Option<impl Future<Output = Stored> + Send + use<>> {
        if self.busy {
            return None;
        }
        let job = self.jobs.pop_front()?;
        self.busy = true;
        let store = Arc::clone(&self.store);
        Some(async move {
            // The store may be a partner's: one that panics must not stop every later step.
            let step = AssertUnwindSafe(job.carry_out(&*store, now)).catch_unwind().await;
            let result = step.unwrap_or_else(|_| Err(StoreError::Backend("it panicked".into())));
            Stored { job, result }
        })
    }
}

impl Job {
    async fn carry_out(
        &self,
        store: &dyn DispatchStore,
        now: Timestamp,
    ) -> Result<Option<FencingToken>, StoreError> {
        match self {
            Self::PutAgent(agent, capacity) => store.put_agent(agent, *capacity).await?,
            Self::Enqueue(contact) => store.enqueue(contact).await?,
            Self::Withdraw(contact) => store.withdraw(contact).await?,
            Self::Reserve { agent, contact, terms, .. } => {
                return store.reserve(agent, contact, *terms, now).await.map(Some);
            }
            Self::Accept { token, .. } => store.accept(*token, now).await?,
            Self::Release(token) => store.release(*token).await?,
        }
        Ok(None)
    }
}
