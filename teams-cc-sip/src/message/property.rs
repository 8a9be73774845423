//! What holds for every message.

use proptest::prelude::*;

use super::*;

fn token() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9.!%*_+`'~-]{1,12}"
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,5}){1,2}",
        any::<std::net::Ipv4Addr>().prop_map(|a| a.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|a| format!("[{a}]")),
    ]
}

fn uri() -> impl Strategy<Value = String> {
    let user =
        prop::option::of("(\\+?[0-9]{3,15}|[a-zA-Z0-9&=+$,;?/_.!~*'()-]{1,10}|%[0-9a-fA-F]{2})");
    let port = prop::option::of(any::<u16>());
    let params = prop::collection::vec(
        ("[a-z-]{1,8}", prop::option::of("[a-zA-Z0-9:/%]{0}[a-z0-9:/]{1,9}")),
        0..4,
    );
    prop_oneof![
        (user, host(), port, params).prop_map(|(user, host, port, params)| {
            let user = user.map(|u| format!("{u}@")).unwrap_or_default();
            let port = port.map(|p| format!(":{p}")).unwrap_or_default();
            let params: String = params
                .into_iter()
                .enumerate()
                .map(|(i, (n, v))| v.map_or(format!(";{n}{i}"), |v| format!(";{n}{i}={v}")))
                .collect();
            format!("sip:{user}{host}{port}{params}")
        }),
        "tel:\\+[0-9]{3,15}(;ext=[0-9]{1,4})?",
        "urn:service:sos(\\.[a-z]{1,6})?",
    ]
}

fn display() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        "[a-zA-Z]{1,8}( [a-zA-Z]{1,8})? ".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(|octets| {
            let mut name = vec![b'"'];
            for octet in octets.into_iter().filter(|o| !o.is_ascii_control()) {
                if matches!(octet, b'"' | b'\\') {
                    name.push(b'\\');
                }
                name.push(octet);
            }
            name.extend_from_slice(b"\" ");
            name
        }),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(|octets| {
        octets
            .into_iter()
            .filter(|o| !o.is_ascii_control())
            .collect::<Vec<_>>()
            .trim_ascii()
            .to_vec()
    })
}

prop_compose! {
    fn message()(
        uri in uri(),
        name in display(),
        tag in token(),
        call_id in token(),
        number in 0u32..1 << 31,
        extra in prop::collection::vec(("X-[a-z]{1,8}", value(), any::<bool>()), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) -> Vec<u8> {
        let mut wire = format!("BYE {uri} SIP/2.0\r\nv: SIP/2.0/TCP h.example.com;branch={tag}\r\nf : ")
            .into_bytes();
        wire.extend_from_slice(&name);
        wire.extend_from_slice(
            format!("<{uri}>;tag={tag}\r\nt: <{uri}>\r\ni: {call_id}\r\nCSeq: {number} BYE\r\n")
                .as_bytes(),
        );
        for (name, value, fold) in extra {
            wire.extend_from_slice(name.as_bytes());
            wire.extend_from_slice(if fold { b":\r\n \t" } else { b":" });
            wire.extend_from_slice(&value);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(format!("l: {}\r\n\r\n", body.len()).as_bytes());
        wire.extend_from_slice(&body);
        wire
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_was_read(wire in message()) {
        let read = verdict(&wire).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let written = read.encode();
        let again = verdict(&written).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(again == read, "{:?}", read);
        prop_assert_eq!(again.encode(), written);
    }

    #[test]
    fn no_header_is_lost(wire in message()) {
        let lines = wire.windows(2).take_while(|w| w != b"\n\r").filter(|w| w[0] == b'\n').count();
        let folds = wire
            .windows(3)
            .take_while(|w| &w[1..] != b"\n\r")
            .filter(|w| w[..2] == *b"\r\n" && matches!(w[2], b' ' | b'\t'))
            .count();
        let read = verdict(&wire).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(read.headers().len(), lines - folds);
    }

    #[test]
    fn a_stream_reads_as_its_messages(
        wires in prop::collection::vec(message(), 1..4),
        sizes in prop::collection::vec(1usize..90, 1..6),
    ) {
        let stream = wires.concat();
        let expected: Vec<Message> = wires.iter().map(|w| verdict(w).unwrap()).collect();
        let mut decoder = StreamDecoder::default();
        let (mut rest, mut seen) = (stream.as_slice(), Vec::new());
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, tail) = rest.split_at((*size).min(rest.len()));
            rest = tail;
            decoder.push(chunk);
            while let Some(frame) = decoder.next_frame().unwrap() {
                match frame {
                    Frame::Message(message) => seen.push(*message),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
        prop_assert!(seen == expected);
        prop_assert!(!decoder.is_mid_message());
    }

    #[test]
    fn hostile_octets_never_panic(wire in message(), at in any::<prop::sample::Index>(), octets in prop::collection::vec(any::<u8>(), 1..6)) {
        let mut wire = wire;
        let at = at.index(wire.len());
        let end = (at + octets.len()).min(wire.len());
        wire.splice(at..end, octets);
        if let Ok(message) = Message::parse_datagram(&wire, &Limits::default()) {
            let _ = message.validate();
            let _ = every_typed_header(message.headers());
            let _ = format!("{message:?}");
            let written = message.encode();
            let again = Message::parse_datagram(&written, &Limits::default()).unwrap();
            prop_assert_eq!(again.encode(), written);
        }
    }

    #[test]
    fn a_uri_is_written_as_it_was_read(text in uri()) {
        let read = Uri::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        prop_assert_eq!(read.reveal(), text);
        prop_assert!(read.equivalent(&read));
    }

    /// Without `%`: text that already looks escaped is taken as escaped.
    #[test]
    fn a_user_of_any_text_comes_back(user in "[^%\\p{C}]{1,20}") {
        let built = SipUri::new(Host::parse("h.example.com").unwrap()).with_user(&user);
        let read = Uri::parse(Uri::from(built).reveal()).unwrap();
        let decoded = read.as_sip().unwrap().user_decoded();
        prop_assert_eq!(decoded, Some(user));
    }
}
