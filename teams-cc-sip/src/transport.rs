//! How messages travel and where to, as data (RFC 3261 §18); sockets are in [`io`](crate::io).

use std::fmt;

/// How SIP messages travel (RFC 3261 §18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "these are the transports the trunk speaks")]
pub enum TransportKind {
    /// Datagrams; the transaction layer retransmits.
    Udp,
    /// A stream without encryption, for carriers and labs.
    Tcp,
    /// A stream inside TLS, the only transport towards Teams.
    Tls,
}

impl TransportKind {
    /// Whether the transport itself delivers in order and retransmits.
    #[must_use]
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// The port used where none is named (RFC 3261 §19.1.2).
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }

    /// The name in a Via header, such as `TLS`.
    #[must_use]
    pub fn via_name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// The value of a `transport` URI parameter, such as `tls`.
    #[must_use]
    pub fn uri_name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

impl fmt::Display for TransportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.via_name())
    }
}

/// Where a message goes: a transport, a host name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Target {
    /// How messages travel.
    pub transport: TransportKind,
    /// A host name, resolved anew for each connection, or an address without brackets.
    pub host: Box<str>,
    /// The port; zero where the DNS names servers and ports ([`Target::by_name`]).
    pub port: u16,
}

impl Target {
    /// A target; host names are compared in lower case.
    #[must_use]
    pub fn new(transport: TransportKind, host: &str, port: u16) -> Self {
        Self { transport, host: host.to_ascii_lowercase().into(), port }
    }
}

impl Target {
    /// A domain whose servers are found by NAPTR and SRV records (RFC 3263), with a
    /// [`Locator`](crate::io::Locator).
    #[must_use]
    pub fn by_name(transport: TransportKind, domain: &str) -> Self {
        Self::new(transport, domain, 0)
    }

    /// Whether servers and ports are found by the DNS.
    #[must_use]
    pub fn is_by_name(&self) -> bool {
        self.port == 0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_by_name() {
            return write!(f, "{} {}", self.transport, self.host);
        }
        write!(f, "{} {}:{}", self.transport, self.host, self.port)
    }
}
