//! The stage: three proxies, a carrier, the sockets between them and the subject.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::UdpSocket, sync::mpsc, task::AbortHandle, time::Instant};

pub(super) use super::report::{ConnId, Heard, Report, Shared, Side};
use super::{
    authority::{Authority, Identity},
    connection::{self, Line},
    dialog::Dialog,
    ladder::Ladder,
    own::Own,
    proxies::Proxy,
    site::{PROXIES, Site},
    tls::{Showing, lock},
    verdict::{Fault, broken},
    wire::Wire,
};
use crate::command::Failure;

/// Everything around one subject.
pub(super) struct Stage {
    pub(super) site: Arc<Site>,
    pub(super) authority: Arc<Authority>,
    /// The subject, where it runs in this process.
    pub(super) own: Option<Own>,
    pub(super) shared: Arc<Shared>,
    reports: mpsc::UnboundedReceiver<Report>,
    pub(super) proxies: Vec<Proxy>,
    /// Whether each proxy has an address of its own.
    pub(super) alone: bool,
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
    pub(super) ours: Option<ConnId>,
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
        let shared = Arc::new(Shared::new(sender));
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
