//! Reading a message: start line, header lines, body (RFC 3261 §7, §18.3).

use bytes::Bytes;

use super::{
    Fault, Grammar, Header, HeaderName, Headers, Limits, Message, Method, ParseError, Request,
    Response, Rule, StatusCode, Uri,
    class::{self, is_ws},
    cursor::trim,
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
        Self::parse_bytes(&Bytes::copy_from_slice(datagram), limits)
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
    message.put_body(body);
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
        let (start, mut at) = start_line(bytes, limits)?;
        let start = read_start(start, bytes, &limits.grammar)?;
        let mut headers = Headers::with_grammar(limits.grammar);
        let mut content_length = None;
        while let Some((line, next)) = header_line(bytes, at, limits)? {
            if headers.len() >= limits.headers {
                return Err(ParseError::new(Rule::TooManyHeaders, at));
            }
            let header = read_header(bytes, at, &line)?;
            if *header.name() == HeaderName::ContentLength {
                if content_length.is_some() {
                    return Err(ParseError::new(Rule::DuplicateContentLength, at));
                }
                content_length = Some(read_length(header.value(), at)?);
            }
            headers.push_read(header);
            at = next;
        }
        let message = match start {
            Start::Request(method, uri) => Request::read(method, uri, headers, Bytes::new()).into(),
            Start::Response(status, reason) => {
                Response::read(status, reason, headers, Bytes::new()).into()
            }
        };
        Ok(Self { message, content_length, len: at + 2 })
    }
}

#[expect(clippy::large_enum_variant, reason = "lives only while a start line is read")]
enum Start {
    Request(Method, Uri),
    Response(StatusCode, Bytes),
}

/// The end of the start line without CRLF, and where the next line starts.
fn start_line(bytes: &Bytes, limits: &Limits) -> Result<(usize, usize), ParseError> {
    let window = bytes.get(..limits.head).unwrap_or(bytes);
    let end = line_end(window, 0, limits, bytes.len())?;
    Ok((end, end + 2))
}

/// Where the CRLF of the line that starts at `from` stands.
fn line_end(
    window: &[u8],
    from: usize,
    limits: &Limits,
    total: usize,
) -> Result<usize, ParseError> {
    let rest = window.get(from..).unwrap_or_default();
    let Some(at) = memchr::memchr2(b'\r', b'\n', rest) else {
        let rule = if total > limits.head { Rule::TooLarge } else { Rule::Truncated };
        return Err(ParseError::new(rule, window.len()));
    };
    match (rest.get(at), rest.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Ok(from + at),
        (Some(b'\r'), None) => Err(ParseError::new(Rule::Truncated, window.len())),
        _ => Err(ParseError::new(Rule::LineEnd, from + at)),
    }
}

struct Line {
    end: usize,
    folded: bool,
}

/// The header line at `at`, folds included, and where the next starts; nothing at the blank line.
fn header_line(
    bytes: &Bytes,
    at: usize,
    limits: &Limits,
) -> Result<Option<(Line, usize)>, ParseError> {
    let window = bytes.get(..limits.head).unwrap_or(bytes);
    let mut end = line_end(window, at, limits, bytes.len())?;
    if end == at {
        return Ok(None);
    }
    let mut folded = false;
    loop {
        match window.get(end + 2) {
            Some(&next) if is_ws(next) => {
                folded = true;
                end = line_end(window, end + 2, limits, bytes.len())?;
            }
            Some(_) => return Ok(Some((Line { end, folded }, end + 2))),
            None => return Err(ParseError::new(Rule::Truncated, window.len())),
        }
    }
}

fn read_header(bytes: &Bytes, start: usize, line: &Line) -> Result<Header, ParseError> {
    let raw = bytes.get(start..line.end).unwrap_or_default();
    let name_len = raw.iter().position(|&b| !class::is(b, class::TOKEN)).unwrap_or(raw.len());
    // White space may stand before the colon (RFC 3261 §25.1 HCOLON); no fold is left out of
    // account, because framing and meaning are read here and nowhere else.
    let gap = raw.get(name_len..).unwrap_or_default().iter().take_while(|&&b| is_ws(b)).count();
    if name_len == 0 || raw.get(name_len + gap) != Some(&b':') {
        return Err(ParseError::new(Rule::HeaderLine, start));
    }
    let name = HeaderName::from_token(bytes, start..start + name_len);
    let value_start = start + name_len + gap + 1;
    if !line.folded {
        return Ok(Header::read(name, trim(bytes, value_start, line.end), None));
    }
    let wire = bytes.slice(value_start..line.end);
    let flat: Vec<u8> =
        wire.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }).collect();
    let flat = Bytes::from(flat);
    let value = trim(&flat, 0, flat.len());
    // The wire form starts on the first line, so that it can stand after "Name: " again.
    let lead = flat.iter().take_while(|&&b| is_ws(b)).count();
    let wire = wire.slice(lead..lead + value.len());
    Ok(Header::read(name, value, Some(wire)))
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
    let space = |from: usize| {
        let rest = line.get(from..).unwrap_or_default();
        memchr::memchr(b' ', rest).map(|i| from + i)
    };
    let first = space(0).ok_or(ParseError::new(Rule::StartLine, 0))?;
    let last = memchr::memrchr(b' ', line).filter(|&last| last > first);
    let last = last.ok_or(ParseError::new(Rule::StartLine, end))?;
    let method = Method::from_bytes(bytes, 0..first)?;
    let version = line.get(last + 1..).unwrap_or_default();
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        let named = version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case(b"SIP/"));
        let rule = if named { Rule::Version } else { Rule::StartLine };
        return Err(ParseError::new(rule, last + 1));
    }
    let uri =
        Uri::from_bytes(bytes.slice(first + 1..last), grammar).map_err(|e| e.shifted(first + 1))?;
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
    let (end, mut at) = start_line(bytes, limits).ok()?;
    let line = bytes.get(..end)?;
    // A response gets no response, and neither does ACK (RFC 3261 §17.1.1.3).
    let method = line.split(|&b| b == b' ').next()?;
    if strip_version(line).is_some() || method == b"ACK" || !class::all(method, class::TOKEN) {
        return None;
    }
    let mut headers = Headers::with_grammar(limits.grammar);
    while let Ok(Some((line, next))) = header_line(bytes, at, limits) {
        if headers.len() >= limits.headers {
            break;
        }
        if let Ok(header) = read_header(bytes, at, &line) {
            headers.push_read(header);
        }
        at = next;
    }
    super::validate::addressable(&headers).then(|| {
        let uri = super::SipUri::new(super::Host::Name(super::Text::known("invalid")));
        Response::to(&Request::read(Method::Options, uri.into(), headers, Bytes::new()), status)
    })
}
