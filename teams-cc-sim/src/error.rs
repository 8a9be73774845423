//! What can go wrong with a simulation.

use std::error::Error as StdError;

/// An error of the simulator itself; what the simulated Microsoft answers is never one.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn because(
        kind: ErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The world names something it does not have.
    #[error("the world is set up wrong: {0}")]
    Setup(&'static str),
    /// The world has no user of this handle.
    #[error("nobody has this handle: name a user of the setup")]
    Nobody,
    /// A door could not be opened.
    #[error("cannot open a door: choose a free address, or check that the folder can be written")]
    Door,
    /// A runtime could not be built.
    #[error("cannot build a runtime for virtual time")]
    Runtime,
    /// An input names a connection or a callback that does not exist.
    #[error("no such connection or callback: it was closed or answered before")]
    Unknown,
}
