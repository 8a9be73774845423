//! What breaks around a trunk, what leaks, and what a hostile peer can do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use support::{Stage, Switch, config, lab, rtp, srtp, teams_invite, to_teams, within};
use teams_cc_core::{
    LegId,
    contact::{EndReason, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::{HealthReason, PeerState},
    io::{Connection, DatagramSocket, Network, Peer, Target, TokioClock, TransportKind},
    message::{Method, StatusCode},
    trunk::{MediaPort, RemoteMedia, Trunk, TrunkEvent, TrunkEvents},
};

/// A network whose connections panic, and where nobody ever comes.
struct Broken;

#[async_trait]
impl Network for Broken {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        panic!("a resolver of a partner has a fault");
    }

    async fn accept(&self) -> io::Result<Connection> {
        Err(io::ErrorKind::AddrInUse.into())
    }
}

/// A network with one socket that cannot be read any more.
struct Deaf(Mutex<Option<Connection>>);

#[async_trait]
impl Network for Deaf {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    async fn accept(&self) -> io::Result<Connection> {
        let first = self.0.lock().unwrap().take();
        match first {
            Some(connection) => Ok(connection),
            None => std::future::pending().await,
        }
    }
}

struct DeadSocket;

#[async_trait]
impl DatagramSocket for DeadSocket {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        Err(io::ErrorKind::NotConnected.into())
    }

    async fn send(&self, _datagram: &[u8], _to: SocketAddr) -> io::Result<()> {
        Ok(())
    }
}

/// A media port that has nothing left, or a fault of its own.
struct Media {
    panics: bool,
}

impl MediaPort for Media {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        assert!(!self.panics, "a media port of a partner has a fault");
        Err(io::ErrorKind::AddrInUse.into())
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn close(&self, _leg: &LegId) {}
}

fn start(network: Arc<dyn Network>, media: Arc<dyn MediaPort>) -> (Trunk, TrunkEvents) {
    let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
    Trunk::start(config(), network, Arc::new(clock), media).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_panics_counts_as_one_that_failed() {
    let address = "192.0.2.1:4000".parse().unwrap();
    let media = Arc::new(teams_cc_sip::io::FixedMedia::new(address));
    let (trunk, mut events) = start(Arc::new(Broken), media);
    let leg = trunk.dial(to_teams(1)).await.unwrap();
    loop {
        let event = events.next().await.unwrap();
        if let TrunkEvent::Leg { event: LegEvent::Ended(cause), .. } = event {
            assert_eq!(cause.reason, EndReason::Unreachable);
            break;
        }
    }
    assert!(trunk.health().iter().all(|health| health.state == PeerState::Down));
    drop(leg);
    assert!(trunk.shutdown(Duration::from_secs(1)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_fails_is_told_and_brings_health_down() {
    let address = "192.0.2.1:4000".parse().unwrap();
    let media = Arc::new(teams_cc_sip::io::FixedMedia::new(address));
    let socket = Connection::datagram(Arc::new(DeadSocket));
    let networks: [Arc<dyn Network>; 2] =
        [Arc::new(Broken), Arc::new(Deaf(Mutex::new(Some(socket))))];
    for network in networks {
        let (trunk, mut events) = start(network, Arc::clone(&media) as _);
        let listener = loop {
            match events.next().await.unwrap() {
                TrunkEvent::Health(health) if health.reason == HealthReason::ListenerFailed => {
                    break health;
                }
                _ => {}
            }
        };
        assert_eq!(listener.state, PeerState::Down);
        assert_eq!(trunk.health()[2].reason, HealthReason::ListenerFailed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_dies_brings_health_down_and_every_order_ends() {
    let (trunk, mut events) = start(Arc::new(Broken), Arc::new(Media { panics: true }));
    let error = trunk.dial(to_teams(1)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Stopped);
    assert!(trunk.health().iter().all(|health| health.reason == HealthReason::TrunkStopped));
    while events.next().await.is_some() {}
    assert!(trunk.shutdown(Duration::from_secs(1)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dial_without_media_is_an_error_and_leaves_nothing() {
    let (trunk, _events) = start(Arc::new(Broken), Arc::new(Media { panics: false }));
    let error = trunk.dial(to_teams(1)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Media);
    assert!(error.is_retryable());
    assert!(trunk.shutdown(Duration::from_secs(1)).await.is_empty());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_personal_is_logged_or_shown() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: a subscriber of one thread alone misses what another thread met first,
    // and what the other tests here log must tell as little.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut stage = Stage::new(config());
    let mut shown = Vec::new();
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("private", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    shown.push(format!("{call:?}"));
    call.leg.execute(LegCommand::Answer).await.unwrap();
    teams.response(100).await;
    let ok = teams.response(200).await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let destination = to_teams(1).display("Contoso Bank");
    shown.push(format!("{destination:?}"));
    let leg = stage.trunk.dial(destination).await.unwrap();
    let out = proxy.request(&Method::Invite).await;
    proxy.answer(&out, StatusCode::BUSY_HERE, None).await;
    proxy.request(&Method::Ack).await;
    shown.push(format!("{:?}", stage.leg_event(leg.id()).await));
    shown.push(format!("{leg:?} {:?}", stage.trunk));
    let mut broken = stage.teams_connects().await;
    broken.write(b"INVITE sip:+14255550123@x SIP/2.0\r\nFrom: \"Ann\" <\r\n\r\n").await;
    let _ = broken.try_receive().await;
    stage.trunk.shutdown(Duration::from_secs(3)).await;
    shown.push(String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    let shown = shown.join("\n");
    assert!(shown.contains("leg ended"), "something was logged");
    for secret in ["4255550", "Ann", "Contoso Bank", "inline:", "WVNfX19z", "a=crypto"] {
        assert!(!shown.contains(secret), "{secret} stands in {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn half_sensible_messages_neither_stop_the_trunk_nor_leave_anything() {
    let mut stage = Stage::new(config().trust_loopback(lab()));
    let invite = teams_invite("seed", "127.0.0.1", Some(&rtp("sendrecv", 1)));
    let bodies: Vec<Vec<u8>> =
        ["INVITE", "BYE", "REFER", "CANCEL", "ACK", "OPTIONS", "NOTIFY", "INFO"]
            .map(|method| {
                let text = invite.reveal().replacen("INVITE", method, 2);
                let refer = "Refer-To: <sip:sip.pstnhub.test;x-m=1>\r\nContent-Type";
                text.replacen("Content-Type", refer, 1).into_bytes()
            })
            .into();
    // A generator of our own keeps the test the same everywhere (Numerical Recipes' constants).
    let mut random = 42_u32;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(random >> 8).unwrap() % below
    };
    let mut taken = 0;
    for round in 0..400 {
        let mut bytes = bodies[next(bodies.len())].clone();
        let unique = format!("seed{round}");
        bytes = String::from_utf8_lossy(&bytes).replace("seed", &unique).into_bytes();
        for _ in 0..next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let peer = Peer::new(TransportKind::Tcp, "127.0.0.1:5062".parse().unwrap());
        let mut party = stage.connect(peer).await;
        party.write(&bytes).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        while let Ok(Some(event)) =
            tokio::time::timeout(Duration::from_millis(1), stage.events.next()).await
        {
            if let TrunkEvent::Incoming(call) = event {
                taken += 1;
                if round % 2 == 0 {
                    let _ = call.leg.execute(LegCommand::Answer).await;
                }
            }
        }
    }
    assert!(taken > 10, "only {taken} calls came through");
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("sound", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    let call = stage.incoming().await;
    assert_eq!(&*call.call_id, "sound");
    drop(call);
    // Answers that were never acknowledged end after 64 × T1, their BYEs after as long again.
    let drain = async { while stage.events.next().await.is_some() {} };
    let trunk = stage.trunk.clone();
    let (unfinished, ()) = tokio::join!(trunk.shutdown(Duration::from_mins(2)), drain);
    assert!(unfinished.is_empty(), "{unfinished:?}");
}

#[tokio::test(start_paused = true)]
async fn a_leg_for_which_there_is_no_stream_is_told() {
    let leg = LegId::numbered("L", 1);
    let media = Arc::new(Switch::refusing_once(leg.clone()));
    let mut stage = Stage::with_media(config(), media);
    let error = stage.trunk.dial(to_teams(1)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Media);
    stage.quiet().await;
    assert_eq!(stage.refused, [(leg, io::ErrorKind::Other)]);
}
