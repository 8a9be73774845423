//! When two SIP URIs are the same (RFC 3261 §19.1.4).

use super::{SipUri, escape::unescape};

/// Parameters that never match a URI that lacks them.
const DECISIVE: &[&str] = &["user", "ttl", "method", "maddr", "transport"];

pub(crate) fn sip(a: &SipUri, b: &SipUri) -> bool {
    let user = |u: &SipUri| u.user().map(|p| normal(p.as_bytes()));
    let password = |u: &SipUri| u.password().map(|p| normal(p.as_bytes()));
    a.scheme() == b.scheme()
        && user(a) == user(b)
        && password(a) == password(b)
        && a.host().matches(b.host())
        && a.port() == b.port()
        && params_agree(a, b)
        && params_agree(b, a)
        && headers(a) == headers(b)
}

fn params_agree(a: &SipUri, b: &SipUri) -> bool {
    a.params().iter().all(|p| match b.params().find(p.name()) {
        Some(twin) => match (p.raw(), twin.raw()) {
            (Some(one), Some(other)) => normal(one).eq_ignore_ascii_case(&normal(other)),
            (one, other) => one.is_none() && other.is_none(),
        },
        None => !DECISIVE.iter().any(|d| p.name().eq_ignore_ascii_case(d)),
    })
}

fn headers(uri: &SipUri) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> =
        uri.header_fields().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    all.sort();
    all
}

/// Escapes of characters outside the reserved set of RFC 2396 are taken off; others stay and
/// get upper-case digits.
fn normal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while let Some(&byte) = text.get(i) {
        match text.get(i..i + 3) {
            Some(escape) if byte == b'%' => {
                match unescape(escape).as_slice() {
                    [plain] if !b";/?:@&=+$,%".contains(plain) => out.push(*plain),
                    _ => out.extend(escape.iter().map(u8::to_ascii_uppercase)),
                }
                i += 3;
            }
            _ => {
                out.push(byte);
                i += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::message::Uri;

    #[test]
    fn the_examples_of_rfc_3261_compare_as_the_rfc_says() {
        let cases = [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp", true),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
                true,
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
                true,
            ),
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false),
            ("sip:a%2Fb@x.com", "sip:a/b@x.com", false),
            ("sip:a%2fb@x.com", "sip:a%2Fb@x.com", true),
        ];
        for (a, b, expected) in cases {
            let (a, b) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
            assert_eq!(a.equivalent(&b), expected, "{} {}", a.reveal(), b.reveal());
            assert_eq!(b.equivalent(&a), expected, "{} {}", b.reveal(), a.reveal());
        }
    }
}
