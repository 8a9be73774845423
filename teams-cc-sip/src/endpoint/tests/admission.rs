//! How much peers can make an endpoint keep, and what comes back to it.

use super::{
    strangers::{hops, raw, sent, turned},
    *,
};
use crate::endpoint::{EndpointLimits, Error, Turned};

#[test]
fn an_order_sets_how_many_calls_are_admitted_and_ends_none() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    pair.order(B, Command::Admit { calls: 0 }).unwrap();
    let second = pair.invite(A);
    pair.run_ms(50);
    match pair.end(A, second) {
        CallEnd::Rejected(response) => {
            assert_eq!(response.status().as_u16(), 503);
            assert_eq!(response.headers().get_str("Retry-After"), Some("5"));
        }
        other => panic!("{other:?}"),
    }
    let (to, call) = (pair.target(A), pair.b.reserve_call());
    let order = Command::Invite { call, to, request: Box::new(invite_draft(B)) };
    assert_eq!(pair.order(B, order), Err(Error::TooMany("calls")));
    pair.re_invite(A, a);
    pair.run_ms(30);
    pair.respond(B, b, 200);
    pair.run_ms(30);
    pair.order(B, Command::Admit { calls: 2 }).unwrap();
    let third = pair.invite(A);
    pair.run_ms(50);
    assert!(pair.ends(A, third).is_empty());
    pair.cancel(A, third);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn requests_that_wait_for_the_application_are_bounded_in_all_and_for_each_call() {
    let mut pair = Pair::new(Link::TCP);
    pair.b.core.config.limits = EndpointLimits::default().requests(5).requests_in_call(2);
    let (a, _) = pair.connect();
    let ask = |pair: &mut Pair| {
        let request = pair.a.reserve_request();
        let (method, extras) = (Method::Info, Extras::new());
        pair.order(A, Command::RequestInCall { request, call: a, method, extras }).unwrap();
        pair.run_ms(25);
    };
    for _ in 0..4 {
        ask(&mut pair);
    }
    assert_eq!(pair.times(B, "503 INFO").len(), 2);
    for n in 0..5 {
        let text = raw("OPTIONS", &format!("z9hG4bK{n}"), "", &hops(70));
        pair.inject(B, &text.replace("Call-ID: stranger", &format!("Call-ID: {n}")));
    }
    assert_eq!(pair.times(B, "503 OPTIONS").len(), 2);
    // An answer makes room.
    let request = pair.find(B, |e| match e {
        Event::Request { request, call: Some(_), .. } => Some(*request),
        _ => None,
    });
    let order = Command::Respond { request: request.unwrap(), response: Box::new(response(200)) };
    pair.order(B, order).unwrap();
    ask(&mut pair);
    assert_eq!(pair.times(B, "503 INFO").len(), 2);
    pair.bye(A, a);
    pair.finish();
    assert!(pair.b.core.incoming.is_empty());
}

#[test]
fn our_own_invite_that_comes_back_is_a_loop_for_the_same_number_and_a_spiral_for_another() {
    for (number, expected) in [("+15550100", "482 INVITE"), ("+15550199", "100 INVITE")] {
        let mut pair = Pair::new(Link::TCP);
        let call = pair.invite(A);
        let invite = pair.sent[0].2.clone();
        let text = String::from_utf8(invite.encode().to_vec()).unwrap();
        // A proxy put itself on top, took a hop off and sent it back to us.
        let text = text
            .replacen("sip:+15550100@192.0.2.2", &format!("sip:{number}@192.0.2.1"), 1)
            .replace("Via: ", "Via: SIP/2.0/TCP proxy.example.com;branch=z9hG4bKproxy\r\nVia: ")
            .replace("\r\n", "\n");
        pair.inject(A, &text);
        let answer = pair.ladder(A).last().unwrap().1.clone();
        assert_eq!(answer, expected);
        assert_eq!(turned(&pair).contains(&Turned::Loop), expected == "482 INVITE");
        if expected == "100 INVITE" {
            let spiral = pair.incoming(A);
            pair.respond(A, spiral, 486);
        }
        pair.run_ms(50);
        pair.cancel(A, call);
        pair.finish();
    }
}

#[test]
fn whoever_passes_a_call_on_keeps_its_hops() {
    for (given, expected) in [(None, "70"), (Some("12"), "12"), (Some("255"), "70")] {
        let mut pair = Pair::new(Link::TCP);
        let (to, call) = (pair.target(B), pair.a.reserve_call());
        let mut request = invite_draft(A);
        if let Some(given) = given {
            request.headers_mut().push("Max-Forwards", given).unwrap();
        }
        pair.order(A, Command::Invite { call, to, request: Box::new(request) }).unwrap();
        assert_eq!(pair.sent[0].2.headers().get_str("Max-Forwards"), Some(expected));
        assert_eq!(pair.sent[0].2.headers().get_all("Max-Forwards").count(), 1);
        pair.run_ms(50);
        pair.cancel(A, call);
        pair.finish();
    }
}

#[test]
fn a_peer_cannot_make_the_endpoint_keep_more_than_its_bounds() {
    let mut pair = Pair::new(Link::UDP);
    let limits = EndpointLimits::default().calls(20).transactions(100).requests(30);
    pair.b.core.config.limits = limits;
    for n in 0..2_000 {
        let method = ["INVITE", "OPTIONS", "MESSAGE", "PRACK", "UPDATE", "CANCEL", "INFO"][n % 7];
        let text = raw(method, &format!("z9hG4bK{n}"), "", "Supported: 100rel, timer\n");
        pair.inject(B, &text.replace("Call-ID: stranger", &format!("Call-ID: {n}")));
        assert!(pair.b.calls.len() <= 20 && pair.b.core.incoming.len() <= 30);
        assert!(pair.b.core.table.len() <= 125);
    }
    pair.finish();
    assert!(sent(&pair).iter().any(|name| name == "503 INVITE"));
}
