//! How often, how much and how soon.

use std::time::Duration;

use crate::shard;

/// How a [`Tracker`](super::Tracker) watches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackerConfig {
    pub(super) period: Duration,
    pub(super) dead_man: Duration,
    pub(super) fill: usize,
    pub(super) in_flight: usize,
    pub(super) coalesce: Duration,
    pub(super) answer_within: Duration,
    pub(super) doubt: Duration,
    pub(super) patience: Duration,
    pub(super) hot_period: Duration,
    pub(super) hot_for: Duration,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            period: Duration::from_mins(5),
            dead_man: Duration::from_mins(5),
            fill: shard::MAX_IDS,
            in_flight: 4,
            coalesce: Duration::from_millis(250),
            answer_within: Duration::from_mins(1),
            doubt: Duration::from_mins(1),
            patience: Duration::from_secs(90),
            hot_period: Duration::from_secs(30),
            hot_for: Duration::from_mins(2),
        }
    }
}

impl TrackerConfig {
    /// How often a shard without notifications is read (the polling interval): default 5 minutes, at
    /// least a second.
    ///
    /// Long by default, because Microsoft's terms restrict polling of Teams resources: whether an
    /// app may read steadily, and how often, is for the customer to settle.
    #[must_use]
    pub fn period(mut self, period: Duration) -> Self {
        self.period = period.max(Duration::from_secs(1));
        self
    }

    /// How often a shard with notifications is read all the same (a watchdog): default 5 minutes.
    ///
    /// It cannot be switched off: subscriptions that were valid and renewed have been seen to
    /// deliver nothing for days. At least a second.
    #[must_use]
    pub fn dead_man(mut self, period: Duration) -> Self {
        self.dead_man = period.max(Duration::from_secs(1));
        self
    }

    /// The most users of a shard: default and limit [`MAX_IDS`](crate::MAX_IDS).
    #[must_use]
    pub fn fill(mut self, users: usize) -> Self {
        self.fill = shard::clamped(users);
        self
    }

    /// The most requests out at once: default 4, at least 1.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }

    /// How long a user who is asked for waits for others to join the request. Default 250 ms.
    #[must_use]
    pub fn coalesce(mut self, wait: Duration) -> Self {
        self.coalesce = wait;
        self
    }

    /// When a request without an answer counts as lost. Default a minute, at least a second.
    #[must_use]
    pub fn answer_within(mut self, wait: Duration) -> Self {
        self.answer_within = wait.max(Duration::from_secs(1));
        self
    }

    /// How young a value is doubted that a notification without a version overturns.
    ///
    /// The notification may be the older of the two. It is believed, and the user is read once
    /// more. Default a minute, the longest delivery that is documented.
    #[must_use]
    pub fn doubt(mut self, age: Duration) -> Self {
        self.doubt = age;
        self
    }

    /// How long a change that a sweep found may stay without any notification of its shard.
    ///
    /// After that the shard counts as one without notifications. Default 90 s: delivery takes a
    /// minute at most.
    #[must_use]
    pub fn patience(mut self, wait: Duration) -> Self {
        self.patience = wait;
        self
    }

    /// How often users that were asked for are read, and for how long after. Default every 30 s for
    /// 2 minutes; a time of zero switches it off.
    #[must_use]
    pub fn hot(mut self, period: Duration, lasts: Duration) -> Self {
        self.hot_period = period.max(Duration::from_secs(1));
        self.hot_for = lasts;
        self
    }

    /// How long a value may be wrong while the service answers, at the worst: by default 7 minutes.
    ///
    /// One period, one request that is lost without an answer, and one that is answered late. While
    /// the service refuses, the age of each value says how much may be wrong; after requests that
    /// failed the next try may be half a minute away.
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.period.max(self.dead_man) + self.answer_within * 2
    }
}
