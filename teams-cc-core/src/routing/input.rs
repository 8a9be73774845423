//! What goes into the engine.

use std::time::Duration;

use crate::{
    AgentId, ContactId, OfferId,
    agent::{Agent, AwayReason, Observation},
    contact::OfferEnd,
    queue::{Exit, QueueEntry},
    store::FencingToken,
};

/// What the engine is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// A call starts to wait.
    Enqueue(QueueEntry),
    /// A call is meant for one person, who needs to be in no queue.
    ///
    /// The person is offered the call like any agent: presence gate, reservation, explanation.
    /// Tell what is known of the person's presence, or the call waits for it.
    OfferDirect {
        /// Which call.
        contact: ContactId,
        /// Who; added to the roster until the call is done where not there yet.
        expert: Box<Agent>,
        /// How long the call waits for that person.
        within: Duration,
        /// Where it goes then.
        exit: Exit,
    },
    /// The customer left, or the call goes elsewhere. An offer of it is revoked, an agent who
    /// has it is freed.
    Remove {
        /// Which call.
        contact: ContactId,
    },
    /// The customer hung up while waiting. Like [`Remove`](Self::Remove), but the place is kept
    /// where the queue keeps places; see [`Queue::resume`](super::Queue::resume).
    Abandoned {
        /// Which call.
        contact: ContactId,
    },
    /// Something about an agent changed.
    AgentChanged {
        /// Which agent.
        agent: AgentId,
        /// What.
        change: AgentChange,
    },
    /// Presence was read or told.
    PresenceObserved {
        /// Of which agent.
        agent: AgentId,
        /// What, and when.
        observation: Observation,
    },
    /// The store made the reservation asked for by [`Output::Reserve`](super::Output::Reserve).
    Reserved {
        /// Which offer.
        offer: OfferId,
        /// What proves it.
        token: FencingToken,
    },
    /// The store refused the reservation: somebody else has the agent or the call.
    ReserveConflict {
        /// Which offer.
        offer: OfferId,
        /// Which side was not to be had.
        with: Conflict,
    },
    /// The agent took the call, and the store accepted the token.
    OfferAccepted {
        /// Which offer.
        offer: OfferId,
    },
    /// The offer came to nothing.
    OfferDeclined {
        /// Which offer.
        offer: OfferId,
        /// Why.
        why: OfferEnd,
    },
    /// The store refused the token, or its lease ran out.
    OfferExpired {
        /// Which offer.
        offer: OfferId,
    },
    /// A conversation that could be seen is over.
    Released {
        /// Which call.
        contact: ContactId,
    },
    /// The call was handed over to the agent and is out of sight now.
    OutOfSight {
        /// Which call.
        contact: ContactId,
    },
    /// Time passed.
    Tick,
}

/// Which side of a reservation somebody else has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a reservation has two sides")]
pub enum Conflict {
    /// The agent; the next one may be asked at once.
    Agent,
    /// The call; nobody is asked for it for a while.
    Call,
}

/// What changed about an agent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AgentChange {
    /// The agent signed in, or the profile changed.
    SignedIn(Box<Agent>),
    /// The agent wants calls. Ends away, wrap-up and a call out of sight, never a reservation.
    Available,
    /// The agent wants no calls; an offer that rings goes on ringing.
    Away(AwayReason),
    /// The agent is gone; offers are revoked, a call that can be seen goes on.
    SignedOut,
    /// A call record says that this call of the agent's is over.
    CallRecorded(ContactId),
}
