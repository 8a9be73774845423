//! What keeps a request from being done.

use std::time::Duration;

/// How long a user waits after a request that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long a user waits at most whom the app may not show; each refusal doubles it until then.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Why a request has to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// The service had enough of requests.
    Throttled,
    /// Nobody answered in time.
    Lost,
    /// It failed.
    Failed,
    /// The app may not do it.
    Forbidden,
}

impl Setback {
    /// How long its user waits, after so many failures in a row.
    pub(super) fn wait(self, failures: u8) -> Duration {
        match self {
            Self::Throttled | Self::Lost => Duration::ZERO,
            Self::Failed => AFTER_FAILURE,
            Self::Forbidden => {
                let doublings = failures.saturating_sub(1).min(4);
                (AFTER_FAILURE * (1 << doublings)).min(LONGEST_WAIT)
            }
        }
    }
}
