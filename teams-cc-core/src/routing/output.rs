//! What comes out of the engine.

use std::{fmt, time::Duration};

use super::{CallbackReason, Explanation};
use crate::{
    AgentId, ContactId, Instant, OfferId,
    queue::{Exit, ExitReason},
    store::{FencingToken, Terms},
};

/// What the engine asks of its driver.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Reserve the agent and the call in the store, as one step. Answer with
    /// [`Reserved`](super::Input::Reserved) or [`ReserveConflict`](super::Input::ReserveConflict).
    Reserve {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
        /// Which call.
        contact: ContactId,
        /// For how long, and for how many agents at once.
        terms: Terms,
    },
    /// Ring the agent; answer with [`OfferAccepted`](super::Input::OfferAccepted) once the store
    /// accepted `token`, or with [`OfferDeclined`](super::Input::OfferDeclined).
    Offer {
        /// Which offer.
        offer: OfferId,
        /// Whom.
        agent: AgentId,
        /// Which call.
        contact: ContactId,
        /// What the store wants to see on acceptance.
        token: FencingToken,
        /// Until when to ring.
        ring_until: Instant,
    },
    /// Stop ringing: the offer is over.
    Revoke {
        /// Which offer.
        offer: OfferId,
    },
    /// Give a reservation or a finished call back to the store.
    Release {
        /// The token of it.
        token: FencingToken,
    },
    /// The call is given up and goes elsewhere.
    Exit {
        /// Which call.
        contact: ContactId,
        /// Where to.
        exit: Exit,
        /// Why.
        why: ExitReason,
    },
    /// The caller had better be offered to be called back.
    OfferCallback {
        /// Which call.
        contact: ContactId,
        /// Why.
        why: CallbackReason,
    },
    /// Why a call was decided on as it was.
    Explained(Explanation),
    /// Something a person should look at.
    Alarm(Alarm),
    /// Nothing more until this instant, or until the next input.
    Timeout(Option<Instant>),
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alarm {
    /// An agent was out of sight for so long that the engine waits no more.
    UnobservedTooLong {
        /// Who.
        agent: AgentId,
        /// With which call.
        contact: ContactId,
        /// For how long.
        after: Duration,
    },
    /// An agent missed several offers in a row and takes no calls until saying so.
    OffersMissed {
        /// Who.
        agent: AgentId,
        /// How many.
        misses: u32,
    },
    /// The store did not answer a reservation in time.
    StoreSilent {
        /// Which offer.
        offer: OfferId,
    },
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnobservedTooLong { agent, contact, after } => {
                write!(f, "{agent} freed: out of sight with {contact} for {} s", after.as_secs())
            }
            Self::OffersMissed { agent, misses } => {
                write!(f, "{agent} away: missed {misses} offers in a row")
            }
            Self::StoreSilent { offer } => write!(f, "no answer to reservation {offer}"),
        }
    }
}
