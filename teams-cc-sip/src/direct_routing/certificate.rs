//! Certificates on both sides of a Direct Routing trunk.
//!
//! [`check_own`] looks at our own certificate before anything connects: Teams drops a trunk whose
//! name it does not cover, without a word on the wire. [`TeamsClientVerifier`] looks at the
//! certificate of whoever connects to us.

use std::{sync::Arc, time::Duration};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as TlsError, RootCertStore,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    server::{
        ParsedCertificate, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use teams_cc_core::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::{SbcFqdn, certificate_name_covers};

/// How long before its end a certificate is worth a warning (Learn, *Health Dashboard*).
pub const EXPIRY_WARNING: Duration = Duration::from_hours(30 * 24);

/// The most names of one certificate that are looked at.
const MAX_NAMES: usize = 512;

/// Checks that our own certificate can carry every trunk name, before anything is connected.
///
/// The base name of a carrier needs its own entry: `*.sbc1.adatum.biz` does not cover
/// `sbc1.adatum.biz`, under which OPTIONS are sent.
///
/// # Errors
///
/// [`CertificateFault`] names the first thing that is wrong and what to do about it.
pub fn check_own<'a>(
    certificate: &CertificateDer<'_>,
    names: impl IntoIterator<Item = &'a SbcFqdn>,
    now: Timestamp,
) -> Result<OwnCertificate, CertificateFault> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| CertificateFault::Unreadable)?;
    let covered = names_of(&parsed);
    for name in names {
        if !covered.iter().any(|pattern| certificate_name_covers(pattern, name.as_str())) {
            return Err(CertificateFault::NotCovered {
                name: name.clone(),
                covered: covered.join(", ").into(),
            });
        }
    }
    let begins = Timestamp::from_unix_seconds(parsed.validity().not_before.timestamp());
    let ends = Timestamp::from_unix_seconds(parsed.validity().not_after.timestamp());
    if now.unix_seconds() < begins.unix_seconds() {
        return Err(CertificateFault::NotYetValid { begins });
    }
    if now.unix_seconds() > ends.unix_seconds() {
        return Err(CertificateFault::Expired { ends });
    }
    let usage = parsed.extended_key_usage().ok().flatten();
    Ok(OwnCertificate {
        names: covered.into_iter().map(Into::into).collect(),
        ends,
        expires_soon: ends.since(now) < EXPIRY_WARNING,
        client_authentication: usage.is_none_or(|usage| usage.value.client_auth || usage.value.any),
    })
}

/// Refuses a certificate that is signed by its own key.
pub(crate) fn refuse_self_signed(certificate: &CertificateDer<'_>) -> Result<(), CertificateFault> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| CertificateFault::Unreadable)?;
    if super::signed::is_self_signed(certificate, &parsed) {
        return Err(CertificateFault::SelfSigned);
    }
    Ok(())
}

/// What is worth knowing about our own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnCertificate {
    /// The names it proves, wildcards as they are written.
    pub names: Vec<Box<str>>,
    /// When it ends.
    pub ends: Timestamp,
    /// Whether it ends within [`EXPIRY_WARNING`].
    pub expires_soon: bool,
    /// Whether it may be used as a client; Microsoft asked for that until 2026.
    pub client_authentication: bool,
}

/// Why our own certificate cannot carry the trunk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFault {
    /// The bytes are no X.509 certificate.
    #[error("the trunk certificate cannot be read: give the leaf first, in DER form")]
    Unreadable,
    /// The certificate does not cover a trunk name.
    #[error(
        "the certificate does not cover {name} (it covers {covered}): add the name to its \
         subject alternative names, or a wildcard of its parent domain; a wildcard stands for \
         one label only"
    )]
    NotCovered {
        /// The name that is not covered.
        name: SbcFqdn,
        /// The names the certificate has.
        covered: Box<str>,
    },
    /// The certificate is signed by its own key.
    #[error(
        "the trunk certificate is self-signed, which Teams refuses: take one of an authority in \
         Microsoft's Trusted Root Program; laboratories say so"
    )]
    SelfSigned,
    /// The certificate is from the future.
    #[error("the trunk certificate is not valid before {begins}: check the clock")]
    NotYetValid {
        /// When it begins.
        begins: Timestamp,
    },
    /// The certificate has expired.
    #[error("the trunk certificate expired at {ends}: renew it and remake the connections")]
    Expired {
        /// When it ended.
        ends: Timestamp,
    },
}

/// The DNS names a certificate proves: its alternative names, else its common name.
#[must_use]
pub fn names_proven(certificate: &CertificateDer<'_>) -> Vec<Box<str>> {
    X509Certificate::from_der(certificate)
        .map(|(_, parsed)| names_of(&parsed).into_iter().map(Into::into).collect())
        .unwrap_or_default()
}

pub(super) fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative: Vec<String> = certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .into_iter()
        .flat_map(|extension| extension.value.general_names.iter())
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
        .take(MAX_NAMES)
        .collect();
    if !alternative.is_empty() {
        return alternative;
    }
    certificate
        .subject()
        .iter_common_name()
        .filter_map(|name| name.as_str().ok().map(str::to_ascii_lowercase))
        .take(1)
        .collect()
}

/// Checks the certificate of whoever opens a connection to the trunk.
///
/// Chain and dates are checked against the configured roots, and the certificate must cover one
/// of the expected names. The key usage may be that of a client or that of a server: from 2026
/// public authorities no longer issue the former, and Microsoft's proxies come with the latter
/// when they connect (Message Center MC1213773). A connection without certificate is refused.
#[derive(Debug)]
pub struct TeamsClientVerifier {
    roots: Arc<RootCertStore>,
    names: Vec<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
    as_client: Arc<dyn ClientCertVerifier>,
}

impl TeamsClientVerifier {
    /// A verifier for peers that must prove one of `names`.
    ///
    /// # Errors
    ///
    /// [`TlsError`] where there is no root, or a name is no host name.
    pub fn new(
        roots: Arc<RootCertStore>,
        names: impl IntoIterator<Item = impl AsRef<str>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let as_client =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()
                .map_err(|error| TlsError::General(error.to_string()))?;
        let names = names
            .into_iter()
            .map(|name| {
                ServerName::try_from(name.as_ref().to_owned())
                    .map_err(|_| TlsError::General(format!("{} is no host name", name.as_ref())))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { roots, names, provider, as_client })
    }
}

impl ClientCertVerifier for TeamsClientVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // Naming the roots would only tell a stranger whom we trust; a proxy has one certificate.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        if verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            algorithms,
        )
        .is_err()
        {
            // Not a server's certificate: then it must be a client's. Every other fault shows
            // again here and is the one that is reported.
            self.as_client.verify_client_cert(end_entity, intermediates, now)?;
        }
        if self.names.iter().any(|name| verify_server_name(&parsed, name).is_ok()) {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(TlsError::InvalidCertificate(CertificateError::NotValidForName))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(names: &[&str]) -> CertificateDer<'static> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 31);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    fn fqdn(name: &str) -> SbcFqdn {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_certificate_must_cover_the_base_name_and_each_tenant_one_label_deep() {
        let certificate = certificate(&["sbc1.adatum.biz", "*.sbc1.adatum.biz"]);
        let now = at("2026-06-01T00:00:00Z");
        let good = [fqdn("sbc1.adatum.biz"), fqdn("bank.sbc1.adatum.biz")];
        let own = check_own(&certificate, &good, now).unwrap();
        assert!(!own.expires_soon && own.client_authentication);
        let deep = [fqdn("a.bank.sbc1.adatum.biz")];
        let fault = check_own(&certificate, &deep, now).unwrap_err();
        let text = fault.to_string();
        assert!(text.contains("a.bank.sbc1.adatum.biz") && text.contains("one label"), "{text}");
    }

    #[test]
    fn a_certificate_out_of_its_dates_is_refused_and_an_old_one_is_warned_about() {
        let certificate = certificate(&["sbc.contoso.com"]);
        let names = [fqdn("sbc.contoso.com")];
        let check = |now| check_own(&certificate, &names, at(now));
        assert!(matches!(check("2025-12-01T00:00:00Z"), Err(CertificateFault::NotYetValid { .. })));
        assert!(matches!(check("2027-01-02T00:00:00Z"), Err(CertificateFault::Expired { .. })));
        assert!(check("2026-12-10T00:00:00Z").unwrap().expires_soon);
        assert_eq!(
            check_own(&CertificateDer::from(vec![1, 2, 3]), &names, at("2026-12-10T00:00:00Z")),
            Err(CertificateFault::Unreadable)
        );
    }
}
