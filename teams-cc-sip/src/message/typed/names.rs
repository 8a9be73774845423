//! Headers that are lists of names and media types (RFC 3261 §20, RFC 3323).

use std::{fmt, ops::Range};

use bytes::Bytes;

use crate::message::{
    Grammar, HeaderName, Method, Params, ParseError, Rule, Text, TypedHeader, class, cursor::Cursor,
};

macro_rules! tokens {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Text);

        impl $type {
            /// One element of the list.
            ///
            /// # Errors
            ///
            /// [`Rule::Token`] when the text is not a token.
            pub fn new(token: &str) -> Result<Self, ParseError> {
                Self::parse_value(&Bytes::copy_from_slice(token.as_bytes()), &Grammar::default())
            }

            /// The token; compares without case.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                Self::parse_within(value, 0..value.len(), grammar)
            }

            fn parse_within(
                text: &Bytes,
                value: Range<usize>,
                grammar: &Grammar,
            ) -> Result<Self, ParseError> {
                let mut c = Cursor::within(text, value, grammar);
                let token = c.token()?;
                c.end()?;
                Ok(Self(token))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0.as_bytes());
            }
        }
    )*};
}

tokens! {
    /// An extension the sender understands (§20.37).
    Supported = Supported,
    /// An extension the receiver must understand (§20.32).
    Require = Require,
    /// An extension every proxy must understand (§20.29).
    ProxyRequire = ProxyRequire,
    /// An extension the receiver does not understand (§20.40).
    Unsupported = Unsupported,
    /// An event package the sender understands (RFC 6665).
    AllowEvents = AllowEvents,
    /// How urgent the request is for people (§20.26), such as `emergency`.
    Priority = Priority,
    /// How the body is coded, such as `gzip` (§20.12).
    ContentEncoding = ContentEncoding,
    /// The language of the body (§20.13).
    ContentLanguage = ContentLanguage,
    /// Which state a PUBLISH made (RFC 3903 §11.3.1).
    SipEtag = SipEtag,
    /// Which state a PUBLISH changes (RFC 3903 §11.3.2).
    SipIfMatch = SipIfMatch,
}

/// A method the sender understands (§20.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Allow(Method);

impl Allow {
    /// One method of the list.
    #[must_use]
    pub const fn new(method: Method) -> Self {
        Self(method)
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.0
    }
}

impl TypedHeader for Allow {
    fn name() -> HeaderName {
        HeaderName::Allow
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        Self::parse_within(value, 0..value.len(), grammar)
    }

    fn parse_within(text: &Bytes, value: Range<usize>, _: &Grammar) -> Result<Self, ParseError> {
        Method::from_bytes(text, value).map(Self)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_str().as_bytes());
    }
}

/// What the caller wants withheld: tokens between semicolons (RFC 3323 §4.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Privacy(Vec<Text>);

impl Privacy {
    /// Asks to withhold these, such as `id`.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when one is not a token or there is none.
    pub fn new(values: &[&str]) -> Result<Self, ParseError> {
        let value = Bytes::from(values.join(";"));
        Self::parse_value(&value, &Grammar::default())
    }

    /// Whether the value stands, such as `id`, `user` or `history`.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|v| v.eq_ignore_ascii_case(value))
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Text::as_str)
    }
}

impl TypedHeader for Privacy {
    fn name() -> HeaderName {
        HeaderName::Privacy
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let mut values = vec![c.token()?];
        while c.separator(b';') {
            if values.len() >= grammar.params {
                return Err(c.fail(Rule::TooManyParams));
            }
            values.push(c.token()?);
        }
        c.end()?;
        Ok(Self(values))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let joined: Vec<_> = self.iter().collect();
        out.extend_from_slice(joined.join(";").as_bytes());
    }
}

macro_rules! media {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $type {
            /// The type, as `application`.
            pub kind: Text,
            /// The subtype, as `sdp`.
            pub subtype: Text,
            /// The parameters.
            pub params: Params,
        }

        impl $type {
            /// Reads a media type such as `application/sdp`.
            ///
            /// # Errors
            ///
            /// The rule that the text breaks, with its offset.
            pub fn parse(text: &str) -> Result<Self, ParseError> {
                Self::parse_value(&Bytes::copy_from_slice(text.as_bytes()), &Grammar::default())
            }

            /// `application/sdp`.
            #[must_use]
            pub const fn sdp() -> Self {
                Self {
                    kind: Text::known("application"),
                    subtype: Text::known("sdp"),
                    params: Params::new(),
                }
            }

            /// Whether type and subtype are these, whatever the parameters.
            #[must_use]
            pub fn is(&self, kind: &str, subtype: &str) -> bool {
                self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                let mut c = Cursor::new(value, grammar);
                let kind = c.text(class::TOKEN, Rule::Token)?;
                if !c.separator(b'/') {
                    return Err(c.fail(Rule::Token));
                }
                let subtype = c.token()?;
                let params = Params::read(&mut c)?;
                c.end()?;
                Ok(Self { kind, subtype, params })
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.kind.as_bytes());
                out.push(b'/');
                out.extend_from_slice(self.subtype.as_bytes());
                self.params.write(out);
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", self.kind, self.subtype)
            }
        }
    )*};
}

media! {
    /// The type of the body (§20.15).
    ContentType = ContentType,
    /// A type the sender takes (§20.1).
    Accept = Accept,
}
