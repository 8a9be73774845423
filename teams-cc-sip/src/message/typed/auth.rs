//! Challenges and credentials, by their syntax alone (RFC 3261 §20.7, §20.44, §25.1).

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use crate::message::{
    Grammar, HeaderName, ParseError, Rule, Text, TypedHeader,
    class::{self, is},
    cursor::Cursor,
    params::{param_value, quote, unquote},
    text::MASK,
};

/// A scheme with its parameters, as `Digest realm="…", nonce="…"`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Scheme {
    name: Text,
    params: Vec<(Text, Bytes)>,
    /// Credentials of one opaque word, as `Bearer` has.
    token68: Option<Text>,
}

impl Scheme {
    /// A scheme without parameters.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the name is not a token.
    pub fn new(scheme: &str) -> Result<Self, ParseError> {
        if !class::all(scheme.as_bytes(), class::TOKEN) {
            return Err(ParseError::new(Rule::Token, 0));
        }
        Ok(Self { name: Text::new(scheme)?, params: Vec::new(), token68: None })
    }

    /// The name, such as `Digest`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.name
    }

    /// Whether the scheme is Digest.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.name.eq_ignore_ascii_case("Digest")
    }

    /// The value of a parameter without quotes; it may be a secret.
    #[must_use]
    pub fn reveal(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        unquote(value)
    }

    /// The same scheme with a parameter in quotes.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the name is not a token, [`Rule::Control`] when the value holds a
    /// control character.
    pub fn with_quoted(mut self, name: &str, value: &str) -> Result<Self, ParseError> {
        let value = Bytes::from(quote(value)?);
        self.params.push((token(name)?, value));
        Ok(self)
    }

    /// The same scheme with a parameter that is a token.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when name or value is not a token.
    pub fn with_token(mut self, name: &str, value: &str) -> Result<Self, ParseError> {
        let value = Bytes::copy_from_slice(token(value)?.as_bytes());
        self.params.push((token(name)?, value));
        Ok(self)
    }

    /// Names of the parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.params.iter().map(|(name, _)| name.as_str())
    }

    fn read(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let mut read = Self { name: c.token()?, params: Vec::new(), token68: None };
        let before = c.pos();
        c.skip_ws();
        if c.peek().is_none() {
            return Ok(read);
        }
        if c.pos() == before {
            return Err(c.fail(Rule::Token));
        }
        if let Some(word) = token68(c.rest()) {
            read.token68 = Some(Text::checked(value.slice(c.pos()..c.pos() + word)));
            return Ok(read);
        }
        loop {
            let name = c.token()?;
            if !c.separator(b'=') {
                return Err(c.fail(Rule::Param));
            }
            if read.params.len() >= grammar.params {
                return Err(c.fail(Rule::TooManyParams));
            }
            // Written without the space before it, it would read as padding of one opaque word.
            if c.peek() == Some(b'=') {
                return Err(c.fail(Rule::Param));
            }
            read.params.push((name, param_value(&mut c)?));
            if !c.separator(b',') {
                c.end()?;
                return Ok(read);
            }
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.name.as_bytes());
        if let Some(word) = &self.token68 {
            out.push(b' ');
            out.extend_from_slice(word.as_bytes());
        }
        for (i, (name, value)) in self.params.iter().enumerate() {
            out.extend_from_slice(if i == 0 { b" " } else { b", " });
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
}

fn token(text: &str) -> Result<Text, ParseError> {
    if class::all(text.as_bytes(), class::TOKEN) {
        Text::new(text)
    } else {
        Err(ParseError::new(Rule::Token, 0))
    }
}

/// The length of one opaque word that fills the rest, with padding only at its end.
fn token68(rest: &[u8]) -> Option<usize> {
    let rest = rest.trim_ascii_end();
    let word = rest.iter().take_while(|&&b| is(b, class::TOKEN) || b == b'/').count();
    let padding = rest.get(word..)?.iter().all(|&b| b == b'=');
    (word > 0 && padding).then_some(rest.len())
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {MASK}", self.name)
    }
}

macro_rules! schemes {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $type(Scheme);

        impl $type {
            /// The header with this scheme.
            #[must_use]
            pub const fn new(scheme: Scheme) -> Self {
                Self(scheme)
            }

            /// The scheme and its parameters.
            #[must_use]
            pub const fn scheme(&self) -> &Scheme {
                &self.0
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                Scheme::read(value, grammar).map(Self)
            }

            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }
        }
    )*};
}

schemes! {
    /// A server's challenge (§20.44).
    WwwAuthenticate = WwwAuthenticate,
    /// A proxy's challenge (§20.27).
    ProxyAuthenticate = ProxyAuthenticate,
    /// Credentials for a server (§20.7).
    Authorization = Authorization,
    /// Credentials for a proxy (§20.28).
    ProxyAuthorization = ProxyAuthorization,
}

/// What a challenge holds: a scheme and its parameters.
pub type Challenge = Scheme;
/// What credentials hold: a scheme and its parameters.
pub type Credentials = Scheme;
