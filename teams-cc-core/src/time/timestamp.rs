//! Wall time, the kind that is stored and sent.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// A point in wall time, UTC, with nanosecond resolution.
///
/// The wire form is RFC 3339. Arithmetic saturates at the years −9999 and 9999.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::Timestamp;
///
/// let lease: Timestamp = "2026-11-22T08:00:00Z".parse()?;
/// assert_eq!((lease + Duration::from_secs(30)).to_string(), "2026-11-22T08:00:30Z");
/// # Ok::<(), teams_cc_core::time::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The timestamp this many seconds after 1970, clamped to what can be named.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        let clamped =
            seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
        Self(jiff::Timestamp::from_second(clamped).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Time from `earlier` to here, zero where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or(Duration::ZERO)
    }

    /// This timestamp moved back by `duration`.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.checked_sub(duration).unwrap_or(jiff::Timestamp::MIN))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.checked_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Parses RFC 3339 text.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        text.parse().map(Self).map_err(|_| ParseTimestampError)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The text is not an RFC 3339 timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 timestamp: write it like 2026-11-22T08:00:00Z")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct ParseTimestampError;
