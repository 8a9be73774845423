use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::Error;

/// Takes the answer to one request out of the answers to its batch.
pub struct Ticket<T> {
    id: TicketId,
    pub(super) read: Read<T>,
}

/// Names one request of one batch, for those that wait for it.
#[derive(Clone)]
pub struct TicketId {
    batch: Arc<Mark>,
    index: usize,
}

/// Reads an answer that is no error.
pub(super) type Read<T> = fn(http::Response<Bytes>) -> Result<T, Error>;

/// By whose address tickets know their batch.
pub(super) struct Mark {
    /// So that no two marks share an address.
    _one: u8,
}

impl Mark {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { _one: 1 })
    }
}

impl<T> Ticket<T> {
    pub(super) fn new(id: TicketId, read: Read<T>) -> Self {
        Self { id, read }
    }

    /// The request's name.
    #[must_use]
    pub fn id(&self) -> TicketId {
        self.id.clone()
    }
}

impl TicketId {
    pub(super) fn new(batch: &Arc<Mark>, index: usize) -> Self {
        Self { batch: Arc::clone(batch), index }
    }

    /// Which request of the batch it names; `None` for one of another batch.
    pub(super) fn index_in(&self, batch: &Arc<Mark>) -> Option<usize> {
        Arc::ptr_eq(&self.batch, batch).then_some(self.index)
    }
}

impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TicketId").field(&self.index).finish()
    }
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ticket").field(&self.id.index).finish()
    }
}
