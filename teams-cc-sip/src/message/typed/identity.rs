//! Who signed for the caller (RFC 8224, RFC 8225). Nothing is verified here.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;

use crate::message::{
    Grammar, HeaderName, Params, ParseError, Rule, TypedHeader, class, cursor::Cursor,
    octets::Octets, text::MASK,
};

/// The signature over a call, kept byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    token: Octets,
    params: Params,
    /// The whole value, so that it is passed on exactly.
    wire: Octets,
}

/// The signed claims: two JSON texts and the signature, each without its base64.
///
/// Whoever reads them without verifying the signature learns only what the peer says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passport {
    /// The header: algorithm, type, address of the certificate (RFC 8225 §4). Empty in the
    /// compact form, which leaves it out.
    pub header: Vec<u8>,
    /// The claims: `orig`, `dest`, `iat` (RFC 8225 §5). Empty in the compact form.
    pub claims: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Identity {
    /// The signed token as it stands: three parts of base64 with dots between them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(self.token.as_slice()).unwrap_or_default()
    }

    /// The parts of the token, or nothing when it has not three parts of base64url.
    #[must_use]
    pub fn passport(&self) -> Option<Passport> {
        let mut parts = self.reveal().split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let passport =
            Passport { header: parts.next()??, claims: parts.next()??, signature: parts.next()?? };
        parts.next().is_none().then_some(passport)
    }

    /// Where the certificate is (`info`), without its angle brackets.
    #[must_use]
    pub fn info(&self) -> Option<&str> {
        self.params.get("info").map(|info| info.trim_matches(['<', '>', '"']))
    }

    /// The algorithm of the signature, such as `ES256`.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.params.get("alg")
    }

    /// The kind of claims, such as `shaken`.
    #[must_use]
    pub fn extension(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.params.find("ppt")?.value()
    }
}

impl TypedHeader for Identity {
    fn name() -> HeaderName {
        HeaderName::Identity
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let start = c.pos();
        // RFC 4474, which this replaced, had the signature in quotes.
        c.skip_quoted_or(class::PARAM_VALUE, Rule::Token)?;
        let token = c.cut(start);
        let params = Params::read_with_uris(&mut c)?;
        c.end()?;
        Ok(Self { token, params, wire: Octets::cut(value, 0..value.len()) })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.wire.as_slice());
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MASK}{:?}", self.params)
    }
}

impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
