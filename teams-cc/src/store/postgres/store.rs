//! The store: verbs that take turns on a few connections.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use teams_cc_core::store::StoreError;
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{FromSqlOwned, ToSql},
};

use super::{
    config::PostgresConfig,
    session::{self, Slot, Verb},
};

/// The format of the tables that this version reads and writes.
const FORMAT: i32 = 1;
/// What one migration at a time holds.
const MIGRATION: i64 = 0x7465_616d_7363_6331;
/// How often a verb is tried that the database gave up.
const TRIES: usize = 3;

/// A store in PostgreSQL; see the [module](super).
///
/// Share it in an `Arc`. Needs a tokio runtime, on which its connections live until it is dropped.
pub struct PostgresStore {
    config: PostgresConfig,
    slots: Box<[Slot]>,
    turn: AtomicUsize,
}

impl PostgresStore {
    /// Connects to a database.
    ///
    /// # Errors
    ///
    /// [`ConfigError`](super::ConfigError) within [`StoreError::Backend`], or why nobody answers there.
    pub async fn connect(config: PostgresConfig) -> Result<Self, StoreError> {
        let config = config.checked().map_err(|error| StoreError::Backend(Box::new(error)))?;
        let slots = (0..config.connections).map(|_| Slot::default()).collect();
        let store = Self { config, slots, turn: AtomicUsize::new(0) };
        let client = store.in_time(session::connect(&store.config)).await?;
        store.in_time(client.simple_query("SELECT 1")).await?;
        Ok(store)
    }

    /// Makes the tables and functions where they are not there, in the schema `teams_cc`.
    ///
    /// Nodes may do so at the same time. It takes the right to create a schema; where your
    /// database is not the program's to change, run [`SCHEMA`](Self::SCHEMA) by hand, and this
    /// only looks.
    ///
    /// # Errors
    ///
    /// [`MigrateError::Newer`] where a newer version has been there.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut client = self.in_time(session::connect(&self.config)).await?;
        let known = async {
            let transaction = client.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION]).await?;
            let there = "SELECT to_regclass('teams_cc.format') IS NOT NULL";
            if !transaction.query_one(there, &[]).await?.get::<_, bool>(0) {
                transaction.batch_execute(Self::SCHEMA).await?;
            }
            let format = transaction.query_one("SELECT number FROM teams_cc.format", &[]).await?;
            transaction.commit().await?;
            Ok(format.get::<_, i32>(0))
        };
        match self.in_time(known).await? {
            FORMAT => Ok(()),
            found => Err(MigrateError::Newer { found, known: FORMAT }),
        }
    }

    /// What [`migrate`](Self::migrate) runs in an empty database.
    pub const SCHEMA: &str = include_str!("schema.sql");

    /// Asks for rows.
    pub(super) async fn rows(
        &self,
        verb: Verb,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let slot = &self.slots[turn];
        let mut used = None;
        let asked = async {
            let mut tries = 1;
            loop {
                let session = slot.session(&self.config).await?;
                let session = used.insert(session);
                match session.client.query(session.statement(verb), parameters).await {
                    Err(error) if tries < TRIES && gave_up(&error) => tries += 1,
                    answer => return answer,
                }
            }
        };
        let answered = tokio::time::timeout(self.config.deadline, asked).await;
        if let (Err(_), Some(session)) = (&answered, &used) {
            slot.forget(session).await;
        }
        answered.map_or_else(|_| Err(late(self.config.deadline)), |answer| answer.map_err(backend))
    }

    /// Asks for the value that a verb answers.
    pub(super) async fn value<T: FromSqlOwned>(
        &self,
        verb: Verb,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<T, StoreError> {
        let rows = self.rows(verb, parameters).await?;
        let row = rows.first().ok_or_else(|| StoreError::Backend("no row came back".into()))?;
        row.try_get(0).map_err(backend)
    }

    /// Asks for something that answers nothing.
    pub(super) async fn done(
        &self,
        verb: Verb,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<(), StoreError> {
        self.rows(verb, parameters).await.map(drop)
    }

    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.config.deadline, asked).await {
            Ok(answer) => answer.map_err(backend),
            Err(_) => Err(late(self.config.deadline)),
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("config", &self.config).finish_non_exhaustive()
    }
}

pub(super) fn backend(error: tokio_postgres::Error) -> StoreError {
    StoreError::Backend(Box::new(error))
}

fn late(after: Duration) -> StoreError {
    StoreError::Backend(Box::new(Late { after }))
}

/// Whether nothing of it has happened, and it is worth trying again.
fn gave_up(error: &tokio_postgres::Error) -> bool {
    let codes = [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
    error.code().is_some_and(|code| codes.contains(code))
}

/// As microseconds, at most some 290,000 years.
pub(super) fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 1000)
}

/// The database did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} ms: what was asked for may still happen", after.as_millis())]
struct Late {
    after: Duration,
}

/// Why the tables are not as they should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The tables are of another version of this crate.
    #[error("the tables are of format {found}, this version knows {known}: update this node")]
    Newer {
        /// Their format.
        found: i32,
        /// Ours.
        known: i32,
    },
    /// The database refused or was not there.
    #[error(transparent)]
    Store(#[from] StoreError),
}
