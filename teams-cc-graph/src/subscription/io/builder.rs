//! Configuring a keeper.

use std::{collections::BTreeMap, fmt, sync::Arc};

use teams_cc_core::{Clock, Seed};

use super::{Keeper, KeeperEvents, Secrets, driver, secrets, shared::Shared};
use crate::{
    Client, SystemClock,
    subscription::{Upkeep, UpkeepConfig},
    wire::Sensitive,
};

/// Gives a secret that nobody can guess.
pub(super) type SecretSource = Arc<dyn Fn() -> Option<Sensitive> + Send + Sync>;
/// Gives the certificate of now.
pub(super) type CertificateSource = Arc<dyn Fn() -> Certificate + Send + Sync>;

/// A certificate that content is encrypted with, as a subscription names it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// The certificate, in base64.
    pub base64: Box<str>,
    /// The name that notifications repeat.
    pub id: Box<str>,
}

impl Certificate {
    /// A certificate in base64, by its name.
    #[must_use]
    pub fn new(base64: &str, id: &str) -> Self {
        Self { base64: base64.into(), id: id.into() }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Configures a [`Keeper`].
#[must_use = "a builder does nothing until it is started"]
pub struct KeeperBuilder {
    config: UpkeepConfig,
    accounts: BTreeMap<Box<str>, Client>,
    clock: Option<Arc<dyn Clock>>,
    seed: Seed,
    secrets: SecretSource,
    certificate: Option<CertificateSource>,
}

impl KeeperBuilder {
    pub(super) fn new() -> Self {
        Self {
            config: UpkeepConfig::default(),
            accounts: BTreeMap::new(),
            clock: None,
            seed: Seed::new(0),
            secrets: Arc::new(secrets::random),
            certificate: None,
        }
    }

    /// Sets how subscriptions are kept.
    pub fn config(mut self, config: UpkeepConfig) -> Self {
        self.config = config;
        self
    }

    /// Names a client that subscriptions are made with; the one without a name is `""`.
    ///
    /// A subscription to presence belongs to a signed-in user, so each account has its own client.
    pub fn account(mut self, name: &str, client: Client) -> Self {
        self.accounts.insert(name.into(), client);
        self
    }

    /// Sets the clock. Default: the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the seed by which renewals and tries are spread. Default: 0.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Sets where secrets come from, of at most 128 characters. Default: the system's chance.
    pub fn secrets(
        mut self,
        source: impl Fn() -> Option<Sensitive> + Send + Sync + 'static,
    ) -> Self {
        self.secrets = Arc::new(source);
        self
    }

    /// Sets which certificate subscriptions with content name; asked anew each time one is made or
    /// renewed. Without it they are refused.
    ///
    /// With a key ring: `move || Certificate::new(ring.current().certificate(), ring.current().id())`.
    pub fn certificate(mut self, source: impl Fn() -> Certificate + Send + Sync + 'static) -> Self {
        self.certificate = Some(Arc::new(source));
        self
    }

    /// Starts to keep what will be wanted.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    pub fn start(self) -> (Keeper, KeeperEvents) {
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let shared = Arc::new(Shared::new(
            Upkeep::new(self.config, self.seed),
            self.accounts,
            clock,
            self.secrets,
            self.certificate,
        ));
        tokio::spawn(driver::drive(Arc::clone(&shared)));
        let secrets: Secrets = shared.known.clone();
        (Keeper::new(Arc::clone(&shared), secrets), KeeperEvents::new(shared))
    }
}

impl fmt::Debug for KeeperBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeeperBuilder")
            .field("config", &self.config)
            .field("accounts", &self.accounts.keys())
            .finish_non_exhaustive()
    }
}
