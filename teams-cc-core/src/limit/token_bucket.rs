//! A token bucket.

use std::time::Duration;

use crate::Instant;

/// A rate limit with a burst: so many per period, earned evenly.
///
/// The arithmetic is in whole nanoseconds, so no token is lost or made by rounding. At the bound
/// [`TokenBucket::try_take`] says when to come back; nothing is queued here.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{Instant, limit::TokenBucket};
///
/// // Graph presence: 1500 requests in 30 s for each app and tenant.
/// let mut bucket = TokenBucket::new(1500, Duration::from_secs(30)).burst(2);
/// let now = Instant::from_secs(1);
/// assert!(bucket.try_take(now).is_ok() && bucket.try_take(now).is_ok());
/// assert_eq!(bucket.try_take(now), Err(now + Duration::from_millis(20)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    /// Tokens earned per period.
    rate: u64,
    /// The period in nanoseconds, never zero: what one token costs in credit.
    period: u64,
    /// The most tokens held.
    burst: u64,
    /// Credit in token·nanoseconds; one token is `period` of it.
    credit: u128,
    /// Up to when credit has been counted.
    counted: Instant,
    /// Until when nothing is given, because the other side said so.
    closed_until: Instant,
}

impl TokenBucket {
    /// A full bucket that earns `rate` tokens in each `period` and holds as many.
    ///
    /// A rate or period of zero counts as one (token, nanosecond).
    #[must_use]
    pub fn new(rate: u32, period: Duration) -> Self {
        let rate = u64::from(rate.max(1));
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).max(1);
        Self {
            rate,
            period,
            burst: rate,
            credit: u128::from(rate) * u128::from(period),
            counted: Instant::ZERO,
            closed_until: Instant::ZERO,
        }
    }

    /// Sets how many tokens may be taken at once. Default is the rate, least is one.
    #[must_use]
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = u64::from(burst.max(1));
        self.credit = self.full();
        self
    }

    /// Takes one token.
    ///
    /// # Errors
    ///
    /// The instant from which there will be one, where there is none now.
    pub fn try_take(&mut self, now: Instant) -> Result<(), Instant> {
        self.try_take_above(now, 0)
    }

    /// Takes one token where `keep` whole ones stay for somebody more important.
    ///
    /// As many as the burst less one can be kept; more count as that.
    ///
    /// # Errors
    ///
    /// The instant from which there will be enough, where nobody takes any meanwhile.
    pub fn try_take_above(&mut self, now: Instant, keep: u32) -> Result<(), Instant> {
        self.earn(now);
        if now < self.closed_until {
            return Err(self.closed_until);
        }
        let cost = u128::from(self.period);
        let keep = u128::from(u64::from(keep).min(self.burst - 1)) * cost;
        if self.credit >= cost + keep {
            self.credit -= cost;
            return Ok(());
        }
        let missing = cost + keep - self.credit;
        let nanos = missing.div_ceil(u128::from(self.rate));
        Err(now + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// Gives nothing until `until`, and starts from empty then: the other side throttled us.
    pub fn close_until(&mut self, until: Instant) {
        if until > self.closed_until {
            self.closed_until = until;
            self.credit = 0;
            self.counted = self.counted.max(until);
        }
    }

    /// The whole tokens there are at `now`.
    #[must_use]
    pub fn available(&self, now: Instant) -> u64 {
        let mut then = self.clone();
        then.earn(now);
        if now < then.closed_until {
            return 0;
        }
        u64::try_from(then.credit / u128::from(then.period)).unwrap_or(u64::MAX)
    }

    fn earn(&mut self, now: Instant) {
        if now > self.counted {
            let elapsed = now.as_nanos() - self.counted.as_nanos();
            let earned = u128::from(elapsed) * u128::from(self.rate);
            self.credit = self.credit.saturating_add(earned).min(self.full());
            self.counted = now;
        }
    }

    fn full(&self) -> u128 {
        u128::from(self.burst) * u128::from(self.period)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_instant_named_is_the_first_at_which_a_token_is_there() {
        let mut bucket = TokenBucket::new(3, Duration::from_secs(1)).burst(1);
        let start = Instant::from_secs(5);
        assert_eq!(bucket.try_take(start), Ok(()));
        let Err(next) = bucket.try_take(start) else {
            panic!("a second token at once");
        };
        assert!(bucket.try_take(Instant::from_nanos(next.as_nanos() - 1)).is_err());
        assert_eq!(bucket.try_take(next), Ok(()));
    }

    #[test]
    fn what_is_kept_stays_for_those_who_keep_less() {
        let mut bucket = TokenBucket::new(1, Duration::from_secs(1)).burst(3);
        let now = Instant::from_secs(5);
        assert_eq!(bucket.try_take_above(now, 2), Ok(()));
        assert_eq!(bucket.try_take_above(now, 2), Err(now + Duration::from_secs(1)));
        assert_eq!(bucket.try_take(now), Ok(()));
        assert_eq!(bucket.try_take_above(now, 9), Err(now + Duration::from_secs(2)));
    }

    #[test]
    fn a_closed_bucket_opens_empty() {
        let mut bucket = TokenBucket::new(10, Duration::from_secs(1));
        bucket.close_until(Instant::from_secs(30));
        assert_eq!(bucket.try_take(Instant::from_secs(29)), Err(Instant::from_secs(30)));
        assert_eq!(bucket.available(Instant::from_secs(30)), 0);
        assert_eq!(bucket.available(Instant::from_secs(31)), 10);
    }

    #[test]
    fn a_clock_that_steps_back_earns_nothing() {
        let mut bucket = TokenBucket::new(1, Duration::from_secs(1));
        assert_eq!(bucket.try_take(Instant::from_secs(10)), Ok(()));
        assert!(bucket.try_take(Instant::from_secs(1)).is_err());
    }

    proptest! {
        #[test]
        fn no_window_sees_more_than_burst_plus_rate(
            gaps in prop::collection::vec(0u64..400, 1..200),
            rate in 1u32..20,
            burst in 1u32..20,
        ) {
            let mut bucket = TokenBucket::new(rate, Duration::from_secs(1)).burst(burst);
            let mut now = Instant::from_secs(1);
            let start = now;
            let mut taken = 0u64;
            for gap in gaps {
                now += Duration::from_millis(gap);
                taken += u64::from(bucket.try_take(now).is_ok());
                let earned = (now - start).as_nanos() * u128::from(rate) / 1_000_000_000;
                prop_assert!(u128::from(taken) <= earned + u128::from(burst));
            }
        }
    }
}
