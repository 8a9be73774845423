//! The stage: three proxies, a carrier, the sockets between them and the subject.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rustls_pki_types::ServerName;
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, timeout},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{
    authority::{Authority, Identity},
    connection::{self, Line},
    dialog::Dialog,
    ladder::Ladder,
    own::Own,
    site::{PROXIES, Site},
    tls::{self, Showing, Shown, lock},
    verdict::{Fault, broken},
    wire::Wire,
};
use crate::command::Failure;

/// How long a TCP connection and a handshake may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Who on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// A proxy, by its place in the order.
    Proxy(usize),
    /// The carrier.
    Carrier,
}

impl Side {
    /// Whether it is Microsoft's.
    pub(super) fn is_teams(self) -> bool {
        matches!(self, Self::Proxy(_))
    }

    /// Its name in a ladder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Proxy(0) => "sip",
            Self::Proxy(1) => "sip2",
            Self::Proxy(_) => "sip3",
            Self::Carrier => "carrier",
        }
    }
}

/// A connection, by its number.
pub(super) type ConnId = u64;

/// A message from the subject.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) side: Side,
    pub(super) conn: ConnId,
    /// Whether we opened the connection.
    pub(super) by_us: bool,
    pub(super) at: Instant,
    pub(super) wire: Arc<Wire>,
}

/// What happens on the sockets.
#[derive(Debug)]
pub(super) enum Report {
    Heard(Heard),
    /// What we sent without being asked to, such as a 200 to OPTIONS.
    Sent(Side, Instant, Box<Wire>),
    Opened(Side, ConnId, Instant),
    Closed(Side, ConnId, Instant),
    /// The subject and a proxy did not come together.
    HandshakeFailed(Side, String),
    /// Something that is no SIP over TLS came to a proxy.
    Stray(Side, String),
}

/// What every connection of a stage shares.
pub(super) struct Shared {
    pub(super) reports: mpsc::UnboundedSender<Report>,
    pub(super) lines: Mutex<BTreeMap<ConnId, Line>>,
    /// The status each proxy answers OPTIONS with.
    pub(super) options: Mutex<[u16; 3]>,
    pub(super) shown: Shown,
    /// Which proxies take no connections.
    pub(super) down: Mutex<[bool; 3]>,
    next: AtomicU64,
}

impl Shared {
    pub(super) fn number(&self) -> ConnId {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a proxy takes no connections.
    pub(super) fn is_down(&self, side: Side) -> bool {
        matches!(side, Side::Proxy(place) if lock(&self.down).get(place) == Some(&true))
    }

    pub(super) fn report(&self, report: Report) {
        // A stage that is gone has nobody to tell.
        let _ = self.reports.send(report);
    }
}

/// A proxy that listens.
struct Proxy {
    showing: Showing,
    tasks: Vec<AbortHandle>,
}

/// Everything around one subject.
pub(super) struct Stage {
    pub(super) site: Arc<Site>,
    pub(super) authority: Arc<Authority>,
    /// The subject, where it runs in this process.
    pub(super) own: Option<Own>,
    pub(super) shared: Arc<Shared>,
    reports: mpsc::UnboundedReceiver<Report>,
    proxies: Vec<Proxy>,
    /// Whether each proxy has an address of its own.
    alone: bool,
    pub(super) history: Vec<Heard>,
    taken: BTreeSet<usize>,
    pub(super) opened: Vec<(Side, ConnId)>,
    pub(super) closed: Vec<(ConnId, Instant)>,
    pub(super) failed_handshakes: Vec<(Side, String)>,
    pub(super) strays: Vec<(Side, String)>,
    pub(super) ladder: Ladder,
    started: Instant,
    pub(super) serial: u64,
    carrier: ConnId,
    /// Where the carrier listens.
    pub(super) carrier_at: SocketAddr,
    tasks: Vec<AbortHandle>,
    ours: Option<ConnId>,
    /// The calls we have made.
    pub(super) sent_invites: Vec<Dialog>,
}

impl Stage {
    /// Opens the sockets. The subject is told afterwards where they are.
    pub(super) async fn open(
        authority: Arc<Authority>,
        site: Arc<Site>,
        proxies: [SocketAddr; 3],
        carrier: SocketAddr,
    ) -> Result<(Self, [SocketAddr; 3], SocketAddr), Failure> {
        let (sender, reports) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            reports: sender,
            lines: Mutex::default(),
            options: Mutex::new([200; 3]),
            shown: Shown::default(),
            down: Mutex::default(),
            next: AtomicU64::new(1),
        });
        let socket = Arc::new(UdpSocket::bind(carrier).await?);
        let carrier_at = socket.local_addr()?;
        let conn = shared.number();
        let task = connection::carrier(Arc::clone(&shared), conn, socket, site.carrier);
        let mut stage = Self {
            site,
            authority,
            own: None,
            shared,
            reports,
            proxies: Vec::new(),
            alone: proxies[0].port() == 0 || proxies[0] != proxies[1],
            history: Vec::new(),
            taken: BTreeSet::new(),
            opened: Vec::new(),
            closed: Vec::new(),
            failed_handshakes: Vec::new(),
            strays: Vec::new(),
            ladder: Ladder::default(),
            started: Instant::now(),
            serial: 0,
            carrier: conn,
            carrier_at,
            tasks: vec![task],
            ours: None,
            sent_invites: Vec::new(),
        };
        let identity = stage.authority.issue(&PROXIES)?;
        let mut at = proxies;
        for (number, address) in at.iter_mut().enumerate() {
            stage.proxies.push(Proxy { showing: Showing::new(&identity)?, tasks: Vec::new() });
            // Proxies that share an address share its listener; the name asked for tells them apart.
            let shared = address.port() != 0 && proxies[..number].contains(address);
            if !shared {
                *address = stage.listen(number, *address).await?;
            }
        }
        Ok((stage, at, carrier_at))
    }

    /// Lets a proxy listen at an address, besides where it listens already.
    pub(super) async fn listen(
        &mut self,
        number: usize,
        address: SocketAddr,
    ) -> Result<SocketAddr, Failure> {
        let proxy = self.proxies.get_mut(number).ok_or("there are three proxies")?;
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(proxy.showing.server(&self.shared.shown)?));
        let (side, shared, alone) = (Side::Proxy(number), Arc::clone(&self.shared), self.alone);
        proxy.tasks.push(connection::listen(shared, side, listener, acceptor, alone));
        // Nothing belongs there; whatever comes is a call over the wrong transport.
        if let Ok(socket) = UdpSocket::bind(address).await {
            proxy.tasks.push(connection::watch(Arc::clone(&self.shared), side, socket));
        }
        Ok(address)
    }

    /// Takes a proxy down: it ends its connections and takes no new ones.
    pub(super) fn take_down(&mut self, number: usize) {
        self.set_down(number, true);
        self.drop_connections(number);
    }

    /// Lets a proxy take connections again.
    pub(super) fn bring_up(&mut self, number: usize) {
        self.set_down(number, false);
    }

    fn set_down(&mut self, number: usize, down: bool) {
        if let Some(flag) = lock(&self.shared.down).get_mut(number) {
            *flag = down;
        }
    }

    /// Closes the connections that the subject opened to a proxy.
    pub(super) fn drop_connections(&mut self, number: usize) {
        let side = Side::Proxy(number);
        for (_, line) in lock(&self.shared.lines).iter().filter(|(_, line)| line.side == side) {
            if !line.by_us {
                line.close();
            }
        }
    }

    /// Changes the certificate every proxy shows from now on.
    pub(super) fn show(&mut self, identity: &Identity) -> Result<(), Fault> {
        for proxy in &self.proxies {
            proxy.showing.change(identity).map_err(|error| Fault::NotJudged(error.to_string()))?;
        }
        Ok(())
    }

    /// The server names that the subject asked proxies for.
    pub(super) fn asked_for(&self) -> Vec<String> {
        self.proxies.iter().flat_map(|proxy| lock(&proxy.showing.asked).clone()).collect()
    }

    /// Sets the status a proxy answers OPTIONS with.
    pub(super) fn options(&mut self, number: usize, status: u16) {
        if let Some(options) = lock(&self.shared.options).get_mut(number) {
            *options = status;
        }
    }

    /// The connection Teams sends its requests on; opened when first used.
    pub(super) async fn teams(&mut self) -> Result<ConnId, Fault> {
        if let Some(conn) = self.ours
            && lock(&self.shared.lines).contains_key(&conn)
        {
            return Ok(conn);
        }
        let conn = self.connect(None).await?;
        self.ours = Some(conn);
        Ok(conn)
    }

    /// A new connection to the subject, as a proxy opens it; from an address where one is named.
    pub(super) async fn connect(&mut self, from: Option<SocketAddr>) -> Result<ConnId, Fault> {
        let identity = self.issue(&PROXIES)?;
        self.connect_as(&identity, from).await
    }

    /// A new connection to the subject under an identity.
    pub(super) async fn connect_as(
        &mut self,
        identity: &Identity,
        from: Option<SocketAddr>,
    ) -> Result<ConnId, Fault> {
        let fault =
            |what: String| Fault::NotJudged(format!("no connection to the subject: {what}"));
        let config = tls::client(identity, &self.shared.shown).map_err(|e| fault(e.to_string()))?;
        let name =
            ServerName::try_from(self.site.fqdn.clone()).map_err(|e| fault(e.to_string()))?;
        let opened = async {
            let stream = match from {
                None => TcpStream::connect(self.site.teams).await?,
                Some(address) => {
                    let socket = tokio::net::TcpSocket::new_v4()?;
                    socket.bind(address)?;
                    socket.connect(self.site.teams).await?
                }
            };
            stream.set_nodelay(true)?;
            TlsConnector::from(Arc::new(config)).connect(name, stream).await
        };
        let stream = timeout(CONNECT, opened)
            .await
            .map_err(|_| fault("nothing for five seconds".to_owned()))?
            .map_err(|error| fault(error.to_string()))?;
        let conn = self.shared.number();
        connection::carry(Arc::clone(&self.shared), Side::Proxy(0), conn, true, stream);
        Ok(conn)
    }

    /// A certificate of the stage's authority.
    pub(super) fn issue(&self, names: &[&str]) -> Result<Identity, Fault> {
        self.authority.issue(names).map_err(|error| Fault::NotJudged(error.to_string()))
    }

    /// Whom the subject's certificate must lead to.
    pub(super) fn roots(&self) -> Result<rustls::RootCertStore, Fault> {
        self.authority.roots().map_err(|error| Fault::NotJudged(error.to_string()))
    }

    /// The carrier's socket.
    pub(super) fn carrier(&self) -> ConnId {
        self.carrier
    }

    /// Sends octets as they are.
    pub(super) fn send(&mut self, conn: ConnId, octets: Vec<u8>) -> Result<(), Fault> {
        let at = self.since();
        let lines = lock(&self.shared.lines);
        let Some(line) = lines.get(&conn) else {
            return broken("the subject has closed the connection we answer on");
        };
        if let Some(wire) = Wire::read(&octets) {
            let name = label(line.side, line.by_us);
            self.ladder.note(at, &name, true, &wire);
        }
        line.send(octets);
        Ok(())
    }

    /// The first message not taken yet that is the one; waits for it.
    pub(super) async fn expect(
        &mut self,
        what: &str,
        within: Duration,
        is_it: impl Fn(&Heard) -> bool,
    ) -> Result<Heard, Fault> {
        let until = Instant::now() + within;
        loop {
            let found = self
                .history
                .iter()
                .enumerate()
                .position(|(place, heard)| !self.taken.contains(&place) && is_it(heard));
            if let Some(place) = found
                && let Some(heard) = self.history.get(place)
            {
                self.taken.insert(place);
                return Ok(heard.clone());
            }
            if !self.step(until).await {
                return broken(format!("no {what} within {:.1} s", within.as_secs_f32()));
            }
        }
    }

    /// Waits until a condition over everything told so far holds.
    pub(super) async fn until(
        &mut self,
        what: &str,
        within: Duration,
        holds: impl Fn(&Self) -> bool,
    ) -> Result<(), Fault> {
        let until = Instant::now() + within;
        while !holds(self) {
            if !self.step(until).await {
                return broken(format!("{what}: not within {:.1} s", within.as_secs_f32()));
            }
        }
        Ok(())
    }

    /// Lets a while pass and takes in what happens.
    pub(super) async fn listen_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while self.step(until).await {}
    }

    /// Forgets what was taken and what became of connections.
    pub(super) fn forget(&mut self) {
        self.taken.clear();
        self.opened.clear();
        self.closed.clear();
        self.failed_handshakes.clear();
        self.strays.clear();
    }

    /// The seconds since the stage was opened.
    fn since(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Takes one report in; `false` once the time is over.
    async fn step(&mut self, until: Instant) -> bool {
        let Ok(Some(report)) = tokio::time::timeout_at(until, self.reports.recv()).await else {
            return false;
        };
        let seconds = |at: Instant| at.duration_since(self.started).as_secs_f64();
        match report {
            Report::Heard(heard) => {
                let name = label(heard.side, heard.by_us);
                self.ladder.note(seconds(heard.at), &name, false, &heard.wire);
                self.history.push(heard);
            }
            Report::Sent(side, at, wire) => {
                self.ladder.note(seconds(at), side.name(), true, &wire);
            }
            Report::Opened(side, conn, at) => {
                self.ladder.remark(seconds(at), side.name(), "the SBC opens a connection");
                self.opened.push((side, conn));
            }
            Report::Closed(side, conn, at) => {
                self.ladder.remark(seconds(at), side.name(), "a connection is closed");
                self.closed.push((conn, at));
            }
            Report::HandshakeFailed(side, why) => {
                let remark = format!("a TLS handshake fails: {why}");
                self.ladder.remark(self.since(), side.name(), &remark);
                self.failed_handshakes.push((side, why));
            }
            Report::Stray(side, what) => {
                self.ladder.remark(self.since(), side.name(), &what);
                self.strays.push((side, what));
            }
        }
        true
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let proxies = self.proxies.iter().flat_map(|proxy| &proxy.tasks);
        proxies.chain(&self.tasks).for_each(AbortHandle::abort);
        lock(&self.shared.lines).values().for_each(Line::close);
    }
}

/// Who a message went to or came from, and over whose connection.
fn label(side: Side, by_us: bool) -> String {
    match side {
        Side::Proxy(_) if by_us => format!("{} (from Teams)", side.name()),
        _ => side.name().to_owned(),
    }
}
