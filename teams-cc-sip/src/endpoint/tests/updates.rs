//! UPDATE (RFC 3311) in both roles, early and answered, and what it meets (RFC 6337).

use super::*;
use crate::endpoint::{CallPolicy, Error, Reliability, RequestHandle};

fn pair(link: Link) -> Pair {
    let policy = CallPolicy::new().reliability(Reliability::Supported);
    Pair::configured(link, 1, move |config| config.policy(policy).serve(Method::Update))
}

fn update(pair: &mut Pair, side: End, call: CallHandle, extras: Extras) -> Result<(), Error> {
    pair.order(side, Command::Update { call, fork: None, extras })
}

fn asked(pair: &Pair, side: End) -> Option<RequestHandle> {
    pair.find(side, |e| match e {
        Event::Update { request, .. } => Some(*request),
        _ => None,
    })
}

fn answer(pair: &mut Pair, side: End, response: Response) {
    let request = asked(pair, side).expect("no UPDATE has come");
    pair.order(side, Command::Respond { request, response: Box::new(response) }).unwrap();
}

fn count(pair: &Pair, side: End, fits: impl Fn(&Event) -> bool) -> usize {
    pair.events.iter().filter(|(end, e)| *end == side && fits(e)).count()
}

/// A call whose 183 has answered the offer of its INVITE.
fn early(link: Link) -> (Pair, CallHandle, CallHandle) {
    let mut pair = pair(link);
    let (a, b) = pair.ring();
    let response = Box::new(described(183));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(60);
    (pair, a, b)
}

#[test]
fn an_answered_session_is_changed_in_both_directions() {
    let mut pair = pair(Link::UDP);
    let (a, b) = pair.ring();
    let response = Box::new(described(200));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(50);
    for (side, call, other) in [(A, a, B), (B, b, A), (A, a, B)] {
        update(&mut pair, side, call, session("a=inactive")).unwrap();
        pair.run_ms(30);
        answer(&mut pair, other, described(200));
        pair.run_ms(30);
        assert!(count(&pair, side, |e| matches!(e, Event::UpdateAnswered { .. })) > 0);
    }
    let answers = pair.sent.iter().filter(|(_, _, m)| name(m) == "200 UPDATE");
    assert!(answers.clone().all(|(_, _, m)| m.headers().contains("Contact")));
    assert_eq!(answers.count(), 3);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn an_early_session_is_changed_in_both_directions_and_then_answered() {
    for link in [Link::UDP, Link::TCP] {
        let (mut pair, a, b) = early(link);
        update(&mut pair, A, a, session("a=early")).unwrap();
        pair.run_ms(30);
        answer(&mut pair, B, described(200));
        pair.run_ms(30);
        assert_eq!(count(&pair, A, |e| matches!(e, Event::UpdateAnswered { .. })), 1);
        update(&mut pair, B, b, session("a=early")).unwrap();
        pair.run_ms(30);
        let fork = pair.find(A, |e| match e {
            Event::Update { fork, .. } => Some(*fork),
            _ => None,
        });
        assert_eq!(fork, Some(Some(0)));
        answer(&mut pair, A, described(200));
        pair.run_ms(30);
        pair.respond(B, b, 200);
        pair.run_ms(50);
        // Numbers go on from the early dialog: PRACK and UPDATE came before.
        pair.bye(A, a);
        pair.finish();
        assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    }
}

/// DR-108.
#[test]
fn an_update_goes_only_to_a_peer_that_allows_it_and_only_when_no_offer_is_open() {
    let mut plain = Pair::new(Link::TCP);
    let (a, _) = plain.connect();
    assert_eq!(update(&mut plain, A, a, Extras::new()), Err(Error::NotTaken("UPDATE")));
    plain.bye(A, a);
    plain.finish();

    let mut pair = pair(Link::TCP);
    let (a, b) = pair.ring();
    let wrong = |done| assert!(matches!(done, Err(Error::WrongState { .. })), "{done:?}");
    wrong(update(&mut pair, A, a, Extras::new()));
    wrong(update(&mut pair, B, b, Extras::new()));
    pair.respond(B, b, 180);
    pair.run_ms(50);
    // The offer of the INVITE has no answer yet.
    wrong(update(&mut pair, A, a, session("a=x")));
    update(&mut pair, B, b, Extras::new()).unwrap();
    wrong(update(&mut pair, B, b, Extras::new()));
    pair.run_ms(30);
    assert_eq!(count(&pair, A, |e| matches!(e, Event::Updated { .. })), 1);
    assert_eq!(count(&pair, B, |e| matches!(e, Event::UpdateAnswered { .. })), 1);
    pair.cancel(A, a);
    pair.finish();
}

#[test]
fn updates_that_cross_are_repeated_after_491() {
    for seed in 1..10 {
        let policy = CallPolicy::new();
        let mut pair = Pair::configured(Link::UDP, seed, move |config| {
            config.policy(policy).serve(Method::Update)
        });
        let (a, b) = pair.connect();
        update(&mut pair, A, a, session("a=one")).unwrap();
        update(&mut pair, B, b, session("a=two")).unwrap();
        pair.run_ms(15);
        assert_eq!((pair.times(A, "491 UPDATE").len(), pair.times(B, "491 UPDATE").len()), (1, 1));
        let until = pair.now + Duration::from_secs(10);
        let mut done = Vec::new();
        while pair.step(until) {
            for side in [A, B] {
                if let Some(request) = asked(&pair, side).filter(|r| !done.contains(&(side, *r))) {
                    done.push((side, request));
                    answer(&mut pair, side, described(200));
                }
            }
        }
        for side in [A, B] {
            assert_eq!(count(&pair, side, |e| matches!(e, Event::UpdateAnswered { .. })), 1);
        }
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn a_second_offer_before_the_first_is_answered_gets_500_and_one_against_ours_491() {
    let mut pair = pair(Link::UDP);
    let (a, b) = pair.connect();
    update(&mut pair, A, a, session("a=one")).unwrap();
    pair.run_ms(15);
    // A itself would wait; a peer that does not is told to.
    let request = raw_in_call(&mut pair, a, Method::Update, Some("v=0\r\n"));
    pair.deliver(B, &request);
    pair.drain();
    let refusal = pair.sent.last().unwrap().2.clone();
    assert_eq!(name(&refusal), "500 UPDATE");
    let wait: u32 = refusal.headers().get_str("Retry-After").unwrap().parse().unwrap();
    assert!(wait <= 10);
    let invite = raw_in_call(&mut pair, a, Method::Invite, Some("v=0\r\n"));
    pair.deliver(B, &invite);
    pair.drain();
    assert_eq!(name(&pair.sent.last().unwrap().2), "500 INVITE");
    pair.run_ms(60);
    // B's own offer waits for its turn.
    pair.re_invite(B, b);
    assert!(pair.times(B, "INVITE").is_empty());
    answer(&mut pair, B, response(488));
    pair.run_ms(30);
    assert_eq!(count(&pair, A, |e| matches!(e, Event::UpdateRefused { .. })), 1);
    pair.run(Duration::from_secs(5));
    assert_eq!(pair.times(B, "INVITE").len(), 1);
    pair.respond(A, a, 200);
    pair.run_ms(50);
    pair.bye(A, a);
    pair.finish();
}

/// A request of A within its answered call that A's own endpoint would not send.
fn raw_in_call(pair: &mut Pair, call: CallHandle, method: Method, sdp: Option<&str>) -> Vec<u8> {
    let count = pair.sent.len();
    let dialog = pair.a.calls.get_mut(&call).unwrap().dialog.as_mut().unwrap();
    let (mut request, _) = dialog.request(method);
    let via = format!("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKraw{count};rport");
    request.headers_mut().push("Via", via).unwrap();
    request.headers_mut().push("Contact", "<sip:192.0.2.1:5060;transport=udp>").unwrap();
    if let Some(sdp) = sdp {
        request.set_body(&ContentType::sdp(), sdp.to_owned());
    }
    Message::from(request).encode().to_vec()
}

#[test]
fn an_update_to_a_peer_that_forgot_the_call_ends_it() {
    let mut pair = pair(Link::TCP);
    let (a, _) = pair.connect();
    pair.b = Endpoint::new(EndpointConfig::new("192.0.2.2", 99).unwrap().serve(Method::Update));
    update(&mut pair, A, a, Extras::new()).unwrap();
    pair.run_ms(100);
    assert!(matches!(pair.end(A, a), CallEnd::Lost));
    pair.events.retain(|(side, _)| *side == A);
    pair.finish();
}

#[test]
fn an_update_nobody_answers_is_abandoned_and_frees_the_session() {
    let mut pair = pair(Link::UDP);
    let (a, b) = pair.connect();
    update(&mut pair, A, a, session("a=one")).unwrap();
    pair.run(Duration::from_secs(33));
    assert_eq!(count(&pair, B, |e| matches!(e, Event::RequestAbandoned { .. })), 1);
    assert!(!pair.b.calls.get(&b).is_some_and(|c| c.dialog.as_ref().unwrap().session.is_open()));
    assert!(matches!(pair.end(A, a), CallEnd::Lost));
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
}

#[test]
fn an_update_moves_the_target() {
    let mut pair = pair(Link::UDP);
    let (a, b) = pair.connect();
    let moved = Extras::new().with_header(
        crate::message::HeaderName::Contact,
        "<sip:moved@192.0.2.1:5060;transport=udp>",
    );
    update(&mut pair, A, a, moved.unwrap()).unwrap();
    pair.run_ms(50);
    pair.bye(B, b);
    let bye = pair.sent.iter().find(|(_, _, m)| name(m) == "BYE").unwrap();
    assert!(bye.2.as_request().unwrap().uri().reveal().starts_with("sip:moved@"));
    pair.finish();
}

#[test]
fn an_update_on_its_way_survives_the_answer_and_not_the_end() {
    let (mut pair, a, b) = early(Link::UDP);
    update(&mut pair, A, a, session("a=early")).unwrap();
    pair.run_ms(15);
    pair.respond(B, b, 200);
    pair.run_ms(30);
    answer(&mut pair, B, described(200));
    pair.run_ms(30);
    assert_eq!(count(&pair, A, |e| matches!(e, Event::UpdateAnswered { .. })), 1);
    update(&mut pair, A, a, session("a=late")).unwrap();
    pair.bye(A, a);
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
}

/// A stranger's response to A's INVITE from one branch, with a description.
fn branch(invite: &Request, status: &str, tag: &str, extra: &str) -> String {
    let line = |name| format!("{name}: {}\n", invite.headers().get_str(name).unwrap());
    format!(
        "SIP/2.0 {status}\n{}{}To: <sip:+15550100@192.0.2.2>;tag={tag}\n{}{}\
         Contact: <sip:{tag}.example.com;transport=tcp>\nAllow: INVITE, UPDATE\n{extra}\
         Content-Type: application/sdp\n\nv=0\n",
        line("Via"),
        line("From"),
        line("Call-ID"),
        line("CSeq")
    )
}

#[test]
fn each_branch_has_a_session_of_its_own_and_those_that_lose_take_their_offers_along() {
    for (answering, refused) in [("two", true), ("one", false)] {
        let mut pair = pair(Link::TCP);
        pair.lose = Some(Box::new(|_, _| true));
        let call = pair.invite(A);
        let invite = pair.sent[0].2.as_request().unwrap().clone();
        for tag in ["one", "two"] {
            let line = "Require: 100rel\nRSeq: 1\n";
            pair.inject(A, &branch(&invite, "183 Session Progress", tag, line));
        }
        assert_eq!(pair.times(A, "PRACK").len(), 2);
        let update = |fork, extras| Command::Update { call, fork: Some(fork), extras };
        pair.order(A, update(0, session("a=one"))).unwrap();
        let wrong = pair.order(A, update(2, session("a=three")));
        assert!(matches!(wrong, Err(Error::WrongState { .. })));
        let (_, _, sent) = pair.sent.iter().find(|(_, _, m)| name(m) == "UPDATE").unwrap();
        let to = sent.as_request().unwrap().uri().reveal();
        assert!(to.contains("one.example.com"), "{to}");
        pair.inject(A, &branch(&invite, "200 OK", answering, ""));
        let lost = count(&pair, A, |e| matches!(e, Event::UpdateRefused { response: None, .. }));
        assert_eq!(lost, usize::from(refused));
        if refused {
            // Nothing of the branch that lost stands in the way.
            pair.re_invite(A, call);
            assert_eq!(pair.times(A, "INVITE").len(), 2);
        }
        pair.finish();
        assert!(matches!(pair.end(A, call), CallEnd::Lost));
    }
}
