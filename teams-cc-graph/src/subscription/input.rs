//! What an upkeep is told.

use std::fmt;

use super::{Answer, Ticket, Wanted};
use crate::model::LifecycleEventType;

/// What happened, or what the program wants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A subscription is to live on; one of the same name is replaced.
    Want(Wanted),
    /// A subscription is to live on that an earlier process made: it is renewed, not made.
    Adopt(Wanted, Record),
    /// A subscription is wanted no more; it is deleted.
    Forget(&'a str),
    /// Something asked for has an answer.
    Answered {
        /// Which.
        ticket: Ticket,
        /// What came of it.
        answer: Answer,
    },
    /// The service told something of a subscription itself.
    Lifecycle {
        /// The subscription.
        id: &'a str,
        /// What.
        event: &'a LifecycleEventType,
    },
    /// The certificate changed: every subscription with content is renewed.
    CertificateChanged,
    /// Time has passed.
    Tick,
}

/// What is left of a subscription after its process: enough to go on with it.
///
/// Its secret is the [`Secrets`](super::Secrets)' to keep.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The id Graph gave it.
    pub id: Box<str>,
}

impl Record {
    /// A subscription by its id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { id: id.into() }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("id", &self.id).finish()
    }
}
