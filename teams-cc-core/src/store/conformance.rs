//! What every [`CallStore`] has to do, as a check for your own tests.
//!
//! | rule | says |
//! |---|---|
//! | [`Rule::Absence`] | what was never written is not there, for [`get`] nor [`list`] |
//! | [`Rule::Content`] | format, owner and body come back byte for byte, up to [`MAX_RECORD_BYTES`] |
//! | [`Rule::Version`] | each write makes a version that none before had, and [`get`] tells it |
//! | [`Rule::Fence`] | a write that expects another version changes nothing and tells the true one |
//! | [`Rule::Names`] | ids and owners that differ in case or in accents alone are different |
//! | [`Rule::Order`] | [`list`] names the calls of one owner, in the order of their ids' bytes |
//! | [`Rule::Size`] | a larger record is refused with [`StoreError::TooLarge`], and nothing changes |
//! | [`Rule::Deletion`] | a deleted record is not there, and deleting it again is no error |
//! | [`Rule::Race`] | of writers at once that expect the same version, one succeeds |
//! | [`Rule::Drop`] | a write whose future is dropped has happened whole or not at all |
//!
//! A store has to outlive its process, and to hold against writers on other machines: that is
//! yours to test.
//!
//! ```
//! # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
//! # fn block_on<F: Future>(f: F) -> F::Output {
//! #     match pin!(f).poll(&mut Context::from_waker(Waker::noop())) {
//! #         Poll::Ready(it) => it,
//! #         Poll::Pending => panic!(),
//! #     }
//! # }
//! use teams_cc_core::store::{MemoryCallStore, conformance};
//!
//! // In your test: your store, within your runtime.
//! let store = MemoryCallStore::new();
//! block_on(conformance::check(&store)).expect("a conforming store");
//! ```
//!
//! [`get`]: CallStore::get
//! [`list`]: CallStore::list

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use super::{CallRecord, CallStore, MAX_RECORD_BYTES, RecordVersion, StoreError};
use crate::CallId;

#[cfg(test)]
mod tests;

/// How many writers are set against one another.
const WRITERS: u8 = 8;

/// How often each race is run.
const RACES: u8 = 16;

/// The owner in whose name most records are written.
const OWNER: &str = "conformance";

/// A rule that every store of calls keeps; see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// What was never written is not there.
    Absence,
    /// What was written comes back byte for byte.
    Content,
    /// Each write makes a new version.
    Version,
    /// A write that expects another version changes nothing.
    Fence,
    /// Names that differ in case or accents alone are different.
    Names,
    /// Calls are listed by owner, in the order of their ids.
    Order,
    /// Larger records are refused.
    Size,
    /// A deleted record is not there.
    Deletion,
    /// Of writers at once, one succeeds.
    Race,
    /// A dropped write has happened whole or not at all.
    Drop,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absence => "what was never written is not there",
            Self::Content => "what was written comes back byte for byte",
            Self::Version => "each write makes a version that none before had",
            Self::Fence => "a write that expects another version changes nothing",
            Self::Names => "names that differ in case or accents alone are different",
            Self::Order => "calls are listed by owner, in the order of their ids",
            Self::Size => "records over the limit are refused",
            Self::Deletion => "a deleted record is not there",
            Self::Race => "of writers at once, one succeeds",
            Self::Drop => "a dropped write has happened whole or not at all",
        })
    }
}

/// Why a store does not conform.
#[derive(Debug, thiserror::Error)]
#[error("the store does not keep the rule that {rule}")]
#[non_exhaustive]
pub struct Nonconforming {
    /// The rule it breaks.
    pub rule: Rule,
    /// The error it gave where none was due, or another one was.
    pub source: Option<StoreError>,
}

/// Checks a store; the first rule it breaks is the error.
///
/// It writes and deletes some thirty records whose ids begin with `conformance`, of up to
/// [`MAX_RECORD_BYTES`], and none else; run it against a store of tests. Where it fails, and where
/// the future is dropped, records of these ids may be left.
///
/// # Errors
///
/// [`Nonconforming`] with the rule.
pub async fn check(store: &dyn CallStore) -> Result<(), Nonconforming> {
    let checks = Checks { store };
    checks.clean().await?;
    checks.one_record().await?;
    checks.names_and_order().await?;
    checks.size().await?;
    checks.races().await?;
    checks.dropped_writes().await?;
    checks.clean().await
}

struct Checks<'a> {
    store: &'a dyn CallStore,
}

/// Names whose order in bytes is another one than in most languages.
const NAMES: [&str; 5] =
    ["conformance-B", "conformance-a", "conformance-b", "conformance-e", "conformance-\u{e9}"];

impl Checks<'_> {
    async fn one_record(&self) -> Result<(), Nonconforming> {
        let call = &numbered(0);
        let absent = self.get(call, Rule::Absence).await?.is_none();
        hold(absent && !self.list(OWNER).await?.contains(call), Rule::Absence)?;
        let early = self.store.put_if(call, RecordVersion::new(7), record(0)).await;
        conflicts(early, RecordVersion::NONE)?;
        hold(self.get(call, Rule::Fence).await?.is_none(), Rule::Fence)?;

        let every_byte = CallRecord::new(u16::MAX, OWNER, (0..=u8::MAX).collect());
        let mut versions = vec![RecordVersion::NONE];
        for next in [record(1), record(1), record(0), every_byte] {
            let before = last(&versions);
            let version = self.put(call, before, next.clone(), Rule::Version).await?;
            hold(!versions.contains(&version), Rule::Version)?;
            let found = self.get(call, Rule::Version).await?;
            hold(found.as_ref().is_some_and(|found| found.0 == version), Rule::Version)?;
            hold(found.is_some_and(|found| found.1 == next), Rule::Content)?;
            versions.push(version);
        }
        let (now, kept) = (last(&versions), self.get(call, Rule::Fence).await?);
        for stale in versions.iter().filter(|version| **version != now) {
            let refused = self.store.put_if(call, *stale, record(9)).await;
            conflicts(refused, now)?;
            hold(self.get(call, Rule::Fence).await? == kept, Rule::Fence)?;
        }

        for _ in 0..2 {
            self.delete(call).await?;
            hold(self.get(call, Rule::Deletion).await?.is_none(), Rule::Deletion)?;
            hold(!self.list(OWNER).await?.contains(call), Rule::Deletion)?;
        }
        let late = self.store.put_if(call, now, record(1)).await;
        conflicts(late, RecordVersion::NONE)?;
        self.put(call, RecordVersion::NONE, record(1), Rule::Deletion).await?;
        self.delete(call).await
    }

    async fn names_and_order(&self) -> Result<(), Nonconforming> {
        // Written in another order than they are listed in.
        for name in NAMES.iter().rev() {
            let theirs = CallRecord::new(1, *name, name.as_bytes().to_vec());
            self.put(&id(name), RecordVersion::NONE, theirs, Rule::Names).await?;
        }
        for name in NAMES {
            let found = self.get(&id(name), Rule::Names).await?;
            hold(found.is_some_and(|found| found.1.body == name.as_bytes()), Rule::Names)?;
            hold(self.list(name).await? == [id(name)], Rule::Names)?;
        }
        for name in NAMES {
            let version =
                self.get(&id(name), Rule::Order).await?.map_or_else(Default::default, |it| it.0);
            self.put(&id(name), version, record(1), Rule::Order).await?;
            hold(self.list(name).await?.is_empty(), Rule::Order)?;
        }
        hold(self.list(OWNER).await? == NAMES.map(id), Rule::Order)
    }

    async fn size(&self) -> Result<(), Nonconforming> {
        let call = &numbered(0);
        let sized = |bytes| CallRecord::new(1, OWNER, vec![0xa5; bytes]);
        let largest = sized(MAX_RECORD_BYTES);
        let version = self.put(call, RecordVersion::NONE, largest.clone(), Rule::Content).await?;
        let kept = Some((version, largest));
        hold(self.get(call, Rule::Content).await? == kept, Rule::Content)?;
        match self.store.put_if(call, version, sized(MAX_RECORD_BYTES + 1)).await {
            Err(StoreError::TooLarge { .. }) => {}
            other => return Err(broken(Rule::Size, other.err())),
        }
        hold(self.get(call, Rule::Size).await? == kept, Rule::Size)?;
        self.delete(call).await
    }

    async fn races(&self) -> Result<(), Nonconforming> {
        let call = &numbered(0);
        let mut version = RecordVersion::NONE;
        for _ in 0..RACES {
            let writes = (0..WRITERS).map(|nth| self.store.put_if(call, version, record(nth)));
            let outcomes = all(writes.collect()).await;
            let mut winner = None;
            for (nth, outcome) in (0..WRITERS).zip(outcomes) {
                match outcome {
                    Ok(version) => {
                        hold(winner.is_none(), Rule::Race)?;
                        winner = Some((version, record(nth)));
                    }
                    Err(StoreError::VersionConflict { .. }) => {}
                    Err(error) => return Err(broken(Rule::Race, Some(error))),
                }
            }
            hold(winner.is_some(), Rule::Race)?;
            version = winner.as_ref().map_or(version, |winner| winner.0);
            hold(self.get(call, Rule::Race).await? == winner, Rule::Race)?;
        }
        self.delete(call).await
    }

    async fn dropped_writes(&self) -> Result<(), Nonconforming> {
        let call = &numbered(0);
        let (mut at, mut kept) =
            (self.put(call, RecordVersion::NONE, record(0), Rule::Drop).await?, 0);
        // What is dropped may still be on its way, and arrive after a later look.
        let mut under_way = Vec::new();
        for nth in 1..=RACES {
            // Polled a little further each time.
            let mut write = self.store.put_if(call, at, record(nth));
            let mut polls = nth;
            poll_fn(|context| {
                polls -= 1;
                if write.as_mut().poll(context).is_ready() || polls == 0 {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            drop(write);
            under_way.push(nth);
            let Some((version, found)) = self.get(call, Rule::Drop).await? else {
                return Err(broken(Rule::Drop, None));
            };
            if version == at {
                hold(found == record(kept), Rule::Drop)?;
                continue;
            }
            let written = under_way.drain(..).find(|nth| found == record(*nth));
            kept = written.ok_or_else(|| broken(Rule::Drop, None))?;
            at = version;
        }
        self.delete(call).await
    }

    /// Deletes what this or an earlier check left.
    async fn clean(&self) -> Result<(), Nonconforming> {
        self.delete(&numbered(0)).await?;
        for name in NAMES {
            self.delete(&id(name)).await?;
        }
        Ok(())
    }

    async fn get(
        &self,
        call: &CallId,
        rule: Rule,
    ) -> Result<Option<(RecordVersion, CallRecord)>, Nonconforming> {
        self.store.get(call).await.map_err(|error| broken(rule, Some(error)))
    }

    async fn put(
        &self,
        call: &CallId,
        expected: RecordVersion,
        record: CallRecord,
        rule: Rule,
    ) -> Result<RecordVersion, Nonconforming> {
        let put = self.store.put_if(call, expected, record).await;
        put.map_err(|error| broken(rule, Some(error)))
    }

    async fn delete(&self, call: &CallId) -> Result<(), Nonconforming> {
        self.store.delete(call).await.map_err(|error| broken(Rule::Deletion, Some(error)))
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, Nonconforming> {
        self.store.list(owner).await.map_err(|error| broken(Rule::Order, Some(error)))
    }
}

/// A write was refused, and told the version the record is at.
fn conflicts(
    outcome: Result<RecordVersion, StoreError>,
    at: RecordVersion,
) -> Result<(), Nonconforming> {
    match outcome {
        Err(StoreError::VersionConflict { found }) if found == at.get() => Ok(()),
        other => Err(broken(Rule::Fence, other.err())),
    }
}

fn hold(it: bool, rule: Rule) -> Result<(), Nonconforming> {
    if it { Ok(()) } else { Err(broken(rule, None)) }
}

fn broken(rule: Rule, source: Option<StoreError>) -> Nonconforming {
    Nonconforming { rule, source }
}

fn last(versions: &[RecordVersion]) -> RecordVersion {
    versions.last().copied().unwrap_or_default()
}

fn id(name: &str) -> CallId {
    CallId::new(name).unwrap_or_else(|_| numbered(0))
}

fn numbered(nth: u64) -> CallId {
    CallId::numbered(OWNER, nth)
}

/// A record that is told from others by its number; that of zero is empty.
fn record(nth: u8) -> CallRecord {
    CallRecord::new(u16::from(nth), OWNER, vec![nth; usize::from(nth) * 100])
}

/// Runs writes side by side, on the task of the caller.
async fn all<T>(futures: Vec<Pin<Box<dyn Future<Output = T> + Send + '_>>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Some(future), None)).collect();
    poll_fn(move |context| {
        for (future, output) in &mut running {
            if let Some(running) = future
                && let Poll::Ready(ready) = running.as_mut().poll(context)
            {
                (*future, *output) = (None, Some(ready));
            }
        }
        if running.iter().any(|(future, _)| future.is_some()) {
            return Poll::Pending;
        }
        Poll::Ready(running.iter_mut().filter_map(|(_, output)| output.take()).collect())
    })
    .await
}
