//! How often keys that nobody knows are looked up.

use std::{collections::VecDeque, time::Duration};

use teams_cc_core::Instant;

/// How many look-ups may follow each other at once.
const AT_ONCE: u32 = 4;

/// How long it takes until one more look-up is allowed.
const ONE_MORE_EVERY: Duration = Duration::from_secs(30);

/// The most key ids remembered as not published; the oldest is forgotten first.
const MAX_ABSENT: usize = 64;

/// Look-ups of unknown keys: a few at once, then one every thirty seconds.
///
/// Whoever invents key ids uses it up, so that a key which was published within the last two hours
/// (older ones are read on schedule) may not be found for up to thirty seconds. Its requests are
/// then asked to come again, not refused. An id that was looked up in vain costs nothing more until
/// the thirty seconds are over.
#[derive(Debug)]
pub(super) struct Allowance {
    /// When it is full again.
    full_at: Instant,
    absent: VecDeque<(Box<str>, Instant)>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { full_at: Instant::ZERO, absent: VecDeque::new() }
    }
}

impl Allowance {
    /// Takes one look-up, where one is left.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.max(now) + ONE_MORE_EVERY;
        let allowed = full_at.since(now) <= ONE_MORE_EVERY * AT_ONCE;
        if allowed {
            self.full_at = full_at;
        }
        allowed
    }

    /// Whether this id was looked up in vain a moment ago.
    pub(super) fn is_absent(&mut self, id: &str, now: Instant) -> bool {
        while self.absent.front().is_some_and(|(_, at)| now.since(*at) >= ONE_MORE_EVERY) {
            self.absent.pop_front();
        }
        self.absent.iter().any(|(absent, _)| **absent == *id)
    }

    /// This id was looked up, and is not published.
    pub(super) fn absent(&mut self, id: &str, now: Instant) {
        if self.is_absent(id, now) {
            return;
        }
        if self.absent.len() >= MAX_ABSENT {
            self.absent.pop_front();
        }
        self.absent.push_back((id.into(), now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_look_ups_at_once_and_then_one_every_half_minute() {
        let mut allowance = Allowance::default();
        let mut taken = Vec::new();
        for second in 1_000..1_100 {
            for _ in 0..10 {
                if allowance.take(Instant::from_secs(second)) {
                    taken.push(second - 1_000);
                }
            }
        }
        assert_eq!(taken, [0, 0, 0, 0, 30, 60, 90]);
        let later = Instant::from_secs(5_000);
        assert_eq!((0..10).filter(|_| allowance.take(later)).count(), 4, "it never grows beyond");
    }

    #[test]
    fn ids_that_were_looked_up_in_vain_are_remembered_for_a_while_and_bounded() {
        let mut allowance = Allowance::default();
        let at = Instant::from_secs;
        allowance.absent("k", at(1));
        allowance.absent("k", at(20));
        assert!(allowance.is_absent("k", at(30)) && !allowance.is_absent("l", at(30)));
        assert!(!allowance.is_absent("k", at(31)), "asked again, it may be published by now");
        for nth in 0..1_000 {
            allowance.absent(&format!("forged-{nth}"), at(40));
        }
        assert_eq!(allowance.absent.len(), MAX_ABSENT);
        assert!(allowance.is_absent("forged-999", at(40)));
    }
}
