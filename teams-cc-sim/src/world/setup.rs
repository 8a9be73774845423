//! The world as data, before anything happens in it.

use std::time::Duration;

use teams_cc_core::{E164, TenantId, Timestamp};

use super::{App, Customer, PromptFile, ResourceAccount, Tenant, User};
use crate::{
    clock::VIRTUAL_START,
    error::{Error, ErrorKind},
};

/// The most people, apps and recordings of each kind in one world.
pub const MAX_OF_A_KIND: usize = 10_000;

/// The names of the three Direct Routing proxies, in the order an SBC tries them.
pub const PROXIES: [&str; 3] = ["sip.pstnhub.test", "sip2.pstnhub.test", "sip3.pstnhub.test"];

/// How a Direct Routing proxy behaves today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyState {
    /// In order.
    #[default]
    Up,
    /// Refuses the TLS handshake.
    RefusesTls,
    /// Answers every INVITE with 503 and `Retry-After: 1`.
    Unavailable,
}

/// What goes wrong between Microsoft and the contact center.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each fault is switched on by itself")]
pub struct Faults {
    /// Notifications spell their enum values in Pascal case, as seen since 2023.
    pub pascal_case: bool,
    /// Every nth notification is sent twice.
    pub repeat_every: Option<u32>,
    /// Notifications that a call is over are never sent.
    pub lose_terminated: bool,
    /// Notifications that an operation ended are never sent.
    pub lose_operations: bool,
    /// Notifications are signed with the second key, as after a rollover.
    pub rolled_key: bool,
}

/// Everything there is when the day begins.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The seed of everything left to chance.
    pub seed: u64,
    /// Wall time when the world begins.
    pub start: Timestamp,
    /// The tenants.
    pub tenants: Vec<Tenant>,
    /// The app registrations.
    pub apps: Vec<App>,
    /// The resource accounts.
    pub accounts: Vec<ResourceAccount>,
    /// The Teams users.
    pub users: Vec<User>,
    /// The people on the telephone network.
    pub customers: Vec<Customer>,
    /// The recordings that exist.
    pub prompts: Vec<PromptFile>,
    /// How long a recording plays that is not listed; `None` fails its prompt.
    pub unlisted_prompt: Option<Duration>,
    /// The state of the three proxies, in the order of [`PROXIES`].
    pub proxies: [ProxyState; 3],
    /// The trunk name Teams reaches the contact center under.
    pub trunk: Box<str>,
    /// The tenants reached over that trunk or a name below it. Each is an FQDN and the domain of
    /// the tenant.
    pub trunks: Vec<(Box<str>, Box<str>)>,
    /// What goes wrong.
    pub faults: Faults,
}

impl Setup {
    /// An empty world with three healthy proxies.
    ///
    /// # Panics
    ///
    /// Does not panic: the start of virtual days is a constant that a test reads.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            start: VIRTUAL_START.parse().expect("the start is an RFC 3339 timestamp"),
            tenants: Vec::new(),
            apps: Vec::new(),
            accounts: Vec::new(),
            users: Vec::new(),
            customers: Vec::new(),
            prompts: Vec::new(),
            unlisted_prompt: Some(Duration::from_secs(2)),
            proxies: [ProxyState::Up; 3],
            trunk: "sbc.contoso.test".into(),
            trunks: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// A tenant `contoso.test` with one calling app, one service number and one trunk.
    ///
    /// The service number is [`SERVICE_NUMBER`]; users and customers are still to come.
    ///
    /// # Panics
    ///
    /// Does not panic: the service number is a constant that a test reads.
    #[must_use]
    pub fn contoso(seed: u64) -> Self {
        let tenant = Tenant::new("contoso.test");
        let app = App::new("contact-center", SECRET, CALLBACK);
        let number = E164::new(SERVICE_NUMBER).expect("the service number is E.164");
        let account = ResourceAccount::new(&tenant, &app, number);
        let mut setup = Self::new(seed).trunk("sbc.contoso.test", &tenant);
        setup.tenants.push(tenant);
        setup.apps.push(app);
        setup.accounts.push(account);
        setup
    }

    /// Adds a user.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a customer.
    #[must_use]
    pub fn customer(mut self, customer: Customer) -> Self {
        self.customers.push(customer);
        self
    }

    /// Adds a recording.
    #[must_use]
    pub fn prompt(mut self, file: PromptFile) -> Self {
        self.prompts.push(file);
        self
    }

    /// Sets the state of a proxy, counted from 0; others are left alone.
    #[must_use]
    pub fn proxy(mut self, index: usize, state: ProxyState) -> Self {
        if let Some(proxy) = self.proxies.get_mut(index) {
            *proxy = state;
        }
        self
    }

    /// Names the trunk and the tenant behind it.
    #[must_use]
    pub fn trunk(mut self, fqdn: &str, tenant: &Tenant) -> Self {
        let fqdn = fqdn.to_ascii_lowercase();
        self.trunk = fqdn.as_str().into();
        self.trunks.push((fqdn.into(), tenant.domain.clone()));
        self
    }

    /// Leaves Direct Routing out: no proxies, no carrier.
    #[must_use]
    pub fn without_trunk(mut self) -> Self {
        self.trunks.clear();
        self
    }

    /// Sets what goes wrong.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Sets the wall time at the beginning; for doors that real clients use.
    #[must_use]
    pub fn start(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let sizes = [
            self.tenants.len(),
            self.apps.len(),
            self.accounts.len(),
            self.users.len(),
            self.customers.len(),
            self.prompts.len(),
        ];
        if sizes.iter().any(|size| *size > MAX_OF_A_KIND) {
            return Err(ErrorKind::Setup("more than 10 000 of a kind").into());
        }
        let known = |tenant: &TenantId| self.tenants.iter().any(|t| t.id == *tenant);
        if !self.users.iter().all(|user| known(&user.tenant))
            || !self.accounts.iter().all(|account| known(&account.tenant))
        {
            return Err(ErrorKind::Setup("a user or account of a tenant that is not there").into());
        }
        if !self.accounts.iter().all(|account| self.apps.iter().any(|app| app.id == account.app)) {
            return Err(ErrorKind::Setup("an account of an app that is not there").into());
        }
        Ok(())
    }
}

/// The service number of [`Setup::contoso`].
pub const SERVICE_NUMBER: &str = "+14255550100";
/// The client secret of the app of [`Setup::contoso`]; a public test value.
pub const SECRET: &str = "public-test-secret";
/// Where calls of [`Setup::contoso`] are announced.
pub const CALLBACK: &str = "https://bot.contoso.test/callback";
