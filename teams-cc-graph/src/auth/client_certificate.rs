//! [Certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials): an assertion signed for each request.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use teams_cc_core::Timestamp;
use teams_cc_core::secret::Secret;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::registration::Occasion;
use crate::error::{ConfigError, Error};

/// How long an assertion may be used; Microsoft asks for five to ten minutes.
const LIFE: Duration = Duration::from_mins(10);

/// The least size of RSA that signs, in bytes.
const MIN_MODULUS_BYTES: usize = 256;

/// A certificate with its private key. Debug shows neither.
pub struct ClientCertificate {
    key: KeyPair,
    algorithm: Algorithm,
    /// The SHA-256 and the SHA-1 of the certificate, as headers name them.
    sha256: String,
    sha1: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

#[derive(Clone, Copy)]
enum Algorithm {
    Ps256,
    Rs256,
}

/// Why a certificate cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text holds no certificate.
    #[error("the client certificate cannot be read: give X.509 as PEM or DER")]
    Certificate,
    /// The text holds no RSA key of 2048 bits or more.
    #[error(
        "the certificate's private key cannot be read: give RSA of 2048 bits or more, unencrypted"
    )]
    PrivateKey,
    /// The key is not the certificate's.
    #[error(
        "the private key is not that of the client certificate: give the two that belong together"
    )]
    NoPair,
    /// The certificate's time is over.
    #[error("the client certificate expired at {0}: register a new one and sign with it")]
    Expired(Timestamp),
    /// The certificate's time has not come.
    #[error("the client certificate is valid from {0} on: check this machine's clock")]
    NotYetValid(Timestamp),
}

impl ClientCertificate {
    /// A certificate and its private key in PEM; both may stand in one text.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] says which of the two is wrong.
    pub fn from_pem(certificate: &str, private_key: &Secret) -> Result<Self, CertificateError> {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|_| CertificateError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(private_key.reveal().as_bytes())
            .map_err(|_| CertificateError::PrivateKey)?;
        let pair = match &key {
            PrivateKeyDer::Pkcs1(key) => KeyPair::from_der(key.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(key) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
            _ => return Err(CertificateError::PrivateKey),
        };
        Self::of(&certificate, pair.map_err(|_| CertificateError::PrivateKey)?)
    }

    /// A certificate and its private key in DER, as X.509 and PKCS #8.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] says which of the two is wrong.
    pub fn from_der(certificate: &[u8], private_key: &[u8]) -> Result<Self, CertificateError> {
        let pair = KeyPair::from_pkcs8(private_key).map_err(|_| CertificateError::PrivateKey)?;
        Self::of(certificate, pair)
    }

    fn of(certificate: &[u8], key: KeyPair) -> Result<Self, CertificateError> {
        let (rest, read) =
            X509Certificate::from_der(certificate).map_err(|_| CertificateError::Certificate)?;
        if !rest.is_empty() {
            return Err(CertificateError::Certificate);
        }
        if key.public_modulus_len() < MIN_MODULUS_BYTES {
            return Err(CertificateError::PrivateKey);
        }
        let public = AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key())
            .map_err(|_| CertificateError::PrivateKey)?;
        if public.as_ref() != read.public_key().raw {
            return Err(CertificateError::NoPair);
        }
        let time =
            |time: x509_parser::time::ASN1Time| Timestamp::from_unix_seconds(time.timestamp());
        Ok(Self {
            key,
            algorithm: Algorithm::Ps256,
            sha256: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate)),
            sha1: URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate)),
            not_before: time(read.validity().not_before),
            not_after: time(read.validity().not_after),
        })
    }

    /// Sign with `RS256` and name the certificate by its SHA-1, for services that know no better.
    ///
    /// Default: `PS256` and SHA-256, as Microsoft recommends.
    #[must_use]
    pub fn legacy_signature(mut self) -> Self {
        self.algorithm = Algorithm::Rs256;
        self
    }

    /// When the certificate's time is over: renew it before.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Signs one assertion of the app (RFC 7523 §3).
    pub(super) fn assert(&self, occasion: &Occasion<'_>) -> Result<Secret, Error> {
        let now = occasion.now;
        if now > self.not_after {
            return Err(ConfigError::from(CertificateError::Expired(self.not_after)).into());
        }
        if now < self.not_before {
            return Err(ConfigError::from(CertificateError::NotYetValid(self.not_before)).into());
        }
        let (header, encoding): (_, &'static dyn RsaEncoding) = match self.algorithm {
            Algorithm::Ps256 => {
                (json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.sha256 }), &RSA_PSS_SHA256)
            }
            Algorithm::Rs256 => {
                (json!({ "alg": "RS256", "typ": "JWT", "x5t": self.sha1 }), &RSA_PKCS1_SHA256)
            }
        };
        let client = occasion.client_id.as_str();
        let payload = json!({
            "aud": occasion.audience,
            "iss": client,
            "sub": client,
            "jti": occasion.id.to_string(),
            "nbf": now.unix_seconds(),
            "iat": now.unix_seconds(),
            "exp": (now + LIFE).unix_seconds(),
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&payload));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| ConfigError::from(CertificateError::PrivateKey))?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
