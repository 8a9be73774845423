//! Published keys (RFC 7517).

use std::{collections::BTreeMap, fmt, sync::Arc};

use aws_lc_rs::digest::Digest;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Algorithm, JwtError};
use crate::wire::without_mark;

/// The longest JWK set read; the calling service publishes some 40 kB with its certificates.
pub const MAX_JWK_SET_BYTES: usize = 1024 * 1024;

/// The most keys kept of one set; later ones are dropped.
pub const MAX_KEYS: usize = 256;

/// The longest modulus looked at: 8192 bits, the most that is verified.
const MAX_MODULUS_BYTES: usize = 1024;

/// One RSA public key.
///
/// Keys under 2048 bits never verify anything.
#[derive(Clone)]
pub struct Jwk {
    key: Arc<PublicKey>,
    /// The one algorithm the key may be used with, where its publisher says so.
    algorithm: Option<Algorithm>,
}

/// A key ready to check signatures: making it so costs nearly as much as checking one.
struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    rs256: ParsedPublicKey,
    ps256: ParsedPublicKey,
}

impl PublicKey {
    fn new(modulus: Vec<u8>, exponent: Vec<u8>) -> Option<Self> {
        let components = RsaPublicKeyComponents { n: &modulus, e: &exponent };
        let rs256 = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
        let ps256 = components.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256).ok()?;
        Some(Self { modulus, exponent, rs256, ps256 })
    }
}

impl Jwk {
    /// Whether the signature is one of the message with this SHA-256.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &Digest,
        signature: &[u8],
    ) -> Result<(), JwtError> {
        if self.algorithm.is_some_and(|only| only != algorithm) {
            return Err(JwtError::BadSignature);
        }
        let key = match algorithm {
            Algorithm::Rs256 => &self.key.rs256,
            Algorithm::Ps256 => &self.key.ps256,
        };
        key.verify_digest_sig(message, signature).map_err(|_| JwtError::BadSignature)
    }

    /// Whether this is the same key, and bound in the same way.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (&*self.key, &*other.key);
        self.algorithm == other.algorithm
            && (Arc::ptr_eq(&self.key, &other.key)
                || (ours.modulus == theirs.modulus && ours.exponent == theirs.exponent))
    }

    /// Reads one key; none where it is no RSA signature key that can be used here.
    fn read(key: &Value) -> Option<(Box<str>, Self)> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        if text("kty") != Some("RSA") || text("use").is_some_and(|use_| use_ != "sig") {
            return None;
        }
        let algorithm = match text("alg") {
            None => None,
            Some(name) => Some(Algorithm::from_name(name)?),
        };
        let id = text("kid").filter(|id| !id.is_empty())?;
        let number = |name: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok()?;
            // Some publishers keep the sign byte of the DER form.
            let start = bytes.iter().position(|byte| *byte != 0)?;
            bytes.get(start..).filter(|rest| rest.len() <= MAX_MODULUS_BYTES).map(<[u8]>::to_vec)
        };
        let key = Arc::new(PublicKey::new(number("n")?, number("e")?)?);
        Some((id.into(), Self { key, algorithm }))
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The keys of an issuer by their ids.
#[derive(Clone, Debug, Default)]
pub struct JwkSet {
    keys: BTreeMap<Box<str>, Jwk>,
}

impl JwkSet {
    /// Reads a set; keys of other kinds or uses are passed over (RFC 7517 §5).
    ///
    /// # Errors
    ///
    /// [`JwtError::Malformed`] where the body is too long, no JSON, or has no list of keys.
    pub fn parse(body: &[u8]) -> Result<Self, JwtError> {
        if body.len() > MAX_JWK_SET_BYTES {
            return Err(JwtError::Malformed);
        }
        let set: Value =
            serde_json::from_slice(without_mark(body)).map_err(|_| JwtError::Malformed)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwtError::Malformed)?;
        Ok(Self { keys: keys.iter().filter_map(Jwk::read).take(MAX_KEYS).collect() })
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Jwk> {
        self.keys.get(id)
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
