//! Writing messages: what this folder sends is text of its own making (RFC 3261 §7).

use bytes::Bytes;
use teams_cc_sip::message::{HeaderName, Request};

use super::leg::Leg;
use crate::world::{PROXIES, SipParty};

/// Builds one message line by line. Values are ours or come from parsed headers, which hold no
/// line breaks.
pub(crate) struct Writer(String);

impl Writer {
    pub(crate) fn request(method: &str, uri: &str) -> Self {
        Self(format!("{method} {uri} SIP/2.0\r\n"))
    }

    /// A response to a request, with the headers RFC 3261 §8.2.6.2 copies.
    pub(crate) fn response(request: &Request, status: u16, to_tag: Option<&str>) -> Self {
        let mut writer = Self(format!("SIP/2.0 {status} {}\r\n", reason(status)));
        let headers = request.headers();
        for via in headers.get_all(HeaderName::Via) {
            writer = writer.header("Via", &String::from_utf8_lossy(via.value()));
        }
        let value = |name| String::from_utf8_lossy(headers.get(name).unwrap_or_default());
        let mut to = value(HeaderName::To).into_owned();
        if let Some(tag) = to_tag
            && !to.contains(";tag=")
        {
            to = format!("{to};tag={tag}");
        }
        writer
            .header("From", &value(HeaderName::From))
            .header("To", &to)
            .header("Call-ID", &value(HeaderName::CallId))
            .header("CSeq", &value(HeaderName::CSeq))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.0.push_str(value);
        self.0.push_str("\r\n");
        self
    }

    pub(crate) fn header_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    pub(crate) fn end(self) -> Bytes {
        self.header("Content-Length", "0").finish("")
    }

    pub(crate) fn body(self, kind: &str, body: &str) -> Bytes {
        self.header("Content-Type", kind)
            .header("Content-Length", &body.len().to_string())
            .finish(body)
    }

    fn finish(mut self, body: &str) -> Bytes {
        self.0.push_str("\r\n");
        self.0.push_str(body);
        Bytes::from(self.0)
    }
}

/// The name a party goes by on the wire.
pub(crate) fn host(party: SipParty) -> &'static str {
    match party {
        SipParty::Proxy(n) => PROXIES.get(usize::from(n)).copied().unwrap_or(PROXIES[0]),
        SipParty::Carrier => "carrier.test",
    }
}

/// The name a party goes by in ladders.
pub(crate) fn label(party: SipParty) -> &'static str {
    host(party).split('.').next().unwrap_or_default()
}

/// The transport of a party, as Via and as URI parameter.
pub(crate) fn transport(party: SipParty) -> (&'static str, &'static str, u16) {
    match party {
        SipParty::Proxy(_) => ("TLS", "tls", 5061),
        SipParty::Carrier => ("TCP", "tcp", 5060),
    }
}

/// The Via of a request we send.
pub(crate) fn via(party: SipParty, branch: &str) -> String {
    let (name, _, port) = transport(party);
    format!("SIP/2.0/{name} {}:{port};branch={branch}", host(party))
}

/// The Contact of a party.
pub(crate) fn contact(party: SipParty, user: &str) -> String {
    let (_, name, port) = transport(party);
    let at = if user.is_empty() { "" } else { "@" };
    format!("<sip:{user}{at}{}:{port};transport={name}>", host(party))
}

/// A request inside a dialog, up to its own headers.
pub(crate) fn in_dialog(leg: &Leg, method: &str, sequence: u32, branch: &str) -> Writer {
    Writer::request(method, &leg.target)
        .header("Via", &via(leg.party, branch))
        .header("Max-Forwards", "70")
        .header("From", &leg.local)
        .header("To", &leg.remote)
        .header("Call-ID", &leg.call_id)
        .header("CSeq", &format!("{sequence} {method}"))
}

/// The reason phrases of the statuses in use (RFC 3261 §21).
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_with_its_length_and_an_empty_line() {
        let text = Writer::request("BYE", "sip:a@b").header("CSeq", "2 BYE").end();
        assert!(text.ends_with(b"CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"));
        let text = Writer::request("INVITE", "sip:a@b").body("application/sdp", "v=0\r\n");
        assert!(text.ends_with(b"Content-Length: 5\r\n\r\nv=0\r\n"));
    }

    #[test]
    fn the_parties_go_by_their_names() {
        assert_eq!(label(SipParty::Proxy(1)), "sip2");
        assert_eq!(contact(SipParty::Proxy(0), ""), "<sip:sip.pstnhub.test:5061;transport=tls>");
        assert_eq!(label(SipParty::Carrier), "carrier");
    }
}
