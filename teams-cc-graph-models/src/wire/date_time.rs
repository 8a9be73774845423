//! `Edm.DateTimeOffset` as text.

use teams_cc_core::Timestamp;

use super::Field;

/// A date and time with its offset, kept as the text that came.
///
/// Graph writes up to seven fraction digits (100 ns), several offset forms and, rarely, no offset
/// at all. The text is the truth; a typed time is derived from it where one exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTimeOffset(String);

impl DateTimeOffset {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time, to the digit; `None` where it is not set or has no offset.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        if self.is_unset() { None } else { self.0.parse().ok() }
    }

    /// Whether this is the service's sentinel for "not set", `0001-01-01T00:00:00Z`.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.0.starts_with("0001-01-01T00:00:00")
    }
}

impl From<String> for DateTimeOffset {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DateTimeOffset {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Timestamp> for DateTimeOffset {
    fn from(time: Timestamp) -> Self {
        Self(time.to_string())
    }
}

impl From<Timestamp> for Field<DateTimeOffset> {
    fn from(time: Timestamp) -> Self {
        Self::Value(time.into())
    }
}

impl From<&str> for Field<DateTimeOffset> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 30.
    #[test]
    fn a_time_of_seven_digits_is_a_timestamp_of_seven_digits() {
        for (text, wanted) in [
            ("2026-11-22T08:00:00.1234567Z", Some("2026-11-22T08:00:00.1234567Z")),
            ("2026-11-22T00:00:00.12-08:00", Some("2026-11-22T08:00:00.12Z")),
            ("2026-11-22T13:30:00+05:30", Some("2026-11-22T08:00:00Z")),
            ("2026-11-22T08:00:00", None),
            ("0001-01-01T00:00:00Z", None),
            ("soon", None),
        ] {
            let time = DateTimeOffset::from(text);
            assert_eq!(time.as_str(), text);
            assert_eq!(time.timestamp().map(|time| time.to_string()).as_deref(), wanted, "{text}");
        }
        let time: Timestamp = "2026-11-22T08:00:00.1234567Z".parse().unwrap();
        assert_eq!(DateTimeOffset::from(time).timestamp(), Some(time));
    }
}
