//! How calls of one tenant are made and answered.

use teams_cc_core::{AppId, Seed, TenantId};
use url::Url;

/// The most calls that are live at once, unless configured otherwise.
///
/// Microsoft documents 100 concurrent calls per app registration; a vendor that was granted more
/// raises it.
pub const DEFAULT_MAX_CALLS: usize = 100;

/// How calls of one tenant are made and answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallsConfig {
    /// The tenant the calls belong to.
    pub tenant: TenantId,
    /// Where the service posts notifications; absolute and HTTPS.
    pub callback_uri: Url,
    /// The application the bot is registered as.
    pub app: AppId,
    /// The resource account that phone numbers are called from; none means that none can be.
    pub application_instance: Option<AppId>,
    /// What the ids of operations are drawn from.
    pub seed: Seed,
    /// The most calls live at once; more are refused. Default [`DEFAULT_MAX_CALLS`].
    pub max_calls: usize,
    /// Whether rosters come as changes (`isDeltaRosterEnabled`). Default no: they come whole.
    pub delta_roster: bool,
}

impl CallsConfig {
    /// Calls of one application in one tenant, that call no phones.
    #[must_use]
    pub fn new(tenant: TenantId, app: AppId, callback_uri: Url) -> Self {
        Self {
            tenant,
            callback_uri,
            app,
            application_instance: None,
            seed: Seed::default(),
            max_calls: DEFAULT_MAX_CALLS,
            delta_roster: false,
        }
    }

    /// Names the resource account that phone numbers are called from.
    #[must_use]
    pub fn application_instance(mut self, id: AppId) -> Self {
        self.application_instance = Some(id);
        self
    }

    /// Sets what the ids of operations are drawn from; give each process its own.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the most calls live at once.
    #[must_use]
    pub fn max_calls(mut self, calls: usize) -> Self {
        self.max_calls = calls;
        self
    }

    /// Asks for rosters as changes, which is less to read on calls of many.
    #[must_use]
    pub fn delta_roster(mut self, delta: bool) -> Self {
        self.delta_roster = delta;
        self
    }
}
