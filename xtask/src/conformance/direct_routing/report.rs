//! Who is on the stage, and what happens on its sockets.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{sync::mpsc, time::Instant};

use super::{
    connection::Line,
    tls::{Shown, lock},
    wire::Wire,
};

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
    /// What a stage shares before anything has happened on it.
    pub(super) fn new(reports: mpsc::UnboundedSender<Report>) -> Self {
        Self {
            reports,
            lines: Mutex::default(),
            options: Mutex::new([200; 3]),
            shown: Shown::default(),
            down: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

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
