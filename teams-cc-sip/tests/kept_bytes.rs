//! What is only passed on stays as it came, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use teams_cc_sip::message::{
    Frame, HeaderName, Limits, Message, ReferTo, ReferredBy, Request, StreamDecoder, Via, verdict,
};

fn head(method: &str, more: &[u8]) -> Vec<u8> {
    let mut wire = format!(
        "{method} sip:+14255550101@sbc.example.com SIP/2.0\r\n\
         v: SIP/2.0/TLS proxy.example.net;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
         From: <sip:proxy.example.net>;tag=a\r\nTo: <sip:sbc.example.com>;tag=b\r\n\
         Call-ID: one\r\nCSeq: 2 {method}\r\n"
    )
    .into_bytes();
    wire.extend_from_slice(more);
    wire
}

/// Octets that may stand in a value: no line ends, no white space at the ends.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600).prop_map(|octets| {
        let octets: Vec<u8> = octets.into_iter().filter(|b| !b"\r\n".contains(b)).collect();
        octets.trim_ascii().to_vec()
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "X-[A-Za-z]{1,10}",
        Just("Refer-To".to_owned()),
        Just("referred-by".to_owned()),
        Just("IDENTITY".to_owned()),
        Just("Geolocation".to_owned()),
    ]
}

proptest! {
    #[test]
    fn no_octet_of_an_untouched_header_changes(
        lines in prop::collection::vec((name(), value()), 1..12),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut more = Vec::new();
        for (name, value) in &lines {
            more.extend_from_slice(name.as_bytes());
            more.extend_from_slice(b": ");
            more.extend_from_slice(value);
            more.extend_from_slice(b"\r\n");
        }
        more.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        let mut wire = head("INFO", &more);
        wire.extend_from_slice(&body);
        let read = Message::parse_datagram(&wire, &Limits::default()).unwrap();
        let written = read.encode();
        prop_assert_eq!(written.as_ref(), wire.as_slice(), "nothing was touched");

        // Another header changes; every other value is written as it came, and in its order.
        let Message::Request(mut request) = read.clone() else { unreachable!() };
        request.headers_mut().set(HeaderName::MaxForwards, "69").unwrap();
        let again = Message::parse_datagram(&request.encode(), &Limits::default()).unwrap();
        let kept: Vec<_> = again.headers().iter().skip(6).take(lines.len()).collect();
        for (header, (name, value)) in kept.iter().zip(&lines) {
            prop_assert!(header.name_str().eq_ignore_ascii_case(name));
            prop_assert_eq!(header.wire(), value.as_slice());
        }

        // Copied to another message, one by one.
        let mut copy = Request::new(request.method().clone(), request.uri().clone());
        for header in read.headers() {
            copy.headers_mut().push_header(header);
        }
        for (mine, theirs) in copy.headers().iter().zip(read.headers()) {
            prop_assert_eq!(mine.wire(), theirs.wire());
            prop_assert_eq!(mine.value(), theirs.value());
        }
        prop_assert!(copy.headers() == read.headers());
    }
}

/// Pain 71.
#[test]
fn a_referral_of_any_length_keeps_its_unknown_parameters() {
    for filler in [40, 400, 4_000, 20_000] {
        let x = "k".repeat(filler);
        let refer_to = format!(
            "<sip:sip.pstnhub.microsoft.com:5061;x-m=8:orgid:{x};x-t=a%3Ab;x-mi=;transport=tls\
             ?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3D2>"
        );
        // A parameter with an empty value is no URI of RFC 3261; it is kept, and not typed.
        let good = refer_to.replace(";x-mi=", ";x-mi");
        let by = format!("<sip:sip.pstnhub.microsoft.com:5061;x-m=8:orgid:{x}>;x-unknown=\"a;b\"");
        for (to, typed) in [(&refer_to, false), (&good, true)] {
            let more = format!("Refer-To: {to}\r\nReferred-By: {by}\r\nContent-Length: 0\r\n\r\n");
            let wire = head("REFER", more.as_bytes());
            let limits = Limits::default().head(64 * 1024);
            let message = Message::parse_datagram(&wire, &limits).unwrap();
            assert_eq!(message.headers().get_str("r"), Some(to.as_str()));
            let target = message.headers().typed::<ReferTo>();
            assert_eq!(target.is_ok(), typed);
            if let Ok(Some(target)) = target {
                assert_eq!(format!("<{}>", target.uri.reveal()), *to);
                let mut request = Request::new("INVITE".parse().unwrap(), target.uri.clone());
                let referrer: ReferredBy = message.headers().required().unwrap();
                request.headers_mut().push_typed(&referrer);
                assert_eq!(request.headers().get_str("Referred-By"), Some(by.as_str()));
            }
            assert_eq!(message.encode().as_ref(), wire);
        }
    }
}

/// A message with a doubtful line is written anew, never passed on as it came.
#[test]
fn only_a_message_nobody_can_misread_is_written_as_it_came() {
    let plain = head("INFO", b"Content-Length: 0\r\n\r\n");
    assert_eq!(verdict(&plain).unwrap().encode().as_ref(), plain);
    for doubtful in [
        head("INFO", b"Content-Length : 0\r\n\r\n"),
        head("INFO", b"\r\n"),
        String::from_utf8(plain.clone()).unwrap().replacen("SIP/2.0", "sip/2.0", 1).into_bytes(),
    ] {
        let written = verdict(&doubtful).unwrap().encode();
        assert_ne!(written.as_ref(), doubtful);
        let text = String::from_utf8(written.to_vec()).unwrap();
        assert!(
            text.contains("Content-Length: 0\r\n") && text.contains("SIP/2.0\r\nVia: "),
            "{text}"
        );
    }
    let mut decoder = StreamDecoder::default();
    decoder.push(&plain);
    let Ok(Some(Frame::Message(mut message))) = decoder.next_frame() else { panic!() };
    assert_eq!(message.encode().as_ref(), plain);
    let top: Via = message.headers().first().unwrap().unwrap();
    message.headers_mut().replace_first(&top);
    assert_ne!(message.encode().as_ref(), plain, "what was changed is written anew");
}

#[test]
fn headers_set_again_and_again_take_no_more_room() {
    let wire = head("INFO", b"Content-Length: 0\r\n\r\n");
    let Message::Request(mut request) = verdict(&wire).unwrap() else { panic!() };
    for n in 0..20_000 {
        request.headers_mut().set("X-Count", format!("{n:040}")).unwrap();
    }
    assert!(format!("{n:040}", n = 19_999) == request.headers().get_str("X-Count").unwrap());
    assert_eq!(
        request.headers().get_str("Via"),
        Some("SIP/2.0/TLS proxy.example.net;branch=z9hG4bK1")
    );
    assert!(request.encode().len() < 500);
}
