//! Reading a message: start line, header lines, body (RFC 3261 §7, §18.3).

use bytes::Bytes;

use super::{
    Fault, Grammar, Headers, Limits, Message, Method, ParseError, Request, Response, Rule,
    StatusCode, Uri,
    class::{self, is_ws},
    cursor::trimmed,
    header_name::Code,
    line::LONGEST,
};

impl Message {
    /// Reads the one message of a datagram.
    ///
    /// Octets after the announced length are ignored, a missing length means up to the end
    /// (RFC 3261 §18.3), and CRLFs before the start line are skipped (§7.5).
    ///
    /// # Errors
    ///
    /// What is wrong, and the response it deserves if one can be addressed.
    pub fn parse_datagram(datagram: &[u8], limits: &Limits) -> Result<Self, Fault> {
        // Refused before it is copied.
        if datagram.len() > limits.message {
            return Err(salvage(
                &Bytes::copy_from_slice(datagram.get(..limits.head).unwrap_or(datagram)),
                ParseError::new(Rule::TooLarge, limits.message),
                limits,
            ));
        }
        let start = skip_crlf(datagram);
        let datagram = Bytes::copy_from_slice(datagram.get(start..).unwrap_or_default());
        read_datagram(&datagram, limits)
            .map_err(|error| salvage(&datagram, error.shifted(start), limits))
    }

    /// As [`Self::parse_datagram`], sharing the bytes instead of copying them.
    ///
    /// # Errors
    ///
    /// As [`Self::parse_datagram`].
    pub fn parse_bytes(datagram: &Bytes, limits: &Limits) -> Result<Self, Fault> {
        if datagram.len() > limits.message {
            return Err(salvage(datagram, ParseError::new(Rule::TooLarge, limits.message), limits));
        }
        let start = skip_crlf(datagram);
        let datagram = datagram.slice(start..);
        read_datagram(&datagram, limits)
            .map_err(|error| salvage(&datagram, error.shifted(start), limits))
    }
}

fn read_datagram(datagram: &Bytes, limits: &Limits) -> Result<Message, ParseError> {
    let head = Head::read(datagram, limits)?;
    let rest = datagram.len() - head.len;
    let body = head.content_length.unwrap_or(rest);
    if body > rest {
        return Err(ParseError::new(Rule::ShortBody, datagram.len()));
    }
    let body = datagram.slice(head.len..head.len + body);
    let mut message = head.message;
    message.read_body(body);
    Ok(message)
}

/// How many octets of CRLF stand before the start line.
pub(crate) fn skip_crlf(bytes: &[u8]) -> usize {
    let mut at = 0;
    while bytes.get(at..at + 2) == Some(b"\r\n") {
        at += 2;
    }
    at
}

/// A message up to its blank line.
pub(crate) struct Head {
    pub(crate) message: Message,
    pub(crate) content_length: Option<usize>,
    /// Octets up to and with the blank line.
    pub(crate) len: usize,
}

impl Head {
    pub(crate) fn read(bytes: &Bytes, limits: &Limits) -> Result<Self, ParseError> {
        let mut lines = Lines::new(bytes, limits);
        let end = lines.start_line()?;
        let start = read_start(end, bytes, &limits.grammar)?;
        let mut headers = Headers::of_wire(bytes.clone(), limits.grammar);
        let mut content_length = None;
        // Only what this crate would write as well is written as it came.
        lines.plain = bytes.get(..end).is_some_and(is_plain_start);
        loop {
            let at = lines.at;
            let Some(code) = lines.header(&mut headers)? else { break };
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
        lines.refuse_bare_cr()?;
        if lines.plain && content_length.is_some() {
            headers.set_intact(lines.at);
        }
        let message = match start {
            Start::Request(method, uri) => {
                Message::Request(Request::read(method, uri, headers, Bytes::new()))
            }
            Start::Response(status, reason) => {
                Message::Response(Response::read(status, reason, headers, Bytes::new()))
            }
        };
        Ok(Self { message, content_length, len: lines.at })
    }
}

/// Whether the start line names the version as it is written here.
fn is_plain_start(line: &[u8]) -> bool {
    line.ends_with(b" SIP/2.0") || line.starts_with(b"SIP/2.0 ")
}

enum Start {
    Request(Method, Uri),
    Response(StatusCode, Bytes),
}

/// Walks over the lines of a head.
struct Lines<'a> {
    /// What may belong to the head.
    window: &'a [u8],
    /// Octets of the whole input, to tell a head too large from one that is not yet whole.
    total: usize,
    limit: usize,
    /// Where the LFs of the window are.
    ends: memchr::Memchr<'a>,
    /// Where the next line starts.
    at: usize,
    /// Line ends passed, each a CR and a LF.
    passed: usize,
    /// Whether every name and its colon stood together, so that nobody reads a line otherwise.
    plain: bool,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a Bytes, limits: &Limits) -> Self {
        let limit = limits.head.min(LONGEST);
        let window = bytes.get(..limit).unwrap_or(bytes);
        let ends = memchr::memchr_iter(b'\n', window);
        Self { window, total: bytes.len(), limit, ends, at: 0, passed: 0, plain: true }
    }

    /// Passes over one line and gives the place of its CRLF.
    #[inline]
    fn line_end(&mut self) -> Result<usize, ParseError> {
        let end = match self.ends.next() {
            // `at` is beyond 0 once a line has passed, so a LF there has an octet before it.
            Some(lf) if lf > self.at && self.window.get(lf - 1) == Some(&b'\r') => lf - 1,
            found => return Err(self.no_end(found)),
        };
        self.at = end + 2;
        self.passed += 1;
        Ok(end)
    }

    #[cold]
    fn no_end(&self, lf: Option<usize>) -> ParseError {
        match lf {
            Some(at) => ParseError::new(Rule::LineEnd, at),
            None if self.total > self.limit => ParseError::new(Rule::TooLarge, self.window.len()),
            None => match memchr::memchr(b'\r', self.window.get(self.at..).unwrap_or_default()) {
                // A CR at the very end may be the first half of a line end.
                Some(cr) if self.at + cr + 1 < self.window.len() => {
                    ParseError::new(Rule::LineEnd, self.at + cr)
                }
                _ => ParseError::new(Rule::Truncated, self.window.len()),
            },
        }
    }

    /// The end of the start line without its CRLF.
    fn start_line(&mut self) -> Result<usize, ParseError> {
        self.line_end()
    }

    /// Reads the next header line, folds included, and says which; nothing at the blank line.
    ///
    /// After [`Rule::HeaderLine`] the walk can go on behind the line.
    #[inline]
    fn header(&mut self, headers: &mut Headers) -> Result<Option<Code>, ParseError> {
        let at = self.at;
        let end = self.line_end()?;
        if end == at {
            return Ok(None);
        }
        let line = self.window.get(at..end).unwrap_or_default();
        let name = class::run(line, class::TOKEN);
        // White space may stand before the colon (RFC 3261 §25.1 HCOLON); no fold is left out of
        // account, because framing and meaning are read here and nowhere else.
        let mut colon = name;
        while line.get(colon).copied().is_some_and(is_ws) {
            colon += 1;
            self.plain = false;
        }
        if name == 0 || line.get(colon) != Some(&b':') {
            return Err(ParseError::new(Rule::HeaderLine, at));
        }
        let code = Code::of(line.get(..name).unwrap_or_default());
        let name = at..at + name;
        match self.window.get(self.at) {
            Some(&next) if is_ws(next) => {
                let end = self.folds()?;
                headers.push_folded(code, &name, &(at + colon + 1..end));
            }
            Some(_) => {
                let value = trimmed(line, colon + 1, line.len());
                headers.push_read(code, &name, &(at + value.start..at + value.end));
            }
            None => return Err(self.no_end(None)),
        }
        Ok(Some(code))
    }

    /// Passes over the lines that continue one.
    #[cold]
    fn folds(&mut self) -> Result<usize, ParseError> {
        loop {
            let end = self.line_end()?;
            match self.window.get(self.at) {
                Some(&next) if is_ws(next) => {}
                Some(_) => return Ok(end),
                None => return Err(self.no_end(None)),
            }
        }
    }

    /// Whether a CR that ends no line stands behind a place where so many lines had passed.
    fn has_bare_cr(&self, at: usize, passed: usize) -> bool {
        let lines = self.window.get(at..self.at).unwrap_or_default();
        memchr::memchr_iter(b'\r', lines).count() != self.passed - passed
    }

    /// RFC 3261 §25.1 knows CR only before LF; each that was passed belongs to a line end.
    fn refuse_bare_cr(&self) -> Result<(), ParseError> {
        if !self.has_bare_cr(0, 0) {
            return Ok(());
        }
        let head = self.window.get(..self.at).unwrap_or_default();
        let bare = memchr::memchr_iter(b'\r', head).find(|&cr| head.get(cr + 1) != Some(&b'\n'));
        Err(ParseError::new(Rule::LineEnd, bare.unwrap_or_default()))
    }
}

fn read_length(value: &[u8], at: usize) -> Result<usize, ParseError> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits
        .then(|| std::str::from_utf8(value).ok()?.parse().ok())
        .flatten()
        .ok_or(ParseError::new(Rule::ContentLength, at))
}

/// RFC 3261 §7.1 and §7.2: single spaces, nothing after the version.
fn read_start(end: usize, bytes: &Bytes, grammar: &Grammar) -> Result<Start, ParseError> {
    let line = bytes.get(..end).unwrap_or_default();
    if let Some(rest) = strip_version(line) {
        return read_status(rest, line.len() - rest.len(), end, bytes);
    }
    let first = memchr::memchr(b' ', line).ok_or(ParseError::new(Rule::StartLine, 0))?;
    let last = memchr::memrchr(b' ', line).filter(|&last| last > first);
    let last = last.ok_or(ParseError::new(Rule::StartLine, end))?;
    let method = Method::from_bytes(bytes, 0..first)?;
    let version = line.get(last + 1..).unwrap_or_default();
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        let named = version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case(b"SIP/"));
        let rule = if named { Rule::Version } else { Rule::StartLine };
        return Err(ParseError::new(rule, last + 1));
    }
    let uri = Uri::read(bytes, first + 1..last, grammar)?;
    Ok(Start::Request(method, uri))
}

/// What follows `SIP/x.y ` when the line starts a response.
fn strip_version(line: &[u8]) -> Option<&[u8]> {
    let prefix = line.get(..4)?;
    prefix.eq_ignore_ascii_case(b"SIP/").then_some(line.get(4..)?)
}

fn read_status(rest: &[u8], at: usize, end: usize, bytes: &Bytes) -> Result<Start, ParseError> {
    if rest.get(..3) != Some(b"2.0") {
        return Err(ParseError::new(Rule::Version, at));
    }
    if rest.get(3) != Some(&b' ') {
        return Err(ParseError::new(Rule::StartLine, at + 3));
    }
    let code = rest
        .get(4..7)
        .filter(|c| c.iter().all(u8::is_ascii_digit))
        .and_then(|c| std::str::from_utf8(c).ok()?.parse().ok())
        .and_then(StatusCode::new)
        .ok_or(ParseError::new(Rule::StatusCode, at + 4))?;
    match rest.get(7) {
        // The space stands even before an empty phrase, but not every peer writes it.
        None => Ok(Start::Response(code, Bytes::new())),
        Some(b' ') => Ok(Start::Response(code, bytes.slice(at + 8..end))),
        Some(_) => Err(ParseError::new(Rule::StatusCode, at + 7)),
    }
}

/// Builds the response to a request that cannot be read, from what can (RFC 3261 §8.2).
pub(crate) fn salvage(bytes: &Bytes, error: ParseError, limits: &Limits) -> Fault {
    let status = match error.rule() {
        Rule::Version => StatusCode::VERSION_NOT_SUPPORTED,
        Rule::TooLarge | Rule::TooManyHeaders => StatusCode::MESSAGE_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    };
    Fault { answer: addressable(bytes, status, limits).map(Box::new), error }
}

fn addressable(bytes: &Bytes, status: StatusCode, limits: &Limits) -> Option<Response> {
    let mut lines = Lines::new(bytes, limits);
    let end = lines.start_line().ok()?;
    let line = bytes.get(..end)?;
    // A response gets no response, and neither does ACK (RFC 3261 §17.1.1.3).
    let method = line.split(|&b| b == b' ').next()?;
    if strip_version(line).is_some() || method == b"ACK" || !class::all(method, class::TOKEN) {
        return None;
    }
    let mut headers = Headers::of_wire(bytes.clone(), limits.grammar);
    while headers.len() < limits.headers {
        let (at, passed) = (lines.at, lines.passed);
        match lines.header(&mut headers) {
            // What a bare CR hides must not come back in the answer.
            Ok(Some(_)) if lines.has_bare_cr(at, passed) => headers.pop_read(),
            Ok(Some(_)) => {}
            // A line that is no header is passed over.
            Err(error) if error.rule() == Rule::HeaderLine => {}
            Ok(None) | Err(_) => break,
        }
    }
    super::validate::addressable(&headers).then(|| {
        let uri = super::SipUri::new(super::Host::Name(super::Text::known("invalid")));
        Response::to(&Request::read(Method::Options, uri.into(), headers, Bytes::new()), status)
    })
}

/// Reads header lines that stand without a start line and without a blank line.
pub(super) fn read_part_head(head: &Bytes, limits: &Limits) -> Result<Headers, ParseError> {
    let whole = Bytes::from([head, b"\r\n\r\n".as_slice()].concat());
    let mut headers = Headers::of_wire(whole.clone(), limits.grammar);
    let mut lines = Lines::new(&whole, limits);
    while !head.is_empty() && lines.header(&mut headers)?.is_some() {
        if headers.len() > limits.headers {
            return Err(ParseError::new(Rule::TooManyHeaders, lines.at));
        }
    }
    lines.refuse_bare_cr()?;
    Ok(headers)
}
