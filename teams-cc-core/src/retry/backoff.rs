//! Exponential backoff with full jitter.

use std::time::Duration;

use crate::Seed;

/// How long to wait before each attempt.
///
/// The wait before retry `n` is drawn evenly between zero and `base · 2ⁿ`, at most `cap`: full
/// jitter, which spreads callers that failed together.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{Seed, retry::Backoff};
///
/// let backoff = Backoff::new(Seed::new(7)).base(Duration::from_millis(100));
/// assert!(backoff.delay(0) <= Duration::from_millis(100));
/// assert_eq!(backoff.delay(3), backoff.delay(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    seed: Seed,
}

impl Backoff {
    /// Waits of at most 500 ms, 1 s, 2 s … up to 30 s.
    #[must_use]
    pub const fn new(seed: Seed) -> Self {
        Self { base: Duration::from_millis(500), cap: Duration::from_secs(30), seed }
    }

    /// Sets the longest wait before the first retry; default 500 ms.
    #[must_use]
    pub const fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest wait before any retry; default 30 s.
    #[must_use]
    pub const fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// The longest wait before retry `retry`, counted from zero.
    #[must_use]
    pub fn ceiling(&self, retry: u32) -> Duration {
        let factor = 1_u32.checked_shl(retry).unwrap_or(u32::MAX);
        self.base.checked_mul(factor).map_or(self.cap, |wait| wait.min(self.cap))
    }

    /// The wait before retry `retry`, counted from zero.
    #[must_use]
    pub fn delay(&self, retry: u32) -> Duration {
        let ceiling = u64::try_from(self.ceiling(retry).as_nanos()).unwrap_or(u64::MAX);
        let drawn = self.seed.draw(u64::from(retry));
        // The upper half of the product is even over 0..=ceiling without a division's bias.
        let scaled = (u128::from(drawn) * (u128::from(ceiling) + 1)) >> 64;
        Duration::from_nanos(u64::try_from(scaled).unwrap_or(ceiling))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ceilings_double_up_to_the_cap_and_never_overflow() {
        let backoff = Backoff::new(Seed::new(1));
        for (retry, millis) in [(0, 500), (1, 1000), (2, 2000), (6, 30_000), (400, 30_000)] {
            assert_eq!(backoff.ceiling(retry), Duration::from_millis(millis));
        }
    }

    #[test]
    fn waits_are_spread_over_the_whole_range() {
        let ceiling = Duration::from_secs(1);
        let waits: Vec<Duration> =
            (0..200).map(|seed| Backoff::new(Seed::new(seed)).base(ceiling).delay(0)).collect();
        assert!(waits.iter().any(|wait| *wait < ceiling / 10));
        assert!(waits.iter().any(|wait| *wait > ceiling * 9 / 10));
    }

    proptest! {
        #[test]
        fn no_wait_is_over_its_ceiling(seed: u64, retry in 0u32..80) {
            let backoff = Backoff::new(Seed::new(seed));
            prop_assert!(backoff.delay(retry) <= backoff.ceiling(retry));
        }
    }
}
