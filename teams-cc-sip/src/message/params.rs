//! Parameters after `;` in URIs and header values (RFC 3261 §7.3.1, §19.1.1).

mod names;

use std::{borrow::Cow, cmp::Ordering, fmt, hash};

use bytes::Bytes;

pub(crate) use names::Names;

use super::{
    ParseError, Rule,
    class::{self, is},
    cursor::Cursor,
    octets::Octets,
    text::MASK,
};

/// One parameter: a name, and perhaps a value exactly as written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param<'a> {
    name: &'a [u8],
    value: Option<&'a [u8]>,
}

impl<'a> Param<'a> {
    /// The name as written; names compare without case.
    #[must_use]
    pub fn name(self) -> &'a str {
        // The grammar admits only ASCII here, so the default is never taken.
        std::str::from_utf8(self.name).unwrap_or_default()
    }

    /// The value as written, quotes and escapes included.
    #[must_use]
    pub const fn raw(self) -> Option<&'a [u8]> {
        self.value
    }

    /// The value without quotes, if it has one and it is UTF-8.
    #[must_use]
    pub fn value(self) -> Option<Cow<'a, str>> {
        unquote(self.value?)
    }

    fn write(self, out: &mut Vec<u8>) {
        out.push(b';');
        out.extend_from_slice(self.name);
        if let Some(value) = self.value {
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
}

/// Parameters in the order they stand, each exactly as written.
///
/// They are kept as one piece of text that was read once; a look at one reads it again.
#[derive(Clone, Default)]
pub struct Params(Octets);

impl Params {
    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self(Octets::EMPTY)
    }

    /// The text of a parameter that has a value, as written.
    ///
    /// A quoted value keeps its quotes here; [`Param::value`] takes them off.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.find(name)?.raw()?).ok()
    }

    /// The parameter of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Param<'_>> {
        self.iter().find(|p| p.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Whether the parameter stands, with or without a value.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = Param<'_>> {
        Pieces(self.0.as_slice())
    }

    /// How many parameters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the parameter of that name away.
    pub fn remove(&mut self, name: &str) {
        if self.contains(name) {
            let others = self.iter().filter(|p| !p.name.eq_ignore_ascii_case(name.as_bytes()));
            let mut out = Vec::with_capacity(self.0.as_slice().len());
            others.for_each(|param| param.write(&mut out));
            self.0 = out.into();
        }
    }

    /// Sets a parameter; a value of no token is put in quotes.
    ///
    /// # Errors
    ///
    /// [`Rule::Param`] when the name is no token, [`Rule::Control`] when the value holds a
    /// control character.
    pub fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), ParseError> {
        match value {
            Some(v) if !(class::all(v.as_bytes(), class::TOKEN) || is_host_literal(v)) => {
                self.put(name, Some(&quote(v)?))
            }
            plain => self.put(name, plain.map(str::as_bytes)),
        }
    }

    /// As [`Self::set`], with a value that is already as it is written.
    pub(crate) fn put(&mut self, name: &str, value: Option<&[u8]>) -> Result<(), ParseError> {
        if !class::all(name.as_bytes(), class::TOKEN) {
            return Err(ParseError::new(Rule::Param, 0));
        }
        let mut new = Some(Param { name: name.as_bytes(), value });
        let more = name.len() + value.map_or(0, <[u8]>::len) + 2;
        let mut out = Vec::with_capacity(self.0.as_slice().len() + more);
        for param in self.iter() {
            if param.name.eq_ignore_ascii_case(name.as_bytes()) {
                // The spelling of the name stays.
                new = None;
                Param { value, ..param }.write(&mut out);
            } else {
                param.write(&mut out);
            }
        }
        if let Some(param) = new {
            param.write(&mut out);
        }
        self.0 = out.into();
        Ok(())
    }

    /// Reads `*( SEMI generic-param )` up to something else.
    pub(crate) fn read(c: &mut Cursor<'_>) -> Result<Self, ParseError> {
        Self::read_values(c, skip_value)
    }

    /// Reads the parameters of a URI, whose values have escapes instead of quotes.
    #[inline]
    pub(crate) fn read_of_uri(
        c: &mut Cursor<'_>,
        skip_name: impl Fn(&mut Cursor<'_>),
    ) -> Result<Self, ParseError> {
        let start = c.pos();
        if c.peek() != Some(b';') {
            return Ok(Self::new());
        }
        let mut names = Names::default();
        while c.eat(b';') {
            let name = c.pos();
            skip_name(c);
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
        Ok(Self(c.cut(start)))
    }

    /// As [`Self::read`], where a value may be a URI in angle brackets (RFC 8224 §4 `info`).
    pub(crate) fn read_with_uris(c: &mut Cursor<'_>) -> Result<Self, ParseError> {
        Self::read_values(c, |c| {
            if c.peek() != Some(b'<') {
                return skip_value(c);
            }
            let rest = c.rest();
            let len = memchr::memchr(b'>', rest).ok_or_else(|| c.fail(Rule::AngleBrackets))?;
            let inner = rest.get(1..len).unwrap_or_default();
            // With a semicolon or a quote inside it would be open where the parameter ends.
            if inner.iter().any(|b| b";\"<".contains(b)) {
                return Err(c.fail(Rule::Param));
            }
            c.advance(len + 1);
            Ok(())
        })
    }

    fn read_values(
        c: &mut Cursor<'_>,
        skip_value: impl Fn(&mut Cursor<'_>) -> Result<(), ParseError>,
    ) -> Result<Self, ParseError> {
        c.skip_ws();
        if c.peek() != Some(b';') {
            return Ok(Self::new());
        }
        let start = c.pos();
        let mut end = start;
        let mut names = Names::default();
        while c.separator(b';') {
            let name = c.pos();
            c.skip(class::TOKEN);
            let name = name..c.pos();
            if name.is_empty() {
                return Err(c.fail(Rule::Param));
            }
            end = c.pos();
            if c.separator(b'=') {
                skip_value(c)?;
                end = c.pos();
            }
            names.add(c, name)?;
        }
        Ok(Self(c.cut_range(start..end)))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_slice());
    }
}

/// Cuts text that was checked into its parameters.
struct Pieces<'a>(&'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        let text = self.0.trim_ascii_start().strip_prefix(b";")?;
        let (mut quoted, mut escaped, mut equals) = (false, false, None);
        let mut end = text.len();
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'=' if equals.is_none() => equals = Some(at),
                b';' => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let (piece, rest) = text.split_at(end);
        self.0 = rest;
        let name = piece.get(..equals.unwrap_or(end)).unwrap_or_default();
        let value = equals.map(|at| piece.get(at + 1..).unwrap_or_default());
        Some(Param { name: name.trim_ascii(), value: value.map(<[u8]>::trim_ascii) })
    }
}

/// Passes over a token, a host or a quoted string.
fn skip_value(c: &mut Cursor<'_>) -> Result<(), ParseError> {
    c.skip_quoted_or(class::PARAM_VALUE, Rule::Param)
}

/// A token, a host or a quoted string, as written.
pub(crate) fn param_value(c: &mut Cursor<'_>) -> Result<Bytes, ParseError> {
    let start = c.pos();
    skip_value(c)?;
    Ok(c.since(start))
}

fn is_host_literal(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| is(b, class::HOST) || b"[]:".contains(&b))
}

/// Puts text in quotes (RFC 3261 §25.1 `quoted-string`).
pub(crate) fn quote(text: &str) -> Result<Vec<u8>, ParseError> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b if b.is_ascii_control() => return Err(ParseError::new(Rule::Control, at)),
            b => out.push(b),
        }
    }
    out.push(b'"');
    Ok(out)
}

/// Takes quotes and backslashes off, if the text is quoted.
pub(crate) fn unquote(raw: &[u8]) -> Option<Cow<'_, str>> {
    let Some(inner) = raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")) else {
        return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
    };
    if !inner.contains(&b'\\') {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(if byte == b'\\' { bytes.next().copied().unwrap_or(byte) } else { byte });
    }
    String::from_utf8(plain).ok().map(Cow::Owned)
}

/// Parameters that name neither a person nor a number nor a secret.
const SHOWN: &[&str] = &[
    "branch",
    "tag",
    "transport",
    "lr",
    "rport",
    "received",
    "user",
    "expires",
    "q",
    "maddr",
    "ttl",
    "index",
    "cause",
    "refresher",
    "reason",
    "retry-after",
    "id",
    "charset",
    "boundary",
    "alias",
    "duration",
    "handling",
    "to-tag",
    "from-tag",
    "early-only",
    "method",
    "ob",
];

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for param in self.iter() {
            write!(f, ";{}", param.name())?;
            if let Some(value) = param.value {
                let shown = SHOWN.iter().any(|s| param.name().eq_ignore_ascii_case(s));
                match std::str::from_utf8(value) {
                    Ok(text) if shown => write!(f, "={text}")?,
                    _ => write!(f, "={MASK}")?,
                }
            }
        }
        Ok(())
    }
}

/// The name alone.
impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Names and values as written, white space aside.
impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.iter().eq(other.iter())
    }
}

impl Eq for Params {}

impl PartialOrd for Params {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Params {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl hash::Hash for Params {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        for param in self.iter() {
            param.hash(state);
        }
    }
}
