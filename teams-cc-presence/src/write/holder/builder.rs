//! Configuring a holder.

use std::{fmt, sync::Arc};

use teams_cc_core::{AppId, Clock};
use teams_cc_graph::{Client, SystemClock};

use super::{Holder, HolderEvents, driver, state::State};
use crate::{
    quota::Quota,
    rate::Rate,
    shared::Shared,
    write::{PresenceSession, SessionConfig},
};

/// Configures a [`Holder`].
#[must_use = "a builder does nothing until it is started"]
pub struct HolderBuilder {
    client: Client,
    app: AppId,
    config: SessionConfig,
    quota: Option<Quota>,
    clock: Option<Arc<dyn Clock>>,
}

impl HolderBuilder {
    pub(super) fn new(client: Client, app: AppId) -> Self {
        Self { client, app, config: SessionConfig::default(), quota: None, clock: None }
    }

    /// Sets how long sessions last, and how often they are set again.
    pub fn config(mut self, config: SessionConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the rate, to share it with others. Default: a tenth of the documented one.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = Some(quota);
        self
    }

    /// Sets the clock, where no quota brings its own. Default: the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts to hold what it will be told to show.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    pub fn start(self) -> (Holder, HolderEvents) {
        let quota = self.quota.unwrap_or_else(|| {
            let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
            Quota::new(Rate::default(), clock)
        });
        let (takes, steady) = (self.config.requests(), quota.rate().steady());
        if takes > steady {
            tracing::warn!(
                takes,
                steady,
                "more users may be held than the rate carries: raise its share, or hold fewer"
            );
        }
        let state = State::new(PresenceSession::new(self.config));
        let shared = Arc::new(Shared::new(state, self.client, quota));
        tokio::spawn(driver::drive(Arc::clone(&shared), self.app));
        (Holder::new(Arc::clone(&shared)), HolderEvents::new(shared))
    }
}

impl fmt::Debug for HolderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}
