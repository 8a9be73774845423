//! From the drafts of the application to messages.

use super::{EndpointConfig, Error, Extras, Origin, Route, Target, TransportKind};
use crate::{
    message::{
        CSeq, CallId, Contact, FromHeader, Header, HeaderName, Headers, Host, MaxForwards, Method,
        NameAddr, Request, Response, SipUri, StatusCode, ToHeader, Via, address_text,
    },
    transaction::follow::MAX_FORWARDS,
};

/// Headers that only the endpoint writes, and the two that Direct Routing takes from nobody.
const RESERVED: &[HeaderName] = &[
    HeaderName::Via,
    HeaderName::CSeq,
    HeaderName::RAck,
    HeaderName::RSeq,
    HeaderName::RecordRoute,
    HeaderName::ContentLength,
    HeaderName::Replaces,
    HeaderName::ReferTo,
];

/// Headers that are settled with the dialog, or by the request that is answered.
const SETTLED: &[HeaderName] = &[
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::Route,
    HeaderName::MaxForwards,
];

/// RFC 6086 §7.3.
pub(crate) const RECV_INFO: &str = "Recv-Info";

/// Which headers of a draft are the application's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A request outside of a dialog: From, To, Call-ID and Route too.
    Outside,
    /// A request in a dialog, or a response.
    Settled,
}

/// Copies the application's headers.
pub(crate) fn add(from: &Headers, scope: Scope, to: &mut Headers) -> Result<(), Error> {
    for header in from {
        let named = |names: &[HeaderName]| names.iter().any(|name| header.is(name));
        let settled = named(SETTLED);
        if named(RESERVED) || (settled && scope == Scope::Settled) {
            return Err(Error::ReservedHeader(header.name_str().into()));
        }
        if !settled {
            to.push_line(header);
        }
    }
    Ok(())
}

/// Adds extras to a request within a dialog.
pub(crate) fn add_extras(extras: &Extras, request: &mut Request) -> Result<(), Error> {
    add(&extras.headers, Scope::Settled, request.headers_mut())?;
    request.put_body(extras.body.clone());
    Ok(())
}

/// The identities of a request outside of a dialog, where the draft does not bring its own.
pub(crate) struct Fresh<'a> {
    pub(crate) tag: &'a str,
    pub(crate) call_id: &'a str,
}

impl EndpointConfig {
    /// Our hop of a request's path (RFC 3261 §8.1.1.7, RFC 3581 §3).
    pub(crate) fn via(&self, transport: TransportKind, branch: &str) -> Result<Via, Error> {
        let name = match transport {
            TransportKind::Udp => crate::message::Transport::Udp,
            TransportKind::Tcp => crate::message::Transport::Tcp,
            TransportKind::Tls => crate::message::Transport::Tls,
        };
        let port = self.ports.get(&transport).copied();
        let via = Via::new(name, self.host.clone(), port, branch)?;
        Ok(if transport == TransportKind::Udp { via.with_rport() } else { via })
    }

    /// Our Contact where the application names none.
    pub(crate) fn contact(&self, transport: TransportKind) -> Result<Header, Error> {
        let mut uri = SipUri::new(self.host.clone());
        uri.set_port(self.ports.get(&transport).copied());
        if transport != TransportKind::Udp {
            uri.set_param("transport", Some(transport.uri_name()))?;
        }
        Ok(header(&Contact::new(NameAddr::new(crate::message::Uri::Sip(uri))))?)
    }

    /// Writes the methods that are served.
    pub(crate) fn allow(&self, headers: &mut Headers) {
        let methods: Vec<_> = self.allow.iter().map(Method::as_str).collect();
        // Methods are tokens, so the line is always taken.
        let _ = headers.push(HeaderName::Allow, methods.join(", "));
    }

    /// Writes the packages that INFO may carry, where there are any (RFC 6086 §4.2.2).
    pub(crate) fn receive_info(&self, headers: &mut Headers) {
        if !self.info_packages.is_empty() {
            // A package that is no token is left out with the rest, and gets 469.
            let _ = headers.set(RECV_INFO, self.info_packages.join(", "));
        }
    }

    /// A request outside of a dialog, complete but for its Via.
    pub(crate) fn outside(
        &self,
        draft: &Request,
        contact: &Header,
        fresh: &Fresh<'_>,
    ) -> Result<Request, Error> {
        let given = draft.headers();
        let missing = |name: &'static str| move |_| Error::MissingHeader(name);
        let from = given.required::<FromHeader>().map_err(missing("From"))?;
        let to = given.required::<ToHeader>().map_err(missing("To"))?;
        let mut to = to.into_inner();
        to.params.remove("tag");
        let from = from.into_inner().with_tag(fresh.tag)?;
        let call_id = match given.typed::<CallId>()? {
            Some(call_id) => call_id,
            None => CallId::new(fresh.call_id)?,
        };
        let mut request = Request::new(draft.method().clone(), draft.uri().clone());
        let headers = request.headers_mut();
        // Whoever passes a call on takes a hop off, or a loop of such never ends (RFC 7332).
        let hops = given.typed::<MaxForwards>()?.map_or(MAX_FORWARDS, MaxForwards::get);
        headers.push_typed(&MaxForwards::new(hops.min(MAX_FORWARDS)));
        headers.copy_from(given, HeaderName::Route);
        headers.push_typed(&FromHeader::new(from));
        headers.push_typed(&ToHeader::new(to));
        headers.push_typed(&call_id);
        // Registrations of one binding count on, over all their REGISTERs (RFC 3261 §10.2.4).
        let counted =
            if *draft.method() == Method::Register { given.typed::<CSeq>()? } else { None };
        let number = counted.as_ref().map_or(1, |cseq| cseq.number);
        headers.push_typed(&CSeq::new(number, draft.method().clone()));
        if !given.contains(HeaderName::Contact) {
            headers.push_header(contact.clone());
        }
        if counted.is_some() {
            let mut rest = given.clone();
            rest.remove(HeaderName::CSeq);
            add(&rest, Scope::Outside, headers)?;
        } else {
            add(given, Scope::Outside, headers)?;
        }
        if *draft.method() == Method::Invite && !given.contains(HeaderName::Allow) {
            self.allow(headers);
        }
        request.put_body(draft.body().clone());
        Ok(request)
    }

    /// A response to a request, with the tag of the dialog it makes or belongs to.
    pub(crate) fn response(
        &self,
        request: &Request,
        draft: &Response,
        tag: &str,
        contact: Option<&Header>,
    ) -> Result<Response, Error> {
        let status = draft.status();
        let method = request.method();
        let mut response = Response::to(request, status).with_reason_of(draft);
        let headers = response.headers_mut();
        if status != StatusCode::TRYING {
            tag_to(request.headers(), tag, headers)?;
        }
        let success = status.is_success();
        let dialog = *method == Method::Invite && (101..300).contains(&status.as_u16());
        if dialog {
            headers.copy_from(request.headers(), HeaderName::RecordRoute);
        }
        let own = draft.headers();
        if let Some(contact) = contact
            && (dialog || (success && matches!(method, Method::Refer | Method::Update)))
            && !own.contains(HeaderName::Contact)
        {
            headers.push_header(contact.clone());
        }
        let tells = success && matches!(method, Method::Invite | Method::Options);
        let lacks = matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED);
        if (tells || lacks) && !own.contains(HeaderName::Allow) {
            self.allow(headers);
        }
        add(own, Scope::Settled, headers)?;
        response.put_body(draft.body().clone());
        Ok(response)
    }
}

/// Writes the To of a request with our tag, where it has none yet.
fn tag_to(of: &Headers, tag: &str, to: &mut Headers) -> Result<(), Error> {
    let mut lines = of.get_all(HeaderName::To);
    if let (Some(line), None) = (lines.next(), lines.next()) {
        // What stands behind an address in brackets is plain to see.
        match line.value().rsplit(|b| *b == b'>').next() {
            Some([]) if !tag.is_empty() => {
                to.set(HeaderName::To, [line.value(), b";tag=", tag.as_bytes()].concat())?;
                return Ok(());
            }
            Some([b';', b't', b'a', b'g', b'=', token, rest @ ..])
                if token.is_ascii_alphanumeric()
                    && rest.iter().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(b)) =>
            {
                return Ok(());
            }
            _ => {}
        }
    }
    let read = of.required::<ToHeader>()?;
    if read.tag().is_none() {
        to.set_typed(&ToHeader::new(read.into_inner().with_tag(tag)?));
    }
    Ok(())
}

/// A typed header as a line.
pub(crate) fn header<T: crate::message::TypedHeader>(
    value: &T,
) -> Result<Header, crate::message::ParseError> {
    let mut text = Vec::new();
    value.write(&mut text);
    Header::new(T::name(), text)
}

/// Where the response to a request goes, and where else once that is gone.
///
/// Streams carry responses back (RFC 3261 §18.2.2). A datagram's response goes to its source
/// where the sender asked for that (RFC 3581 §4) or sits there anyway, else to the port it named.
pub(crate) fn reply_route(origin: &Origin, via: &Via) -> (Route, Option<Target>) {
    let port = via.port.unwrap_or_else(|| origin.transport.default_port());
    let named = || {
        let host = match (&via.host, origin.transport) {
            // A certificate proves a name, not an address.
            (Host::Name(name), TransportKind::Tls) => name.as_str().into(),
            // Never `maddr`: whoever writes it could aim our responses at anybody.
            _ => address_text(origin.source.ip()),
        };
        Target::new(origin.transport, &host, port)
    };
    if origin.transport.is_reliable() {
        (Route::Flow(origin.flow), Some(named()))
    } else if via.wants_rport() || origin.source.port() == port {
        (Route::Flow(origin.flow), None)
    } else {
        (Route::Target(named()), None)
    }
}
