//! Virtual time and wall time, behind one type.

#![expect(
    clippy::disallowed_methods,
    reason = "this file is the seam to tokio's clock; nothing else of this crate reads it"
)]

use std::{future::Future, time::Duration};

use teams_cc_core::{Clock, Instant, Timestamp};
use teams_cc_sip::io::TokioClock;

use crate::error::{Error, ErrorKind};

/// When every virtual day begins.
pub const VIRTUAL_START: &str = "2026-01-05T08:00:00Z";

/// A clock that follows tokio's: virtual where the runtime's clock is paused, real otherwise.
///
/// Both modes run the same code. Only the wall time at the start differs: virtual days always
/// begin at [`VIRTUAL_START`].
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock(TokioClock);

impl VirtualClock {
    /// A clock that starts now, at [`VIRTUAL_START`]; for a runtime whose clock is paused.
    ///
    /// # Panics
    ///
    /// Does not panic: the start is a constant that a test reads.
    #[must_use]
    pub fn start() -> Self {
        Self::starting_at(
            VIRTUAL_START.parse().expect("the start is an RFC 3339 timestamp, see the test below"),
        )
    }

    /// A clock that starts now, at the wall time given. For doors that real clients use.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self(TokioClock::starting_at(start))
    }

    /// Sleeps until an instant of this clock. Dropping the future ends the sleep.
    pub async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep(at - self.now()).await;
    }

    /// Sleeps for a while of this clock. Dropping the future ends the sleep.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        self.0.wall()
    }
}

/// Runs a future in virtual time: one thread, a paused clock, no sockets.
///
/// Time stands still while anything can run and then jumps to the next timer, so a day passes in
/// the time its work takes, and always in the same order.
///
/// # Errors
///
/// [`ErrorKind::Runtime`] where the runtime cannot be built.
///
/// # Panics
///
/// Panics inside another tokio runtime. In a test, `#[tokio::test(start_paused = true)]` does the
/// same without this function.
pub fn run<F: Future>(future: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| Error::because(ErrorKind::Runtime, error))?;
    Ok(runtime.block_on(future))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_hour_takes_no_time_and_shows_on_both_hands() {
        let (now, wall) = run(async {
            let clock = VirtualClock::start();
            clock.sleep(Duration::from_hours(1)).await;
            (clock.now(), clock.wall())
        })
        .unwrap();
        assert_eq!(now, Instant::from_secs(3600));
        assert_eq!(wall.to_string(), "2026-01-05T09:00:00Z");
    }
}
