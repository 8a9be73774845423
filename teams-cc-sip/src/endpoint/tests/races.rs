//! Lost, late and crossing messages.

use super::*;

/// Loses the first `n` messages of a name from one side.
fn lose_first(pair: &mut Pair, side: End, wanted: &'static str, n: usize) {
    let mut left = n;
    pair.lose = Some(Box::new(move |from, message| {
        let lost = left > 0 && from == side && name(message) == wanted;
        left -= usize::from(lost);
        lost
    }));
}

#[test]
fn a_withdrawn_call_ends_with_487_on_the_wire() {
    for link in [Link::UDP, Link::TCP] {
        let mut pair = Pair::new(link);
        let (a, b) = pair.ring();
        pair.run_ms(20);
        pair.cancel(A, a);
        pair.finish();
        assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
        assert!(matches!(pair.end(B, b), CallEnd::Cancelled(_)));
        assert_eq!(pair.times(B, "487 INVITE").len(), 1);
        assert_eq!(pair.times(B, "200 CANCEL").len(), 1);
        assert_eq!(pair.times(A, "BYE").len(), 0);
    }
}

#[test]
fn a_cancel_waits_for_the_first_provisional_response() {
    let mut pair = Pair::new(Link::UDP);
    let a = pair.invite(A);
    pair.cancel(A, a);
    assert_eq!(pair.times(A, "CANCEL").len(), 0);
    pair.finish();
    assert_eq!(pair.times(A, "CANCEL"), [20]);
    assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    pair.run_ms(20);
    pair.respond(B, b, 200);
    pair.cancel(A, a);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    assert_eq!(pair.times(A, "ACK").len(), 1);
    assert_eq!(pair.times(A, "BYE").len(), 1);
    assert_eq!(pair.times(B, "200 CANCEL").len(), 1);
    assert!(pair.find(A, |e| matches!(e, Event::Answered { .. }).then_some(())).is_none());
}

#[test]
fn a_cancel_ordered_after_the_answer_came_hangs_up() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    pair.cancel(A, a);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    assert_eq!(pair.times(A, "CANCEL").len(), 0);
}

#[test]
fn an_unreachable_peer_is_called_seven_times() {
    let mut pair = Pair::new(Link { loss: 100, ..Link::UDP });
    let a = pair.invite(A);
    pair.finish();
    assert_eq!(pair.times(A, "INVITE"), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    assert!(matches!(pair.end(A, a), CallEnd::NoResponse));
}

#[test]
fn a_send_that_fails_ends_the_call_at_once() {
    let mut pair = Pair::new(Link::TCP);
    let to = pair.target(B);
    let call = pair.a.reserve_call();
    let request = Box::new(invite_draft(A));
    let now = pair.now;
    pair.a.handle_input(now, Command::Invite { call, to, request }.into()).unwrap();
    let transaction = match pair.a.poll_output() {
        Output::Transmit(transmit) => transmit.transaction.unwrap(),
        other => panic!("{other:?}"),
    };
    pair.a.handle_input(now, Input::SendFailed { transaction }).unwrap();
    pair.finish();
    assert!(matches!(pair.end(A, call), CallEnd::Unreachable));
}

#[test]
fn a_lost_answer_is_sent_again_until_it_is_acknowledged() {
    for link in [Link::UDP, Link::TCP] {
        let mut pair = Pair::new(link);
        let (a, b) = pair.ring();
        lose_first(&mut pair, B, "200 INVITE", 3);
        pair.respond(B, b, 200);
        pair.run(Duration::from_secs(10));
        assert_eq!(pair.times(B, "200 INVITE"), [15, 515, 1515, 3515]);
        assert_eq!(pair.times(A, "ACK").len(), 1);
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn a_lost_ack_is_sent_again_with_each_repeated_answer() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    lose_first(&mut pair, A, "ACK", 2);
    pair.respond(B, b, 200);
    pair.run(Duration::from_secs(10));
    let acks: Vec<_> =
        pair.sent.iter().filter(|(_, _, m)| name(m) == "ACK").map(|(_, _, m)| m.encode()).collect();
    assert_eq!(acks.len(), 3);
    assert!(acks.iter().all(|ack| *ack == acks[0]));
    assert_eq!(pair.events.iter().filter(|(_, e)| matches!(e, Event::Answered { .. })).count(), 1);
    assert_eq!(
        pair.events.iter().filter(|(_, e)| matches!(e, Event::Acknowledged { .. })).count(),
        1
    );
    pair.bye(B, b);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::PeerHungUp(_)));
}

#[test]
fn an_answer_never_acknowledged_is_hung_up_after_64_t1() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    lose_first(&mut pair, A, "ACK", usize::MAX);
    pair.respond(B, b, 200);
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::NoAck));
    assert!(matches!(pair.end(A, a), CallEnd::PeerHungUp(_)));
    assert_eq!(pair.times(B, "BYE"), [32_015]);
    let answers = pair.times(B, "200 INVITE");
    assert_eq!(answers.len(), 11);
    assert_eq!(answers.last(), Some(&31_515));
}

#[test]
fn a_called_side_hangs_up_only_after_the_ack() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    lose_first(&mut pair, A, "ACK", 1);
    pair.respond(B, b, 200);
    pair.run_ms(100);
    pair.bye(B, b);
    assert_eq!(pair.times(B, "BYE").len(), 0);
    pair.finish();
    assert_eq!(pair.times(B, "BYE").len(), 1);
    assert!(matches!(pair.end(B, b), CallEnd::HungUp));
    assert!(matches!(pair.end(A, a), CallEnd::PeerHungUp(_)));
}

#[test]
fn both_sides_hanging_up_at_once_get_200_each() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    pair.bye(A, a);
    pair.bye(B, b);
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::HungUp));
    assert!(matches!(pair.end(B, b), CallEnd::HungUp));
    assert_eq!((pair.times(A, "200 BYE").len(), pair.times(B, "200 BYE").len()), (1, 1));
}

#[test]
fn offers_that_cross_are_repeated_after_the_delays_of_the_rfc() {
    for seed in 1..20 {
        let mut pair = Pair::seeded(Link::UDP, seed);
        let (a, b) = pair.connect();
        let start = pair.now.as_millis();
        pair.re_invite(A, a);
        pair.re_invite(B, b);
        pair.run_ms(15);
        assert_eq!((pair.times(A, "491 INVITE").len(), pair.times(B, "491 INVITE").len()), (1, 1));
        // B did not choose the Call-ID and comes first.
        let mut answered = Vec::new();
        let until = pair.now + Duration::from_secs(6);
        let mut seen = pair.events.len();
        while pair.step(until) {
            for (side, event) in pair.events.split_off(seen) {
                if let Event::ReInvite { call, .. } = &event {
                    answered.push((side, *call));
                }
                pair.events.push((side, event));
            }
            seen = pair.events.len();
            for (side, call) in answered.drain(..) {
                pair.respond(side, call, 200);
            }
            seen = seen.min(pair.events.len());
        }
        let (first, second) = (pair.times(B, "INVITE"), pair.times(A, "INVITE"));
        let delay_b = first.get(1).unwrap() - start - 20;
        let delay_a = second.get(2).unwrap() - start - 20;
        assert!(delay_b <= 2_000 && delay_b.is_multiple_of(10), "{delay_b}");
        assert!((2_100..=4_000).contains(&delay_a) && delay_a.is_multiple_of(10), "{delay_a}");
        assert_eq!(
            pair.events.iter().filter(|(_, e)| matches!(e, Event::ReInviteAnswered { .. })).count(),
            2
        );
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn an_offer_that_nobody_answers_ends_the_call() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    pair.link.loss = 100;
    pair.re_invite(A, a);
    pair.run(Duration::from_secs(33));
    assert!(matches!(pair.end(A, a), CallEnd::Lost));
    pair.link.loss = 0;
    pair.run(Duration::from_secs(33));
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    pair.finish();
}

#[test]
fn an_offer_to_a_peer_that_forgot_the_call_ends_it() {
    let mut pair = Pair::new(Link::TCP);
    let (a, _) = pair.connect();
    pair.b = Endpoint::new(EndpointConfig::new("192.0.2.2", 99).unwrap());
    pair.re_invite(A, a);
    pair.run_ms(100);
    assert!(matches!(pair.end(A, a), CallEnd::Lost));
    pair.events.retain(|(side, _)| *side == A);
    pair.finish();
}

#[test]
fn a_bye_closes_a_pending_offer_with_487() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    pair.re_invite(A, a);
    pair.run_ms(30);
    pair.bye(A, a);
    pair.run_ms(30);
    assert_eq!(pair.times(B, "487 INVITE").len(), 1);
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    pair.finish();
}

#[test]
fn a_closed_flow_sends_responses_to_the_address_in_via() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.ring();
    let now = pair.now;
    pair.b.handle_input(now, Input::FlowClosed { flow: FLOW }).unwrap();
    let answer = Command::RespondInvite { call: b, response: Box::new(response(486)) };
    pair.b.handle_input(now, answer.into()).unwrap();
    let message = match pair.b.poll_output() {
        Output::Transmit(transmit) => {
            let expected = Target::new(TransportKind::Tcp, "192.0.2.1", 5060);
            assert_eq!(transmit.to, super::super::Route::Target(expected));
            transmit.message
        }
        other => panic!("{other:?}"),
    };
    pair.post(B, Message::clone(&message));
    pair.finish();
    assert!(matches!(pair.end(A, a), CallEnd::Rejected(_)));
}
