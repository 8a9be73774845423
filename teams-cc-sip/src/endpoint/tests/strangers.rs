//! Messages of peers that are not our endpoint: odd, wrong, forked, too many.

use super::*;
use crate::endpoint::{EndpointLimits, Turned};

/// A request as a stranger sends it; `extra` lines end in a line feed.
pub(super) fn raw(method: &str, branch: &str, to_tag: &str, extra: &str) -> String {
    format!(
        "{method} sip:+15550100@192.0.2.2 SIP/2.0\nVia: SIP/2.0/TCP far.example.com;branch={branch}\n\
         From: <sip:x@far.example.com>;tag=far\nTo: <sip:+15550100@192.0.2.2>{to_tag}\n\
         Call-ID: stranger\nCSeq: 5 {method}\nContact: <sip:far.example.com;transport=tcp>\n{extra}\n"
    )
}

pub(super) fn hops(n: u8) -> String {
    format!("Max-Forwards: {n}\n")
}

pub(super) fn turned(pair: &Pair) -> Vec<Turned> {
    pair.events
        .iter()
        .filter_map(|(_, e)| match e {
            Event::Turned { why, .. } => Some(*why),
            _ => None,
        })
        .collect()
}

pub(super) fn sent(pair: &Pair) -> Vec<String> {
    pair.ladder(B).into_iter().map(|(_, name)| name).collect()
}

#[test]
fn requests_that_cannot_be_served_get_the_status_of_the_rfc() {
    for (text, status, why) in [
        (
            raw("SUBSCRIBE", "z9hG4bK1", "", &hops(70)),
            Some("405 SUBSCRIBE"),
            Turned::MethodNotAllowed,
        ),
        (raw("JUMP", "z9hG4bK1", "", &hops(70)), Some("501 JUMP"), Turned::MethodNotAllowed),
        (raw("INVITE", "z9hG4bK1", "", &hops(0)), Some("483 INVITE"), Turned::TooManyHops),
        (raw("BYE", "z9hG4bK1", "", &hops(70)), Some("481 BYE"), Turned::UnknownCall),
        (raw("INFO", "z9hG4bK1", ";tag=no", &hops(70)), Some("481 INFO"), Turned::UnknownCall),
        (raw("CANCEL", "z9hG4bK1", "", &hops(70)), Some("481 CANCEL"), Turned::UnknownCall),
        (raw("ACK", "z9hG4bK1", ";tag=no", &hops(70)), None, Turned::StrayAck),
        (
            raw("INVITE", "z9hG4bK1", "", "Max-Forwards: 70\nRequire: 100rel, timer\n"),
            Some("420 INVITE"),
            Turned::BadExtension,
        ),
        (
            raw("INVITE", "z9hG4bK1", "", "Max-Forwards: 70\nReplaces: a;to-tag=b;from-tag=c\n"),
            Some("481 INVITE"),
            Turned::UnknownCall,
        ),
        (
            raw("OPTIONS", "z9hG4bK1", "", &hops(70)).replace("CSeq: 5 OPTIONS", "CSeq: 5 INFO"),
            Some("400 INFO"),
            Turned::Malformed,
        ),
        (
            raw("OPTIONS", "z9hG4bK1", "", &hops(70)).replace("Via:", "X-Via:"),
            None,
            Turned::Malformed,
        ),
        ("not sip at all\n\n".to_owned(), None, Turned::Malformed),
    ] {
        let mut pair = Pair::new(Link::TCP);
        pair.inject(B, &text);
        assert_eq!(sent(&pair), Vec::from_iter(status.map(str::to_owned)), "{text}");
        assert_eq!(turned(&pair), [why], "{text}");
        assert!(pair.b.is_idle(), "{text}");
    }
}

#[test]
fn refusals_name_what_is_served_and_what_is_not() {
    let mut pair = Pair::new(Link::TCP);
    pair.inject(B, &raw("SUBSCRIBE", "z9hG4bK1", "", &hops(70)));
    pair.inject(B, &raw("INVITE", "z9hG4bK2", "", "Require: 100rel, timer\n"));
    let header = |at: usize, name: &str| {
        let headers = pair.sent[at].2.headers();
        headers.get_all(name).map(|h| h.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(header(0, "Allow"), "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER");
    assert_eq!(header(1, "Unsupported"), "100rel, timer");
}

#[test]
fn a_refusal_without_state_has_the_same_tag_each_time() {
    let mut pair = Pair::new(Link::TCP);
    let text = raw("INFO", "z9hG4bK1", ";tag=no", &hops(70)).replace(";tag=no", "");
    let text = text.replace("INFO", "SUBSCRIBE");
    pair.inject(B, &text);
    pair.inject(B, &text);
    assert_eq!(pair.sent[0].2.encode(), pair.sent[1].2.encode());
    assert!(pair.sent[0].2.headers().get_str("To").unwrap().contains(";tag="));
}

#[test]
fn options_with_no_hops_left_is_still_answered_by_the_application() {
    let mut pair = Pair::new(Link::TCP);
    pair.inject(B, &raw("OPTIONS", "z9hG4bK1", "", &hops(0)));
    assert!(pair.find(B, |e| matches!(e, Event::Request { .. }).then_some(())).is_some());
}

#[test]
fn a_request_that_comes_on_two_ways_is_refused_once() {
    let mut pair = Pair::new(Link::TCP);
    pair.inject(B, &raw("INVITE", "z9hG4bK1", "", &hops(70)));
    pair.inject(B, &raw("INVITE", "z9hG4bK2", "", &hops(69)));
    assert_eq!(sent(&pair), ["100 INVITE", "482 INVITE"]);
    assert_eq!(turned(&pair), [Turned::Merged]);
    let call = pair.incoming(B);
    pair.respond(B, call, 486);
    pair.inject(B, &raw("ACK", "z9hG4bK1", ";tag=any", &hops(70)));
    pair.finish();
}

#[test]
fn a_request_behind_its_time_gets_500() {
    let mut pair = Pair::new(Link::TCP);
    pair.inject(B, &raw("INVITE", "z9hG4bK1", "", &hops(70)));
    let call = pair.incoming(B);
    pair.respond(B, call, 200);
    let tag = pair.sent.last().unwrap().2.headers().get_str("To").unwrap().to_owned();
    let tag = format!(";tag={}", tag.rsplit('=').next().unwrap());
    pair.inject(B, &raw("ACK", "z9hG4bK2", &tag, &hops(70)));
    for (number, branch, expected) in [
        (4, "z9hG4bK3", "500 INFO"),
        (5, "z9hG4bK4", "500 INFO"),
        (9, "z9hG4bK5", ""),
        (8, "z9hG4bK6", "500 INFO"),
    ] {
        let before = pair.sent.len();
        let text = raw("INFO", branch, &tag, &hops(70));
        pair.inject(B, &text.replace("CSeq: 5", &format!("CSeq: {number}")));
        let answer = pair.sent.get(before).map(|(_, _, m)| name(m)).unwrap_or_default();
        assert_eq!(answer, expected, "{number}");
    }
    let text = raw("BYE", "z9hG4bK9", &tag, &hops(70)).replace("CSeq: 5", "CSeq: 10");
    pair.inject(B, &text);
    pair.finish();
}

#[test]
fn responses_and_acks_of_nobody_are_dropped_and_told() {
    let mut pair = Pair::new(Link::UDP);
    pair.inject(
        A,
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnone\nFrom: <sip:a@b>;tag=1\n\
         To: <sip:c@d>;tag=2\nCall-ID: x\nCSeq: 1 INVITE\n\n",
    );
    assert_eq!(turned(&pair), [Turned::StrayResponse]);
    assert!(pair.sent.is_empty());
}

#[test]
fn at_its_bounds_the_endpoint_says_503_and_still_ends_calls() {
    let mut pair = Pair::new(Link::TCP);
    pair.b.core.config.limits = EndpointLimits::default().calls(1);
    let (a, b) = pair.connect();
    let second = pair.invite(A);
    pair.run_ms(50);
    match pair.end(A, second) {
        CallEnd::Rejected(response) => {
            assert_eq!(response.status().as_u16(), 503);
            assert_eq!(response.headers().get_str("Retry-After"), Some("5"));
        }
        other => panic!("{other:?}"),
    }
    pair.b.core.config.limits = EndpointLimits::default().transactions(4);
    for n in 0..10 {
        let text = raw("OPTIONS", &format!("z9hG4bK{n}"), "", &hops(70));
        pair.inject(B, &text.replace("Call-ID: stranger", &format!("Call-ID: {n}")));
    }
    assert_eq!(pair.times(B, "503 OPTIONS").len(), 7);
    pair.bye(A, a);
    pair.run_ms(50);
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    pair.finish();
}

/// A stranger's response to A's INVITE, from the branch of a fork.
fn answer(invite: &Request, status: &str, tag: &str) -> String {
    let line = |name| format!("{name}: {}\n", invite.headers().get_str(name).unwrap());
    format!(
        "SIP/2.0 {status}\n{}{}To: <sip:+15550100@192.0.2.2>;tag={tag}\n{}{}\
         Contact: <sip:{tag}.example.com;transport=tcp>\n\n",
        line("Via"),
        line("From"),
        line("Call-ID"),
        line("CSeq")
    )
}

#[test]
fn a_forked_call_is_answered_once_and_further_answers_are_hung_up() {
    let mut pair = Pair::new(Link::TCP);
    pair.lose = Some(Box::new(|_, _| true));
    let a = pair.invite(A);
    let invite = pair.sent[0].2.as_request().unwrap().clone();
    for (status, tag) in [
        ("180 Ringing", "one"),
        ("180 Ringing", "two"),
        ("183 Session Progress", "one"),
        ("200 OK", "two"),
        ("200 OK", "two"),
        ("200 OK", "one"),
        ("200 OK", "one"),
        ("200 OK", "three"),
    ] {
        pair.inject(A, &answer(&invite, status, tag));
    }
    let forks: Vec<_> = pair
        .events
        .iter()
        .filter_map(|(_, e)| match e {
            Event::Provisional { fork, .. } => *fork,
            Event::Answered { fork, .. } => Some(100 + fork),
            _ => None,
        })
        .collect();
    assert_eq!(forks, [0, 1, 0, 101]);
    let sent: Vec<_> = pair
        .sent
        .iter()
        .filter_map(|(_, _, m)| m.as_request())
        .map(|r| format!("{} {}", r.method(), r.uri().reveal()))
        .collect();
    let to = |method: &str, tag: &str| format!("{method} sip:{tag}.example.com;transport=tcp");
    assert_eq!(
        sent,
        [
            "INVITE sip:+15550100@192.0.2.2".to_owned(),
            to("ACK", "two"),
            to("ACK", "two"),
            to("ACK", "one"),
            to("BYE", "one"),
            to("ACK", "one"),
            to("ACK", "three"),
            to("BYE", "three"),
        ]
    );
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn forks_beyond_the_bound_are_heard_but_not_told_apart() {
    let mut pair = Pair::new(Link::TCP);
    pair.lose = Some(Box::new(|_, _| true));
    pair.invite(A);
    let invite = pair.sent[0].2.as_request().unwrap().clone();
    for n in 0..40 {
        pair.inject(A, &answer(&invite, "180 Ringing", &format!("t{n}")));
    }
    assert_eq!(pair.a.core.dialogs.len(), 16);
    pair.inject(A, &answer(&invite, "486 Busy Here", "t3"));
    assert_eq!(pair.a.core.dialogs.len(), 0);
    pair.finish();
}

#[test]
fn an_invite_that_replaces_a_call_says_which() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    let id = pair.b.calls[&b].dialog.as_ref().unwrap().id.clone();
    let line =
        format!("Replaces: {};to-tag={};from-tag={}\n", id.call_id, id.local_tag, id.remote_tag);
    pair.inject(B, &raw("INVITE", "z9hG4bK1", "", &line));
    let replaces = pair.find(B, |e| match e {
        Event::IncomingInvite { replaces, .. } => Some(*replaces),
        _ => None,
    });
    assert_eq!(replaces, Some(Some(b)));
    pair.inject(
        B,
        &raw("INVITE", "z9hG4bK2", "", &format!("{};early-only\n", line.trim()))
            .replace("tag=far", "tag=far2"),
    );
    assert_eq!(pair.times(B, "486 INVITE").len(), 1);
    let new = pair.incoming(B);
    pair.respond(B, new, 603);
    pair.inject(B, &raw("ACK", "z9hG4bK1", ";tag=any", ""));
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn a_datagram_is_answered_where_its_via_says() {
    let via = |v: &str| {
        raw("SUBSCRIBE", "x", "", &hops(70)).replace(
            "SIP/2.0/TCP far.example.com;branch=x",
            &format!("SIP/2.0/UDP {v};branch=z9hG4bK1"),
        )
    };
    let source: std::net::SocketAddr = "198.51.100.7:40000".parse().unwrap();
    let flow = super::super::Route::Flow(FLOW);
    let to =
        |port| super::super::Route::Target(Target::new(TransportKind::Udp, "198.51.100.7", port));
    for (hop, expected) in [
        ("far.example.com;rport", flow.clone()),
        ("far.example.com:40000", flow),
        ("far.example.com", to(5060)),
        ("10.0.0.1:5070;maddr=203.0.113.9", to(5070)),
    ] {
        let mut endpoint = Endpoint::new(EndpointConfig::new("192.0.2.2", 1).unwrap());
        let text = via(hop).replace('\n', "\r\n");
        let message = Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap();
        let origin = Origin::new(FLOW, TransportKind::Udp, source);
        let input = Input::Received { origin, message: Box::new(message) };
        endpoint.handle_input(Instant::ZERO, input).unwrap();
        match endpoint.poll_output() {
            Output::Transmit(transmit) => {
                assert_eq!(transmit.to, expected, "{hop}");
                let via = transmit.message.headers().get_str("Via").unwrap().to_owned();
                assert!(via.contains("received=198.51.100.7"), "{via}");
                assert_eq!(via.contains("rport=40000"), hop.contains("rport"), "{via}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn requests_in_a_call_use_the_route_and_never_the_peers_connection_unless_told() {
    for (reuse, expected) in [(false, None), (true, Some(FLOW))] {
        let mut pair = Pair::new(Link::TCP);
        pair.lose = Some(Box::new(|_, _| true));
        let line = "Max-Forwards: 70\nRecord-Route: <sip:edge.example.com:5062;transport=tls;lr>\n";
        pair.inject(B, &raw("INVITE", "z9hG4bK1", "", line));
        let call = pair.incoming(B);
        if reuse {
            pair.order(B, Command::ReuseFlow { call }).unwrap();
        }
        pair.respond(B, call, 200);
        let answer = &pair.sent.last().unwrap().2;
        assert!(answer.headers().get_str("Record-Route").unwrap().contains("edge.example.com"));
        let tag = answer.headers().get_str("To").unwrap().rsplit('=').next().unwrap().to_owned();
        pair.inject(B, &raw("ACK", "z9hG4bK2", &format!(";tag={tag}"), &hops(70)));
        let now = pair.now;
        let bye = Command::Bye { call, extras: Extras::new() };
        pair.b.handle_input(now, bye.into()).unwrap();
        match pair.b.poll_output() {
            Output::Transmit(transmit) => match (&transmit.to, expected) {
                (super::super::Route::Flow(flow), Some(expected)) => assert_eq!(*flow, expected),
                (super::super::Route::Target(target), None) => {
                    assert_eq!(target.to_string(), "TLS edge.example.com:5062");
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn outputs_that_nobody_takes_stop_further_input() {
    let mut endpoint = Endpoint::new(EndpointConfig::new("192.0.2.2", 1).unwrap());
    endpoint.core.config.limits.outputs = 3;
    let origin = Origin::new(FLOW, TransportKind::Tcp, "192.0.2.1:5060".parse().unwrap());
    let mut refused = 0;
    for n in 0..5 {
        let text = raw("SUBSCRIBE", &format!("z9hG4bK{n}"), "", &hops(70)).replace('\n', "\r\n");
        let message = Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap();
        let input = Input::Received { origin, message: Box::new(message) };
        refused += usize::from(endpoint.handle_input(Instant::ZERO, input).is_err());
    }
    assert_eq!(refused, 3);
    while !matches!(endpoint.poll_output(), Output::Timeout(_)) {}
    assert!(endpoint.handle_input(Instant::ZERO, Input::Wake).is_ok());
}
