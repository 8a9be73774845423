//! Writing messages (RFC 3261 §7): canonical names, values as they are, the true length.

use bytes::Bytes;

use super::{HeaderName, Headers, Message, Request, Response};

impl Request {
    /// Appends the request as it goes on the wire.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
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
                let mut out = Vec::with_capacity(1024 + self.body().len());
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

fn finish(headers: &Headers, body: &Bytes, out: &mut Vec<u8>) {
    let mut length_written = false;
    for header in headers {
        let is_length = *header.name() == HeaderName::ContentLength;
        if is_length && length_written {
            continue;
        }
        out.extend_from_slice(header.name().as_str().as_bytes());
        out.extend_from_slice(b": ");
        if is_length {
            number(body.len(), out);
            length_written = true;
        } else {
            out.extend_from_slice(header.wire());
        }
        out.extend_from_slice(b"\r\n");
    }
    if !length_written {
        out.extend_from_slice(b"Content-Length: ");
        number(body.len(), out);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
}

fn number(value: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
}
