//! One rate for everything an app asks about presence in a tenant.

use std::time::Duration;

use teams_cc_core::{Instant, limit::TokenBucket};

/// The documented rate of presence requests for each app and tenant (Learn, throttling limits).
pub const QUOTA: (u32, Duration) = (1500, Duration::from_secs(30));

/// Percent of the documented rate used where nothing else is said.
const DEFAULT_SHARE: u32 = 10;
/// The first stop after a 429 that names no time; each one in a row doubles it.
const FIRST_STOP: Duration = Duration::from_secs(1);
/// The longest stop after a 429 that names no time.
const LONGEST_STOP: Duration = Duration::from_mins(1);

/// How important a request is. The first are served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Somebody waits: a call, or a person at a screen.
    OnDemand,
    /// Something is known to be out of date.
    Resync,
    /// A presence this app shows would fade.
    Write,
    /// A turn has come round. One that is overdue by a tenth of its period is a resync.
    Sweep,
}

/// The rate of presence requests for one app in one tenant: reads and writes alike.
///
/// The service counts every presence request of an app in a tenant together, so whatever asks or
/// writes has to share one of these: a [`Tracker`](crate::tracker::Tracker) and a
/// [`PresenceSession`](crate::write::PresenceSession) take it as an argument. A token bucket in
/// which no class may touch what is kept for the classes above it; so the more important go first
/// without knowing of each other. Over any 30 s it lets through at most its share of
/// [`QUOTA`], bursts included. A `Retry-After` stops all of it, to the fraction of a second.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::Instant;
/// use teams_cc_presence::{Class, Rate};
///
/// let mut rate = Rate::new(70);
/// let now = Instant::from_secs(1);
/// assert!(rate.take(now, Class::Sweep).is_ok());
/// rate.stop(now, Some(Duration::from_millis(2_128)));
/// assert_eq!(rate.take(now, Class::OnDemand), Err(now + Duration::from_millis(2_128)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    bucket: TokenBucket,
    burst: u32,
    allowed: u32,
    stops_in_a_row: u32,
    taken: [u64; 4],
}

impl Default for Rate {
    /// A tenth of the documented rate.
    fn default() -> Self {
        Self::new(DEFAULT_SHARE)
    }
}

impl Rate {
    /// A rate of this many percent of the documented one, from 1 to 100.
    #[must_use]
    pub fn new(percent: u32) -> Self {
        let (quota, window) = QUOTA;
        let allowed = quota * percent.clamp(1, 100) / 100;
        // A window sees at most a full bucket and what is earned meanwhile.
        let burst = (allowed / 10).max(4);
        let bucket = TokenBucket::new(allowed - burst, window).burst(burst);
        Self { bucket, burst, allowed, stops_in_a_row: 0, taken: [0; 4] }
    }

    /// Lets one request of this class through.
    ///
    /// # Errors
    ///
    /// The instant to ask again.
    pub fn take(&mut self, now: Instant, class: Class) -> Result<(), Instant> {
        let keep = match class {
            Class::OnDemand => 0,
            Class::Resync => self.burst / 8,
            Class::Write => self.burst / 4,
            Class::Sweep => self.burst / 2,
        };
        self.bucket.try_take_above(now, keep)?;
        let taken = &mut self.taken[class as usize];
        *taken = taken.saturating_add(1);
        Ok(())
    }

    /// Lets nothing through for this long: the service answered 429.
    ///
    /// Where it named no time, the stop doubles with each one in a row, from a second to a minute.
    pub fn stop(&mut self, now: Instant, retry_after: Option<Duration>) {
        let doubled = FIRST_STOP.saturating_mul(1 << self.stops_in_a_row.min(6));
        self.stops_in_a_row = self.stops_in_a_row.saturating_add(1);
        self.bucket.close_until(now + retry_after.unwrap_or(doubled.min(LONGEST_STOP)));
    }

    /// A request was answered: the next 429 is the first in a row.
    pub fn served(&mut self) {
        self.stops_in_a_row = 0;
    }

    /// The most requests in any 30 s.
    #[must_use]
    pub fn allowed(&self) -> u32 {
        self.allowed
    }

    /// How many requests in 30 s it lets through for hours, without bursts.
    #[must_use]
    pub fn steady(&self) -> u32 {
        self.allowed - self.burst
    }

    /// How many requests of a class were let through.
    #[must_use]
    pub fn taken(&self, class: Class) -> u64 {
        self.taken[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    const CLASSES: [Class; 4] = [Class::OnDemand, Class::Resync, Class::Write, Class::Sweep];

    #[test]
    fn a_storm_of_less_important_requests_leaves_room_for_the_important() {
        let mut rate = Rate::new(100);
        let now = Instant::from_secs(1);
        let mut room = Vec::new();
        for class in CLASSES.into_iter().rev() {
            let mut taken = 0;
            while rate.take(now, class).is_ok() {
                taken += 1;
            }
            room.push((class, taken));
        }
        assert_eq!(
            room,
            [(Class::Sweep, 75), (Class::Write, 38), (Class::Resync, 19), (Class::OnDemand, 18)]
        );
    }

    #[test]
    fn a_429_without_a_time_stops_longer_each_time_until_one_is_served() {
        let mut rate = Rate::new(100);
        let mut now = Instant::from_secs(1);
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            rate.stop(now, None);
            let until = rate.take(now, Class::OnDemand).unwrap_err();
            assert_eq!(until, now + Duration::from_secs(wait));
            now = until;
        }
        rate.served();
        rate.stop(now, None);
        assert_eq!(rate.take(now, Class::OnDemand), Err(now + Duration::from_secs(1)));
    }

    #[test]
    fn a_shorter_stop_does_not_end_a_longer_one() {
        let mut rate = Rate::default();
        let now = Instant::from_secs(1);
        rate.stop(now, Some(Duration::from_secs(30)));
        rate.stop(now, Some(Duration::from_secs(2)));
        assert_eq!(rate.take(now, Class::OnDemand), Err(now + Duration::from_secs(30)));
    }

    proptest! {
        #[test]
        fn no_thirty_seconds_see_more_than_the_share(
            percent in 1u32..=100,
            gaps in prop::collection::vec((0u64..40, 0usize..4), 1..4000),
        ) {
            let mut rate = Rate::new(percent);
            let mut now = Instant::from_secs(1);
            let mut window = VecDeque::new();
            for (gap, class) in gaps {
                now += Duration::from_millis(gap);
                if rate.take(now, CLASSES[class]).is_ok() {
                    window.push_back(now);
                }
                while window.front().is_some_and(|first| now - *first >= QUOTA.1) {
                    window.pop_front();
                }
                prop_assert!(window.len() <= usize::try_from(rate.allowed()).unwrap());
            }
        }
    }
}
