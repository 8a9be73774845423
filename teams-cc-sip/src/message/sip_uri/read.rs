//! Reading a SIP or SIPS URI (RFC 3261 §25.1 `SIP-URI`).

use std::ops::Range;

use bytes::Bytes;

use super::{Rare, Scheme, SipUri};
use crate::message::{
    Grammar, Host, Params, ParseError, Private, Rule, Text, class, cursor::Cursor, octets::Octets,
};

impl SipUri {
    /// Reads what stands after the scheme, in a part of the buffer that ends with the URI.
    pub(in crate::message) fn read(
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
        uri.params = Params::read_of_uri(&mut c, |c| c.skip_escaped(class::URI_PARAM))?;
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
