//! A network in memory and parties that speak SIP by hand.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex as StdMutex},
    time::Duration,
};

use async_trait::async_trait;
use teams_cc_core::{LegId, PhoneNumber, contact::LegEvent};
use teams_cc_sip::{
    io::{Connection, FixedMedia, Network, Peer, Target, TokioClock, TransportKind},
    message::{
        ContentType, Frame, Limits, Message, Method, Request, Response, StatusCode, StreamDecoder,
    },
    trunk::{
        Destination, IncomingCall, LabPeer, StaticPeer, TeamsPeer, Trunk, TrunkConfig, TrunkEvent,
        TrunkEvents, Via,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::{Mutex, mpsc},
    time::timeout,
};

pub const FQDN: &str = "sbc1.adatum.biz";
pub const TENANT_FQDN: &str = "bank.sbc1.adatum.biz";
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
pub const TEAMS_ADDRESS: &str = "52.114.7.9:4000";

const KEY: &str = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

pub struct Memory {
    accepted: Mutex<mpsc::Receiver<Connection>>,
    connected: mpsc::Sender<(Target, DuplexStream)>,
    refused: StdMutex<BTreeSet<String>>,
}

#[async_trait]
impl Network for Memory {
    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        if self.refused.lock().unwrap().contains(&*target.host) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (ours, theirs) = duplex(1 << 20);
        self.connected.send((target.clone(), theirs)).await.map_err(io::Error::other)?;
        let peer = Peer::new(target.transport, TEAMS_ADDRESS.parse().unwrap()).name(&target.host);
        Ok(Connection::stream(Box::new(ours), peer))
    }

    async fn accept(&self) -> io::Result<Connection> {
        match self.accepted.lock().await.recv().await {
            Some(connection) => Ok(connection),
            None => std::future::pending().await,
        }
    }
}

/// A trunk with its network, as a test drives it.
pub struct Stage {
    pub trunk: Trunk,
    pub events: TrunkEvents,
    pub network: Arc<Memory>,
    incoming: mpsc::Sender<Connection>,
    connections: mpsc::Receiver<(Target, DuplexStream)>,
    parked: VecDeque<(Target, Party)>,
    kept: VecDeque<TrunkEvent>,
}

pub fn config() -> TrunkConfig {
    let proxies = ["sip", "sip2", "sip3"]
        .map(|name| Target::new(TransportKind::Tls, &format!("{name}.pstnhub.test"), 5061));
    TrunkConfig::new(FQDN.parse().unwrap(), 7)
        .teams(TeamsPeer::of_proxies(proxies.into(), vec!["52.112.0.0/14".parse().unwrap()]))
        .tenant(TENANT_FQDN.parse().unwrap(), TENANT.parse().unwrap())
        .carrier(
            StaticPeer::new("carrier", TransportKind::Tcp)
                .address("203.0.113.0/24".parse().unwrap())
                .target(Target::new(TransportKind::Tcp, "carrier.test", 5060)),
        )
}

pub fn lab() -> LabPeer {
    LabPeer::new("127.0.0.1", 5060, 5061)
}

impl Stage {
    pub fn new(config: TrunkConfig) -> Self {
        Self::refusing(config, &[])
    }

    pub fn refusing(config: TrunkConfig, hosts: &[&str]) -> Self {
        let (incoming, accepted) = mpsc::channel(16);
        let (connected, connections) = mpsc::channel(16);
        let network = Arc::new(Memory {
            accepted: Mutex::new(accepted),
            connected,
            refused: StdMutex::new(hosts.iter().map(|host| (*host).to_owned()).collect()),
        });
        let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
        let media = FixedMedia::new("192.0.2.1:4000".parse().unwrap());
        let (trunk, events) =
            Trunk::start(config, Arc::clone(&network) as _, Arc::new(clock), Arc::new(media));
        Self {
            trunk,
            events,
            network,
            incoming,
            connections,
            parked: VecDeque::new(),
            kept: VecDeque::new(),
        }
    }

    pub fn refuse(&self, host: &str) {
        self.network.refused.lock().unwrap().insert(host.to_owned());
    }

    /// The trunk's own connection to a host, once it is opened.
    pub async fn connection(&mut self, host: &str) -> Party {
        loop {
            if let Some(at) = self.parked.iter().position(|(target, _)| &*target.host == host) {
                return self.parked.remove(at).unwrap().1;
            }
            let next = timeout(Duration::from_mins(1), self.connections.recv()).await;
            let (target, stream) = next.expect("a connection within a minute").unwrap();
            self.parked.push_back((target.clone(), Party::new(stream, &target.host)));
        }
    }

    /// A connection that somebody opens to the trunk.
    pub async fn connect(&self, peer: Peer) -> Party {
        let (ours, theirs) = duplex(1 << 20);
        let name = peer.address.to_string();
        self.incoming.send(Connection::stream(Box::new(ours), peer)).await.unwrap();
        Party::new(theirs, &name)
    }

    pub async fn teams_connects(&self) -> Party {
        let address: SocketAddr = TEAMS_ADDRESS.parse().unwrap();
        self.connect(Peer::new(TransportKind::Tls, address).name("sip.pstnhub.test")).await
    }

    pub async fn carrier_connects(&self) -> Party {
        self.connect(Peer::new(TransportKind::Tcp, "203.0.113.7:5060".parse().unwrap())).await
    }

    /// The next event but health.
    pub async fn event(&mut self) -> TrunkEvent {
        loop {
            let next = timeout(Duration::from_mins(2), self.events.next()).await;
            match next.expect("an event within two minutes").expect("the trunk runs") {
                TrunkEvent::Health(_) => {}
                event => return event,
            }
        }
    }

    pub async fn incoming(&mut self) -> IncomingCall {
        match self.event().await {
            TrunkEvent::Incoming(call) => call,
            other => panic!("no call: {other:?}"),
        }
    }

    pub async fn leg_event(&mut self, leg: &LegId) -> LegEvent {
        if let Some(at) =
            self.kept.iter().position(|e| matches!(e, TrunkEvent::Leg { leg: l, .. } if l == leg))
            && let Some(TrunkEvent::Leg { event, .. }) = self.kept.remove(at)
        {
            return event;
        }
        loop {
            match self.event().await {
                TrunkEvent::Leg { leg: found, event } if found == *leg => return event,
                other => self.kept.push_back(other),
            }
        }
    }

    pub async fn quiet(&mut self) {
        let next = timeout(Duration::from_secs(5), self.event()).await;
        assert!(next.is_err(), "unexpected: {next:?}");
    }
}

/// A SIP party on one stream, played by the test.
pub struct Party {
    pub name: String,
    stream: DuplexStream,
    decoder: StreamDecoder,
    waiting: VecDeque<Message>,
    /// Every message that went either way, but for OPTIONS and keep-alives.
    pub ladder: Vec<String>,
    pub pings: usize,
}

impl Party {
    pub fn new(stream: DuplexStream, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            stream,
            decoder: StreamDecoder::new(Limits::default()),
            waiting: VecDeque::new(),
            ladder: Vec::new(),
            pings: 0,
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub async fn send(&mut self, message: impl Into<Message>) {
        let message = message.into();
        self.note("→", &message);
        self.write(&message.encode()).await;
    }

    /// The next message; `None` once the trunk has closed the stream.
    pub async fn try_receive(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                if let Message::Request(request) = &message
                    && *request.method() == Method::Options
                {
                    self.pings += 1;
                    let answer = answer(request, StatusCode::OK, None);
                    self.write(&answer.encode()).await;
                    continue;
                }
                self.note("←", &message);
                return Some(message);
            }
            let mut chunk = [0; 4096];
            let read = timeout(Duration::from_secs(90), self.stream.read(&mut chunk)).await;
            let length =
                read.unwrap_or_else(|_| panic!("{}: nothing for 90 s", self.name)).unwrap();
            if length == 0 {
                return None;
            }
            self.decoder.push(&chunk[..length]);
            while let Some(frame) = self.decoder.next_frame().unwrap() {
                if let Frame::Message(message) = frame {
                    self.waiting.push_back(*message);
                }
            }
        }
    }

    pub async fn receive(&mut self) -> Message {
        self.try_receive().await.expect("the stream is open")
    }

    pub async fn request(&mut self, method: &Method) -> Request {
        match self.receive().await {
            Message::Request(request) if request.method() == method => request,
            other => panic!("{}: no {method}: {other:?}", self.name),
        }
    }

    pub async fn response(&mut self, status: u16) -> Response {
        match self.receive().await {
            Message::Response(response) if response.status().as_u16() == status => response,
            other => panic!("{}: no {status}: {other:?}", self.name),
        }
    }

    /// Nothing but OPTIONS comes for a while.
    pub async fn hears_nothing(&mut self, for_: Duration) {
        let next = timeout(for_, self.try_receive()).await;
        assert!(next.is_err(), "{}: unexpected {next:?}", self.name);
    }

    pub async fn answer(&mut self, request: &Request, status: StatusCode, body: Option<&str>) {
        self.send(answer(request, status, body)).await;
    }

    /// Takes a call: 100 is left out, 180 and 200 with SRTP are sent, the ACK is awaited.
    pub async fn take(&mut self, invite: &Request, body: &str) {
        self.answer(invite, StatusCode::RINGING, None).await;
        self.answer(invite, StatusCode::OK, Some(body)).await;
        self.request(&Method::Ack).await;
    }

    fn note(&mut self, arrow: &str, message: &Message) {
        let line = match message {
            Message::Request(request) => request.method().as_str().to_owned(),
            Message::Response(response) => {
                let cseq = response.headers().get_str("CSeq").unwrap_or_default().to_owned();
                let method = cseq.split(' ').next_back().unwrap_or_default().to_owned();
                format!("{} ({method})", response.status().as_u16())
            }
        };
        let sipfrag = message
            .headers()
            .get_str("Content-Type")
            .filter(|kind| kind.starts_with("message/sipfrag"))
            .map(|_| String::from_utf8_lossy(message.body()).trim().to_owned());
        let flow = String::from_utf8_lossy(message.body())
            .lines()
            .find(|line| ["a=inactive", "a=sendonly", "a=recvonly"].contains(line))
            .map(str::to_owned);
        let extra = sipfrag.or(flow).map(|extra| format!(" [{extra}]")).unwrap_or_default();
        self.ladder.push(format!("{arrow} {line}{extra}"));
    }
}

/// A response of a party, with its tag, Contact and body.
pub fn answer(request: &Request, status: StatusCode, body: Option<&str>) -> Response {
    let host = request.uri().host().map(ToString::to_string).unwrap_or_default();
    let host = if host.starts_with("sip") { host } else { "sip.pstnhub.test".into() };
    let mut response = Response::to(request, status);
    let to = response.headers().get_str("To").unwrap().to_owned();
    if !to.contains("tag=") {
        response.headers_mut().set("To", format!("{to};tag=party")).unwrap();
    }
    let contact = format!("<sip:{host}:5061;transport=tls>");
    response.headers_mut().push("Contact", contact).unwrap();
    match body {
        Some(body) => response.with_body(&ContentType::sdp(), body.to_owned()),
        None => response,
    }
}

/// SRTP as Teams describes it.
pub fn srtp(direction: &str, version: u32) -> String {
    format!(
        "v=0\r\no=- 1 {version} IN IP4 52.114.7.9\r\ns=session\r\nc=IN IP4 52.114.7.9\r\n\
         t=0 0\r\nm=audio 50000 RTP/SAVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^31\r\na={direction}\r\n"
    )
}

/// Plain RTP as a carrier describes it.
pub fn rtp(direction: &str, version: u32) -> String {
    format!(
        "v=0\r\no=- 2 {version} IN IP4 203.0.113.7\r\ns=-\r\nc=IN IP4 203.0.113.7\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n"
    )
}

/// A request as a party writes it; `%` in headers ends a line.
pub fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: Option<&str>) -> Request {
    let method = Method::parse(method).unwrap();
    let uri = teams_cc_sip::message::Uri::parse(uri).unwrap();
    let request = headers.iter().fold(Request::new(method, uri), |request, (name, value)| {
        request.with_header(*name, value).unwrap()
    });
    match body {
        Some(body) => request.with_body(&ContentType::sdp(), body.to_owned()),
        None => request,
    }
}

/// An INVITE from Teams to a number behind a tenant's name.
pub fn teams_invite(call: &str, host: &str, body: Option<&str>) -> Request {
    request(
        "INVITE",
        &format!("sip:+14255550100@{host}:5061;user=phone;transport=tls"),
        &[
            ("Via", &format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}")),
            ("Max-Forwards", "70"),
            ("From", "\"Ann\" <sip:+14255550123@sip.pstnhub.test;user=phone>;tag=teams"),
            ("To", &format!("<sip:+14255550100@{host};user=phone>")),
            ("Call-ID", call),
            ("CSeq", "1 INVITE"),
            ("Contact", "<sip:api-du-a-euwe.pstnhub.test:443;x-i=1;x-c=2>"),
            ("Record-Route", "<sip:sip.pstnhub.test:5061;transport=tls;lr>"),
        ],
        body,
    )
}

/// A later request of the peer in the dialog that a response of ours has set up.
pub fn within(
    invite: &Request,
    ours: &Response,
    method: &str,
    cseq: u32,
    extra: &[(&str, &str)],
    body: Option<&str>,
) -> Request {
    let get = |name| invite.headers().get_str(name).unwrap().to_owned();
    let call = get("Call-ID");
    let contact = ours.headers().get_str("Contact").unwrap_or("<sip:sbc1.adatum.biz>").to_owned();
    let uri = contact.trim_start_matches('<').split('>').next().unwrap().to_owned();
    // The INVITE's branch belongs to the ACK of a refusal alone; all others have their own.
    let branch = format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}{method}{cseq}");
    let to = ours.headers().get_str("To").unwrap().to_owned();
    let cseq = format!("{cseq} {method}");
    let mut headers = vec![
        ("Via", branch.as_str()),
        ("Max-Forwards", "70"),
        ("From", ""),
        ("To", to.as_str()),
        ("Call-ID", call.as_str()),
        ("CSeq", cseq.as_str()),
    ];
    let from = get("From");
    headers[2].1 = &from;
    headers.extend_from_slice(extra);
    request(method, &uri, &headers, body)
}

/// A later request of the party we called, in the dialog of our INVITE.
pub fn from_callee(
    invite: &Request,
    method: &str,
    cseq: u32,
    extra: &[(&str, &str)],
    body: Option<&str>,
) -> Request {
    let get = |name| invite.headers().get_str(name).unwrap().to_owned();
    let (call, us) = (get("Call-ID"), get("From"));
    let them = format!("{};tag=party", get("To"));
    let contact = get("Contact");
    let uri = contact.trim_start_matches('<').split('>').next().unwrap().to_owned();
    let via = format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}{method}{cseq}");
    let cseq = format!("{cseq} {method}");
    let mut headers = vec![
        ("Via", via.as_str()),
        ("Max-Forwards", "70"),
        ("From", them.as_str()),
        ("To", us.as_str()),
        ("Call-ID", call.as_str()),
        ("CSeq", cseq.as_str()),
        ("Contact", "<sip:sip.pstnhub.test:5061;transport=tls>"),
    ];
    headers.extend_from_slice(extra);
    request(method, &uri, &headers, body)
}

pub fn to_teams(leg: u64) -> Destination {
    Destination::new(
        Via::Teams { tenant: TENANT_FQDN.parse().unwrap() },
        PhoneNumber::presented("+14255550123"),
        PhoneNumber::presented("+14255550199"),
        LegId::numbered("L", leg),
    )
}
