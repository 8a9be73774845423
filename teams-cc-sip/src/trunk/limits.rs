//! Callers of a laboratory, and bounds on what a trunk holds.

/// Callers on this machine, in a laboratory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LabPeer {
    /// What such callers are called in events.
    pub name: Box<str>,
    /// The host they reach us under, for `Contact`.
    pub contact_host: Box<str>,
    /// The port they reach us on over UDP and TCP.
    pub plain_port: u16,
    /// The port they reach us on over TLS.
    pub tls_port: u16,
}

impl LabPeer {
    /// Trusts loopback and shows callers this host in `Contact`.
    #[must_use]
    pub fn new(contact_host: &str, plain_port: u16, tls_port: u16) -> Self {
        Self { name: "lab".into(), contact_host: contact_host.into(), plain_port, tls_port }
    }
}

/// Legs at a time of a trunk, and of a media plane.
pub(crate) const DEFAULT_LEGS: usize = 10_000;

/// Bounds on what a trunk holds, and what happens there.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TrunkLimits {
    /// Legs at a time; further calls get 503, further dials [`ErrorKind::Full`](crate::ErrorKind::Full).
    /// Emergency calls have as much room again to themselves. Media bounds them too: what
    /// [`MediaPort::room`](super::MediaPort::room) says, which is 2 ports a leg and the rules of the
    /// shipped planes.
    pub legs: usize,
    /// Connections at a time; further ones are closed at once.
    pub connections: usize,
    /// Events that wait for the application. Further calls get 503 and, at twice as many, nothing
    /// more is read from the network until the application catches up.
    pub events: usize,
    /// Messages that wait for one connection, open or being opened; at least one for each leg, since
    /// all calls may end at once. A connection for which more wait is closed, and so is one whose
    /// peer reads nothing for ten seconds.
    pub writes: usize,
}

impl Default for TrunkLimits {
    fn default() -> Self {
        Self { legs: DEFAULT_LEGS, connections: 4_096, events: 4_096, writes: 256 }
    }
}

impl TrunkLimits {
    /// Sets how many legs there may be at a time.
    #[must_use]
    pub fn legs(mut self, legs: usize) -> Self {
        self.legs = legs;
        self
    }

    /// Sets how many connections there may be at a time.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Sets how many events may wait for the application.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.events = events.max(1);
        self
    }
}
