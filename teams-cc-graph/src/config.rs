//! How a client behaves: sizes, times and retries.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use teams_cc_core::{Clock, Instant, Timestamp};

use crate::limit::Limits;

/// The largest response body that is read, unless configured otherwise.
pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// How long one attempt may take, unless configured otherwise.
pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// How a client behaves. The defaults suit a call that has 15 s to be answered.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_graph::{Config, RetryPolicy};
///
/// let config = Config::new().attempt_timeout(Duration::from_secs(4)).retry(RetryPolicy::never());
/// assert_eq!(config.max_concurrent_requests, 64);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// How long one attempt may take. Default 10 s.
    pub attempt_timeout: Duration,
    /// The largest response body that is read; a larger one is an error. Default 4 MiB.
    pub max_response_bytes: usize,
    /// How often and how patiently to retry.
    pub retry: RetryPolicy,
    /// How many requests may be under way at once; more wait for a place. Default 64.
    pub max_concurrent_requests: usize,
    /// How many requests may wait for a place or for their tenant's pace; more are refused
    /// ([`Overload`](crate::error::Overload)). Default 4096.
    pub max_waiting_requests: usize,
    /// How many of them may belong to one tenant. Default 1024.
    pub max_waiting_per_tenant: usize,
    /// How to keep to the documented rates. Default: this process has them for itself.
    pub limits: Limits,
}

/// How often and how patiently to retry, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included. Default 4; 1 turns retries off.
    pub max_attempts: u32,
    /// The wait before the first retry, doubled each time, where the service names none.
    /// Default 500 ms.
    pub base_delay: Duration,
    /// The longest wait. A longer Retry-After is handed to the caller instead. Default 30 s.
    pub max_delay: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            attempt_timeout: DEFAULT_ATTEMPT_TIMEOUT,
            max_response_bytes: DEFAULT_MAX_RESPONSE_BYTES,
            retry: RetryPolicy::default(),
            max_concurrent_requests: 64,
            max_waiting_requests: 4096,
            max_waiting_per_tenant: 1024,
            limits: Limits::documented(),
        }
    }
}

impl Config {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Set how long one attempt may take. Longer than a call rings, and the call is lost.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Set the largest response body that is read. So much memory may each request take.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Set how often and how patiently to retry.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Set how many requests may be under way at once.
    #[must_use]
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.max_concurrent_requests = requests;
        self
    }

    /// Set how many requests may wait in all.
    #[must_use]
    pub fn max_waiting_requests(mut self, requests: usize) -> Self {
        self.max_waiting_requests = requests;
        self
    }

    /// Set how many requests of one tenant may wait.
    #[must_use]
    pub fn max_waiting_per_tenant(mut self, requests: usize) -> Self {
        self.max_waiting_per_tenant = requests;
        self
    }

    /// Set how to keep to the documented rates, such as the share of this process.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Never retry.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Set how many attempts there are in all.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Set the wait before the first retry.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Set the longest wait.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }
}

/// What the instants of every clock of the process count from: when the first was made.
static EPOCH: OnceLock<tokio::time::Instant> = OnceLock::new();
/// What a clock shows at the epoch. Runtimes whose time is paused may lie behind it.
const AT_EPOCH: Instant = Instant::from_secs(30 * 86_400);

/// Tokio's clock beside the machine's wall clock; a paused runtime pauses both.
///
/// All clocks of a process count from one epoch, so ages come out right whichever of them is asked.
/// A [`Clock`] of your own is another matter: make one, and give it to everything.
#[derive(Clone, Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
    wall: Timestamp,
}

impl SystemClock {
    /// A clock beside the machine's time of now.
    #[must_use]
    pub fn new() -> Self {
        let wall = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(Timestamp::UNIX_EPOCH, |since| Timestamp::UNIX_EPOCH + since);
        let start = tokio::time::Instant::now();
        EPOCH.get_or_init(|| start);
        Self { start, wall }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let epoch = *EPOCH.get_or_init(|| self.start);
        let now = tokio::time::Instant::now();
        let nanos = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        let before = nanos(epoch.saturating_duration_since(now));
        let after = nanos(now.saturating_duration_since(epoch));
        let at_epoch = AT_EPOCH.as_nanos();
        Instant::from_nanos(at_epoch.saturating_sub(before).saturating_add(after))
    }

    fn wall(&self) -> Timestamp {
        self.wall + self.start.elapsed()
    }
}

/// A shared clock.
pub(crate) type SharedClock = Arc<dyn Clock>;
