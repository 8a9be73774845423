//! How often, how much and how fast.

use std::time::Duration;

use crate::shard;

/// The documented rate of presence requests for each app and tenant.
pub(super) const QUOTA: (u32, Duration) = (1500, Duration::from_secs(30));

/// How a [`Sweep`](super::Sweep) reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepConfig {
    pub(super) period: Duration,
    pub(super) batch: usize,
    pub(super) in_flight: usize,
    pub(super) share: u32,
    pub(super) coalesce: Duration,
    pub(super) answer_within: Duration,
}

impl Default for SweepConfig {
    fn default() -> Self {
        Self {
            period: Duration::from_mins(5),
            batch: shard::MAX_IDS,
            in_flight: 4,
            share: 10,
            coalesce: Duration::from_millis(250),
            answer_within: Duration::from_mins(1),
        }
    }
}

impl SweepConfig {
    /// How often each watched user is read: default 5 minutes, at least a second.
    ///
    /// An agent's presence is then up to this old; routing that needs less asks by
    /// [`Input::Want`](super::Input::Want).
    #[must_use]
    pub fn period(mut self, period: Duration) -> Self {
        self.period = period.max(Duration::from_secs(1));
        self
    }

    /// The most users in a request: default and limit [`MAX_IDS`](crate::MAX_IDS).
    #[must_use]
    pub fn batch(mut self, users: usize) -> Self {
        self.batch = shard::clamped(users);
        self
    }

    /// The most requests out at once: default 4, at least 1.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }

    /// Percent of the documented rate to use: default 10, from 1 to 100.
    ///
    /// Reads and writes of presence share the rate, and so does everything else the app asks about
    /// presence in the tenant.
    #[must_use]
    pub fn share(mut self, percent: u32) -> Self {
        self.share = percent.clamp(1, 100);
        self
    }

    /// How long a user who is wanted waits for others to join the request. Default 250 ms.
    #[must_use]
    pub fn coalesce(mut self, wait: Duration) -> Self {
        self.coalesce = wait;
        self
    }

    /// When a request without an answer counts as lost. Default a minute, at least a second.
    ///
    /// Its users are then read again. The driver's own timeout should be shorter.
    #[must_use]
    pub fn answer_within(mut self, wait: Duration) -> Self {
        self.answer_within = wait.max(Duration::from_secs(1));
        self
    }
}
