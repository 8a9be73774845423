//! The path of requests within a dialog (RFC 3261 §12.1, §12.2.1.1 and §16.12).

use crate::{
    endpoint::{Target, TransportKind},
    message::{Headers, NameAddr, ParseError, RecordRoute, Request, Route, Scheme, Uri},
};

/// The proxies that stay in the path, nearest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RouteSet(Vec<NameAddr>);

impl RouteSet {
    /// The path back to whoever sent this request (§12.1.1).
    pub(crate) fn of_request(headers: &Headers) -> Result<Self, ParseError> {
        let routes = headers.list::<RecordRoute>()?;
        Ok(Self(routes.into_iter().map(RecordRoute::into_inner).collect()))
    }

    /// The path onward to whoever sent this response (§12.1.2).
    pub(crate) fn of_response(headers: &Headers) -> Result<Self, ParseError> {
        let mut set = Self::of_request(headers)?;
        set.0.reverse();
        Ok(set)
    }

    /// Writes Request-URI and Route, and says which URI is the next hop.
    pub(crate) fn apply(&self, target: &Uri, request: &mut Request) -> Uri {
        let Some(first) = self.0.first() else {
            request.set_uri(target.clone());
            return target.clone();
        };
        if first.uri.as_sip().is_some_and(crate::message::SipUri::is_loose) {
            request.set_uri(target.clone());
            for route in &self.0 {
                request.headers_mut().push_typed(&Route::new(route.clone()));
            }
        } else {
            // A strict router of RFC 2543 expects itself in the Request-URI and the target last.
            let mut uri = first.uri.clone();
            if let Some(sip) = uri.as_sip_mut() {
                sip.remove_headers();
            }
            request.set_uri(uri);
            for route in self.0.iter().skip(1) {
                request.headers_mut().push_typed(&Route::new(route.clone()));
            }
            request.headers_mut().push_typed(&Route::new(NameAddr::new(target.clone())));
        }
        first.uri.clone()
    }
}

/// Where a request to this URI is sent (RFC 3263 §4.1 and §4.2 without DNS records).
///
/// Nothing for a URI that names no host, or a transport that is not spoken here.
pub(crate) fn target_of(uri: &Uri) -> Option<Target> {
    let sip = uri.as_sip()?;
    let transport = match sip.transport() {
        Some(name) if name.eq_ignore_ascii_case("udp") => TransportKind::Udp,
        Some(name) if name.eq_ignore_ascii_case("tcp") => {
            if sip.scheme() == Scheme::Sips {
                TransportKind::Tls
            } else {
                TransportKind::Tcp
            }
        }
        Some(name) if name.eq_ignore_ascii_case("tls") => TransportKind::Tls,
        Some(_) => return None,
        None if sip.scheme() == Scheme::Sips => TransportKind::Tls,
        None => TransportKind::Udp,
    };
    let host = match sip.param("maddr") {
        Some(maddr) => maddr.trim_matches(['[', ']']).into(),
        None => match sip.host().address() {
            Some(address) => address.to_string(),
            None => sip.host().name()?.into(),
        },
    };
    Some(Target::new(transport, &host, sip.port().unwrap_or_else(|| transport.default_port())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderName, Method};

    fn set(lines: &[&str]) -> Headers {
        let mut headers = Headers::new();
        for line in lines {
            headers.push(HeaderName::RecordRoute, line).unwrap();
        }
        headers
    }

    fn routes(request: &Request) -> Vec<String> {
        request
            .headers()
            .list::<Route>()
            .unwrap()
            .into_iter()
            .map(|route| route.into_inner().uri.reveal())
            .collect()
    }

    #[test]
    fn loose_routers_get_the_target_in_the_request_uri() {
        let headers = set(&["<sip:p1.example.com;lr>, <sip:p2.example.com;lr>"]);
        let target = Uri::parse("sip:bob@192.0.2.4").unwrap();
        for (set, expected) in [
            (RouteSet::of_request(&headers), ["sip:p1.example.com;lr", "sip:p2.example.com;lr"]),
            (RouteSet::of_response(&headers), ["sip:p2.example.com;lr", "sip:p1.example.com;lr"]),
        ] {
            let mut request = Request::new(Method::Bye, target.clone());
            let hop = set.unwrap().apply(&target, &mut request);
            assert_eq!(hop.reveal(), expected[0]);
            assert_eq!(request.uri().reveal(), "sip:bob@192.0.2.4");
            assert_eq!(routes(&request), expected);
        }
    }

    #[test]
    fn a_strict_router_gets_itself_and_the_target_last() {
        let headers = set(&["<sip:p1.example.com>", "<sip:p2.example.com;lr>"]);
        let target = Uri::parse("sip:bob@192.0.2.4").unwrap();
        let mut request = Request::new(Method::Bye, target.clone());
        let hop = RouteSet::of_request(&headers).unwrap().apply(&target, &mut request);
        assert_eq!(hop.reveal(), "sip:p1.example.com");
        assert_eq!(request.uri().reveal(), "sip:p1.example.com");
        assert_eq!(routes(&request), ["sip:p2.example.com;lr", "sip:bob@192.0.2.4"]);
    }

    #[test]
    fn a_uri_leads_where_its_scheme_transport_and_port_say() {
        for (uri, expected) in [
            ("sip:a@h.example.com", Some("UDP h.example.com:5060")),
            ("sip:h.example.com:443;transport=tls", Some("TLS h.example.com:443")),
            ("sip:h.example.com;transport=TCP", Some("TCP h.example.com:5060")),
            ("sips:h.example.com", Some("TLS h.example.com:5061")),
            ("sips:h.example.com;transport=tcp", Some("TLS h.example.com:5061")),
            ("sip:[2001:db8::1]:5070", Some("UDP 2001:db8::1:5070")),
            ("sip:h.example.com;maddr=192.0.2.1", Some("UDP 192.0.2.1:5060")),
            ("sip:h.example.com;transport=sctp", None),
            ("tel:+15550100", None),
        ] {
            let target = target_of(&Uri::parse(uri).unwrap()).map(|target| target.to_string());
            assert_eq!(target.as_deref(), expected, "{uri}");
        }
    }
}
