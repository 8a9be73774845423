//! A rate that no window sees exceeded.

use std::time::Duration;

use teams_cc_core::Instant;

/// The part of a limit that may be used at once; the rest is spread over the period.
const BURST_PART: u32 = 5;

/// Spreads requests so that any window of a period holds at most so many.
///
/// Some may go at once, the others follow evenly: a burst and the refill of one period together
/// are the limit, never more. Requests are given the instant at which they may go, in order, so
/// each waits once.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Nanoseconds between requests.
    interval: u64,
    /// How far ahead of the even spread a burst may run, in nanoseconds.
    slack: u64,
    /// When the even spread has the next request.
    due: u64,
}

impl Pace {
    pub(super) fn new(requests: u32, period: Duration) -> Self {
        let burst = (requests / BURST_PART).max(1);
        // The burst, and what follows before the period is over, are the limit.
        let spread = u64::from(requests.saturating_sub(burst)) + 1;
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        let interval = period.div_ceil(spread).max(1);
        Self { interval, slack: interval.saturating_mul(u64::from(burst) - 1), due: 0 }
    }

    /// When the next request may go, not before `now`.
    pub(super) fn earliest(&self, now: Instant) -> Instant {
        now.max(Instant::from_nanos(self.due.saturating_sub(self.slack)))
    }

    /// A request of this cost goes at `at`, which [`earliest`](Self::earliest) said.
    pub(super) fn take(&mut self, at: Instant, cost: u32) {
        let price = self.interval.saturating_mul(u64::from(cost));
        self.due = self.due.max(at.as_nanos()).saturating_add(price);
    }

    /// A request that was to go does not.
    pub(super) fn give_back(&mut self, cost: u32) {
        self.due = self.due.saturating_sub(self.interval.saturating_mul(u64::from(cost)));
    }

    /// Nothing goes before `until`, and no burst after it.
    pub(super) fn close_until(&mut self, until: Instant) {
        self.due = self.due.max(until.as_nanos().saturating_add(self.slack));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_window_of_a_period_holds_more_than_the_limit(
            requests in 2u32..60,
            gaps in prop::collection::vec(prop_oneof![4 => 0u64..40, 1 => 0u64..3000], 1..300),
        ) {
            let period = Duration::from_secs(1);
            let mut pace = Pace::new(requests, period);
            let mut now = Instant::from_secs(1);
            let mut sent = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                let at = pace.earliest(now);
                pace.take(at, 1);
                sent.push(at);
            }
            for (nth, first) in sent.iter().enumerate() {
                let within = sent[nth..].iter().take_while(|at| at.since(*first) < period).count();
                prop_assert!(within <= requests as usize, "{within} of {requests}");
            }
        }
    }

    #[test]
    fn a_request_that_does_not_go_leaves_its_place_to_others() {
        let mut pace = Pace::new(2, Duration::from_secs(1));
        let now = Instant::from_secs(5);
        pace.take(now, 1);
        let next = pace.earliest(now);
        assert_eq!(next, now + Duration::from_millis(500));
        pace.take(next, 1);
        pace.give_back(1);
        assert_eq!(pace.earliest(now), next);
    }

    #[test]
    fn after_a_closure_requests_go_one_by_one() {
        let mut pace = Pace::new(10, Duration::from_secs(1));
        let until = Instant::from_secs(9);
        pace.close_until(until);
        let now = Instant::from_secs(5);
        assert_eq!(pace.earliest(now), until);
        pace.take(until, 1);
        assert!(pace.earliest(now) >= until + Duration::from_millis(111));
    }
}
