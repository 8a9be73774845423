//! An INVITE of ours, in the words of the side it goes to.

use bytes::Bytes;

use super::{
    HeaderPolicy,
    admission::Side,
    call::{Attempt, Link, Shown, Whither},
    multipart,
};
use crate::{
    bridge::header_policy::Onward,
    direct_routing::{caller_uri, carrier_request_uri, headers, teams_request_uri},
    error::{Error, ErrorKind},
    message::{
        Contact, FromHeader, Host, Method, NameAddr, ParseError, Request, SipUri, ToHeader, Uri,
        typed::PAssertedIdentity,
    },
    transport::Target,
};

/// Everything an INVITE is made of.
pub(crate) struct Invite<'a> {
    pub(crate) link: &'a Link,
    pub(crate) shown: &'a Shown,
    pub(crate) attempt: &'a Attempt,
    pub(crate) to: &'a Target,
    pub(crate) offer: Bytes,
    pub(crate) policy: &'a HeaderPolicy,
    pub(crate) trusted: bool,
}

impl Invite<'_> {
    /// Writes the draft.
    pub(crate) fn build(self) -> Result<Request, Error> {
        let broken = |error: ParseError| Error::caused_by(ErrorKind::Protocol, error);
        let uri = self.request_uri()?;
        let callee = match &uri {
            Uri::Sip(uri) => {
                let mut callee = uri.clone();
                callee.remove_headers();
                Uri::Sip(callee)
            }
            other => other.clone(),
        };
        let target = callee.clone();
        let (host, port, transport) = &self.link.contact;
        let contact = headers::reachable_at(host, *port, *transport).map_err(broken)?;
        let mut request = Request::new(Method::Invite, uri)
            .with(&FromHeader::new(self.from().map_err(broken)?))
            .with(&ToHeader::new(NameAddr::new(callee)))
            .with(&Contact::new(contact));
        if self.shown.private {
            request.headers_mut().push("Privacy", "id").map_err(broken)?;
            if let Some(uri) = caller_uri(&self.shown.number, self.link.name.as_str()) {
                request.headers_mut().push_typed(&PAssertedIdentity::new(NameAddr::new(uri)));
            }
        }
        let onward = Onward {
            policy: self.policy,
            trusted: self.trusted,
            shown: &self.shown.number,
            private: self.shown.private,
            target: &target,
            host: self.link.name.as_str(),
        };
        onward.write(&self.attempt.carried, request.headers_mut()).map_err(broken)?;
        for (name, value) in &self.attempt.emergency.headers {
            request.headers_mut().push(name.as_ref(), value).map_err(broken)?;
        }
        if let Some(told) =
            self.attempt.optimization.as_ref().filter(|_| self.link.side != Side::Teams)
        {
            told.write(request.headers_mut()).map_err(broken)?;
        }
        if let Whither::Referred { copied, .. } = &self.attempt.whither {
            for header in copied {
                request.headers_mut().push_header(header.clone());
            }
        }
        let (kind, body) = multipart::write(self.offer, &self.attempt.emergency);
        Ok(request.with_body(&kind, body))
    }

    fn request_uri(&self) -> Result<Uri, Error> {
        let wrong = |fault| Error::caused_by(ErrorKind::InvalidNumber, fault);
        match (&self.attempt.whither, self.link.side) {
            (Whither::Referred { target, .. }, _) => Ok(target.clone()),
            (Whither::Number(number), Side::Teams) => {
                teams_request_uri(number, &self.to.host).map(Uri::Sip).map_err(wrong)
            }
            (Whither::Voicemail(number), _) => teams_request_uri(number, &self.to.host)
                .map_err(wrong)?
                .with_param("opaque", Some("app:voicemail"))
                .map(Uri::Sip)
                .map_err(|error| Error::caused_by(ErrorKind::Protocol, error)),
            (Whither::Number(number), _) => {
                let mut uri = carrier_request_uri(number, &self.to.host).map_err(wrong)?;
                if let Some(sip) = uri.as_sip_mut()
                    && !self.to.is_by_name()
                    && self.to.port != self.to.transport.default_port()
                {
                    sip.set_port(Some(self.to.port));
                }
                Ok(uri)
            }
        }
    }

    /// Who calls; anonymous where the number is private or there is none.
    fn from(&self) -> Result<NameAddr, ParseError> {
        let Shown { number, display, private } = self.shown;
        let uri = caller_uri(number, self.link.name.as_str());
        match (uri, display) {
            (Some(uri), display) if !*private => {
                let from = NameAddr::new(uri);
                match display {
                    Some(display) => from.with_display(display.reveal()),
                    None => Ok(from),
                }
            }
            _ => {
                let uri = SipUri::new(Host::parse("anonymous.invalid")?).with_user("anonymous");
                NameAddr::new(uri).with_display("Anonymous")
            }
        }
    }
}
