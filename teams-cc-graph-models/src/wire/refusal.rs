//! What is said of a value that cannot be the property it stands for.

use serde::de::Error;

/// Why reading stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The source knows why, and says it once everything that reads from it has returned.
    Source,
    /// For this reason.
    Said(String),
}

/// What every refusal begins with, so that outer objects can add their property to the path.
const BEGINNING: &str = "property ";

/// The path of a value that no property is known for yet.
const NO_PATH: &str = "(value)";

/// Refuses a value: `property (value) should be a text but is a list`.
///
/// The text names the kind and never the value, which may be private.
#[cold]
pub(crate) fn refuse(expected: &str, found: &str) -> Stop {
    Stop::Said(format!("{BEGINNING}{NO_PATH} should be {expected} but is {found}"))
}

impl Stop {
    /// Puts a property in front of the path of a refusal; other reasons stay as they are.
    #[cold]
    pub(crate) fn within(self, property: &str) -> Self {
        match self {
            Self::Said(text) => Self::Said(longer(&text, property).unwrap_or(text)),
            Self::Source => Self::Source,
        }
    }

    /// The reason as an error of the format, which may have kept it.
    #[cold]
    pub(super) fn into_error<E: Error>(self, kept: Option<E>) -> E {
        match (self, kept) {
            (_, Some(error)) => error,
            (Self::Said(text), None) => E::custom(text),
            (Self::Source, None) => E::custom("a value cannot be read"),
        }
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Said(error.to_string())
    }
}

/// Puts a property in front of the path of an error that is a refusal.
#[cold]
pub(super) fn within<E: Error>(error: E, property: &str) -> E {
    match longer(&error.to_string(), property) {
        Some(text) => E::custom(text),
        None => error,
    }
}

fn longer(text: &str, property: &str) -> Option<String> {
    let rest = text.strip_prefix(BEGINNING)?;
    Some(match rest.strip_prefix(NO_PATH) {
        Some(rest) => format!("{BEGINNING}{property}{rest}"),
        None => format!("{BEGINNING}{property}.{rest}"),
    })
}
