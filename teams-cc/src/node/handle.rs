//! The program's hand on a node.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{
    AgentId, ContactId, OfferId,
    agent::{Agent, Observation},
    contact::OfferEnd,
    queue::QueueEntry,
    routing::{AgentChange, Engine, EngineError},
    store::StoreError,
};
use teams_cc_graph::SystemClock;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{config::NodeConfig, driver::Driver, event::NodeEvents};
use crate::store::postgres::PostgresStore;

/// How many commands and how many events lie unread.
const UNREAD: usize = 1024;

/// What a program asks of its node.
#[derive(Debug)]
pub(super) enum Command {
    Enqueue(Box<QueueEntry>, oneshot::Sender<Result<(), NodeError>>),
    Accept(OfferId, oneshot::Sender<Result<(), NotTaken>>),
    Decline(OfferId, OfferEnd),
    Released(ContactId),
    Abandon(ContactId),
    Agent(AgentId, Box<AgentChange>),
    Presence(AgentId, Observation),
    Shutdown(oneshot::Sender<()>),
}

/// One machine of several that route calls together; see the [module](super).
///
/// Clones are the same node. It ends with [`shutdown`](Self::shutdown), or when every clone is
/// dropped; its partitions are given up then.
#[derive(Clone, Debug)]
pub struct Node {
    commands: mpsc::Sender<Command>,
    task: Arc<JoinHandle<()>>,
}

impl Node {
    /// Starts a node. The engine has every queue already; agents are [signed in](Self::sign_in).
    #[must_use]
    pub fn start(
        config: NodeConfig,
        store: Arc<PostgresStore>,
        engine: Engine,
    ) -> (Self, NodeEvents) {
        let (commands, asked) = mpsc::channel(UNREAD);
        let (events, told) = mpsc::channel(UNREAD);
        let clock = Arc::new(SystemClock::new());
        let driver = Driver::new(config, store, engine, clock);
        let task = Arc::new(tokio::spawn(driver.run(asked, events)));
        (Self { commands, task }, NodeEvents(told))
    }

    /// Lets a call wait, whichever node looks after its queue.
    ///
    /// Its place in the queue is from now on, whatever the entry says. A dropped future has done so or not: [`abandon`](Self::abandon) a call you are not sure of.
    /// A call that is taken waits once it is released, where `entry` says.
    ///
    /// # Errors
    ///
    /// [`NodeError`]; the call does not wait, or is withdrawn as soon as the database can be told.
    pub async fn enqueue(&self, entry: QueueEntry) -> Result<(), NodeError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Enqueue(Box::new(entry), reply)).await?;
        answer.await.unwrap_or(Err(NodeError::Ended))
    }

    /// A person took the call. Join them if this says so, and hang up at the agent's otherwise.
    ///
    /// A dropped future takes nothing: a call that it would have taken waits again.
    ///
    /// # Errors
    ///
    /// [`NotTaken`].
    pub async fn accept(&self, offer: &OfferId) -> Result<(), NotTaken> {
        let (reply, answer) = oneshot::channel();
        let asked = self.ask(Command::Accept(offer.clone(), reply)).await;
        asked.map_err(|_| NotTaken::Unknown)?;
        answer.await.unwrap_or(Err(NotTaken::Unknown))
    }

    /// The agent did not take the call.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn decline(&self, offer: &OfferId, why: OfferEnd) -> Result<(), NodeError> {
        self.ask(Command::Decline(offer.clone(), why)).await
    }

    /// The conversation is over.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn released(&self, contact: &ContactId) -> Result<(), NodeError> {
        self.ask(Command::Released(contact.clone())).await
    }

    /// The customer left while waiting.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn abandon(&self, contact: &ContactId) -> Result<(), NodeError> {
        self.ask(Command::Abandon(contact.clone())).await
    }

    /// Makes an agent known here; every node has to know the agents of the queues it may hold.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn sign_in(&self, agent: Agent) -> Result<(), NodeError> {
        self.agent(agent.id.clone(), AgentChange::SignedIn(Box::new(agent))).await
    }

    /// Something about an agent changed.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn agent(&self, agent: AgentId, change: AgentChange) -> Result<(), NodeError> {
        self.ask(Command::Agent(agent, Box::new(change))).await
    }

    /// Presence was read or told.
    ///
    /// # Errors
    ///
    /// [`NodeError::Ended`].
    pub async fn presence(&self, agent: AgentId, seen: Observation) -> Result<(), NodeError> {
        self.ask(Command::Presence(agent, seen)).await
    }

    /// Gives every partition up and ends; whether it was done by then.
    ///
    /// Calls that wait are routed by others. Reservations under way run out.
    pub async fn shutdown(self, within: Duration) -> bool {
        let (reply, done) = oneshot::channel();
        let ended =
            async { self.ask(Command::Shutdown(reply)).await.is_ok() && done.await.is_ok() };
        let ended = tokio::time::timeout(within, ended).await.unwrap_or(false);
        self.task.abort();
        ended
    }

    async fn ask(&self, command: Command) -> Result<(), NodeError> {
        self.commands.send(command).await.map_err(|_| NodeError::Ended)
    }
}

/// Why a node did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The call waits for one person, not in a queue: offer it on the node that has its legs.
    #[error("the call waits in no queue")]
    NoQueue,
    /// The node's engine refused it: the queue is not known there, or too many calls wait.
    #[error("routing refused the call")]
    Refused(#[source] EngineError),
    /// The database could not be told yet what it is owed.
    #[error("the database is behind: take no call in for now")]
    Behind,
    /// The database did not take it.
    #[error("the call could not be written down")]
    Store(#[from] StoreError),
    /// The node has ended.
    #[error("the node has ended")]
    Ended,
}

/// Why a call is not the agent's who took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// The offer is over: revoked, run out or never made.
    #[error("the offer is over")]
    Over,
    /// The reservation ran out; somebody else may have the call.
    #[error("the reservation ran out: somebody else may have the call")]
    Fenced,
    /// The database did not say. Hang up: the reservation is given back as soon as it can be.
    #[error("the database did not say whether the call is taken")]
    Unknown,
}
