//! TLS as Microsoft's proxies speak it: version 1.2, two cipher suites, a certificate asked for.
//!
//! Whatever certificate the subject shows is taken and kept; the checks judge it afterwards, so
//! that a wrong one breaks its own rows and no others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::{
    CipherSuite, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    ServerConfig, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    server::{
        ClientHello, ResolvesServerCert,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::authority::Identity;
use crate::command::Failure;

/// The suites of Microsoft's list that are not CBC (Learn, *What's new in Direct Routing*).
const SUITES: [CipherSuite; 2] = [
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// Certificates the subject has shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    seen: Arc<Mutex<Vec<Certificates>>>,
}

/// One chain, leaf first.
#[derive(Clone, Debug)]
pub(super) struct Certificates {
    /// Whether the subject connected to us; else we connected to it.
    pub(super) as_client: bool,
    pub(super) chain: Vec<CertificateDer<'static>>,
}

impl Shown {
    /// Everything shown so far.
    pub(super) fn all(&self) -> Vec<Certificates> {
        lock(&self.seen).clone()
    }

    fn note(&self, as_client: bool, leaf: &CertificateDer<'_>, more: &[CertificateDer<'_>]) {
        let chain = std::iter::once(leaf).chain(more).map(|one| one.clone().into_owned());
        lock(&self.seen).push(Certificates { as_client, chain: chain.collect() });
    }
}

/// The certificate a proxy shows; it can be exchanged while the proxy listens.
#[derive(Clone)]
pub(super) struct Showing {
    key: Arc<Mutex<Arc<CertifiedKey>>>,
    /// The server names that peers asked for.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
}

impl Showing {
    /// Shows this identity.
    pub(super) fn new(identity: &Identity) -> Result<Self, Failure> {
        let key = Arc::new(Mutex::new(Arc::new(certified(identity)?)));
        Ok(Self { key, asked: Arc::default() })
    }

    /// Shows another identity from the next handshake on.
    pub(super) fn change(&self, identity: &Identity) -> Result<(), Failure> {
        *lock(&self.key) = Arc::new(certified(identity)?);
        Ok(())
    }

    /// How a proxy listens.
    pub(super) fn server(&self, shown: &Shown) -> Result<ServerConfig, Failure> {
        let provider = provider();
        let mut microsoft = (*provider).clone();
        microsoft.cipher_suites.retain(|suite| SUITES.contains(&suite.suite()));
        let verifier = Recorder { shown: shown.clone(), provider };
        let mut config = ServerConfig::builder_with_provider(Arc::new(microsoft))
            .with_protocol_versions(&[&rustls::version::TLS12])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::new(self.clone()));
        // A resumed session shows no certificate, and each handshake here is to show one.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        Ok(config)
    }
}

impl ResolvesServerCert for Showing {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let Some(name) = hello.server_name() {
            lock(&self.asked).push(name.to_ascii_lowercase());
        }
        Some(Arc::clone(&lock(&self.key)))
    }
}

impl std::fmt::Debug for Showing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Showing(…)")
    }
}

/// How a proxy connects to the subject.
pub(super) fn client(identity: &Identity, shown: &Shown) -> Result<ClientConfig, Failure> {
    let provider = provider();
    let verifier = Recorder { shown: shown.clone(), provider: Arc::clone(&provider) };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())?)
}

/// Whether a chain, as it was sent, leads to a root and proves a name.
pub(super) fn prove(
    chain: &[CertificateDer<'static>],
    roots: RootCertStore,
    name: &str,
) -> Result<(), String> {
    let (leaf, more) = chain.split_first().ok_or("no certificate was shown")?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| error.to_string())?;
    let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    verifier
        .verify_server_cert(leaf, more, &name, &[], UnixTime::now())
        .map(drop)
        .map_err(|error| error.to_string())
}

/// The provider that everything here uses.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Takes what is under a lock; no code under one can leave it half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn certified(identity: &Identity) -> Result<CertifiedKey, Failure> {
    let key = provider().key_provider.load_private_key(identity.key.clone_key())?;
    Ok(CertifiedKey::new(identity.chain.clone(), key))
}

/// Takes every certificate and keeps it; the handshake's signature is checked all the same.
#[derive(Debug)]
struct Recorder {
    shown: Shown,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.shown.note(false, leaf, more);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Recorder {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.shown.note(true, leaf, more);
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls12_signature(self, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls13_signature(self, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ServerCertVerifier::supported_verify_schemes(self)
    }
}
