//! The simulator with a real ear. SIP clients of this machine call into the simulated world.
//!
//! A [`Lab`] is a [`Sim`] whose trunk also listens on sockets. Calls come in over UDP, TCP and TLS
//! from loopback; the Teams side stays simulated. It runs by the wall clock and trusts whoever
//! calls from this machine, which no production trunk may.

mod certificates;
mod network;

use std::{
    fmt, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use teams_cc::platform::{GraphAccess, Observation, Platform, TrunkAccess};
use teams_cc_core::{Clock, Instant};
use teams_cc_sip::{
    io::{Network, SilentMedia, SocketNetwork},
    trunk::{LabPeer, MediaPort},
};

use self::network::Joined;
use crate::{Error, ErrorKind, Sim};

/// A simulated world that real SIP clients of this machine can call.
#[derive(Clone)]
pub struct Lab {
    sim: Sim,
    at: SocketAddr,
    sockets: Arc<dyn Network>,
    media: Arc<SilentMedia>,
    certificates: PathBuf,
}

impl Lab {
    /// Listens at `at` over UDP and TCP, and over TLS one port above.
    ///
    /// Into `certificates` it writes `ca.pem`, the private authority that signed everything here,
    /// and `client.pem`, the certificate and key with which a client may connect over TLS.
    ///
    /// Dropping the future closes what was opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Door`](crate::ErrorKind::Door) where a socket or a file cannot be had; the source says why.
    pub async fn open(sim: Sim, at: SocketAddr, certificates: &Path) -> Result<Self, Error> {
        let because = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::because(ErrorKind::Door, error)
        };
        let identity =
            certificates::issue(&sim.setup().trunk, at.ip(), certificates).map_err(because)?;
        let tls = SocketAddr::new(at.ip(), next_port(at).map_err(|error| because(error.into()))?);
        let sockets = SocketNetwork::builder()
            .udp(at)
            .tcp(at)
            .tls(tls, identity)
            .bind()
            .await
            .map_err(|error| because(error.into()))?;
        let media = SilentMedia::bind(SocketAddr::new(at.ip(), 0), None)
            .await
            .map_err(|error| because(error.into()))?;
        Ok(Self {
            sim,
            at,
            sockets: Arc::new(sockets),
            media: Arc::new(media),
            certificates: certificates.to_owned(),
        })
    }

    /// The world behind it.
    #[must_use]
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// The one address that answers name for media; it sends silence.
    #[must_use]
    pub fn media(&self) -> SocketAddr {
        self.media.address()
    }

    /// Where the certificates lie.
    #[must_use]
    pub fn certificates(&self) -> &Path {
        &self.certificates
    }
}

impl Platform for Lab {
    fn label(&self) -> String {
        format!("{}, lab trunk on {} trusting loopback, media: silence", self.sim.label(), self.at)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.sim.clock()
    }

    fn seed(&self) -> u64 {
        self.sim.seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        self.sim.graph()
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        let TrunkAccess { config, network, .. } = self.sim.trunk()?;
        let host = self.at.ip().to_string();
        let config =
            config.trust_loopback(LabPeer::new(&host, self.at.port(), next_port(self.at).ok()?));
        let network = Arc::new(Joined::new(network, Arc::clone(&self.sockets)));
        let media: Arc<dyn MediaPort> = Arc::clone(&self.media) as _;
        Some(TrunkAccess::new(config, network, media))
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        self.sim.observe(now, observation);
    }
}

impl fmt::Debug for Lab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lab").field("at", &self.at).finish_non_exhaustive()
    }
}

fn next_port(at: SocketAddr) -> io::Result<u16> {
    at.port().checked_add(1).ok_or_else(|| io::Error::other("no port is left for TLS above 65535"))
}
