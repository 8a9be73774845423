//! The seam between the trunk and the world.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::transport::{Target, TransportKind};

/// Opens and accepts connections: sockets in production, memory streams in a simulation.
///
/// Whoever implements this decides what a name resolves to and what a certificate proves; the
/// trunk only sees [`Connection`]s and the identity each [`Peer`] has proven. A simulation can
/// therefore state a TLS identity as data and needs no TLS.
#[async_trait]
pub trait Network: Send + Sync + 'static {
    /// Opens a connection to a target.
    ///
    /// For [`TransportKind::Tls`] the target's host is the server name that the certificate must
    /// prove, and our own certificate is offered. Each call resolves the name again
    /// (Learn, *Plan Direct Routing*: addresses behind the names change).
    /// Dropping the future closes whatever was half open.
    ///
    /// # Errors
    ///
    /// Any I/O error; a refused or failed handshake is [`io::ErrorKind::ConnectionRefused`] or
    /// [`io::ErrorKind::InvalidData`]. The trunk then goes to the next proxy.
    async fn connect(&self, target: &Target) -> io::Result<Connection>;

    /// The next connection somebody opened to us, or the UDP socket as one datagram connection.
    ///
    /// Cancel safe: a connection is never lost because the future was dropped. Waits for ever
    /// where nothing more can arrive.
    ///
    /// # Errors
    ///
    /// An error means that nothing will ever be accepted again; the trunk reports it and keeps
    /// its calls. A handshake that fails is not such an error and is dealt with inside.
    async fn accept(&self) -> io::Result<Connection>;

    /// The trunk hears nothing from a target at this address: the next connection to the target
    /// goes elsewhere if it can.
    fn failed(&self, target: &Target, address: SocketAddr) {
        let _ = (target, address);
    }

    /// Where connections and datagrams arrive, as far as that is known: checked as a trunk starts.
    fn listens(&self) -> Vec<(TransportKind, SocketAddr)> {
        Vec::new()
    }

    /// The names that our own certificate proves; none where that is not known.
    fn certificate_names(&self) -> Option<Vec<Box<str>>> {
        None
    }
}

/// Who is at the other end of a connection, as far as that is proven.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Peer {
    /// How messages travel.
    pub transport: TransportKind,
    /// The address messages come from.
    pub address: SocketAddr,
    /// The names proven by the peer's verified certificate; empty without one.
    pub names: Vec<Box<str>>,
}

impl Peer {
    /// A peer that has proven nothing but its address.
    #[must_use]
    pub fn new(transport: TransportKind, address: SocketAddr) -> Self {
        Self { transport, address, names: Vec::new() }
    }

    /// Adds a name that the peer's certificate proves, such as `sip.pstnhub.microsoft.com`.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.names.push(name.to_ascii_lowercase().into());
        self
    }
}

/// A byte stream in both directions.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + ?Sized> ByteStream for T {}

/// A socket that carries whole datagrams.
#[async_trait]
pub trait DatagramSocket: Send + Sync {
    /// The next datagram and where it came from. Cancel safe.
    ///
    /// # Errors
    ///
    /// An error ends the socket's use.
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)>;

    /// Sends one datagram.
    ///
    /// # Errors
    ///
    /// An error counts as a failed send of this message alone.
    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()>;

    /// The next datagram, if one waits already; the trunk asks for several before it waits again.
    ///
    /// The default says that none does.
    ///
    /// # Errors
    ///
    /// As [`DatagramSocket::receive`].
    fn receive_now(&self) -> io::Result<Option<(Bytes, SocketAddr)>> {
        Ok(None)
    }

    /// Sends one datagram if that takes no waiting; whether it was sent.
    ///
    /// The default never does, and the trunk calls [`DatagramSocket::send`].
    fn send_now(&self, datagram: &[u8], to: SocketAddr) -> bool {
        let _ = (datagram, to);
        false
    }
}

/// A connection between us and one peer, or a socket of datagrams with many.
pub struct Connection {
    pub(crate) kind: ConnectionKind,
}

/// What a connection is made of.
pub(crate) enum ConnectionKind {
    /// A stream with one peer.
    Stream(Box<dyn ByteStream>, Peer),
    /// A socket that is to be read, with many peers.
    Socket(Arc<dyn DatagramSocket>),
    /// A way to one peer over a socket that is read elsewhere.
    Path(Arc<dyn DatagramSocket>, SocketAddr),
}

impl Connection {
    /// A stream with one peer.
    #[must_use]
    pub fn stream(stream: Box<dyn ByteStream>, peer: Peer) -> Self {
        Self { kind: ConnectionKind::Stream(stream, peer) }
    }

    /// A socket that the trunk reads, with as many peers as send to it. Given by
    /// [`Network::accept`], once.
    #[must_use]
    pub fn datagram(socket: Arc<dyn DatagramSocket>) -> Self {
        Self { kind: ConnectionKind::Socket(socket) }
    }

    /// A way to one address over a socket that the trunk already reads. Given by
    /// [`Network::connect`].
    #[must_use]
    pub fn datagram_to(socket: Arc<dyn DatagramSocket>, remote: SocketAddr) -> Self {
        Self { kind: ConnectionKind::Path(socket, remote) }
    }

    /// The same connection with another stream in front of its peer, such as one that records.
    ///
    /// Sockets of datagrams stay as they are.
    #[must_use]
    pub fn map_stream(self, wrap: impl FnOnce(Box<dyn ByteStream>) -> Box<dyn ByteStream>) -> Self {
        let kind = match self.kind {
            ConnectionKind::Stream(stream, peer) => ConnectionKind::Stream(wrap(stream), peer),
            other => other,
        };
        Self { kind }
    }

    /// Who is at the other end of a stream.
    #[must_use]
    pub fn peer(&self) -> Option<&Peer> {
        match &self.kind {
            ConnectionKind::Stream(_, peer) => Some(peer),
            ConnectionKind::Socket(_) | ConnectionKind::Path(..) => None,
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ConnectionKind::Stream(_, peer) => f.debug_tuple("Stream").field(peer).finish(),
            ConnectionKind::Socket(_) => f.write_str("Socket"),
            ConnectionKind::Path(_, remote) => f.debug_tuple("Path").field(remote).finish(),
        }
    }
}
