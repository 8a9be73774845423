//! What outlives a process, or is shared by several.
//!
//! [`DispatchStore`] owns who is reserved for what; [`CallStore`] keeps opaque records of calls.
//! Both are seams. Those in memory are here, for one process and for tests; `teams-cc` has one in
//! PostgreSQL, and over another database one is yours to write: [`conformance`] checks it. Time is
//! wall time, because it must mean the same to another process.

mod call;
pub mod conformance;
mod dispatch;
mod memory;

pub use call::{CallRecord, CallStore, MAX_RECORD_BYTES, RecordVersion};
pub use dispatch::{
    Change, Changes, DispatchStore, Expired, FencingToken, Reservation, StoreVersion, Terms,
};
pub use memory::{MAX_CHANGES, MAX_ENTRIES, MAX_RECORDS, MemoryCallStore, MemoryDispatchStore};

/// Why a store did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The agent has no free place, or is not known to the store.
    #[error("the agent is not free")]
    AgentTaken,
    /// The call is reserved already, or does not wait in the store.
    #[error("the call is not free")]
    CallTaken,
    /// The token is not the newest of its reservation, or the lease ran out.
    #[error("the reservation is no longer yours: its lease ran out or another one followed")]
    Fenced,
    /// The record is at another version than expected; read it again.
    #[error("the record changed meanwhile: it is at version {found}")]
    VersionConflict {
        /// The version it is at, zero where there is none.
        found: u64,
    },
    /// The record is over [`MAX_RECORD_BYTES`].
    #[error("a record of {bytes} bytes is over the limit of {MAX_RECORD_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The store is full.
    #[error("the store is full: at most {limit} entries")]
    Full {
        /// How many it holds.
        limit: usize,
    },
    /// The store cannot be reached or failed.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}
