//! Stores with one fault each: every rule finds the one that breaks it.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    task::{Context, Waker},
};

use async_trait::async_trait;

use super::*;
use crate::store::MemoryCallStore;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    FindsAll,
    LosesFormats,
    CutsBodies,
    CountsNoEqualWrites,
    WritesOver,
    TellsAnotherVersion,
    FoldsIds,
    FoldsOwners,
    ListsBackwards,
    ListsAll,
    CutsLargeBodies,
    RefusesLarge,
    KeepsDeleted,
    FailsToDeleteTwice,
    ChecksThenWrites,
    WritesInParts,
}

#[derive(Debug)]
struct Faulty {
    fault: Fault,
    records: MemoryCallStore,
    /// Bodies that were written before their record's version.
    parts: Mutex<Option<Vec<u8>>>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { fault, records: MemoryCallStore::new(), parts: Mutex::default() }
    }

    fn id(&self, call: &CallId) -> CallId {
        match self.fault {
            Fault::FoldsIds => id(&call.as_str().to_lowercase()),
            _ => call.clone(),
        }
    }

    async fn write(&self, call: &CallId, record: CallRecord) -> Result<RecordVersion, StoreError> {
        let now = self.records.get(call).await?.map_or(RecordVersion::NONE, |found| found.0);
        self.records.put_if(call, now, record).await
    }

    fn part(&self) -> std::sync::MutexGuard<'_, Option<Vec<u8>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets others go first, once.
async fn yield_once() {
    let mut first = true;
    poll_fn(|context| {
        if !std::mem::take(&mut first) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl CallStore for Faulty {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        let found = self.records.get(&self.id(call)).await?;
        Ok(match (self.fault, found) {
            (Fault::FindsAll, None) => Some((RecordVersion::new(1), record(0))),
            (Fault::LosesFormats, Some((version, found))) => {
                Some((version, CallRecord { format: 1, ..found }))
            }
            (Fault::CutsBodies, Some((version, mut found))) => {
                let end = found.body.iter().position(|byte| *byte == 0);
                found.body.truncate(end.unwrap_or(usize::MAX));
                Some((version, found))
            }
            (Fault::WritesInParts, Some((version, mut found))) => {
                if let Some(part) = &*self.part() {
                    found.body.clone_from(part);
                }
                Some((version, found))
            }
            (_, found) => found,
        })
    }

    async fn put_if(
        &self,
        call: &CallId,
        expected: RecordVersion,
        mut record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        let call = &self.id(call);
        let now = self.records.get(call).await?;
        match self.fault {
            Fault::CountsNoEqualWrites if now == Some((expected, record.clone())) => {
                return Ok(expected);
            }
            Fault::WritesOver if now.is_some() => return self.write(call, record).await,
            Fault::TellsAnotherVersion => {
                let put = self.records.put_if(call, expected, record).await;
                return put.map_err(|error| match error {
                    StoreError::VersionConflict { .. } => {
                        StoreError::VersionConflict { found: expected.get() }
                    }
                    other => other,
                });
            }
            Fault::CutsLargeBodies => record.body.truncate(MAX_RECORD_BYTES),
            Fault::RefusesLarge if record.body.len() >= MAX_RECORD_BYTES => {
                return Err(StoreError::TooLarge { bytes: record.body.len() });
            }
            Fault::ChecksThenWrites
                if now.as_ref().map_or(0, |it| it.0.get()) == expected.get() =>
            {
                yield_once().await;
                return self.write(call, record).await;
            }
            Fault::WritesInParts => {
                if now.is_some() {
                    *self.part() = Some(record.body.clone());
                    yield_once().await;
                }
                let put = self.records.put_if(call, expected, record).await;
                *self.part() = None;
                return put;
            }
            _ => {}
        }
        self.records.put_if(call, expected, record).await
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        *self.part() = None;
        match self.fault {
            Fault::KeepsDeleted => Ok(()),
            Fault::FailsToDeleteTwice if self.records.get(call).await?.is_none() => {
                Err(StoreError::Backend("no such record".into()))
            }
            _ => self.records.delete(&self.id(call)).await,
        }
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        let mut found = self.records.list(owner).await?;
        match self.fault {
            Fault::ListsBackwards => found.reverse(),
            Fault::FoldsOwners => {
                for owner in [owner.to_uppercase(), owner.to_lowercase()] {
                    found.extend(self.records.list(&owner).await?);
                }
                found.sort();
                found.dedup();
            }
            Fault::ListsAll => {
                for owner in NAMES.into_iter().chain([OWNER]) {
                    found.extend(self.records.list(owner).await?);
                }
                found.sort();
                found.dedup();
            }
            _ => {}
        }
        Ok(found)
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        // Whatever waits here wakes itself.
        let context = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return output;
        }
    }
}

#[test]
fn each_rule_finds_the_store_that_breaks_it() {
    use Fault as F;
    for (fault, rule) in [
        (F::None, None),
        (F::FindsAll, Some(Rule::Absence)),
        (F::LosesFormats, Some(Rule::Content)),
        (F::CutsBodies, Some(Rule::Content)),
        (F::CountsNoEqualWrites, Some(Rule::Version)),
        (F::WritesOver, Some(Rule::Fence)),
        (F::TellsAnotherVersion, Some(Rule::Fence)),
        (F::FoldsIds, Some(Rule::Names)),
        (F::FoldsOwners, Some(Rule::Names)),
        (F::ListsBackwards, Some(Rule::Order)),
        (F::ListsAll, Some(Rule::Names)),
        (F::CutsLargeBodies, Some(Rule::Size)),
        (F::RefusesLarge, Some(Rule::Content)),
        (F::KeepsDeleted, Some(Rule::Deletion)),
        (F::FailsToDeleteTwice, Some(Rule::Deletion)),
        (F::ChecksThenWrites, Some(Rule::Race)),
        (F::WritesInParts, Some(Rule::Drop)),
    ] {
        let found = block_on(check(&Faulty::new(fault)));
        assert_eq!(found.as_ref().err().map(|broken| broken.rule), rule, "{fault:?}: {found:?}");
    }
}

#[test]
fn the_store_in_memory_conforms_and_keeps_what_else_it_holds() {
    let store = MemoryCallStore::new();
    let (call, kept) = (id("another"), CallRecord::new(3, "blue", vec![1]));
    block_on(store.put_if(&call, RecordVersion::NONE, kept.clone())).expect("written");
    for _ in 0..2 {
        block_on(check(&store)).expect("a conforming store");
    }
    let found = block_on(store.get(&call)).expect("read");
    assert_eq!(found, Some((RecordVersion::new(1), kept)));
    assert_eq!(block_on(store.list(OWNER)).expect("read"), []);
}
