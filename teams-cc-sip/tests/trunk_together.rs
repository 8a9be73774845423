//! A caller is put through to several destinations that ring at once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    Carriers, Party, PutThrough, Stage, Switch, TENANT, TENANT_FQDN, Told, carrier_invite, mobile,
    rtp, srtp, teams_invite, two_carriers, user, within,
};
use teams_cc_core::{
    LegId, PhoneNumber,
    contact::{EndReason, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    gate::{Cap, GatePolicy, Permission, Refusal},
    io::{Peer, TransportKind},
    message::{Method, Request, StatusCode, Uri},
    trunk::{BackToBack, IncomingCall, TrunkEvent, Via},
};

const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

fn both(call: &IncomingCall) -> BackToBack {
    BackToBack::new(user(call)).together_with(mobile(call))
}

/// Both ring: the desk at Teams, and the mobile phone at the other carrier.
async fn ringing(plan: impl FnOnce(&IncomingCall) -> BackToBack) -> (PutThrough, Party, Request) {
    let mut p = PutThrough::by(two_carriers(), &[], plan).await;
    let (mut backup, out) = p.at_the_mobile().await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    backup.answer(&out, StatusCode::RINGING, None).await;
    (p, backup, out)
}

async fn withdrawn(party: &mut Party, invite: &Request, why: &str) {
    let cancel = party.request(&Method::Cancel).await;
    assert_eq!(cancel.headers().get_str("Reason"), Some(why));
    party.answer(&cancel, StatusCode::OK, None).await;
    party.answer(invite, StatusCode::REQUEST_TERMINATED, None).await;
    party.request(&Method::Ack).await;
}

async fn reached(p: &mut PutThrough) -> usize {
    loop {
        if let TrunkEvent::Reached { leg, place } = p.stage.event().await {
            assert_eq!(leg, *p.called.id());
            return place;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_answers_first_has_the_call_and_the_other_is_told_so() {
    for second in [true, false] {
        let (mut p, mut backup, out) = ringing(both).await;
        // The second one rings as well: that is no news.
        p.caller.hears_nothing(Duration::from_secs(5)).await;
        if second {
            backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
            backup.request(&Method::Ack).await;
            withdrawn(&mut p.proxy, &p.out, ELSEWHERE).await;
        } else {
            p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
            p.proxy.request(&Method::Ack).await;
            withdrawn(&mut backup, &out, ELSEWHERE).await;
        }
        p.answered().await;
        assert_eq!(reached(&mut p).await, usize::from(second));
        p.called.execute(LegCommand::HangUp).await.unwrap();
        let there = if second { &mut backup } else { &mut p.proxy };
        let bye = there.request(&Method::Bye).await;
        there.answer(&bye, StatusCode::OK, None).await;
        let bye = p.caller.request(&Method::Bye).await;
        p.caller.answer(&bye, StatusCode::OK, None).await;
        p.proxy.hears_nothing(Duration::from_secs(1)).await;
        p.nothing_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_application_sees_one_leg_whoever_rings_and_answers() {
    let (mut p, mut backup, out) = ringing(both).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    withdrawn(&mut p.proxy, &p.out, ELSEWHERE).await;
    p.answered().await;
    let (customer, called) = (p.customer.id().clone(), p.called.id().clone());
    let mut told = Vec::new();
    while !matches!(told.last(), Some(LegEvent::Bridged { .. })) {
        match p.stage.event().await {
            TrunkEvent::Leg { leg, event } if leg == called => told.push(event),
            TrunkEvent::Leg { leg, .. } => assert_eq!(leg, customer),
            _ => {}
        }
    }
    let before = [LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive];
    assert_eq!(told[..3], before);
}

#[tokio::test(start_paused = true)]
async fn two_that_answer_at_once_give_one_call() {
    let (mut p, mut backup, out) = ringing(both).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    // The desk was picked up before it heard that it was too late.
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Reason"), Some(ELSEWHERE));
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    p.answered().await;
    p.caller.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(p.caller.ladder.iter().filter(|line| line.contains("200")).count(), 1);
    assert_eq!(p.stage.trunk.traces().await.unwrap().len(), 0);
    p.called.execute(LegCommand::HangUp).await.unwrap();
    let bye = backup.request(&Method::Bye).await;
    backup.answer(&bye, StatusCode::OK, None).await;
    let bye = p.caller.request(&Method::Bye).await;
    p.caller.answer(&bye, StatusCode::OK, None).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn the_others_ring_on_where_one_is_busy_and_the_best_end_counts() {
    for first_busy in [true, false] {
        let (mut p, mut backup, out) = ringing(both).await;
        if first_busy {
            p.ends(486, &[]).await;
        } else {
            backup.answer(&out, StatusCode::BUSY_HERE, None).await;
            backup.request(&Method::Ack).await;
        }
        p.caller.hears_nothing(Duration::from_secs(5)).await;
        if first_busy {
            backup.answer(&out, StatusCode::SERVICE_UNAVAILABLE, None).await;
            backup.request(&Method::Ack).await;
        } else {
            p.ends(503, &[]).await;
        }
        p.refused(486).await;
        let leg = p.called.id().clone();
        assert_eq!(p.stage.leg_event(&leg).await, LegEvent::Ringing);
        assert!(matches!(p.stage.leg_event(&leg).await, LegEvent::Ended(_)));
        p.nothing_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_left_answers_under_the_called_legs_name() {
    let (mut p, mut backup, out) = ringing(both).await;
    p.ends(480, &[]).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    p.answered().await;
    p.called.execute(LegCommand::HangUp).await.unwrap();
    backup.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn who_declines_everywhere_takes_the_others_along() {
    let q850 = "Q.850;cause=21;text=\"Call Rejected\"";
    let (mut p, mut backup, out) = ringing(both).await;
    p.ends(603, &[("Reason", q850)]).await;
    withdrawn(&mut backup, &out, "SIP;cause=603").await;
    let refusal = p.refused(603).await;
    assert_eq!(refusal.headers().get_str("Reason"), Some(q850));
    let leg = p.called.id().clone();
    assert_eq!(p.stage.leg_event(&leg).await, LegEvent::Ringing);
    assert_eq!(support::end(p.stage.leg_event(&leg).await).0, EndReason::Declined);
    p.nothing_is_left().await;
    // Unless the plan goes on all the same.
    let (mut p, mut backup, out) = ringing(|call| both(call).next_on([603])).await;
    p.ends(603, &[]).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    p.answered().await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_withdraws_takes_all_of_them_along() {
    let (mut p, mut backup, out) = ringing(both).await;
    let why = "SIP;cause=487;text=\"gone\"";
    p.cancel(&[("Reason", why)]).await;
    p.caller.response(200).await;
    p.refused(487).await;
    withdrawn(&mut backup, &out, why).await;
    withdrawn(&mut p.proxy, &p.out, why).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn all_of_them_have_one_time_and_then_the_next_is_called() {
    let plan = |call: &IncomingCall| {
        let mut third = mobile(call);
        third.number = PhoneNumber::presented("+14255550177");
        both(call).or_to(third).ring_time(Duration::from_secs(20))
    };
    let (mut p, mut backup, out) = ringing(plan).await;
    p.proxy.hears_nothing(Duration::from_secs(14)).await;
    let why = "Q.850;cause=19;text=\"No answer from the user\"";
    withdrawn(&mut p.proxy, &p.out, why).await;
    withdrawn(&mut backup, &out, why).await;
    assert_eq!(p.next_destination().await, (2, 408));
    let third = backup.request(&Method::Invite).await;
    assert!(third.uri().reveal().contains("+14255550177"));
    backup.answer(&third, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    p.answered().await;
}

#[tokio::test(start_paused = true)]
async fn the_caller_hears_whoever_has_early_media_first_until_that_one_ends() {
    let switch = Arc::new(Switch::default());
    let stage = Stage::with_media(two_carriers(), Arc::clone(&switch) as _);
    let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), both).await;
    let (mut backup, out) = p.at_the_mobile().await;
    backup.answer(&out, StatusCode::SESSION_PROGRESS, Some(&rtp("sendrecv", 3))).await;
    let early = p.caller.response(183).await;
    assert!(!early.body().is_empty());
    let caller = p.customer.id().clone();
    let heard = switch.take();
    let [Told::Join(one, beside)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(*one == caller && beside != p.called.id(), "{heard:?}");
    // The desk rings, and has music of its own: the caller goes on hearing the mobile phone.
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    p.caller.hears_nothing(Duration::from_secs(2)).await;
    assert_eq!(switch.take(), []);
    backup.answer(&out, StatusCode::TEMPORARILY_UNAVAILABLE, None).await;
    backup.request(&Method::Ack).await;
    p.caller.response(180).await;
    assert_eq!(switch.take(), [Told::Ring(caller.clone(), true)]);
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    assert_eq!(p.answered().await.body(), early.body());
    assert_eq!(switch.take(), [Told::Join(caller, p.called.id().clone())]);
}

#[tokio::test(start_paused = true)]
async fn each_counts_at_the_gate_and_one_that_may_not_be_called_is_left_out() {
    let bank: teams_cc_core::TenantId = TENANT.parse().unwrap();
    let cap = Permission::unrestricted().outbound(Cap::none().concurrent(2));
    let config = two_carriers().gate(GatePolicy::new().others(cap.clone()).tenant(bank, cap));
    let plan = |call: &IncomingCall| {
        let mut third = mobile(call);
        third.number = PhoneNumber::presented("+14255550177");
        // Teams counts for its tenant, whose cap two carriers' calls do not touch.
        BackToBack::new(user(call))
            .together_with(mobile(call))
            .together_with(mobile(call))
            .together_with(third)
    };
    let mut p = PutThrough::by(config, &[], plan).await;
    let (mut backup, first) = p.at_the_mobile().await;
    let second = backup.request(&Method::Invite).await;
    for invite in [&first, &second] {
        backup.answer(invite, StatusCode::RINGING, None).await;
    }
    backup.hears_nothing(Duration::from_secs(1)).await;
    let refused = p.stage.trunk.refusals().await;
    assert_eq!(
        refused.iter().map(|r| (r.refusal, r.count)).collect::<Vec<_>>(),
        [(Refusal::Concurrent, 1)]
    );
    p.caller.response(180).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await;
    let mut over = 0;
    while over < 2 {
        let request = backup.any_request().await;
        if *request.method() == Method::Ack {
            over += 1;
            continue;
        }
        assert_eq!(request.headers().get_str("Reason"), Some(ELSEWHERE));
        let same = |invite: &&&Request| {
            invite.headers().get_str("Call-ID") == request.headers().get_str("Call-ID")
        };
        let invite = [&first, &second];
        let invite = invite.iter().find(same).unwrap();
        backup.answer(&request, StatusCode::OK, None).await;
        backup.answer(invite, StatusCode::REQUEST_TERMINATED, None).await;
    }
    // What was withdrawn no longer counts.
    for n in 1..=2 {
        let mut to = support::to_teams(40 + n);
        to.via = Via::Carrier("backup".into());
        p.stage.trunk.dial(to).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_reached_leaves_the_others_ringing() {
    let stage = Stage::refusing(two_carriers(), &["backup.test"]);
    let plan = |call: &IncomingCall| BackToBack::new(mobile(call)).together_with(user(call));
    let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), plan).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await;
}

/// RFC 3891 §3: whoever picks up one of those that ring has the call.
#[tokio::test(start_paused = true)]
async fn one_of_those_that_ring_is_picked_up_from_elsewhere() {
    let (mut p, mut backup, out) = ringing(both).await;
    let get = |name| out.headers().get_str(name).unwrap();
    let ours = get("From").split("tag=").nth(1).unwrap();
    let replaces = format!("{};to-tag={ours};from-tag=party;early-only", get("Call-ID"));
    let peer = Peer::new(TransportKind::Tcp, "198.51.100.9:5060".parse().unwrap());
    let mut taker = p.stage.connect(peer).await;
    let invite = Carriers::replacing("picked", &replaces, &rtp("sendrecv", 7));
    taker.send(invite.clone()).await;
    taker.response(100).await;
    let ok = taker.response(200).await;
    taker.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    withdrawn(&mut backup, &out, ELSEWHERE).await;
    withdrawn(&mut p.proxy, &p.out, ELSEWHERE).await;
    p.answered().await;
    let called = p.called.id().clone();
    while !matches!(p.stage.leg_event(&called).await, LegEvent::Bridged { .. }) {}
    p.called.execute(LegCommand::HangUp).await.unwrap();
    taker.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_trunk_ends_all_that_rings() {
    let (p, mut backup, out) = ringing(both).await;
    let PutThrough { mut stage, mut caller, mut proxy, out: desk, .. } = p;
    let trunk = stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_secs(20)).await });
    for (party, invite) in [(&mut proxy, &desk), (&mut backup, &out)] {
        let cancel = party.request(&Method::Cancel).await;
        party.answer(&cancel, StatusCode::OK, None).await;
        party.answer(invite, StatusCode::REQUEST_TERMINATED, None).await;
        party.request(&Method::Ack).await;
    }
    caller.response(503).await;
    while stage.events.next().await.is_some() {}
    assert!(stopping.await.unwrap().is_empty());
}

/// Nobody else may pick up a call for help, and it is made once.
#[tokio::test(start_paused = true)]
async fn a_call_for_help_rings_alone() {
    let mut stage = Stage::new(two_carriers());
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("sos", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    invite.set_uri(Uri::parse(format!("sip:112@{TENANT_FQDN}")).unwrap());
    teams.send(invite).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    let help = || call.onward(Via::Carrier("carrier".into()), LegId::numbered("OUT", 1));
    let desk = mobile(&call);
    let plan = BackToBack::new(desk).together_with(help()).together_with(help());
    let _leg = stage.trunk.bridge(&call.leg, plan).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let out = carrier.request(&Method::Invite).await;
    assert!(out.uri().reveal().starts_with("sip:112@"));
    carrier.answer(&out, StatusCode::RINGING, None).await;
    carrier.hears_nothing(Duration::from_secs(5)).await;
    carrier.answer(&out, StatusCode::SERVER_INTERNAL_ERROR, None).await;
    carrier.request(&Method::Ack).await;
    // Only then, and again first of all, the other one; the desk comes last.
    let again = carrier.request(&Method::Invite).await;
    assert!(again.uri().reveal().starts_with("sip:112@"));
    carrier.answer(&again, StatusCode::SERVER_INTERNAL_ERROR, None).await;
    carrier.request(&Method::Ack).await;
    let mut backup = stage.connection("backup.test").await;
    assert!(backup.request(&Method::Invite).await.uri().reveal().contains("+14255550150"));
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_media_for_the_first_the_other_rings_all_the_same() {
    let first = LegId::numbered("OUT", 1);
    let switch = Arc::new(Switch::refusing_once(first.clone()));
    let mut stage = Stage::with_media(two_carriers(), switch);
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut caller = stage.carrier_connects().await;
    caller.send(carrier_invite("pstn", &[], &rtp("sendrecv", 1))).await;
    let call = stage.incoming().await;
    let bridged = stage.trunk.bridge(&call.leg, both(&call));
    let limit = Duration::from_mins(1);
    let leg = tokio::time::timeout(limit, bridged).await.expect("it says how it went").unwrap();
    assert_eq!(*leg.id(), first);
    let mut backup = stage.connection("backup.test").await;
    let out = backup.request(&Method::Invite).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    proxy.hears_nothing(Duration::from_secs(5)).await;
}

/// Pain 80.
#[tokio::test(start_paused = true)]
async fn each_destination_is_called_at_its_own_peer_and_in_its_words() {
    let (p, _backup, out) = ringing(both).await;
    let get = |invite: &Request, name| invite.headers().get_str(name).unwrap().to_owned();
    let text = |invite: &Request| String::from_utf8_lossy(invite.body()).into_owned();
    assert!(p.out.uri().reveal().contains("@sip.pstnhub.test"), "{}", p.out.uri().reveal());
    assert!(get(&p.out, "Contact").contains(TENANT_FQDN) && text(&p.out).contains("RTP/SAVP"));
    assert!(out.uri().reveal().contains("+14255550150@backup.test"), "{}", out.uri().reveal());
    assert!(!get(&out, "Contact").contains(TENANT_FQDN), "{}", get(&out, "Contact"));
    assert!(get(&out, "Contact").contains("transport=tcp") && text(&out).contains("RTP/AVP"));
    assert_ne!(get(&p.out, "Call-ID"), get(&out, "Call-ID"));
}
