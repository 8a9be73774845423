//! The headers Direct Routing expects from a trunk.
//!
//! | header | value | why |
//! |---|---|---|
//! | `Contact` | `<sip:FQDN:port;transport=tls>` | names the tenant; an address gets 403 |
//! | `Record-Route` | never | must equal `Contact` where it stands, so it says nothing |
//! | `Allow` | with REFER and NOTIFY | without REFER a Teams client cannot transfer |
//! | `Replaces` | never | refused since April 2022 |
//! | `X-MS-SBC`, `User-Agent` | vendor/model/version | support asks for them |

use super::SbcFqdn;
use crate::{
    endpoint::METHODS,
    message::{HeaderName, Headers, Host, Method, NameAddr, ParseError, SipUri},
    transport::TransportKind,
};

/// What a vendor calls its trunk; Microsoft's support reads it in its logs.
pub const PRODUCT_HEADER: &str = "X-MS-SBC";

/// The `Contact` of a trunk: a name, never an address, and no user part.
///
/// # Errors
///
/// Never for a [`SbcFqdn`], which is a host name; [`ParseError`] keeps this free of panics.
pub fn contact(name: &SbcFqdn, port: u16) -> Result<NameAddr, ParseError> {
    reachable_at(name.as_str(), port, TransportKind::Tls)
}

/// A `Contact` of any host, for carriers and laboratories.
///
/// # Errors
///
/// [`ParseError`] where the host is neither a name nor an address.
pub fn reachable_at(
    host: &str,
    port: u16,
    transport: TransportKind,
) -> Result<NameAddr, ParseError> {
    let uri = SipUri::new(Host::parse(host)?)
        .with_port(port)
        .with_param("transport", Some(transport.uri_name()))?;
    Ok(NameAddr::new(uri))
}

/// The methods a trunk takes; REFER stands only where transfers by REFER are wanted.
///
/// Teams transfers by REFER where `Allow` lists it together with NOTIFY
/// (Learn, *Direct Routing: SIP protocol*, "Call transfer").
#[must_use]
pub fn allow(refer: bool) -> Vec<Method> {
    METHODS.into_iter().filter(|method| refer || *method != Method::Refer).collect()
}

/// Adds what every request and response of a trunk says about it.
///
/// # Errors
///
/// [`ParseError`] where the product's name holds a control character.
pub fn introduce(headers: &mut Headers, refer: bool, product: &str) -> Result<(), ParseError> {
    let mut methods = String::with_capacity(64);
    for method in METHODS.iter().filter(|method| refer || **method != Method::Refer) {
        if !methods.is_empty() {
            methods.push_str(", ");
        }
        methods.push_str(method.as_str());
    }
    headers.set(HeaderName::Allow, methods)?;
    headers.set(HeaderName::UserAgent, product)?;
    headers.set(PRODUCT_HEADER, product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Uri;

    #[test]
    fn the_contact_is_a_name_with_port_and_transport_and_no_user() {
        let name: SbcFqdn = "bank.sbc1.adatum.biz".parse().unwrap();
        let contact = contact(&name, 5061).unwrap();
        assert_eq!(contact.uri.reveal(), "sip:bank.sbc1.adatum.biz:5061;transport=tls");
        assert!(contact.uri.as_sip().and_then(SipUri::user).is_none());
        let lab = reachable_at("127.0.0.1", 5060, TransportKind::Udp).unwrap();
        assert_eq!(lab.uri.reveal(), "sip:127.0.0.1:5060;transport=udp");
        assert!(matches!(lab.uri, Uri::Sip(_)));
    }

    #[test]
    fn refer_is_listed_only_where_it_is_taken_and_notify_always() {
        let mut headers = Headers::new();
        introduce(&mut headers, true, "vendor/model/1").unwrap();
        let allow = headers.get_str("Allow").unwrap();
        assert!(allow.contains("REFER") && allow.contains("NOTIFY"), "{allow}");
        introduce(&mut headers, false, "vendor/model/1").unwrap();
        let allow = headers.get_str("Allow").unwrap();
        assert!(!allow.contains("REFER") && allow.contains("NOTIFY"), "{allow}");
        assert_eq!(headers.get_str(PRODUCT_HEADER), Some("vendor/model/1"));
        assert_eq!(headers.len(), 3, "set, not added twice");
        assert!(introduce(&mut headers, true, "a\r\nb: c").is_err());
    }
}
