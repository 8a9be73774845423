//! Certificates over real TLS: one is replaced under a call, and faults have words.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use teams_cc_core::{
    Clock, LegId, PhoneNumber, Timestamp,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::{CertificateDoctor, CertificateFault, ConnectionFault, SbcFqdn, names_proven},
    io::{
        FixedMedia, Network, SocketNetwork, Target, TlsIdentity, TokioClock, TransportKind, look_at,
    },
    trunk::{Destination, TeamsPeer, Trunk, TrunkConfig, TrunkEvent, Via},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const FQDN: &str = "sbc1.adatum.biz";
const PROXY: &str = "sip.pstnhub.test";
const SECOND: Duration = Duration::from_secs(1);

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        // Each authority has a name of its own, or it would be taken for a forger of the other.
        let name = format!("{:02x?}", &key.public_key_raw()[..8]);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn issue(&self, names: &[&str]) -> Pair {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        (vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    fn identity(&self, names: &[&str], trunk: &str, expected: &str) -> TlsIdentity {
        let (chain, key) = self.issue(names);
        let trunk: SbcFqdn = trunk.parse().unwrap();
        TlsIdentity::new(chain, key, self.roots(), [&trunk], [expected], now()).unwrap()
    }

    async fn connects(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let (chain, key) = self.issue(&[PROXY]);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_client_auth_cert(chain, key)
            .unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(FQDN).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }
}

struct Loopback;

#[async_trait::async_trait]
impl teams_cc_sip::io::Resolve for Loopback {
    async fn resolve(&self, _host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
    }
}

fn now() -> Timestamp {
    TokioClock::system().wall()
}

fn local() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn shown(stream: &TlsStream<TcpStream>) -> Vec<Box<str>> {
    names_proven(&stream.get_ref().1.peer_certificates().unwrap()[0])
}

async fn reads(stream: &mut TlsStream<TcpStream>, what: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(what) {
        let mut chunk = [0; 4096];
        let length = timeout(5 * SECOND, stream.read(&mut chunk)).await.unwrap().unwrap();
        assert!(length > 0, "closed before {what}: {seen}");
        seen.push_str(&String::from_utf8_lossy(&chunk[..length]));
    }
    seen
}

fn request(method: &str, cseq: u32, to: &str, body: &str) -> String {
    format!(
        "{method} sip:+14255550100@{FQDN}:5061 SIP/2.0\r\nVia: SIP/2.0/TLS {PROXY};\
         branch=z9hG4bK{method}{cseq}\r\nMax-Forwards: 70\r\n\
         From: <sip:+14255550123@{PROXY}>;tag=a\r\nTo: {to}\r\nCall-ID: swapped\r\n\
         CSeq: {cseq} {method}\r\nContact: <sip:{PROXY}:5061;transport=tls>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A call is up; our certificate is replaced and the connections are renewed; the call goes on.
#[tokio::test]
async fn a_new_certificate_is_shown_at_once_and_ends_no_call() {
    let authority = Authority::new();
    let old = authority.identity(&[FQDN], FQDN, PROXY);
    let network = SocketNetwork::builder().tls(local(), old).resolver(Arc::new(Loopback));
    let network = Arc::new(network.bind().await.unwrap());
    let address = network.addresses()[0].1;
    let proxy = SocketNetwork::builder()
        .tls(local(), authority.identity(&[PROXY], PROXY, FQDN))
        .bind()
        .await
        .unwrap();
    let target = Target::new(TransportKind::Tls, PROXY, proxy.addresses()[0].1.port());
    let teams = TeamsPeer::of_proxies(vec![target], vec!["127.0.0.0/8".parse().unwrap()]);
    let config = TrunkConfig::new(FQDN.parse().unwrap()).seed(5).teams(teams);
    let clock = Arc::new(TokioClock::system());
    let media = Arc::new(FixedMedia::new("127.0.0.1:4000".parse().unwrap()));
    let (trunk, mut events) =
        Trunk::start(config, Arc::clone(&network) as _, clock, media).unwrap();
    let first = timeout(5 * SECOND, proxy.accept()).await.unwrap().unwrap();
    assert!(format!("{first:?}").contains(FQDN));

    let mut before = authority.connects(address).await;
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
               m=audio 4002 RTP/SAVP 0\r\n\
               a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    let to = format!("<sip:+14255550100@{FQDN}>");
    before.write_all(request("INVITE", 1, &to, sdp).as_bytes()).await.unwrap();
    let call = loop {
        let event = timeout(5 * SECOND, events.next()).await.unwrap().unwrap();
        if let TrunkEvent::Incoming(call) = event {
            break call;
        }
    };
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = reads(&mut before, "a=crypto").await;
    let to = ok.lines().rfind(|line| line.starts_with("To: ")).unwrap()[4..].to_owned();
    before.write_all(request("ACK", 1, &to, "").as_bytes()).await.unwrap();

    let new = authority.identity(&[FQDN, "*.sbc1.adatum.biz"], FQDN, PROXY);
    network.replace_identity(new).unwrap();
    trunk.renew_connections().await.unwrap();
    let number = PhoneNumber::presented("+14255550123");
    let teams = Via::Teams { tenant: FQDN.parse().unwrap() };
    let out = Destination::new(teams, number.clone(), number, LegId::numbered("L", 1));
    let _out = trunk.dial(out).await.unwrap();
    let second = timeout(5 * SECOND, proxy.accept()).await.unwrap().unwrap();
    assert!(format!("{second:?}").contains("*.sbc1.adatum.biz"), "a new connection of ours");
    let mut after = authority.connects(address).await;
    assert_eq!(shown(&after).len(), 2, "the new certificate is shown to whoever connects");
    // The old connection still carries what came on it, and the new one carries the same call.
    before.write_all(request("OPTIONS", 2, &to, "").as_bytes()).await.unwrap();
    reads(&mut before, "200 OK").await;
    after.write_all(request("BYE", 3, &to, "").as_bytes()).await.unwrap();
    reads(&mut after, "200 OK").await;
    trunk.shutdown(SECOND).await;
}

#[tokio::test]
async fn a_self_signed_certificate_starts_no_trunk_but_a_laboratorys() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![FQDN.to_owned()]).unwrap();
    let chain = vec![params.self_signed(&key).unwrap().der().clone()];
    let key = || PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let (trunk, roots) = (FQDN.parse::<SbcFqdn>().unwrap(), Authority::new().roots());
    let refused = TlsIdentity::new(chain.clone(), key(), roots.clone(), [&trunk], [PROXY], now())
        .unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Certificate);
    let fault = std::error::Error::source(&refused).unwrap().downcast_ref::<CertificateFault>();
    assert_eq!(fault, Some(&CertificateFault::SelfSigned));
    assert!(TlsIdentity::laboratory(chain, key(), roots, [&trunk], [PROXY], now()).is_ok());
}

/// Pains 68 and 69: what a handshake dies of is said in words, on both sides.
#[tokio::test]
async fn what_a_peer_presents_and_why_it_refuses_is_told() {
    let (authority, other) = (Authority::new(), Authority::new());
    let proxy = authority.identity(&[PROXY], PROXY, FQDN);
    let proxy = SocketNetwork::builder().tls(local(), proxy).bind().await.unwrap();
    let port = proxy.addresses()[0].1.port();
    let ours = authority.identity(&[FQDN], FQDN, PROXY);
    let strange = other.identity(&[FQDN], FQDN, PROXY);
    let good = look_at("127.0.0.1", port, Some(&ours)).await.unwrap();
    assert!(good.asks_for_ours && good.fault.is_none(), "{good:?}");
    let roots = authority.roots();
    let doctor = CertificateDoctor::new(&good.chain, now()).roots(&roots);
    assert!(doctor.examine_proxy(&[PROXY]).is_fit());
    assert!(!doctor.examine_proxy(&["sip2.pstnhub.test"]).is_fit());
    let none = look_at("127.0.0.1", port, None).await.unwrap();
    assert_eq!(none.fault, Some(ConnectionFault::OurCertificateMissing), "{none:?}");
    let unknown = look_at("127.0.0.1", port, Some(&strange)).await.unwrap();
    assert_eq!(unknown.fault, Some(ConnectionFault::OurAuthorityUnknown), "{unknown:?}");
    let target = Target::new(TransportKind::Tls, PROXY, port);
    let connect = |identity: TlsIdentity| async {
        let network = SocketNetwork::builder().tls(local(), identity).resolver(Arc::new(Loopback));
        let network = network.bind().await.unwrap();
        network.connect(&target).await.map(drop).map_err(|error| ConnectionFault::of(&error))
    };
    assert_eq!(connect(ours).await, Ok(()));
    assert_eq!(connect(strange).await, Err(ConnectionFault::TheirAuthorityUnknown));
    let nobody = look_at("127.0.0.1", 9, None).await.unwrap_err();
    assert_eq!(nobody, ConnectionFault::Refused);
}

/// A proxy that trusts another authority refuses us after the handshake, as TLS 1.3 has it; the
/// trunk's health says whose certificate is at fault.
#[tokio::test]
async fn health_says_that_our_certificate_is_what_the_proxy_refuses() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (chain, key) = ours.issue(&[FQDN]);
    let mut roots = ours.roots();
    roots.add(theirs.certificate.clone()).unwrap();
    let trunk_name: SbcFqdn = FQDN.parse().unwrap();
    let identity = TlsIdentity::new(chain, key, roots, [&trunk_name], [PROXY], now()).unwrap();
    let network = SocketNetwork::builder().tls(local(), identity).resolver(Arc::new(Loopback));
    let network = network.bind().await.unwrap();
    let proxy = theirs.identity(&[PROXY], PROXY, FQDN);
    let proxy = SocketNetwork::builder().tls(local(), proxy).bind().await.unwrap();
    let target = Target::new(TransportKind::Tls, PROXY, proxy.addresses()[0].1.port());
    let teams = TeamsPeer::of_proxies(vec![target], vec!["127.0.0.0/8".parse().unwrap()]);
    let config = TrunkConfig::new(trunk_name).seed(5).teams(teams);
    let clock = Arc::new(TokioClock::system());
    let media = Arc::new(FixedMedia::new("127.0.0.1:4000".parse().unwrap()));
    let (trunk, mut events) = Trunk::start(config, Arc::new(network), clock, media).unwrap();
    let TrunkEvent::Health(health) = timeout(5 * SECOND, events.next()).await.unwrap().unwrap()
    else {
        panic!("health");
    };
    assert!(health.reason.to_string().contains("who issued our certificate"), "{}", health.reason);
    trunk.shutdown(SECOND).await;
}

#[tokio::test]
async fn every_connection_resolves_its_name_anew() {
    #[derive(Default)]
    struct Counting(std::sync::atomic::AtomicUsize);

    #[async_trait::async_trait]
    impl teams_cc_sip::io::Resolve for Counting {
        async fn resolve(&self, _host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
        }
    }

    let asked = Arc::new(Counting::default());
    let network = SocketNetwork::builder().tcp(local()).resolver(Arc::clone(&asked) as _);
    let network = network.bind().await.unwrap();
    let target = Target::new(TransportKind::Tcp, PROXY, network.addresses()[0].1.port());
    for times in 1..=3 {
        network.connect(&target).await.unwrap();
        assert_eq!(asked.0.load(std::sync::atomic::Ordering::Relaxed), times);
    }
}
