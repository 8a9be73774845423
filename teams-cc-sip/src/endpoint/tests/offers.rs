//! Delayed offers: an INVITE that describes no session, and whoever describes one first.

use super::*;
use crate::endpoint::{CallPolicy, Error, Reliability};

#[test]
fn an_invite_without_offer_is_offered_one_reliably_and_answers_in_its_prack() {
    let policy = CallPolicy::new().reliability(Reliability::Supported);
    let mut pair = Pair::configured(Link::UDP, 1, move |config| config.policy(policy));
    let to = pair.target(B);
    let call = pair.a.reserve_call();
    let mut draft = invite_draft(A);
    draft.remove_body();
    pair.order(A, Command::Invite { call, to, request: Box::new(draft) }).unwrap();
    pair.run_ms(15);
    let b = pair.incoming(B);
    let response = Box::new(described(183));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(30);
    let fork = pair.find(A, |e| match e {
        Event::EarlyOffer { fork, response, .. } => {
            assert!(!response.body().is_empty());
            Some(*fork)
        }
        _ => None,
    });
    assert_eq!(fork, Some(0));
    assert!(pair.times(A, "PRACK").is_empty());
    let wrong = Command::Prack { call, fork: 1, extras: Extras::new() };
    assert_eq!(pair.order(A, wrong), Err(Error::NotTaken("PRACK")));
    pair.order(A, Command::Prack { call, fork: 0, extras: session("a=answer") }).unwrap();
    pair.run_ms(30);
    let answer = pair.find(B, |e| match e {
        Event::Confirmed { request, offer, .. } => Some((request.body().clone(), *offer)),
        _ => None,
    });
    let (body, offer) = answer.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("a=answer") && offer.is_none());
    pair.respond(B, b, 200);
    pair.run_ms(50);
    assert_eq!(pair.times(A, "ACK").len(), 1, "the answer owes nothing more");
    pair.bye(B, b);
    pair.finish();
}

#[test]
fn an_invite_without_offer_gets_one_in_the_answer_and_answers_in_the_ack() {
    let mut pair = Pair::new(Link::UDP);
    let to = pair.target(B);
    let call = pair.a.reserve_call();
    let mut draft = invite_draft(A);
    draft.remove_body();
    pair.order(A, Command::Invite { call, to, request: Box::new(draft) }).unwrap();
    pair.run_ms(15);
    let b = pair.incoming(B);
    let response = Box::new(described(200));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(700);
    assert!(pair.times(A, "ACK").is_empty(), "the ACK is the application's");
    assert!(pair.times(B, "200 INVITE").len() > 1);
    pair.order(A, Command::Acknowledge { call, extras: session("a=answer") }).unwrap();
    pair.run_ms(50);
    let body = pair.find(B, |e| match e {
        Event::Acknowledged { request, .. } => Some(request.body().clone()),
        _ => None,
    });
    assert!(String::from_utf8_lossy(&body.unwrap()).contains("a=answer"));
    let again = Command::Acknowledge { call, extras: Extras::new() };
    assert!(matches!(pair.order(A, again), Err(Error::WrongState { .. })));
    // Either side can change the session now.
    pair.re_invite(B, b);
    pair.run_ms(30);
    pair.respond(A, call, 200);
    pair.run_ms(30);
    pair.bye(A, call);
    pair.finish();
}

#[test]
fn an_answer_that_offers_and_is_left_alone_is_hung_up() {
    for hang_up in [false, true] {
        let mut pair = Pair::new(Link::UDP);
        let to = pair.target(B);
        let call = pair.a.reserve_call();
        let mut draft = invite_draft(A);
        draft.remove_body();
        pair.order(A, Command::Invite { call, to, request: Box::new(draft) }).unwrap();
        pair.run_ms(15);
        let b = pair.incoming(B);
        let response = Box::new(described(200));
        pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
        pair.run_ms(50);
        if hang_up {
            pair.bye(A, call);
        } else {
            pair.lose = Some(Box::new(|from, message| from == B && name(message) == "BYE"));
        }
        pair.finish();
        let (ack, bye) = (pair.times(A, "ACK"), pair.times(A, "BYE"));
        assert_eq!((ack.len(), bye.len()), (1, 1));
        let end = pair.end(A, call);
        assert!(if hang_up {
            matches!(end, CallEnd::HungUp)
        } else {
            matches!(end, CallEnd::NoAck)
        });
    }
}

#[test]
fn a_reinvite_without_offer_gets_one_and_answers_in_the_ack() {
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.connect();
    pair.order(B, Command::ReInvite { call: b, extras: Extras::new() }).unwrap();
    pair.run_ms(30);
    let response = Box::new(described(200));
    pair.order(A, Command::RespondInvite { call: a, response }).unwrap();
    pair.run_ms(600);
    assert!(pair.times(B, "ACK").is_empty());
    // Neither side begins anything else meanwhile.
    pair.re_invite(A, a);
    assert_eq!(pair.times(A, "INVITE").len(), 1);
    pair.order(B, Command::Acknowledge { call: b, extras: session("a=answer") }).unwrap();
    pair.run_ms(50);
    let body = pair.find(A, |e| match e {
        Event::Acknowledged { request, .. } => Some(request.body().clone()),
        _ => None,
    });
    assert!(String::from_utf8_lossy(&body.unwrap()).contains("a=answer"));
    pair.run(Duration::from_secs(5));
    assert_eq!(pair.times(A, "INVITE").len(), 2);
    pair.respond(B, b, 200);
    pair.run_ms(50);
    pair.bye(A, a);
    pair.finish();
}
