use async_trait::async_trait;
use tokio::{io::AsyncReadExt as _, sync::Mutex as AsyncMutex};

use super::*;

/// A network on which nothing ever opens.
struct Deaf;

#[async_trait]
impl Network for Deaf {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        std::future::pending().await
    }

    async fn accept(&self) -> io::Result<Connection> {
        std::future::pending().await
    }
}

struct Silent;

#[async_trait]
impl DatagramSocket for Silent {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        std::future::pending().await
    }

    async fn send(&self, _datagram: &[u8], _to: SocketAddr) -> io::Result<()> {
        Ok(())
    }
}

fn flows() -> Flows {
    let (heard, _) = mpsc::channel(1);
    Flows::new(Arc::new(Deaf), heard, TrunkLimits::default())
}

#[tokio::test]
async fn connections_are_opened_to_so_many_targets_and_no_more() {
    let mut flows = flows();
    let mut send = |n: usize| {
        let target = Target::new(TransportKind::Tcp, &format!("host{n}.test"), 5060);
        flows.send_to(Instant::ZERO, &target, None, Bytes::from_static(b"x"))
    };
    assert!((0..MAX_OPENING).all(&mut send));
    assert!(!send(MAX_OPENING), "one more is not opened");
    assert!(send(0), "what waits for another goes on waiting");
}

#[tokio::test]
async fn the_address_that_was_silent_longest_makes_room() {
    let mut flows = flows();
    let socket: Arc<dyn DatagramSocket> = Arc::new(Silent);
    flows.accepted(Connection::datagram(socket), true);
    let address = |n: usize| {
        let [.., high, low] = n.to_be_bytes();
        SocketAddr::from(([198, 51, high, low], 5060))
    };
    let (first, _) = flows.datagram(0, address(0));
    let (second, _) = flows.datagram(0, address(1));
    for n in 2..MAX_DATAGRAM_FLOWS {
        flows.datagram(0, address(n));
    }
    assert_eq!(flows.datagram(0, address(0)).0, first, "it speaks again");
    let (_, news) = flows.datagram(0, address(MAX_DATAGRAM_FLOWS));
    assert!(matches!(news[..], [Input::FlowClosed { flow }, _] if flow == second));
    assert_eq!(flows.datagram(0, address(0)).0, first);
    assert_eq!(
        (flows.datagrams.len(), flows.by_use.len()),
        (MAX_DATAGRAM_FLOWS, MAX_DATAGRAM_FLOWS)
    );
    assert_eq!(flows.by_address.len(), MAX_DATAGRAM_FLOWS);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_slowly_is_told_everything() {
    let mut flows = flows();
    let (ours, mut theirs) = tokio::io::duplex(64);
    let peer = Peer::new(TransportKind::Tcp, SocketAddr::from(([198, 51, 100, 1], 5060)));
    let opened = flows.accepted(Connection::stream(Box::new(ours), peer), true);
    let [Input::FlowOpened { flow, .. }] = opened[..] else { panic!("no flow") };
    for n in 0..1_000_u16 {
        assert!(flows.send(flow, Bytes::copy_from_slice(&n.to_be_bytes())), "{n}");
        if n % 64 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for n in 0..1_000 {
        assert_eq!(theirs.read_u16().await.unwrap(), n);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A network whose connections open when the test says so.
struct Slow(AsyncMutex<mpsc::Receiver<Connection>>);

#[async_trait]
impl Network for Slow {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        self.0.lock().await.recv().await.ok_or(io::ErrorKind::ConnectionRefused.into())
    }

    async fn accept(&self) -> io::Result<Connection> {
        std::future::pending().await
    }
}

/// More requests than used to wait for a connection.
const MANY: u16 = 300;

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_renewed_carries_on_until_the_new_one_stands() {
    let (opens, opened) = mpsc::channel(1);
    let (heard, _hearing) = mpsc::channel(1);
    let network = Arc::new(Slow(AsyncMutex::new(opened)));
    let mut flows = Flows::new(network, heard, TrunkLimits::default());
    let target = Target::new(TransportKind::Tls, "sip.pstnhub.test", 5061);
    let connection = || {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let peer = Peer::new(TransportKind::Tls, SocketAddr::from(([198, 51, 100, 1], 5061)));
        (Connection::stream(Box::new(ours), peer), theirs)
    };
    let send = |flows: &mut Flows, now, n: u16| {
        flows.send_to(now, &target, None, Bytes::copy_from_slice(&n.to_be_bytes()))
    };
    let mut now = Instant::ZERO;
    assert!(send(&mut flows, now, 0));
    let (first, mut old) = connection();
    opens.send(first).await.unwrap();
    flows.next().await;
    now += RENEW_AFTER;
    for n in 1..MANY {
        assert!(send(&mut flows, now, n), "{n}");
    }
    for n in 0..MANY {
        assert_eq!(old.read_u16().await.unwrap(), n, "on the old connection");
    }
    let (second, mut new) = connection();
    opens.send(second).await.unwrap();
    let news = flows.next().await;
    assert!(matches!(news[..], [Input::FlowOpened { .. }, Input::FlowLeads { .. }]));
    assert!(send(&mut flows, now, MANY));
    assert_eq!(new.read_u16().await.unwrap(), MANY, "on the new connection");
    // A renewal that fails costs nothing: what there is carries on, and it is tried again.
    now += RENEW_AFTER;
    drop(opens);
    assert!(send(&mut flows, now, 1));
    assert!(flows.next().await.is_empty(), "nothing was lost");
    assert!(send(&mut flows, now, 2));
    assert_eq!((new.read_u16().await.unwrap(), new.read_u16().await.unwrap()), (1, 2));
    assert!(flows.waiting.is_empty());
    assert!(send(&mut flows, now + RENEW_AGAIN, 3));
    assert!(!flows.waiting.is_empty());
}
