//! What can go wrong in a contact center.

use std::{error::Error as StdError, fmt};

use teams_cc_core::{
    contact::{EndCause, OfferEnd, flow::OrderError},
    queue::Exit,
};

/// An error of the contact center: what was tried, and why it did not work.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The customer left before it was done. Nothing to mend.
    CustomerLeft(EndCause),
    /// The contact could not carry out the order.
    Order(OrderError),
    /// The queue's policy gave up; the exit says where the contact is to go.
    Overflow(Exit),
    /// The party did not take the call.
    NotTaken(OfferEnd),
    /// Nobody can be called there, whatever the platform; the text says how to name somebody.
    Destination(&'static str),
    /// There is no such queue; name it with [`Builder::queue`](crate::Builder::queue).
    UnknownQueue(Box<str>),
    /// There is no such agent; name it with [`Builder::agents`](crate::Builder::agents).
    UnknownAgent(Box<str>),
    /// The prompt is no address; set [`Builder::prompts`](crate::Builder::prompts).
    Prompt(Box<str>),
    /// The contact center cannot start as configured.
    Config(Box<str>),
    /// The contact center has stopped.
    Stopped,
}

impl Error {
    /// What kind of error this is.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether the customer left, which is no fault of anybody.
    #[must_use]
    pub fn is_customer_left(&self) -> bool {
        matches!(self.kind, ErrorKind::CustomerLeft(_))
    }

    /// Whether the queue gave the contact up.
    #[must_use]
    pub fn is_overflow(&self) -> bool {
        matches!(self.kind, ErrorKind::Overflow(_))
    }

    pub(crate) fn with_source(
        kind: ErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, source: Some(source.into()) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::CustomerLeft(cause) => write!(f, "the customer has left: {cause}"),
            ErrorKind::Order(error) => fmt::Display::fmt(error, f),
            ErrorKind::Overflow(exit) => write!(f, "nobody was found: {exit}"),
            ErrorKind::NotTaken(why) => write!(f, "the party did not take the call: {why}"),
            ErrorKind::Destination(why) => write!(f, "nobody can be called there: {why}"),
            ErrorKind::UnknownQueue(name) => {
                write!(f, "there is no queue {name:?}: name it with Builder::queue")
            }
            ErrorKind::UnknownAgent(name) => {
                write!(f, "there is no agent {name:?}: name it with Builder::agents")
            }
            ErrorKind::Prompt(name) => {
                write!(
                    f,
                    "prompt {name:?} is no address: give an absolute one or set Builder::prompts"
                )
            }
            ErrorKind::Config(why) => write!(f, "the contact center cannot start: {why}"),
            ErrorKind::Stopped => f.write_str("the contact center has stopped"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl From<OrderError> for Error {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::CustomerLeft(cause) => ErrorKind::CustomerLeft(cause).into(),
            other => ErrorKind::Order(other).into(),
        }
    }
}
