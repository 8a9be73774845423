//! Timer values of RFC 3261 §17 and RFC 6026, derived from T1, T2 and T4.

use std::time::Duration;

/// RFC 3261 §17.1.1.1: estimate of the round-trip time.
pub const DEFAULT_T1: Duration = Duration::from_millis(500);
/// RFC 3261 §17.1.2.2: longest interval between retransmissions.
pub const DEFAULT_T2: Duration = Duration::from_secs(4);
/// RFC 3261 §17.1.2.2: how long a message may live in the network.
pub const DEFAULT_T4: Duration = Duration::from_secs(5);
/// RFC 3261 §17.1.1.2: timer D is at least this long over datagrams.
const MINIMUM_D: Duration = Duration::from_secs(32);
/// RFC 3261 §17.1.1.2 and following: most limits are this many times T1.
const LIMIT_FACTOR: u32 = 64;

/// The three base values from which every transaction timer follows.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_sip::transaction::Timers;
///
/// let timers = Timers::default();
/// assert_eq!(timers.limit(), Duration::from_secs(32));
/// assert_eq!(timers.linger(true), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timers {
    /// Estimate of the round-trip time; default 500 ms.
    pub t1: Duration,
    /// Longest interval between retransmissions; default 4 s.
    pub t2: Duration,
    /// How long a message may live in the network; default 5 s.
    pub t4: Duration,
}

impl Timers {
    /// Timers with other base values, as a lab or a satellite link may need.
    #[must_use]
    pub fn new(t1: Duration, t2: Duration, t4: Duration) -> Self {
        Self { t1, t2, t4 }
    }

    /// 64 × T1: timers B, F, H, L and M, and J over datagrams.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.t1.saturating_mul(LIMIT_FACTOR)
    }

    /// Timer D: how long a client waits for a repeated refusal of its INVITE.
    #[must_use]
    pub fn refusal_wait(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.limit().max(MINIMUM_D) }
    }

    /// Timers I and K: how long repeated messages are absorbed after the end.
    #[must_use]
    pub fn linger(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.t4 }
    }

    /// Timer J: how long a server repeats its final response to a non-INVITE request.
    #[must_use]
    pub fn replay_wait(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.limit() }
    }

    /// How long until timer E has grown to T2: when a server says 100 (RFC 4320 §4.1).
    #[must_use]
    pub fn until_t2(&self) -> Duration {
        let (mut interval, mut all) = (self.t1, Duration::ZERO);
        while interval < self.t2 && !interval.is_zero() {
            all = all.saturating_add(interval);
            interval = self.back_off(interval);
        }
        all
    }

    /// The interval after `interval`, doubled and capped at T2: timers E and G.
    #[must_use]
    pub fn back_off(&self, interval: Duration) -> Duration {
        interval.saturating_mul(2).min(self.t2)
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self::new(DEFAULT_T1, DEFAULT_T2, DEFAULT_T4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reliable_transports_wait_for_nothing_but_the_limits() {
        let timers = Timers::default();
        assert_eq!(timers.refusal_wait(true), Duration::ZERO);
        assert_eq!(timers.linger(true), Duration::ZERO);
        assert_eq!(timers.replay_wait(true), Duration::ZERO);
        assert_eq!(timers.limit(), Duration::from_secs(32));
    }

    #[test]
    fn datagrams_wait_as_long_as_the_table_of_rfc_3261_says() {
        let timers = Timers::default();
        assert_eq!(timers.refusal_wait(false), Duration::from_secs(32));
        assert_eq!(timers.linger(false), Duration::from_secs(5));
        assert_eq!(timers.replay_wait(false), Duration::from_secs(32));
        let quick = Timers::new(
            Duration::from_millis(10),
            Duration::from_millis(40),
            Duration::from_millis(50),
        );
        assert_eq!(quick.refusal_wait(false), Duration::from_secs(32));
    }

    #[test]
    fn retransmission_intervals_double_up_to_t2() {
        let timers = Timers::default();
        let mut interval = timers.t1;
        let mut seen = vec![interval];
        for _ in 0..4 {
            interval = timers.back_off(interval);
            seen.push(interval);
        }
        let millis: Vec<_> = seen.iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 4000]);
    }
}
