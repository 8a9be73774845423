//! The path a request has taken (RFC 3261 §20.42, RFC 3581).

use std::{fmt, net::IpAddr, ops::Range};

use bytes::Bytes;

use super::{
    Grammar, HeaderName, Host, Params, ParseError, Rule, Text, TypedHeader, class, cursor::Cursor,
    host::address_text, sip_uri::write_port,
};

/// The start of every branch of RFC 3261 (§8.1.1.7).
pub const BRANCH_COOKIE: &str = "z9hG4bK";

/// What carries SIP messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A plain stream.
    Tcp,
    /// A stream under TLS: the only one Direct Routing takes.
    Tls,
    /// SCTP.
    Sctp,
    /// `WebSocket` (RFC 7118).
    Ws,
    /// `WebSocket` under TLS (RFC 7118).
    Wss,
    /// A transport this crate gives no meaning to.
    Other(Text),
}

impl Transport {
    fn read(c: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let start = c.pos();
        c.skip(class::TOKEN);
        let word = c.slice(start..c.pos());
        let same = |name: &[u8]| word.eq_ignore_ascii_case(name);
        Ok(match word {
            b"TLS" => Self::Tls,
            b"UDP" => Self::Udp,
            b"TCP" => Self::Tcp,
            [] => return Err(c.fail(Rule::Token)),
            _ if same(b"TLS") => Self::Tls,
            _ if same(b"UDP") => Self::Udp,
            _ if same(b"TCP") => Self::Tcp,
            _ if same(b"WSS") => Self::Wss,
            _ if same(b"WS") => Self::Ws,
            _ if same(b"SCTP") => Self::Sctp,
            _ => Self::Other(Text::checked(c.cut(start))),
        })
    }

    /// The transport as it stands in Via.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Sctp => "SCTP",
            Self::Ws => "WS",
            Self::Wss => "WSS",
            Self::Other(text) => text,
        }
    }

    /// Whether the transport itself delivers, so that nothing is sent again (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(&self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// The port when none is written (RFC 3261 §18.2.2).
    #[must_use]
    pub const fn default_port(&self) -> u16 {
        match self {
            Self::Tls | Self::Wss => 5061,
            _ => 5060,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One hop of the path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Via {
    /// What carried the request.
    pub transport: Transport,
    /// The sender as it names itself.
    pub host: Host,
    /// Its port, if written.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params,
}

impl Via {
    /// A hop with a branch; the branch starts with [`BRANCH_COOKIE`].
    ///
    /// # Errors
    ///
    /// [`Rule::Param`] when the branch is not a token.
    pub fn new(
        transport: Transport,
        host: Host,
        port: Option<u16>,
        branch: &str,
    ) -> Result<Self, ParseError> {
        if !class::all(branch.as_bytes(), class::TOKEN) {
            return Err(ParseError::new(Rule::Param, 0));
        }
        let mut params = Params::new();
        params.set("branch", Some(branch))?;
        Ok(Self { transport, host, port, params })
    }

    /// The same hop that asks for the source port (RFC 3581).
    #[must_use]
    pub fn with_rport(mut self) -> Self {
        // The name is a token, so it is always taken.
        let _ = self.params.put("rport", None);
        self
    }

    /// The branch that names the transaction.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch")
    }

    /// Whether the branch is unique in the manner of RFC 3261 §8.1.1.7.
    ///
    /// The bare cookie has no unique part and is matched as in RFC 2543.
    #[must_use]
    pub fn has_rfc3261_branch(&self) -> bool {
        self.branch().is_some_and(|b| {
            b.len() > BRANCH_COOKIE.len()
                && b.get(..BRANCH_COOKIE.len())
                    .is_some_and(|c| c.eq_ignore_ascii_case(BRANCH_COOKIE))
        })
    }

    /// The address the request came from, as the receiver noted it.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        self.params.get("received")?.trim_matches(['[', ']']).parse().ok()
    }

    /// The port the request came from, as the receiver noted it (RFC 3581).
    #[must_use]
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport")?.parse().ok()
    }

    /// Whether the sender wants the response on the port it sent from (RFC 3581 §4).
    #[must_use]
    pub fn wants_rport(&self) -> bool {
        self.params.contains("rport")
    }

    /// Notes where the request came from (RFC 3261 §18.2.1, RFC 3581 §4).
    ///
    /// `received` is set when it differs from the host or the port is asked for.
    pub fn set_source(&mut self, address: IpAddr, port: u16) {
        let asked = self.wants_rport();
        if asked {
            let mut text = Vec::with_capacity(5);
            super::encode::number(usize::from(port), &mut text);
            let _ = self.params.put("rport", Some(&text));
        }
        if asked || self.host.address() != Some(address) {
            let _ = self.params.put("received", Some(address_text(address).as_bytes()));
        }
    }

    /// Where a response goes over an unreliable transport (RFC 3261 §18.2.2, RFC 3581 §4).
    ///
    /// Nothing when only a name is known, which must be resolved first.
    #[must_use]
    pub fn response_target(&self) -> Option<(IpAddr, u16)> {
        let address = self.received().or_else(|| self.host.address())?;
        let port = self.port.unwrap_or_else(|| self.transport.default_port());
        Some((address, self.rport().unwrap_or(port)))
    }

    /// Reads one hop that fills the whole text.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks, with its offset.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        Self::parse_value(&Bytes::copy_from_slice(text.as_ref()), &Grammar::default())
    }
}

impl TypedHeader for Via {
    fn name() -> HeaderName {
        HeaderName::Via
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        Self::parse_within(value, 0..value.len(), grammar)
    }

    fn parse_within(
        message: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::within(message, value, grammar);
        c.skip_ws();
        // Nearly every peer writes the version without white space.
        if c.rest().starts_with(b"SIP/2.0/") {
            c.advance(8);
        } else {
            read_version(&mut c)?;
        }
        let transport = Transport::read(&mut c)?;
        let gap = c.pos();
        c.skip_ws();
        if c.pos() == gap {
            return Err(c.fail(Rule::Host));
        }
        let host = Host::read(&mut c)?;
        let port = Host::read_port_spaced(&mut c)?;
        let params = Params::read(&mut c)?;
        c.end()?;
        Ok(Self { transport, host, port, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SIP/2.0/");
        out.extend_from_slice(self.transport.as_str().as_bytes());
        out.push(b' ');
        self.host.write(out);
        if let Some(port) = self.port {
            write_port(port, out);
        }
        self.params.write(out);
    }
}

/// `SIP / 2.0 /`, each slash with white space around it.
fn read_version(c: &mut Cursor<'_>) -> Result<(), ParseError> {
    let protocol = c.token()?;
    if !c.separator(b'/') {
        return Err(c.fail(Rule::Version));
    }
    let version = c.token()?;
    if !protocol.eq_ignore_ascii_case("SIP") || version != "2.0" {
        return Err(ParseError::new(Rule::Version, 0));
    }
    if c.separator(b'/') { Ok(()) } else { Err(c.fail(Rule::Version)) }
}
