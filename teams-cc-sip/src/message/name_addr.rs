//! Addresses in headers: display name, URI and parameters (RFC 3261 §20.10).

use std::{borrow::Cow, fmt, ops::Range};

use bytes::Bytes;

use super::{
    Grammar, Params, ParseError, Rule, Uri,
    class::{self, is_ws},
    cursor::Cursor,
    octets::Octets,
    params::{quote, unquote},
    text::MASK,
};

/// A display name as written, quotes included; it may hold any octets.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DisplayName(Octets);

impl DisplayName {
    /// A display name; it is put in quotes.
    ///
    /// # Errors
    ///
    /// [`Rule::Control`] when it holds a control character.
    pub fn new(name: &str) -> Result<Self, ParseError> {
        quote(name).map(|quoted| Self(quoted.into()))
    }

    /// The name without quotes; octets that are not UTF-8 are replaced.
    #[must_use]
    pub fn reveal(&self) -> Cow<'_, str> {
        let raw = self.0.as_slice();
        unquote(raw).unwrap_or_else(|| String::from_utf8_lossy(raw))
    }

    /// The octets as written.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// An address as it stands in From, To, Contact, Route and their kin.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NameAddr {
    /// The display name, if one is written.
    pub display: Option<DisplayName>,
    /// The URI.
    pub uri: Uri,
    /// The parameters of the header, not those of the URI.
    pub params: Params,
}

impl NameAddr {
    /// An address without display name and parameters.
    #[must_use]
    pub fn new(uri: impl Into<Uri>) -> Self {
        Self { display: None, uri: uri.into(), params: Params::new() }
    }

    /// The same address with a display name.
    ///
    /// # Errors
    ///
    /// [`Rule::Control`] when the name holds a control character.
    pub fn with_display(mut self, name: &str) -> Result<Self, ParseError> {
        self.display = Some(DisplayName::new(name)?);
        Ok(self)
    }

    /// The same address with a header parameter.
    ///
    /// # Errors
    ///
    /// As [`Params::set`].
    pub fn with_param(mut self, name: &str, value: Option<&str>) -> Result<Self, ParseError> {
        self.params.set(name, value)?;
        Ok(self)
    }

    /// The same address with a tag.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the tag is not a token.
    pub fn with_tag(self, tag: &str) -> Result<Self, ParseError> {
        if !class::all(tag.as_bytes(), class::TOKEN) {
            return Err(ParseError::new(Rule::Token, 0));
        }
        self.with_param("tag", Some(tag))
    }

    /// The tag that names one side of a dialog.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag")
    }

    /// Reads an address that fills the whole text.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks, with its offset.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        let text = Bytes::copy_from_slice(text.as_ref());
        Self::read(&text, 0..text.len(), &Grammar::default(), |address| address)
    }

    /// Reads an address that fills a part of a message, and wraps it where it will stand.
    pub(crate) fn read<T>(
        message: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
        wrap: impl FnOnce(Self) -> T,
    ) -> Result<T, ParseError> {
        let mut c = Cursor::within(message, value, grammar);
        c.skip_ws();
        let display = match c.peek() {
            Some(b'"') => {
                let start = c.pos();
                c.skip_quoted()?;
                let name = c.cut(start);
                c.skip_ws();
                Some(DisplayName(name))
            }
            Some(b'<') => None,
            Some(_) => unquoted_display(&mut c)?,
            None => return Err(c.fail(Rule::Scheme)),
        };
        let uri = if c.eat(b'<') {
            let start = c.pos();
            let len = memchr::memchr(b'>', c.rest());
            let end = start + len.ok_or(ParseError::new(Rule::AngleBrackets, start - 1))?;
            c.advance(end + 1 - start);
            start..end
        } else if display.is_some() {
            return Err(c.fail(Rule::AngleBrackets));
        } else {
            bare_uri(&mut c)?
        };
        let uri = Uri::read(message, uri, &c.grammar)?;
        let params = Params::read(&mut c)?;
        c.end()?;
        Ok(wrap(Self { display, uri, params }))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if let Some(display) = &self.display {
            out.extend_from_slice(display.raw());
            out.push(b' ');
        }
        out.push(b'<');
        self.uri.write(out);
        out.push(b'>');
        self.params.write(out);
    }
}

/// Passes over a URI without brackets.
fn bare_uri(c: &mut Cursor<'_>) -> Result<Range<usize>, ParseError> {
    let start = c.pos();
    let rest = c.rest();
    let len = rest.iter().position(|&b| is_ws(b) || b == b';' || b == b',').unwrap_or(rest.len());
    // RFC 3261 §20: a URI with a comma, question mark or semicolon needs brackets.
    if let Some(at) = rest.iter().take(len).position(|&b| b == b'?') {
        return Err(ParseError::new(Rule::AngleBrackets, start + at));
    }
    c.advance(len);
    Ok(start..start + len)
}

/// Tokens before `<`; nothing when the value starts with a bare URI.
fn unquoted_display(c: &mut Cursor<'_>) -> Result<Option<DisplayName>, ParseError> {
    let start = c.pos();
    let rest = c.rest();
    for (i, &byte) in rest.iter().enumerate() {
        match byte {
            b'<' => {
                let words = rest.get(..i).unwrap_or_default();
                let len = words.len() - words.iter().rev().take_while(|&&b| is_ws(b)).count();
                c.advance(len);
                let name = c.cut(start);
                c.skip_ws();
                return Ok(Some(DisplayName(name)));
            }
            b':' => return Ok(None),
            // Octets above ASCII are no token, but phones send names in them unquoted.
            b if class::is(b, class::TOKEN) || is_ws(b) || b >= 0x80 => {}
            _ => return Err(ParseError::new(Rule::DisplayName, start + i)),
        }
    }
    Err(ParseError::new(Rule::Scheme, start))
}

impl fmt::Debug for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.display.is_some() {
            write!(f, "{MASK} ")?;
        }
        write!(f, "<{:?}>{:?}", self.uri, self.params)
    }
}
