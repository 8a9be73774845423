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
use crate::call::{RECORD_FORMAT, record::KeptCall, registry::Unsaved};

/// How many records are written between two looks at what else changed.
const BATCH: usize = 64;

/// How long to wait after a store that failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// How often a write is tried against versions that move on.
const MAX_TRIES: usize = 3;

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
    match change {
        Unsaved::Kept(kept) => {
            let owner = &keeping.owner;
            put(shared, keeping, kept, owner).await.map(drop)
        }
        Unsaved::Over(call) => over(shared, keeping, call).await,
    }
}

/// Writes a record for an owner; tells whether it was ours to write.
pub(super) async fn put(
    shared: &Shared,
    keeping: &Keeping,
    kept: &KeptCall,
    owner: &str,
) -> Result<bool, StoreError> {
    let record = kept.write(owner).map_err(|error| StoreError::Backend(Box::new(error)))?;
    let saved = shared.saved(&kept.call);
    let ours = *owner == *keeping.owner;
    if ours && saved.as_ref().is_some_and(|saved| saved.body == record.body) {
        return Ok(true);
    }
    let mut expected = saved.map_or(RecordVersion::NONE, |saved| saved.version);
    for _ in 0..MAX_TRIES {
        match keeping.store.put_if(&kept.call, expected, record.clone()).await {
            Ok(version) => {
                shared.save(&kept.call, Some(Saved { version, body: record.body }));
                return Ok(true);
            }
            Err(StoreError::VersionConflict { .. }) => match keeping.store.get(&kept.call).await? {
                Some((_, found)) if *found.owner != *keeping.owner => {
                    fenced(shared, &kept.leg, &kept.call, &found.owner);
                    return Ok(false);
                }
                Some((version, _)) => expected = version,
                None => expected = RecordVersion::NONE,
            },
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::VersionConflict { found: expected.get() })
}

/// Removes the record of a call that is over, unless somebody else owns it by now.
async fn over(shared: &Shared, keeping: &Keeping, call: &CallId) -> Result<(), StoreError> {
    let Some(saved) = shared.saved(call) else { return Ok(()) };
    // A deletion asks for no version, so an empty record is put first: a fence.
    let fence = CallRecord::new(RECORD_FORMAT, keeping.owner.clone(), Vec::new());
    match keeping.store.put_if(call, saved.version, fence).await {
        Ok(version) => {
            // Noted first: where the deletion fails, trying again goes on from here.
            shared.save(call, Some(Saved { version, body: Vec::new() }));
            keeping.store.delete(call).await?;
        }
        Err(StoreError::VersionConflict { .. }) => {}
        Err(error) => return Err(error),
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
