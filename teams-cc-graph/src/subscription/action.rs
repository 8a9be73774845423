//! What an upkeep asks for.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Event, Wanted};

/// Names something asked of Graph, to hand its answer back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

/// What an [`Upkeep`](super::Upkeep) wants next.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Do this, and hand back what came of it.
    Ask {
        /// What to hand back.
        ticket: Ticket,
        /// With whose client.
        account: Box<str>,
        /// What to do.
        action: Action,
    },
    /// Tell the program.
    Event(Event),
    /// Nothing more for now: wait for input, or until then.
    Timeout(Option<Instant>),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Post to the program's own endpoint as Graph will, and see that it repeats a token.
    Probe {
        /// The endpoint.
        url: Box<str>,
    },
    /// `POST /subscriptions`, with a secret that nobody can guess.
    Create(Box<Wanted>),
    /// `PATCH /subscriptions/{id}`, with the certificate of now where content is encrypted.
    Renew {
        /// The subscription.
        id: Box<str>,
        /// How long it is to live from now on.
        life: Duration,
        /// Whether it carries content.
        content: bool,
    },
    /// `DELETE /subscriptions/{id}`; that there is none is as good.
    Delete {
        /// The subscription.
        id: Box<str>,
    },
    /// `GET /subscriptions`, all pages.
    List,
}
