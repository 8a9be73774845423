//! SIP and SIPS URIs (RFC 3261 §19.1.1).

use std::fmt;

use bytes::Bytes;

use super::{
    Grammar, Host, Params, ParseError, Private, Rule, Text, class,
    cursor::Cursor,
    escape::{escape, unescape},
    params::common_name,
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
    password: Option<Private>,
    host: Host,
    port: Option<u16>,
    params: Params,
    headers: Option<Text>,
    /// The URI as read; gone once a part changes.
    wire: Option<Bytes>,
}

impl SipUri {
    /// A `sip:` URI of a host.
    #[must_use]
    pub const fn new(host: Host) -> Self {
        Self {
            scheme: Scheme::Sip,
            user: None,
            password: None,
            host,
            port: None,
            params: Params::new(),
            headers: None,
            wire: None,
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
        self.wire = None;
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
        self.wire = None;
        self.user = user
            .filter(|u| !u.is_empty())
            .map(|u| Private::new(Text::checked(Bytes::from(escape(u, class::USER)))));
    }

    /// Sets another host.
    pub fn set_host(&mut self, host: Host) {
        self.wire = None;
        self.host = host;
    }

    /// Sets or takes away the port.
    pub fn set_port(&mut self, port: Option<u16>) {
        self.wire = None;
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
        self.wire = None;
        let value = value.map(|v| Bytes::from(escape(v, class::URI_PARAM)));
        self.params.put(name, value)
    }

    /// Takes a parameter away.
    pub fn remove_param(&mut self, name: &str) {
        self.wire = None;
        self.params.remove(name);
    }

    /// Takes the header part away, as a Request-URI must not have one.
    pub fn remove_headers(&mut self) {
        self.wire = None;
        self.headers = None;
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
    pub const fn password(&self) -> Option<&Private> {
        self.password.as_ref()
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
        self.headers.as_deref()
    }

    /// The headers of the header part: name and value without escapes.
    pub fn header_fields(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.headers.as_deref().unwrap_or_default().split('&').filter(|h| !h.is_empty()).map(|h| {
            let (name, value) = h.split_once('=').unwrap_or((h, ""));
            let name = String::from_utf8_lossy(&unescape(name.as_bytes())).into_owned();
            (name, unescape(value.as_bytes()))
        })
    }

    pub(super) fn read(
        bytes: Bytes,
        scheme: Scheme,
        start: usize,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::new(&bytes, grammar);
        c.advance(start);
        let mut uri = Self::new(Host::Name(Text::default()));
        uri.scheme = scheme;
        if let Some(at) = c.rest().iter().position(|&b| b == b'@') {
            uri.read_user(&bytes, start, start + at, grammar)?;
            c.advance(at + 1);
        }
        uri.host = Host::read(&mut c)?;
        uri.port = Host::read_port(&mut c)?;
        while c.eat(b';') {
            let rest = c.rest();
            let len = rest.iter().position(|b| b";=?".contains(b)).unwrap_or(rest.len());
            let common = rest.get(..len).and_then(common_name);
            let name = if let Some(name) = common {
                c.advance(len);
                name
            } else {
                Text::checked(escaped_run(&bytes, &mut c, class::URI_PARAM))
            };
            if name.is_empty() {
                return Err(c.fail(Rule::Param));
            }
            let value = if c.eat(b'=') {
                let value = escaped_run(&bytes, &mut c, class::URI_PARAM);
                if value.is_empty() {
                    return Err(c.fail(Rule::Param));
                }
                Some(value)
            } else {
                None
            };
            let added = uri.params.add(name, value, grammar.params);
            added.map_err(|rule| c.fail(rule))?;
        }
        if c.eat(b'?') {
            let headers = escaped_run(&bytes, &mut c, class::URI_HEADER);
            if headers.is_empty() || headers.split(|&b| b == b'&').any(|h| !h.contains(&b'=')) {
                return Err(c.fail(Rule::UriHeader));
            }
            uri.headers = Some(Text::checked(headers));
        }
        if c.pos() < bytes.len() {
            let rule = if uri.headers.is_some() { Rule::UriHeader } else { Rule::Param };
            return Err(c.fail(if uri.params.is_empty() { Rule::Host } else { rule }));
        }
        uri.wire = Some(bytes);
        Ok(uri)
    }

    fn read_user(
        &mut self,
        bytes: &Bytes,
        start: usize,
        end: usize,
        grammar: &Grammar,
    ) -> Result<(), ParseError> {
        let info = bytes.get(start..end).unwrap_or_default();
        let split = info.iter().position(|&b| b == b':');
        let user = start..start + split.unwrap_or(info.len());
        if user.is_empty() {
            return Err(ParseError::new(Rule::User, start));
        }
        self.user = Some(user_text(bytes, user, grammar)?);
        if let Some(colon) = split {
            let password = start + colon + 1..end;
            if !password.is_empty() {
                self.password = Some(user_text(bytes, password, grammar)?);
            }
        }
        Ok(())
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if let Some(wire) = &self.wire {
            out.extend_from_slice(wire);
            return;
        }
        out.extend_from_slice(if self.scheme == Scheme::Sips { b"sips:" } else { b"sip:" });
        if let Some(user) = &self.user {
            out.extend_from_slice(user.as_bytes());
            if let Some(password) = &self.password {
                out.push(b':');
                out.extend_from_slice(password.as_bytes());
            }
            out.push(b'@');
        }
        self.host.write(out);
        if let Some(port) = self.port {
            out.extend_from_slice(format!(":{port}").as_bytes());
        }
        self.params.write(out);
        if let Some(headers) = &self.headers {
            out.push(b'?');
            out.extend_from_slice(headers.as_bytes());
        }
    }

    fn parts(&self) -> impl PartialEq + std::hash::Hash {
        (
            self.scheme,
            self.user.clone(),
            self.password.clone(),
            self.host.clone(),
            self.port,
            self.params.clone(),
            self.headers.clone(),
        )
    }
}

fn user_text(
    bytes: &Bytes,
    range: std::ops::Range<usize>,
    grammar: &Grammar,
) -> Result<Private, ParseError> {
    let text = bytes.slice(range.clone());
    let mut from = 0;
    while let Some(at) = class::first_outside(text.get(from..).unwrap_or_default(), class::USER) {
        if !(grammar.leniency.hash_in_user && text.get(from + at) == Some(&b'#')) {
            return Err(ParseError::new(Rule::User, range.start + from + at));
        }
        from += at + 1;
    }
    Ok(Private::new(Text::checked(text)))
}

fn escaped_run(bytes: &Bytes, c: &mut Cursor<'_>, class: u8) -> Bytes {
    let rest = c.rest();
    let len = class::first_outside(rest, class).unwrap_or(rest.len());
    let start = c.pos();
    c.advance(len);
    bytes.slice(start..start + len)
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
        if self.headers.is_some() {
            write!(f, "?{MASK}")?;
        }
        Ok(())
    }
}
