//! Datagrams whose source anybody can write.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex as StdMutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use support::{FQDN, rtp, teams_invite};
use teams_cc_sip::{
    io::{Connection, DatagramSocket, FixedMedia, Network, Target, TokioClock},
    trunk::{StaticPeer, Trunk, TrunkConfig, TrunkEvent, TrunkEvents},
};
use tokio::{
    sync::{Mutex, mpsc},
    time::timeout,
};

const CARRIER: &str = "203.0.113.7:5060";

struct Socket {
    arriving: Mutex<mpsc::Receiver<(Bytes, SocketAddr)>>,
    sent: StdMutex<Vec<(String, SocketAddr)>>,
}

#[async_trait]
impl DatagramSocket for Socket {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        self.arriving.lock().await.recv().await.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        let text = String::from_utf8_lossy(datagram).into_owned();
        self.sent.lock().unwrap().push((text, to));
        Ok(())
    }
}

/// A network of one socket.
struct OneSocket(Arc<Socket>, Mutex<bool>);

#[async_trait]
impl Network for OneSocket {
    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        let to = format!("{}:{}", target.host, target.port).parse().map_err(io::Error::other)?;
        Ok(Connection::datagram_to(Arc::clone(&self.0) as _, to))
    }

    async fn accept(&self) -> io::Result<Connection> {
        if std::mem::replace(&mut *self.1.lock().await, true) {
            std::future::pending::<()>().await;
        }
        Ok(Connection::datagram(Arc::clone(&self.0) as _))
    }
}

fn start() -> (Trunk, TrunkEvents, Arc<Socket>, mpsc::Sender<(Bytes, SocketAddr)>) {
    let (sender, arriving) = mpsc::channel(64);
    let socket = Arc::new(Socket { arriving: Mutex::new(arriving), sent: StdMutex::default() });
    let network = OneSocket(Arc::clone(&socket), Mutex::new(false));
    let config = TrunkConfig::new(FQDN.parse().unwrap()).seed(7).carrier(StaticPeer::udp(
        "carrier",
        "203.0.113.7".parse().unwrap(),
        5060,
    ));
    let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
    let media = FixedMedia::new("192.0.2.1:4000".parse().unwrap());
    let (trunk, events) =
        Trunk::start(config, Arc::new(network), Arc::new(clock), Arc::new(media)).unwrap();
    (trunk, events, socket, sender)
}

fn invite(call: &str) -> Bytes {
    let text = teams_invite(call, FQDN, Some(&rtp("sendrecv", 1))).reveal();
    text.replace("SIP/2.0/TLS sip.pstnhub.test:5061", "SIP/2.0/UDP 203.0.113.7:5060").into()
}

#[tokio::test(start_paused = true)]
async fn an_address_of_nobody_gets_no_answer_and_takes_no_room() {
    let (_trunk, mut events, socket, network) = start();
    let carrier: SocketAddr = CARRIER.parse().unwrap();
    network.send((invite("first"), carrier)).await.unwrap();
    let first = timeout(Duration::from_secs(1), events.next()).await.unwrap().unwrap();
    assert!(matches!(first, TrunkEvent::Incoming(_)));
    // More addresses than there are places for flows, and octets that are no message between.
    for n in 0..20_000_u32 {
        let [_, _, high, low] = n.to_be_bytes();
        let address = SocketAddr::from(([198, 51, high, low], 5060));
        let bytes =
            if n % 2 == 0 { invite(&format!("s{n}")) } else { Bytes::from_static(&[0; 99]) };
        network.send((bytes, address)).await.unwrap();
    }
    network.send((invite("second"), carrier)).await.unwrap();
    let second = timeout(Duration::from_secs(5), events.next()).await.unwrap().unwrap();
    assert!(matches!(second, TrunkEvent::Incoming(_)));
    // Nobody says anything for longer than a caller is left without any answer.
    tokio::time::sleep(Duration::from_millis(210)).await;
    let sent = socket.sent.lock().unwrap();
    assert!(sent.iter().all(|(_, to)| *to == carrier), "only the carrier is answered");
    assert!(sent.iter().any(|(text, _)| text.starts_with("SIP/2.0 100")));
}
