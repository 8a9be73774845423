//! How calls of one tenant are made and answered.

use std::{fmt, sync::Arc};

use teams_cc_core::{AppId, LegId, Seed, TenantId, store::CallStore};
use url::Url;

use crate::budget::SharedCallBudget;

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
    /// Where calls are written down, and the name of this process there. Default: nowhere, and
    /// calls are lost with the process.
    pub store: Option<(Arc<dyn CallStore>, Box<str>)>,
    /// Where notifications of one call go. Default: to [`CallsConfig::callback_uri`].
    pub callback_per_call: Option<CallbackRoute>,
    /// What counts the calls placed against the app's ceilings. Default: nothing.
    pub budget: Option<SharedCallBudget>,
}

/// Where the notifications of one call go, by its leg.
#[derive(Clone)]
pub struct CallbackRoute(Arc<dyn Fn(&LegId) -> Url + Send + Sync>);

/// Why a text is no address for the callbacks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCallbackError {
    /// It does not say where the name of the node goes.
    #[error("the address has no place for the node: write {{node}} into it")]
    NoPlace,
    /// It is no absolute HTTPS address.
    #[error(
        "callbacks go to an absolute https address, such as https://{{node}}.example.com/calls"
    )]
    NotHttps,
}

impl CallbackRoute {
    /// The address that this function gives for a leg.
    pub fn new(route: impl Fn(&LegId) -> Url + Send + Sync + 'static) -> Self {
        Self(Arc::new(route))
    }

    /// The address of one node, from a text with `{node}` in it.
    ///
    /// Give each instance its own address, so that notifications land where the call is.
    ///
    /// # Errors
    ///
    /// [`ParseCallbackError`] where the text has no such place, or is no HTTPS address.
    ///
    /// ```
    /// use teams_cc_graph::call::CallbackRoute;
    ///
    /// let url = CallbackRoute::of_node("https://{node}.bot.contoso.com/callback", "blue-2")?;
    /// assert_eq!(url.as_str(), "https://blue-2.bot.contoso.com/callback");
    /// # Ok::<(), teams_cc_graph::call::ParseCallbackError>(())
    /// ```
    pub fn of_node(template: &str, node: &str) -> Result<Url, ParseCallbackError> {
        if !template.contains("{node}") {
            return Err(ParseCallbackError::NoPlace);
        }
        let url = Url::parse(&template.replace("{node}", node)).ok();
        url.filter(|url| url.scheme() == "https" && url.has_host())
            .ok_or(ParseCallbackError::NotHttps)
    }

    pub(super) fn of(&self, leg: &LegId) -> Url {
        (self.0)(leg)
    }
}

impl fmt::Debug for CallbackRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackRoute(..)")
    }
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
            store: None,
            callback_per_call: None,
            budget: None,
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

    /// Writes calls down, in the name of this process, so that another one can go on with them.
    ///
    /// Give processes that run at the same time different names. Where two have one name, each
    /// record has one writer all the same: who finds that the other wrote lets go of the call, as
    /// after a take-over. They know each other by an id that is drawn from the client's
    /// [seed](crate::ClientBuilder::seed), which has to differ then; by default it does.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn CallStore>, owner: impl Into<Box<str>>) -> Self {
        self.store = Some((store, owner.into()));
        self
    }

    /// Sets where the notifications of each call go.
    #[must_use]
    pub fn callback_per_call(mut self, route: CallbackRoute) -> Self {
        self.callback_per_call = Some(route);
        self
    }

    /// Counts the calls placed; where the budget refuses, a call is not placed.
    #[must_use]
    pub fn budget(mut self, budget: SharedCallBudget) -> Self {
        self.budget = Some(budget);
        self
    }
}
