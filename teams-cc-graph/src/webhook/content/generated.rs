//! A key made here, with a certificate that it signs itself.

use std::{fmt, time::Duration};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use teams_cc_core::{Timestamp, secret::Secret};
use x509_parser::time::ASN1Time;

use super::{ContentKey, ContentKeyError};

/// The longest life of a certificate made here.
const MAX_LIFE: Duration = Duration::from_hours(10 * 365 * 24);

/// The last second that a certificate can name (RFC 5280 §4.1.2.5).
const LAST_SECOND: i64 = 253_402_300_799;

/// How long before now a certificate begins: Graph's clock is not this machine's.
const BACKDATED: Duration = Duration::from_mins(10);

/// A key that was made just now. Keep both texts where secrets are kept, before a subscription
/// names the key: what is sent to it while this process is down is opened by the next one, by
/// [`ContentKey::from_pem`].
#[non_exhaustive]
pub struct GeneratedContentKey {
    /// The key, for a [`KeyRing`](super::KeyRing).
    pub key: ContentKey,
    /// Its certificate in PEM.
    pub certificate: String,
    /// Its private key in PEM.
    pub private_key: Secret,
}

impl ContentKey {
    /// Makes a key of RSA with 2048 bits and a certificate for `encryptionCertificate`, by a name of
    /// yours. The certificate signs itself, as Graph allows, and lives from ten minutes ago on.
    ///
    /// Takes up to some seconds of a core: within async code, have it made by a blocking task. Keys
    /// come from the randomness of the operating system and from nothing else.
    ///
    /// ```
    /// use std::time::Duration;
    /// use teams_cc_core::Clock as _;
    /// use teams_cc_graph::{SystemClock, webhook::content::{ContentKey, KeyRing}};
    ///
    /// let days = |days: u64| Duration::from_secs(days * 86_400);
    /// let made = ContentKey::generate("2026-11", SystemClock::new().wall(), days(90))?;
    /// // Keep `made.certificate` and `made.private_key`, then let subscriptions name the key.
    /// let ring = KeyRing::new(made.key);
    /// let (id, certificate) = (ring.current().id().to_owned(), ring.current().certificate().to_owned());
    /// assert_eq!(id, "2026-11");
    /// # assert!(!certificate.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ContentKeyError::Id`], and [`ContentKeyError::Generation`] where the life is longer than
    /// ten years.
    pub fn generate(
        id: &str,
        now: Timestamp,
        life: Duration,
    ) -> Result<GeneratedContentKey, ContentKeyError> {
        let wrong = ContentKeyError::Generation;
        if life > MAX_LIFE {
            return Err(wrong);
        }
        super::key::check_id(id)?;
        let at = |seconds: i64| {
            let time = ASN1Time::from_timestamp(seconds).ok().filter(|_| seconds <= LAST_SECOND);
            time.map(|time| time.to_datetime()).ok_or(wrong)
        };
        let seconds = |time: Duration| i64::try_from(time.as_secs()).map_err(|_| wrong);
        let mut params = CertificateParams::default();
        params.not_before = at(now.unix_seconds().saturating_sub(seconds(BACKDATED)?))?;
        params.not_after = at(now.unix_seconds().saturating_add(seconds(life)?))?;
        params.distinguished_name = DistinguishedName::new();
        // What it is for; the id is the app's own and told beside.
        params.distinguished_name.push(DnType::CommonName, "change notifications");
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
        let pair = pair.map_err(|_| wrong)?;
        let certificate = params.self_signed(&pair).map_err(|_| wrong)?;
        let private_key = Secret::new(pair.serialize_pem());
        let certificate = certificate.pem();
        let key = Self::from_pem(id, &certificate, private_key.reveal())?;
        Ok(GeneratedContentKey { key, certificate, private_key })
    }
}

impl fmt::Debug for GeneratedContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedContentKey").field("key", &self.key).finish_non_exhaustive()
    }
}
