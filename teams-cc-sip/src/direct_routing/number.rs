//! Numbers in the user part of a URI, in both directions.

use teams_cc_core::{Address, E164, PhoneNumber};

use crate::message::{
    FromHeader, Host, NameAddr, Request, SipUri, Uri,
    typed::{PAssertedIdentity, Privacy},
};

/// The service all emergency services are found under (RFC 5031 §4.2).
const SOS: &str = "urn:service:sos";

/// The Request-URI of a call into Teams: `sip:+…@proxy;user=phone`.
///
/// The plus sign is required; `user=phone` spares Teams a guess. An extension is written behind
/// the number, as in `+14255388701;ext=1001` (Learn, *Direct Routing: SIP protocol*).
///
/// # Errors
///
/// [`NumberFault::NeedsE164`] for everything that is no full international number.
pub fn teams_request_uri(number: &PhoneNumber, proxy: &str) -> Result<SipUri, NumberFault> {
    let user = match number {
        PhoneNumber::E164(number) => number.reveal().to_owned(),
        PhoneNumber::Extension { main: Some(main), extension } => with_extension(main, extension),
        _ => return Err(NumberFault::NeedsE164),
    };
    phone_uri(&user, proxy)
}

/// The Request-URI of a call to a carrier. It is as [`teams_request_uri`] says; emergency numbers,
/// short codes and bare extensions go as they are dialled.
///
/// # Errors
///
/// [`NumberFault::NotDialable`] for a masked or absent number.
pub fn carrier_request_uri(number: &PhoneNumber, host: &str) -> Result<Uri, NumberFault> {
    let user = match number {
        PhoneNumber::Emergency(service) if service.starts_with("urn:") => {
            return Uri::parse(service.as_bytes()).map_err(|_| NumberFault::NotDialable);
        }
        PhoneNumber::Extension { main: Some(main), extension } => with_extension(main, extension),
        PhoneNumber::E164(_)
        | PhoneNumber::Emergency(_)
        | PhoneNumber::ShortCode(_)
        | PhoneNumber::Extension { main: None, .. } => number.reveal().to_owned(),
        _ => return Err(NumberFault::NotDialable),
    };
    phone_uri(&user, host).map(Uri::Sip)
}

/// The address of a caller as we show it: `sip:+…@host;user=phone`, or an anonymous one.
#[must_use]
pub fn caller_uri(number: &PhoneNumber, host: &str) -> Option<SipUri> {
    let user = match number {
        PhoneNumber::Extension { main: Some(main), extension } => with_extension(main, extension),
        PhoneNumber::Masked(_) | PhoneNumber::Anonymous => return None,
        other => other.reveal().to_owned(),
    };
    phone_uri(&user, host).ok()
}

/// The number that a URI names, as it was dialled.
#[must_use]
pub fn number_of(uri: &Uri) -> PhoneNumber {
    match uri {
        Uri::Sip(uri) => presented(&uri.user_decoded().unwrap_or_default()),
        Uri::Tel(uri) => match uri.params().get("ext") {
            Some(extension) => PhoneNumber::presented(&format!("{};ext={extension}", uri.digits())),
            None => PhoneNumber::presented(&uri.digits()),
        },
        Uri::Other(uri) => {
            let text = uri.reveal();
            let (service, rest) = text.split_at_checked(SOS.len()).unwrap_or_default();
            // `urn:service:sosial` would be another service.
            let sos = rest.is_empty() || rest.starts_with(['.', ';', '?']);
            if sos && service.eq_ignore_ascii_case(SOS) {
                PhoneNumber::Emergency(text.to_ascii_lowercase().into())
            } else {
                PhoneNumber::Anonymous
            }
        }
    }
}

/// Who calls, as a trusted peer says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) address: Address,
    pub(crate) display: Option<String>,
    pub(crate) private: bool,
}

/// Reads who calls: the asserted identity before From, for a peer that is trusted to assert it.
///
/// With `Privacy: id` the identity is still told, together with the wish not to show it
/// (RFC 3325 §9.3). An anonymous From with an asserted identity is what Teams sends when a user
/// withholds the number.
pub(crate) fn caller(request: &Request) -> Caller {
    let headers = request.headers();
    let private = headers
        .list::<Privacy>()
        .unwrap_or_default()
        .iter()
        .any(|privacy| ["id", "user", "header"].iter().any(|value| privacy.contains(value)));
    let asserted: Vec<NameAddr> = headers
        .list::<PAssertedIdentity>()
        .unwrap_or_default()
        .into_iter()
        .map(PAssertedIdentity::into_inner)
        .collect();
    let from = headers.typed::<FromHeader>().ok().flatten().map(FromHeader::into_inner);
    let numbered = asserted.iter().find(|identity| number_of(&identity.uri).e164().is_some());
    let best = numbered.or(asserted.first()).or(from.as_ref());
    let display = asserted
        .iter()
        .chain(from.as_ref())
        .find_map(|party| party.display.as_ref())
        .map(|name| name.reveal().into_owned())
        .filter(|name| !name.is_empty());
    Caller {
        address: best.map_or(Address::Anonymous, |party| address(&party.uri)),
        display,
        private,
    }
}

fn address(uri: &Uri) -> Address {
    match number_of(uri) {
        PhoneNumber::Anonymous => match uri {
            Uri::Sip(sip) if is_anonymous(sip) => Address::Anonymous,
            other => Address::Sip(other.reveal().into()),
        },
        number => Address::Phone(number),
    }
}

fn is_anonymous(uri: &SipUri) -> bool {
    let host = uri.host().name().is_some_and(|name| name.eq_ignore_ascii_case("anonymous.invalid"));
    let user = uri.user_decoded().unwrap_or_default();
    host || user.is_empty()
        || ["anonymous", "unavailable", "restricted"]
            .iter()
            .any(|word| user.eq_ignore_ascii_case(word))
}

fn presented(user: &str) -> PhoneNumber {
    if user.contains(";ext=") {
        return PhoneNumber::presented(user);
    }
    // Other parameters of the user part, as in `+1425…;npdi`, say nothing about the number.
    PhoneNumber::presented(user.split(';').next().unwrap_or_default())
}

fn with_extension(main: &E164, extension: &str) -> String {
    format!("{};ext={extension}", main.reveal())
}

fn phone_uri(user: &str, host: &str) -> Result<SipUri, NumberFault> {
    let host = Host::parse(host).map_err(|_| NumberFault::Host)?;
    SipUri::new(host)
        .with_user(user)
        .with_param("user", Some("phone"))
        .map_err(|_| NumberFault::NotDialable)
}

/// Why a number cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberFault {
    /// Teams takes only full international numbers.
    #[error("a call into Teams needs an E.164 number, as in +14255550100")]
    NeedsE164,
    /// There are no digits to dial.
    #[error("a masked or absent number cannot be called")]
    NotDialable,
    /// The host of the peer cannot stand in a URI.
    #[error("the host of the peer cannot stand in a uri")]
    Host,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Method;

    fn text(uri: &SipUri) -> String {
        Uri::Sip(uri.clone()).reveal()
    }

    #[test]
    fn a_call_into_teams_needs_the_plus_sign() {
        let host = "sip.pstnhub.microsoft.com";
        let cases = [
            ("+14255550100", Ok("sip:+14255550100@sip.pstnhub.microsoft.com;user=phone")),
            (
                "+14255388701;ext=1001",
                Ok("sip:+14255388701;ext=1001@sip.pstnhub.microsoft.com;user=phone"),
            ),
            ("911", Err(NumberFault::NeedsE164)),
            ("1001", Err(NumberFault::NeedsE164)),
            ("+1425555****", Err(NumberFault::NeedsE164)),
        ];
        for (number, expected) in cases {
            let found = teams_request_uri(&PhoneNumber::presented(number), host);
            assert_eq!(found.as_ref().map(text).map_err(|e| *e), expected.map(str::to_owned));
        }
    }

    #[test]
    fn a_carrier_is_dialled_emergency_numbers_without_a_plus_sign() {
        let cases = [
            (PhoneNumber::Emergency("112".into()), "sip:112@192.0.2.7;user=phone"),
            (PhoneNumber::Emergency("urn:service:sos".into()), "urn:service:sos"),
            (PhoneNumber::presented("1001"), "sip:1001@192.0.2.7;user=phone"),
        ];
        for (number, expected) in cases {
            assert_eq!(carrier_request_uri(&number, "192.0.2.7").unwrap().reveal(), expected);
        }
        assert_eq!(
            carrier_request_uri(&PhoneNumber::Anonymous, "192.0.2.7"),
            Err(NumberFault::NotDialable)
        );
    }

    #[test]
    fn the_number_of_a_uri_is_read_as_it_was_dialled() {
        let cases = [
            ("sip:+14255550100@sbc.contoso.com;user=phone", "+14255550100"),
            ("sip:%2B14255550100@sbc.contoso.com", "+14255550100"),
            ("sip:+14255550100;npdi@sbc.contoso.com", "+14255550100"),
            ("sip:911@sbc.contoso.com", "911"),
            ("tel:+1-425-555-0100", "+14255550100"),
            ("urn:service:sos", "urn:service:sos"),
            ("URN:service:SOS.fire", "urn:service:sos.fire"),
            ("urn:service:sosial", "anonymous"),
            ("sip:service@127.0.0.1", "anonymous"),
            ("sip:sbc.contoso.com", "anonymous"),
        ];
        for (uri, expected) in cases {
            assert_eq!(number_of(&Uri::parse(uri).unwrap()).reveal(), expected, "{uri}");
        }
    }

    #[test]
    fn an_asserted_identity_counts_more_than_an_anonymous_from() {
        let invite = |lines: &[(&str, &str)]| {
            lines.iter().fold(
                Request::new(
                    Method::Invite,
                    Uri::parse("sip:+14255550100@sbc.contoso.com").unwrap(),
                ),
                |request, (name, value)| request.with_header(*name, value).unwrap(),
            )
        };
        let anonymous = ("From", "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1");
        let withheld = caller(&invite(&[
            anonymous,
            ("P-Asserted-Identity", "<sip:ann@contoso.com>, \"Ann\" <tel:+14255550123>"),
            ("Privacy", "id"),
        ]));
        assert_eq!(withheld.address.number().map(E164::reveal), Some("+14255550123"));
        assert!(withheld.private);
        assert_eq!(withheld.display.as_deref(), Some("Ann"));
        let unknown = caller(&invite(&[anonymous]));
        assert_eq!((unknown.address, unknown.private), (Address::Anonymous, false));
        let named = caller(&invite(&[("From", "<sip:sipp@127.0.0.1:5062>;tag=1")]));
        assert_eq!(named.address, Address::Sip("sip:sipp@127.0.0.1:5062".into()));
        assert_eq!(caller(&invite(&[])).address, Address::Anonymous);
    }
}
