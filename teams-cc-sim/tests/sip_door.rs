//! The SIP door: real TLS on loopback, with certificates on both sides.

#![expect(clippy::disallowed_methods, reason = "real sockets need a real deadline")]

use std::{io, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::WebPkiClientVerifier,
};
use teams_cc_sim::{
    Setup, Sim,
    door::{SipDoor, SipOptions},
    world::{PROXIES, ProxyState},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const OPTIONS: &str = "OPTIONS sip:sip2.pstnhub.test SIP/2.0\r\n\
    Via: SIP/2.0/TLS sbc.contoso.test;branch=z9hG4bKdoor\r\nMax-Forwards: 70\r\n\
    From: <sip:sbc.contoso.test>;tag=trunk\r\nTo: <sip:sip2.pstnhub.test>\r\nCall-ID: door\r\n\
    CSeq: 1 OPTIONS\r\nContact: <sip:sbc.contoso.test:5061;transport=tls>\r\n\
    Content-Length: 0\r\n\r\n";

#[tokio::test]
async fn proxies_ask_for_certificates_and_show_their_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let trunk = listener.local_addr().expect("an address");
    let sim = Sim::new(Setup::contoso(5).proxy(0, ProxyState::RefusesTls)).expect("a sound world");
    let door = SipDoor::open(&sim, SipOptions::new(trunk, trunk)).await.expect("free ports");

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(door.certificate_authority().as_bytes());
    roots.add(root.expect("PEM")).expect("an authority");
    let (chain, key) = door.trunk_certificate();
    let chain = vec![CertificateDer::from_pem_slice(chain.as_bytes()).expect("PEM")];
    let key = || PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
    let client = |own: bool| {
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots.clone());
        TlsConnector::from(Arc::new(if own {
            config.with_client_auth_cert(chain.clone(), key()).expect("a key")
        } else {
            config.with_no_client_auth()
        }))
    };
    let connect = async |proxy: usize, own: bool| {
        let stream = TcpStream::connect(door.proxies()[proxy]).await?;
        let name = ServerName::try_from(PROXIES[proxy]).expect("a name");
        let mut stream = client(own).connect(name, stream).await?;
        stream.write_all(OPTIONS.as_bytes()).await?;
        let mut answer = vec![0; 4096];
        let n = stream.read(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer[..n]).into_owned();
        if n == 0 { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) } else { Ok((stream, text)) }
    };
    assert!(connect(0, true).await.is_err(), "this proxy refuses the handshake");
    assert!(connect(1, false).await.is_err(), "no certificate, no connection");
    let (_open, answer) = connect(1, true).await.expect("both sides are certified");
    assert!(answer.starts_with("SIP/2.0 200 OK"), "{answer}");

    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .expect("a verifier");
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key())
        .expect("a key");
    let accept = async {
        let (stream, _) = listener.accept().await?;
        TlsAcceptor::from(Arc::new(server)).accept(stream).await
    };
    let opened = tokio::time::timeout(Duration::from_secs(10), accept).await.expect("in time");
    let mut opened = opened.expect("the proxy shows a certificate");
    let mut ping = vec![0; 4096];
    let n = opened.read(&mut ping).await.expect("bytes");
    assert!(ping[..n].starts_with(b"OPTIONS sip:sbc.contoso.test:5061;transport=tls"));
}
