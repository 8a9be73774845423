//! How subscriptions are kept.

use std::time::Duration;

/// How subscriptions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpkeepConfig {
    /// After which part of its life a subscription is renewed, in percent. Default 66: of an hour
    /// of presence, after 40 minutes.
    pub renew_after: u8,
    /// How often an account's subscriptions are compared with what Graph lists. Default 15 minutes.
    pub audit: Duration,
    /// Whether the endpoint is tried by its own address before a subscription is made. Default yes.
    ///
    /// It is tried from here, over the client's transport. Behind a firewall that lets nobody out and
    /// in again by its own address, that fails for ever: say no there.
    pub probe: bool,
    /// The longest wait between two tries. Default one minute.
    pub longest_wait: Duration,
    /// The wait after a refusal that needs somebody, such as a missing permission. Default five
    /// minutes.
    pub refused_wait: Duration,
    /// Requests under way at once. Default 4.
    pub in_flight: usize,
}

impl Default for UpkeepConfig {
    fn default() -> Self {
        Self {
            renew_after: 66,
            audit: Duration::from_mins(15),
            probe: true,
            longest_wait: Duration::from_mins(1),
            refused_wait: Duration::from_mins(5),
            in_flight: 4,
        }
    }
}

impl UpkeepConfig {
    /// Sets after which part of its life a subscription is renewed, in percent: 10 to 95.
    #[must_use]
    pub fn renew_after(mut self, percent: u8) -> Self {
        self.renew_after = percent.clamp(10, 95);
        self
    }

    /// Sets how often subscriptions are compared with what Graph lists.
    #[must_use]
    pub fn audit(mut self, every: Duration) -> Self {
        self.audit = every;
        self
    }

    /// Sets whether the endpoint is tried before a subscription is made.
    #[must_use]
    pub fn probe(mut self, probe: bool) -> Self {
        self.probe = probe;
        self
    }

    /// Sets how many requests are under way at once, at least one.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.max(1);
        self
    }
}
