//! The compact form: `header.payload.signature` (RFC 7515 §7.1).

use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::pick::{Picked, pick};
use super::{Claims, Jwk, JwtError};

/// The longest token looked at; those of the calling service have about 1.5 kB.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Claims up to this length are read without a block of their own.
const USUAL_CLAIMS_BYTES: usize = 1536;

/// The longest key id looked at.
const MAX_KEY_ID_BYTES: usize = 512;

/// The signature algorithms that are accepted (RFC 7518 §3.3 and §3.5).
///
/// There is deliberately no way to add `none` or a shared-secret algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "this list is the allow-list")]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl Algorithm {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }
}

/// A token whose signature is not proven yet. Nothing but its key id can be read.
#[derive(Debug)]
pub struct Unverified<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    header: Arc<Header>,
}

/// The first part of a token, read. Tokens signed with one key share it.
#[derive(Debug)]
pub(crate) struct Header {
    /// The part as it is written.
    text: Box<str>,
    algorithm: Algorithm,
    key_id: Arc<str>,
}

impl<'a> Unverified<'a> {
    /// Reads the header and splits the rest.
    ///
    /// `cty` is ignored: the calling service sets it to `JWT` on tokens that are not nested.
    ///
    /// # Errors
    ///
    /// [`JwtError::TooLong`], [`JwtError::Malformed`], [`JwtError::AlgorithmNotAllowed`],
    /// [`JwtError::CriticalExtension`] or [`JwtError::NoKeyId`].
    pub fn parse(token: &'a str) -> Result<Self, JwtError> {
        Self::parse_after(token, None)
    }

    /// As [`parse`](Self::parse); a header written as the one before is not read again.
    pub(crate) fn parse_after(
        token: &'a str,
        before: Option<Arc<Header>>,
    ) -> Result<Self, JwtError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLong);
        }
        let mut dots = memchr::memchr_iter(b'.', token.as_bytes());
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
            return Err(JwtError::Malformed);
        };
        let part = |from, to| token.get(from..to).ok_or(JwtError::Malformed);
        let (header, payload) = (part(0, first)?, part(first + 1, second)?);
        let (signed, signature) = (part(0, second)?, part(second + 1, token.len())?);
        let header = match before.filter(|before| *before.text == *header) {
            Some(before) => before,
            None => Arc::new(Header::read(header)?),
        };
        let signature = decode(signature)?;
        Ok(Self { signed, payload, signature, header })
    }

    /// The key the token names.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.header.key_id
    }

    /// What the token claims, unproven: good for refusing it alone.
    pub(crate) fn claimed(&self) -> Result<Claims, JwtError> {
        Claims::read(&decode(self.payload)?)
    }

    /// Proves the signature and reads what was signed.
    ///
    /// # Errors
    ///
    /// [`JwtError::BadSignature`], also where the key is bound to the other algorithm; after a
    /// good signature [`JwtError::Malformed`] or [`JwtError::BadClaims`].
    pub fn verify(&self, key: &Jwk) -> Result<Claims, JwtError> {
        self.verify_hashed(key, &digest(&SHA256, self.signed.as_bytes()))
    }

    /// As [`verify`](Self::verify), where the SHA-256 of what is signed is known already.
    pub(crate) fn verify_hashed(&self, key: &Jwk, signed: &Digest) -> Result<Claims, JwtError> {
        key.verify(self.header.algorithm, signed, &self.signature)?;
        let mut room = [0; USUAL_CLAIMS_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(self.payload, &mut room) {
            Ok(length) => Claims::read(room.get(..length).unwrap_or_default()),
            // It is longer, or malformed.
            Err(_) => Claims::read(&decode(self.payload)?),
        }
    }

    /// Claims that are texts; read them after a good signature alone.
    pub(crate) fn texts<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Box<str>>; N], JwtError> {
        let payload = decode(self.payload)?;
        let picked = pick(&payload, names).ok_or(JwtError::Malformed)?;
        Ok(picked.map(|claim| claim.as_ref().and_then(Picked::text).map(Into::into)))
    }

    /// To which app the token was issued: `azp` of a token of version 2.0, `appid` of version 1.0.
    #[cfg(feature = "encrypted-content")]
    pub(crate) fn publisher(&self) -> Result<Option<Box<str>>, JwtError> {
        let payload = decode(self.payload)?;
        let [second, first] = pick(&payload, ["azp", "appid"]).ok_or(JwtError::Malformed)?;
        Ok(second.or(first).as_ref().and_then(Picked::text).map(Into::into))
    }

    /// The header, for the tokens after this one.
    pub(crate) fn header(&self) -> &Arc<Header> {
        &self.header
    }
}

impl Header {
    fn read(text: &str) -> Result<Self, JwtError> {
        let header = decode(text)?;
        let [algorithm, key_id, extensions] =
            pick(&header, ["alg", "kid", "crit"]).ok_or(JwtError::Malformed)?;
        let algorithm = algorithm
            .as_ref()
            .and_then(Picked::text)
            .and_then(Algorithm::from_name)
            .ok_or(JwtError::AlgorithmNotAllowed)?;
        // RFC 7515 §4.1.11: extensions that are not understood make the token invalid.
        if extensions.is_some() {
            return Err(JwtError::CriticalExtension);
        }
        let key_id = key_id
            .as_ref()
            .and_then(Picked::text)
            .filter(|id| !id.is_empty() && id.len() <= MAX_KEY_ID_BYTES)
            .ok_or(JwtError::NoKeyId)?;
        Ok(Self { text: text.into(), algorithm, key_id: key_id.into() })
    }

    /// The key it names.
    pub(crate) fn key_id(&self) -> &Arc<str> {
        &self.key_id
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}
