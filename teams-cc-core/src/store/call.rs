//! Records of calls, as opaque bytes with a version.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::CallId;

/// The largest record a store takes, in bytes.
pub const MAX_RECORD_BYTES: usize = 256 * 1024;

/// Counts the writes of one record; zero means there is none.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RecordVersion(u64);

impl RecordVersion {
    /// No record yet: what to expect when writing the first.
    pub const NONE: Self = Self(0);

    /// The version of this number, for stores.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What is kept of one call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// The version of the body's format. By it a newer program knows an older one's record.
    pub format: u16,
    /// Which process or partition looks after the call.
    pub owner: Box<str>,
    /// The record itself; may hold personal data, so [`Debug`](fmt::Debug) shows its size only.
    pub body: Vec<u8>,
}

impl CallRecord {
    /// A record in this format.
    #[must_use]
    pub fn new(format: u16, owner: impl Into<Box<str>>, body: Vec<u8>) -> Self {
        Self { format, owner: owner.into(), body }
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecord")
            .field("format", &self.format)
            .field("owner", &self.owner)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// Keeps versioned records of calls.
///
/// Every method is one atomic step: a future that is dropped has either done all of it or
/// nothing.
///
/// # Errors
///
/// Besides what a method names, each may fail with [`StoreError::Backend`].
#[async_trait]
pub trait CallStore: Send + Sync + fmt::Debug {
    /// A record and its version.
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError>;

    /// Writes a record over the one at version `expected`. Tells the new version.
    ///
    /// # Errors
    ///
    /// [`StoreError::VersionConflict`] where another writer was first, [`StoreError::TooLarge`],
    /// [`StoreError::Full`].
    async fn put_if(
        &self,
        call: &CallId,
        expected: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError>;

    /// Deletes a record; without one nothing changes.
    async fn delete(&self, call: &CallId) -> Result<(), StoreError>;

    /// The calls of one owner, in the order of their ids.
    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError>;
}
