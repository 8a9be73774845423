//! SIP and SIPS URIs (RFC 3261 §19.1.1).

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{
    Grammar, Host, Params, ParseError, Private, Rule, Text, class,
    cursor::Cursor,
    escape::{escape, unescape},
    octets::Octets,
    params::Names,
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

    /// Reads what stands after the scheme, in a part of the buffer that ends with the URI.
    pub(super) fn read(
        buf: &Bytes,
        whole: Range<usize>,
        scheme: Scheme,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let (name, start) = match scheme {
            Scheme::Sip => (b"sip:".as_slice(), whole.start + 4),
            Scheme::Sips => (b"sips:".as_slice(), whole.start + 5),
        };
        let mut c = Cursor::within(buf, start..whole.end, grammar);
        let mut uri = Self::new(Host::Name(Text::default()));
        let mut rare = Rare::default();
        uri.scheme = scheme;
        let mut exact = c.slice(whole.start..start) == name;
        let user = class::run(c.rest(), class::USER);
        if user > 0 && c.rest().get(user) == Some(&b'@') {
            // As nearly every URI has it: no escape, no password.
            c.advance(user);
            uri.user = Some(Private::new(Text::checked(c.cut(start))));
            c.advance(1);
        } else if let Some(at) = memchr::memchr(b'@', c.rest()) {
            let user = read_user(&mut c, start + at)?;
            exact &= user.exact;
            (uri.user, rare.password) = (Some(user.name), user.password);
        }
        uri.host = Host::read(&mut c)?;
        exact &= !matches!(uri.host, Host::V6(_));
        let port = c.pos();
        uri.port = Host::read_port(&mut c)?;
        exact &= c.slice(port..port + 2) != b":0";
        uri.params = read_params(&mut c)?;
        if c.eat(b'?') {
            let start = c.pos();
            c.skip_escaped(class::URI_HEADER);
            let headers = c.slice(start..c.pos());
            if headers.is_empty() || headers.split(|&b| b == b'&').any(|h| !h.contains(&b'=')) {
                return Err(c.fail(Rule::UriHeader));
            }
            rare.headers = Some(Text::checked(c.cut(start)));
        }
        if !c.is_at_end() {
            let rule = if rare.headers.is_some() { Rule::UriHeader } else { Rule::Param };
            return Err(c.fail(if uri.params.is_empty() { Rule::Host } else { rule }));
        }
        if !exact {
            rare.wire = Some(Octets::cut(buf, whole));
        }
        if !exact || rare.password.is_some() || rare.headers.is_some() {
            uri.rare = Some(Box::new(rare));
        }
        Ok(uri)
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

struct User {
    name: Private,
    password: Option<Private>,
    /// Whether it is written as it was read.
    exact: bool,
}

/// Reads `user [ ":" password ] "@"`, where the `@` stands at `at`.
fn read_user(c: &mut Cursor<'_>, at: usize) -> Result<User, ParseError> {
    let start = c.pos();
    skip_user(c);
    if c.pos() == start && c.pos() == at {
        return Err(c.fail(Rule::User));
    }
    let name = Private::new(Text::checked(c.cut(start)));
    let mut user = User { name, password: None, exact: true };
    if c.pos() > start && c.eat(b':') {
        let start = c.pos();
        skip_user(c);
        user.exact = c.pos() > start;
        if user.exact {
            user.password = Some(Private::new(Text::checked(c.cut(start))));
        }
    }
    if c.pos() == at {
        c.advance(1);
        Ok(user)
    } else {
        Err(c.fail(Rule::User))
    }
}

fn skip_user(c: &mut Cursor<'_>) {
    c.skip_escaped(class::USER);
    while c.grammar.leniency.hash_in_user && c.eat(b'#') {
        c.skip_escaped(class::USER);
    }
}

fn read_params(c: &mut Cursor<'_>) -> Result<Params, ParseError> {
    let start = c.pos();
    if c.peek() != Some(b';') {
        return Ok(Params::new());
    }
    let mut names = Names::default();
    while c.eat(b';') {
        let name = c.pos();
        c.skip_escaped(class::URI_PARAM);
        let name = name..c.pos();
        if name.is_empty() {
            return Err(c.fail(Rule::Param));
        }
        if c.eat(b'=') {
            let value = c.pos();
            c.skip_escaped(class::URI_PARAM);
            if c.pos() == value {
                return Err(c.fail(Rule::Param));
            }
        }
        names.add(c, name)?;
    }
    Ok(Params::checked(c.cut(start)))
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
