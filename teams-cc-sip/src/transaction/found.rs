//! Which transaction a message belongs to, and what is kept of it.

use std::sync::Arc;

use super::{
    TransactionId,
    key::{ClientKey, Envelope, MergeKey, ServerKey},
    table::Table,
};
use crate::{endpoint::Route, fingerprint::Printed, message::Request};

impl<O: Copy> Table<O> {
    /// The request of ours that a response belongs to, and the way it went.
    pub(crate) fn client(&self, envelope: &Envelope) -> Option<(TransactionId, &Request, &Route)> {
        let id = *self.clients.get(&ClientKey::of(envelope)?.printed())?;
        let entry = self.entries.get(&id)?;
        Some((id, entry.request.as_deref()?, &entry.route))
    }

    pub(crate) fn server(&self, key: &Printed<ServerKey>) -> Option<TransactionId> {
        self.servers.get(key).copied()
    }

    /// The transaction of the INVITE that a CANCEL with this key is about (§9.2).
    pub(crate) fn server_of_invite(&self, key: &Printed<ServerKey>) -> Option<TransactionId> {
        if key.key().is_of_invite() {
            return self.server(key);
        }
        self.server(&key.key().clone().of_invite().printed())
    }

    /// Whether a copy of this request is being handled.
    pub(crate) fn is_merged(&self, key: &Printed<MergeKey>) -> bool {
        self.merges.contains_key(key)
    }

    /// The INVITE of ours that this one is, if it has come back.
    pub(crate) fn sent_as(&self, key: &Printed<MergeKey>) -> Option<&Request> {
        self.request_of(*self.sent.get(key)?)
    }

    pub(crate) fn owner(&self, id: TransactionId) -> Option<O> {
        self.entries.get(&id).map(|entry| entry.owner)
    }

    pub(crate) fn request_of(&self, id: TransactionId) -> Option<&Request> {
        self.entries.get(&id)?.request.as_deref()
    }

    /// The same, to be kept while the transaction changes.
    pub(crate) fn shared_request(&self, id: TransactionId) -> Option<Arc<Request>> {
        self.entries.get(&id)?.request.clone()
    }
}
