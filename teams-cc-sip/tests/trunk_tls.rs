//! Real sockets on loopback: mutual TLS, who is let in, and what leaves the trunk serving.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use teams_cc_core::{
    Clock, Timestamp,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::SbcFqdn,
    io::{Network, SilentMedia, SocketNetwork, Target, TlsIdentity, TokioClock, TransportKind},
    trunk::{LabPeer, TeamsPeer, Trunk, TrunkConfig, TrunkEvent, TrunkEvents},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const FQDN: &str = "sbc1.adatum.biz";
const PROXY: &str = "sip.pstnhub.test";
const SECOND: Duration = Duration::from_secs(1);

/// A private authority and what it issues.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn issue(&self, name: &str, usages: &[ExtendedKeyUsagePurpose]) -> Pair {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = usages.to_vec();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        (vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    fn identity(&self, trunk: &SbcFqdn) -> TlsIdentity {
        let usages = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let (chain, key) = self.issue(FQDN, &usages);
        TlsIdentity::new(chain, key, self.roots(), [trunk], [PROXY], now()).unwrap()
    }

    fn client(&self, pair: Option<Pair>) -> TlsConnector {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots());
        let config = match pair {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
            None => builder.with_no_client_auth(),
        };
        TlsConnector::from(Arc::new(config))
    }
}

fn now() -> Timestamp {
    TokioClock::system().wall()
}

fn fqdn() -> SbcFqdn {
    FQDN.parse().unwrap()
}

fn local() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn port(network: &SocketNetwork, transport: TransportKind) -> SocketAddr {
    network.addresses().iter().find(|(kind, _)| *kind == transport).unwrap().1
}

async fn handshake(
    connector: &TlsConnector,
    address: SocketAddr,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    connector.connect(ServerName::try_from(FQDN).unwrap(), stream).await
}

/// Whether a handshake is refused. In TLS 1.3 the client is done before the server has looked at
/// its certificate, so a refusal may show only when something is read.
async fn is_refused(connector: &TlsConnector, address: SocketAddr) -> bool {
    match handshake(connector, address).await {
        Err(_) => true,
        Ok(mut stream) => timeout(5 * SECOND, stream.read_u8()).await.unwrap().is_err(),
    }
}

#[tokio::test]
async fn only_a_peer_with_a_trusted_certificate_of_an_expected_name_gets_in() {
    use ExtendedKeyUsagePurpose::{ClientAuth, CodeSigning, ServerAuth};
    let (authority, other) = (Authority::new(), Authority::new());
    let identity = authority.identity(&fqdn());
    let network = SocketNetwork::builder().tls(local(), identity).bind().await.unwrap();
    let address = port(&network, TransportKind::Tls);
    let cases = [
        ("server usage only, as from 2026", Some(authority.issue(PROXY, &[ServerAuth])), true),
        ("client usage only", Some(authority.issue(PROXY, &[ClientAuth])), true),
        ("both usages", Some(authority.issue(PROXY, &[ServerAuth, ClientAuth])), true),
        ("neither usage", Some(authority.issue(PROXY, &[CodeSigning])), false),
        ("another name", Some(authority.issue("evil.example.com", &[ClientAuth])), false),
        ("another authority", Some(other.issue(PROXY, &[ClientAuth])), false),
        ("no certificate", None, false),
    ];
    for (what, pair, let_in) in cases {
        let connector = authority.client(pair);
        if let_in {
            let opened = handshake(&connector, address).await;
            assert!(opened.is_ok(), "{what}: {:?}", opened.err());
            let accepted = timeout(5 * SECOND, network.accept()).await.unwrap().unwrap();
            let text = format!("{accepted:?}");
            assert!(text.contains(PROXY), "the name is proven: {text}");
        } else {
            assert!(is_refused(&connector, address).await, "{what}");
            assert!(timeout(SECOND / 20, network.accept()).await.is_err(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_trunk_connects_only_to_whoever_proves_the_proxys_name() {
    let authority = Authority::new();
    let usages = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let serve = |name: &'static str| {
        let (chain, key) = authority.issue(name, &usages);
        let name: SbcFqdn = name.parse().unwrap();
        TlsIdentity::new(chain, key, authority.roots(), [&name], [FQDN], now()).unwrap()
    };
    let ours = SocketNetwork::builder()
        .tls(local(), authority.identity(&fqdn()))
        .resolver(Arc::new(Loopback))
        .bind()
        .await
        .unwrap();
    for (name, proven) in [(PROXY, true), ("evil.example.com", false)] {
        let proxy = SocketNetwork::builder().tls(local(), serve(name)).bind().await.unwrap();
        let port = port(&proxy, TransportKind::Tls).port();
        let target = Target::new(TransportKind::Tls, PROXY, port);
        // Where nothing is proven, nothing is accepted either, so the proxy is not waited for.
        let accepting = async { if proven { Some(proxy.accept().await.unwrap()) } else { None } };
        let (connected, accepted) = tokio::join!(ours.connect(&target), accepting);
        assert_eq!(connected.is_ok(), proven, "{name}");
        if let Some(accepted) = accepted {
            let peer = format!("{accepted:?}");
            assert!(peer.contains(FQDN), "our certificate was shown: {peer}");
        }
    }
}

/// Pain 68.
#[tokio::test]
async fn the_proxys_host_name_is_the_server_name_that_is_asked_for() {
    let authority = Authority::new();
    let ours = SocketNetwork::builder()
        .tls(local(), authority.identity(&fqdn()))
        .resolver(Arc::new(Loopback))
        .bind()
        .await
        .unwrap();
    let listener = tokio::net::TcpListener::bind(local()).await.unwrap();
    let target = Target::new(TransportKind::Tls, PROXY, listener.local_addr().unwrap().port());
    let asked = async {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = rustls::server::Acceptor::default();
        let hello = tokio_rustls::LazyConfigAcceptor::new(acceptor, stream).await.unwrap();
        hello.client_hello().server_name().map(ToOwned::to_owned)
    };
    let (refused, asked) = tokio::join!(ours.connect(&target), asked);
    assert!(refused.is_err(), "nobody answered the handshake");
    assert_eq!(asked.as_deref(), Some(PROXY));
}

struct Loopback;

#[async_trait::async_trait]
impl teams_cc_sip::io::Resolve for Loopback {
    async fn resolve(&self, _host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
    }
}

#[test]
fn a_certificate_that_does_not_cover_the_trunk_says_what_to_do() {
    let authority = Authority::new();
    let (chain, key) = authority.issue("other.adatum.biz", &[ExtendedKeyUsagePurpose::ServerAuth]);
    let refused =
        TlsIdentity::new(chain, key, authority.roots(), [&fqdn()], [PROXY], now()).unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Certificate);
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert!(why.contains(FQDN) && why.contains("subject alternative names"), "{why}");
}

async fn lab(tls: Option<TlsIdentity>) -> (Trunk, TrunkEvents, Vec<(TransportKind, SocketAddr)>) {
    let mut builder = SocketNetwork::builder().udp(local()).tcp(local());
    if let Some(identity) = tls {
        builder = builder.tls(local(), identity);
    }
    let network = builder.bind().await.unwrap();
    let addresses = network.addresses().to_vec();
    let media = SilentMedia::bind(local(), None).await.unwrap();
    let teams = TeamsPeer::of_proxies(Vec::new(), vec!["127.0.0.0/8".parse().unwrap()]);
    let mut teams = teams;
    teams.names.push(PROXY.into());
    let config = TrunkConfig::new(fqdn()).seed(3).teams(teams).trust_loopback(LabPeer::new(
        "127.0.0.1",
        addresses[0].1.port(),
        5061,
    ));
    let clock = Arc::new(TokioClock::system());
    let (trunk, events) = Trunk::start(config, Arc::new(network), clock, Arc::new(media)).unwrap();
    (trunk, events, addresses)
}

fn options(transport: &str, call: &str) -> String {
    format!(
        "OPTIONS sip:{FQDN}:5061 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;rport;\
         branch=z9hG4bK{call}\r\nMax-Forwards: 70\r\nFrom: <sip:{PROXY}>;tag=a\r\n\
         To: <sip:{FQDN}>\r\nCall-ID: {call}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

async fn reads(stream: &mut (impl AsyncReadExt + Unpin), what: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(what) {
        let mut chunk = [0; 4096];
        let length = timeout(5 * SECOND, stream.read(&mut chunk)).await.unwrap().unwrap();
        assert!(length > 0, "closed before {what}: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&chunk[..length]);
    }
}

#[tokio::test]
async fn garbage_half_handshakes_and_requests_without_via_leave_the_trunk_serving() {
    let authority = Authority::new();
    let (trunk, _events, addresses) = lab(Some(authority.identity(&fqdn()))).await;
    let [(_, udp), (_, tcp), (_, tls)] = addresses[..] else { panic!() };
    let phone = UdpSocket::bind(local()).await.unwrap();
    let garbage: Vec<u8> =
        (0..60_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    phone.send_to(&garbage, udp).await.unwrap();
    let no_via = options("UDP", "novia")
        .lines()
        .filter(|line| !line.starts_with("Via"))
        .fold(String::new(), |text, line| text + line + "\r\n");
    phone.send_to(no_via.as_bytes(), udp).await.unwrap();
    let mut half = TcpStream::connect(tls).await.unwrap();
    half.write_all(&[0x16, 0x03, 0x01, 0x02]).await.unwrap();
    let mut noise = TcpStream::connect(tcp).await.unwrap();
    noise.write_all(&garbage).await.unwrap();
    // UDP, TCP and TLS all still answer.
    phone.send_to(options("UDP", "udp").as_bytes(), udp).await.unwrap();
    let mut buffer = [0; 4096];
    let length = timeout(5 * SECOND, phone.recv(&mut buffer)).await.unwrap().unwrap();
    assert!(buffer[..length].starts_with(b"SIP/2.0 200"));
    let mut stream = TcpStream::connect(tcp).await.unwrap();
    stream.write_all(options("TCP", "tcp").as_bytes()).await.unwrap();
    reads(&mut stream, "SIP/2.0 200").await;
    let pair = authority.issue(PROXY, &[ExtendedKeyUsagePurpose::ServerAuth]);
    let mut stream = handshake(&authority.client(Some(pair)), tls).await.unwrap();
    stream.write_all(options("TLS", "tls").as_bytes()).await.unwrap();
    reads(&mut stream, "SIP/2.0 200").await;
    drop(half);
    assert!(trunk.shutdown(SECOND).await.is_empty());
}

#[tokio::test]
async fn a_phone_over_udp_is_answered_with_an_address_that_sends_sound() {
    let (trunk, mut events, addresses) = lab(None).await;
    let udp = addresses[0].1;
    let phone = UdpSocket::bind(local()).await.unwrap();
    let sound = UdpSocket::bind(local()).await.unwrap();
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {} RTP/AVP 0\r\n",
        sound.local_addr().unwrap().port()
    );
    let us = phone.local_addr().unwrap();
    let head = |method: &str, branch: &str, tag: &str, length: usize| {
        format!(
            "{method} sip:+14255550100@127.0.0.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP {us};branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
             From: <sip:+14255550123@127.0.0.1>;tag=p\r\nTo: <sip:+14255550100@127.0.0.1>{tag}\r\n\
             Call-ID: udp-call\r\nCSeq: {} {method}\r\nContact: <sip:{us}>\r\n\
             Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n",
            if method == "BYE" { 2 } else { 1 }
        )
    };
    let invite = head("INVITE", "one", "", sdp.len()) + &sdp;
    phone.send_to(invite.as_bytes(), udp).await.unwrap();
    let call = loop {
        let event = timeout(5 * SECOND, events.next()).await.unwrap().unwrap();
        if let TrunkEvent::Incoming(call) = event {
            break call;
        }
    };
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let mut buffer = [0; 4096];
    let ok = loop {
        let length = timeout(5 * SECOND, phone.recv(&mut buffer)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with("SIP/2.0 200") {
            break text;
        }
    };
    let tag = ok.lines().find(|line| line.starts_with("To:")).unwrap();
    let tag = format!(";tag={}", tag.split("tag=").nth(1).unwrap());
    phone.send_to(head("ACK", "two", &tag, 0).as_bytes(), udp).await.unwrap();
    let length = timeout(5 * SECOND, sound.recv(&mut buffer)).await.unwrap().unwrap();
    assert_eq!((length, buffer[1] & 0x7f), (172, 0), "one packet of µ-law silence");
    phone.send_to(head("BYE", "three", &tag, 0).as_bytes(), udp).await.unwrap();
    loop {
        let length = timeout(5 * SECOND, phone.recv(&mut buffer)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with("SIP/2.0 200") && text.contains("2 BYE") {
            break;
        }
    }
    assert!(trunk.shutdown(5 * SECOND).await.is_empty());
}
