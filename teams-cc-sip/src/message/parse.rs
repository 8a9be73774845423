//! Reading a message: start line, header lines, body (RFC 3261 §7, §18.3).

mod lines;

use bytes::Bytes;
use lines::Lines;

use super::{
    Fault, Grammar, Headers, Limits, Message, Method, ParseError, Request, Response, Rule,
    StatusCode, Uri, class,
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
    Message::read(datagram, limits, |head| {
        let rest = datagram.len() - head.len;
        let body = head.content_length.unwrap_or(rest);
        if body > rest {
            return Err(ParseError::new(Rule::ShortBody, datagram.len()));
        }
        Ok(datagram.slice(head.len..head.len + body))
    })
}

/// How many octets of CRLF stand before the start line.
pub(crate) fn skip_crlf(bytes: &[u8]) -> usize {
    let mut at = 0;
    while bytes.get(at..at + 2) == Some(b"\r\n") {
        at += 2;
    }
    at
}

/// What a head says of its message.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) content_length: Option<usize>,
    /// Octets up to and with the blank line.
    pub(crate) len: usize,
}

impl Message {
    /// Reads a message up to its blank line, and its body with what is given for it.
    pub(crate) fn read(
        bytes: &Bytes,
        limits: &Limits,
        body: impl FnOnce(Head) -> Result<Bytes, ParseError>,
    ) -> Result<Self, ParseError> {
        let mut lines = Lines::new(bytes, limits);
        let end = lines.start_line()?;
        let start = read_start(end, bytes, &limits.grammar)?;
        // Only what this crate would write as well is written as it came.
        lines.plain = bytes.get(..end).is_some_and(is_plain_start);
        let mut headers = Headers::of_wire(bytes.clone(), limits.grammar);
        let head = lines.headers(&mut headers, limits)?;
        let body = body(head)?;
        Ok(match start {
            Start::Request(method, uri) => Self::Request(Request::read(method, uri, headers, body)),
            Start::Response(status, reason) => {
                Self::Response(Response::read(status, reason, headers, body))
            }
        })
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

/// RFC 3261 §7.1 and §7.2: single spaces, nothing after the version.
fn read_start(end: usize, bytes: &Bytes, grammar: &Grammar) -> Result<Start, ParseError> {
    let line = bytes.get(..end).unwrap_or_default();
    if let Some(rest) = strip_version(line) {
        return read_status(rest, line.len() - rest.len(), end, bytes);
    }
    let first = memchr::memchr(b' ', line).ok_or(ParseError::new(Rule::StartLine, 0))?;
    let usual = line.strip_suffix(b" SIP/2.0").map(<[u8]>::len);
    let last = usual.or_else(|| memchr::memrchr(b' ', line)).filter(|&last| last > first);
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
        lines.bare_cr = None;
        match lines.header(&mut headers) {
            // What a bare CR hides must not come back in the answer.
            Ok(Some(_)) if lines.bare_cr.is_some() => headers.pop_read(),
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
            return Err(ParseError::new(Rule::TooManyHeaders, lines.at()));
        }
    }
    lines.refuse_bare_cr()?;
    Ok(headers)
}
