//! Sockets of a live trunk: listeners, connectors and the handshakes between.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use rustls_pki_types::ServerName;
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    sync::{Mutex, mpsc},
    task::{AbortHandle, JoinSet},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{
    Connection, Network, Peer, Resolve, SystemResolver, Target, TlsIdentity, TransportKind,
    tls::Replaceable,
};
use crate::{
    direct_routing::{ConnectionFault, names_proven},
    error::{Error, ErrorKind},
};

/// How long a TCP connection and a TLS handshake may each take, in both directions.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long one of several addresses has to answer.
const ADDRESS_LIMIT: Duration = Duration::from_secs(3);
/// How many handshakes run at a time; a further peer takes the place of the oldest.
const MAX_HANDSHAKES: usize = 256;
/// How many accepted connections wait for the trunk; then handshakes wait as well.
const ACCEPT_QUEUE: usize = 64;
/// How long a listener rests after an error such as "too many open files".
const ACCEPT_REST: Duration = Duration::from_millis(200);

/// The network of a live trunk. UDP, TCP and mutual TLS on sockets of this machine.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use teams_cc_sip::io::SocketNetwork;
///
/// let network = SocketNetwork::builder()
///     .udp("127.0.0.1:5060".parse()?)
///     .tcp("127.0.0.1:5060".parse()?)
///     .bind()
///     .await?;
/// let network: Arc<dyn teams_cc_sip::io::Network> = Arc::new(network);
/// # Ok(()) }
/// ```
pub struct SocketNetwork {
    udp: Option<Arc<UdpSocket>>,
    tls: Option<Arc<Replaceable>>,
    resolver: Arc<dyn Resolve>,
    accepted: Mutex<(mpsc::Receiver<Connection>, JoinSet<()>)>,
    addresses: Vec<(TransportKind, SocketAddr)>,
}

impl SocketNetwork {
    /// Names the sockets to open.
    pub fn builder() -> SocketNetworkBuilder {
        SocketNetworkBuilder::default()
    }

    /// The local address of each socket; a port of zero has become a real one.
    #[must_use]
    pub fn addresses(&self) -> &[(TransportKind, SocketAddr)] {
        &self.addresses
    }

    /// Shows another certificate from the next handshake on, in both directions.
    ///
    /// Connections that are open stay as they are, and so do calls. Order
    /// [`Trunk::renew_connections`](crate::trunk::Trunk::renew_connections) afterwards: Teams goes
    /// on warning of the old certificate for as long as it sees it (Learn, *SIP OPTIONS and TLS
    /// certificate issues*).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where the network was bound without TLS.
    pub fn replace_identity(&self, identity: TlsIdentity) -> Result<(), Error> {
        let tls = self.tls.as_ref().ok_or_else(|| {
            Error::caused_by(ErrorKind::Config, "the network was bound without TLS")
        })?;
        tls.replace(identity);
        Ok(())
    }

    async fn open_stream(&self, target: &Target) -> io::Result<(TcpStream, SocketAddr)> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        let resolved = self.resolver.locate(target).await;
        for address in resolved.map_err(|error| io::Error::new(io::ErrorKind::NotFound, error))? {
            let opening = timeout(ADDRESS_LIMIT, TcpStream::connect(address)).await;
            match opening.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => {
                    self.resolver.works(address);
                    stream.set_nodelay(true)?;
                    return Ok((stream, address));
                }
                Err(error) => {
                    self.resolver.failed(address);
                    last = error;
                }
            }
        }
        Err(last)
    }
}

#[async_trait]
impl Network for SocketNetwork {
    fn listens(&self) -> Vec<(TransportKind, SocketAddr)> {
        self.addresses.clone()
    }

    fn certificate_names(&self) -> Option<Vec<Box<str>>> {
        self.tls.as_ref().map(|tls| tls.present().own().names.clone())
    }

    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        match target.transport {
            TransportKind::Udp => {
                let socket = self.udp.as_ref().ok_or(io::ErrorKind::Unsupported)?;
                let addresses = self.resolver.locate(target).await?;
                let local_v4 = socket.local_addr()?.is_ipv4();
                let remote = addresses
                    .into_iter()
                    .find(|address| address.is_ipv4() == local_v4)
                    .ok_or(io::ErrorKind::AddrNotAvailable)?;
                Ok(Connection::datagram_to(Arc::clone(socket) as _, remote))
            }
            TransportKind::Tcp => {
                let (stream, address) =
                    timeout(HANDSHAKE_LIMIT, self.open_stream(target)).await.map_err(late)??;
                Ok(Connection::stream(Box::new(stream), Peer::new(TransportKind::Tcp, address)))
            }
            TransportKind::Tls => {
                let tls = self.tls.as_ref().ok_or(io::ErrorKind::Unsupported)?;
                let (stream, address) =
                    timeout(HANDSHAKE_LIMIT, self.open_stream(target)).await.map_err(late)??;
                let name = ServerName::try_from(target.host.to_string())
                    .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
                let connector = TlsConnector::from(tls.present().client);
                let handshake = connector.connect(name, stream);
                let stream = timeout(HANDSHAKE_LIMIT, handshake).await.map_err(late)??;
                let peer = identified(stream.get_ref().1.peer_certificates(), address);
                Ok(Connection::stream(Box::new(stream), peer))
            }
        }
    }

    async fn accept(&self) -> io::Result<Connection> {
        let mut accepting = self.accepted.lock().await;
        let (accepted, listeners) = &mut *accepting;
        tokio::select! {
            biased;
            accepted = accepted.recv() => {
                accepted.ok_or_else(|| io::Error::other("every listener has ended"))
            }
            // None ends by itself while the network lives.
            Some(_) = listeners.join_next() => Err(io::Error::other("a listener has ended")),
        }
    }

    fn failed(&self, _: &Target, address: SocketAddr) {
        self.resolver.failed(address);
    }
}

fn identified(
    certificates: Option<&[rustls_pki_types::CertificateDer<'_>]>,
    address: SocketAddr,
) -> Peer {
    let leaf = certificates.and_then(<[_]>::first);
    let names = leaf.map(names_proven).unwrap_or_default();
    names.iter().fold(Peer::new(TransportKind::Tls, address), |peer, name| peer.name(name))
}

/// Names the sockets of a [`SocketNetwork`].
#[derive(Default)]
#[must_use = "nothing is opened before bind"]
pub struct SocketNetworkBuilder {
    udp: Option<SocketAddr>,
    tcp: Option<SocketAddr>,
    tls: Option<(SocketAddr, TlsIdentity)>,
    resolver: Option<Arc<dyn Resolve>>,
}

impl SocketNetworkBuilder {
    /// Listens for datagrams, and sends them from the same address.
    pub fn udp(mut self, address: SocketAddr) -> Self {
        self.udp = Some(address);
        self
    }

    /// Listens for TCP connections.
    pub fn tcp(mut self, address: SocketAddr) -> Self {
        self.tcp = Some(address);
        self
    }

    /// Listens for TLS connections, and connects with the same identity.
    pub fn tls(mut self, address: SocketAddr, identity: TlsIdentity) -> Self {
        self.tls = Some((address, identity));
        self
    }

    /// Resolves names in another way. Default: [`SystemResolver`].
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Opens the sockets. Dropping the future closes those that were opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Socket`] where an address is in use or not ours.
    pub async fn bind(self) -> Result<SocketNetwork, Error> {
        let fault = |error: io::Error| Error::caused_by(ErrorKind::Socket, error);
        let (sender, accepted) = mpsc::channel(ACCEPT_QUEUE);
        let mut listeners = JoinSet::new();
        let mut addresses = Vec::new();
        let mut udp = None;
        if let Some(address) = self.udp {
            let socket = Arc::new(UdpSocket::bind(address).await.map_err(fault)?);
            addresses.push((TransportKind::Udp, socket.local_addr().map_err(fault)?));
            let first = Connection::datagram(Arc::clone(&socket) as _);
            // The queue is empty, so there is room for the one socket.
            let _ = sender.try_send(first);
            udp = Some(socket);
        }
        if let Some(address) = self.tcp {
            let listener = TcpListener::bind(address).await.map_err(fault)?;
            addresses.push((TransportKind::Tcp, listener.local_addr().map_err(fault)?));
            listeners.spawn(listen(listener, None, sender.clone()));
        }
        let mut tls = None;
        if let Some((address, identity)) = self.tls {
            let listener = TcpListener::bind(address).await.map_err(fault)?;
            addresses.push((TransportKind::Tls, listener.local_addr().map_err(fault)?));
            let identity = Arc::new(Replaceable::new(identity));
            listeners.spawn(listen(listener, Some(Arc::clone(&identity)), sender.clone()));
            tls = Some(identity);
        }
        if udp.is_some() && listeners.is_empty() {
            // A trunk over UDP alone has nothing more to accept, which is no failure.
            listeners.spawn(async move { sender.closed().await });
        }
        Ok(SocketNetwork {
            udp,
            tls,
            resolver: self.resolver.unwrap_or_else(|| Arc::new(SystemResolver)),
            // Dropping the network ends its listeners and every handshake under way.
            accepted: Mutex::new((accepted, listeners)),
            addresses,
        })
    }
}

/// Accepts connections; each handshake runs beside the others, so a slow one delays nobody.
async fn listen(
    listener: TcpListener,
    identity: Option<Arc<Replaceable>>,
    accepted: mpsc::Sender<Connection>,
) {
    let mut handshakes = JoinSet::new();
    // Oldest first. Whoever never finishes is dropped for whoever comes next, so that idle
    // peers cannot keep others waiting; a peer that means it needs a moment only.
    let mut running: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        while handshakes.try_join_next().is_some() {}
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_REST).await;
                continue;
            }
        };
        running.retain(|handshake| !handshake.is_finished());
        if running.len() >= MAX_HANDSHAKES
            && let Some(oldest) = running.pop_front()
        {
            tracing::debug!("too many handshakes: the oldest was given up");
            oldest.abort();
        }
        let acceptor = identity.as_ref().map(|own| TlsAcceptor::from(own.present().server));
        let accepted = accepted.clone();
        running.push_back(handshakes.spawn(async move {
            let _ = stream.set_nodelay(true);
            let connection = match acceptor {
                None => {
                    Connection::stream(Box::new(stream), Peer::new(TransportKind::Tcp, address))
                }
                Some(acceptor) => match timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let peer = identified(stream.get_ref().1.peer_certificates(), address);
                        Connection::stream(Box::new(stream), peer)
                    }
                    Ok(Err(error)) => {
                        let why = ConnectionFault::of(&error);
                        tracing::info!(%error, %why, "a TLS handshake failed");
                        return;
                    }
                    Err(_) => {
                        tracing::info!("a TLS handshake took too long");
                        return;
                    }
                },
            };
            let _ = accepted.send(connection).await;
        }));
    }
}
