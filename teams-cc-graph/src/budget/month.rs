//! Calendar months, in UTC.

use std::fmt;

use teams_cc_core::Timestamp;

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// A calendar month; the default is before all others that matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    year: i64,
    /// From 1 to 12; 0 before any.
    month: i64,
}

impl Month {
    /// The month of an instant: days counted from 1 March, whose leap day so comes last.
    pub(super) fn of(now: Timestamp) -> Self {
        let days = now.unix_seconds().div_euclid(SECONDS_OF_A_DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self { year, month }
    }

    /// Whether it is later than the month after the other one.
    pub(super) fn is_far_after(self, other: Self) -> bool {
        let count = |it: Self| it.year * 12 + it.month;
        count(self) > count(other) + 1
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_one_the_calendar_shows() {
        for time in [
            "1970-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "2000-01-01T00:00:00Z",
            "2000-02-29T12:00:00Z",
            "2024-02-29T23:59:59Z",
            "2024-03-01T00:00:00Z",
            "2026-11-30T23:59:59Z",
            "2026-12-01T00:00:00Z",
            "2100-02-28T23:59:59Z",
        ] {
            let month = Month::of(time.parse().unwrap()).to_string();
            assert!(time.starts_with(&month), "{time}: {month}");
        }
        let every_day = (0..200_000).map(|day| Timestamp::from_unix_seconds(day * 86_400));
        for day in every_day {
            assert!(day.to_string().starts_with(&Month::of(day).to_string()), "{day}");
        }
    }
}
