//! The lines of a head, one after the other (RFC 3261 §7.3, §7.5).

use bytes::Bytes;

use super::Head;
use crate::message::{Headers, Limits, ParseError, Rule, class, header_name::Code, line::LONGEST};

/// Walks over the lines of a head; each octet is looked at once.
pub(super) struct Lines<'a> {
    /// What may belong to the head.
    window: &'a [u8],
    /// What of it is not yet read: it starts with the next line.
    rest: &'a [u8],
    /// Octets of the whole input, to tell a head too large from one that is not yet whole.
    total: usize,
    limit: usize,
    /// The first CR that ends no line.
    pub(super) bare_cr: Option<usize>,
    /// Whether every name and its colon stood together, so that nobody reads a line otherwise.
    pub(super) plain: bool,
}

/// The name of a line, and what follows its colon.
struct Named<'a> {
    code: Code,
    len: usize,
    value: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a Bytes, limits: &Limits) -> Self {
        let limit = limits.head.min(LONGEST);
        let window = bytes.get(..limit).unwrap_or(bytes);
        Self { window, rest: window, total: bytes.len(), limit, bare_cr: None, plain: true }
    }

    /// Where the next line starts.
    pub(super) const fn at(&self) -> usize {
        self.place(self.rest)
    }

    /// Where a rest of the window starts.
    #[inline]
    const fn place(&self, rest: &[u8]) -> usize {
        self.window.len() - rest.len()
    }

    /// Passes over the rest of a line and gives what starts with its CRLF.
    #[expect(clippy::inline_always, reason = "as for `header`")]
    #[inline(always)]
    fn line_end(&mut self, line: &'a [u8]) -> Result<&'a [u8], ParseError> {
        let end = class::from_control(line);
        match end {
            [b'\r', b'\n', rest @ ..] => {
                self.rest = rest;
                Ok(end)
            }
            _ => self.line_end_behind(end),
        }
    }

    /// As [`Self::line_end`], where a control character stands that ends no line.
    #[cold]
    fn line_end_behind(&mut self, mut line: &'a [u8]) -> Result<&'a [u8], ParseError> {
        loop {
            match line {
                [b'\r', b'\n', rest @ ..] => {
                    self.rest = rest;
                    return Ok(line);
                }
                [b'\n', ..] => return Err(ParseError::new(Rule::LineEnd, self.place(line))),
                [] => return Err(self.no_end()),
                [b'\r', ..] if self.bare_cr.is_none() => self.bare_cr = Some(self.place(line)),
                _ => {}
            }
            line = class::from_control(line.get(1..).unwrap_or_default());
        }
    }

    #[cold]
    fn no_end(&self) -> ParseError {
        if self.total > self.limit {
            return ParseError::new(Rule::TooLarge, self.window.len());
        }
        match memchr::memchr(b'\r', self.rest) {
            // A CR at the very end may be the first half of a line end.
            Some(cr) if cr + 1 < self.rest.len() => ParseError::new(Rule::LineEnd, self.at() + cr),
            _ => ParseError::new(Rule::Truncated, self.window.len()),
        }
    }

    /// The end of the start line without its CRLF.
    pub(super) fn start_line(&mut self) -> Result<usize, ParseError> {
        let end = self.line_end(self.rest)?;
        Ok(self.place(end))
    }

    /// Reads all header lines up to the blank line.
    pub(super) fn headers(
        &mut self,
        headers: &mut Headers,
        limits: &Limits,
    ) -> Result<Head, ParseError> {
        let mut content_length = None;
        loop {
            let at = self.at();
            let Some(code) = self.header(headers)? else { break };
            if headers.len() > limits.headers {
                return Err(ParseError::new(Rule::TooManyHeaders, at));
            }
            if code == Code::CONTENT_LENGTH {
                if content_length.is_some() {
                    return Err(ParseError::new(Rule::DuplicateContentLength, at));
                }
                content_length = Some(read_length(headers.last_value(), at)?);
            }
        }
        self.refuse_bare_cr()?;
        if self.plain && content_length.is_some() {
            headers.set_intact(self.at());
        }
        Ok(Head { content_length, len: self.at() })
    }

    /// Reads the next header line, folds included, and says which; nothing at the blank line.
    ///
    /// After [`Rule::HeaderLine`] the walk can go on behind the line.
    #[expect(clippy::inline_always, reason = "a call for each line is a tenth of the work")]
    #[inline(always)]
    pub(super) fn header(&mut self, headers: &mut Headers) -> Result<Option<Code>, ParseError> {
        let line = self.rest;
        let Some(Named { code, len, mut value }) = self.name(line)? else { return Ok(None) };
        let name = self.place(line);
        let name = name..name + len;
        while let [b' ' | b'\t', rest @ ..] = value {
            value = rest;
        }
        let (start, end) = (self.place(value), self.line_end(value)?);
        match self.rest {
            [b' ' | b'\t', ..] => {
                let end = self.folds()?;
                headers.push_folded(code, &name, &(start..end));
            }
            [_, ..] => {
                let mut end = self.place(end);
                while let Some(b' ' | b'\t') = self.window.get(start..end).and_then(<[u8]>::last) {
                    end -= 1;
                }
                headers.push_read(code, &name, &(start..end));
            }
            [] => return Err(self.no_end()),
        }
        Ok(Some(code))
    }

    /// Reads the name of a line with its colon; nothing at the blank line.
    #[expect(clippy::inline_always, reason = "as for `header`")]
    #[inline(always)]
    fn name(&mut self, line: &'a [u8]) -> Result<Option<Named<'a>>, ParseError> {
        if let Some((code, len)) = Code::at(line)
            && let Some(value) = line.get(len + 1..)
        {
            return Ok(Some(Named { code, len, value }));
        }
        self.other_name(line)
    }

    /// As [`Self::name`], where it is not written as this crate writes it.
    #[cold]
    fn other_name(&mut self, line: &'a [u8]) -> Result<Option<Named<'a>>, ParseError> {
        let len = class::run(line, class::TOKEN);
        let (name, mut value) = line.split_at_checked(len).unwrap_or_default();
        // White space may stand before the colon (RFC 3261 §25.1 HCOLON); no fold is left out of
        // account, because framing and meaning are read here and nowhere else.
        while let [b' ' | b'\t', rest @ ..] = value {
            value = rest;
            self.plain = false;
        }
        match value {
            [b':', value @ ..] if len > 0 => Ok(Some(Named { code: Code::of(name), len, value })),
            _ => {
                let blank = self.line_end(line)?.len() == line.len();
                let at = self.place(line);
                if blank { Ok(None) } else { Err(ParseError::new(Rule::HeaderLine, at)) }
            }
        }
    }

    /// Passes over the lines that continue one.
    #[cold]
    fn folds(&mut self) -> Result<usize, ParseError> {
        loop {
            let end = self.line_end(self.rest)?;
            match self.rest {
                [b' ' | b'\t', ..] => {}
                [_, ..] => return Ok(self.place(end)),
                [] => return Err(self.no_end()),
            }
        }
    }

    /// RFC 3261 §25.1 knows CR only before LF.
    pub(super) fn refuse_bare_cr(&self) -> Result<(), ParseError> {
        self.bare_cr.map_or(Ok(()), |at| Err(ParseError::new(Rule::LineEnd, at)))
    }
}

fn read_length(value: &[u8], at: usize) -> Result<usize, ParseError> {
    let number = value.iter().try_fold(0, |number: usize, byte| {
        let digit = byte.is_ascii_digit().then(|| usize::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    });
    number.filter(|_| !value.is_empty()).ok_or(ParseError::new(Rule::ContentLength, at))
}
