//! A carrier, or another peer at fixed addresses.

use crate::{
    bridge::header_policy::HeaderPolicy,
    carrier::{DigestUser, Registration},
    direct_routing::AddressRange,
    endpoint::{Reliability, SessionTimer},
    transport::{Target, TransportKind},
};

/// A carrier that is known by its addresses.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a carrier")]
pub struct StaticPeer {
    /// What the carrier is called in this configuration.
    pub name: Box<str>,
    /// Where its requests come from.
    pub addresses: Vec<AddressRange>,
    /// How messages travel; a request over another transport is not this carrier's.
    pub transport: TransportKind,
    /// Where calls to it go; `None` for a carrier that only sends.
    pub target: Option<Target>,
    /// Names of which its certificate must prove one, over TLS; empty asks for none.
    pub names: Vec<Box<str>>,
    /// What it knows us as, where that is not the trunk's name. Host and port for `Contact`.
    pub contact: Option<(Box<str>, u16)>,
    /// Whether it wants SRTP (`RTP/SAVP`).
    pub encrypted: bool,
    /// Whether the peer is sent OPTIONS and counted in the trunk's health.
    pub monitored: bool,
    /// Who we are to it, where it challenges our requests.
    pub credentials: Option<DigestUser>,
    /// Who it is to us: its requests are challenged, and prove this.
    pub proof: Option<DigestUser>,
    /// The account under which we register with its target, where it sends calls to a binding.
    pub registration: Option<Registration>,
    /// Whether it is believed who calls, and shown what is private. Default: no.
    pub trusted: bool,
    /// What goes on to it of what callers bring along.
    pub headers: HeaderPolicy,
    /// The session timer it is asked for (RFC 4028); none runs one only where it asks.
    pub session_timer: Option<SessionTimer>,
    /// Whether ringing is confirmed with PRACK where it did not insist (RFC 3262).
    pub reliability: Reliability,
    /// Whether REFER of another carrier's party is passed on to it, where its party's `Allow` lists
    /// REFER. Otherwise transfers of its calls are carried out here. Default: yes.
    pub takes_refer: bool,
    /// Whether a bridged call goes on to the numbers of its 3xx, at the same carrier and past the
    /// gate. Default: no.
    pub follows_redirects: bool,
}

impl StaticPeer {
    /// A carrier at one address, over UDP.
    #[must_use]
    pub fn udp(name: &str, address: std::net::IpAddr, port: u16) -> Self {
        let target = Target::new(TransportKind::Udp, &address.to_string(), port);
        Self::new(name, TransportKind::Udp).address(address.into()).target(target)
    }

    /// A carrier nothing else is known of; it matches nobody until it has an address.
    #[must_use]
    pub fn new(name: &str, transport: TransportKind) -> Self {
        Self {
            name: name.into(),
            addresses: Vec::new(),
            transport,
            target: None,
            names: Vec::new(),
            contact: None,
            encrypted: transport == TransportKind::Tls,
            monitored: false,
            credentials: None,
            proof: None,
            registration: None,
            trusted: false,
            headers: HeaderPolicy::to_carriers(),
            session_timer: Some(SessionTimer::default()),
            reliability: Reliability::Off,
            takes_refer: true,
            follows_redirects: false,
        }
    }

    /// Adds addresses its requests come from.
    #[must_use]
    pub fn address(mut self, range: AddressRange) -> Self {
        self.addresses.push(range);
        self
    }

    /// Says where calls to it go.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Adds a name its certificate may prove, over TLS.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.names.push(name.to_ascii_lowercase().into());
        self
    }

    /// Says what it knows us as: host and port for `Contact`.
    #[must_use]
    pub fn contact(mut self, host: &str, port: u16) -> Self {
        self.contact = Some((host.into(), port));
        self
    }

    /// Says whether it wants SRTP. Default: over TLS only.
    #[must_use]
    pub fn encrypted(mut self, encrypted: bool) -> Self {
        self.encrypted = encrypted;
        self
    }

    /// Sets the session timer it is asked for. Default: half an hour.
    #[must_use]
    pub fn session_timer(mut self, timer: Option<SessionTimer>) -> Self {
        self.session_timer = timer;
        self
    }

    /// Says whether ringing is confirmed with PRACK, as carriers ask that must not lose early
    /// media. Default: only where its INVITE insists.
    #[must_use]
    pub fn reliability(mut self, reliability: Reliability) -> Self {
        self.reliability = reliability;
        self
    }

    /// Says whether it is sent OPTIONS. Default: no.
    #[must_use]
    pub fn monitored(mut self, monitored: bool) -> Self {
        self.monitored = monitored;
        self
    }

    /// Says whether a bridged call goes on to the numbers of its 3xx (RFC 3261 §8.1.3.4), at the
    /// same carrier and past the gate. Default: no, and the caller gets 410.
    #[must_use]
    pub fn follows_redirects(mut self, follows: bool) -> Self {
        self.follows_redirects = follows;
        self
    }

    /// Says whether REFER of another carrier's party is passed on to it. Default: yes.
    #[must_use]
    pub fn takes_refer(mut self, takes: bool) -> Self {
        self.takes_refer = takes;
        self
    }
}
