//! The `Retry-After` header of HTTP and SIP.

use std::{str::FromStr, time::Duration};

use crate::Timestamp;

/// The longest wait taken from a peer; what asks for more waits this long.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);
/// The longest header value looked at, in bytes.
const MAX_TEXT_BYTES: usize = 128;

/// When a peer wants to be asked again.
///
/// RFC 9110 §10.2.3 has whole seconds or a date, RFC 3261 §20.33 seconds with a comment and
/// parameters; some services send fractional seconds. All of these are read.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{Timestamp, retry::RetryAfter};
///
/// let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
/// let wait = |text: &str| text.parse::<RetryAfter>().unwrap().delay(now);
/// assert_eq!(wait("1.5"), Duration::from_millis(1500));
/// assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Duration::from_secs(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// After this long.
    After(Duration),
    /// From this time on.
    At(Timestamp),
}

impl RetryAfter {
    /// How long to wait from `now`: nothing for a date gone by, at most [`MAX_RETRY_AFTER`].
    #[must_use]
    pub fn delay(self, now: Timestamp) -> Duration {
        match self {
            Self::After(wait) => wait,
            Self::At(time) => time.since(now),
        }
        .min(MAX_RETRY_AFTER)
    }
}

impl FromStr for RetryAfter {
    type Err = ParseRetryAfterError;

    fn from_str(text: &str) -> Result<Self, ParseRetryAfterError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return Err(ParseRetryAfterError);
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let seconds = text
                .split(|c: char| c == ';' || c == '(' || c.is_ascii_whitespace())
                .next()
                .unwrap_or_default();
            return read_seconds(seconds).map(Self::After);
        }
        read_date(text).map(Self::At)
    }
}

/// The header holds neither seconds nor a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Retry-After value: expected seconds or an HTTP date")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct ParseRetryAfterError;

fn read_seconds(text: &str) -> Result<Duration, ParseRetryAfterError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(decimals) {
        return Err(ParseRetryAfterError);
    }
    // A number too long for u64 is an absurd wait, not an absurd header: it is capped.
    let seconds = whole.parse().unwrap_or(u64::MAX);
    let millis = decimals
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(3)
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Ok(Duration::from_secs(seconds)
        .saturating_add(Duration::from_millis(millis))
        .min(MAX_RETRY_AFTER))
}

/// The three date forms of RFC 9110 §5.6.7: today's, RFC 850's and `asctime`'s.
fn read_date(text: &str) -> Result<Timestamp, ParseRetryAfterError> {
    let seconds = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .map(jiff::Timestamp::as_second)
        .or_else(|_| civil_seconds("%A, %d-%b-%y %H:%M:%S GMT", text))
        .or_else(|_| civil_seconds("%a %b %e %H:%M:%S %Y", text))
        .map_err(|_| ParseRetryAfterError)?;
    Ok(Timestamp::from_unix_seconds(seconds))
}

fn civil_seconds(format: &str, text: &str) -> Result<i64, jiff::Error> {
    let civil = jiff::civil::DateTime::strptime(format, text)?;
    Ok(civil.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_and_dates_are_read_in_every_form_in_use() {
        let date = Ok(RetryAfter::At(Timestamp::from_unix_seconds(784_111_777)));
        let seconds = |millis| Ok(RetryAfter::After(Duration::from_millis(millis)));
        let cases = [
            ("120", seconds(120_000)),
            (" 0 ", seconds(0)),
            ("2.25", seconds(2250)),
            ("18000;duration=3600", seconds(18_000_000)),
            ("120 (I'm in a meeting)", seconds(120_000)),
            ("99999999999999999999999", seconds(86_400_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", date),
            ("Sunday, 06-Nov-94 08:49:37 GMT", date),
            ("Sun Nov  6 08:49:37 1994", date),
            ("", Err(ParseRetryAfterError)),
            ("-1", Err(ParseRetryAfterError)),
            ("1x", Err(ParseRetryAfterError)),
            ("soon", Err(ParseRetryAfterError)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), expected, "{text}");
        }
    }

    #[test]
    fn a_date_gone_by_asks_for_no_wait_and_a_far_one_is_capped() {
        let now = Timestamp::from_unix_seconds(1000);
        let at = |seconds| RetryAfter::At(Timestamp::from_unix_seconds(seconds)).delay(now);
        assert_eq!(at(10), Duration::ZERO);
        assert_eq!(at(1007), Duration::from_secs(7));
        assert_eq!(at(10_000_000), MAX_RETRY_AFTER);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = text.parse::<RetryAfter>();
        }
    }
}
