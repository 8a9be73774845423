//! What a node tells its program.

use teams_cc_core::{
    AgentId, ContactId, OfferId, Timestamp,
    queue::{Exit, ExitReason},
    store::FencingToken,
};
use tokio::sync::mpsc;

/// What a node tells its program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeEvent {
    /// Ring this agent for this call; answer with [`Node::accept`](super::Node::accept) or
    /// [`Node::decline`](super::Node::decline).
    Ring {
        /// Which offer.
        offer: OfferId,
        /// Whom.
        agent: AgentId,
        /// For which call.
        contact: ContactId,
        /// Until when to ring, by wall time. Do not begin after it, where this was read late.
        until: Timestamp,
        /// What proves the reservation, for logs.
        token: FencingToken,
    },
    /// Stop ringing: the offer is over.
    Stop {
        /// Which offer.
        offer: OfferId,
    },
    /// The call was given up and goes elsewhere.
    Exit {
        /// Which call.
        contact: ContactId,
        /// Where to.
        exit: Exit,
        /// Why.
        why: ExitReason,
    },
    /// A call that waits and that another node looked after, or that came to another node.
    ///
    /// Take its legs over if you can, or give it up with
    /// [`Node::abandon`](super::Node::abandon).
    Adopted {
        /// Which call.
        contact: ContactId,
    },
    /// A call that an agent took with a node that no longer looks after it.
    ///
    /// Find out whether they still talk; say [`Node::released`](super::Node::released) when they do
    /// not. Until then the agent is busy.
    Orphaned {
        /// Which call.
        contact: ContactId,
        /// Who took it.
        agent: AgentId,
    },
    /// This node looks after a partition now.
    Held {
        /// Which.
        partition: Box<str>,
    },
    /// This node no longer looks after a partition; its calls are another node's.
    Lost {
        /// Which.
        partition: Box<str>,
    },
}

/// The events of a node, in their order.
///
/// Past 1,024 unread ones a node takes no more calls over; what its own calls bring is kept.
#[derive(Debug)]
pub struct NodeEvents(pub(super) mpsc::Receiver<NodeEvent>);

impl NodeEvents {
    /// The next event; none once the node has ended. Dropping this future loses nothing.
    pub async fn next(&mut self) -> Option<NodeEvent> {
        self.0.recv().await
    }
}
