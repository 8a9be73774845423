//! Who answers a digest challenge, and why one is not answered (RFC 3261 §22.4).

use teams_cc_core::Secret;

/// Why a challenge is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// The scheme is not Digest, or realm or nonce is missing.
    #[error("challenge is not digest with realm and nonce")]
    NotDigest,
    /// An algorithm that is not computed here; `rsip` computes plain MD5 and SHA-256 alone.
    #[error("digest algorithm is not supported, ask the carrier for md5 or sha-256")]
    Algorithm,
    /// Only a quality of protection that is not computed here is offered.
    #[error("digest quality of protection is not supported, ask the carrier for auth")]
    Qop,
    /// The nonce was used too often: let the server give a new one.
    #[error("nonce was answered nine times, send the request without credentials")]
    NonceUses,
    /// The method or the URI is one that `rsip` cannot hold.
    #[error("digest cannot be computed for this method or uri")]
    Unsupported,
    /// The challenge is of another realm than the one that is set for the user.
    #[error("challenge is of another realm than the one of the account")]
    Realm,
    /// More realms challenge than one carrier's account answers.
    #[error("more realms challenge than an account answers")]
    Realms,
    /// The answer to a fresh challenge was challenged again.
    #[error("the carrier does not accept the credentials: check user name, password and realm")]
    Refused,
    /// A part holds a control character.
    #[error("user name or challenge holds a control character")]
    Control,
}

/// A user of a carrier trunk that challenges.
#[derive(Clone)]
pub struct DigestUser {
    pub(crate) name: String,
    pub(crate) password: Secret,
    pub(crate) realm: Option<Box<str>>,
}

impl DigestUser {
    /// A user with a password; neither is ever shown.
    #[must_use]
    pub fn new(name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { name: name.into(), password: password.into(), realm: None }
    }

    /// Answers challenges of this realm alone. Default: of any realm the carrier names.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        self.realm = Some(realm.into());
        self
    }
}

impl std::fmt::Debug for DigestUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DigestUser(***)")
    }
}

#[cfg(test)]
#[cfg(feature = "rsip")]
mod tests {
    use super::{
        super::{
            Method, TypedHeader as _, Uri,
            rsip::digest,
            typed::{Credentials, WwwAuthenticate},
        },
        *,
    };

    #[test]
    fn digest_answers_are_those_of_the_rfc_formula() {
        // Values computed by the formula of RFC 7616 §3.4.1 with another implementation.
        let table = [
            (r#"Digest realm="r", nonce="n""#, MD5_PLAIN),
            (r#"Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5"#, MD5_AUTH),
            (r#"Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, opaque="o""#, SHA_AUTH),
        ];
        for (challenge, expected) in table {
            let answer = respond(challenge, 1).unwrap();
            assert_eq!(answer.reveal("response").unwrap(), expected, "{challenge}");
            assert!(!format!("{answer:?}").contains(expected));
        }
        let refused = [
            ("Basic realm=\"r\"", 1, DigestError::NotDigest),
            (r#"Digest realm="r""#, 1, DigestError::NotDigest),
            (r#"Digest realm="r", nonce="n", algorithm=MD5-sess"#, 1, DigestError::Algorithm),
            (r#"Digest realm="r", nonce="n", qop="auth-int""#, 1, DigestError::Qop),
            (r#"Digest realm="r", nonce="n", qop="auth""#, 10, DigestError::NonceUses),
        ];
        for (challenge, count, expected) in refused {
            assert_eq!(respond(challenge, count).unwrap_err(), expected);
        }
    }

    const MD5_PLAIN: &str = "7db010411f9505a657989970ee51b314";
    const MD5_AUTH: &str = "c5a4ec0138951a9a6eb09d29c382cc71";
    const SHA_AUTH: &str = "d15da9e0ea9e4079c13ceed3d5f43ac619bd87d989a3d48fde7d707221d530e0";

    fn respond(challenge: &str, count: u8) -> Result<Credentials, DigestError> {
        let value = bytes::Bytes::copy_from_slice(challenge.as_bytes());
        let challenge =
            WwwAuthenticate::parse_value(&value, &super::super::Grammar::default()).unwrap();
        let uri = Uri::parse("sip:carrier.example.com").unwrap();
        let user = DigestUser::new("bob", "zanzibar");
        digest(challenge.scheme(), &user, &Method::Register, &uri, "c", count)
    }
}
