//! SIP over memory: TLS identity is data, so virtual time needs neither sockets nor TLS.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use teams_cc_sip::io::{Connection, Network, Peer, Target, TransportKind};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::{Mutex, mpsc},
};

use super::driver::{ACCEPT_QUEUE, Shared, lock};
use crate::world::{ConnectionId, Input, PROXIES, ProxyState, SipParty};

/// What fits into a memory stream before the writer waits.
const STREAM_BYTES: usize = 256 * 1024;
/// How many messages wait for a stream; then the connection is closed.
const WRITE_QUEUE: usize = 256;
/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;
/// How long a handshake takes in this network.
const HANDSHAKE: Duration = Duration::from_millis(12);
/// The carrier's address (RFC 5737 documentation range).
pub(crate) const CARRIER_ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
/// The network of the proxies (RFC 5737 documentation range).
pub(crate) const PROXY_NETWORK: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 0);
/// Where the trunk's media would go (RFC 5737 documentation range).
pub(crate) const TRUNK_MEDIA: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 20);
/// The carrier's host name.
pub(crate) const CARRIER_HOST: &str = "carrier.test";

/// The contact center's way to the SIP parties of the world.
pub(crate) struct MemoryNetwork {
    shared: Arc<Shared>,
    incoming: Mutex<mpsc::Receiver<Connection>>,
}

impl MemoryNetwork {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (sender, incoming) = mpsc::channel(ACCEPT_QUEUE);
        shared.send_connections_to(sender);
        Self { shared, incoming: Mutex::new(incoming) }
    }
}

#[async_trait]
impl Network for MemoryNetwork {
    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        let party = party(target)?;
        self.shared.clock().sleep(HANDSHAKE).await;
        let state = match party {
            SipParty::Proxy(n) => {
                self.shared.look(|world| world.setup().proxies.get(usize::from(n)).copied())
            }
            SipParty::Carrier => None,
        };
        if state == Some(ProxyState::RefusesTls) {
            self.shared.with(|world, now| world.refused(now, party));
            return Err(io::Error::new(
                io::ErrorKind::ConnectionRefused,
                "the proxy refuses the TLS handshake",
            ));
        }
        let (ours, theirs) = tokio::io::duplex(STREAM_BYTES);
        opened_to_party(&self.shared, party, ours);
        Ok(Connection::stream(Box::new(theirs), peer(party, None)))
    }

    async fn accept(&self) -> io::Result<Connection> {
        match self.incoming.lock().await.recv().await {
            Some(connection) => Ok(connection),
            None => std::future::pending().await,
        }
    }
}

/// The trunk opened a stream to a party.
pub(crate) fn opened_to_party(
    shared: &Arc<Shared>,
    party: SipParty,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
) {
    let connection = shared.with(|world, _| world.next_connection());
    carry(shared, connection, stream);
    shared.with(|world, now| {
        // A connection that was just named cannot be unknown.
        let _ = world.handle_input(now, Input::SipOpened { connection, party });
    });
}

/// A party opened a stream to the trunk, as the world asked for.
pub(crate) fn opened_to_trunk(
    shared: &Arc<Shared>,
    connection: ConnectionId,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
) {
    carry(shared, connection, stream);
    shared.with(|world, now| {
        // The world may have closed it meanwhile; then nobody sends on it.
        let _ = world.handle_input(now, Input::SipConnected { connection });
    });
}

/// A party opens a connection to the trunk, over memory.
pub(super) fn open_to_trunk(
    shared: &Arc<Shared>,
    connection: ConnectionId,
    party: SipParty,
    accepts: Option<mpsc::Sender<Connection>>,
) {
    let (ours, theirs) = tokio::io::duplex(STREAM_BYTES);
    let offered = Connection::stream(Box::new(theirs), peer(party, Some(connection)));
    if accepts.is_none_or(|accepts| accepts.try_send(offered).is_err()) {
        shared.closed(connection);
        return;
    }
    opened_to_trunk(shared, connection, ours);
}

/// Carries bytes of one connection until either side closes it.
fn carry(
    shared: &Arc<Shared>,
    connection: ConnectionId,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (sender, mut queue) = mpsc::channel::<Bytes>(WRITE_QUEUE);
    lock(&shared.writers).insert(connection, sender);
    tokio::spawn(async move {
        while let Some(bytes) = queue.recv().await {
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // Nobody sends any more: say so, and let the other half of the stream end.
        let _ = writer.shutdown().await;
    });
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut buffer = vec![0; READ_BYTES];
        while let Ok(n @ 1..) = reader.read(&mut buffer).await {
            let bytes = buffer.get(..n).map(Bytes::copy_from_slice).unwrap_or_default();
            shared.received(connection, bytes);
        }
        shared.closed(connection);
    });
}

fn party(target: &Target) -> io::Result<SipParty> {
    let proxy = PROXIES.iter().position(|name| *name == &*target.host);
    match (proxy, target.transport) {
        (Some(n), TransportKind::Tls) => u8::try_from(n).ok().map(SipParty::Proxy),
        (None, TransportKind::Tcp) if &*target.host == CARRIER_HOST => Some(SipParty::Carrier),
        _ => None,
    }
    .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such host in the simulated network"))
}

/// Who the other end is, as a certificate would prove; `opened` marks a connection of theirs.
fn peer(party: SipParty, opened: Option<ConnectionId>) -> Peer {
    // Connections of ours end at the well-known port, theirs start at a high one.
    let high = opened.map(|id| 40_000 + u16::try_from(id.0 % 20_000).unwrap_or(0));
    match party {
        SipParty::Proxy(n) => {
            let [a, b, c, _] = PROXY_NETWORK.octets();
            let address = Ipv4Addr::new(a, b, c, n.saturating_add(1));
            let name = PROXIES.get(usize::from(n)).copied().unwrap_or_default();
            let address = SocketAddr::new(IpAddr::V4(address), high.unwrap_or(5061));
            Peer::new(TransportKind::Tls, address).name(name)
        }
        SipParty::Carrier => {
            let address = SocketAddr::new(IpAddr::V4(CARRIER_ADDRESS), high.unwrap_or(5060));
            Peer::new(TransportKind::Tcp, address)
        }
    }
}
