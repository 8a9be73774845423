//! Reliable provisional responses (RFC 3262) in both roles.

use super::*;
use crate::endpoint::{CallPolicy, Error, Reliability};

fn with(a: Reliability, b: Reliability, link: Link) -> Pair {
    let mut pair = Pair::configured(link, 1, |config| config.serve(Method::Update));
    pair.a.core.config = pair.a.core.config.clone().policy(CallPolicy::new().reliability(a));
    pair.b.core.config = pair.b.core.config.clone().policy(CallPolicy::new().reliability(b));
    pair
}

fn both(link: Link) -> Pair {
    with(Reliability::Supported, Reliability::Supported, link)
}

fn respond_with(pair: &mut Pair, side: End, call: CallHandle, response: Response) {
    pair.order(side, Command::RespondInvite { call, response: Box::new(response) }).unwrap();
}

/// Loses messages of a name from a side while they are of the first `n`.
fn lose(pair: &mut Pair, side: End, wanted: &'static str, n: usize) {
    let mut left = n;
    pair.lose = Some(Box::new(move |from, message| {
        let lost = left > 0 && from == side && name(message) == wanted;
        left -= usize::from(lost);
        lost
    }));
}

fn confirmations(pair: &Pair) -> usize {
    pair.events.iter().filter(|(_, e)| matches!(e, Event::Confirmed { .. })).count()
}

#[test]
fn a_response_is_reliable_where_policy_and_peer_agree() {
    use Reliability::{Off, Required, Supported};
    for (a, b, prack, refusal) in [
        (Off, Off, false, None),
        (Off, Supported, false, None),
        (Supported, Off, false, None),
        (Supported, Supported, true, None),
        (Required, Supported, true, None),
        (Supported, Required, true, None),
        (Required, Off, false, Some(420)),
        (Off, Required, false, Some(421)),
    ] {
        let mut pair = with(a, b, Link::TCP);
        let call = pair.invite(A);
        pair.run_ms(30);
        if let Some(status) = refusal {
            match pair.end(A, call) {
                CallEnd::Rejected(response) => {
                    assert_eq!(response.status().as_u16(), status);
                    let name = if status == 420 { "Unsupported" } else { "Require" };
                    assert_eq!(response.headers().get_str(name), Some("100rel"));
                }
                other => panic!("{other:?}"),
            }
            continue;
        }
        let b_call = pair.incoming(B);
        pair.respond(B, b_call, 180);
        pair.run_ms(50);
        assert_eq!(pair.times(A, "PRACK").len(), usize::from(prack), "{a:?} {b:?}");
        assert_eq!(confirmations(&pair), usize::from(prack));
        pair.respond(B, b_call, 200);
        pair.run_ms(50);
        pair.bye(A, call);
        pair.finish();
    }
}

#[test]
fn a_peer_that_requires_it_is_served_where_the_tag_alone_is_supported() {
    let mut pair = with(Reliability::Required, Reliability::Off, Link::TCP);
    pair.b.core.config.supported.push("100rel".into());
    let (a, b) = pair.ring();
    pair.respond(B, b, 180);
    pair.run_ms(50);
    assert_eq!(confirmations(&pair), 1);
    pair.cancel(A, a);
    pair.finish();
}

#[test]
fn an_order_sets_the_policy_of_one_call() {
    let mut pair = Pair::new(Link::TCP);
    let policy = CallPolicy::new().reliability(Reliability::Required);
    pair.b.core.config =
        pair.b.core.config.clone().policy(CallPolicy::new().reliability(Reliability::Supported));
    let to = pair.target(B);
    let call = pair.a.reserve_call();
    let request = Box::new(invite_draft(A));
    pair.order(A, Command::InviteWith { call, to, request, policy }).unwrap();
    pair.run_ms(15);
    let invite = &pair.sent[0].2;
    assert_eq!(invite.headers().get_str("Require"), Some("100rel"));
    let allows = invite.headers().get_all("Allow").filter_map(crate::message::HeaderRef::as_str);
    assert!(allows.collect::<Vec<_>>().join(",").contains("PRACK"));
    let b = pair.incoming(B);
    pair.respond(B, b, 180);
    let late = pair.order(B, Command::Policy { call: b, policy: CallPolicy::new() });
    assert!(matches!(late, Err(Error::WrongState { .. })));
    pair.run_ms(30);
    assert_eq!(pair.times(A, "PRACK").len(), 1);
    pair.cancel(A, call);
    pair.finish();

    let mut pair = both(Link::TCP);
    let (a, b) = pair.ring();
    pair.order(B, Command::Policy { call: b, policy: CallPolicy::new() }).unwrap();
    pair.respond(B, b, 180);
    pair.run_ms(30);
    assert_eq!(pair.times(A, "PRACK").len(), 0);
    pair.cancel(A, a);
    pair.finish();
}

#[test]
fn a_lost_response_is_sent_again_with_doubled_intervals_until_its_prack() {
    for link in [Link::UDP, Link::TCP] {
        let mut pair = both(link);
        let (a, b) = pair.ring();
        lose(&mut pair, B, "180 INVITE", 3);
        pair.respond(B, b, 180);
        pair.run(Duration::from_secs(10));
        assert_eq!(pair.times(B, "180 INVITE"), [15, 515, 1515, 3515]);
        assert_eq!(pair.times(A, "PRACK").len(), 1);
        assert_eq!(confirmations(&pair), 1);
        pair.cancel(A, a);
        pair.finish();
    }
}

#[test]
fn a_lost_prack_is_repeated_and_a_repeated_response_is_no_news() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    lose(&mut pair, A, "PRACK", 2);
    pair.respond(B, b, 180);
    pair.run(Duration::from_secs(10));
    assert!(pair.times(B, "180 INVITE").len() > 1);
    assert_eq!(confirmations(&pair), 1);
    let rung = pair
        .events
        .iter()
        .filter(|(side, e)| *side == A && matches!(e, Event::Provisional { fork: Some(_), .. }));
    assert_eq!(rung.count(), 1);
    let racks: Vec<_> = pair
        .sent
        .iter()
        .filter(|(_, _, m)| name(m) == "PRACK")
        .map(|(_, _, m)| m.headers().get_str("RAck").unwrap().to_owned())
        .collect();
    assert!(racks.iter().all(|rack| *rack == racks[0] && rack.ends_with("1 INVITE")), "{racks:?}");
    pair.cancel(A, a);
    pair.finish();
}

#[test]
fn a_response_never_confirmed_refuses_the_call_after_64_t1() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    lose(&mut pair, A, "PRACK", usize::MAX);
    pair.respond(B, b, 183);
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::NoPrack));
    match pair.end(A, a) {
        CallEnd::Rejected(response) => assert_eq!(response.status().as_u16(), 504),
        other => panic!("{other:?}"),
    }
    assert_eq!(pair.times(B, "504 INVITE"), [32_015]);
}

#[test]
fn several_responses_leave_in_order_each_after_the_prack_of_the_one_before() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    for code in [180, 182, 183] {
        pair.respond(B, b, code);
    }
    assert_eq!(pair.times(B, "182 INVITE").len(), 0);
    pair.run_ms(200);
    let rung: Vec<_> = pair
        .events
        .iter()
        .filter_map(|(side, e)| match e {
            Event::Provisional { response, .. } if *side == A => Some(response.status().as_u16()),
            _ => None,
        })
        .collect();
    assert_eq!(rung, [100, 180, 182, 183]);
    let numbers: Vec<u32> = pair
        .sent
        .iter()
        .filter_map(|(_, _, m)| m.headers().get_str("RSeq"))
        .map(|n| n.parse().unwrap())
        .collect();
    assert_eq!(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2]);
    pair.lose = Some(Box::new(|from, _| from == A));
    let mut taken = 0;
    while pair
        .order(B, Command::RespondInvite { call: b, response: Box::new(response(180)) })
        .is_ok()
    {
        taken += 1;
    }
    assert_eq!(taken, 9, "one on the wire and eight that wait");
    pair.lose = None;
    pair.respond(B, b, 486);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::Rejected(_)));
}

#[test]
fn an_answer_waits_for_the_prack_of_a_session_and_not_of_mere_ringing() {
    for (session, waits) in [(true, true), (false, false)] {
        let mut pair = both(Link::UDP);
        let (a, b) = pair.ring();
        lose(&mut pair, A, "PRACK", 1);
        respond_with(&mut pair, B, b, if session { described(183) } else { response(183) });
        pair.run_ms(5);
        pair.respond(B, b, 200);
        assert_eq!(pair.times(B, "200 INVITE").is_empty(), waits);
        if waits {
            let again = Command::RespondInvite { call: b, response: Box::new(response(200)) };
            assert!(matches!(pair.order(B, again), Err(Error::WrongState { .. })));
        }
        pair.run(Duration::from_secs(3));
        assert_eq!(pair.times(B, "200 INVITE").len(), 1);
        assert!(pair.find(A, |e| matches!(e, Event::Answered { .. }).then_some(())).is_some());
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn whoever_hangs_up_while_the_answer_waits_refuses_the_call() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    lose(&mut pair, A, "PRACK", usize::MAX);
    respond_with(&mut pair, B, b, described(183));
    pair.respond(B, b, 200);
    pair.bye(B, b);
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::HungUp));
    match pair.end(A, a) {
        CallEnd::Rejected(response) => assert_eq!(response.status().as_u16(), 480),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cancel_while_the_answer_waits_wins() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    lose(&mut pair, A, "PRACK", usize::MAX);
    respond_with(&mut pair, B, b, described(183));
    pair.respond(B, b, 200);
    pair.cancel(A, a);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
    assert!(matches!(pair.end(B, b), CallEnd::Cancelled(_)));
    assert!(pair.times(B, "200 INVITE").is_empty());
}

/// A PRACK from A in its early dialog, as a peer other than ours may send it.
fn odd_prack(pair: &mut Pair, call: CallHandle, rack: &str, sdp: bool) {
    use crate::dialog::Stage;
    let Stage::Calling(caller) = &mut pair.a.calls.get_mut(&call).unwrap().stage else {
        panic!("not calling")
    };
    let (mut request, _) = caller.forks[0].request(Method::Prack);
    let via = format!("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{};rport", pair.sent.len());
    request.headers_mut().push("Via", via).unwrap();
    request.headers_mut().push("RAck", rack).unwrap();
    if sdp {
        request.set_body(&ContentType::sdp(), "v=0\r\na=prack\r\n");
    }
    pair.deliver(B, &Message::from(request).encode());
    pair.drain();
}

#[test]
fn an_offer_in_a_prack_is_answered_by_the_application_before_the_call_is() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.ring();
    pair.lose = Some(Box::new(|from, message| from == A && name(message) == "PRACK"));
    respond_with(&mut pair, B, b, described(183));
    pair.run_ms(15);
    let rseq =
        pair.sent.iter().find_map(|(_, _, m)| m.headers().get_str("RSeq")).unwrap().to_owned();
    for rack in [format!("{rseq} 2 INVITE"), format!("{rseq} 1 UPDATE"), "7 1 INVITE".to_owned()] {
        odd_prack(&mut pair, a, &rack, false);
        assert_eq!(pair.ladder(B).last().unwrap().1, "481 PRACK", "{rack}");
    }
    odd_prack(&mut pair, a, &format!("{rseq} 1 INVITE"), true);
    let request = pair.find(B, |e| match e {
        Event::Confirmed { offer, .. } => *offer,
        _ => None,
    });
    let request = request.expect("an offer");
    pair.respond(B, b, 200);
    assert!(pair.times(B, "200 INVITE").is_empty(), "the offer stands open");
    pair.order(B, Command::Respond { request, response: Box::new(described(200)) }).unwrap();
    assert_eq!((pair.times(B, "200 PRACK").len(), pair.times(B, "200 INVITE").len()), (1, 1));
    pair.run_ms(50);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn responses_out_of_order_are_not_confirmed() {
    let mut pair = both(Link::TCP);
    pair.lose = Some(Box::new(|_, _| true));
    pair.invite(A);
    let invite = pair.sent[0].2.as_request().unwrap().clone();
    let line = |name| format!("{name}: {}\n", invite.headers().get_str(name).unwrap());
    let ring = |pair: &mut Pair, tag: &str, rseq: u32| {
        let text = format!(
            "SIP/2.0 183 Session Progress\n{}{}To: <sip:+15550100@192.0.2.2>;tag={tag}\n{}{}\
             Contact: <sip:{tag}.example.com;transport=tcp>\nRequire: 100rel\nRSeq: {rseq}\n\n",
            line("Via"),
            line("From"),
            line("Call-ID"),
            line("CSeq")
        );
        let before = pair.times(A, "PRACK").len();
        pair.inject(A, &text);
        pair.times(A, "PRACK").len() > before
    };
    for (tag, rseq, confirmed) in [
        ("one", 10, true),
        ("one", 10, false),
        ("one", 12, false),
        ("one", 11, true),
        ("one", 10, false),
        // Each branch counts for itself.
        ("two", 99, true),
        ("one", 12, true),
        ("two", u32::MAX, false),
    ] {
        assert_eq!(ring(&mut pair, tag, rseq), confirmed, "{tag} {rseq}");
    }
    pair.finish();
}

#[test]
fn ringing_of_a_changed_session_is_reliable_too_and_its_target_holds_when_it_is_refused() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.connect();
    let moved = session("a=inactive").with_header(
        crate::message::HeaderName::Contact,
        "<sip:moved@192.0.2.1:5060;transport=udp>",
    );
    pair.order(A, Command::ReInvite { call: a, extras: moved.unwrap() }).unwrap();
    pair.run_ms(30);
    pair.respond(B, b, 183);
    pair.run_ms(30);
    assert_eq!(pair.times(A, "PRACK").len(), 1);
    pair.respond(B, b, 488);
    pair.run_ms(50);
    pair.bye(B, b);
    let bye = pair.sent.iter().find(|(_, _, m)| name(m) == "BYE").unwrap();
    // RFC 6141 §4.5: the refusal takes the session back and not the target.
    assert!(bye.2.as_request().unwrap().uri().reveal().starts_with("sip:moved@"));
    pair.finish();
}

#[test]
fn a_changed_session_nobody_confirms_is_refused_and_the_call_goes_on() {
    let mut pair = both(Link::UDP);
    let (a, b) = pair.connect();
    pair.re_invite(A, a);
    pair.run_ms(30);
    lose(&mut pair, A, "PRACK", usize::MAX);
    pair.respond(B, b, 183);
    pair.run(Duration::from_secs(40));
    assert!(pair.find(B, |e| matches!(e, Event::ReInviteCancelled { .. }).then_some(())).is_some());
    assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
    pair.lose = None;
    pair.bye(A, a);
    pair.finish();
}
