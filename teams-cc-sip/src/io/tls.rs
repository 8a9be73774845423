//! TLS for both directions of a trunk; the provider is always named.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::CryptoProvider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use teams_cc_core::Timestamp;

use crate::{
    direct_routing::{OwnCertificate, SbcFqdn, TeamsClientVerifier, check_own, refuse_self_signed},
    error::{Error, ErrorKind},
};

/// Our certificate, whom we trust, and whom we expect to connect.
///
/// Mutual in both directions: our certificate is shown to proxies we connect to, and whoever
/// connects to us must show one that leads to a trusted root and proves an expected name.
/// TLS 1.2 and 1.3 only, with aws-lc-rs; no process-wide default is installed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TlsIdentity {
    pub(crate) client: Arc<ClientConfig>,
    pub(crate) server: Arc<ServerConfig>,
    own: OwnCertificate,
}

impl TlsIdentity {
    /// Checks everything that can be checked before a connection, and builds both sides.
    ///
    /// * `chain`: our certificate, leaf first, with every intermediate: Teams fetches none.
    /// * `roots`: the authorities we trust, for both directions.
    /// * `trunks`: the names our certificate must cover; wildcards count one label deep.
    /// * `expected`: names of which a connecting peer must prove one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Certificate`], whose source says what is wrong and what to do. A self-signed
    /// certificate is refused: see [`Self::laboratory`].
    pub fn new<'a>(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        roots: RootCertStore,
        trunks: impl IntoIterator<Item = &'a SbcFqdn>,
        expected: impl IntoIterator<Item = impl AsRef<str>>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let leaf = chain.first().cloned();
        let identity = Self::laboratory(chain, key, roots, trunks, expected, now)?;
        leaf.map_or(Ok(()), |leaf| refuse_self_signed(&leaf))
            .map_err(|fault| Error::caused_by(ErrorKind::Certificate, fault))?;
        Ok(identity)
    }

    /// As [`Self::new`], with a certificate that may be self-signed; no peer of Teams takes it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Certificate`], whose source says what is wrong and what to do.
    pub fn laboratory<'a>(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        roots: RootCertStore,
        trunks: impl IntoIterator<Item = &'a SbcFqdn>,
        expected: impl IntoIterator<Item = impl AsRef<str>>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let fault = |error: rustls::Error| Error::caused_by(ErrorKind::Certificate, error);
        let leaf = chain
            .first()
            .ok_or_else(|| Error::caused_by(ErrorKind::Certificate, "the chain is empty"))?;
        let own = check_own(leaf, trunks, now)
            .map_err(|fault| Error::caused_by(ErrorKind::Certificate, fault))?;
        let provider = provider();
        let roots = Arc::new(roots);
        let verifier =
            TeamsClientVerifier::new(Arc::clone(&roots), expected, Arc::clone(&provider))
                .map_err(fault)?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(fault)?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(chain.clone(), key.clone_key())
            .map_err(fault)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(fault)?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .map_err(fault)?;
        Ok(Self { client: Arc::new(client), server: Arc::new(server), own })
    }

    /// What is worth knowing about our certificate, its end above all.
    #[must_use]
    pub fn own(&self) -> &OwnCertificate {
        &self.own
    }
}

/// The identity that new connections take; those that are open keep the one they began with.
#[derive(Debug)]
pub(super) struct Replaceable(RwLock<TlsIdentity>);

impl Replaceable {
    pub(super) fn new(identity: TlsIdentity) -> Self {
        Self(RwLock::new(identity))
    }

    pub(super) fn present(&self) -> TlsIdentity {
        // Nothing under this lock can leave the identity half changed.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace(&self, identity: TlsIdentity) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_1_2_or_later_with_a_suite_of_teams() {
        use rustls::CipherSuite::{
            TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        };
        let suites: Vec<_> =
            provider().cipher_suites.iter().map(rustls::SupportedCipherSuite::suite).collect();
        for suite in [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
        {
            assert!(suites.contains(&suite), "{suite:?}");
        }
        let versions: Vec<_> = rustls::ALL_VERSIONS.iter().map(|version| version.version).collect();
        let known = [rustls::ProtocolVersion::TLSv1_3, rustls::ProtocolVersion::TLSv1_2];
        assert!(versions.iter().all(|version| known.contains(version)), "{versions:?}");
    }
}
