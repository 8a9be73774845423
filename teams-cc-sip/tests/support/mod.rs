//! A network in memory, a trunk on it, and parties that speak SIP by hand.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses its own part")]

mod bridged;
mod carriers;
mod messages;
mod party;
mod put_through;
mod switch;

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex as StdMutex},
    time::Duration,
};

use async_trait::async_trait;
use teams_cc_core::{
    LegId,
    contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    io::{Connection, FixedMedia, Network, Peer, Target, TokioClock, TransportKind},
    message::{Request, Response},
    trunk::{
        IncomingCall, LabPeer, MediaPort, MediaQuality, StaticPeer, TeamsPeer, Trunk, TrunkConfig,
        TrunkEvent, TrunkEvents,
    },
};
use tokio::{
    io::{DuplexStream, duplex},
    sync::{Mutex, mpsc},
    time::timeout,
};

pub use bridged::{Bridged, carrier_invite};
pub use carriers::Carriers;
pub use messages::{answer, from_callee, request, rtp, srtp, teams_invite, to_teams, within};
pub use party::Party;
pub use put_through::{PutThrough, mobile, two_carriers, user};
pub use switch::{Switch, Told};

pub const FQDN: &str = "sbc1.adatum.biz";
pub const TENANT_FQDN: &str = "bank.sbc1.adatum.biz";
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
pub const TEAMS_ADDRESS: &str = "52.114.7.9:4000";

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

/// Both ends of a call from Teams, with what set it up.
pub struct Answered {
    pub teams: Party,
    pub invite: Request,
    pub call: IncomingCall,
    pub ok: Response,
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
    /// How streams went that are closed.
    pub went: Vec<(LegId, MediaQuality)>,
    /// Legs for which there was no stream, and why.
    pub refused: Vec<(LegId, io::ErrorKind)>,
}

pub fn config() -> TrunkConfig {
    let proxies = ["sip", "sip2", "sip3"]
        .map(|name| Target::new(TransportKind::Tls, &format!("{name}.pstnhub.test"), 5061));
    TrunkConfig::new(FQDN.parse().unwrap())
        .seed(7)
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
        let media = FixedMedia::new("192.0.2.1:4000".parse().unwrap());
        Self::start(config, hosts, Arc::new(media))
    }

    pub fn with_media(config: TrunkConfig, media: Arc<dyn MediaPort>) -> Self {
        Self::start(config, &[], media)
    }

    fn start(config: TrunkConfig, hosts: &[&str], media: Arc<dyn MediaPort>) -> Self {
        let (incoming, accepted) = mpsc::channel(16);
        let (connected, connections) = mpsc::channel(16);
        let network = Arc::new(Memory {
            accepted: Mutex::new(accepted),
            connected,
            refused: StdMutex::new(hosts.iter().map(|host| (*host).to_owned()).collect()),
        });
        let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
        let (trunk, events) =
            Trunk::start(config, Arc::clone(&network) as _, Arc::new(clock), media).unwrap();
        Self {
            trunk,
            events,
            network,
            incoming,
            connections,
            parked: VecDeque::new(),
            kept: VecDeque::new(),
            went: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// A call from Teams that is answered, but for its ACK.
    pub async fn answered(&mut self) -> Answered {
        let mut teams = self.teams_connects().await;
        let invite = teams_invite("in", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
        teams.send(invite.clone()).await;
        let call = self.incoming().await;
        teams.response(100).await;
        call.leg.execute(LegCommand::Answer).await.unwrap();
        let ok = teams.response(200).await;
        Answered { teams, invite, call, ok }
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
                TrunkEvent::MediaEnded { leg, quality } => self.went.push((leg, quality)),
                TrunkEvent::MediaRefused { leg, why } => self.refused.push((leg, why)),
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

    /// The next call, also one that came while something else was waited for.
    pub async fn kept_call(&mut self) -> IncomingCall {
        let kept = self.kept.iter().position(|e| matches!(e, TrunkEvent::Incoming(_)));
        match kept.and_then(|at| self.kept.remove(at)) {
            Some(TrunkEvent::Incoming(call)) => call,
            _ => self.incoming().await,
        }
    }

    pub async fn quiet(&mut self) {
        let next = timeout(Duration::from_secs(5), self.event()).await;
        assert!(next.is_err(), "unexpected: {next:?}");
    }
}

/// Why a leg ended, who ended it, and the status.
pub fn end(event: LegEvent) -> (EndReason, EndedBy, Option<i32>) {
    match event {
        LegEvent::Ended(cause) => (cause.reason, cause.by, cause.code),
        other => panic!("not ended: {other:?}"),
    }
}
