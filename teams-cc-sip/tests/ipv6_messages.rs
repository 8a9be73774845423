//! The cases of RFC 5118, section by section, with messages of our own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::IpAddr;

use teams_cc_sip::{
    message::{Contact, Host, Message, Rule, Uri, Via, verdict},
    sdp::SessionDescription,
};

fn message(uri: &str, via: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {via}\r\nFrom: <sip:user@example.com>;tag=8\r\n\
         To: <sip:user@example.com>\r\nCall-ID: 5118@example.com\r\nMax-Forwards: 70\r\n\
         CSeq: 9 REGISTER\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn read(uri: &str, via: &str, more: &str) -> Message {
    verdict(&message(uri, via, more, "")).unwrap_or_else(|e| panic!("{uri} {via} {more}: {e}"))
}

fn request_uri(message: &Message) -> Uri {
    message.as_request().unwrap().uri().clone()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

const VIA: &str = "[2001:db8::9:1];branch=z9hG4bKas3";

#[test]
fn an_ipv6_reference_is_read_in_every_place_of_an_address() {
    // §4.1
    let message = read("sip:[2001:db8::10]", VIA, "Contact: <sip:caller@[2001:db8::1]>\r\n");
    assert_eq!(request_uri(&message).host().unwrap().address(), Some(address("2001:db8::10")));
    let via: Via = message.headers().first().unwrap().unwrap();
    assert_eq!(via.host, Host::parse("2001:db8::9:1").unwrap());
    let contact: Contact = message.headers().first().unwrap().unwrap();
    let host = contact.addr().unwrap().uri.host().unwrap().address();
    assert_eq!(host, Some(address("2001:db8::1")));
}

#[test]
fn an_ipv6_address_without_brackets_is_refused_with_400() {
    // §4.2
    let bytes = message("sip:2001:db8::10", VIA, "", "");
    let fault = Message::parse_datagram(&bytes, &teams_cc_sip::message::Limits::default());
    let fault = fault.unwrap_err();
    assert!(matches!(fault.error.rule(), Rule::Port | Rule::Host), "{}", fault.error);
    assert_eq!(fault.answer.unwrap().status().as_u16(), 400);
    assert!(verdict(&message("sip:example.com", "2001:db8::9:1;branch=x", "", "")).is_err());
}

#[test]
fn a_port_is_one_only_behind_the_bracket() {
    let port = |uri: &str| request_uri(&read(uri, VIA, "")).as_sip().unwrap().port();
    // §4.3: read as a part of the address, which RFC 5118 says is what it is.
    assert_eq!(port("sip:[2001:db8::10:5070]"), None);
    let uri = request_uri(&read("sip:[2001:db8::10:5070]", VIA, ""));
    assert_eq!(uri.host().unwrap().address(), Some(address("2001:db8::10:5070")));
    // §4.4
    assert_eq!(port("sip:[2001:db8::10]:5070"), Some(5070));
}

#[test]
fn a_received_address_is_read_with_and_without_brackets() {
    // §4.5
    for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
        let via = format!("{VIA};received={received}");
        let message = read("sip:[2001:db8::10]", &via, "");
        let via: Via = message.headers().first().unwrap().unwrap();
        assert_eq!(via.received(), Some(address("2001:db8::9:255")), "{received}");
        assert_eq!(verdict(&message.encode()).unwrap(), message);
    }
}

#[test]
fn a_session_description_names_ipv6_addresses() {
    // §4.6 and §4.8
    for (origin, connection) in [
        ("IN IP6 2001:db8::20", "IN IP6 2001:db8::20"),
        ("IN IP4 192.0.2.30", "IN IP6 2001:db8::20"),
    ] {
        let body = format!(
            "v=0\r\no=assistant 971731711378798081 0 {origin}\r\ns=Live\r\nc={connection}\r\n\
             t=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 2\r\na=rtpmap:2 G726-32/8000\r\n\
             m=video 6024 RTP/AVP 107\r\na=rtpmap:107 H263-1998/90000\r\n"
        );
        let kind = "Content-Type: application/sdp\r\n";
        let message = verdict(&message("sip:[2001:db8::10]", VIA, kind, &body)).unwrap();
        let description = SessionDescription::parse(message.body()).unwrap();
        assert_eq!(description.media().len(), 2);
        assert_eq!(description.encode(), body.as_bytes());
    }
}

#[test]
fn both_versions_of_ip_stand_in_one_message() {
    // §4.7
    let more = "Via: SIP/2.0/UDP 192.0.2.1;received=2001:db8::9:255;branch=z9hG4bKas3-111\r\n\
                Contact: \"Caller\" <sip:caller@[2001:db8::1]>, <sip:caller@192.0.2.1>\r\n";
    let message = read("sip:user@[2001:db8::10]", VIA, more);
    let vias: Vec<Via> = message.headers().list().unwrap();
    assert_eq!(vias[1].host.address(), Some(address("192.0.2.1")));
    assert_eq!(vias[1].received(), Some(address("2001:db8::9:255")));
    assert_eq!(message.headers().list::<Contact>().unwrap().len(), 2);
}

#[test]
fn an_ipv4_address_may_be_mapped_into_ipv6() {
    // §4.9
    let message = read("sip:user@[::ffff:192.0.2.10]", "[::ffff:192.0.2.2]:5060;branch=x", "");
    assert_eq!(request_uri(&message).host().unwrap().address(), Some(address("::ffff:192.0.2.10")));
    assert_eq!(
        message.encode().as_ref().split(|b| *b == b'\r').next().unwrap(),
        b"REGISTER sip:user@[::ffff:192.0.2.10] SIP/2.0"
    );
}

#[test]
fn three_colons_are_no_address() {
    // §4.10: RFC 5954 took the extra colon out of the grammar.
    assert!(verdict(&message("sip:user@[2001:db8:::192.0.2.1]", VIA, "", "")).is_err());
    read("sip:user@[2001:db8::192.0.2.1]", VIA, "");
}

#[test]
fn an_address_spelled_otherwise_is_the_same_place_and_keeps_its_spelling() {
    // RFC 5954 §4.
    let spelled = Uri::parse("sip:a@[2001:DB8:0:0::0010]:05061").unwrap();
    let short = Uri::parse("sip:a@[2001:db8::10]:5061").unwrap();
    assert!(spelled.equivalent(&short));
    assert_eq!(spelled.reveal(), "sip:a@[2001:DB8:0:0::0010]:05061");
}
