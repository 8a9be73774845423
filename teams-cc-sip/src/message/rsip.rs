//! Conversions to and from the types of the `rsip` crate, and its digest generator.
//!
//! `rsip` does not read the wire here: it refuses or changes messages that peers send. These
//! conversions serve code that already holds its types. Each result is converted back and
//! compared, so that a message which `rsip` cannot hold is an error and never a changed message.
//! Only the letter case of `transport=` may differ: `rsip` writes `TLS` where Teams writes `tls`.

use ::rsip::{
    Header as RsipHeader, Headers as RsipHeaders, SipMessage,
    headers::auth::{Algorithm, AuthQop},
    services::DigestGenerator,
};

use super::{
    DigestError, DigestUser, Header, HeaderName, Headers, Message, Method, ParseError, Request,
    Response, StatusCode, Uri,
    typed::{Challenge, Credentials},
};

/// Why a conversion to or from `rsip` is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RsipError {
    /// `rsip` cannot read what the message holds, such as IPv6 hosts or `tel:`.
    #[error("rsip cannot hold this {0}, keep the message in its own type")]
    Unsupported(&'static str),
    /// `rsip` would drop or change a part.
    #[error("rsip would change the {0}, keep the message in its own type")]
    Lossy(&'static str),
    /// What `rsip` holds is no well-formed message.
    #[error("the rsip message is malformed: {0}")]
    Malformed(#[from] ParseError),
}

impl TryFrom<&Uri> for ::rsip::Uri {
    type Error = RsipError;

    fn try_from(uri: &Uri) -> Result<Self, RsipError> {
        let text = uri.reveal();
        let converted = Self::try_from(text.as_str()).map_err(|_| RsipError::Unsupported("uri"))?;
        // Its reader puts `?…` into the host name or drops it; text tells either.
        let back = converted.to_string();
        let faithful = back.eq_ignore_ascii_case(&text)
            && !text.contains('?')
            && Uri::parse(back).is_ok_and(|back| back.equivalent(uri));
        if faithful { Ok(converted) } else { Err(RsipError::Lossy("uri")) }
    }
}

/// The URI in a form that `rsip` writes byte for byte, as a digest needs it.
fn exact(uri: &Uri) -> Result<::rsip::Uri, RsipError> {
    use ::rsip::{Param, common::uri::param::OtherParam, common::uri::param::OtherParamValue};

    let mut converted = ::rsip::Uri::try_from(uri)?;
    let spelled = uri.as_sip().and_then(|sip| sip.params().find("transport"));
    if let Some((name, value)) = spelled.and_then(|p| Some((p.name(), p.value()?))) {
        for param in &mut converted.params {
            if matches!(param, Param::Transport(_)) {
                *param =
                    Param::Other(OtherParam::new(name), Some(OtherParamValue::new(value.as_ref())));
            }
        }
    }
    let same = converted.to_string() == uri.reveal();
    if same { Ok(converted) } else { Err(RsipError::Lossy("uri")) }
}

impl TryFrom<&::rsip::Uri> for Uri {
    type Error = RsipError;

    fn try_from(uri: &::rsip::Uri) -> Result<Self, RsipError> {
        // Its writer leaves headers out.
        if uri.headers.is_empty() {
            Ok(Self::parse(uri.to_string())?)
        } else {
            Err(RsipError::Lossy("uri"))
        }
    }
}

impl TryFrom<&Message> for SipMessage {
    type Error = RsipError;

    fn try_from(message: &Message) -> Result<Self, RsipError> {
        match message {
            Message::Request(request) => ::rsip::Request::try_from(request).map(Self::Request),
            Message::Response(response) => ::rsip::Response::try_from(response).map(Self::Response),
        }
    }
}

impl TryFrom<&SipMessage> for Message {
    type Error = RsipError;

    fn try_from(message: &SipMessage) -> Result<Self, RsipError> {
        match message {
            SipMessage::Request(request) => Request::try_from(request).map(Self::Request),
            SipMessage::Response(response) => Response::try_from(response).map(Self::Response),
        }
    }
}

impl TryFrom<&Request> for ::rsip::Request {
    type Error = RsipError;

    fn try_from(request: &Request) -> Result<Self, RsipError> {
        let converted = Self {
            method: method_to_rsip(request.method())?,
            uri: request.uri().try_into()?,
            version: ::rsip::Version::V2,
            headers: headers_to_rsip(request.headers())?,
            body: request.body().to_vec(),
        };
        // The URI was compared when it was converted.
        let same = Request::try_from(&converted).is_ok_and(|mut back| {
            back.set_uri(request.uri().clone());
            back == *request
        });
        if same { Ok(converted) } else { Err(RsipError::Lossy("request")) }
    }
}

impl TryFrom<&::rsip::Request> for Request {
    type Error = RsipError;

    fn try_from(request: &::rsip::Request) -> Result<Self, RsipError> {
        version(&request.version)?;
        let method = Method::parse(&request.method.to_string())?;
        let mut converted = Self::new(method, Uri::try_from(&request.uri)?);
        *converted.headers_mut() = headers_from_rsip(&request.headers)?;
        converted.put_body(request.body.clone().into());
        Ok(converted)
    }
}

impl TryFrom<&Response> for ::rsip::Response {
    type Error = RsipError;

    fn try_from(response: &Response) -> Result<Self, RsipError> {
        let code = response.status().as_u16();
        let reason = std::str::from_utf8(response.reason())
            .map_err(|_| RsipError::Lossy("reason phrase"))?;
        // A phrase other than the usual one is kept, at the price of the named variant.
        let status_code = if reason == response.status().reason() && is_named(code) {
            code.into()
        } else {
            ::rsip::StatusCode::Other(code, reason.to_owned())
        };
        let converted = Self {
            status_code,
            version: ::rsip::Version::V2,
            headers: headers_to_rsip(response.headers())?,
            body: response.body().to_vec(),
        };
        let same = Response::try_from(&converted).is_ok_and(|back| back == *response);
        if same { Ok(converted) } else { Err(RsipError::Lossy("response")) }
    }
}

impl TryFrom<&::rsip::Response> for Response {
    type Error = RsipError;

    fn try_from(response: &::rsip::Response) -> Result<Self, RsipError> {
        version(&response.version)?;
        let status = StatusCode::new(response.status_code.code())
            .ok_or(RsipError::Unsupported("status code"))?;
        let mut converted = Self::new(status);
        if let ::rsip::StatusCode::Other(_, reason) = &response.status_code {
            converted = converted.with_reason(reason)?;
        }
        *converted.headers_mut() = headers_from_rsip(&response.headers)?;
        converted.put_body(response.body.clone().into());
        Ok(converted)
    }
}

fn is_named(code: u16) -> bool {
    !matches!(::rsip::StatusCode::from(code), ::rsip::StatusCode::Other(..))
}

fn version(version: &::rsip::Version) -> Result<(), RsipError> {
    match version {
        ::rsip::Version::V2 => Ok(()),
        ::rsip::Version::V1 => Err(RsipError::Unsupported("version")),
    }
}

fn method_to_rsip(method: &Method) -> Result<::rsip::Method, RsipError> {
    let converted = method.as_str().parse().map_err(|_| RsipError::Unsupported("method"))?;
    // Its reader ignores case, which RFC 3261 §7.1 does not.
    let same = ::rsip::Method::to_string(&converted) == method.as_str();
    if same { Ok(converted) } else { Err(RsipError::Lossy("method")) }
}

/// Reads the lines with rsip's own reader, which knows which name gets which variant.
fn headers_to_rsip(headers: &Headers) -> Result<RsipHeaders, RsipError> {
    let mut text = String::from("OPTIONS sip:host.invalid SIP/2.0\r\n");
    for header in headers {
        let value = header.as_str().ok_or(RsipError::Unsupported("header"))?;
        text.push_str(header.name().as_str());
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    let read = SipMessage::try_from(text.as_str()).map_err(|_| RsipError::Unsupported("header"))?;
    match read {
        SipMessage::Request(request) => Ok(request.headers),
        SipMessage::Response(_) => Err(RsipError::Unsupported("header")),
    }
}

fn headers_from_rsip(headers: &RsipHeaders) -> Result<Headers, RsipError> {
    let mut converted = Headers::new();
    for header in headers.iter() {
        let line = RsipHeader::to_string(header);
        let (name, value) = line.split_once(':').ok_or(RsipError::Unsupported("header"))?;
        // `Header::new` refuses line ends, which rsip writes through.
        converted.push_header(Header::new(HeaderName::parse(name)?, value)?);
    }
    Ok(converted)
}

/// How often one nonce is answered; `rsip` counts further uses in decimal, RFC 7616 in hex.
const NONCE_USES: u8 = 9;

/// Answers a digest challenge (RFC 3261 §22.4, RFC 8760).
///
/// `cnonce` is fresh random text of the caller's; `count` says how often the nonce was used, the
/// first time with 1. The URI is the Request-URI exactly as it is sent.
///
/// # Errors
///
/// Why the challenge is not answered.
pub fn digest(
    challenge: &Challenge,
    user: &DigestUser,
    method: &Method,
    uri: &Uri,
    cnonce: &str,
    count: u8,
) -> Result<Credentials, DigestError> {
    let required = |name| challenge.reveal(name).ok_or(DigestError::NotDigest);
    if !challenge.is_digest() {
        return Err(DigestError::NotDigest);
    }
    let (realm, nonce) = (required("realm")?, required("nonce")?);
    let named = challenge.reveal("algorithm");
    let algorithm = match named.as_deref() {
        // RFC 7616 §3.3: no algorithm means MD5.
        None => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
        Some(_) => return Err(DigestError::Algorithm),
    };
    let qop = match challenge.reveal("qop") {
        None => None,
        Some(offered) if offered.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth")) => {
            if !(1..=NONCE_USES).contains(&count) {
                return Err(DigestError::NonceUses);
            }
            Some(AuthQop::Auth { cnonce: cnonce.to_owned(), nc: count })
        }
        Some(_) => return Err(DigestError::Qop),
    };
    let rsip_uri = exact(uri).map_err(|_| DigestError::Unsupported)?;
    let rsip_method = method_to_rsip(method).map_err(|_| DigestError::Unsupported)?;
    let response = DigestGenerator {
        username: &user.name,
        password: user.password.reveal(),
        nonce: &nonce,
        uri: &rsip_uri,
        realm: &realm,
        method: &rsip_method,
        qop: qop.as_ref(),
        algorithm,
    }
    .compute();
    let build = || {
        let mut answer = Credentials::new("Digest")?
            .with_quoted("username", &user.name)?
            .with_quoted("realm", &realm)?
            .with_quoted("nonce", &nonce)?
            .with_quoted("uri", &uri.reveal())?
            .with_quoted("response", &response)?;
        if let Some(name) = &named {
            answer = answer.with_token("algorithm", name)?;
        }
        if let Some(opaque) = challenge.reveal("opaque") {
            answer = answer.with_quoted("opaque", &opaque)?;
        }
        if qop.is_some() {
            answer = answer
                .with_token("qop", "auth")?
                .with_token("nc", &format!("{count:08x}"))?
                .with_quoted("cnonce", cnonce)?;
        }
        Ok::<_, ParseError>(answer)
    };
    build().map_err(|_| DigestError::Control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Limits;

    fn message(lines: &[&str], body: &[u8]) -> Message {
        let mut bytes = lines.join("\r\n").into_bytes();
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(body);
        Message::parse_datagram(&bytes, &Limits::default()).unwrap()
    }

    const HEADERS: [&str; 5] = [
        "Via: SIP/2.0/TLS sbc.example.com:5061;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2",
        "From: \"Ann\" <sip:+14255550100@sbc.example.com>;tag=a",
        "To: <sip:+14255550101@sip.pstnhub.microsoft.com>",
        "Call-ID: c1",
        "CSeq: 1 INVITE",
    ];

    fn with(start: &str, more: &[&str], body: &[u8]) -> Message {
        message(&[&[start], HEADERS.as_slice(), more].concat(), body)
    }

    #[test]
    fn a_message_that_rsip_can_hold_comes_back_equal() {
        let invite = "INVITE sip:+14255550101@sip.pstnhub.microsoft.com:5061;transport=tls SIP/2.0";
        for original in [
            with(invite, &["X-MS-SBC: a/b/c", "Content-Length: 3"], &[0xff, 0, 1]),
            with("SIP/2.0 200 OK", &["l: 0"], b""),
            with("SIP/2.0 404 Not Found", &[], b""),
            with("SIP/2.0 404 Nobody here", &[], b""),
            with("SIP/2.0 499 ", &[], b""),
        ] {
            let converted = SipMessage::try_from(&original).unwrap();
            let mut back = Message::try_from(&converted).unwrap();
            if let (Message::Request(back), Message::Request(original)) = (&mut back, &original) {
                assert!(back.uri().equivalent(original.uri()));
                back.set_uri(original.uri().clone());
            }
            assert_eq!(back, original);
        }
    }

    #[test]
    fn a_message_that_rsip_would_change_is_refused() {
        for original in [
            with("BYE sip:a@[2001:db8::1] SIP/2.0", &[], b""),
            with("BYE tel:+14255550100 SIP/2.0", &[], b""),
            with("BYE sip:a@example.com?Replaces=x SIP/2.0", &[], b""),
            with("BYE sip:a@example.com;x=y:z SIP/2.0", &[], b""),
            with("NOVEL sip:a@example.com SIP/2.0", &[], b""),
            with("bye sip:a@example.com SIP/2.0", &[], b""),
        ] {
            assert!(SipMessage::try_from(&original).is_err(), "{}", original.reveal());
        }
        let latin = b"BYE sip:a@example.com SIP/2.0\r\nSubject: \xe9\r\n\r\n";
        let original = Message::parse_datagram(latin, &Limits::default()).unwrap();
        assert!(SipMessage::try_from(&original).is_err());
    }

    #[test]
    fn a_line_end_hidden_in_an_rsip_header_is_refused() {
        let mut request = ::rsip::Request {
            method: ::rsip::Method::Options,
            uri: ::rsip::Uri::try_from("sip:example.com").unwrap(),
            version: ::rsip::Version::V2,
            headers: RsipHeaders::default(),
            body: Vec::new(),
        };
        assert!(Request::try_from(&request).is_ok());
        request.headers.push(RsipHeader::Other("X".into(), "a\r\nVia: b".into()));
        assert!(Request::try_from(&request).is_err());
    }
}
