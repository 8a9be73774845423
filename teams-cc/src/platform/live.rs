//! A live tenant, described by environment variables.

mod credential;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use teams_cc_core::{AppId, Clock, Id, TenantId, Timestamp};
use teams_cc_graph::{
    Client, ClientBuilder, SystemClock,
    auth::{AppCredential, CertificateError},
};
use tokio::sync::mpsc;
use url::Url;

use super::{GraphAccess, Platform, TrunkAccess, listener};
use crate::{Error, ErrorKind};

/// How many callbacks may wait for the contact center; more are answered with 503.
const CALLBACK_QUEUE: usize = 1024;

/// A live tenant, read from environment variables.
///
/// | variable | holds |
/// |---|---|
/// | `TEAMS_CC_TENANT_ID` | the tenant's id, a GUID; without it there is no live platform |
/// | `TEAMS_CC_CLIENT_ID` | the app registration of the calling bot, a GUID |
/// | `TEAMS_CC_CLIENT_SECRET` | its secret |
/// | `TEAMS_CC_CLIENT_CERTIFICATE`, `TEAMS_CC_CLIENT_KEY` | in place of the secret: files in PEM with its certificate and private key |
/// | `AZURE_FEDERATED_TOKEN_FILE` | in place of both, set by workload identity: the file with its assertion |
/// | `TEAMS_CC_CALLBACK_URL` | the public HTTPS address of the callbacks |
/// | `TEAMS_CC_LISTEN` | IP address and port where callbacks arrive behind your proxy; default `127.0.0.1:8080` |
/// | `TEAMS_CC_APP_INSTANCE_ID` | the application instance that calls phones; optional |
///
/// The Graph side is live; a live trunk is set up in code with
/// [`Env::with_trunk`], because certificates and peers are more than a variable holds well.
pub struct Env {
    tenant: TenantId,
    app: AppId,
    credential: AppCredential,
    certificate_ends: Option<Timestamp>,
    callback_url: Url,
    listen: SocketAddr,
    instance: Option<AppId>,
    clock: Arc<SystemClock>,
    seed: u64,
    graph: Mutex<Option<GraphAccess>>,
    trunk: Mutex<Option<TrunkAccess>>,
}

impl Env {
    /// Reads the variables from wherever they are kept, such as [`std::env::vars`].
    ///
    /// # Errors
    ///
    /// [`EnvError::NotLive`] where `TEAMS_CC_TENANT_ID` is not set: use the simulator.
    /// [`EnvError::Missing`] and [`EnvError::Invalid`] name the variable to mend.
    pub fn from_vars<K, V>(vars: impl IntoIterator<Item = (K, V)>) -> Result<Self, EnvError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        let vars: BTreeMap<String, String> = vars
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, _)| name.starts_with("TEAMS_CC_") || name == credential::FEDERATED)
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let find = |name: &'static str| vars.get(name).map(String::as_str);
        let need = |name: &'static str| find(name).ok_or(EnvError::Missing(name));
        let tenant = find("TEAMS_CC_TENANT_ID").ok_or(EnvError::NotLive)?;
        let callback_url: Url =
            parse("TEAMS_CC_CALLBACK_URL", need("TEAMS_CC_CALLBACK_URL")?, HTTPS)?;
        if callback_url.scheme() != "https" {
            return Err(invalid("TEAMS_CC_CALLBACK_URL", HTTPS));
        }
        let app = id("TEAMS_CC_CLIENT_ID", need("TEAMS_CC_CLIENT_ID")?)?;
        let (credential, certificate_ends) = credential::read(find)?;
        let clock = SystemClock::new();
        let seed = clock.wall().unix_seconds().unsigned_abs();
        Ok(Self {
            tenant: id("TEAMS_CC_TENANT_ID", tenant)?,
            app,
            credential,
            certificate_ends,
            callback_url,
            listen: parse(
                "TEAMS_CC_LISTEN",
                find("TEAMS_CC_LISTEN").unwrap_or("127.0.0.1:8080"),
                "an IP address and a port, such as 127.0.0.1:8080",
            )?,
            instance: find("TEAMS_CC_APP_INSTANCE_ID")
                .map(|text| id("TEAMS_CC_APP_INSTANCE_ID", text))
                .transpose()?,
            clock: Arc::new(clock),
            seed,
            graph: Mutex::new(None),
            trunk: Mutex::new(None),
        })
    }

    /// When the certificate ends that the app proves itself by, where it does.
    #[must_use]
    pub fn certificate_ends(&self) -> Option<Timestamp> {
        self.certificate_ends
    }

    /// The public address of the callbacks.
    #[must_use]
    pub fn callback_url(&self) -> &Url {
        &self.callback_url
    }

    /// A client that signs in as the app does.
    pub(crate) fn client(&self) -> ClientBuilder {
        Client::builder()
            .tenant(self.tenant.clone())
            .client_credential(self.app.clone(), self.credential.clone())
            .clock(self.clock())
    }

    /// Adds a trunk, so that calls come and go over Direct Routing too.
    #[must_use]
    pub fn with_trunk(self, trunk: TrunkAccess) -> Self {
        *self.trunk.lock().unwrap_or_else(PoisonError::into_inner) = Some(trunk);
        self
    }
}

impl Platform for Env {
    fn label(&self) -> String {
        format!("tenant {} (live)", self.tenant)
    }

    /// Listens for callbacks and sets TLS up.
    fn open(&self) -> Result<(), Error> {
        let transport =
            Client::builder().default_transport().map_err(|error| cannot("set TLS up", error))?;
        let (callbacks, arrivals) = mpsc::channel(CALLBACK_QUEUE);
        listener::spawn(self.listen, callbacks)
            .map_err(|error| cannot(&format!("listen for callbacks at {}", self.listen), error))?;
        let mut access = GraphAccess::new(
            self.tenant.clone(),
            self.app.clone(),
            self.credential.clone(),
            transport,
            self.callback_url.clone(),
            arrivals,
        );
        access.application_instance.clone_from(&self.instance);
        *self.graph.lock().unwrap_or_else(PoisonError::into_inner) = Some(access);
        Ok(())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as _
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn graph(&self) -> Option<GraphAccess> {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        self.trunk.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("tenant", &self.tenant)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

/// Why the variables describe no live tenant.
///
/// [`Debug`](fmt::Debug) writes the same words as [`Display`](fmt::Display), so that a `main` that
/// returns it says what to do.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvError {
    /// No tenant is named, so the simulator is meant.
    #[error("TEAMS_CC_TENANT_ID is not set: this is no live platform, use the simulator")]
    NotLive,
    /// A variable is missing.
    #[error("{0} is not set: a live platform needs it")]
    Missing(&'static str),
    /// A variable holds something else than it should.
    #[error("{name} must be {wants}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it should hold.
        wants: &'static str,
    },
    /// The certificate cannot sign.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl fmt::Debug for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn cannot(what: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::with_source(ErrorKind::Config(format!("cannot {what}").into()), source)
}

const HTTPS: &str = "an absolute https address, such as https://bot.contoso.com/callbacks";

fn invalid(name: &'static str, wants: &'static str) -> EnvError {
    EnvError::Invalid { name, wants }
}

fn parse<T: std::str::FromStr>(
    name: &'static str,
    text: &str,
    wants: &'static str,
) -> Result<T, EnvError> {
    text.parse().map_err(|_| invalid(name, wants))
}

/// Tenants and applications are GUIDs; a name that looks right would only fail at sign-in.
fn id<K>(name: &'static str, text: &str) -> Result<Id<K>, EnvError> {
    let guid = text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        });
    let wants = "a GUID, such as 11111111-2222-3333-4444-555555555555";
    if guid { parse(name, text, wants) } else { Err(invalid(name, wants)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [(&str, &str); 4] = [
        ("TEAMS_CC_TENANT_ID", "11111111-2222-3333-4444-555555555555"),
        ("TEAMS_CC_CLIENT_ID", "66666666-7777-8888-9999-aaaaaaaaaaaa"),
        ("TEAMS_CC_CLIENT_SECRET", "hush"),
        ("TEAMS_CC_CALLBACK_URL", "https://bot.contoso.test/callbacks"),
    ];

    #[test]
    fn without_a_tenant_the_simulator_is_meant() {
        let vars = [("PATH", "/bin"), ("TEAMS_CC_CLIENT_ID", "bot")];
        assert_eq!(Env::from_vars(vars).unwrap_err(), EnvError::NotLive);
    }

    #[test]
    fn a_missing_or_wrong_variable_is_named() {
        for name in ["TEAMS_CC_CLIENT_ID", "TEAMS_CC_CLIENT_SECRET", "TEAMS_CC_CALLBACK_URL"] {
            let vars = WHOLE.into_iter().filter(|(found, _)| *found != name);
            assert_eq!(Env::from_vars(vars).unwrap_err(), EnvError::Missing(name));
        }
        let plain = WHOLE.into_iter().chain([("TEAMS_CC_CALLBACK_URL", "http://bot.test/")]);
        let error = invalid("TEAMS_CC_CALLBACK_URL", HTTPS);
        assert_eq!(Env::from_vars(plain).unwrap_err(), error);
        let named = WHOLE.into_iter().chain([("TEAMS_CC_TENANT_ID", "contoso")]);
        let error = Env::from_vars(named).unwrap_err();
        assert!(format!("{error:?}").starts_with("TEAMS_CC_TENANT_ID must be a GUID"));
    }

    #[tokio::test]
    async fn a_whole_set_makes_a_platform_that_hides_its_secret() {
        let env = Env::from_vars(WHOLE).unwrap();
        assert_eq!(env.label(), "tenant 11111111-2222-3333-4444-555555555555 (live)");
        assert!(!format!("{env:?}").contains("hush"));
    }

    #[tokio::test]
    async fn an_address_in_use_is_named_before_any_call_is_missed() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let vars = WHOLE.into_iter().chain([("TEAMS_CC_LISTEN", address.as_str())]);
        let error = Env::from_vars(vars).unwrap().open().unwrap_err();
        assert!(error.to_string().contains(&address), "{error}");
    }
}
