//! Bodies with several parts: a session description beside a location (RFC 5621, RFC 6442).

use bytes::Bytes;

use super::EmergencyData;
use crate::message::{ContentType, Headers, body_parts};

/// Headers that an emergency call carries on (RFC 6442, RFC 4412, RFC 7852).
const CARRIED_HEADERS: [&str; 5] =
    ["Geolocation", "Geolocation-Routing", "Call-Info", "Priority", "Resource-Priority"];

/// A body taken apart: the session description, and whatever stands beside it.
pub(crate) struct Parts {
    pub(crate) session: Option<Bytes>,
    pub(crate) carried: EmergencyData,
}

/// Takes a message's body apart; a body that is neither SDP nor multipart has no description.
pub(crate) fn read(headers: &Headers, body: &Bytes) -> Parts {
    let mut parts = Parts { session: None, carried: carried_headers(headers) };
    let Ok(Some(kind)) = headers.typed::<ContentType>() else {
        return parts;
    };
    if kind.is("application", "sdp") {
        parts.session = Some(body.clone()).filter(|body| !body.is_empty());
    } else {
        for part in body_parts(&kind, body) {
            if parts.session.is_none() && part.is("application", "sdp") {
                parts.session = Some(part.content);
            } else {
                parts.carried.parts.push(part);
            }
        }
    }
    parts
}

/// The session description of a message, where nothing beside it is asked for.
pub(crate) fn session(headers: &Headers, body: &Bytes) -> Option<Bytes> {
    if body.is_empty() { None } else { read(headers, body).session }
}

/// A body of a session description and what the call carries, with the type it has.
pub(crate) fn write(session: Bytes, carried: &EmergencyData) -> (ContentType, Bytes) {
    let boundary = free_boundary(&session, carried);
    let kind = format!("multipart/mixed;boundary={boundary}");
    let (false, Ok(kind)) = (carried.parts.is_empty(), ContentType::parse(&kind)) else {
        return (ContentType::sdp(), session);
    };
    let mut body = Vec::with_capacity(session.len() + 256);
    let mut add = |head: &[u8], content: &[u8]| {
        body.extend_from_slice(b"--");
        body.extend_from_slice(boundary.as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(head);
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    add(b"Content-Type: application/sdp", &session);
    for part in &carried.parts {
        add(&part.head, &part.content);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (kind, body.into())
}

fn carried_headers(headers: &Headers) -> EmergencyData {
    let mut carried = EmergencyData::default();
    for name in CARRIED_HEADERS {
        for header in headers.get_all(name) {
            carried.headers.push((name.into(), header.value_bytes().clone()));
        }
    }
    carried
}

fn free_boundary(session: &Bytes, carried: &EmergencyData) -> String {
    let taken = |boundary: &str| {
        let find = |text: &Bytes| memchr::memmem::find(text, boundary.as_bytes()).is_some();
        find(session) || carried.parts.iter().any(|part| find(&part.content) || find(&part.head))
    };
    // One of so many cannot all stand in bodies whose number and size are bounded.
    (0..u32::MAX).map(|n| format!("part-{n}")).find(|b| !taken(b)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIDF: &str = "<presence>\r\n  <civicAddress/>\r\n</presence>";

    fn emergency() -> (Headers, Bytes) {
        let mut headers = Headers::new();
        headers.push("Geolocation", "<cid:target@example.com>").unwrap();
        headers.push("Content-Type", "multipart/mixed; boundary=\"b 1\"").unwrap();
        let body = format!(
            "preamble\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b 1\r\n\
             Content-Type: application/pidf+xml\r\nContent-ID: <target@example.com>\r\n\r\n\
             {PIDF}\r\n--b 1--\r\n"
        );
        (headers, body.into())
    }

    #[test]
    fn a_location_beside_the_description_is_kept_byte_for_byte() {
        let (headers, body) = emergency();
        let parts = read(&headers, &body);
        assert_eq!(parts.session.as_deref(), Some(b"v=0\r\n".as_slice()));
        assert_eq!(parts.carried.headers.len(), 1);
        let [location] = parts.carried.parts.as_slice() else { panic!() };
        assert_eq!(location.content, PIDF.as_bytes());
        assert!(!format!("{:?}", parts.carried).contains("civic"));
        let (kind, written) = write(Bytes::from_static(b"v=0\r\n"), &parts.carried);
        let mut headers = Headers::new();
        headers.push_typed(&kind);
        let again = read(&headers, &written);
        assert_eq!(again.session.as_deref(), Some(b"v=0\r\n".as_slice()));
        assert_eq!(again.carried.parts, parts.carried.parts);
    }

    #[test]
    fn a_description_alone_stays_alone() {
        let (kind, body) = write(Bytes::from_static(b"v=0\r\n"), &EmergencyData::default());
        assert!(kind.is("application", "sdp"));
        assert_eq!(body, b"v=0\r\n".as_slice());
    }

    #[test]
    fn a_broken_body_has_no_description_and_no_parts() {
        let (headers, body) = emergency();
        for end in 0..body.len() {
            let _ = read(&headers, &body.slice(..end));
        }
        let many = "--b 1\r\n\r\nx\r\n".repeat(100);
        assert!(read(&headers, &many.into()).carried.parts.is_empty());
        assert!(read(&Headers::new(), &body).session.is_none());
    }
}
