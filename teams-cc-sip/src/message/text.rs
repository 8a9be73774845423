//! Text cut from a message without copying it, and text nobody may log.

use std::{
    fmt,
    ops::{Deref, Range},
};

use bytes::Bytes;

use super::{ParseError, Rule, octets::Octets};

/// A piece of UTF-8 text; a long one shares the bytes of the message it came from.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Octets);

impl Text {
    /// Takes text that holds no control character.
    ///
    /// # Errors
    ///
    /// [`Rule::Control`] when the text holds CR, LF, NUL or another control character, so that
    /// no header can be smuggled into a message by its parts.
    pub fn new(text: &str) -> Result<Self, ParseError> {
        match text.bytes().position(|b| b.is_ascii_control()) {
            Some(at) => Err(ParseError::new(Rule::Control, at)),
            None => Ok(Self(Octets::copy(text.as_bytes()))),
        }
    }

    /// Text known when the program was written.
    pub(crate) const fn known(text: &'static str) -> Self {
        Self(Octets::known(text.as_bytes()))
    }

    /// Bytes that the caller has found to be plain text of some grammar.
    pub(crate) fn checked(bytes: impl Into<Octets>) -> Self {
        let octets = bytes.into();
        debug_assert!(std::str::from_utf8(octets.as_slice()).is_ok(), "grammar admits only UTF-8");
        Self(octets)
    }

    /// A range of a message that the caller has found to be plain text of some grammar.
    pub(crate) fn cut(buf: &Bytes, range: Range<usize>) -> Self {
        Self::checked(Octets::cut(buf, range))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Every constructor has seen valid UTF-8, so the default is never taken.
        std::str::from_utf8(self.0.as_slice()).unwrap_or_default()
    }

    /// The bytes of the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<&str> for Text {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        Self::new(text)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What stands in Debug output where a number, a name or a secret was.
pub(crate) const MASK: &str = "***";

/// Text that names a person or a number: shown only when asked for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Private(Text);

impl Private {
    pub(crate) const fn new(text: Text) -> Self {
        Self(text)
    }

    /// The text itself; the caller answers for where it goes.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
