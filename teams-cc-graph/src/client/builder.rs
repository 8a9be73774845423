//! Configuring a client, checked once.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use teams_cc_core::secret::Secret;
use teams_cc_core::seed::Seed;
use teams_cc_core::{AppId, Clock, TenantId};
use tower::Service;
use tower::util::BoxCloneSyncService;
use url::Url;

use super::{Base, BoxError, Client, Inner, ReqwestTransport, Transport};
use crate::auth::{
    AppCredential, AppRegistration, ClientCredentials, OnBehalfOf, SignedInUser, TokenCache,
    TokenProvider, TokenRequest,
};
use crate::cloud::Cloud;
use crate::config::{Config, SystemClock};
use crate::error::{ConfigError, Error};
use crate::layer::{
    Attempt, Auth, Bounds, IdSource, RequestId, Retry, Stack, Throttle, Trace, Wire,
};

/// Configures a [`Client`].
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    cloud: Cloud,
    authority: Option<String>,
    endpoint: Option<String>,
    tenant: Option<TenantId>,
    credential: Option<Credential>,
    handles_challenges: bool,
    transport: Option<Transport>,
    roots: Vec<Vec<u8>>,
    config: Config,
    clock: Option<Arc<dyn Clock>>,
    seed: Option<Seed>,
    /// One text for all requests, so that none counts who shares it.
    user_agent: &'static str,
}

enum Credential {
    App(AppId, AppCredential),
    Person(Arc<dyn TokenProvider>),
    Provider(Arc<dyn TokenProvider>),
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            cloud: Cloud::default(),
            authority: None,
            endpoint: None,
            tenant: None,
            credential: None,
            handles_challenges: false,
            transport: None,
            roots: Vec::new(),
            config: Config::default(),
            clock: None,
            seed: None,
            user_agent: concat!("teams-cc-graph/", env!("CARGO_PKG_VERSION")),
        }
    }

    /// Set the cloud. Default: the worldwide one.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Set the tenant to sign in to.
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Sign in with the app's client id and secret; tokens are cached.
    pub fn client_secret(self, client_id: AppId, secret: Secret) -> Self {
        self.client_credential(client_id, AppCredential::secret(secret))
    }

    /// Sign in as the app with a secret, a certificate or a federated credential; tokens are cached.
    pub fn client_credential(mut self, client_id: AppId, credential: AppCredential) -> Self {
        self.credential = Some(Credential::App(client_id, credential));
        self
    }

    /// Sign in as a person who signed in before; tokens are cached. Then see
    /// [`Client::delegated`].
    pub fn signed_in_user(mut self, user: SignedInUser) -> Self {
        self.credential = Some(Credential::Person(Arc::new(user)));
        self
    }

    /// Act for the person whose token an API of yours was called with; tokens are cached. Then see
    /// [`Client::delegated`].
    ///
    /// Such a client lives as long as that token, and paces its own requests alone.
    pub fn on_behalf_of(mut self, person: OnBehalfOf) -> Self {
        self.credential = Some(Credential::Person(Arc::new(person)));
        self
    }

    /// Declare that claims challenges are handled, as this client does. Default: not declared.
    ///
    /// The app's tokens then live up to 28 hours, and end at once when access is revoked; see
    /// [`AppRegistration::continuous_access_evaluation`], which declares it for a person's tokens.
    pub fn continuous_access_evaluation(mut self) -> Self {
        self.handles_challenges = true;
        self
    }

    /// Take tokens from a provider, as it gives them. Wrap it in a [`TokenCache`] where it does not
    /// cache.
    pub fn token_provider(mut self, provider: Arc<dyn TokenProvider>) -> Self {
        self.credential = Some(Credential::Provider(provider));
        self
    }

    /// Set where Graph is, version included. Default: the cloud's, `/v1.0`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Set where to sign in. Default: the cloud's.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// Set the transport, for tokens and requests alike. Default: HTTPS.
    pub fn transport<S>(mut self, transport: S) -> Self
    where
        S: Service<http::Request<Bytes>, Response = http::Response<Bytes>>,
        S: Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        let transport = tower::ServiceExt::map_err(transport, Into::into);
        self.transport = Some(BoxCloneSyncService::new(transport));
        self
    }

    /// Trust a root certificate (PEM) beside the platform's, in the default transport.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Set sizes, times and retries.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Set the clock. Default: the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Set the seed of ids and jitter. Default: from the system's randomness.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The default transport with this configuration, to put layers around.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Transport`] where TLS cannot be set up.
    pub fn default_transport(&self) -> Result<Transport, Error> {
        Ok(BoxCloneSyncService::new(self.reqwest()?))
    }

    fn reqwest(&self) -> Result<ReqwestTransport, Error> {
        let limit = self.config.max_response_bytes;
        ReqwestTransport::new(self.user_agent, limit, &self.roots)
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) says what is missing or wrong.
    pub fn build(self) -> Result<Client, Error> {
        let wire = match &self.transport {
            Some(transport) => Wire::from(transport.clone()),
            None => Wire::Default(self.reqwest()?),
        };
        let endpoint = self.endpoint.unwrap_or_else(|| format!("{}/v1.0", self.cloud.graph()));
        let base = Base::new(&origin("endpoint", &endpoint)?)?;
        let authority = self.authority.unwrap_or_else(|| self.cloud.authority().to_owned());
        origin("authority", &authority)?;
        let shown = Arc::<str>::from(authority.trim_end_matches('/'));
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let seed = self.seed.map_or_else(random_seed, Ok)?;
        let app_only = matches!(self.credential, Some(Credential::App(..)));
        let provider: Arc<dyn TokenProvider> = match self
            .credential
            .ok_or(ConfigError::NoCredential)?
        {
            Credential::Provider(provider) => provider,
            Credential::App(client_id, credential) => {
                let (transport, clock) = (wire.transport(), Arc::clone(&clock));
                let app = AppRegistration::new(
                    &authority,
                    client_id,
                    credential,
                    transport,
                    Arc::clone(&clock),
                )?;
                let app = app.seed(seed);
                let app =
                    if self.handles_challenges { app.continuous_access_evaluation() } else { app };
                Arc::new(TokenCache::new(Arc::new(ClientCredentials::new(app)), clock, seed))
            }
            Credential::Person(person) => {
                Arc::new(TokenCache::new(person, Arc::clone(&clock), seed))
            }
        };
        let ids = Arc::new(IdSource::new(seed));
        let config = self.config;
        let attempt = Attempt::new(wire, config.attempt_timeout);
        let wire = attempt.clone();
        let auth = Auth::new(attempt, Arc::clone(&provider), Arc::clone(&clock));
        let bounds = Bounds {
            limits: config.limits,
            patience: config.retry.max_delay,
            places: config.max_concurrent_requests,
            waiting: config.max_waiting_requests,
            waiting_per_tenant: config.max_waiting_per_tenant,
        };
        let throttle = Throttle::new(auth, Arc::clone(&clock), bounds);
        let desk = throttle.desk();
        let policy = config.retry;
        let retry = Retry::new(throttle, policy, Arc::clone(&clock), seed);
        let named = RequestId::new(retry, Arc::clone(&ids));
        let stack: Stack = Trace { inner: named };
        let (cloud, scope) = (self.cloud, Arc::<str>::from(self.cloud.scope()));
        let wanted = self.tenant.map(|tenant| TokenRequest::new(tenant, scope.as_ref()));
        let authority = shown;
        let retry = policy;
        let inner = Inner {
            stack,
            desk,
            base,
            ids,
            clock,
            provider,
            scope,
            cloud,
            retry,
            app_only,
            wire,
            authority,
        };
        Ok(Client::new(Arc::new(inner), wanted))
    }
}

/// Ids and jitter only; nothing secret hangs on it.
fn random_seed() -> Result<Seed, Error> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ConfigError::Transport)?;
    Ok(Seed::new(u64::from_le_bytes(bytes)))
}

fn origin(what: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|_| ConfigError::Endpoint { what })?;
    let usable = matches!(url.scheme(), "https" | "http") && url.has_host();
    if usable { Ok(url) } else { Err(ConfigError::Endpoint { what }) }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("tenant", &self.tenant)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
