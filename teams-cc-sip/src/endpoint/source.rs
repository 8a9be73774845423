//! Where a request came from, noted in its top Via (RFC 3261 §18.2.1, RFC 3581 §4).

use std::net::SocketAddr;

use crate::message::{HeaderName, Headers, Via, address_text};

/// Notes the source of a request, for the responses that carry it back.
pub(crate) fn note(headers: &mut Headers, via: &mut Via, source: SocketAddr) {
    let plain = {
        let mut lines = headers.get_all(HeaderName::Via);
        let only = lines.next().filter(|_| lines.next().is_none());
        only.and_then(|line| noted(line.value(), source))
    };
    if plain.is_some_and(|text| headers.set(HeaderName::Via, text).is_ok()) {
        return;
    }
    via.set_source(source.ip(), source.port());
    headers.replace_first(&*via);
}

/// The one hop of a line that asks for the port and says nothing of either yet, with both added;
/// nothing where that takes more than adding text.
fn noted(line: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
    if line.iter().any(|b| matches!(b, b'"' | b',')) {
        return None;
    }
    let mut asked = None;
    let mut at = 0;
    for part in line.split(|b| *b == b';') {
        let (start, end) = (at, at + part.len());
        at = end + 1;
        let name = part.split(|b| *b == b'=').next().unwrap_or_default().trim_ascii();
        if start == 0 {
            continue;
        }
        if name.eq_ignore_ascii_case(b"received") {
            return None;
        }
        if name.eq_ignore_ascii_case(b"rport") {
            let bare = part.len() == name.len() && asked.is_none();
            asked = Some(if bare { end } else { return None });
        }
    }
    let (before, after) = line.split_at_checked(asked?)?;
    let (address, port) = (address_text(source.ip()), source.port().to_string());
    Some([before, b"=", port.as_bytes(), after, b";received=", address.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Grammar, TypedHeader as _};

    #[test]
    fn text_that_is_added_says_what_the_hop_says_that_is_written_anew() {
        let sources = ["192.0.2.7:5071", "[2001:db8::7]:5071"].map(|at| at.parse().unwrap());
        for (hop, plain) in [
            ("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport", true),
            ("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKa", true),
            ("SIP/2.0/TLS [2001:db8::1];branch=z9hG4bKa;RPort;x=1", true),
            ("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", false),
            ("SIP/2.0/UDP 192.0.2.1;rport=7;branch=z9hG4bKa", false),
            ("SIP/2.0/UDP 192.0.2.1;rport;received=192.0.2.9", false),
            ("SIP/2.0/UDP 192.0.2.1;rport;x=\";rport\"", false),
            ("SIP/2.0/UDP 192.0.2.1;rport, SIP/2.0/UDP b;rport", false),
            ("SIP/2.0/UDP 192.0.2.1;rport;rport", false),
            ("SIP/2.0/UDP 192.0.2.1; rport", false),
        ] {
            for source in sources {
                let noted = noted(hop.as_bytes(), source);
                assert_eq!(noted.is_some(), plain, "{hop}");
                let Some(noted) = noted else { continue };
                let (mut headers, mut expected) = (Headers::new(), Via::parse(hop).unwrap());
                headers.push(HeaderName::Via, hop).unwrap();
                note(&mut headers, &mut expected.clone(), source);
                expected.set_source(source.ip(), source.port());
                let read = Via::parse_value(&noted.clone().into(), &Grammar::default()).unwrap();
                assert_eq!(read, expected, "{hop}");
                assert_eq!(headers.get_str(HeaderName::Via).unwrap().as_bytes(), noted);
            }
        }
    }
}
