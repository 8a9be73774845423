//! A look at what a peer presents, for the certificate doctor.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::{HANDSHAKE_LIMIT, TlsIdentity, tls::provider};
use crate::direct_routing::ConnectionFault;

/// How long a peer may take to refuse our certificate after the handshake, as TLS 1.3 does.
const REFUSAL_LIMIT: Duration = Duration::from_millis(700);

/// What a peer presented in a handshake.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Presented {
    /// Its certificates, the leaf first; empty where the handshake did not get so far.
    pub chain: Vec<CertificateDer<'static>>,
    /// The TLS version agreed on, such as `TLSv1_2`.
    pub version: Option<Box<str>>,
    /// The cipher suite agreed on.
    pub suite: Option<Box<str>>,
    /// Whether it asked for our certificate: mutual TLS.
    pub asks_for_ours: bool,
    /// Why the handshake failed, or what came right after it.
    pub fault: Option<ConnectionFault>,
}

/// Shakes hands with a peer, notes what it presents and closes; nothing is sent.
///
/// The peer's certificate is not judged here, so that it can be shown whatever is wrong with it.
/// Give it to [`CertificateDoctor`](crate::direct_routing::CertificateDoctor). Dropping the future
/// closes the connection.
///
/// # Errors
///
/// [`ConnectionFault`] where there was no connection to shake hands on.
pub async fn look_at(
    host: &str,
    port: u16,
    identity: Option<&TlsIdentity>,
) -> Result<Presented, ConnectionFault> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| ConnectionFault::NoAddress)?;
    let late = |_| ConnectionFault::TimedOut;
    let resolved = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> = resolved.map_err(|_| ConnectionFault::NoAddress)?.collect();
    let connecting = TcpStream::connect(&addresses[..]);
    let stream = timeout(HANDSHAKE_LIMIT, connecting).await.map_err(late)?;
    let stream = stream.map_err(|error| ConnectionFault::of(&error))?;
    let seen = Arc::new(Seen::new(provider()));
    let ours = identity.map(|identity| Arc::clone(&identity.client.client_auth_cert_resolver));
    let asked = Arc::new(Asked { ours, asked: AtomicBool::new(false) });
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| ConnectionFault::NothingInCommon)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&seen) as _)
        .with_client_cert_resolver(Arc::clone(&asked) as _);
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let mut presented = Presented {
        chain: Vec::new(),
        version: None,
        suite: None,
        asks_for_ours: false,
        fault: None,
    };
    match timeout(HANDSHAKE_LIMIT, handshake).await {
        Err(_) => presented.fault = Some(ConnectionFault::TimedOut),
        Ok(Err(error)) => presented.fault = Some(ConnectionFault::of(&error)),
        Ok(Ok(mut stream)) => {
            let tls = stream.get_ref().1;
            presented.version = tls.protocol_version().map(|v| format!("{v:?}").into());
            let suite = tls.negotiated_cipher_suite();
            presented.suite = suite.map(|suite| format!("{:?}", suite.suite()).into());
            presented.fault = refusal(stream.read_u8()).await;
        }
    }
    presented.chain = seen.chain();
    presented.asks_for_ours = asked.asked.load(Ordering::Relaxed);
    Ok(presented)
}

async fn refusal(read: impl Future<Output = io::Result<u8>>) -> Option<ConnectionFault> {
    match timeout(REFUSAL_LIMIT, read).await {
        Ok(Err(error)) => Some(ConnectionFault::of(&error)),
        _ => None,
    }
}

/// Takes every certificate and keeps it; what it proves is not used for anything.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl Seen {
    fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, chain: Mutex::new(Vec::new()) }
    }

    fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) =
            chain.map(|der| der.clone().into_owned()).collect();
        Ok(ServerCertVerified::assertion())
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

/// Notes that our certificate was asked for, and gives it where there is one.
#[derive(Debug)]
struct Asked {
    ours: Option<Arc<dyn ResolvesClientCert>>,
    asked: AtomicBool,
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.ours.as_ref()?.resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        true
    }
}
