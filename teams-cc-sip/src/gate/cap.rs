//! How many calls at a time, and how many per time.

use std::time::Duration;

use teams_cc_core::Instant;

/// How many calls a tenant may have in one direction; nothing set bounds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cap {
    /// Calls at a time.
    pub concurrent: Option<u32>,
    /// Calls per time.
    pub rate: Option<Rate>,
}

impl Cap {
    /// No bound but the trunk's own.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets how many calls there may be at a time.
    #[must_use]
    pub fn concurrent(mut self, calls: u32) -> Self {
        self.concurrent = Some(calls);
        self
    }

    /// Sets how many calls there may be in a span of time.
    #[must_use]
    pub fn rate(mut self, calls: u32, per: Duration) -> Self {
        self.rate = Some(Rate { calls, per });
        self
    }
}

/// So many calls in a span of time: all of them may come at once, then they come evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a rate is exactly a number over a time")]
pub struct Rate {
    /// The calls; none lets none through.
    pub calls: u32,
    /// The span of time.
    pub per: Duration,
}

/// A bucket of tokens in one number: the time at which it is full again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// Takes a token, or says that there is none.
    pub(super) fn take(&mut self, now: Instant, rate: Rate) -> bool {
        let Some(each) = rate.per.checked_div(rate.calls) else { return false };
        // One token short of empty is still one token.
        if self.full_at.since(now) > rate.per.saturating_sub(each) {
            return false;
        }
        self.full_at = self.full_at.max(now) + each;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_evenly() {
        let rate = Rate { calls: 4, per: Duration::from_secs(2) };
        let mut bucket = Bucket::default();
        let at = Instant::from_millis;
        let taken = [0, 0, 0, 0, 0, 499, 500, 501, 1_000, 5_000, 5_000, 5_000, 5_000, 5_000]
            .map(|ms| bucket.take(at(ms), rate));
        let (yes, no) = (true, false);
        assert_eq!(taken, [yes, yes, yes, yes, no, no, yes, no, yes, yes, yes, yes, yes, no]);
        assert!(!Bucket::default().take(at(0), Rate { calls: 0, per: Duration::from_secs(1) }));
    }

    proptest! {
        #[test]
        fn no_span_ever_has_more_than_twice_its_calls(
            calls in 1_u32..20,
            steps in prop::collection::vec(0_u64..400, 1..300),
        ) {
            let rate = Rate { calls, per: Duration::from_secs(1) };
            let (mut bucket, mut now, mut taken) = (Bucket::default(), 0, Vec::new());
            for step in steps {
                now += step;
                if bucket.take(Instant::from_millis(now), rate) {
                    taken.push(now);
                }
            }
            for (n, from) in taken.iter().enumerate() {
                let within = taken[n..].iter().take_while(|at| **at < from + 1_000).count();
                prop_assert!(within <= 2 * calls as usize, "{within} of {calls}");
            }
        }
    }
}
