//! All connections of a trunk. Which there are, whose they are, and what waits for them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use bytes::Bytes;
use teams_cc_core::Instant;
use tokio::{
    sync::mpsc,
    task::{Id, JoinSet},
    time::timeout,
};
use tracing::Instrument;

use super::{
    Connection, DatagramSocket, Network, Peer, Target, TransportKind,
    connection::{Ends, Heard, carry, read_socket, write_socket},
    network::ConnectionKind,
};
use crate::{
    direct_routing::ConnectionFault,
    endpoint::FlowId,
    message::Message,
    transaction::TransactionId,
    trunk::{TrunkLimits, input::Input},
};

mod connecting;
mod datagrams;
mod retire;

pub use retire::RETIRE_AFTER;

/// How long one attempt to connect may take, resolution and handshake included.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How old a connection of ours may get before the next message has a new one opened
/// (Learn, *Direct Routing: protocols*: renew at least once per hour).
const RENEW_AFTER: Duration = Duration::from_mins(50);
/// After this long the servers of a domain are asked for again, over datagrams.
const LOCATE_AFTER: Duration = Duration::from_secs(30);
/// How long a connection that could not be renewed goes on before that is tried again.
const RENEW_AGAIN: Duration = Duration::from_mins(1);
/// Targets that connections are being opened to at a time; what is for others counts as not sent.
const MAX_OPENING: usize = 1_024;
/// Datagrams that wait for one socket; further ones are lost, as on the network.
const DATAGRAM_QUEUE: usize = 1_024;
/// Addresses on all sockets that are kept apart; the longest silent one is forgotten first.
const MAX_DATAGRAM_FLOWS: usize = 8_192;
/// The part of all connections that peers of no side may have together: an eighth.
const STRANGERS_SHARE: usize = 8;

/// Every open connection, and those being opened.
pub(super) struct Flows {
    network: Arc<dyn Network>,
    heard: mpsc::Sender<Heard>,
    limits: TrunkLimits,
    /// Messages that may wait for one connection, open or being opened.
    room: usize,
    next: u64,
    streams: BTreeMap<FlowId, Stream>,
    /// Streams whose peer belongs to no side.
    strangers: BTreeSet<FlowId>,
    tasks: JoinSet<Option<ConnectionFault>>,
    by_task: BTreeMap<Id, FlowId>,
    /// Streams that are to close by and by, each batch after its time.
    retiring: JoinSet<Vec<FlowId>>,
    /// Tasks that read sockets; the end of one means that its socket is gone.
    readers: BTreeSet<Id>,
    /// Our own connections, and when each is to be renewed: requests of ours travel on no others.
    own: BTreeMap<Target, (FlowId, Option<Instant>)>,
    sockets: Vec<Socket>,
    datagrams: BTreeMap<FlowId, Datagram>,
    by_address: BTreeMap<(usize, SocketAddr), FlowId>,
    /// Datagram flows by when they were used last, so that the oldest is found at once.
    by_use: BTreeMap<u64, FlowId>,
    used: u64,
    /// The datagram at hand.
    written: Vec<u8>,
    connects: JoinSet<io::Result<Connection>>,
    by_connect: BTreeMap<Id, Target>,
    waiting: BTreeMap<Target, Waiting>,
}

struct Stream {
    outgoing: mpsc::Sender<Bytes>,
    task: tokio::task::AbortHandle,
    transport: TransportKind,
    /// Whether the stream is held open while nothing is said.
    held: Arc<AtomicBool>,
    retired: bool,
    /// What was sent first on a connection of ours; lost where the peer refuses it after all.
    first: Vec<TransactionId>,
}

struct Socket {
    socket: Arc<dyn DatagramSocket>,
    outgoing: mpsc::Sender<(Bytes, SocketAddr)>,
}

struct Datagram {
    socket: usize,
    remote: SocketAddr,
    used: u64,
}

/// What waits for a connection to open, and since when.
struct Waiting {
    since: Instant,
    messages: Vec<(Option<TransactionId>, Bytes)>,
}

impl Flows {
    pub(super) fn new(
        network: Arc<dyn Network>,
        heard: mpsc::Sender<Heard>,
        limits: TrunkLimits,
    ) -> Self {
        Self {
            network,
            heard,
            limits,
            room: limits.writes.max(limits.legs).max(1),
            next: 0,
            streams: BTreeMap::new(),
            strangers: BTreeSet::new(),
            tasks: JoinSet::new(),
            by_task: BTreeMap::new(),
            retiring: JoinSet::new(),
            readers: BTreeSet::new(),
            own: BTreeMap::new(),
            sockets: Vec::new(),
            datagrams: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_use: BTreeMap::new(),
            used: 0,
            written: Vec::new(),
            connects: JoinSet::new(),
            by_connect: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// Waits until a connection has opened, failed or ended. Cancel safe.
    pub(super) async fn next(&mut self) -> Vec<Input> {
        tokio::select! {
            biased;
            Some(connected) = self.connects.join_next_with_id() => match connected {
                Ok((task, connection)) => self.connected(task, connection),
                Err(error) => self.connected(error.id(), Err(io::Error::other(error))),
            },
            Some(ended) = self.tasks.join_next_with_id() => match ended {
                Ok((task, fault)) => self.ended(task, fault),
                Err(error) => self.ended(error.id(), None),
            },
            Some(retired) = self.retiring.join_next() => {
                for flow in retired.unwrap_or_default() {
                    self.finish(flow);
                }
                Vec::new()
            }
            else => std::future::pending().await,
        }
    }

    /// Takes a connection that a peer opened, or a socket.
    ///
    /// Streams of peers that are not `known` have a small share of the room: however many come,
    /// the others find theirs.
    pub(super) fn accepted(&mut self, connection: Connection, known: bool) -> Vec<Input> {
        let share = (self.limits.connections / STRANGERS_SHARE).max(1);
        match connection.kind {
            ConnectionKind::Stream(..) if !known && self.strangers.len() >= share => {
                tracing::debug!("too many connections of strangers: a new one was closed");
                Vec::new()
            }
            ConnectionKind::Stream(..) if self.streams.len() >= self.limits.connections => {
                tracing::warn!("too many connections: a new one was closed");
                Vec::new()
            }
            ConnectionKind::Stream(stream, peer) => {
                let (flow, news) = self.stream(stream, peer, false);
                if !known {
                    self.strangers.insert(flow);
                }
                vec![news]
            }
            ConnectionKind::Socket(socket) => {
                let number = self.socket(&socket);
                let heard = self.heard.clone();
                let read = read_socket(number, socket, heard);
                let task = self.tasks.spawn(async {
                    read.await;
                    None
                });
                self.readers.insert(task.id());
                Vec::new()
            }
            ConnectionKind::Path(socket, remote) => {
                let number = self.socket(&socket);
                self.datagram(number, remote).1
            }
        }
    }

    /// Sends a message at once where it is a datagram that nothing waits before; whether it was sent.
    pub(super) fn send_now(&mut self, flow: FlowId, message: &Message) -> bool {
        let Some(datagram) = self.datagrams.get(&flow) else { return false };
        let Some(socket) = self.sockets.get(datagram.socket) else { return false };
        if socket.outgoing.capacity() < DATAGRAM_QUEUE {
            return false;
        }
        self.written.clear();
        message.encode_into(&mut self.written);
        socket.socket.send_now(&self.written, datagram.remote)
    }

    /// Sends on a flow; `false` where that cannot be.
    pub(super) fn send(&mut self, flow: FlowId, bytes: Bytes) -> bool {
        if let Some(datagram) = self.datagrams.get(&flow) {
            let Some(socket) = self.sockets.get(datagram.socket) else { return false };
            // Nothing waits before it, so it may go at once.
            if socket.outgoing.capacity() == DATAGRAM_QUEUE
                && socket.socket.send_now(&bytes, datagram.remote)
            {
                return true;
            }
            // A full queue loses the datagram, which the transaction layer expects.
            return !matches!(
                socket.outgoing.try_send((bytes, datagram.remote)),
                Err(mpsc::error::TrySendError::Closed(_))
            );
        }
        let Some(stream) = self.streams.get(&flow) else { return false };
        match stream.outgoing.try_send(bytes) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                tracing::warn!(flow = flow.0, "a peer does not read: its connection is closed");
                stream.task.abort();
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }

    /// Sends on our own connection to a target, which is opened where there is none.
    ///
    /// One that is old carries on until the one that replaces it stands.
    pub(super) fn send_to(
        &mut self,
        now: Instant,
        target: &Target,
        transaction: Option<TransactionId>,
        bytes: Bytes,
    ) -> bool {
        if let Some((flow, renew_at)) = self.own.get(target).copied() {
            if self.send(flow, bytes.clone()) {
                if renew_at.is_some_and(|at| at <= now) {
                    self.open(now, target);
                }
                return true;
            }
            // Gone. What is under way on it ends there; it closes by and by.
            self.own.remove(target);
            self.retire(vec![flow]);
        }
        if !self.open(now, target) {
            return false;
        }
        let room = self.room;
        let waiting = self.waiting.get_mut(target).filter(|w| w.messages.len() < room);
        waiting.is_some_and(|waiting| {
            waiting.messages.push((transaction, bytes));
            true
        })
    }

    /// Opens a connection to a target, unless one is being opened; `false` where too many are.
    fn open(&mut self, now: Instant, target: &Target) -> bool {
        if self.waiting.contains_key(target) {
            return true;
        }
        if self.waiting.len() >= MAX_OPENING {
            tracing::warn!(%target, "too many connections are being opened");
            return false;
        }
        let network = Arc::clone(&self.network);
        let span = tracing::info_span!("connect", target = %target);
        let opening = target.clone();
        let task = self.connects.spawn(
            async move {
                timeout(CONNECT_LIMIT, network.connect(&opening))
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
            .instrument(span),
        );
        self.by_connect.insert(task.id(), target.clone());
        self.waiting.insert(target.clone(), Waiting { since: now, messages: Vec::new() });
        true
    }

    /// Ends a stream once what waits for it is written.
    pub(super) fn finish(&mut self, flow: FlowId) {
        self.streams.remove(&flow);
        self.own.retain(|_, (own, _)| *own != flow);
    }

    /// Opens a new connection for the next message to a target; the present one is left alone.
    pub(super) fn forget(&mut self, target: &Target) {
        self.own.remove(target);
    }

    /// Ends our own connection to a target once what waits for it is written.
    pub(super) fn close_target(&mut self, target: &Target) {
        if target.transport != TransportKind::Udp
            && let Some((flow, _)) = self.own.remove(target)
        {
            self.finish(flow);
        }
    }

    /// Lets every connection write what waits, then closes all.
    pub(super) async fn flush(&mut self, limit: Duration) {
        self.streams.clear();
        self.sockets.clear();
        self.connects.abort_all();
        let tasks = &mut self.tasks;
        let _ = timeout(limit, async {
            // Readers of sockets never end by themselves; they are not waited for.
            while !self.by_task.is_empty() {
                let Some(ended) = tasks.join_next_with_id().await else { break };
                let task = ended.map_or_else(|error| error.id(), |(id, _)| id);
                self.by_task.remove(&task);
            }
        })
        .await;
        tasks.abort_all();
    }

    fn ended(&mut self, task: Id, fault: Option<ConnectionFault>) -> Vec<Input> {
        if self.readers.remove(&task) {
            return vec![Input::ListenerFailed];
        }
        let Some(flow) = self.by_task.remove(&task) else { return Vec::new() };
        self.strangers.remove(&flow);
        let mut news = Vec::new();
        let target = self.own.iter().find(|(_, (own, _))| *own == flow).map(|(to, _)| to.clone());
        if let (Some(target), Some(fault), Some(stream)) =
            (target.clone(), fault, self.streams.get_mut(&flow))
        {
            let lost = std::mem::take(&mut stream.first);
            news.push(Input::NotReached { target, fault });
            news.extend(lost.into_iter().map(|transaction| Input::SendFailed { transaction }));
        }
        self.finish(flow);
        news.push(Input::FlowClosed { flow });
        // One that was replaced takes no call along that goes over its successor.
        news.extend(target.map(|target| Input::TargetLost { target }));
        news
    }

    fn stream(
        &mut self,
        stream: Box<dyn super::ByteStream>,
        peer: Peer,
        ours: bool,
    ) -> (FlowId, Input) {
        let flow = self.number();
        let (outgoing, queue) = mpsc::channel(self.room);
        let span = tracing::info_span!("connection", flow = flow.0, transport = %peer.transport);
        // Nobody holds open what the other side has opened (Learn, *Direct Routing: protocols*).
        let held = Arc::new(AtomicBool::new(ours));
        let ends = Ends { queue, pongs: outgoing.downgrade(), held: Arc::clone(&held) };
        let task = self.tasks.spawn(carry(flow, stream, self.heard.clone(), ends).instrument(span));
        self.by_task.insert(task.id(), flow);
        let transport = peer.transport;
        self.streams.insert(
            flow,
            Stream { outgoing, task, transport, held, retired: false, first: Vec::new() },
        );
        (flow, Input::FlowOpened { flow, peer })
    }

    fn socket(&mut self, socket: &Arc<dyn DatagramSocket>) -> usize {
        if let Some(known) = self.sockets.iter().position(|own| Arc::ptr_eq(&own.socket, socket)) {
            return known;
        }
        let (outgoing, queue) = mpsc::channel(DATAGRAM_QUEUE);
        let write = write_socket(Arc::clone(socket), queue);
        self.tasks.spawn(async {
            write.await;
            None
        });
        self.sockets.push(Socket { socket: Arc::clone(socket), outgoing });
        self.sockets.len() - 1
    }

    fn number(&mut self) -> FlowId {
        self.next = self.next.saturating_add(1);
        FlowId(self.next)
    }
}

#[cfg(test)]
mod tests;
