//! Headers of a message: an ordered multimap over the bytes received (RFC 3261 §7.3).

mod lines;
mod look_up;

use std::{fmt, ops::Range};

use bytes::Bytes;
pub use lines::HeaderLines;

use super::{
    AsHeaderName, Grammar, Header, HeaderName, HeaderRef, ParseError, Rule, TypedHeader,
    cursor::{Elements, trim_slice, trimmed},
    header_name::Code,
    line::{Line, Texts},
};

/// All headers of a message, in order.
///
/// `Content-Length` stands here as received; the writer always writes the true one.
#[derive(Clone, Default)]
pub struct Headers {
    texts: Texts,
    lines: Vec<Line>,
    /// Octets of start line, lines and blank line, while all are as they were received.
    intact: Option<u32>,
    grammar: Grammar,
}

/// Octets of our own text below which what no line needs any more is left lying.
const LITTER: usize = 4096;

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Room for the headers of a message that is being read.
    pub(super) fn of_wire(wire: Bytes, grammar: Grammar) -> Self {
        let texts = Texts { wire, own: Vec::new() };
        Self { texts, lines: Vec::with_capacity(20), intact: None, grammar }
    }

    /// Appends a line that was read; places count in the bytes that are being read.
    #[inline]
    pub(super) fn push_read(&mut self, code: Code, name: &Range<usize>, value: &Range<usize>) {
        self.lines.push(Line::read(code, name, value));
    }

    /// Appends a line that was read with folds: `value` goes over several lines.
    pub(super) fn push_folded(&mut self, code: Code, name: &Range<usize>, value: &Range<usize>) {
        let own = &mut self.texts.own;
        let before = own.len();
        own.extend(unfolded(self.texts.wire.get(value.clone()).unwrap_or_default()));
        let flat = trimmed(own, before, own.len());
        // The wire form starts on the first line, so that it can stand after "Name: " again.
        let written = value.start + (flat.start - before);
        self.lines.push(Line::unfolded(code, name, &flat, written));
    }

    /// Takes the last line away again.
    pub(super) fn pop_read(&mut self) {
        self.lines.pop();
    }

    /// The value of the last line.
    pub(super) fn last_value(&self) -> &[u8] {
        self.lines.last().map_or(&[], |line| line.value(&self.texts))
    }

    /// Notes how long the head is that was read, if it can be written as it came.
    pub(super) fn set_intact(&mut self, octets: usize) {
        self.intact = u32::try_from(octets).ok();
    }

    /// The start line or the body is no longer as it was received.
    pub(super) const fn touch(&mut self) {
        self.intact = None;
    }

    /// The head exactly as received, if nothing in it has changed.
    pub(super) fn intact(&self) -> Option<&[u8]> {
        self.texts.wire.get(..self.intact? as usize)
    }

    /// About how many octets [`Self::write_lines`] writes.
    pub(super) const fn written_len(&self) -> usize {
        // Compact names are written out, so lines that were read may grow.
        self.texts.wire.len() + self.texts.own.len() + self.lines.len() * 16
    }

    /// Writes every line with a body of that length, and says whether its length was among them.
    pub(super) fn write_lines(&self, body: usize, out: &mut Vec<u8>) -> bool {
        let mut length_written = false;
        // Lines written here that follow one another are copied in one piece.
        let mut piece = 0..0;
        let flush = |piece: &Range<usize>, out: &mut Vec<u8>| {
            out.extend_from_slice(self.texts.own.get(piece.clone()).unwrap_or_default());
        };
        for line in &self.lines {
            let is_length = line.code == Code::CONTENT_LENGTH;
            if let Some(whole) = line.whole().filter(|_| !is_length) {
                if whole.start == piece.end {
                    piece.end = whole.end;
                } else {
                    flush(&piece, out);
                    piece = whole;
                }
                continue;
            }
            flush(&piece, out);
            piece = 0..0;
            if is_length && length_written {
                continue;
            }
            let header = HeaderRef::new(&self.texts, line);
            out.extend_from_slice(header.name_str().as_bytes());
            out.extend_from_slice(b": ");
            if is_length {
                super::encode::number(body, out);
                length_written = true;
            } else {
                out.extend_from_slice(header.wire());
            }
            out.extend_from_slice(b"\r\n");
        }
        flush(&piece, out);
        length_written
    }

    fn position(&self, name: &HeaderName) -> Option<usize> {
        self.iter().position(|header| header.is(name))
    }

    /// Writes a line, without a place among the others yet.
    fn write(&mut self, name: &HeaderName, value: &[u8]) -> Result<Line, ParseError> {
        if let Some(at) = control(value) {
            return Err(ParseError::new(Rule::Control, at).in_header(name.clone()));
        }
        self.touch();
        let (own, text) = (&mut self.texts.own, name.as_str().as_bytes());
        Line::write(own, name.code(), text, trim_slice(value), None)
    }

    /// Writes a typed line, without a place among the others yet.
    fn write_typed<T: TypedHeader>(&mut self, typed: &T) -> Result<Line, ParseError> {
        let name = T::name();
        let own = &mut self.texts.own;
        let written = Line::write_with(own, name.code(), name.as_str().as_bytes(), |out| {
            typed.write(out);
        });
        if let Some(line) = written {
            self.intact = None;
            return Ok(line);
        }
        // What is refused or has to be trimmed takes the usual way.
        let mut value = Vec::new();
        typed.write(&mut value);
        self.write(&name, &value)
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
        let line = self.write(&name, value.as_ref())?;
        self.lines.push(line);
        Ok(())
    }

    /// Appends a header line taken from another message, byte for byte.
    pub fn push_header(&mut self, header: impl Into<Header>) {
        self.touch();
        let header = header.into();
        let (name, value) = (header.name(), header.value());
        let (code, name) = (name.code(), name.as_str().as_bytes());
        // Only a line that would end beyond 4 GiB is left out.
        if let Ok(line) = Line::write(&mut self.texts.own, code, name, value, header.folded()) {
            self.lines.push(line);
        }
    }

    /// Appends a typed header.
    pub fn push_typed<T: TypedHeader>(&mut self, value: &T) {
        // Parts of typed headers hold no control characters, so the line is refused only for a
        // foreign implementation that writes them; then nothing is written at all.
        if let Ok(line) = self.write_typed(value) {
            self.lines.push(line);
        }
    }

    /// Puts a typed header before all others of its name. A new Via or Route stands there.
    pub fn push_front_typed<T: TypedHeader>(&mut self, value: &T) {
        if let Ok(line) = self.write_typed(value) {
            let at = self.position(&T::name()).unwrap_or(0);
            self.lines.insert(at, line);
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
        let line = self.write(&name, value.as_ref())?;
        self.put(&name, line);
        Ok(())
    }

    /// Replaces all headers of the type's name by one.
    pub fn set_typed<T: TypedHeader>(&mut self, value: &T) {
        if let Ok(line) = self.write_typed(value) {
            self.put(&T::name(), line);
        }
    }

    fn put(&mut self, name: &HeaderName, line: Line) {
        let at = self.position(name);
        if at.is_some() {
            self.remove(name);
        }
        self.lines.insert(at.unwrap_or(self.lines.len()).min(self.lines.len()), line);
        self.tidy();
    }

    /// Writes our own lines anew once most of what was written is needed no more.
    fn tidy(&mut self) {
        if self.texts.own.len() < LITTER {
            return;
        }
        let needed: usize = self.lines.iter().map(Line::own_len).sum();
        if needed.saturating_mul(2) < self.texts.own.len() {
            let mut anew = Self { grammar: self.grammar, ..Self::default() };
            for header in self.iter() {
                anew.push_header(header.to_header());
            }
            *self = anew;
        }
    }

    /// Takes all headers of the name away and says how many there were.
    pub fn remove(&mut self, name: impl AsHeaderName) -> usize {
        let before = self.lines.len();
        if let Some(name) = name.to_name() {
            self.touch();
            let texts = &self.texts;
            self.lines.retain(|line| !HeaderRef::new(texts, line).is(&name));
        }
        before - self.lines.len()
    }

    /// Takes the first element of a comma-separated header away and leaves the rest untouched.
    ///
    /// This is how a response loses its top Via (RFC 3261 §16.7) and a request its top Route.
    pub fn pop_element(&mut self, name: impl AsHeaderName) -> Option<Bytes> {
        let name = name.to_name()?;
        let at = self.position(&name)?;
        let value = self.lines.get(at)?.value_bytes(&self.texts);
        let mut elements = Elements::new(&value, 0..value.len());
        let first = value.slice(elements.next()?.ok()?);
        self.touch();
        match elements.rest().and_then(|rest| value.get(rest)) {
            Some(rest) => {
                let (own, text) = (&mut self.texts.own, name.as_str().as_bytes());
                let line = Line::write(own, name.code(), text, rest, None).ok()?;
                *self.lines.get_mut(at)? = line;
                self.tidy();
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
        let Some(name) = name.to_name() else { return };
        self.touch();
        for header in other.iter().filter(|header| header.is(&name)) {
            self.push_line(header);
        }
    }

    /// Adds a line of another message as it stands there.
    pub(crate) fn push_line(&mut self, header: HeaderRef<'_>) {
        self.touch();
        let folded = header.folded();
        let (name, value) = (header.name_str().as_bytes(), header.value());
        let own = &mut self.texts.own;
        if let Ok(line) = Line::write(own, header.code(), name, value, folded) {
            self.lines.push(line);
        }
    }

    /// Makes room for what is about to be written.
    pub(super) fn reserve(&mut self, lines: usize, octets: usize) {
        self.lines.reserve(lines);
        self.texts.own.reserve(octets);
    }

    /// All header lines, in order.
    #[must_use]
    pub fn iter(&self) -> HeaderLines<'_> {
        HeaderLines::over(&self.texts, &self.lines)
    }

    /// How many header lines there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The grammar the values are read with.
    #[must_use]
    pub const fn grammar(&self) -> &Grammar {
        &self.grammar
    }
}

/// Names, unfolded values and their order.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.grammar == other.grammar && self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

/// Where a value holds what no header may: a control character other than the tab.
pub(super) fn control(value: &[u8]) -> Option<usize> {
    let is = |b: &u8| b.is_ascii_control() && *b != b'\t';
    // Nearly none does, and looking at all of them without a way out is the faster look.
    let any = value.iter().fold(false, |found, b| found | is(b));
    if any { value.iter().position(is) } else { None }
}

/// A value with spaces in the place of its line ends.
pub(super) fn unfolded(value: &[u8]) -> Vec<u8> {
    value.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }).collect()
}
