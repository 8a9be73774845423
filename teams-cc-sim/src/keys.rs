//! The simulator's public test keys, and the tokens they sign (RFC 7515, RS256).

use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

/// The public halves of both keys, as the key endpoints serve them.
pub const JWKS: &str = include_str!("../keys/jwks.json");

/// The certificate that every app of the simulator has registered, in PEM.
pub const CLIENT_CERTIFICATE: &str = include_str!("../keys/client.cert.pem");

/// Its private key, in PEM; anybody can read it.
pub const CLIENT_KEY: &str = include_str!("../keys/client.key.pem");

const FIRST: &[u8] = include_bytes!("../keys/first.pkcs8.der");
const SECOND: &[u8] = include_bytes!("../keys/second.pkcs8.der");

/// The longest token looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Which test key signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two keys in the folder")]
pub enum SigningKey {
    /// The key of every day.
    #[default]
    First,
    /// The key after a rollover.
    Second,
}

impl SigningKey {
    /// The key id in the token's header.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::First => "sim-first",
            Self::Second => "sim-second",
        }
    }
}

/// Signs and checks tokens with the test keys. RS256 is deterministic, so runs sign alike.
pub(crate) struct Keys {
    first: RsaKeyPair,
    second: RsaKeyPair,
    client: RsaKeyPair,
    /// The SHA-256 and the SHA-1 of the clients' certificate, as assertions name them.
    thumbprints: (String, String),
}

impl Keys {
    pub(crate) fn load() -> Self {
        let read = |der: &[u8]| {
            RsaKeyPair::from_pkcs8(der).expect("the keys in the folder are RSA keys in PKCS #8")
        };
        let certificate = der(CLIENT_CERTIFICATE);
        let print = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &certificate));
        Self {
            first: read(FIRST),
            second: read(SECOND),
            client: read(&der(CLIENT_KEY)),
            thumbprints: (print(&SHA256), print(&SHA1_FOR_LEGACY_USE_ONLY)),
        }
    }

    /// The key of the certificate that apps have registered.
    pub(crate) fn client(&self) -> &RsaKeyPair {
        &self.client
    }

    /// The SHA-256 and the SHA-1 of that certificate, in base64url.
    pub(crate) fn client_thumbprints(&self) -> (&str, &str) {
        (&self.thumbprints.0, &self.thumbprints.1)
    }

    /// A compact JWS over these claims.
    pub(crate) fn sign(&self, key: SigningKey, claims: &Value) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": key.id(), "x5t": key.id()});
        let mut token = encode(&header);
        token.push('.');
        token.push_str(&encode(claims));
        let pair = match key {
            SigningKey::First => &self.first,
            SigningKey::Second => &self.second,
        };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("a 2048-bit key signs any message into a buffer of its modulus length");
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        token
    }

    /// The claims of a token that one of our keys signed.
    ///
    /// RS256 is deterministic, so signing again and comparing checks the signature.
    pub(crate) fn claims(&self, token: &str) -> Option<Value> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let mut parts = token.split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        [SigningKey::First, SigningKey::Second]
            .into_iter()
            .any(|key| self.sign(key, &claims) == token)
            .then_some(claims)
    }
}

/// What a text in PEM holds.
fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).expect("the files in the folder are PEM")
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    #[test]
    fn a_token_verifies_with_the_published_key() {
        let keys = Keys::load();
        let set: Value = serde_json::from_str(JWKS).unwrap();
        for (at, key) in [SigningKey::First, SigningKey::Second].into_iter().enumerate() {
            let token = keys.sign(key, &json!({"aud": "app", "tid": "tenant"}));
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let part =
                |name| URL_SAFE_NO_PAD.decode(set["keys"][at][name].as_str().unwrap()).unwrap();
            assert_eq!(set["keys"][at]["kid"], key.id());
            RsaPublicKeyComponents { n: part("n"), e: part("e") }
                .verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    signed.as_bytes(),
                    &URL_SAFE_NO_PAD.decode(signature).unwrap(),
                )
                .unwrap();
            assert_eq!(keys.claims(&token).unwrap()["tid"], "tenant");
        }
    }

    #[test]
    fn a_changed_token_has_no_claims() {
        let keys = Keys::load();
        let token = keys.sign(SigningKey::First, &json!({"roles": []}));
        let other = keys.sign(SigningKey::First, &json!({"roles": ["Calls.Initiate.All"]}));
        let (head, _) = token.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        assert!(keys.claims(&format!("{head}.{signature}")).is_none());
        for broken in ["", "a.b", "a.b.c.d", "….….…", "e30.e30."] {
            assert!(keys.claims(broken).is_none(), "{broken}");
        }
    }
}
