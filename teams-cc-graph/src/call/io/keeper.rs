//! Writes down what calls need to outlive their process.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use teams_cc_core::{
    CallId, LegId,
    store::{CallRecord, RecordVersion, StoreError},
};

use super::{Shared, shared::Keeping};
use crate::call::{Input, record::KeptCall, registry::Unsaved};

/// How many records are written between two looks at what else changed.
const BATCH: usize = 64;

/// How long to wait after a store that failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// How often a write is tried against versions that move on.
pub(super) const MAX_TRIES: usize = 3;

/// The record of a call as this process wrote it last.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub(super) version: RecordVersion,
    pub(super) body: Vec<u8>,
}

/// Writes records until the calls stop. Several changes of a call are one write.
pub(super) async fn keep(shared: Arc<Shared>, keeping: Keeping) {
    while !shared.stopped.load(Ordering::Acquire) {
        if !flush(&shared, &keeping, BATCH).await {
            tokio::time::sleep(TRY_AGAIN).await;
            continue;
        }
        shared.keep.notified().await;
    }
}

/// Writes everything that is not written yet; tells whether the store took it.
pub(super) async fn flush(shared: &Shared, keeping: &Keeping, batch: usize) -> bool {
    loop {
        let unsaved = shared.registry().take_unsaved(batch);
        if unsaved.is_empty() {
            return true;
        }
        let mut whole = true;
        for change in unsaved {
            if let Err(error) = write(shared, keeping, &change).await {
                tracing::warn!(%error, "a call could not be written down; trying again");
                let mut registry = shared.registry();
                registry.unwritten();
                registry.still_unsaved(change);
                whole = false;
            }
        }
        if !whole {
            shared.forget_left_behind();
            return false;
        }
    }
}

async fn write(shared: &Shared, keeping: &Keeping, change: &Unsaved) -> Result<(), StoreError> {
    let _turn = keeping.turn.lock().await;
    match change {
        // It may have ended or been given away while this waited for its turn.
        Unsaved::Kept(kept) if !shared.registry().is_live(&kept.leg, &kept.call) => Ok(()),
        Unsaved::Kept(kept) => put(shared, keeping, kept, &keeping.owner).await.map(drop),
        Unsaved::Over(call) => over(shared, keeping, call).await,
    }
}

/// Writes a record for an owner; [`None`] where it was not ours to write. It takes a turn to call.
///
/// A record that vanished is written anew, and Graph is asked whether its call goes on.
pub(super) async fn put(
    shared: &Shared,
    keeping: &Keeping,
    kept: &KeptCall,
    owner: &str,
) -> Result<Option<RecordVersion>, StoreError> {
    let record = keeping.record(kept, owner)?;
    let saved = shared.saved(&kept.call);
    let ours = *owner == *keeping.owner;
    if let Some(saved) = saved.as_ref().filter(|saved| ours && saved.body == record.body) {
        return Ok(Some(saved.version));
    }
    let mut vanished = false;
    let mut expected = saved.map_or(RecordVersion::NONE, |saved| saved.version);
    for _ in 0..MAX_TRIES {
        match keeping.store.put_if(&kept.call, expected, record.clone()).await {
            Ok(version) => {
                // What was handed over is not ours to write again, whatever waits for its turn.
                let saved = ours.then_some(Saved { version, body: record.body });
                shared.save(&kept.call, saved);
                if vanished && ours {
                    // Who deleted it may have had the call meanwhile, and seen its end.
                    shared.input(&kept.leg, Input::Reconcile);
                }
                return Ok(Some(version));
            }
            Err(StoreError::VersionConflict { .. }) => match keeping.store.get(&kept.call).await? {
                // The answer to an earlier write of ours got lost.
                Some((version, found)) if keeping.wrote(&found) => expected = version,
                Some((_, found)) => {
                    fenced(shared, &kept.leg, &kept.call, &found.owner);
                    return Ok(None);
                }
                None => (expected, vanished) = (RecordVersion::NONE, true),
            },
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::VersionConflict { found: expected.get() })
}

/// Removes the record of a call that is over, unless somebody else wrote it last.
async fn over(shared: &Shared, keeping: &Keeping, call: &CallId) -> Result<(), StoreError> {
    // A deletion asks for no version, so a record of nothing is put first: a fence.
    let fence = KeptCall::fence(&keeping.owner, &keeping.writer);
    let fence = fence.map_err(|error| StoreError::Backend(Box::new(error)))?;
    let mut expected = shared.saved(call).map(|saved| saved.version);
    for _ in 0..MAX_TRIES {
        let version = match expected {
            Some(version) => version,
            // The answer to our last write may have got lost.
            None => match keeping.store.get(call).await? {
                Some((version, found)) if keeping.wrote(&found) => version,
                _ => break,
            },
        };
        match keeping.store.put_if(call, version, fence.clone()).await {
            Ok(version) => {
                // Noted first: where the deletion fails, trying again goes on from here.
                shared.save(call, Some(Saved { version, body: Vec::new() }));
                keeping.store.delete(call).await?;
                break;
            }
            Err(StoreError::VersionConflict { .. }) => expected = None,
            Err(error) => return Err(error),
        }
    }
    shared.save(call, None);
    Ok(())
}

/// Another process took the call over: this one lets go of it.
fn fenced(shared: &Shared, leg: &LegId, call: &CallId, by: &str) {
    tracing::warn!(%leg, %call, by, "another process took a call over");
    shared.save(call, None);
    shared.registry().disown(leg, call, by);
    shared.changed();
}

impl Keeping {
    /// The record of a call for an owner: with our mark, unless it is handed over.
    pub(super) fn record(&self, kept: &KeptCall, owner: &str) -> Result<CallRecord, StoreError> {
        let writer = (*owner == *self.owner).then(|| self.writer.clone());
        let marked = KeptCall { writer, ..kept.clone() };
        marked.write(owner).map_err(|error| StoreError::Backend(Box::new(error)))
    }

    /// Whether a record is one that this process wrote. Another one may go by the same name.
    pub(super) fn wrote(&self, record: &CallRecord) -> bool {
        *record.owner == *self.owner && KeptCall::writer_of(record).as_ref() == Some(&self.writer)
    }
}

#[cfg(test)]
mod tests;
