//! One connection, and the verbs prepared on it.

use std::sync::Arc;

use futures_util::future::try_join_all;
use rustls::ClientConfig;
use tokio_postgres::{Client, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::config::PostgresConfig;

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)+) => {
        /// What is asked of the database.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Verb {
            $($(#[$doc])* $name,)+
        }

        impl Verb {
            const ALL: &[Self] = &[$(Self::$name,)+];

            pub(super) const fn sql(self) -> &'static str {
                match self {
                    $(Self::$name => $sql,)+
                }
            }
        }
    };
}

verbs! {
    PutAgent = "SELECT teams_cc.put_agent($1, $2, $3, $4)";
    RemoveAgent = "SELECT teams_cc.remove_agent($1)";
    Enqueue = "SELECT teams_cc.enqueue($1)";
    Withdraw = "SELECT teams_cc.withdraw($1)";
    Reserve = "SELECT teams_cc.reserve($1, $2, $3, $4, $5)";
    Accept = "SELECT teams_cc.accept($1)";
    Release = "SELECT teams_cc.release($1)";
    PutBack = "SELECT teams_cc.put_back($1)";
    Sweep = "SELECT token, agent, contact FROM teams_cc.sweep()";
    Reservations = "SELECT token, agent, contact, \
        (extract(epoch FROM until) * 1000000)::bigint \
        FROM teams_cc.reservations ORDER BY token";
    Watch = "WITH edge AS MATERIALIZED (\
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS upto, \
                (SELECT transaction FROM teams_cc.forgotten) AS forgotten) \
        SELECT upto, forgotten, kind, token, agent, contact \
        FROM edge LEFT JOIN teams_cc.changes \
            ON transaction >= $1 AND transaction < upto \
        ORDER BY place DESC LIMIT $2";
    GetRecord = "SELECT version, format, owner, body FROM teams_cc.records WHERE call = $1";
    PutRecord = "SELECT teams_cc.put_record($1, $2, $3, $4, $5)";
    DeleteRecord = "DELETE FROM teams_cc.records WHERE call = $1";
    ListRecords = "SELECT call FROM teams_cc.records WHERE owner = $1 ORDER BY call";
    Admit = "SELECT teams_cc.admit($1, $2, $3, $4)";
    Dismiss = "SELECT teams_cc.dismiss($1, $2)";
    Abandon = "SELECT teams_cc.abandon($1)";
    Claim = "SELECT teams_cc.claim($1, $2, $3)";
    Renew = "SELECT teams_cc.renew($1, $2, $3)";
    Resign = "UPDATE teams_cc.partitions SET until = clock_timestamp() \
        WHERE partition = $1 AND epoch = $2";
    Partitions = "SELECT partition, node, epoch, until > clock_timestamp() \
        FROM teams_cc.partitions ORDER BY partition";
}

/// One connection, and the verbs prepared on it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    statements: Vec<Statement>,
}

impl Session {
    pub(super) async fn open(config: &PostgresConfig) -> Result<Self, tokio_postgres::Error> {
        let client = connect(config).await?;
        let prepared = Verb::ALL.iter().map(|verb| client.prepare(verb.sql()));
        let statements = try_join_all(prepared).await?;
        Ok(Self { client, statements })
    }

    pub(super) fn statement(&self, verb: Verb) -> &Statement {
        &self.statements[verb as usize]
    }
}

/// Connects; the connection lives until its client is dropped.
pub(super) async fn connect(config: &PostgresConfig) -> Result<Client, tokio_postgres::Error> {
    let server = &config.server;
    if let Some(tls) = &config.tls {
        let tls = MakeRustlsConnect::new(ClientConfig::clone(tls));
        let (client, connection) = server.connect(tls).await?;
        tokio::spawn(until_it_ends(connection));
        return Ok(client);
    }
    let (client, connection) = server.connect(NoTls).await?;
    tokio::spawn(until_it_ends(connection));
    Ok(client)
}

async fn until_it_ends(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a connection to the database ended");
    }
}

/// A connection that is opened when it is needed.
#[derive(Debug, Default)]
pub(super) struct Slot(tokio::sync::Mutex<Option<Arc<Session>>>);

impl Slot {
    /// Forgets a connection that did not answer, unless there is another one already.
    pub(super) async fn forget(&self, silent: &Arc<Session>) {
        let mut slot = self.0.lock().await;
        if slot.as_ref().is_some_and(|session| Arc::ptr_eq(session, silent)) {
            *slot = None;
        }
    }

    pub(super) async fn session(
        &self,
        config: &PostgresConfig,
    ) -> Result<Arc<Session>, tokio_postgres::Error> {
        let mut slot = self.0.lock().await;
        if let Some(session) = slot.as_ref().filter(|session| !session.client.is_closed()) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::open(config).await?);
        *slot = Some(Arc::clone(&session));
        Ok(session)
    }
}
