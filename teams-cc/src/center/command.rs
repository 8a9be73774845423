//! What handles ask of the runtime, and how they stop asking.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use teams_cc_core::{
    AgentId, ContactId, LegId, QueueId,
    contact::flow::{Order, OrderError, OrderId, Outcome},
    queue::Exit,
};
use tokio::sync::{mpsc, oneshot};

use super::{
    Route,
    taken::{Hold, Taken},
};

/// How many commands may wait for the runtime; a full queue makes handles wait.
pub(crate) const COMMAND_QUEUE: usize = 1024;

/// What a handle asks of the runtime.
#[derive(Debug)]
pub(crate) enum Command {
    /// Have a contact's flow carry out an order.
    Order {
        contact: ContactId,
        id: OrderId,
        order: Order,
        reply: oneshot::Sender<Result<Outcome, OrderError>>,
    },
    /// Find somebody for a contact.
    Seek { contact: ContactId, id: OrderId, whom: Whom, reply: oneshot::Sender<Found> },
    /// An agent's own state.
    Agent { agent: AgentId, available: bool },
}

/// Who is sought for a contact.
#[derive(Clone, Debug)]
pub(crate) enum Whom {
    /// Whoever the queue's policy chooses.
    Queue(QueueId, Route),
    /// One agent or expert, if presence allows it.
    Agent(AgentId),
}

/// How a search ended.
pub(crate) type Found = Result<Taken, Unfound>;

/// Why nobody was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfound {
    /// The policy gave up, and says where the contact goes.
    Exit(Exit),
    /// The order could not be carried out at all.
    Order(OrderError),
    /// There is no such queue or agent.
    Unknown,
}

/// What a program no longer wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Withdrawn {
    /// What it asked for.
    Order(OrderId),
    /// Somebody who took the contact.
    Leg(LegId),
}

/// The handles' way to the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    commands: mpsc::Sender<Command>,
    withdrawn: mpsc::UnboundedSender<(ContactId, Withdrawn)>,
    next: Arc<AtomicU64>,
}

/// The runtime's end of the line.
#[derive(Debug)]
pub(crate) struct LineEnd {
    pub(crate) commands: mpsc::Receiver<Command>,
    /// Never holds more than two entries per order under way, which the flow bounds.
    pub(crate) withdrawn: mpsc::UnboundedReceiver<(ContactId, Withdrawn)>,
}

impl Line {
    pub(crate) fn new() -> (Self, LineEnd) {
        let (commands, command_end) = mpsc::channel(COMMAND_QUEUE);
        let (withdrawn, withdrawn_end) = mpsc::unbounded_channel();
        let line = Self { commands, withdrawn, next: Arc::new(AtomicU64::new(1)) };
        (line, LineEnd { commands: command_end, withdrawn: withdrawn_end })
    }

    /// Asks and waits; dropping the future withdraws the order. `None`: the runtime is gone.
    ///
    /// `hold` is the leg that the order is about, kept until the order is on its way.
    pub(crate) async fn ask<T>(
        &self,
        contact: &ContactId,
        hold: Option<Hold>,
        command: impl FnOnce(OrderId, oneshot::Sender<T>) -> Command,
    ) -> Option<T> {
        let id = self.next_order();
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(id, reply)).await.ok()?;
        if let Some(hold) = hold {
            hold.ordered();
        }
        let mut withdraw = Withdraw { line: self, contact, id, armed: true };
        let answer = answer.await.ok();
        withdraw.armed = false;
        answer
    }

    /// Says that something is no longer wanted. A runtime that is gone has nothing left of it.
    pub(super) fn withdraw(&self, contact: &ContactId, what: Withdrawn) {
        let _ = self.withdrawn.send((contact.clone(), what));
    }

    /// A name for an order of the runtime's own.
    pub(crate) fn next_order(&self) -> OrderId {
        OrderId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells without waiting for an answer.
    pub(crate) async fn tell(&self, command: Command) {
        // A runtime that is gone has nothing left to change.
        let _ = self.commands.send(command).await;
    }
}

/// Takes an order back when its future is dropped.
struct Withdraw<'a> {
    line: &'a Line,
    contact: &'a ContactId,
    id: OrderId,
    armed: bool,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.line.withdraw(self.contact, Withdrawn::Order(self.id));
        }
    }
}
