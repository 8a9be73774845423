//! Messages out of a byte stream (RFC 3261 §18.3, keep-alives of RFC 5626 §3.5.1).
//!
//! The header section is read by the parser that gives a message its meaning: its length and
//! its headers come from one reading, so no peer can hide a message in the body of another.

use bytes::{Bytes, BytesMut};

use super::{Fault, Limits, Message, ParseError, Rule, parse::salvage};

/// What a stream holds next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a stream holds messages and the two keep-alives")]
pub enum Frame {
    /// A whole message.
    Message(Box<Message>),
    /// A double CRLF: the peer wants a single one back (RFC 5626 §3.5.1).
    Ping,
    /// A single CRLF: the answer to a ping, or an empty line between messages.
    Pong,
}

/// Cuts a TCP or TLS stream into messages.
///
/// Bytes are looked at once, however small the pieces in which they come. It holds at most
/// [`Limits::message`] octets; a message that would be larger is refused when its header
/// section is read, before its body is awaited. After an error the stream has no known
/// boundary any more: every later call gives the same error, and the connection must close.
#[derive(Debug)]
pub struct StreamDecoder {
    limits: Limits,
    buffer: BytesMut,
    /// Octets of the buffer that are known to hold no end of a header section.
    scanned: usize,
    /// A message whose body is not yet here, and the length of that body.
    pending: Option<(Box<Message>, usize)>,
    /// A CRLF was seen whose second half, if any, is not yet here.
    half_ping: bool,
    failed: Option<ParseError>,
}

impl StreamDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: BytesMut::new(),
            scanned: 0,
            pending: None,
            half_ping: false,
            failed: None,
        }
    }

    /// Takes bytes as they come from the connection.
    ///
    /// Drain [`Self::next_frame`] after each call: what is not yet a whole message stays.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Octets that belong to no frame yet.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Whether the peer has sent a part of a message and not the rest.
    #[must_use]
    pub fn is_mid_message(&self) -> bool {
        self.pending.is_some() || !self.buffer.is_empty()
    }

    /// The next frame, or nothing until more bytes come.
    ///
    /// A single CRLF is held back until another octet tells whether it was half a ping; call
    /// [`Self::flush_pong`] when the connection falls idle to have it now.
    ///
    /// # Errors
    ///
    /// What is wrong, with the response it deserves if one can be addressed; send that response
    /// and close the connection.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Fault> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        self.advance().inspect_err(|fault| {
            self.failed = Some(fault.error.clone());
            self.buffer = BytesMut::new();
            self.pending = None;
        })
    }

    /// The single CRLF that was held back, once nothing follows it.
    pub fn flush_pong(&mut self) -> Option<Frame> {
        std::mem::take(&mut self.half_ping).then_some(Frame::Pong)
    }

    fn advance(&mut self) -> Result<Option<Frame>, Fault> {
        if self.pending.is_none() {
            if let Some(frame) = self.keep_alive() {
                return Ok(Some(frame));
            }
            let Some(head) = self.head_end() else { return self.wait_for_head() };
            let bytes = self.buffer.split_to(head).freeze();
            self.scanned = 0;
            self.pending = Some(self.read_head(&bytes)?);
        }
        let Some((mut message, body)) = self.pending.take() else { return Ok(None) };
        if self.buffer.len() < body {
            self.pending = Some((message, body));
            return Ok(None);
        }
        message.read_body(self.buffer.split_to(body).freeze());
        Ok(Some(Frame::Message(message)))
    }

    /// CRLFs between messages.
    fn keep_alive(&mut self) -> Option<Frame> {
        while self.buffer.starts_with(b"\r\n") {
            let _ = self.buffer.split_to(2);
            self.scanned = 0;
            if std::mem::take(&mut self.half_ping) {
                return Some(Frame::Ping);
            }
            self.half_ping = true;
        }
        // A lone CR may be the start of the second half.
        if self.half_ping && !self.buffer.is_empty() && self.buffer.as_ref() != b"\r" {
            self.half_ping = false;
            return Some(Frame::Pong);
        }
        None
    }

    /// The length of the header section with its blank line, once it is whole.
    fn head_end(&mut self) -> Option<usize> {
        let from = self.scanned.saturating_sub(3);
        let window = self.buffer.get(..self.limits.head).unwrap_or(&self.buffer);
        let found = memchr::memmem::find(window.get(from..).unwrap_or_default(), b"\r\n\r\n");
        self.scanned = window.len();
        found.map(|at| from + at + 4)
    }

    fn wait_for_head(&self) -> Result<Option<Frame>, Fault> {
        if self.buffer.len() < self.limits.head {
            return Ok(None);
        }
        let bytes = Bytes::copy_from_slice(&self.buffer);
        Err(salvage(&bytes, ParseError::new(Rule::TooLarge, self.limits.head), &self.limits))
    }

    fn read_head(&self, bytes: &Bytes) -> Result<(Box<Message>, usize), Fault> {
        let fault = |error| salvage(bytes, error, &self.limits);
        let mut body = 0;
        let message = Message::read(bytes, &self.limits, |head| {
            body = match head.content_length {
                Some(length) => length,
                None if self.limits.grammar.leniency.no_content_length => 0,
                None => return Err(ParseError::new(Rule::NoContentLength, head.len)),
            };
            if head.len.checked_add(body).is_none_or(|total| total > self.limits.message) {
                return Err(ParseError::new(Rule::TooLarge, head.len));
            }
            Ok(Bytes::new())
        });
        Ok((Box::new(message.map_err(fault)?), body))
    }
}

impl Default for StreamDecoder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "OPTIONS sip:sbc.example.com SIP/2.0\r\n\
        Via: SIP/2.0/TLS proxy.example.net;branch=z9hG4bK1\r\n\
        From: <sip:proxy.example.net>;tag=a\r\nTo: <sip:sbc.example.com>\r\n\
        Call-ID: one\r\nCSeq: 1 OPTIONS\r\n";

    fn with(extra: &str, body: &str) -> String {
        format!("{OPTIONS}{extra}\r\n{body}")
    }

    fn frames(decoder: &mut StreamDecoder) -> Vec<Frame> {
        let mut all = Vec::new();
        while let Some(frame) = decoder.next_frame().unwrap() {
            all.push(frame);
        }
        all
    }

    #[test]
    fn a_stream_gives_the_same_frames_however_it_is_cut() {
        let one = with("Content-Length: 4\r\n", "abcd");
        let two = with("l : 0\r\n", "");
        let stream = format!("\r\n\r\n{one}\r\n{two}\r\n\r\n{one}");
        let mut whole = StreamDecoder::default();
        whole.push(stream.as_bytes());
        let expected = frames(&mut whole);
        assert_eq!(expected.len(), 6, "ping, message, pong, message, ping, message");
        for size in 1..stream.len() {
            let mut decoder = StreamDecoder::default();
            let mut seen = Vec::new();
            for chunk in stream.as_bytes().chunks(size) {
                decoder.push(chunk);
                seen.extend(frames(&mut decoder));
            }
            assert_eq!(seen, expected, "cut every {size} octets");
        }
    }

    #[test]
    fn a_length_with_a_space_before_its_colon_frames_as_it_parses() {
        let inner = with("Content-Length: 0\r\n", "");
        let outer = with(&format!("Content-Length \t: {}\r\n", inner.len()), &inner);
        let mut decoder = StreamDecoder::default();
        decoder.push(outer.as_bytes());
        let seen = frames(&mut decoder);
        let [Frame::Message(message)] = seen.as_slice() else { panic!("{seen:?}") };
        assert_eq!(message.body().as_ref(), inner.as_bytes());
    }

    #[test]
    fn an_unclear_length_ends_the_stream() {
        let cases = [
            ("Content-Length: 0\r\nContent-Length: 5\r\n", Rule::DuplicateContentLength),
            ("Content-Length: 5\r\nl: 5\r\n", Rule::DuplicateContentLength),
            ("Content-Length: -1\r\n", Rule::ContentLength),
            ("Content-Length: +1\r\n", Rule::ContentLength),
            ("Content-Length: 5, 5\r\n", Rule::ContentLength),
            ("Content-Length:\r\n", Rule::ContentLength),
            ("Content-Length: 18446744073709551617\r\n", Rule::ContentLength),
            ("Content-Length: 18446744073709551615\r\n", Rule::TooLarge),
            ("Content-Length: 70000\r\n", Rule::TooLarge),
            ("", Rule::NoContentLength),
        ];
        for (line, rule) in cases {
            let mut decoder = StreamDecoder::default();
            decoder.push(with(line, "abcde").as_bytes());
            let fault = decoder.next_frame().unwrap_err();
            assert_eq!(fault.error.rule(), rule, "{line:?}");
            assert!(fault.answer.is_some(), "{line:?} can be answered");
            decoder.push(with("Content-Length: 0\r\n", "").as_bytes());
            assert!(decoder.next_frame().is_err(), "{line:?} leaves no boundary");
            assert_eq!(decoder.buffered(), 0);
        }
    }

    #[test]
    fn an_endless_header_section_is_refused_at_the_limit() {
        let mut decoder = StreamDecoder::default();
        decoder.push(OPTIONS.as_bytes());
        let mut pushed = 0;
        let fault = loop {
            decoder.push(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
            pushed += 1;
            match decoder.next_frame() {
                Ok(frame) => assert!(frame.is_none()),
                Err(fault) => break fault,
            }
        };
        assert!(pushed < 600);
        assert_eq!(fault.error.rule(), Rule::TooLarge);
        assert_eq!(fault.answer.unwrap().status().as_u16(), 513);
    }

    #[test]
    fn a_single_crlf_is_a_pong_once_the_stream_is_idle() {
        let mut decoder = StreamDecoder::default();
        decoder.push(b"\r\n");
        assert_eq!(decoder.next_frame().unwrap(), None);
        assert_eq!(decoder.flush_pong(), Some(Frame::Pong));
        decoder.push(b"\r\n\r");
        assert_eq!(decoder.next_frame().unwrap(), None);
        decoder.push(b"\n");
        assert_eq!(decoder.next_frame().unwrap(), Some(Frame::Ping));
    }
}
