//! Durations as ISO 8601 writes them, such as `PT1H30M`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// The longest duration text looked at, in bytes.
const MAX_TEXT_BYTES: usize = 64;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// A duration with its ISO 8601 text, as Microsoft Graph's `Edm.Duration` has it.
///
/// Weeks, days, hours, minutes and seconds are read, seconds with up to nine decimals. Years and
/// months are refused: their length depends on a calendar.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::time::IsoDuration;
///
/// let read: IsoDuration = "PT1H30M".parse()?;
/// assert_eq!(read.get(), Duration::from_secs(5400));
/// assert_eq!(IsoDuration::from(Duration::from_millis(90_500)).to_string(), "PT1M30.5S");
/// # Ok::<(), teams_cc_core::time::ParseDurationError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct IsoDuration(Duration);

impl IsoDuration {
    /// The plain duration.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for IsoDuration {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<IsoDuration> for Duration {
    fn from(duration: IsoDuration) -> Self {
        duration.0
    }
}

impl From<IsoDuration> for String {
    fn from(duration: IsoDuration) -> Self {
        duration.to_string()
    }
}

impl TryFrom<String> for IsoDuration {
    type Error = ParseDurationError;

    fn try_from(text: String) -> Result<Self, ParseDurationError> {
        text.parse()
    }
}

impl FromStr for IsoDuration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ParseDurationError::Malformed);
        }
        let body = text.strip_prefix(['P', 'p']).ok_or(ParseDurationError::Malformed)?;
        let (date, time) = match body.split_once(['T', 't']) {
            Some((_, "")) => return Err(ParseDurationError::Malformed),
            Some((date, time)) => (date, time),
            None => (body, ""),
        };
        if date.is_empty() && time.is_empty() {
            return Err(ParseDurationError::Malformed);
        }
        let mut total = Duration::ZERO;
        read_fields(date, &[('W', WEEK), ('D', DAY)], &mut total)?;
        read_fields(time, &[('H', HOUR), ('M', MINUTE), ('S', 1)], &mut total)?;
        Ok(Self(total))
    }
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let nanos = self.0.subsec_nanos();
        if seconds == 0 && nanos == 0 {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        let (days, rest) = (seconds / DAY, seconds % DAY);
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if rest == 0 && nanos == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let (hours, minutes, seconds) = (rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE);
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if nanos > 0 {
            let decimals = format!("{nanos:09}");
            write!(f, "{seconds}.{}S", decimals.trim_end_matches('0'))?;
        } else if seconds > 0 {
            write!(f, "{seconds}S")?;
        }
        Ok(())
    }
}

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseDurationError {
    /// The text has another form.
    #[error("not an ISO 8601 duration: write it like PT1H30M, without years and months")]
    Malformed,
    /// The duration is longer than can be named.
    #[error("the duration is too long")]
    TooLong,
}

/// Reads `12H30M`-like fields, each unit at most once and in the order given.
fn read_fields(
    mut text: &str,
    units: &[(char, u64)],
    total: &mut Duration,
) -> Result<(), ParseDurationError> {
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .ok_or(ParseDurationError::Malformed)?;
        let (number, rest) = text.split_at(end);
        let mut rest = rest.chars();
        let unit = rest.next().ok_or(ParseDurationError::Malformed)?;
        let (name, seconds) = units
            .find(|(name, _)| name.eq_ignore_ascii_case(&unit))
            .ok_or(ParseDurationError::Malformed)?;
        let field = read_number(number, *seconds, *name == 'S')?;
        *total = total.checked_add(field).ok_or(ParseDurationError::TooLong)?;
        text = rest.as_str();
    }
    Ok(())
}

fn read_number(
    number: &str,
    unit_seconds: u64,
    decimals_allowed: bool,
) -> Result<Duration, ParseDurationError> {
    let (whole, decimals) = match number.split_once(['.', ',']) {
        Some((_, decimals)) if !decimals_allowed || decimals.is_empty() => {
            return Err(ParseDurationError::Malformed);
        }
        Some(parts) => parts,
        None => (number, ""),
    };
    if whole.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit()) || decimals.len() > 9 {
        return Err(ParseDurationError::Malformed);
    }
    let whole: u64 = whole.parse().map_err(|_| ParseDurationError::TooLong)?;
    let seconds = whole.checked_mul(unit_seconds).ok_or(ParseDurationError::TooLong)?;
    let nanos = decimals
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Ok(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_read_as_the_standard_says() {
        let cases = [
            ("PT0S", Ok(0)),
            ("PT5M", Ok(300_000)),
            ("PT4H", Ok(14_400_000)),
            ("P1D", Ok(86_400_000)),
            ("P2W", Ok(1_209_600_000)),
            ("P1DT1H1M1.5S", Ok(90_061_500)),
            ("pt1,25s", Ok(1250)),
            ("", Err(ParseDurationError::Malformed)),
            ("P", Err(ParseDurationError::Malformed)),
            ("PT", Err(ParseDurationError::Malformed)),
            ("P1Y", Err(ParseDurationError::Malformed)),
            ("P1M", Err(ParseDurationError::Malformed)),
            ("PT1S1M", Err(ParseDurationError::Malformed)),
            ("PT1.5H", Err(ParseDurationError::Malformed)),
            ("-PT1S", Err(ParseDurationError::Malformed)),
            ("PTS", Err(ParseDurationError::Malformed)),
            ("PT99999999999999999999S", Err(ParseDurationError::TooLong)),
            ("P99999999999999999W", Err(ParseDurationError::TooLong)),
        ];
        for (text, expected) in cases {
            let read = text.parse::<IsoDuration>();
            assert_eq!(read.map(|d| d.get().as_millis()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 0u64..1 << 40, nanos in 0u32..1_000_000_000) {
            let duration = IsoDuration(Duration::new(seconds, nanos));
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[PpTt0-9.,DHMSWYé-]{0,20}") {
            let _ = text.parse::<IsoDuration>();
        }
    }
}
