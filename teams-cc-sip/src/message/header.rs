//! One header line, and what its value may be (RFC 3261 §7.3).

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{
    Grammar, HeaderName, NameAddr, ParseError, Rule,
    cursor::{Elements, trim},
    header_name::Code,
    line::{Line, Texts},
    text::MASK,
};

/// A header whose value has a grammar of its own.
///
/// Implement it for headers this crate gives no meaning to; [`Headers::typed`](super::Headers::typed),
/// [`Headers::list`](super::Headers::list) and [`Headers::push_typed`](super::Headers::push_typed) then take it.
pub trait TypedHeader: Sized {
    /// The name under which the value stands.
    fn name() -> HeaderName;

    /// Reads one value, or one element where the header is a comma-separated list.
    ///
    /// # Errors
    ///
    /// The rule that the value breaks, with its offset in the value.
    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError>;

    /// As [`Self::parse_value`], for a value that is a part of a message.
    ///
    /// Offsets of errors count in the message. Only the most frequent headers are read so.
    #[doc(hidden)]
    fn parse_within(
        message: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let start = value.start;
        Self::parse_value(&message.slice(value), grammar).map_err(|e| e.shifted(start))
    }

    /// Writes the value.
    fn write(&self, out: &mut Vec<u8>);
}

/// One header line of its own, outside any message.
#[derive(Clone)]
pub struct Header {
    name: HeaderName,
    value: Bytes,
    /// The value with its line folds, where it was folded on the wire.
    folded: Option<Bytes>,
}

impl Header {
    /// A header with a value of any octets but control characters.
    ///
    /// # Errors
    ///
    /// [`Rule::Control`] when the value holds CR, LF, NUL or another control character but TAB:
    /// nothing can be written that reads as two headers.
    pub fn new(name: HeaderName, value: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        let value = Bytes::copy_from_slice(value.as_ref());
        if let Some(at) = value.iter().position(|b| b.is_ascii_control() && *b != b'\t') {
            return Err(ParseError::new(Rule::Control, at).in_header(name));
        }
        let value = trim(&value, 0, value.len());
        Ok(Self { name, value, folded: None })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The value with folds turned into spaces; it may be no UTF-8.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The value as shared bytes.
    #[must_use]
    pub const fn value_bytes(&self) -> &Bytes {
        &self.value
    }

    /// The value as text, if it is UTF-8; it may name a person.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.value).ok()
    }

    /// The value as it is written on the wire, folds included.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        self.folded.as_deref().unwrap_or(&self.value)
    }

    pub(super) fn folded(&self) -> Option<&[u8]> {
        self.folded.as_deref()
    }
}

/// One header line of a message.
#[derive(Clone, Copy)]
pub struct HeaderRef<'a> {
    texts: &'a Texts,
    line: &'a Line,
}

impl<'a> HeaderRef<'a> {
    pub(super) const fn new(texts: &'a Texts, line: &'a Line) -> Self {
        Self { texts, line }
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> HeaderName {
        // Every line was read or written with a token before its colon.
        let other = || HeaderName::from_token(self.line.name(self.texts));
        self.line.code.known().cloned().or_else(other).unwrap_or(HeaderName::Subject)
    }

    /// The name as it is written: the usual spelling of a known one.
    #[must_use]
    pub fn name_str(self) -> &'a str {
        let other = || std::str::from_utf8(self.line.name(self.texts)).unwrap_or_default();
        self.line.code.text().unwrap_or_else(other)
    }

    /// Whether the header has this name.
    #[must_use]
    pub fn is(self, name: &HeaderName) -> bool {
        match name {
            HeaderName::Other(other) => {
                self.line.code == Code::OTHER
                    && other.as_str().as_bytes().eq_ignore_ascii_case(self.line.name(self.texts))
            }
            known => self.line.code == known.code(),
        }
    }

    /// The value with folds turned into spaces; it may be no UTF-8.
    #[must_use]
    pub fn value(self) -> &'a [u8] {
        self.line.value(self.texts)
    }

    /// The value as bytes of its own, shared with the message that was read.
    #[must_use]
    pub fn value_bytes(self) -> Bytes {
        self.line.value_bytes(self.texts)
    }

    /// Reads the value.
    pub(super) fn read<T: TypedHeader>(self, grammar: &Grammar) -> Result<T, ParseError> {
        self.read_within(|text, value| T::parse_within(text, value, grammar))
    }

    /// Reads the first element of a value that is a comma-separated list.
    pub(super) fn read_first<T: TypedHeader>(
        self,
        grammar: &Grammar,
    ) -> Result<Option<T>, ParseError> {
        if !self.value().is_empty() && memchr::memchr(b',', self.value()).is_none() {
            return self.read(grammar).map(Some);
        }
        self.read_within(|text, value| {
            let first = Elements::new(text, value).next().transpose()?;
            first.map(|first| T::parse_within(text, first, grammar)).transpose()
        })
    }

    /// Adds the elements of a value that is a comma-separated list.
    ///
    /// An empty value, as `Supported:` may have, holds none.
    pub(super) fn read_list<T: TypedHeader>(
        self,
        grammar: &Grammar,
        all: &mut Vec<T>,
    ) -> Result<(), ParseError> {
        if self.value().is_empty() {
            return Ok(());
        }
        self.read_within(|text, value| {
            Elements::new(text, value).try_for_each(|element| {
                let element = element?;
                if all.len() >= grammar.params {
                    return Err(ParseError::new(Rule::TooManyParams, element.start));
                }
                all.push(T::parse_within(text, element, grammar)?);
                Ok(())
            })
        })
    }

    /// Reads where the value stands: in what was received, if it stands there in one piece.
    #[inline]
    fn read_within<R>(
        self,
        read: impl FnOnce(&Bytes, Range<usize>) -> Result<R, ParseError>,
    ) -> Result<R, ParseError> {
        let Some(value) = self.line.received() else {
            let value = self.value_bytes();
            return read(&value, 0..value.len()).map_err(|e| e.in_header(self.name()));
        };
        let start = value.start;
        let mut read = read(&self.texts.wire, value);
        if let Err(error) = &mut read {
            error.place_in(self.name(), start);
        }
        read
    }

    /// The value as text, if it is UTF-8; it may name a person.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.value()).ok()
    }

    /// The value as it is written on the wire, folds included.
    #[must_use]
    pub fn wire(self) -> &'a [u8] {
        self.line.written(self.texts)
    }

    pub(super) fn folded(self) -> Option<&'a [u8]> {
        self.line.is_folded().then(|| self.wire())
    }

    pub(super) const fn code(self) -> Code {
        self.line.code
    }

    /// The header apart from its message.
    #[must_use]
    pub fn to_header(self) -> Header {
        let folded = self.folded().map(Bytes::copy_from_slice);
        Header { name: self.name(), value: self.value_bytes(), folded }
    }
}

impl From<HeaderRef<'_>> for Header {
    fn from(header: HeaderRef<'_>) -> Self {
        header.to_header()
    }
}

/// Equality of names and unfolded values.
impl PartialEq for HeaderRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same_name = self.line.code == other.line.code
            && (self.line.code != Code::OTHER
                || self.name_str().eq_ignore_ascii_case(other.name_str()));
        same_name && self.value() == other.value()
    }
}

impl Eq for HeaderRef<'_> {}

/// Equality of names and unfolded values.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value == other.value
    }
}

impl Eq for Header {}

/// Headers that name neither a person nor a number nor a secret, shown whole in Debug output.
const SHOWN: &[HeaderName] = &[
    HeaderName::Via,
    HeaderName::CSeq,
    HeaderName::Date,
    HeaderName::RAck,
    HeaderName::RSeq,
    HeaderName::Allow,
    HeaderName::Event,
    HeaderName::Accept,
    HeaderName::MinSe,
    HeaderName::Reason,
    HeaderName::Server,
    HeaderName::CallId,
    HeaderName::Expires,
    HeaderName::Privacy,
    HeaderName::Require,
    HeaderName::Supported,
    HeaderName::Timestamp,
    HeaderName::UserAgent,
    HeaderName::MinExpires,
    HeaderName::RetryAfter,
    HeaderName::Unsupported,
    HeaderName::AllowEvents,
    HeaderName::ContentType,
    HeaderName::MaxForwards,
    HeaderName::MimeVersion,
    HeaderName::ProxyRequire,
    HeaderName::ContentLength,
    HeaderName::SessionExpires,
    HeaderName::SubscriptionState,
    HeaderName::ContentDisposition,
];

/// Headers that are addresses, shown without names and numbers in Debug output.
const ADDRESSES: &[HeaderName] = &[
    HeaderName::To,
    HeaderName::From,
    HeaderName::Route,
    HeaderName::Contact,
    HeaderName::ReferTo,
    HeaderName::ReplyTo,
    HeaderName::Diversion,
    HeaderName::ReferredBy,
    HeaderName::HistoryInfo,
    HeaderName::RecordRoute,
    HeaderName::RemotePartyId,
    HeaderName::PAssertedIdentity,
    HeaderName::PPreferredIdentity,
];

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, &self.name, &self.value)
    }
}

impl fmt::Debug for HeaderRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, &self.name(), &self.value_bytes())
    }
}

fn show(f: &mut fmt::Formatter<'_>, name: &HeaderName, value: &Bytes) -> fmt::Result {
    write!(f, "{name}: ")?;
    if SHOWN.contains(name) {
        return write!(f, "{}", String::from_utf8_lossy(value));
    }
    if !ADDRESSES.contains(name) {
        return f.write_str(MASK);
    }
    for (i, element) in Elements::new(value, 0..value.len()).enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let read = |element| NameAddr::read(value, element, &Grammar::default(), |address| address);
        match element.and_then(read) {
            Ok(address) => write!(f, "{comma}{address:?}")?,
            Err(_) => write!(f, "{comma}{MASK}")?,
        }
    }
    Ok(())
}
