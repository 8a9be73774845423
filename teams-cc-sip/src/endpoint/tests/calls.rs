//! Calls over a link that works.

use super::*;

#[test]
fn a_call_rings_is_answered_and_hung_up() {
    for link in [Link::UDP, Link::TCP] {
        let mut pair = Pair::new(link);
        let (a, b) = pair.ring();
        pair.respond(B, b, 180);
        pair.run_ms(50);
        assert_eq!(
            pair.find(A, |e| match e {
                Event::Provisional { fork, response, .. } =>
                    Some((*fork, response.status().as_u16())),
                _ => None,
            }),
            Some((Some(0), 180))
        );
        pair.respond(B, b, 200);
        pair.run_ms(50);
        assert!(pair.find(A, |e| matches!(e, Event::Answered { .. }).then_some(())).is_some());
        assert!(pair.find(B, |e| matches!(e, Event::Acknowledged { .. }).then_some(())).is_some());
        assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
        pair.bye(A, a);
        pair.run_ms(50);
        assert!(matches!(pair.end(A, a), CallEnd::HungUp));
        assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
        let names = |side| pair.ladder(side).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(A), ["INVITE", "ACK", "BYE"]);
        assert_eq!(names(B), ["100 INVITE", "180 INVITE", "200 INVITE", "200 BYE"]);
        pair.finish();
    }
}

/// RFC 3261 §17.2.1 leaves the called side 200 ms.
#[test]
fn an_invite_that_is_answered_soon_needs_no_100_and_one_that_is_not_gets_it_in_time() {
    for (link, after, expected) in [
        (Link::UDP, 0, vec!["180 INVITE"]),
        (Link::UDP, 150, vec!["180 INVITE"]),
        (Link::UDP, 250, vec!["100 INVITE", "180 INVITE"]),
        (Link::TCP, 0, vec!["100 INVITE", "180 INVITE"]),
    ] {
        let after_200 =
            |config| EndpointConfig { trying_after: Duration::from_millis(200), ..config };
        let mut pair = Pair::configured(link, 1, after_200);
        let (a, b) = pair.ring();
        pair.run_ms(after);
        pair.respond(B, b, 180);
        pair.run_ms(1_000);
        let ladder = pair.ladder(B);
        let names: Vec<_> = ladder.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, expected, "{link:?} {after}");
        assert_eq!(pair.times(A, "INVITE").len(), 1, "{link:?} {after}");
        if after > 200 {
            assert_eq!(ladder[0].0, 210, "10 ms under way, and 200");
        }
        pair.respond(B, b, 200);
        pair.run_ms(50);
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn the_called_side_hangs_up_towards_the_callers_contact() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    pair.bye(B, b);
    pair.run_ms(50);
    assert!(matches!(pair.end(B, b), CallEnd::HungUp));
    assert!(matches!(pair.end(A, a), CallEnd::PeerHungUp(_)));
    let bye = pair.sent.iter().find(|(_, _, m)| name(m) == "BYE").unwrap();
    let bye = bye.2.as_request().unwrap();
    assert_eq!(bye.uri().reveal(), "sip:192.0.2.1:5060;transport=tcp");
    pair.finish();
}

#[test]
fn a_refusal_reaches_the_caller_whole() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    let draft = response(404).with_reason("Nobody here").unwrap();
    let draft = draft.with_header("Warning", "399 sbc \"no such number\"").unwrap();
    pair.order(B, Command::RespondInvite { call: b, response: Box::new(draft) }).unwrap();
    pair.run_ms(50);
    match pair.end(A, a) {
        CallEnd::Rejected(response) => {
            assert_eq!(response.reason(), b"Nobody here");
            assert!(response.headers().contains("Warning"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(pair.end(B, b), CallEnd::Refused(StatusCode::NOT_FOUND)));
    assert_eq!(pair.times(A, "ACK").len(), 1);
    pair.finish();
}

#[test]
fn a_refused_call_is_remembered_for_its_datagrams_and_not_on_a_stream() {
    for (link, idle_at_once) in [(Link::UDP, false), (Link::TCP, true)] {
        let mut pair = Pair::new(link);
        let (_, b) = pair.ring();
        pair.respond(B, b, 486);
        pair.run_ms(100);
        assert_eq!(pair.b.is_idle(), idle_at_once);
        pair.run(Duration::from_secs(40));
        assert!(pair.a.is_idle() && pair.b.is_idle());
    }
}

#[test]
fn hold_and_resume_go_both_ways() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    for (side, call, other, peer) in [(A, a, B, b), (B, b, A, a), (A, a, B, b)] {
        pair.re_invite(side, call);
        pair.run_ms(30);
        let body = pair.find(other, |e| match e {
            Event::ReInvite { request, .. } => Some(request.body().clone()),
            _ => None,
        });
        assert!(String::from_utf8_lossy(&body.unwrap()).contains("a=inactive"));
        pair.respond(other, peer, 200);
        pair.run_ms(30);
        let answered =
            pair.find(side, |e| matches!(e, Event::ReInviteAnswered { .. }).then_some(()));
        assert!(answered.is_some());
    }
    assert_eq!(pair.times(A, "INVITE").len(), 3);
    assert_eq!(pair.times(B, "INVITE").len(), 1);
    assert_eq!(pair.times(A, "ACK").len() + pair.times(B, "ACK").len(), 4);
    pair.bye(B, b);
    pair.finish();
}

#[test]
fn a_refused_offer_leaves_the_call_as_it_was() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    pair.re_invite(A, a);
    pair.run_ms(30);
    pair.respond(B, b, 488);
    pair.run_ms(30);
    let refused = pair.find(A, |e| match e {
        Event::ReInviteRefused { response, .. } => response.as_ref().map(|r| r.status().as_u16()),
        _ => None,
    });
    assert_eq!(refused, Some(488));
    assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
    pair.re_invite(B, b);
    pair.run_ms(30);
    pair.respond(A, a, 200);
    pair.run_ms(30);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn options_and_info_are_answered_by_the_application() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    let to = pair.target(B);
    let outside = pair.a.reserve_request();
    let mut draft = invite_draft(A);
    draft.set_method(Method::Options);
    draft.remove_body();
    let draft = Box::new(draft);
    pair.order(A, Command::Request { request: outside, to, draft }).unwrap();
    let inside = pair.a.reserve_request();
    let info = Command::RequestInCall {
        request: inside,
        call: a,
        method: Method::Info,
        extras: Extras::new(),
    };
    pair.order(A, info).unwrap();
    pair.run_ms(30);
    let asked: Vec<_> = pair
        .events
        .iter()
        .filter_map(|(_, e)| match e {
            Event::Request { request, call, .. } => Some((*request, *call)),
            _ => None,
        })
        .collect();
    assert_eq!(asked.iter().map(|(_, call)| *call).collect::<Vec<_>>(), [None, Some(b)]);
    for (request, _) in &asked {
        let response = Box::new(response(200));
        pair.order(B, Command::Respond { request: *request, response }).unwrap();
        let again =
            Command::Respond { request: *request, response: Box::new(super::response(200)) };
        assert_eq!(pair.order(B, again), Err(super::super::Error::UnknownRequest(*request)));
    }
    pair.run_ms(30);
    let answered: Vec<_> = pair
        .events
        .iter()
        .filter_map(|(_, e)| match e {
            Event::Response { request, response } => {
                Some((*request, response.headers().contains("Allow")))
            }
            _ => None,
        })
        .collect();
    assert_eq!(answered, [(outside, true), (inside, false)]);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn a_request_nobody_answers_is_abandoned_and_times_out() {
    let mut pair = Pair::new(Link::TCP);
    let to = pair.target(B);
    let request = pair.a.reserve_request();
    let mut draft = invite_draft(A);
    draft.set_method(Method::Options);
    pair.order(A, Command::Request { request, to, draft: Box::new(draft) }).unwrap();
    pair.finish();
    assert!(pair.find(B, |e| matches!(e, Event::RequestAbandoned { .. }).then_some(())).is_some());
    let failed = pair.find(A, |e| match e {
        Event::RequestFailed { why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(failed, Some(super::super::Failure::TimedOut));
}

#[test]
fn ringing_is_repeated_each_minute_and_refused_after_five() {
    let mut pair = Pair::new(Link::TCP);
    let (_, b) = pair.ring();
    pair.respond(B, b, 180);
    pair.run(Duration::from_secs(170));
    assert_eq!(pair.times(B, "180 INVITE"), [15, 60_015, 120_015]);
    // A gives up after three minutes, as timer C does.
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::Cancelled(_)));
    assert_eq!(pair.times(A, "CANCEL"), [180_000]);
}

#[test]
fn an_application_that_never_answers_refuses_by_its_limit() {
    let mut pair = Pair::new(Link::TCP);
    pair.a.core.config.invite_limit = Duration::from_mins(15);
    let (a, b) = pair.ring();
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::RangOut));
    match pair.end(A, a) {
        CallEnd::Rejected(response) => assert_eq!(response.status().as_u16(), 480),
        other => panic!("{other:?}"),
    }
}

#[test]
fn orders_that_do_not_fit_are_refused_and_send_nothing() {
    use super::super::Error;
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.ring();
    let before = pair.sent.len();
    let extras = Extras::new;
    let wrong = |done: Result<(), Error>| {
        assert!(matches!(done, Err(Error::WrongState { .. })), "{done:?}");
    };
    wrong(pair.order(A, Command::Bye { call: a, extras: extras() }));
    wrong(pair.order(B, Command::Cancel { call: b, extras: extras() }));
    wrong(pair.order(A, Command::ReInvite { call: a, extras: extras() }));
    wrong(pair.order(A, Command::RespondInvite { call: a, response: Box::new(response(200)) }));
    let request = pair.a.reserve_request();
    for method in [Method::Refer, Method::Invite, Method::Bye, Method::Ack, Method::Cancel] {
        let order = Command::RequestInCall { request, call: a, method, extras: extras() };
        assert!(matches!(pair.order(A, order), Err(Error::Method(_))));
    }
    let to = pair.target(B);
    for (name, value) in
        [("Replaces", "x;to-tag=1;from-tag=2"), ("Via", "SIP/2.0/UDP h"), ("CSeq", "1 INVITE")]
    {
        let call = pair.a.reserve_call();
        let request = Box::new(invite_draft(A).with_header(name, value).unwrap());
        let done = pair.order(A, Command::Invite { call, to: to.clone(), request });
        assert_eq!(done, Err(Error::ReservedHeader(name.into())));
    }
    let call = pair.a.reserve_call();
    let bare = Box::new(Request::new(Method::Invite, Uri::parse("sip:b@192.0.2.2").unwrap()));
    let done = pair.order(A, Command::Invite { call, to, request: bare });
    assert_eq!(done, Err(Error::MissingHeader("From")));
    let gone = CallHandle(999);
    let done = pair.order(A, Command::Bye { call: gone, extras: extras() });
    assert_eq!(done, Err(Error::UnknownCall(gone)));
    assert_eq!(pair.sent.len(), before);
    pair.cancel(A, a);
    pair.finish();
}

#[test]
fn the_same_seed_sends_the_same_octets() {
    let run = |seed| {
        let link = Link { loss: 20, repeat: 10, delay: (5, 200), ..Link::UDP };
        let mut pair = Pair::seeded(link, seed);
        let call = pair.invite(A);
        pair.run(Duration::from_secs(3));
        pair.cancel(A, call);
        pair.finish();
        pair.sent.iter().map(|(at, _, m)| (*at, m.encode())).collect::<Vec<_>>()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
