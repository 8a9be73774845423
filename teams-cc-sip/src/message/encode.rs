//! Writing messages (RFC 3261 §7): canonical names, values as they are, the true length.

use bytes::Bytes;

use super::{Headers, Message, Request, Response};

impl Request {
    /// Appends the request as it goes on the wire.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        if intact(self.headers(), self.body(), out) {
            return;
        }
        out.extend_from_slice(self.method().as_str().as_bytes());
        out.push(b' ');
        self.uri().write(out);
        out.extend_from_slice(b" SIP/2.0\r\n");
        finish(self.headers(), self.body(), out);
    }
}

impl Response {
    /// Appends the response as it goes on the wire.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        if intact(self.headers(), self.body(), out) {
            return;
        }
        out.extend_from_slice(b"SIP/2.0 ");
        number(usize::from(self.status().as_u16()), out);
        out.push(b' ');
        out.extend_from_slice(self.reason());
        out.extend_from_slice(b"\r\n");
        finish(self.headers(), self.body(), out);
    }
}

macro_rules! encode {
    ($($type:ident),*) => {$(
        impl $type {
            /// The message as it goes on the wire.
            #[must_use]
            pub fn encode(&self) -> Bytes {
                let mut out = Vec::with_capacity(room(self.headers(), self.body()));
                self.encode_into(&mut out);
                Bytes::from(out)
            }

            /// The whole message as text, with the names and numbers it holds.
            ///
            /// Octets that are not UTF-8 are replaced. The caller answers for where it goes.
            #[must_use]
            pub fn reveal(&self) -> String {
                String::from_utf8_lossy(&self.encode()).into_owned()
            }
        }
    )*};
}

encode!(Request, Response, Message);

impl Message {
    /// Appends the message as it goes on the wire.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::Request(request) => request.encode_into(out),
            Self::Response(response) => response.encode_into(out),
        }
    }
}

/// Octets of the start line of most messages, and of what is written beside the headers.
const START_LINE: usize = 192;

fn room(headers: &Headers, body: &Bytes) -> usize {
    match headers.intact() {
        Some(head) => head.len() + body.len(),
        None => START_LINE + headers.written_len() + body.len(),
    }
}

/// Writes the message as it was received, if nothing in it has changed since.
fn intact(headers: &Headers, body: &Bytes, out: &mut Vec<u8>) -> bool {
    let Some(head) = headers.intact() else { return false };
    out.extend_from_slice(head);
    out.extend_from_slice(body);
    true
}

fn finish(headers: &Headers, body: &Bytes, out: &mut Vec<u8>) {
    let length_written = headers.write_lines(body.len(), out);
    if !length_written {
        out.extend_from_slice(b"Content-Length: ");
        number(body.len(), out);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
}

/// Digits of the largest number.
const DIGITS: usize = 20;

pub(super) fn number(mut value: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; DIGITS];
    let mut used = 0;
    for (n, slot) in digits.iter_mut().rev().enumerate() {
        *slot = b"0123456789".get(value % 10).copied().unwrap_or(b'0');
        value /= 10;
        used = n + 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(DIGITS - used..).unwrap_or_default());
}
