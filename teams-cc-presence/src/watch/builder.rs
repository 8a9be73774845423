//! Configuring a watch.

use std::{fmt, sync::Arc};

use teams_cc_core::Clock;
use teams_cc_graph::{
    Client, SystemClock,
    subscription::{Keeper, KeeperEvents},
};

use super::{Changes, Watch, driver, engines::Engines};
use crate::{
    quota::Quota,
    rate::Rate,
    seats::Seats,
    shared::Shared,
    tracker::{Tracker, TrackerConfig},
};

/// Configures a [`Watch`].
#[must_use = "a builder does nothing until it is started"]
pub struct WatchBuilder {
    client: Client,
    config: TrackerConfig,
    quota: Option<Quota>,
    clock: Option<Arc<dyn Clock>>,
    pushes: Option<(Keeper, KeeperEvents, Seats)>,
}

impl WatchBuilder {
    pub(super) fn new(client: Client) -> Self {
        Self { client, config: TrackerConfig::default(), quota: None, clock: None, pushes: None }
    }

    /// Sets how often, how much and how soon is read.
    pub fn config(mut self, config: TrackerConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the rate, to share it with others. Default: a tenth of the documented one.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = Some(quota);
        self
    }

    /// Sets the clock, where no quota brings its own. Default: the machine's.
    ///
    /// Instants of two kinds of clock do not compare: whoever brings one gives it to everything that
    /// looks at ages, and asks [`Watch::now`] rather than another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Has changes told by subscriptions; without them everybody is read in turns.
    ///
    /// The keeper is to know each seat by name
    /// ([`KeeperBuilder::account`](teams_cc_graph::subscription::KeeperBuilder::account)), with a
    /// client that somebody signed in to; it should keep nothing else, for the watch stops it. Give
    /// its secrets to the intake, and what the intake tells to [`Watch::heard`].
    pub fn subscriptions(mut self, keeper: Keeper, events: KeeperEvents, seats: Seats) -> Self {
        self.pushes = Some((keeper, events, seats));
        self
    }

    /// Starts to watch whom it will be told of.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    pub fn start(self) -> (Watch, Changes) {
        let quota = self.quota.unwrap_or_else(|| {
            let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
            Quota::new(Rate::default(), clock)
        });
        let tracker = Tracker::new(self.config);
        let (keeper, events, seats) = match self.pushes {
            Some((keeper, events, seats)) => (Some(keeper), Some(events), Some(seats)),
            None => (None, None, None),
        };
        let engines = Engines::new(tracker, seats);
        let shared = Arc::new(Shared::new(engines, self.client, quota));
        tokio::spawn(driver::drive(Arc::clone(&shared), keeper.clone(), events));
        (Watch::new(Arc::clone(&shared), keeper), Changes::new(shared))
    }
}

impl fmt::Debug for WatchBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchBuilder")
            .field("config", &self.config)
            .field("subscriptions", &self.pushes.is_some())
            .finish_non_exhaustive()
    }
}
