//! The calls of the partitions that a node holds, from one state to the next.

use teams_cc_core::{
    AgentId, ContactId, OfferId,
    queue::QueueEntry,
    routing::{EngineError, Input},
    store::{CallStore, DispatchStore, FencingToken, StoreError},
};

use super::{
    driver::Driver,
    event::NodeEvent,
    handle::{NodeError, NotTaken},
    owed::Debt,
    record,
};

/// A call of a partition that is held here.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) partition: Box<str>,
    /// Under which token an agent has it.
    pub(super) taken: Option<FencingToken>,
}

/// An offer that rings.
#[derive(Debug)]
pub(super) struct Ringing {
    pub(super) contact: ContactId,
    pub(super) token: FencingToken,
}

impl Driver {
    /// Writes a call down and queues it; its partition's node hears of it there.
    pub(super) async fn enqueue(&mut self, mut entry: QueueEntry) -> Result<(), NodeError> {
        let partition = entry.queue().ok_or(NodeError::NoQueue)?.to_string();
        entry.enqueued_at = self.now();
        // What is owed about an earlier call of this contact must not end this one.
        if self.owed.pay(&self.store).await.is_err() {
            return Err(NodeError::Behind);
        }
        let contact = entry.contact.clone();
        let is_new = !self.calls.contains_key(&contact);
        let admitted = self.store.admit(&contact, record::write(&partition, &entry)?).await;
        let queued = match admitted {
            Err(error) => Err(error.into()),
            Ok(()) if is_new && self.held.contains_key(partition.as_str()) => {
                self.queue(entry, partition.into()).map_err(NodeError::Refused)
            }
            Ok(()) => Ok(()),
        };
        if queued.is_err() && is_new {
            self.owed.push(Debt::Abandon(contact));
        }
        queued
    }

    fn queue(&mut self, entry: QueueEntry, partition: Box<str>) -> Result<(), EngineError> {
        let contact = entry.contact.clone();
        self.calls.insert(contact.clone(), Call { partition, taken: None });
        let queued = self.handle(Input::Enqueue(entry));
        if queued.is_err() {
            self.calls.remove(&contact);
        }
        queued
    }

    /// An agent took a call, and nobody was there to join them.
    pub(super) fn nobody_was_joined(&mut self, token: FencingToken, contact: ContactId) {
        self.owed.push(Debt::PutBack(token));
        self.is_over(contact, token);
    }

    /// The database knows, or is about to hear, that a call is over that was taken here.
    pub(super) fn is_over(&mut self, contact: ContactId, token: FencingToken) {
        self.calls.remove(&contact);
        self.dismissed = Some(token);
        self.route(Input::Released { contact });
    }

    pub(super) async fn accept(&mut self, offer: OfferId) -> Result<(), NotTaken> {
        let ringing = self.ringing.remove(&offer).ok_or(NotTaken::Over)?;
        // Should the engine have given it up by now, the call waits again, and is not over.
        self.put_back = Some(ringing.token);
        let refused = match self.store.accept(ringing.token, self.clock.wall()).await {
            Ok(()) if self.route(Input::OfferAccepted { offer: offer.clone() }) => {
                self.put_back = None;
                if let Some(call) = self.calls.get_mut(&ringing.contact) {
                    call.taken = Some(ringing.token);
                }
                return Ok(());
            }
            // It ran out here in the same moment.
            Ok(()) => NotTaken::Over,
            Err(StoreError::Fenced) => NotTaken::Fenced,
            Err(_) => NotTaken::Unknown,
        };
        self.owed.push(Debt::PutBack(ringing.token));
        self.route(Input::OfferExpired { offer });
        Err(refused)
    }

    pub(super) fn released(&mut self, contact: ContactId) {
        let known = self.calls.get(&contact).and_then(|call| call.taken);
        let Some(token) = known.or_else(|| self.others.remove(&contact)) else { return };
        // Its record goes with it.
        self.owed.push(Debt::Dismiss(token, contact.clone()));
        self.is_over(contact, token);
    }

    /// Takes a call in that is written down, if its partition is held here.
    pub(super) async fn take_in(&mut self, contact: &ContactId) -> Result<(), StoreError> {
        let Some(name) = record::name(contact).filter(|_| !self.calls.contains_key(contact)) else {
            return Ok(());
        };
        let Some((_, written)) = self.store.get(&name).await? else { return Ok(()) };
        if !self.held.contains_key(&written.owner) {
            return Ok(());
        }
        match record::read(&written) {
            Some(entry) => {
                self.tell(NodeEvent::Adopted { contact: contact.clone() });
                if let Err(error) = self.queue(entry, written.owner) {
                    tracing::error!(%contact, %error, "a call that waits cannot be routed here");
                }
            }
            None => {
                tracing::error!(%contact, format = written.format, "a record of another version");
            }
        }
        Ok(())
    }

    /// Forgets a call that is known here and that somebody else ended.
    pub(super) async fn is_gone(&mut self, contact: ContactId) -> Result<(), StoreError> {
        let Some(name) = record::name(&contact) else { return Ok(()) };
        // With a record it came anew since.
        if !self.calls.contains_key(&contact) || self.store.get(&name).await?.is_some() {
            return Ok(());
        }
        self.calls.remove(&contact);
        self.route(Input::Remove { contact });
        Ok(())
    }

    /// An agent has a call that another node gave, though its partition is held here.
    pub(super) fn is_taken(&mut self, contact: ContactId, token: FencingToken, agent: AgentId) {
        let Some(call) = self.calls.get_mut(&contact) else { return };
        if call.taken == Some(token) {
            return;
        }
        call.taken = Some(token);
        self.route(Input::Remove { contact: contact.clone() });
        self.tell(NodeEvent::Orphaned { contact, agent });
    }
}
