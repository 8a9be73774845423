//! How long a session lasts, and how often it is set again.

use std::{ops::RangeInclusive, time::Duration};

use teams_cc_core::Seed;

use crate::rate::QUOTA;

/// How long a session may last (Learn, presence-setpresence): PT5M to PT4H.
const EXPIRY: RangeInclusive<Duration> = Duration::from_mins(5)..=Duration::from_hours(4);
/// When `Available` begins to fade (Learn, presence-setpresence).
pub(super) const FADE: Duration = Duration::from_mins(5);

/// How long a session lasts without being set again: 5 minutes to 4 hours, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(Duration);

/// The service would refuse such an expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a presence session lasts from 5 minutes to 4 hours, in whole seconds")]
#[non_exhaustive]
pub struct InvalidExpiry;

impl Expiry {
    /// An expiry the service takes.
    ///
    /// # Errors
    ///
    /// [`InvalidExpiry`] for any other.
    pub fn new(lasts: Duration) -> Result<Self, InvalidExpiry> {
        if EXPIRY.contains(&lasts) && lasts.subsec_nanos() == 0 {
            Ok(Self(lasts))
        } else {
            Err(InvalidExpiry)
        }
    }

    /// How long it is.
    #[must_use]
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl Default for Expiry {
    /// Ten minutes: what an app shows outlives it by no more.
    fn default() -> Self {
        Self(Duration::from_mins(10))
    }
}

/// How a [`PresenceSession`](super::PresenceSession) holds what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionConfig {
    pub(super) expiry: Expiry,
    pub(super) again: Duration,
    pub(super) in_flight: usize,
    pub(super) most: usize,
    pub(super) answer_within: Duration,
    pub(super) seed: Seed,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            expiry: Expiry::default(),
            again: Duration::from_mins(4),
            in_flight: 4,
            most: 500,
            answer_within: Duration::from_secs(20),
            seed: Seed::new(0),
        }
    }
}

impl SessionConfig {
    /// How long what is shown outlives the app. Default 10 minutes.
    #[must_use]
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = expiry;
        self
    }

    /// How long after it was set `Available` is set again: default 4 minutes, from 1 to 4½.
    #[must_use]
    pub fn again(mut self, after: Duration) -> Self {
        self.again = after.clamp(Duration::from_mins(1), Duration::from_secs(270));
        self
    }

    /// The most requests out at once: default 4, at least 1.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }

    /// The most users held at once: default 500, at most 8,000.
    ///
    /// Each is set again every 3¾ minutes on the average. So 500 take 67 requests in 30 s, half of
    /// what a default [`Rate`](crate::Rate) lets through steadily ([`Rate::steady`](crate::Rate::steady)):
    /// there is room for reads beside them. 1,000 take 134, all of it; give those a
    /// `Quota::new(Rate::new(25), clock)`. 8,000 take two thirds of all that an app may ask in a
    /// tenant; another app registration has a rate of its own. To set a number for the first time takes
    /// as long as its rate says: 500 at the default two minutes.
    #[must_use]
    pub fn most(mut self, users: usize) -> Self {
        self.most = users.min(8_000);
        self
    }

    /// How many requests in 30 s it takes to hold the most users available, on the average.
    #[must_use]
    pub fn requests(&self) -> u32 {
        let window = QUOTA.1.as_millis();
        // The mean of what the spread leaves: an eighth at most.
        let mean = (self.again.as_millis() * 15 / 16).max(1);
        let requests = (self.most as u128).saturating_mul(window).div_ceil(mean);
        u32::try_from(requests).unwrap_or(u32::MAX)
    }

    /// When a request without an answer counts as lost: default 20 s, at least 1.
    #[must_use]
    pub fn answer_within(mut self, wait: Duration) -> Self {
        self.answer_within = wait.max(Duration::from_secs(1));
        self
    }

    /// Where the spread of times comes from, so that users set together do not stay so.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// When to set it again, the nth time.
    pub(super) fn again_after(&self, available: bool, nth: u64) -> Duration {
        let longest = if available { self.again } else { self.expiry.0 * 4 / 5 };
        // Up to an eighth sooner.
        let part =
            u32::try_from(self.seed.derive("presence session").draw(nth) % 1024).unwrap_or(0);
        longest.saturating_sub(longest / 8 * part / 1024)
    }
}
