//! `Edm.DateTimeOffset` as text.

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

impl From<&str> for Field<DateTimeOffset> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}
