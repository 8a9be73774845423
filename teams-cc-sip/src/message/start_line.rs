//! Requests, responses, and what both are (RFC 3261 §7).

use std::fmt;

use bytes::Bytes;

use super::{
    AsHeaderName, ContentType, HeaderName, Headers, Method, ParseError, Rule, StatusCode,
    TypedHeader, Uri,
};

/// A SIP message.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 3261 §7 knows exactly two kinds")]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request: method, Request-URI, headers and body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: Headers,
    body: Bytes,
}

/// A response: status, reason phrase, headers and body.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    reason: Bytes,
    headers: Headers,
    body: Bytes,
}

/// Lines of a response to an INVITE that grows no more than usual, and their octets.
const ANSWER_ROOM: (usize, usize) = (14, 832);
/// The same of another, which is kept for a while to be repeated.
const RESPONSE_ROOM: (usize, usize) = (7, 448);

impl Request {
    /// A request without headers.
    #[must_use]
    pub fn new(method: Method, uri: impl Into<Uri>) -> Self {
        Self { method, uri: uri.into(), headers: Headers::new(), body: Bytes::new() }
    }

    pub(crate) const fn read(method: Method, uri: Uri, headers: Headers, body: Bytes) -> Self {
        Self { method, uri, headers, body }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The Request-URI.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Sets another Request-URI.
    pub fn set_uri(&mut self, uri: impl Into<Uri>) {
        self.headers.touch();
        self.uri = uri.into();
    }

    /// Sets another method.
    pub fn set_method(&mut self, method: Method) {
        self.headers.touch();
        self.method = method;
    }
}

impl Response {
    /// A response without headers and with the reason phrase of the RFC.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            reason: Bytes::from_static(status.reason().as_bytes()),
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The response to a request, with the headers RFC 3261 §8.2.6.2 has it copy.
    ///
    /// The To tag is the caller's to add: only 100 goes without one.
    #[must_use]
    pub fn to(request: &Request, status: StatusCode) -> Self {
        let mut response = Self::new(status);
        let (lines, octets) = match request.method {
            Method::Invite => ANSWER_ROOM,
            _ => RESPONSE_ROOM,
        };
        response.headers.reserve(lines, octets);
        for name in [
            HeaderName::Via,
            HeaderName::From,
            HeaderName::To,
            HeaderName::CallId,
            HeaderName::CSeq,
        ] {
            response.headers.copy_from(&request.headers, name);
        }
        if status == StatusCode::TRYING {
            response.headers.copy_from(&request.headers, HeaderName::Timestamp);
        }
        response
    }

    pub(crate) const fn read(
        status: StatusCode,
        reason: Bytes,
        headers: Headers,
        body: Bytes,
    ) -> Self {
        Self { status, reason, headers, body }
    }

    /// The same response with another reason phrase.
    ///
    /// # Errors
    ///
    /// [`Rule::Control`] when the phrase holds a control character but TAB.
    pub fn with_reason(mut self, reason: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        let reason = reason.as_ref();
        if let Some(at) = reason.iter().position(|b| b.is_ascii_control() && *b != b'\t') {
            return Err(ParseError::new(Rule::Control, at));
        }
        self.headers.touch();
        self.reason = Bytes::copy_from_slice(reason);
        Ok(self)
    }

    /// The same with the words of another response.
    #[must_use]
    pub(crate) fn with_reason_of(mut self, other: &Self) -> Self {
        self.headers.touch();
        self.reason = other.reason.clone();
        self
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The reason phrase; it may be no UTF-8.
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        &self.reason
    }
}

macro_rules! common {
    ($type:ident) => {
        impl $type {
            /// The headers.
            #[must_use]
            pub const fn headers(&self) -> &Headers {
                &self.headers
            }

            /// The headers to change.
            #[must_use]
            pub const fn headers_mut(&mut self) -> &mut Headers {
                &mut self.headers
            }

            /// The body.
            #[must_use]
            pub const fn body(&self) -> &Bytes {
                &self.body
            }

            /// Sets a body and its type.
            pub fn set_body(&mut self, kind: &ContentType, body: impl Into<Bytes>) {
                self.headers.set_typed(kind);
                self.body = body.into();
            }

            /// Takes the body and its type away.
            pub fn remove_body(&mut self) {
                self.headers.remove(HeaderName::ContentType);
                self.body = Bytes::new();
            }

            pub(crate) fn put_body(&mut self, body: Bytes) {
                self.headers.touch();
                self.body = body;
            }

            /// Adds the body that was read behind the head.
            pub(super) fn read_body(&mut self, body: Bytes) {
                self.body = body;
            }

            /// The same message with a header more.
            ///
            /// # Errors
            ///
            /// As [`Headers::push`].
            pub fn with_header(
                mut self,
                name: impl AsHeaderName,
                value: impl AsRef<[u8]>,
            ) -> Result<Self, ParseError> {
                self.headers.push(name, value)?;
                Ok(self)
            }

            /// The same message with a typed header more.
            #[must_use]
            pub fn with<T: TypedHeader>(mut self, value: &T) -> Self {
                self.headers.push_typed(value);
                self
            }

            /// The same message with a body and its type.
            #[must_use]
            pub fn with_body(mut self, kind: &ContentType, body: impl Into<Bytes>) -> Self {
                self.set_body(kind, body);
                self
            }
        }

        impl From<$type> for Message {
            fn from(message: $type) -> Self {
                Self::$type(message)
            }
        }
    };
}

common!(Request);
common!(Response);

impl Message {
    /// The headers.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => request.headers(),
            Self::Response(response) => response.headers(),
        }
    }

    /// The headers to change.
    #[must_use]
    pub const fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Self::Request(request) => request.headers_mut(),
            Self::Response(response) => response.headers_mut(),
        }
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        match self {
            Self::Request(request) => request.body(),
            Self::Response(response) => response.body(),
        }
    }

    /// The request, if it is one.
    #[must_use]
    pub const fn as_request(&self) -> Option<&Request> {
        match self {
            Self::Request(request) => Some(request),
            Self::Response(_) => None,
        }
    }

    /// The response, if it is one.
    #[must_use]
    pub const fn as_response(&self) -> Option<&Response> {
        match self {
            Self::Response(response) => Some(response),
            Self::Request(_) => None,
        }
    }

    pub(super) fn read_body(&mut self, body: Bytes) {
        match self {
            Self::Request(request) => request.read_body(body),
            Self::Response(response) => response.read_body(body),
        }
    }
}

fn lines(f: &mut fmt::Formatter<'_>, headers: &Headers, body: &Bytes) -> fmt::Result {
    for header in headers {
        write!(f, "\n{header:?}")?;
    }
    if body.is_empty() { Ok(()) } else { write!(f, "\n({} octets)", body.len()) }
}

/// The message without names, numbers, secrets and body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} SIP/2.0", self.method, self.uri)?;
        lines(f, &self.headers, &self.body)
    }
}

/// The message without names, numbers, secrets and body.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0 {} {}", self.status, String::from_utf8_lossy(&self.reason))?;
        lines(f, &self.headers, &self.body)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(request) => request.fmt(f),
            Self::Response(response) => response.fmt(f),
        }
    }
}
