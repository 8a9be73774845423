//! The seam through which drivers read time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Instant, Timestamp};

/// Reads monotonic and wall time.
///
/// Engines never hold a clock; their drivers do, and pass `now` in.
pub trait Clock: Send + Sync {
    /// Monotonic time since this clock's epoch.
    fn now(&self) -> Instant;

    /// Wall time.
    fn wall(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn wall(&self) -> Timestamp {
        (**self).wall()
    }
}

/// A clock that stands still until it is moved.
///
/// Clones share the same hands.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::time::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::starting_at("2026-11-22T08:00:00Z".parse::<Timestamp>()?);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.wall().to_string(), "2026-11-22T08:01:30Z");
/// # Ok::<(), teams_cc_core::time::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: Timestamp,
    elapsed_nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock whose wall time at [`Instant::ZERO`] is `start`.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, elapsed_nanos: Arc::default() }
    }

    /// Moves both hands forward.
    pub fn advance(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.elapsed_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.elapsed_nanos.load(Ordering::Relaxed))
    }

    fn wall(&self) -> Timestamp {
        self.start + self.now().since_epoch()
    }
}
