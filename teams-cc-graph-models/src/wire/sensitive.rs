//! Text that must not show in logs.

use std::fmt;

use zeroize::Zeroize;

use super::Field;

/// A name, number, token or thread id: readable on purpose, redacted by accident.
///
/// Debug never shows the text; [`reveal`](Self::reveal) at the call site does. The memory is
/// overwritten when the value is dropped.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitive(String);

impl Sensitive {
    /// Wrap a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for Sensitive {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&str> for Field<Sensitive> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

impl From<String> for Field<Sensitive> {
    fn from(text: String) -> Self {
        Self::Value(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_text() {
        let value = Sensitive::from("+12065550100");
        assert_eq!(format!("{value:?}"), "[redacted]");
        assert_eq!(value.reveal(), "+12065550100");
    }
}
