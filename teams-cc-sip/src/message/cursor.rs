//! A read position in one header value.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Grammar, ParseError, Rule, Text,
    class::{self, is_ws},
    octets::Octets,
};

/// Reads one value from left to right; never moves beyond its end.
pub(crate) struct Cursor<'a> {
    buf: &'a Bytes,
    /// The buffer up to the end of the value.
    text: &'a [u8],
    pos: usize,
    pub(crate) grammar: Grammar,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(buf: &'a Bytes, grammar: &Grammar) -> Self {
        Self { buf, text: buf, pos: 0, grammar: *grammar }
    }

    /// A cursor over a part of the buffer; its positions count from the start of the buffer.
    #[inline]
    pub(crate) fn within(buf: &'a Bytes, range: Range<usize>, grammar: &Grammar) -> Self {
        let text = buf.get(..range.end).unwrap_or_default();
        Self { buf, text, pos: range.start.min(text.len()), grammar: *grammar }
    }

    pub(crate) const fn pos(&self) -> usize {
        self.pos
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.pos).copied()
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.pos..).unwrap_or_default()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    #[inline]
    pub(crate) fn advance(&mut self, by: usize) {
        self.pos = self.pos.saturating_add(by).min(self.text.len());
    }

    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.pos += 1;
        }
        found
    }

    #[inline]
    pub(crate) fn skip_ws(&mut self) {
        while self.peek().is_some_and(is_ws) {
            self.pos += 1;
        }
    }

    /// A separator with white space around it (`SEMI`, `SLASH`, `EQUAL` of RFC 3261 §25.1).
    #[inline]
    pub(crate) fn separator(&mut self, byte: u8) -> bool {
        self.skip_ws();
        let found = self.eat(byte);
        if found {
            self.skip_ws();
        }
        found
    }

    pub(crate) fn fail(&self, rule: Rule) -> ParseError {
        ParseError::new(rule, self.pos)
    }

    /// The bytes from `start` to here, shared.
    pub(crate) fn since(&self, start: usize) -> Bytes {
        self.buf.slice(start.min(self.pos)..self.pos)
    }

    /// The bytes from `start` to here.
    #[inline]
    pub(crate) fn cut(&self, start: usize) -> Octets {
        Octets::cut(self.buf, start..self.pos)
    }

    #[inline]
    pub(crate) fn cut_range(&self, range: Range<usize>) -> Octets {
        Octets::cut(self.buf, range)
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.text.get(range).unwrap_or_default()
    }

    /// Passes over the run of bytes of the class.
    #[inline]
    pub(crate) fn skip(&mut self, class: u8) {
        self.pos += class::run(self.rest(), class);
    }

    /// Passes over the run of bytes of the class and of whole `%HH` escapes.
    #[inline]
    pub(crate) fn skip_escaped(&mut self, class: u8) {
        self.skip(class);
        if self.peek() == Some(b'%') {
            let rest = self.rest();
            self.pos += class::first_outside(rest, class).unwrap_or(rest.len());
        }
    }

    /// A token of at least one character.
    pub(crate) fn token(&mut self) -> Result<Text, ParseError> {
        self.text(class::TOKEN, Rule::Token)
    }

    /// A non-empty run of a class whose members are all ASCII.
    pub(crate) fn text(&mut self, class: u8, rule: Rule) -> Result<Text, ParseError> {
        let start = self.pos;
        self.skip_some(class, rule)?;
        Ok(Text::checked(self.cut(start)))
    }

    /// Passes over a non-empty run of the class.
    #[inline]
    pub(crate) fn skip_some(&mut self, class: u8, rule: Rule) -> Result<(), ParseError> {
        let start = self.pos;
        self.skip(class);
        if self.pos == start { Err(self.fail(rule)) } else { Ok(()) }
    }

    /// A quoted string with its quotes, shared; the cursor stands on the first.
    pub(crate) fn quoted(&mut self) -> Result<Bytes, ParseError> {
        let start = self.pos;
        self.skip_quoted().map(|()| self.since(start))
    }

    /// Passes over a quoted string; the cursor stands on its first quote.
    pub(crate) fn skip_quoted(&mut self) -> Result<(), ParseError> {
        let start = self.pos;
        if !self.eat(b'"') {
            return Err(self.fail(Rule::Quote));
        }
        while let Some(byte) = self.peek() {
            self.pos += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => match self.peek() {
                    Some(_) => self.pos += 1,
                    None => break,
                },
                // RFC 3261 §25.1: qdtext has no control character but LWS.
                b if b.is_ascii_control() && b != b'\t' => {
                    return Err(ParseError::new(Rule::Control, self.pos - 1));
                }
                _ => {}
            }
        }
        Err(ParseError::new(Rule::Quote, start))
    }

    /// Passes over a quoted string, or over a non-empty run of the class.
    #[inline]
    pub(crate) fn skip_quoted_or(&mut self, class: u8, rule: Rule) -> Result<(), ParseError> {
        if self.peek() == Some(b'"') {
            return self.skip_quoted();
        }
        self.skip_some(class, rule)
    }

    /// Decimal digits as a number not above `max`.
    #[inline]
    pub(crate) fn number(&mut self, max: u32) -> Result<u32, ParseError> {
        let start = self.pos;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek()
            && value <= u64::from(max)
        {
            // What was read so far has 32 bits.
            value = value * 10 + u64::from(digit - b'0');
            self.pos += 1;
        }
        let number = u32::try_from(value).ok().filter(|&number| number <= max && self.pos > start);
        number.ok_or(ParseError::new(Rule::OutOfRange, start))
    }

    /// Refuses anything but white space up to the end.
    pub(crate) fn end(&mut self) -> Result<(), ParseError> {
        self.skip_ws();
        if self.is_at_end() { Ok(()) } else { Err(self.fail(Rule::Trailing)) }
    }
}

/// Cuts a value at its commas, outside quotes and angle brackets (RFC 3261 §7.3.1).
pub(crate) struct Elements<'a> {
    /// The text up to the end of the value.
    text: &'a [u8],
    /// Where the next element starts; nothing after the last.
    next: Option<usize>,
}

impl<'a> Elements<'a> {
    /// The elements of a part of the text, each by its place in the text.
    pub(crate) fn new(text: &'a [u8], value: Range<usize>) -> Self {
        Self { text: text.get(..value.end).unwrap_or_default(), next: Some(value.start) }
    }

    /// What follows the elements read so far, or nothing after the last.
    pub(crate) fn rest(&self) -> Option<Range<usize>> {
        self.next.map(|at| trimmed(self.text, at, self.text.len()))
    }
}

impl Iterator for Elements<'_> {
    type Item = Result<Range<usize>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let bytes = self.text.get(start..).unwrap_or_default();
        let mut end = bytes.len();
        let (mut quoted, mut escaped, mut angle) = (false, false, false);
        for (i, &byte) in bytes.iter().enumerate() {
            if quoted {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => quoted = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => quoted = true,
                b'<' => angle = true,
                b'>' => angle = false,
                b',' if !angle => {
                    end = i;
                    self.next = Some(start + i + 1);
                    break;
                }
                _ => {}
            }
        }
        if quoted {
            return Some(Err(ParseError::new(Rule::Quote, start)));
        }
        let element = trimmed(self.text, start, start + end);
        if element.is_empty() {
            return Some(Err(ParseError::new(Rule::EmptyElement, start)));
        }
        Some(Ok(element))
    }
}

/// The bytes of a range without white space at its ends.
pub(crate) fn trim(buf: &Bytes, start: usize, end: usize) -> Bytes {
    buf.slice(trimmed(buf, start, end))
}

/// The range without white space at its ends.
#[inline]
pub(crate) fn trimmed(buf: &[u8], mut start: usize, mut end: usize) -> Range<usize> {
    end = end.min(buf.len());
    while start < end && buf.get(start).copied().is_some_and(is_ws) {
        start += 1;
    }
    while start < end && buf.get(end - 1).copied().is_some_and(is_ws) {
        end -= 1;
    }
    start.min(end)..end
}

/// The octets without white space at their ends.
pub(crate) fn trim_slice(octets: &[u8]) -> &[u8] {
    octets.get(trimmed(octets, 0, octets.len())).unwrap_or_default()
}
