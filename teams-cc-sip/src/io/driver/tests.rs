use std::{
    io,
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;

use super::*;
use crate::{
    io::{Connection, DatagramSocket, FixedMedia, Target, TokioClock},
    trunk::{LabPeer, Trunk},
};

/// Datagrams until the socket falls silent: many times as many as a fair turn waits for.
const FLOOD: usize = 5_000;

/// Datagrams after which the connection comes: the way to the trunk's task is full by then.
const BUSY: usize = 2 * HEARING;

/// A socket that always has one more call.
struct Flood {
    /// Messages that make no event before the first call.
    options: usize,
    read: Arc<AtomicUsize>,
}

impl Flood {
    fn message(&self, n: usize) -> String {
        let method = if n < self.options { "OPTIONS" } else { "INVITE" };
        let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                    m=audio 6000 RTP/AVP 0\r\n";
        format!(
            "{method} sip:+14255550100@127.0.0.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK-{n}\r\nMax-Forwards: 70\r\n\
             From: <sip:+14255550199@127.0.0.1>;tag={n}\r\nTo: <sip:+14255550100@127.0.0.1>\r\n\
             Call-ID: {n}\r\nCSeq: 1 {method}\r\nContact: <sip:flood@127.0.0.1:5999>\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

#[async_trait]
impl DatagramSocket for Flood {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        match self.receive_now()? {
            Some(received) => Ok(received),
            None => std::future::pending().await,
        }
    }

    async fn send(&self, _datagram: &[u8], _to: SocketAddr) -> io::Result<()> {
        Ok(())
    }

    fn receive_now(&self) -> io::Result<Option<(Bytes, SocketAddr)>> {
        let n = self.read.fetch_add(1, Ordering::Relaxed);
        let from = SocketAddr::from(([127, 0, 0, 1], 5_999));
        Ok((n < FLOOD).then(|| (self.message(n).into(), from)))
    }

    fn send_now(&self, _datagram: &[u8], _to: SocketAddr) -> bool {
        true
    }
}

/// A network that has the socket, and then a connection.
struct Busy {
    options: usize,
    read: Arc<AtomicUsize>,
    accepted: AtomicUsize,
    /// How much had been read when the connection was taken.
    taken: Arc<AtomicUsize>,
}

#[async_trait]
impl Network for Busy {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn accept(&self) -> io::Result<Connection> {
        if self.accepted.load(Ordering::Relaxed) == 0 {
            self.accepted.store(1, Ordering::Relaxed);
            let read = Arc::clone(&self.read);
            return Ok(Connection::datagram(Arc::new(Flood { options: self.options, read })));
        }
        let read = self.read.load(Ordering::Relaxed);
        if read < BUSY || self.accepted.swap(2, Ordering::Relaxed) == 2 {
            return std::future::pending().await;
        }
        self.taken.store(read, Ordering::Relaxed);
        let (ours, theirs) = tokio::io::duplex(64);
        drop(theirs);
        let peer = Peer::new(TransportKind::Tcp, SocketAddr::from(([198, 51, 100, 1], 5_060)));
        Ok(Connection::stream(Box::new(ours), peer))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_taken_within_some_turns_however_many_calls_come() {
    // Whether calls or their events fall on the fair turns hangs on what came before.
    for options in 0..2 {
        let (read, taken) = (Arc::default(), Arc::default());
        let accepted = AtomicUsize::new(0);
        let network = Busy { options, read, accepted, taken: Arc::clone(&taken) };
        let config = TrunkConfig::new("sbc1.adatum.biz".parse().unwrap())
            .trust_loopback(LabPeer::new("127.0.0.1", 5060, 5061));
        let media = FixedMedia::new(SocketAddr::from(([127, 0, 0, 1], 4_000)));
        let clock = Arc::new(TokioClock::system());
        let (_trunk, mut events) =
            Trunk::start(config, Arc::new(network), clock, Arc::new(media)).unwrap();
        let mut calls = Vec::new();
        while calls.len() < FLOOD / 2 {
            if let Some(TrunkEvent::Incoming(call)) = events.next().await {
                calls.push(call);
            }
        }
        let taken = taken.load(Ordering::Relaxed);
        let fair = usize::try_from(FAIR_TURNS).unwrap();
        assert!((BUSY..=BUSY + 8 * fair).contains(&taken), "{options}: after {taken} messages");
    }
}
