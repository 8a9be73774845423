//! The range of a log of calls.

use teams_cc_core::Timestamp;

use crate::error::InvalidRequest;

/// The longest range of a log, in days (Learn, callrecords-callrecord-getpstncalls).
pub(crate) const MAX_LOG_DAYS: i64 = 90;

/// From when to when a log is read, to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogRange {
    from: Timestamp,
    to: Timestamp,
}

impl LogRange {
    pub(super) fn new(from: Timestamp, to: Timestamp) -> Self {
        let whole = |time: Timestamp| Timestamp::from_unix_seconds(time.unix_seconds());
        Self { from: whole(from), to: whole(to) }
    }

    /// Both ends in the form of the API, in order and near enough.
    pub(super) fn checked(self) -> Result<(String, String), InvalidRequest> {
        let seconds = self.to.unix_seconds().saturating_sub(self.from.unix_seconds());
        // A day that is begun counts.
        let days = seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) > 0 && seconds > 0);
        if !(0..=MAX_LOG_DAYS).contains(&days) {
            return Err(InvalidRequest::OutOfRange {
                what: "the range from fromDateTime to toDateTime, in days,",
                value: days,
                least: 0,
                most: MAX_LOG_DAYS,
            });
        }
        Ok((self.from.to_string(), self.to.to_string()))
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_forwards_and_over_ninety_days_at_most() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (from, to, good) in [
            ("2026-08-01T00:00:00Z", "2026-10-30T00:00:00Z", true),
            ("2026-08-01T00:00:00Z", "2026-10-30T00:00:01Z", false),
            ("2026-08-01T00:00:00Z", "2026-10-30T00:00:00.9Z", true),
            ("2026-08-01T00:00:00Z", "2026-08-01T00:00:00Z", true),
            ("2026-08-01T00:00:00Z", "2026-07-31T23:59:59Z", false),
            ("-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z", false),
        ] {
            let range = LogRange::new(at(from), at(to)).checked();
            assert_eq!(range.is_ok(), good, "{from} {to}");
        }
        let range = LogRange::new(at("2026-08-01T00:00:00.123456789Z"), at("2026-08-02T00:00:00Z"));
        let wanted = ("2026-08-01T00:00:00Z".to_owned(), "2026-08-02T00:00:00Z".to_owned());
        assert_eq!(range.checked(), Ok(wanted));
    }
}
