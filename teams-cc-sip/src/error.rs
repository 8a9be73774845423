//! What can go wrong on a trunk.

use std::{error::Error as StdError, fmt};

use crate::gate::Refusal;

/// Why the trunk could not do what it was asked.
///
/// [`Error::kind`] tells what happened, [`StdError::source`] what lay underneath. Numbers and
/// names never appear in the text.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The destination names no peer of this trunk, or a tenant it does not serve.
    UnknownPeer,
    /// The number cannot be dialled through this peer.
    InvalidNumber,
    /// The leg id is already in use.
    LegInUse,
    /// The gate refused the call; the reason says what to change.
    Refused(Refusal),
    /// The caller to be put through is over, bridged already, or no leg of this trunk.
    NoCaller,
    /// The trunk carries as many calls as it may.
    Full,
    /// The trunk is shutting down or has stopped.
    Stopped,
    /// No local address for media could be opened.
    Media,
    /// A certificate, key or root cannot be used.
    Certificate,
    /// The configuration contradicts itself.
    Config,
    /// The trunk cannot serve this customer.
    Tenant,
    /// A socket could not be opened.
    Socket,
    /// The peer has refused to be put on hold or taken off, with this status; none where it did not
    /// answer. The call goes on as it was.
    HoldRefused(Option<u16>),
    /// A newer order has taken the place of this one.
    Superseded,
    /// A message could not be built or a dialog is in no state for it.
    Protocol,
}

impl Error {
    /// An error of this kind with nothing underneath.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error of this kind, caused by another.
    #[must_use]
    pub fn caused_by(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether trying again later can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Refused(refusal) => refusal.is_temporary(),
            ErrorKind::Full | ErrorKind::Media | ErrorKind::Socket => true,
            _ => false,
        }
    }

    /// Takes the error apart.
    #[must_use]
    pub fn into_parts(self) -> (ErrorKind, Option<Box<dyn StdError + Send + Sync>>) {
        (self.kind, self.source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Refused(refusal) => return write!(f, "the call was refused: {refusal}"),
            ErrorKind::HoldRefused(Some(status)) => {
                return write!(f, "the peer answered {status} to hold or resume; the call goes on");
            }
            ErrorKind::HoldRefused(None) => {
                "the peer did not answer to hold or resume; the call goes on"
            }
            ErrorKind::Superseded => "a newer order has taken the place of this one",
            ErrorKind::UnknownPeer => {
                "dialling failed: the trunk has no such peer or tenant; add it to the trunk config"
            }
            ErrorKind::InvalidNumber => "dialling failed: the number cannot be used with this peer",
            ErrorKind::LegInUse => "dialling failed: the leg id is in use; give each leg its own",
            ErrorKind::NoCaller => {
                "the caller is over or bridged already; nobody was called for it"
            }
            ErrorKind::Full => "the trunk carries as many calls as its limits allow; try later",
            ErrorKind::Stopped => "the trunk has stopped",
            ErrorKind::Media => "no local address for media could be opened",
            ErrorKind::Certificate => "the certificate cannot carry the trunk",
            ErrorKind::Config => "the trunk config contradicts itself",
            ErrorKind::Tenant => "the trunk cannot serve this tenant",
            ErrorKind::Socket => "a socket could not be opened",
            ErrorKind::Protocol => "the message does not fit the state of the dialog",
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}
