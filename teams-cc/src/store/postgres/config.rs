//! Where the database is, and how it is talked to.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// The most connections of one store.
pub const MAX_CONNECTIONS: usize = 64;

/// How long a connection is silent before it is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Where the database is, and how it is talked to.
///
/// A server beyond this machine is talked to over TLS alone: give [`tls`](Self::tls).
#[derive(Clone)]
pub struct PostgresConfig {
    pub(super) server: tokio_postgres::Config,
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) connections: usize,
    pub(super) deadline: Duration,
}

impl PostgresConfig {
    /// Reads a connection string as `libpq` does: a URL, or `key=value` pairs.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Text`]; what it says holds no password.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let server = text.parse::<tokio_postgres::Config>().map_err(|_| ConfigError::Text)?;
        Ok(Self::from(server))
    }

    /// Talks over TLS, with these roots and, where the server asks for it, this certificate.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Sets how many connections there are, from 1 to [`MAX_CONNECTIONS`]; default 4.
    ///
    /// Each is opened when it is first needed. Verbs take turns on them.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, MAX_CONNECTIONS);
        self
    }

    /// Sets how long a verb may take, connecting included; default 5 seconds.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// What connections are opened with.
    pub(super) fn checked(mut self) -> Result<Self, ConfigError> {
        let server = &mut self.server;
        if self.tls.is_none()
            && let Some(host) = far(server)
        {
            return Err(ConfigError::PlainText { host });
        }
        // Only with these does each statement of a function see what others have done.
        let isolation = "-c default_transaction_isolation=read\\ committed";
        // The server gives up before us: what it did after that nobody would hear of.
        let milliseconds = (self.deadline * 3 / 4).as_millis().max(1);
        let options = server.get_options().unwrap_or_default();
        let options = format!("{options} {isolation} -c statement_timeout={milliseconds}ms");
        server.options(options.trim_start()).connect_timeout(self.deadline);
        server.ssl_mode(if self.tls.is_some() { SslMode::Require } else { SslMode::Disable });
        server.keepalives_idle(KEEPALIVE).tcp_user_timeout(self.deadline);
        // A server that was a primary once takes nothing in.
        server.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if server.get_application_name().is_none() {
            server.application_name("teams-cc");
        }
        Ok(self)
    }
}

impl From<tokio_postgres::Config> for PostgresConfig {
    fn from(server: tokio_postgres::Config) -> Self {
        Self { server, tls: None, connections: 4, deadline: Duration::from_secs(5) }
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("hosts", &self.server.get_hosts())
            .field("database", &self.server.get_dbname())
            .field("tls", &self.tls.is_some())
            .field("connections", &self.connections)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A host beyond this machine, if there is one.
fn far(server: &tokio_postgres::Config) -> Option<Box<str>> {
    let host = server.get_hosts().iter().find(|host| !is_here(host)).map(|host| match host {
        Host::Tcp(name) => name.as_str().into(),
        #[cfg(unix)]
        Host::Unix(path) => path.to_string_lossy().into(),
    });
    let address = server.get_hostaddrs().iter().find(|address| !address.is_loopback());
    host.or_else(|| address.map(|address| address.to_string().into()))
}

/// Whether what goes to a host stays on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
        }
    }
}

/// Why a database cannot be talked to as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The connection string does not parse.
    #[error("not a connection string of PostgreSQL: write a URL, or `host=… user=… dbname=…`")]
    Text,
    /// The server is beyond this machine, and there is no TLS.
    #[error("{host} is beyond this machine and would hear everything in the clear: give `tls`")]
    PlainText {
        /// The server.
        host: Box<str>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_machine_in_the_clear() {
        let checked = |text: &str| PostgresConfig::new(text).unwrap().checked();
        for here in
            ["host=/run/postgresql", "host=localhost", "postgres://u@127.0.0.1/d", "host=::1"]
        {
            let server = checked(here).unwrap().server;
            assert_eq!(server.get_ssl_mode(), SslMode::Disable, "{here}");
        }
        for far in [
            "host=db.example.com",
            "host=/run/postgresql,192.0.2.7",
            "hostaddr=192.0.2.7 user=u",
            "host=localhost hostaddr=192.0.2.7",
        ] {
            assert!(matches!(checked(far), Err(ConfigError::PlainText { .. })), "{far}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let config = PostgresConfig::new("postgres://u:hunter2@localhost/d").unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(!format!("{:?}", PostgresConfig::new("pass=hunter2 =")).contains("hunter2"));
    }
}
