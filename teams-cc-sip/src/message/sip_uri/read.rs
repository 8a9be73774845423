//! Reading a SIP or SIPS URI (RFC 3261 §25.1 `SIP-URI`).

use std::ops::Range;

use bytes::Bytes;

use super::{Rare, Scheme, SipUri};
use crate::message::{
    Grammar, Host, Params, ParseError, Private, Rule, Text, class, cursor::Cursor, octets::Octets,
};

impl Scheme {
    /// The scheme that a URI starts with, if it is one of these.
    #[inline]
    pub(in crate::message) fn of(uri: &[u8]) -> Option<Self> {
        let starts = |scheme: &[u8]| {
            uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if starts(b"sip:") { Some(Self::Sip) } else { starts(b"sips:").then_some(Self::Sips) }
    }
}

impl SipUri {
    /// Reads a URI that fills a part of the buffer, and wraps it where it will stand.
    pub(in crate::message) fn read<T>(
        buf: &Bytes,
        whole: Range<usize>,
        scheme: Scheme,
        grammar: &Grammar,
        wrap: impl FnOnce(Self) -> T,
    ) -> Result<T, ParseError> {
        let name = match scheme {
            Scheme::Sip => b"sip:".as_slice(),
            Scheme::Sips => b"sips:".as_slice(),
        };
        let start = whole.start + name.len();
        let mut c = Cursor::within(buf, start..whole.end, grammar);
        let mut exact = c.slice(whole.start..start) == name;
        let mut rare = Rare::default();
        let len = class::run(c.rest(), class::USER);
        let user = if len > 0 && c.rest().get(len) == Some(&b'@') {
            // As nearly every URI has it: no escape, no password.
            c.advance(len);
            let user = Private::new(Text::checked(c.cut(start)));
            c.advance(1);
            Some(user)
        } else if let Some(at) = memchr::memchr(b'@', c.rest()) {
            let user = read_user(&mut c, start + at)?;
            exact &= user.exact;
            rare.password = user.password;
            Some(user.name)
        } else {
            None
        };
        let host = Host::read(&mut c)?;
        exact &= !matches!(host, Host::V6(_));
        let port_at = c.pos();
        let port = Host::read_port(&mut c)?;
        exact &= c.slice(port_at..port_at + 2) != b":0";
        let params = Params::read_of_uri(&mut c, |c| c.skip_escaped(class::URI_PARAM))?;
        if c.eat(b'?') {
            rare.headers = Some(read_headers(&mut c)?);
        }
        if !c.is_at_end() {
            let rule = if rare.headers.is_some() { Rule::UriHeader } else { Rule::Param };
            return Err(c.fail(if params.is_empty() { Rule::Host } else { rule }));
        }
        if !exact {
            rare.wire = Some(Octets::cut(buf, whole));
        }
        let rare = if exact && rare.password.is_none() && rare.headers.is_none() {
            None
        } else {
            Some(Box::new(rare))
        };
        Ok(wrap(Self { scheme, user, host, port, params, rare }))
    }
}

/// Reads the header part behind its `?`.
#[cold]
fn read_headers(c: &mut Cursor<'_>) -> Result<Text, ParseError> {
    let start = c.pos();
    c.skip_escaped(class::URI_HEADER);
    let headers = c.slice(start..c.pos());
    if headers.is_empty() || headers.split(|&b| b == b'&').any(|h| !h.contains(&b'=')) {
        return Err(c.fail(Rule::UriHeader));
    }
    Ok(Text::checked(c.cut(start)))
}

/// A user part that holds more than plain characters.
struct User {
    name: Private,
    password: Option<Private>,
    /// Whether it is written as it was read.
    exact: bool,
}

/// Reads `user [ ":" password ] "@"`, where the `@` stands at `at`.
#[cold]
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
