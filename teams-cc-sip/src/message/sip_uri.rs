//! SIP and SIPS URIs (RFC 3261 §19.1.1).

mod read;

use std::fmt;

use super::{
    Host, Params, ParseError, Private, Rule, Text, class,
    escape::{escape, unescape},
    octets::Octets,
    text::MASK,
};

/// `sip:` or `sips:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 3261 §19.1 names exactly two")]
pub enum Scheme {
    /// `sip:`, over any transport.
    Sip,
    /// `sips:`, over TLS on every hop; Direct Routing does not support it.
    Sips,
}

/// A SIP or SIPS URI.
#[derive(Clone)]
pub struct SipUri {
    scheme: Scheme,
    user: Option<Private>,
    host: Host,
    port: Option<u16>,
    params: Params,
    rare: Option<Box<Rare>>,
}

/// What few URIs have, kept apart so that the others are small.
#[derive(Clone, Default)]
struct Rare {
    password: Option<Private>,
    headers: Option<Text>,
    /// The URI as read, where its parts would be written otherwise; gone once one changes.
    wire: Option<Octets>,
}

impl SipUri {
    /// A `sip:` URI of a host.
    #[must_use]
    pub const fn new(host: Host) -> Self {
        Self {
            scheme: Scheme::Sip,
            user: None,
            host,
            port: None,
            params: Params::new(),
            rare: None,
        }
    }

    /// The same URI with a user part; what must be escaped is escaped.
    ///
    /// `;` and `=` stay, since Direct Routing writes `+…;ext=…` before the `@`. A `%` that
    /// already starts an escape stays too.
    #[must_use]
    pub fn with_user(mut self, user: &str) -> Self {
        self.set_user(Some(user));
        self
    }

    /// The same URI with a port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.set_port(Some(port));
        self
    }

    /// The same URI with another scheme.
    #[must_use]
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.changed();
        self.scheme = scheme;
        self
    }

    /// The same URI with a parameter.
    ///
    /// # Errors
    ///
    /// As [`Self::set_param`].
    pub fn with_param(mut self, name: &str, value: Option<&str>) -> Result<Self, ParseError> {
        self.set_param(name, value)?;
        Ok(self)
    }

    /// Sets or takes away the user part; what must be escaped is escaped.
    pub fn set_user(&mut self, user: Option<&str>) {
        self.changed();
        self.user = user
            .filter(|u| !u.is_empty())
            .map(|u| Private::new(Text::checked(escape(u, class::USER).into_bytes())));
    }

    /// Sets another host.
    pub fn set_host(&mut self, host: Host) {
        self.changed();
        self.host = host;
    }

    /// Sets or takes away the port.
    pub fn set_port(&mut self, port: Option<u16>) {
        self.changed();
        self.port = port;
    }

    /// Sets a parameter; what must be escaped in its value is escaped.
    ///
    /// # Errors
    ///
    /// [`Rule::Param`] when the name is not a token or the value is empty.
    pub fn set_param(&mut self, name: &str, value: Option<&str>) -> Result<(), ParseError> {
        if value == Some("") {
            return Err(ParseError::new(Rule::Param, 0));
        }
        self.changed();
        let value = value.map(|v| escape(v, class::URI_PARAM));
        self.params.put(name, value.as_deref().map(str::as_bytes))
    }

    /// Takes a parameter away.
    pub fn remove_param(&mut self, name: &str) {
        self.changed();
        self.params.remove(name);
    }

    /// Takes the header part away, as a Request-URI must not have one.
    pub fn remove_headers(&mut self) {
        self.changed();
        if let Some(rare) = &mut self.rare {
            rare.headers = None;
        }
    }

    /// The URI is no longer as it was read.
    fn changed(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.wire = None;
        }
    }

    /// `sip` or `sips`.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The user part as written, escapes included.
    #[must_use]
    pub const fn user(&self) -> Option<&Private> {
        self.user.as_ref()
    }

    /// The user part with its escapes taken off, if that is UTF-8.
    #[must_use]
    pub fn user_decoded(&self) -> Option<String> {
        String::from_utf8(unescape(self.user.as_ref()?.as_bytes())).ok()
    }

    /// The password after the user, which RFC 3261 advises against.
    #[must_use]
    pub fn password(&self) -> Option<&Private> {
        self.rare.as_ref()?.password.as_ref()
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The port, if one is written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The text of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// The `transport` parameter.
    #[must_use]
    pub fn transport(&self) -> Option<&str> {
        self.param("transport")
    }

    /// Whether the `lr` parameter stands (loose routing).
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.params.contains("lr")
    }

    /// The header part after `?`, as written; it may hold numbers.
    #[must_use]
    pub fn headers(&self) -> Option<&str> {
        self.rare.as_ref()?.headers.as_deref()
    }

    /// The headers of the header part: name and value without escapes.
    pub fn header_fields(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.headers().unwrap_or_default().split('&').filter(|h| !h.is_empty()).map(|h| {
            let (name, value) = h.split_once('=').unwrap_or((h, ""));
            let name = String::from_utf8_lossy(&unescape(name.as_bytes())).into_owned();
            (name, unescape(value.as_bytes()))
        })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if let Some(wire) = self.rare.as_ref().and_then(|rare| rare.wire.as_ref()) {
            out.extend_from_slice(wire.as_slice());
            return;
        }
        out.extend_from_slice(if self.scheme == Scheme::Sips { b"sips:" } else { b"sip:" });
        if let Some(user) = &self.user {
            out.extend_from_slice(user.as_bytes());
            if let Some(password) = self.password() {
                out.push(b':');
                out.extend_from_slice(password.as_bytes());
            }
            out.push(b'@');
        }
        self.host.write(out);
        if let Some(port) = self.port {
            write_port(port, out);
        }
        self.params.write(out);
        if let Some(headers) = self.headers() {
            out.push(b'?');
            out.extend_from_slice(headers.as_bytes());
        }
    }

    fn parts(&self) -> impl PartialEq + std::hash::Hash {
        let Self { scheme, user, host, port, params, .. } = self;
        (scheme, user, self.password(), host, port, params, self.headers())
    }
}

pub(super) fn write_port(port: u16, out: &mut Vec<u8>) {
    out.push(b':');
    super::encode::number(usize::from(port), out);
}

/// Equality of the parts as written; [`Uri::equivalent`](super::Uri::equivalent) compares what they mean.
impl PartialEq for SipUri {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for SipUri {}

impl std::hash::Hash for SipUri {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl fmt::Debug for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.scheme == Scheme::Sips { "sips:" } else { "sip:" })?;
        if self.user.is_some() {
            write!(f, "{MASK}@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{:?}", self.params)?;
        if self.headers().is_some() {
            write!(f, "?{MASK}")?;
        }
        Ok(())
    }
}
