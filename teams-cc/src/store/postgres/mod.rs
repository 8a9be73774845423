//! Stores in PostgreSQL, for several machines.
//!
//! [`PostgresStore`] is a [`DispatchStore`] and a [`CallStore`], and says which machine looks after
//! which [partition](Partition) of the queues. PostgreSQL 13 or later; its clock is the only one
//! that counts, so machines whose clocks differ agree on every lease.
//!
//! ```no_run
//! use std::sync::Arc;
//! use teams_cc::store::postgres::{PostgresConfig, PostgresStore};
//!
//! # async fn run(platform: impl teams_cc::Platform) -> Result<(), Box<dyn std::error::Error>> {
//! let config = PostgresConfig::new("postgres://teams_cc@%2Frun%2Fpostgresql/calls")?;
//! let store = PostgresStore::connect(config).await?;
//! store.migrate().await?;
//! let center = teams_cc::ContactCenter::builder(platform).store(Arc::new(store));
//! # let _ = center;
//! # Ok(())
//! # }
//! ```
//!
//! Each verb is one call of a function in the schema `teams_cc`: one round trip, one transaction,
//! nothing between. A future that is dropped has asked for all of it or for nothing; what was asked
//! for may still happen after that. [`reserve`] locks the call, then the
//! agent; every other verb locks one call. So no two verbs wait for each other.
//!
//! | at | then |
//! |---|---|
//! | the database is not there, or not in time | [`StoreError::Backend`](teams_cc_core::store::StoreError::Backend); the next verb connects anew |
//! | a verb was given up by the database (deadlock, serialization) | tried again, three times in all |
//! | a standby takes over | with `synchronous_standby_names` nothing that was told is lost; without, ask yourself what a call given twice costs |
//! | more than [`MAX_CHANGES`] changes since a version, or changes older than ten minutes | a gap, see [`watch`] |
//!
//! Rows are bounded by the calls, agents and records there are; changes are deleted by
//! [`sweep`] after ten minutes. A transaction left open elsewhere in the same
//! cluster holds back what [`watch`] tells, and nothing else. Poolers that
//! share a session between transactions lose prepared statements: connect past them.
//!
//! [`DispatchStore`]: teams_cc_core::store::DispatchStore
//! [`reserve`]: teams_cc_core::store::DispatchStore::reserve
//! [`sweep`]: teams_cc_core::store::DispatchStore::sweep
//! [`watch`]: teams_cc_core::store::DispatchStore::watch
//! [`CallStore`]: teams_cc_core::store::CallStore

mod calls;
mod config;
mod dispatch;
mod partition;
mod session;
mod store;
mod waiting;

pub use config::{ConfigError, MAX_CONNECTIONS, PostgresConfig};
pub use dispatch::MAX_CHANGES;
pub use partition::{Partition, PartitionLease};
pub use store::{MigrateError, PostgresStore};
