//! Places of callers who hung up.

use std::collections::BTreeMap;

use super::{calls::Place, engine::Engine};
use crate::{ContactId, Instant, queue::QueueEntry, routing::EngineError};

/// The most places kept; past it the ones that end first are forgotten.
const MAX_KEPT: usize = 10_000;

/// Places of callers who hung up, by queue and caller.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<(u32, Box<str>), KeptPlace>);

#[derive(Clone, Copy, Debug)]
struct KeptPlace {
    place: Place,
    enqueued_at: Instant,
    until: Instant,
}

impl Kept {
    fn keep(&mut self, queue: u32, caller: Box<str>, place: KeptPlace, now: Instant) {
        if self.0.len() >= MAX_KEPT {
            self.0.retain(|_, kept| kept.until > now);
        }
        if self.0.len() >= MAX_KEPT {
            let first = self.0.iter().min_by_key(|(_, kept)| kept.until);
            if let Some(name) = first.map(|(name, _)| name.clone()) {
                self.0.remove(&name);
            }
        }
        self.0.insert((queue, caller), place);
    }
}

impl Engine {
    pub(super) fn abandoned(&mut self, contact: &ContactId) -> Result<(), EngineError> {
        if let Some(call) = self.calls.named(contact)
            && let (Some(queue), Some(caller)) = (call.queue, call.entry.caller.clone())
            && let Some(within) = self.queue_at(queue).and_then(|queue| queue.resume)
        {
            let (place, enqueued_at) = (call.place, call.entry.enqueued_at);
            let kept = KeptPlace { place, enqueued_at, until: self.now + within };
            self.kept.keep(queue, caller, kept, self.now);
        }
        self.remove(contact)
    }

    /// Gives a caller who hung up the old place back, if it is kept.
    pub(super) fn take_kept(&mut self, queue: u32, entry: &mut QueueEntry) -> Option<Place> {
        let name = (queue, entry.caller.clone()?);
        let kept = self.kept.0.remove(&name).filter(|kept| kept.until > self.now)?;
        entry.enqueued_at = kept.enqueued_at;
        Some(kept.place)
    }
}
