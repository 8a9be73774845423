//! A certificate of the app with its private key.

use std::fmt;

use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    encoding::PublicKeyX509Der,
    rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use teams_cc_core::Timestamp;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::ContentKeyError;

/// The longest name of a certificate, in characters (Learn, subscription).
pub const MAX_CERTIFICATE_ID: usize = 128;

/// The sizes of RSA that Graph takes, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A certificate that a subscription names, and the private key that opens what is sent to it.
///
/// Graph asks for RSA of 2048 to 4096 bits; a certificate that signs itself will do. It is given
/// the certificate alone, by [`certificate`](Self::certificate).
pub struct ContentKey {
    id: Box<str>,
    certificate: Box<str>,
    thumbprint: [u8; 20],
    not_before: Timestamp,
    not_after: Timestamp,
    pub(super) private: OaepPrivateDecryptingKey,
}

impl ContentKey {
    /// A key by the name that subscriptions give it, from X.509 and PKCS #8 in DER.
    ///
    /// # Errors
    ///
    /// [`ContentKeyError`], where the name, one of the two or their pairing is wrong.
    pub fn new(id: &str, certificate: &[u8], private_key: &[u8]) -> Result<Self, ContentKeyError> {
        check_id(id)?;
        let (rest, read) =
            X509Certificate::from_der(certificate).map_err(|_| ContentKeyError::Certificate)?;
        if !rest.is_empty() {
            return Err(ContentKeyError::Certificate);
        }
        let private = PrivateDecryptingKey::from_pkcs8(private_key)
            .map_err(|_| ContentKeyError::PrivateKey)?;
        if !RSA_BITS.contains(&private.key_size_bits()) {
            return Err(ContentKeyError::PrivateKey);
        }
        let public =
            aws_lc_rs::encoding::AsDer::<PublicKeyX509Der<'_>>::as_der(&private.public_key())
                .map_err(|_| ContentKeyError::PrivateKey)?;
        if public.as_ref() != read.public_key().raw {
            return Err(ContentKeyError::NoPair);
        }
        let private =
            OaepPrivateDecryptingKey::new(private).map_err(|_| ContentKeyError::PrivateKey)?;
        let mut thumbprint = [0; 20];
        thumbprint.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref());
        let time =
            |time: x509_parser::time::ASN1Time| Timestamp::from_unix_seconds(time.timestamp());
        Ok(Self {
            id: id.into(),
            certificate: STANDARD.encode(certificate).into(),
            thumbprint,
            not_before: time(read.validity().not_before),
            not_after: time(read.validity().not_after),
            private,
        })
    }

    /// As [`new`](Self::new), from texts in PEM: `CERTIFICATE` and `PRIVATE KEY`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`ContentKeyError::Pem`].
    pub fn from_pem(
        id: &str,
        certificate: &str,
        private_key: &str,
    ) -> Result<Self, ContentKeyError> {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|_| ContentKeyError::Pem)?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(private_key.as_bytes())
            .map_err(|_| ContentKeyError::Pem)?;
        Self::new(id, &certificate, key.secret_pkcs8_der())
    }

    /// The name, for `encryptionCertificateId` of a subscription.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The certificate in base64, for `encryptionCertificate` of a subscription.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The SHA-1 of the certificate in upper case, as notifications name it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.thumbprint.iter().fold(String::new(), |text, octet| text + &format!("{octet:02X}"))
    }

    /// Until when Graph takes the certificate for subscriptions. It opens what it was used for
    /// ever after.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether Graph takes the certificate at this time.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether this is the certificate that a notification names by its SHA-1.
    pub(super) fn has_thumbprint(&self, named: &str) -> bool {
        named.eq_ignore_ascii_case(&self.thumbprint())
    }
}

/// Whether a subscription may name a certificate so.
pub(super) fn check_id(id: &str) -> Result<(), ContentKeyError> {
    let fits = !id.is_empty() && id.chars().count() <= MAX_CERTIFICATE_ID;
    if fits { Ok(()) } else { Err(ContentKeyError::Id) }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentKey")
            .field("id", &self.id)
            .field("thumbprint", &self.thumbprint())
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
