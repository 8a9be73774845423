//! Headers of a message: an ordered multimap over the bytes received (RFC 3261 §7.3).

use std::fmt;

use bytes::Bytes;

use super::{AsHeaderName, Grammar, Header, ParseError, Rule, TypedHeader, cursor::Elements};

/// All headers of a message, in order.
///
/// `Content-Length` stands here as received; the writer always writes the true one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    lines: Vec<Header>,
    grammar: Grammar,
}

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_grammar(grammar: Grammar) -> Self {
        Self { lines: Vec::with_capacity(16), grammar }
    }

    pub(crate) fn as_slice(&self) -> &[Header] {
        &self.lines
    }

    pub(crate) fn push_read(&mut self, header: Header) {
        self.lines.push(header);
    }

    /// Appends a header.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the name is none, [`Rule::Control`] when the value holds a control
    /// character.
    pub fn push(
        &mut self,
        name: impl AsHeaderName,
        value: impl AsRef<[u8]>,
    ) -> Result<(), ParseError> {
        let name = name.to_name().ok_or(ParseError::new(Rule::Token, 0))?;
        self.lines.push(Header::new(name, value)?);
        Ok(())
    }

    /// Appends a header line taken from another message, byte for byte.
    pub fn push_header(&mut self, header: Header) {
        self.lines.push(header);
    }

    /// Appends a typed header.
    pub fn push_typed<T: TypedHeader>(&mut self, value: &T) {
        // Parts of typed headers hold no control characters, so the line is refused only for a
        // foreign implementation that writes them; then nothing is written at all.
        if let Ok(header) = Header::of(value) {
            self.lines.push(header);
        }
    }

    /// Puts a typed header before all others of its name. A new Via or Route stands there.
    pub fn push_front_typed<T: TypedHeader>(&mut self, value: &T) {
        if let Ok(header) = Header::of(value) {
            let at = self.lines.iter().position(|h| h.name() == header.name()).unwrap_or(0);
            self.lines.insert(at, header);
        }
    }

    /// Replaces all headers of the name by one, which stands where the first stood.
    ///
    /// # Errors
    ///
    /// As [`Self::push`].
    pub fn set(
        &mut self,
        name: impl AsHeaderName,
        value: impl AsRef<[u8]>,
    ) -> Result<(), ParseError> {
        let name = name.to_name().ok_or(ParseError::new(Rule::Token, 0))?;
        self.put(Header::new(name, value)?);
        Ok(())
    }

    /// Replaces all headers of the type's name by one.
    pub fn set_typed<T: TypedHeader>(&mut self, value: &T) {
        if let Ok(header) = Header::of(value) {
            self.put(header);
        }
    }

    fn put(&mut self, header: Header) {
        let at = self.lines.iter().position(|h| h.name() == header.name());
        self.lines.retain(|h| h.name() != header.name());
        self.lines.insert(at.unwrap_or(self.lines.len()).min(self.lines.len()), header);
    }

    /// Takes all headers of the name away and says how many there were.
    pub fn remove(&mut self, name: impl AsHeaderName) -> usize {
        let before = self.lines.len();
        if let Some(name) = name.to_name() {
            self.lines.retain(|h| *h.name() != name);
        }
        before - self.lines.len()
    }

    /// Takes the first element of a comma-separated header away and leaves the rest untouched.
    ///
    /// This is how a response loses its top Via (RFC 3261 §16.7) and a request its top Route.
    pub fn pop_element(&mut self, name: impl AsHeaderName) -> Option<Bytes> {
        let name = name.to_name()?;
        let at = self.lines.iter().position(|h| *h.name() == name)?;
        let value = self.lines.get(at)?.value_bytes().clone();
        let mut elements = Elements::new(&value);
        let first = elements.next()?.ok()?;
        let rest = elements.rest_bytes();
        match rest {
            Some(rest) => {
                let line = self.lines.get_mut(at)?;
                *line = line.with_value(rest);
            }
            None => {
                self.lines.remove(at);
            }
        }
        Some(first)
    }

    /// Replaces the first element of a comma-separated header, the rest untouched.
    ///
    /// This is how a server notes the source of a request in its top Via.
    pub fn replace_first<T: TypedHeader>(&mut self, value: &T) {
        self.pop_element(T::name());
        self.push_front_typed(value);
    }

    /// Copies all header lines of a name from another message. They stay as they are, byte for byte
    /// and in order.
    pub fn copy_from(&mut self, other: &Self, name: impl AsHeaderName) {
        if let Some(name) = name.to_name() {
            self.lines.extend(other.lines.iter().filter(|h| *h.name() == name).cloned());
        }
    }

    /// The value of the first header of the name.
    #[must_use]
    pub fn get(&self, name: impl AsHeaderName) -> Option<&[u8]> {
        let name = name.to_name()?;
        self.lines.iter().find(|h| *h.name() == name).map(Header::value)
    }

    /// The value of the first header of the name as text, if it is UTF-8.
    #[must_use]
    pub fn get_str(&self, name: impl AsHeaderName) -> Option<&str> {
        std::str::from_utf8(self.get(name)?).ok()
    }

    /// All header lines of the name, in order.
    pub fn get_all(&self, name: impl AsHeaderName) -> impl Iterator<Item = &Header> {
        let name = name.to_name();
        self.lines.iter().filter(move |h| name.as_ref() == Some(h.name()))
    }

    /// Whether a header of the name stands.
    #[must_use]
    pub fn contains(&self, name: impl AsHeaderName) -> bool {
        self.get(name).is_some()
    }

    /// All header lines, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.lines.iter()
    }

    /// How many header lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The grammar the values are read with.
    #[must_use]
    pub const fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// The one value of a header, or nothing when it is absent.
    ///
    /// # Errors
    ///
    /// [`Rule::Repeated`] when it stands twice, or the rule that its value breaks.
    pub fn typed<T: TypedHeader>(&self) -> Result<Option<T>, ParseError> {
        let name = T::name();
        let mut found = self.lines.iter().filter(|h| *h.name() == name);
        let Some(header) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(ParseError::new(Rule::Repeated, 0).in_header(name));
        }
        T::parse_value(header.value_bytes(), &self.grammar).map(Some).map_err(|e| e.in_header(name))
    }

    /// The one value of a header that must stand.
    ///
    /// # Errors
    ///
    /// [`Rule::Missing`] when it is absent, else as [`Self::typed`].
    pub fn required<T: TypedHeader>(&self) -> Result<T, ParseError> {
        self.typed()?.ok_or_else(|| ParseError::new(Rule::Missing, 0).in_header(T::name()))
    }

    /// The first element of a comma-separated header, or nothing when it is absent.
    ///
    /// # Errors
    ///
    /// The rule that the element breaks.
    pub fn first<T: TypedHeader>(&self) -> Result<Option<T>, ParseError> {
        let name = T::name();
        let Some(header) = self.lines.iter().find(|h| *h.name() == name) else { return Ok(None) };
        Elements::new(header.value_bytes())
            .next()
            .transpose()
            .and_then(|e| e.map(|e| T::parse_value(&e, &self.grammar)).transpose())
            .map_err(|e| e.in_header(name))
    }

    /// All elements of a comma-separated header over all its lines, in order.
    ///
    /// A header with an empty value, as `Supported:` may have, holds no elements.
    ///
    /// # Errors
    ///
    /// The rule that an element breaks, or [`Rule::TooManyParams`] beyond [`Grammar::params`].
    pub fn list<T: TypedHeader>(&self) -> Result<Vec<T>, ParseError> {
        let name = T::name();
        let mut all = Vec::new();
        for header in self.lines.iter().filter(|h| *h.name() == name && !h.value().is_empty()) {
            for element in Elements::new(header.value_bytes()) {
                if all.len() >= self.grammar.params {
                    return Err(ParseError::new(Rule::TooManyParams, 0).in_header(name));
                }
                let read = element.and_then(|e| T::parse_value(&e, &self.grammar));
                all.push(read.map_err(|e| e.in_header(name.clone()))?);
            }
        }
        Ok(all)
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.lines).finish()
    }
}
