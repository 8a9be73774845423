//! Whom an endpoint turns away, and whom it never may.

use super::{
    strangers::{hops, raw, sent, turned},
    *,
};
use crate::endpoint::{EndpointLimits, Turned};

/// Gives a side octets as from somebody who may not send them.
fn denied(pair: &mut Pair, text: &str, status: u16) {
    let octets = text.replace('\n', "\r\n").into_bytes();
    let message = Box::new(Message::parse_datagram(&octets, &Limits::default()).unwrap());
    let origin = Origin::new(FLOW, pair.link.transport, "198.51.100.7:5060".parse().unwrap());
    let status = StatusCode::new(status).unwrap();
    let now = pair.now;
    pair.b.handle_input(now, Input::Denied { origin, message, status }).unwrap();
    pair.drain();
}

#[test]
fn who_is_denied_gets_one_status_and_leaves_no_state() {
    for method in ["INVITE", "OPTIONS", "REFER", "BYE", "CANCEL", "JUMP"] {
        let mut pair = Pair::new(Link::TCP);
        let line = "Max-Forwards: 0\nRequire: 100rel\n";
        denied(&mut pair, &raw(method, "z9hG4bK1", "", line), 403);
        assert_eq!(sent(&pair), [format!("403 {method}")]);
        assert_eq!(turned(&pair), [Turned::Denied]);
        assert!(pair.b.is_idle(), "{method}");
        let answer = &pair.sent[0].2;
        for name in ["Allow", "Contact", "Server", "Supported", "Unsupported"] {
            assert!(!answer.headers().contains(name), "{name} tells what is here");
        }
    }
    let mut pair = Pair::new(Link::TCP);
    denied(&mut pair, &raw("ACK", "z9hG4bK1", ";tag=x", ""), 403);
    assert!(pair.sent.is_empty());
}

#[test]
fn a_request_names_the_call_it_is_about() {
    let mut pair = Pair::new(Link::TCP);
    let invite = raw("INVITE", "z9hG4bK1", "", &hops(70));
    let read = |text: &str| {
        let octets = text.replace('\n', "\r\n").into_bytes();
        let message = Message::parse_datagram(&octets, &Limits::default()).unwrap();
        message.as_request().unwrap().clone()
    };
    assert_eq!(pair.b.call_of(&read(&invite)), None);
    pair.inject(B, &invite);
    let call = pair.incoming(B);
    let tag = pair.b.calls[&call].dialog.as_ref().unwrap().local_tag().to_owned();
    let tag = format!(";tag={tag}");
    for (text, expected) in [
        (invite.clone(), Some(call)),
        (raw("CANCEL", "z9hG4bK1", "", ""), Some(call)),
        (raw("CANCEL", "z9hG4bK2", "", ""), None),
        (raw("ACK", "z9hG4bK1", ";tag=any", ""), Some(call)),
        (raw("BYE", "z9hG4bK3", &tag, ""), Some(call)),
        (raw("BYE", "z9hG4bK3", ";tag=other", ""), None),
        (raw("BYE", "z9hG4bK3", "", ""), None),
    ] {
        assert_eq!(pair.b.call_of(&read(&text)), expected, "{text}");
    }
}

#[test]
fn an_urgent_call_has_room_where_no_other_has_and_no_more_than_its_own() {
    let mut pair = Pair::new(Link::TCP);
    pair.b.core.config.limits = EndpointLimits::default().calls(1).transactions(2);
    let invite = |n: u8| {
        let text = raw("INVITE", &format!("z9hG4bK{n}"), "", &hops(70));
        text.replace("Call-ID: stranger", &format!("Call-ID: {n}"))
    };
    pair.inject(B, &invite(1));
    pair.inject(B, &invite(2));
    assert_eq!(sent(&pair), ["100 INVITE", "503 INVITE"]);
    for (n, status) in [(3, "100 INVITE"), (4, "503 INVITE")] {
        let octets = invite(n).replace('\n', "\r\n").into_bytes();
        let message = Box::new(Message::parse_datagram(&octets, &Limits::default()).unwrap());
        let source = "198.51.100.7:5060".parse().unwrap();
        let origin = Origin::new(FLOW, TransportKind::Tcp, source);
        let now = pair.now;
        pair.b.handle_input(now, Input::Urgent { origin, message }).unwrap();
        pair.drain();
        assert_eq!(sent(&pair).last().unwrap(), status, "call {n}");
    }
}
