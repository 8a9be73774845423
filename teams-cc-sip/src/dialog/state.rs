//! One dialog and the requests within it (RFC 3261 §12.2).

use bytes::Bytes;

use super::{DialogId, Negotiation, RouteSet, Side, has_session};
use crate::{
    message::{
        CSeq, CallId, Contact, FromHeader, HeaderName, Headers, MaxForwards, Method, NameAddr,
        ParseError, Request, Response, ToHeader, Uri,
        typed::{Allow, RAck},
    },
    transaction::{follow::MAX_FORWARDS, key::Envelope},
};

/// What both sides of a dialog agree on, seen from here.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) id: DialogId,
    call_id: CallId,
    local: NameAddr,
    remote: NameAddr,
    local_number: u32,
    remote_number: Option<u32>,
    target: Uri,
    routes: RouteSet,
    /// Its offers and answers.
    pub(crate) session: Negotiation,
    /// Whether the peer takes UPDATE, as its last Allow says.
    pub(crate) updates: bool,
    /// Whether the peer takes REFER.
    pub(crate) refers: bool,
    /// `CSeq` and `RSeq` of the peer's last provisional response that we confirmed.
    confirmed: Option<(u32, u32)>,
    /// The PRACK that waits for the application's answer.
    pub(crate) owed: Option<RAck>,
    /// The last description of ours that was taken, for refreshing re-INVITEs.
    pub(crate) described: Option<Bytes>,
}

impl Dialog {
    /// The dialog that our response to this INVITE makes (§12.1.1).
    pub(crate) fn of_request(
        request: &Request,
        envelope: &Envelope,
        local_tag: &str,
    ) -> Result<Self, ParseError> {
        let remote = (*envelope.from).clone();
        let session = has_session(request.headers(), request.body());
        let mut dialog = Self {
            id: DialogId::new(
                envelope.call_id.as_str(),
                local_tag,
                remote.tag().unwrap_or_default(),
            ),
            call_id: envelope.call_id.clone(),
            local: (*envelope.to).clone().with_tag(local_tag)?,
            local_number: 0,
            remote_number: Some(envelope.cseq.number),
            target: contact(request.headers())?.unwrap_or_else(|| remote.uri.clone()),
            routes: RouteSet::of_request(request.headers())?,
            remote,
            session: Negotiation::of_invite(Side::Them, session),
            updates: false,
            refers: false,
            confirmed: None,
            owed: None,
            described: None,
        };
        dialog.hear(request.headers());
        Ok(dialog)
    }

    /// The dialog that a peer's response to our INVITE makes (§12.1.2).
    ///
    /// A 2xx must be acknowledged even where its path cannot be read, so what is broken is taken
    /// as missing: a peer without usable Contact is reached where the INVITE went.
    pub(crate) fn of_response(invite: &Request, envelope: &Envelope, response: &Response) -> Self {
        let local = (*envelope.from).clone();
        let remote = (*envelope.to).clone();
        let session = has_session(invite.headers(), invite.body());
        let mut dialog = Self {
            id: DialogId::new(
                envelope.call_id.as_str(),
                local.tag().unwrap_or_default(),
                remote.tag().unwrap_or_default(),
            ),
            call_id: envelope.call_id.clone(),
            local_number: envelope.cseq.number,
            remote_number: None,
            target: contact(response.headers())
                .ok()
                .flatten()
                .unwrap_or_else(|| invite.uri().clone()),
            routes: RouteSet::of_response(response.headers()).unwrap_or_default(),
            local,
            remote,
            session: Negotiation::of_invite(Side::Us, session),
            updates: false,
            refers: false,
            confirmed: None,
            owed: None,
            described: None,
        };
        dialog.hear(response.headers());
        dialog
    }

    /// The 2xx of an early dialog came: path and target are those of the 2xx (§13.2.2.4).
    pub(crate) fn answered(&mut self, response: &Response) {
        self.routes = RouteSet::of_response(response.headers()).unwrap_or_default();
        self.refresh(response.headers());
    }

    /// A new request within the dialog, without Via and Contact, and its next hop.
    pub(crate) fn request(&mut self, method: Method) -> (Request, Uri) {
        let number = self.next_number();
        self.numbered(method, number)
    }

    /// The number of our next request.
    pub(crate) fn next_number(&mut self) -> u32 {
        self.local_number = self.local_number.saturating_add(1);
        self.local_number
    }

    /// The ACK to the 2xx of an INVITE with this number (§13.2.2.4), and its next hop.
    pub(crate) fn ack(&self, number: u32) -> (Request, Uri) {
        self.numbered(Method::Ack, number)
    }

    /// Takes the number of a peer's request; whether it is newer than all before (§12.2.2).
    pub(crate) fn take_number(&mut self, number: u32) -> bool {
        let newer = self.remote_number.is_none_or(|last| number > last);
        if newer {
            self.remote_number = Some(number);
        }
        newer
    }

    /// Follows the peer to the Contact of a target refresh (§12.2).
    pub(crate) fn refresh(&mut self, headers: &Headers) {
        // A broken Contact was refused with its message; a missing one changes nothing.
        if let Ok(Some(target)) = contact(headers) {
            self.target = target;
        }
        self.hear(headers);
    }

    /// Takes note of what the peer allows, where a message of it says that.
    pub(crate) fn hear(&mut self, headers: &Headers) {
        let mut lines = headers.get_all(HeaderName::Allow);
        let Some(line) = lines.next() else { return };
        if lines.next().is_none()
            && let Some([updates, refers]) = named_in(line.value(), [b"UPDATE", b"REFER"])
        {
            (self.updates, self.refers) = (updates, refers);
        } else if let Ok(allow) = headers.list::<Allow>() {
            let takes = |method| allow.iter().any(|allow| *allow.method() == method);
            self.updates = takes(Method::Update);
            self.refers = takes(Method::Refer);
        }
    }

    /// Whether this reliable provisional response is the next to confirm (RFC 3262 §4).
    ///
    /// Repeated ones are, like those that come too early, none.
    pub(crate) fn confirm(&mut self, number: u32, rseq: u32) -> bool {
        let next = match self.confirmed {
            Some((last, seen)) if last == number => seen.checked_add(1) == Some(rseq),
            _ => true,
        };
        if next && self.owed.is_none() {
            self.confirmed = Some((number, rseq));
            return true;
        }
        false
    }

    /// Remembers what we described, where that stands alone in its message.
    pub(crate) fn describe(&mut self, headers: &Headers, body: &Bytes) {
        let kind = headers.get_str(HeaderName::ContentType).unwrap_or_default();
        if has_session(headers, body)
            && !kind.get(..9).is_some_and(|k| k.eq_ignore_ascii_case("multipart"))
        {
            self.described = Some(body.clone());
        }
    }

    pub(crate) fn local_tag(&self) -> &str {
        &self.id.local_tag
    }

    fn numbered(&self, method: Method, number: u32) -> (Request, Uri) {
        let mut request = Request::new(method.clone(), self.target.clone());
        let hop = self.routes.apply(&self.target, &mut request);
        let headers = request.headers_mut();
        headers.push_typed(&MaxForwards::new(MAX_FORWARDS));
        headers.push_typed(&FromHeader::new(self.local.clone()));
        headers.push_typed(&ToHeader::new(self.remote.clone()));
        headers.push_typed(&self.call_id);
        headers.push_typed(&CSeq::new(number, method));
        (request, hop)
    }
}

/// Which of these methods a line of methods holds; nothing where it has to be read by all rules.
fn named_in(line: &[u8], wanted: [&[u8]; 2]) -> Option<[bool; 2]> {
    let mut found = [false; 2];
    for method in line.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
        if method.is_empty() || !method.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        for (found, wanted) in found.iter_mut().zip(wanted) {
            *found |= method == wanted;
        }
    }
    Some(found)
}

fn contact(headers: &Headers) -> Result<Option<Uri>, ParseError> {
    Ok(headers.first::<Contact>()?.and_then(|contact| Some(contact.addr()?.uri.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderName, Limits, Message};

    fn invite() -> Request {
        let text = "INVITE sip:+15550100@sbc.example.com SIP/2.0\r\n\
            Via: SIP/2.0/TLS p.example.com;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n\
            Record-Route: <sip:p.example.com;transport=tls;lr>\r\n\
            From: \"Ann\" <sip:+15550101@p.example.com>;tag=a1\r\n\
            To: <sip:+15550100@sbc.example.com>\r\nCall-ID: one\r\nCSeq: 7 INVITE\r\n\
            Contact: <sip:p1.example.com:443;transport=tls>\r\nContent-Length: 0\r\n\r\n";
        match Message::parse_datagram(text.as_bytes(), &Limits::default()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_called_side_speaks_back_along_the_route_with_its_own_numbers() {
        let invite = invite();
        let envelope = Envelope::of(invite.headers()).unwrap();
        let mut dialog = Dialog::of_request(&invite, &envelope, "b2").unwrap();
        let (bye, hop) = dialog.request(Method::Bye);
        assert_eq!(hop.reveal(), "sip:p.example.com;transport=tls;lr");
        assert_eq!(bye.uri().reveal(), "sip:p1.example.com:443;transport=tls");
        let text = |name| bye.headers().get_str(name).unwrap().to_owned();
        assert_eq!(text(HeaderName::From), "<sip:+15550100@sbc.example.com>;tag=b2");
        assert_eq!(text(HeaderName::To), "\"Ann\" <sip:+15550101@p.example.com>;tag=a1");
        assert_eq!(text(HeaderName::CSeq), "1 BYE");
        assert_eq!(dialog.request(Method::Info).0.headers().get_str("CSeq"), Some("2 INFO"));
    }

    #[test]
    fn numbers_of_a_peer_only_grow() {
        let invite = invite();
        let envelope = Envelope::of(invite.headers()).unwrap();
        let mut dialog = Dialog::of_request(&invite, &envelope, "b2").unwrap();
        for (number, newer) in [(7, false), (6, false), (8, true), (8, false), (20, true)] {
            assert_eq!(dialog.take_number(number), newer, "{number}");
        }
    }

    #[test]
    fn a_calling_side_acknowledges_with_the_number_of_its_invite() {
        let invite = invite();
        let mut response = Response::to(&invite, crate::message::StatusCode::OK);
        response.headers_mut().set(HeaderName::To, "<sip:+15550100@x>;tag=t").unwrap();
        response.headers_mut().push(HeaderName::Contact, "<sip:c.example.com>").unwrap();
        let envelope = Envelope::of(response.headers()).unwrap();
        let mut dialog = Dialog::of_response(&invite, &envelope, &response);
        let (ack, _) = dialog.ack(7);
        assert_eq!(ack.headers().get_str("CSeq"), Some("7 ACK"));
        assert_eq!(ack.uri().reveal(), "sip:c.example.com");
        assert_eq!(dialog.request(Method::Bye).0.headers().get_str("CSeq"), Some("8 BYE"));
        let mut moved = Headers::new();
        moved.push(HeaderName::Contact, "<sip:d.example.com>").unwrap();
        dialog.refresh(&moved);
        assert_eq!(dialog.request(Method::Bye).0.uri().reveal(), "sip:d.example.com");
    }
}
