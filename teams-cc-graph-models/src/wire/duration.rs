//! `Edm.Duration` as text.

use std::{fmt, time::Duration};

use teams_cc_core::time::IsoDuration;

use super::Field;

/// A duration such as `PT1H30M`, kept as the text that came.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_graph_models::wire::EdmDuration;
///
/// assert_eq!(EdmDuration::from("PT0.016S").to_duration(), Some(Duration::from_millis(16)));
/// assert_eq!(EdmDuration::from(Duration::from_secs(5400)).as_str(), "PT1H30M");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdmDuration(Box<str>);

impl EdmDuration {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The length; `None` for a negative one and for a text that is no duration.
    #[must_use]
    pub fn to_duration(&self) -> Option<Duration> {
        self.0.parse::<IsoDuration>().ok().map(IsoDuration::get)
    }
}

impl From<&str> for EdmDuration {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for EdmDuration {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Duration> for EdmDuration {
    fn from(duration: Duration) -> Self {
        IsoDuration::from(duration).into()
    }
}

impl From<IsoDuration> for EdmDuration {
    fn from(duration: IsoDuration) -> Self {
        Self(duration.to_string().into())
    }
}

impl From<&str> for Field<EdmDuration> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

impl From<Duration> for Field<EdmDuration> {
    fn from(duration: Duration) -> Self {
        Self::Value(duration.into())
    }
}

impl fmt::Display for EdmDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
