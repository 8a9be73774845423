//! Parameters after `;` in URIs and header values (RFC 3261 §7.3.1, §19.1.1).

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use super::{
    ParseError, Rule, Text,
    class::{self, is},
    cursor::Cursor,
    text::MASK,
};

/// One parameter: a name, and perhaps a value kept exactly as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param {
    name: Text,
    value: Option<Bytes>,
}

impl Param {
    /// The name as written; names compare without case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value as written, quotes and escapes included.
    #[must_use]
    pub fn raw(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }

    /// The value without quotes, if it has one and it is UTF-8.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'_, str>> {
        unquote(self.value.as_deref()?)
    }
}

/// Parameters in the order they stand.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Params(Vec<Param>);

impl Params {
    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
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
    pub fn find(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|p| p.name.eq_ignore_ascii_case(name))
    }

    /// Whether the parameter stands, with or without a value.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.0.iter()
    }

    /// How many parameters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the parameter of that name away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|p| !p.name.eq_ignore_ascii_case(name));
    }

    /// Sets a parameter; a value of no token is put in quotes.
    ///
    /// # Errors
    ///
    /// [`Rule::Param`] when the name is no token, [`Rule::Control`] when the value holds a
    /// control character.
    pub fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), ParseError> {
        let value = match value {
            None => None,
            Some(v) if class::all(v.as_bytes(), class::TOKEN) || is_host_literal(v) => {
                Some(Bytes::copy_from_slice(v.as_bytes()))
            }
            Some(v) => Some(Bytes::from(quote(v)?)),
        };
        self.put(name, value)
    }

    pub(crate) fn put(&mut self, name: &str, value: Option<Bytes>) -> Result<(), ParseError> {
        if !class::all(name.as_bytes(), class::TOKEN) {
            return Err(ParseError::new(Rule::Param, 0));
        }
        match self.0.iter_mut().find(|p| p.name.eq_ignore_ascii_case(name)) {
            Some(param) => param.value = value,
            None => self.0.push(Param { name: Text::new(name)?, value }),
        }
        Ok(())
    }

    /// Appends a parameter that was read, if it is new and within the bound.
    pub(crate) fn add(&mut self, name: Text, value: Option<Bytes>, max: usize) -> Result<(), Rule> {
        if self.0.len() >= max {
            return Err(Rule::TooManyParams);
        }
        // RFC 3261 §7.3.1: with two tags it would be open which one names the dialog.
        if self.0.iter().any(|p| p.name.as_bytes().eq_ignore_ascii_case(name.as_bytes())) {
            return Err(Rule::RepeatedParam);
        }
        self.push(name, value);
        Ok(())
    }

    pub(crate) fn push(&mut self, name: Text, value: Option<Bytes>) {
        self.0.push(Param { name, value });
    }

    /// Reads `*( SEMI generic-param )` up to something else.
    pub(crate) fn read(c: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let mut params = Self::new();
        while c.separator(b';') {
            let name = read_name(c)?;
            let value = if c.separator(b'=') { Some(param_value(c)?) } else { None };
            params.add(name, value, c.grammar.params).map_err(|rule| c.fail(rule))?;
        }
        Ok(params)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for param in &self.0 {
            out.push(b';');
            out.extend_from_slice(param.name.as_bytes());
            if let Some(value) = &param.value {
                out.push(b'=');
                out.extend_from_slice(value);
            }
        }
    }
}

/// Names that nearly every message holds: they cost no share of the message's bytes.
const COMMON: &[&str] = &["tag", "branch", "transport", "user", "lr", "rport"];

/// The name in the spelling received, shared with the program where it is a common one.
pub(crate) fn common_name(bytes: &[u8]) -> Option<Text> {
    COMMON.iter().find(|name| name.as_bytes() == bytes).map(|name| Text::known(name))
}

fn read_name(c: &mut Cursor<'_>) -> Result<Text, ParseError> {
    let rest = c.rest();
    let len = rest.iter().position(|&b| !is(b, class::TOKEN)).unwrap_or(rest.len());
    match rest.get(..len).and_then(common_name) {
        Some(name) => {
            c.advance(len);
            Ok(name)
        }
        None => c.text(class::TOKEN, Rule::Param),
    }
}

/// A token, a host or a quoted string, as written.
pub(crate) fn param_value(c: &mut Cursor<'_>) -> Result<Bytes, ParseError> {
    if c.peek() == Some(b'"') {
        return c.quoted();
    }
    let run = c.run(class::PARAM_VALUE);
    if run.is_empty() { Err(c.fail(Rule::Param)) } else { Ok(run) }
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
        for param in &self.0 {
            write!(f, ";{}", param.name)?;
            if let Some(value) = &param.value {
                let shown = SHOWN.iter().any(|s| param.name.eq_ignore_ascii_case(s));
                match std::str::from_utf8(value) {
                    Ok(text) if shown => write!(f, "={text}")?,
                    _ => write!(f, "={MASK}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}
