//! A network that spoils what goes through it.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use teams_cc_sip::io::{ByteStream, Connection, Network, Target, TransportKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::UdpSocket,
    sync::mpsc,
    time::Instant,
};

use super::defects::Defect;
use crate::conformance::direct_routing::{
    tls::lock,
    wire::{Framer, Piece, Wire},
};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From the trunk.
    Out,
    /// To the trunk.
    In,
}

/// What becomes of a message.
#[derive(Debug)]
pub(super) enum Act {
    /// It goes on as it is.
    Pass,
    /// This goes on.
    Send(Vec<u8>),
    /// This goes on later, and all that follows it this way stays behind it.
    Late(Duration, Vec<u8>),
    /// This goes to the carrier in a datagram.
    ToCarrier(Vec<u8>),
    /// This goes out on another connection that the trunk opened.
    Elsewhere(Vec<u8>),
    /// This goes out on a connection that was opened to the trunk.
    OnTheirs(Vec<u8>),
}

/// What a defect remembers from one message to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) invite: Option<Wire>,
    pub(super) refused: bool,
}

type Links = Mutex<BTreeMap<u64, (bool, mpsc::UnboundedSender<(Instant, Vec<u8>)>)>>;

struct Plant {
    defect: &'static Defect,
    carrier: SocketAddr,
    /// Ways out: whether the trunk opened the connection, and its queue.
    links: Links,
    memory: Mutex<Memory>,
    next: AtomicU64,
}

/// The network between, with its defect.
pub(super) struct Sabotaged {
    inner: Arc<dyn Network>,
    plant: Arc<Plant>,
}

impl Sabotaged {
    /// Spoils what goes through a network.
    pub(super) fn new(
        inner: Arc<dyn Network>,
        carrier: SocketAddr,
        defect: &'static Defect,
    ) -> Self {
        let plant = Plant {
            defect,
            carrier,
            links: Mutex::default(),
            memory: Mutex::default(),
            next: AtomicU64::new(0),
        };
        Self { inner, plant: Arc::new(plant) }
    }

    fn between(&self, connection: Connection, opened: bool) -> Connection {
        if connection.peer().is_none_or(|peer| peer.transport != TransportKind::Tls) {
            return connection;
        }
        let plant = Arc::clone(&self.plant);
        connection.map_stream(|real| {
            let (trunk, between) = duplex(1 << 20);
            tokio::spawn(pump(real, between, plant, opened));
            Box::new(trunk)
        })
    }
}

#[async_trait]
impl Network for Sabotaged {
    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        let connection = self.inner.connect(target).await?;
        Ok(self.between(connection, true))
    }

    async fn accept(&self) -> io::Result<Connection> {
        let connection = self.inner.accept().await?;
        Ok(self.between(connection, false))
    }
}

async fn pump(real: Box<dyn ByteStream>, trunk: DuplexStream, plant: Arc<Plant>, opened: bool) {
    let number = plant.next.fetch_add(1, Ordering::Relaxed);
    let (outward, mut out) = mpsc::unbounded_channel();
    lock(&plant.links).insert(number, (opened, outward.clone()));
    let (inward, mut inn) = mpsc::unbounded_channel();
    let (mut from_real, mut to_real) = tokio::io::split(real);
    let (mut from_trunk, mut to_trunk) = tokio::io::split(trunk);
    let reads_out = read(&mut from_trunk, Way::Out, &plant, number, outward);
    let reads_in = read(&mut from_real, Way::In, &plant, number, inward);
    let writes_out = write(&mut to_real, &mut out);
    let writes_in = write(&mut to_trunk, &mut inn);
    tokio::select! {
        () = reads_out => {}
        () = reads_in => {}
        () = writes_out => {}
        () = writes_in => {}
    }
    lock(&plant.links).remove(&number);
}

async fn write(
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    queue: &mut mpsc::UnboundedReceiver<(Instant, Vec<u8>)>,
) {
    while let Some((due, octets)) = queue.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&octets).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}

async fn read(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    way: Way,
    plant: &Plant,
    number: u64,
    onward: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
) {
    let mut framer = Framer::default();
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        framer.push(chunk.get(..length).unwrap_or_default());
        while let Ok(Some(piece)) = framer.next() {
            let wire = match piece {
                Piece::Crlf => {
                    let _ = onward.send((Instant::now(), b"\r\n".to_vec()));
                    continue;
                }
                Piece::Message(wire) => wire,
            };
            let acts = (plant.defect.spoil)(&mut lock(&plant.memory), way, &wire);
            for act in acts {
                let octets = match act {
                    Act::Pass => (Instant::now(), wire.raw.clone()),
                    Act::Send(octets) => (Instant::now(), octets),
                    Act::Late(late, octets) => (Instant::now() + late, octets),
                    Act::ToCarrier(octets) => {
                        if let Ok(socket) = UdpSocket::bind("127.0.0.1:0").await {
                            let _ = socket.send_to(&octets, plant.carrier).await;
                        }
                        continue;
                    }
                    Act::Elsewhere(octets) => {
                        plant.on_another(number, true, octets);
                        continue;
                    }
                    Act::OnTheirs(octets) => {
                        plant.on_another(number, false, octets);
                        continue;
                    }
                };
                let _ = onward.send(octets);
            }
        }
    }
}

impl Plant {
    /// Sends on another connection: one the trunk opened, or one that was opened to it.
    fn on_another(&self, number: u64, opened: bool, octets: Vec<u8>) {
        let links = lock(&self.links);
        let other =
            links.iter().find(|(other, (theirs, _))| **other != number && *theirs == opened);
        if let Some((_, (_, way))) = other {
            let _ = way.send((Instant::now(), octets));
        }
    }
}
