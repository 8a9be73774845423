//! What is wrong with bytes, where, and by which rule.

use std::fmt;

use super::{HeaderName, Response};

/// The rule that a message, a header or a URI breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// The message or its header section ends too early.
    #[error("message ends before its end")]
    Truncated,
    /// More octets than the limits allow.
    #[error("message is larger than the limit allows")]
    TooLarge,
    /// More header lines than the limits allow.
    #[error("more headers than the limit allows")]
    TooManyHeaders,
    /// More parameters or list values than the limits allow.
    #[error("more parameters than the limit allows")]
    TooManyParams,
    /// A CR without LF, or a LF without CR.
    #[error("line ends with a bare CR or LF")]
    LineEnd,
    /// A control character where none may stand.
    #[error("control character")]
    Control,
    /// The first line is neither a Request-Line nor a Status-Line (RFC 3261 §7).
    #[error("start line is malformed")]
    StartLine,
    /// A version other than `SIP/2.0`.
    #[error("version is not SIP/2.0")]
    Version,
    /// A status code that is not three digits from 100 to 699.
    #[error("status code is not between 100 and 699")]
    StatusCode,
    /// A method that is not a token.
    #[error("method is not a token")]
    Method,
    /// A header line without a name or a colon.
    #[error("header line has no name and colon")]
    HeaderLine,
    /// A Content-Length that is not a number or does not fit.
    #[error("content length is not a number")]
    ContentLength,
    /// A second Content-Length, equal or not.
    #[error("content length appears twice")]
    DuplicateContentLength,
    /// A stream message without Content-Length (RFC 3261 §18.3).
    #[error("stream message has no content length")]
    NoContentLength,
    /// Fewer octets than Content-Length announces.
    #[error("body is shorter than its content length")]
    ShortBody,
    /// A URI without a scheme, or with a malformed one.
    #[error("uri has no scheme")]
    Scheme,
    /// A user part with characters that must be escaped.
    #[error("user part of the uri holds a character that must be escaped")]
    User,
    /// A host that is neither a name nor an address.
    #[error("host is neither a name nor an address")]
    Host,
    /// A port that is not a number up to 65535.
    #[error("port is not a number up to 65535")]
    Port,
    /// A parameter with an empty name, a missing value or a forbidden character.
    #[error("parameter is malformed")]
    Param,
    /// A parameter that stands twice (RFC 3261 §7.3.1, §19.1.1).
    #[error("parameter stands twice")]
    RepeatedParam,
    /// The header part of a URI is malformed.
    #[error("header part of the uri is malformed")]
    UriHeader,
    /// A URI with `?`, `;` or `,` outside angle brackets (RFC 3261 §20).
    #[error("uri must stand in angle brackets")]
    AngleBrackets,
    /// A telephone number with characters of no number (RFC 3966).
    #[error("telephone number is malformed")]
    Number,
    /// A quoted string without its end.
    #[error("quoted string has no end")]
    Quote,
    /// A display name that must be quoted.
    #[error("display name must be quoted")]
    DisplayName,
    /// An empty element in a comma-separated list.
    #[error("list holds an empty element")]
    EmptyElement,
    /// A token is missing or holds other characters.
    #[error("token expected")]
    Token,
    /// A number is missing, not decimal, or out of its range.
    #[error("number is missing or out of range")]
    OutOfRange,
    /// A date that is not in the form of RFC 3261 §20.17.
    #[error("date is not an RFC 1123 date in GMT")]
    Date,
    /// Octets after the end of a value.
    #[error("value goes on after its end")]
    Trailing,
    /// A header the message must carry is missing.
    #[error("mandatory header is missing")]
    Missing,
    /// A header that may stand once stands twice.
    #[error("header may stand only once")]
    Repeated,
    /// The method of `CSeq` differs from the method of the request.
    #[error("cseq method differs from the request method")]
    MethodMismatch,
    /// A Request-URI with a header part (RFC 3261 §19.1.1).
    #[error("request uri carries headers")]
    RequestUriHeaders,
    /// A tag that must stand and does not.
    #[error("tag is missing")]
    NoTag,
}

/// A broken rule and where it was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ParseError {
    rule: Rule,
    offset: usize,
    /// Kept apart, so that what is read without fault is handed on in few moves.
    header: Option<Box<HeaderName>>,
}

impl ParseError {
    /// Names a rule broken at a byte offset.
    #[must_use]
    pub const fn new(rule: Rule, offset: usize) -> Self {
        Self { rule, offset, header: None }
    }

    /// Names the header in whose value the offset counts.
    #[must_use]
    pub fn in_header(mut self, name: HeaderName) -> Self {
        self.header.get_or_insert_with(|| Box::new(name));
        self
    }

    /// Which rule was broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// The byte where it was broken. It counts in the header's value when [`Self::header`] names
    /// one, otherwise in the input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The header whose value is at fault, if one is.
    #[must_use]
    pub fn header(&self) -> Option<&HeaderName> {
        self.header.as_deref()
    }

    /// What was found in a value that stands in a message: offsets count in the value from here on.
    #[cold]
    pub(crate) fn place_in(&mut self, name: HeaderName, start: usize) {
        self.offset = self.offset.saturating_sub(start);
        self.header.get_or_insert_with(|| Box::new(name));
    }

    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.offset = self.offset.saturating_add(by);
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.header {
            Some(name) => write!(f, "{} at byte {} of {name}", self.rule, self.offset),
            None => write!(f, "{} at byte {}", self.rule, self.offset),
        }
    }
}

/// A message that cannot be read. The answer it deserves comes along if one can be addressed.
///
/// RFC 3261 §8.2 and §16.3 ask for 400 where the top Via, From, To, Call-ID and `CSeq` of a
/// request can still be read, and for silence where they cannot.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot read sip message: {error}")]
#[non_exhaustive]
pub struct Fault {
    /// What is wrong.
    #[source]
    pub error: ParseError,
    /// The response to send back, or nothing when none can be addressed.
    pub answer: Option<Box<Response>>,
}

impl From<ParseError> for Fault {
    fn from(error: ParseError) -> Self {
        Self { error, answer: None }
    }
}
