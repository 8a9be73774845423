//! What applications tell each other: user-to-user data, emergency priority, bodies by name.

use std::fmt;

use bytes::Bytes;

use super::CallId;
use crate::message::{
    Grammar, HeaderName, Params, ParseError, Rule, Text, TypedHeader, class, cursor::Cursor,
    octets::Octets, params::unquote, text::MASK,
};

/// Data that two users pass through the call (RFC 7433); hidden in [`Debug`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserToUser {
    data: Octets,
    params: Params,
}

impl UserToUser {
    /// Data in hexadecimal digits, the only encoding RFC 7433 §4.1 names.
    #[must_use]
    pub fn hex(data: &[u8]) -> Self {
        let digit = |half: u8| b"0123456789ABCDEF".get(usize::from(half)).copied();
        let digits = data.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        let digits: Vec<u8> = digits.flatten().collect();
        let mut params = Params::new();
        // Name and value are tokens, so they are always taken.
        let _ = params.put("encoding", Some(b"hex"));
        Self { data: digits.into(), params }
    }

    /// The data as it stands, without quotes; it may hold anything about a person.
    #[must_use]
    pub fn reveal(&self) -> Option<std::borrow::Cow<'_, str>> {
        unquote(self.data.as_slice())
    }

    /// The octets behind `encoding=hex`, which is also what no encoding means.
    #[must_use]
    pub fn reveal_octets(&self) -> Option<Vec<u8>> {
        let encoding = self.params.get("encoding");
        if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("hex")) {
            return None;
        }
        let digits = self.reveal()?;
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let octets = pairs.iter().map(|[high, low]| class::unhex(*high, *low)).collect();
        if rest.is_empty() { octets } else { None }
    }

    /// The parameters: `purpose`, `content`, `encoding`.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }
}

impl TypedHeader for UserToUser {
    fn name() -> HeaderName {
        HeaderName::UserToUser
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let start = c.pos();
        c.skip_quoted_or(class::TOKEN, Rule::Token)?;
        let data = c.cut(start);
        let params = Params::read(&mut c)?;
        c.end()?;
        Ok(Self { data, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.data.as_slice());
        self.params.write(out);
    }
}

impl fmt::Debug for UserToUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MASK}{:?}", self.params)
    }
}

macro_rules! priorities {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $type {
            /// The namespace, such as `esnet`.
            pub namespace: Text,
            /// The priority within it.
            pub priority: Text,
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                let mut c = Cursor::new(value, grammar);
                let token = c.token()?;
                c.end()?;
                match token.split_once('.') {
                    Some((namespace, priority))
                        if !namespace.is_empty()
                            && !priority.is_empty()
                            && !priority.contains('.') =>
                    {
                        Ok(Self { namespace: Text::new(namespace)?, priority: Text::new(priority)? })
                    }
                    _ => Err(ParseError::new(Rule::Token, 0)),
                }
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.namespace.as_bytes());
                out.push(b'.');
                out.extend_from_slice(self.priority.as_bytes());
            }
        }
    )*};
}

priorities! {
    /// A priority the request claims (RFC 4412 §3.1), as emergency calls may.
    ResourcePriority = ResourcePriority,
    /// A priority the sender understands (RFC 4412 §3.2).
    AcceptResourcePriority = AcceptResourcePriority,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $type(Octets);

        impl $type {
            /// The text; octets that are not UTF-8 are replaced.
            #[must_use]
            pub fn reveal(&self) -> std::borrow::Cow<'_, str> {
                String::from_utf8_lossy(self.0.as_slice())
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, _: &Grammar) -> Result<Self, ParseError> {
                Ok(Self(Octets::cut(value, 0..value.len())))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0.as_slice());
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }
    )*};
}

texts! {
    /// What the call is about (RFC 3261 §20.36).
    Subject = Subject,
    /// Whom the sender belongs to (RFC 3261 §20.25).
    Organization = Organization,
    /// What program asks (RFC 3261 §20.41).
    UserAgent = UserAgent,
    /// What program answers (RFC 3261 §20.35).
    Server = Server,
}

/// The name of a body or a part of one (RFC 2392, RFC 8262).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentId(Text);

impl ContentId {
    /// The name without its angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TypedHeader for ContentId {
    fn name() -> HeaderName {
        HeaderName::ContentId
    }

    fn parse_value(value: &Bytes, _: &Grammar) -> Result<Self, ParseError> {
        let inner = value.strip_prefix(b"<").and_then(|v| v.strip_suffix(b">"));
        let inner = inner.ok_or(ParseError::new(Rule::AngleBrackets, 0))?;
        let bad = inner.iter().position(|b| !b.is_ascii_graphic() || b"<>".contains(b));
        match bad {
            Some(at) => Err(ParseError::new(Rule::Token, at + 1)),
            None if inner.is_empty() => Err(ParseError::new(Rule::Token, 1)),
            None => Ok(Self(Text::cut(value, 1..value.len() - 1))),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'<');
        out.extend_from_slice(self.0.as_bytes());
        out.push(b'>');
    }
}

/// The version of MIME that a body follows (RFC 3261 §20.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MimeVersion {
    /// The number before the dot.
    pub major: u32,
    /// The number after the dot.
    pub minor: u32,
}

impl TypedHeader for MimeVersion {
    fn name() -> HeaderName {
        HeaderName::MimeVersion
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let major = c.number(u32::MAX)?;
        if !c.eat(b'.') {
            return Err(c.fail(Rule::Token));
        }
        let minor = c.number(u32::MAX)?;
        c.end()?;
        Ok(Self { major, minor })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{}.{}", self.major, self.minor).as_bytes());
    }
}

/// A call that this one answers (RFC 3261 §20.21).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InReplyTo(Text);

impl InReplyTo {
    /// The Call-ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TypedHeader for InReplyTo {
    fn name() -> HeaderName {
        HeaderName::InReplyTo
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let text = CallId::read(&mut c)?;
        c.end()?;
        Ok(Self(text))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

/// When a request was sent, for the response to repeat (RFC 3261 §20.38).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Timestamp {
    /// Seconds of the sender's clock, as written.
    pub sent: Text,
    /// Seconds the server took, as written.
    pub delay: Option<Text>,
}

impl TypedHeader for Timestamp {
    fn name() -> HeaderName {
        HeaderName::Timestamp
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let sent = decimal(&mut c)?;
        c.skip_ws();
        let delay = if c.is_at_end() { None } else { Some(decimal(&mut c)?) };
        c.end()?;
        Ok(Self { sent, delay })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.sent.as_bytes());
        if let Some(delay) = &self.delay {
            out.push(b' ');
            out.extend_from_slice(delay.as_bytes());
        }
    }
}

/// `*DIGIT [ "." *DIGIT ]`, at least one digit.
fn decimal(c: &mut Cursor<'_>) -> Result<Text, ParseError> {
    let start = c.pos();
    let len = c.rest().iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    c.advance(len);
    let text = c.slice(start..c.pos());
    let dots = memchr::memchr_iter(b'.', text).count();
    if dots > 1 || !text.iter().any(u8::is_ascii_digit) {
        return Err(ParseError::new(Rule::OutOfRange, start));
    }
    Ok(Text::checked(c.cut(start)))
}
