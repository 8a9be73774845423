//! What names a dialog (RFC 3261 §12).

use crate::{fingerprint, transaction::key::Envelope};

/// Call-ID and both tags, seen from here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DialogId {
    /// A fingerprint of the rest, and first: it settles most comparisons without a look at texts
    /// that lie elsewhere in memory. Nothing but speed hangs on it.
    print: u64,
    pub(crate) call_id: Box<str>,
    pub(crate) local_tag: Box<str>,
    pub(crate) remote_tag: Box<str>,
}

impl DialogId {
    pub(crate) fn new(call_id: &str, local_tag: &str, remote_tag: &str) -> Self {
        Self {
            print: fingerprint::of([call_id, local_tag, remote_tag]),
            call_id: call_id.into(),
            local_tag: local_tag.into(),
            remote_tag: remote_tag.into(),
        }
    }

    /// The dialog a request of a peer belongs to; nothing where it has no To tag.
    pub(crate) fn of_request(envelope: &Envelope) -> Option<Self> {
        let local = envelope.to.tag()?;
        // RFC 2543 peers may send no From tag, which §12.1.1 takes as an empty one.
        let remote = envelope.from.tag().unwrap_or_default();
        Some(Self::new(envelope.call_id.as_str(), local, remote))
    }
}
