//! Messages as Microsoft's proxy and a carrier write them, by hand.

use std::fmt::Write as _;

use super::wire::{Wire, tag_of};

/// A header to add.
pub(super) type Extra<'a> = (&'a str, &'a str);

/// A key of a stage: thirty octets in base64, the same for everybody.
pub(super) const KEY: &str = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

/// A body with its type.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) kind: String,
    pub(super) text: String,
}

impl Body {
    /// A session description.
    pub(super) fn sdp(text: impl Into<String>) -> Self {
        Self { kind: "application/sdp".to_owned(), text: text.into() }
    }
}

/// A whole request.
pub(super) fn request(
    method: &str,
    uri: &str,
    headers: &[Extra<'_>],
    body: Option<&Body>,
) -> Vec<u8> {
    finish(format!("{method} {uri} SIP/2.0\r\n"), headers, body)
}

/// A response to a request; the tag is added where the request has none and one is given.
pub(super) fn reply(
    request: &Wire,
    status: u16,
    tag: &str,
    extra: &[Extra<'_>],
    body: Option<&Body>,
) -> Vec<u8> {
    let mut text = format!("SIP/2.0 {status} {}\r\n", reason(status));
    for via in request.all("Via") {
        let _ = write!(text, "Via: {via}\r\n");
    }
    let to = request.get("To");
    let tag =
        if tag.is_empty() || tag_of(to).is_some() { String::new() } else { format!(";tag={tag}") };
    let mut headers = Vec::new();
    if (101..300).contains(&status) && !extra.iter().any(|(name, _)| *name == "Record-Route") {
        headers.extend(request.all("Record-Route").map(|route| ("Record-Route", route)));
    }
    let to = format!("{to}{tag}");
    headers.extend([
        ("From", request.get("From")),
        ("To", &to),
        ("Call-ID", request.call_id()),
        ("CSeq", request.get("CSeq")),
    ]);
    headers.extend_from_slice(extra);
    finish(text, &headers, body)
}

/// The 200 of a proxy to OPTIONS: upper-case names, no tag, no REFER (seen in the field).
pub(super) fn options_answer(request: &Wire, status: u16) -> Vec<u8> {
    let mut text = format!("SIP/2.0 {status} {}\r\n", reason(status));
    for via in request.all("Via") {
        let _ = write!(text, "VIA: {via}\r\n");
    }
    let headers = [
        ("FROM", request.get("From")),
        ("TO", request.get("To")),
        ("CALL-ID", request.call_id()),
        ("CSEQ", request.get("CSeq")),
        ("ALLOW", "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY"),
        ("SERVER", "Microsoft.PSTNHub.SIPProxy v.2026.11.1.1 i.EUWE.0"),
    ];
    finish(text, &headers, None)
}

fn finish(mut text: String, headers: &[Extra<'_>], body: Option<&Body>) -> Vec<u8> {
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    match body {
        Some(body) => {
            let length = body.text.len();
            let kind = &body.kind;
            let _ = write!(
                text,
                "Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{}",
                body.text
            );
        }
        None => text.push_str("Content-Length: 0\r\n\r\n"),
    }
    text.into_bytes()
}

/// SRTP as a Teams media processor describes it.
pub(super) fn teams_sdp(flow: &str, version: u32) -> Body {
    teams_audio(flow, version, &format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^31\r\n"))
}

/// SRTP with these lines of keys.
pub(super) fn teams_audio(flow: &str, version: u32, keys: &str) -> Body {
    Body::sdp(format!(
        "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n\
         b=CT:10000000\r\nt=0 0\r\nm=audio 50000 RTP/SAVP 8 0 101 13\r\na=rtcp:50001\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-16\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n{keys}a={flow}\r\n"
    ))
}

/// Plain RTP as a carrier describes it.
pub(super) fn carrier_sdp(flow: &str, version: u32) -> Body {
    Body::sdp(format!(
        "v=0\r\no=- 2 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={flow}\r\n"
    ))
}

fn reason(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Status",
    }
}
