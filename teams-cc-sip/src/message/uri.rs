//! The URI of any scheme (RFC 3261 §19.1).

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{Grammar, Host, ParseError, Rule, Scheme, SipUri, TelUri, Text, class, text::MASK};

/// A URI as it stands in a Request-Line or a header.
///
/// A URI that was read is written back byte for byte until it is changed.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:` (RFC 3966).
    Tel(TelUri),
    /// Any other scheme, kept verbatim.
    Other(OtherUri),
}

/// A URI whose scheme has no meaning here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OtherUri(Text);

impl OtherUri {
    /// The scheme before the colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The whole URI as written.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Uri {
    /// Reads a URI that fills the whole text.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks, with its offset.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        let text = Bytes::copy_from_slice(text.as_ref());
        Self::read(&text, 0..text.len(), &Grammar::default())
    }

    /// Reads a URI that fills a part of the buffer.
    pub(crate) fn read(
        buf: &Bytes,
        whole: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let text = buf.get(whole.clone()).unwrap_or_default();
        if let Some(scheme) = Scheme::of(text) {
            return SipUri::read(buf, whole, scheme, grammar, Self::Sip);
        }
        let no_scheme = || ParseError::new(Rule::Scheme, whole.start);
        let colon = memchr::memchr(b':', text).ok_or_else(no_scheme)?;
        let scheme = text.get(..colon).unwrap_or_default();
        if scheme.eq_ignore_ascii_case(b"tel") {
            return TelUri::read(buf, whole, grammar).map(Self::Tel);
        }
        let good = scheme.first().is_some_and(u8::is_ascii_alphabetic)
            && scheme.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
        if !good {
            return Err(no_scheme());
        }
        let rest = text.get(colon + 1..).unwrap_or_default();
        let start = whole.start + colon + 1;
        match class::first_outside(rest, class::URI_ANY) {
            Some(at) => Err(ParseError::new(Rule::Scheme, start + at)),
            None if rest.is_empty() => Err(ParseError::new(Rule::Scheme, start)),
            None => Ok(Self::Other(OtherUri(Text::cut(buf, whole)))),
        }
    }

    /// The SIP URI, if it is one.
    #[must_use]
    pub const fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other(_) => None,
        }
    }

    /// The SIP URI to change, if it is one.
    #[must_use]
    pub const fn as_sip_mut(&mut self) -> Option<&mut SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other(_) => None,
        }
    }

    /// The telephone URI, if it is one.
    #[must_use]
    pub const fn as_tel(&self) -> Option<&TelUri> {
        match self {
            Self::Tel(uri) => Some(uri),
            Self::Sip(_) | Self::Other(_) => None,
        }
    }

    /// The host of a SIP URI.
    #[must_use]
    pub const fn host(&self) -> Option<&Host> {
        match self {
            Self::Sip(uri) => Some(uri.host()),
            Self::Tel(_) | Self::Other(_) => None,
        }
    }

    /// Whether both lead to the same place (RFC 3261 §19.1.4, RFC 3966 §4).
    #[must_use]
    pub fn equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sip(a), Self::Sip(b)) => super::compare::sip(a, b),
            (Self::Tel(a), Self::Tel(b)) => a.equivalent(b),
            (Self::Other(a), Self::Other(b)) => a == b,
            _ => false,
        }
    }

    /// The URI as it goes on the wire; it may name a person.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Sip(uri) => uri.write(out),
            Self::Tel(uri) => uri.write(out),
            Self::Other(uri) => out.extend_from_slice(uri.0.as_bytes()),
        }
    }
}

impl From<SipUri> for Uri {
    fn from(uri: SipUri) -> Self {
        Self::Sip(uri)
    }
}

impl From<TelUri> for Uri {
    fn from(uri: TelUri) -> Self {
        Self::Tel(uri)
    }
}

impl std::str::FromStr for Uri {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Debug for OtherUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{MASK}", self.scheme())
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => uri.fmt(f),
            Self::Tel(uri) => uri.fmt(f),
            Self::Other(uri) => uri.fmt(f),
        }
    }
}
