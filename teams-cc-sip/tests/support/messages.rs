//! The messages that parties send.

use teams_cc_core::{LegId, PhoneNumber};
use teams_cc_sip::{
    message::{ContentType, Method, Request, Response, StatusCode, Uri},
    trunk::{Destination, Via},
};

use super::TENANT_FQDN;

const KEY: &str = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

/// A response of a party, with its tag, Contact and body.
pub fn answer(request: &Request, status: StatusCode, body: Option<&str>) -> Response {
    let host = request.uri().host().map(ToString::to_string).unwrap_or_default();
    let host = if host.starts_with("sip") { host } else { "sip.pstnhub.test".into() };
    let mut response = Response::to(request, status);
    let to = response.headers().get_str("To").unwrap().to_owned();
    if !to.contains("tag=") {
        response.headers_mut().set("To", format!("{to};tag=party")).unwrap();
    }
    let contact = match request.uri().host().map(ToString::to_string) {
        Some(host) if host.ends_with("backup.test") => format!("<sip:{host}:5060;transport=tcp>"),
        _ => format!("<sip:{host}:5061;transport=tls>"),
    };
    response.headers_mut().push("Contact", contact).unwrap();
    match body {
        Some(body) => response.with_body(&ContentType::sdp(), body.to_owned()),
        None => response,
    }
}

/// SRTP as Teams describes it.
pub fn srtp(direction: &str, version: u32) -> String {
    format!(
        "v=0\r\no=- 1 {version} IN IP4 52.114.7.9\r\ns=session\r\nc=IN IP4 52.114.7.9\r\n\
         t=0 0\r\nm=audio 50000 RTP/SAVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^31\r\na={direction}\r\n"
    )
}

/// Plain RTP as a carrier describes it.
pub fn rtp(direction: &str, version: u32) -> String {
    format!(
        "v=0\r\no=- 2 {version} IN IP4 203.0.113.7\r\ns=-\r\nc=IN IP4 203.0.113.7\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n"
    )
}

/// A request as a party writes it; `%` in headers ends a line.
pub fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: Option<&str>) -> Request {
    let method = Method::parse(method).unwrap();
    let uri = Uri::parse(uri).unwrap();
    let request = headers.iter().fold(Request::new(method, uri), |request, (name, value)| {
        request.with_header(*name, value).unwrap()
    });
    match body {
        Some(body) => request.with_body(&ContentType::sdp(), body.to_owned()),
        None => request,
    }
}

/// An INVITE from Teams to a number behind a tenant's name.
pub fn teams_invite(call: &str, host: &str, body: Option<&str>) -> Request {
    request(
        "INVITE",
        &format!("sip:+14255550100@{host}:5061;user=phone;transport=tls"),
        &[
            ("Via", &format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}")),
            ("Max-Forwards", "70"),
            ("From", "\"Ann\" <sip:+14255550123@sip.pstnhub.test;user=phone>;tag=teams"),
            ("To", &format!("<sip:+14255550100@{host};user=phone>")),
            ("Call-ID", call),
            ("CSeq", "1 INVITE"),
            ("Contact", "<sip:api-du-a-euwe.pstnhub.test:443;x-i=1;x-c=2>"),
            ("Record-Route", "<sip:sip.pstnhub.test:5061;transport=tls;lr>"),
        ],
        body,
    )
}

/// A later request of the peer in the dialog that a response of ours has set up.
pub fn within(
    invite: &Request,
    ours: &Response,
    method: &str,
    cseq: u32,
    extra: &[(&str, &str)],
    body: Option<&str>,
) -> Request {
    let get = |name| invite.headers().get_str(name).unwrap().to_owned();
    let call = get("Call-ID");
    let contact = ours.headers().get_str("Contact").unwrap_or("<sip:sbc1.adatum.biz>").to_owned();
    let uri = contact.trim_start_matches('<').split('>').next().unwrap().to_owned();
    // The INVITE's branch belongs to the ACK of a refusal alone; all others have their own.
    let branch = format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}{method}{cseq}");
    let to = ours.headers().get_str("To").unwrap().to_owned();
    let cseq = format!("{cseq} {method}");
    let mut headers = vec![
        ("Via", branch.as_str()),
        ("Max-Forwards", "70"),
        ("From", ""),
        ("To", to.as_str()),
        ("Call-ID", call.as_str()),
        ("CSeq", cseq.as_str()),
    ];
    let from = get("From");
    headers[2].1 = &from;
    headers.extend_from_slice(extra);
    request(method, &uri, &headers, body)
}

/// A later request of the party we called, in the dialog of our INVITE.
pub fn from_callee(
    invite: &Request,
    method: &str,
    cseq: u32,
    extra: &[(&str, &str)],
    body: Option<&str>,
) -> Request {
    let get = |name| invite.headers().get_str(name).unwrap().to_owned();
    let (call, us) = (get("Call-ID"), get("From"));
    let them = format!("{};tag=party", get("To"));
    let contact = get("Contact");
    let uri = contact.trim_start_matches('<').split('>').next().unwrap().to_owned();
    let via = format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{call}{method}{cseq}");
    let cseq = format!("{cseq} {method}");
    let mut headers = vec![
        ("Via", via.as_str()),
        ("Max-Forwards", "70"),
        ("From", them.as_str()),
        ("To", us.as_str()),
        ("Call-ID", call.as_str()),
        ("CSeq", cseq.as_str()),
        ("Contact", "<sip:sip.pstnhub.test:5061;transport=tls>"),
    ];
    headers.extend_from_slice(extra);
    request(method, &uri, &headers, body)
}

pub fn to_teams(leg: u64) -> Destination {
    Destination::new(
        Via::Teams { tenant: TENANT_FQDN.parse().unwrap() },
        PhoneNumber::presented("+14255550123"),
        PhoneNumber::presented("+14255550199"),
        LegId::numbered("L", leg),
    )
}
