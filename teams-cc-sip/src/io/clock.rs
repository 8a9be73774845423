//! The clock of the tokio runtime.

use std::time::{SystemTime, UNIX_EPOCH};

use teams_cc_core::{Clock, Instant, Timestamp};

/// Reads tokio's clock, so that a paused runtime is a virtual clock.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::time::Duration;
/// use teams_cc_core::Clock;
/// use teams_cc_sip::io::TokioClock;
///
/// let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
/// let before = clock.now();
/// tokio::time::sleep(Duration::from_millis(5)).await;
/// assert!(clock.now() - before >= Duration::from_millis(5));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    epoch: tokio::time::Instant,
    start: Timestamp,
}

impl TokioClock {
    /// A clock whose wall time is now `start`.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self { epoch: tokio::time::Instant::now(), start }
    }

    /// A clock that starts at the machine's wall time.
    #[must_use]
    pub fn system() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::starting_at(Timestamp::UNIX_EPOCH + since)
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::ZERO + self.epoch.elapsed()
    }

    fn wall(&self) -> Timestamp {
        self.start + self.epoch.elapsed()
    }
}
