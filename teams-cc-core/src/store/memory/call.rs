//! Call records in memory.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::{
    CallId,
    store::{CallRecord, CallStore, MAX_RECORD_BYTES, RecordVersion, StoreError},
};

/// The most records held; one more is refused with [`StoreError::Full`].
pub const MAX_RECORDS: usize = 100_000;

/// A [`CallStore`] in memory.
#[derive(Debug, Default)]
pub struct MemoryCallStore {
    records: Mutex<BTreeMap<CallId, (RecordVersion, CallRecord)>>,
}

impl MemoryCallStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    // A panic elsewhere leaves the map whole: every change to it is a single call.
    fn records(&self) -> std::sync::MutexGuard<'_, BTreeMap<CallId, (RecordVersion, CallRecord)>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CallStore for MemoryCallStore {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        Ok(self.records().get(call).cloned())
    }

    async fn put_if(
        &self,
        call: &CallId,
        expected: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        if record.body.len() > MAX_RECORD_BYTES {
            return Err(StoreError::TooLarge { bytes: record.body.len() });
        }
        let mut records = self.records();
        let full = records.len() >= MAX_RECORDS;
        match records.entry(call.clone()) {
            Entry::Occupied(mut entry) if entry.get().0 == expected => {
                let next = expected.next();
                entry.insert((next, record));
                Ok(next)
            }
            Entry::Occupied(entry) => {
                Err(StoreError::VersionConflict { found: entry.get().0.get() })
            }
            Entry::Vacant(_) if expected != RecordVersion::NONE => {
                Err(StoreError::VersionConflict { found: 0 })
            }
            Entry::Vacant(_) if full => Err(StoreError::Full { limit: MAX_RECORDS }),
            Entry::Vacant(entry) => {
                entry.insert((expected.next(), record));
                Ok(expected.next())
            }
        }
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        self.records().remove(call);
        Ok(())
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        Ok(self
            .records()
            .iter()
            .filter(|(_, (_, record))| record.owner.as_ref() == owner)
            .map(|(call, _)| call.clone())
            .collect())
    }
}
