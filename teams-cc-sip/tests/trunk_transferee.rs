//! What whoever is handed over hears while the target is called (DR-098).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    Answered, Bridged, Party, Stage, Switch, Told, config, from_callee, mobile, rtp, srtp,
    two_carriers, within,
};
use teams_cc_core::{
    LegId,
    contact::{Leg, LegEvent},
};
use teams_cc_sip::{
    message::{Method, Request, StatusCode},
    trunk::BackToBack,
};

const TARGET: &str = "<sip:+14255550177@sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:a>";

/// A bridge whose Teams user asks for a transfer, and the INVITE of its target.
async fn transferring() -> (Bridged, Arc<Switch>, Request) {
    let switch = Arc::new(Switch::default());
    let stage = Stage::with_media(config(), Arc::clone(&switch) as _);
    let mut b = Bridged::on(stage).await;
    switch.take();
    let mut teams = b.stage.teams_connects().await;
    let refer = from_callee(&b.teams_invite, "REFER", 1, &[("Refer-To", TARGET)], None);
    teams.send(refer).await;
    teams.response(202).await;
    notified(&mut b).await;
    let invite = b.proxy.request(&Method::Invite).await;
    assert_eq!(switch.take(), [], "nobody rings yet");
    (b, switch, invite)
}

async fn notified(b: &mut Bridged) {
    let notify = b.proxy.request(&Method::Notify).await;
    b.proxy.answer(&notify, StatusCode::OK, None).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_handed_over_hears_ringing_and_after_a_refusal_the_old_party_again() {
    let (mut b, switch, invite) = transferring().await;
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    notified(&mut b).await;
    let customer = b.customer.id().clone();
    assert_eq!(switch.take(), [Told::Ring(customer.clone(), true)]);
    b.proxy.answer(&invite, StatusCode::BUSY_HERE, None).await;
    b.proxy.request(&Method::Ack).await;
    notified(&mut b).await;
    let agent = b.agent.id().clone();
    assert_eq!(switch.take(), [Told::Ring(customer.clone(), false), Told::Join(agent, customer)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_handed_over_hears_the_targets_early_media() {
    let (mut b, switch, invite) = transferring().await;
    let early = srtp("sendrecv", 7);
    b.proxy.answer(&invite, StatusCode::SESSION_PROGRESS, Some(&early)).await;
    notified(&mut b).await;
    let customer = b.customer.id().clone();
    let told = switch.take();
    let [Told::Join(target, with)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(*with, customer);
    assert_ne!(target, b.agent.id(), "the new call, not the old one");
    b.carrier.hears_nothing(Duration::from_secs(1)).await;
}

/// DR-140.
#[tokio::test(start_paused = true)]
async fn each_stream_is_told_under_its_leg_before_the_leg_ends_and_a_transferred_leg_tells_two() {
    let (mut b, _switch, invite) = transferring().await;
    b.proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 7))).await;
    for _ in ["NOTIFY", "ACK"] {
        let request = b.proxy.any_request().await;
        if *request.method() == Method::Notify {
            b.proxy.answer(&request, StatusCode::OK, None).await;
        }
    }
    let (agent, customer) = (b.agent.id().clone(), b.customer.id().clone());
    let mut target = b.stage.teams_connects().await;
    target.send(from_callee(&invite, "BYE", 1, &[], None)).await;
    target.response(200).await;
    let bye = b.carrier.request(&Method::Bye).await;
    b.carrier.answer(&bye, StatusCode::OK, None).await;
    for leg in [&agent, &customer] {
        while !matches!(b.stage.leg_event(leg).await, LegEvent::Ended(_)) {}
    }
    let told: Vec<_> =
        b.stage.went.iter().map(|(leg, went)| (leg.clone(), went.received)).collect();
    assert_eq!(told, [(agent.clone(), 1), (agent, 2), (customer, 3)]);
}

/// The mobile phone answers while whoever was to talk to it is being handed over.
async fn answered_meanwhile() -> (Stage, Party, Party, Request, [LegId; 2], Arc<Switch>) {
    let switch = Arc::new(Switch::default());
    let mut stage = Stage::with_media(two_carriers(), Arc::clone(&switch) as _);
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let Answered { mut teams, invite, call, ok } = stage.answered().await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let leg = stage.trunk.bridge(&call.leg, BackToBack::new(mobile(&call))).await.unwrap();
    let mut backup = stage.connection("backup.test").await;
    let out = backup.request(&Method::Invite).await;
    backup.answer(&out, StatusCode::RINGING, None).await;
    teams.send(within(&invite, &ok, "REFER", 2, &[("Refer-To", TARGET)], None)).await;
    teams.response(202).await;
    let target = loop {
        let request = proxy.any_request().await;
        if *request.method() == Method::Invite {
            break request;
        }
        proxy.answer(&request, StatusCode::OK, None).await;
    };
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    let legs = [call.leg.id().clone(), leg.id().clone()];
    // The handles go: whoever holds the events of a test keeps its calls.
    std::mem::forget((call.leg, leg));
    switch.take();
    (stage, proxy, backup, target, legs, switch)
}

async fn both_are_bridged(stage: &mut Stage, legs: &[LegId; 2], switch: &Switch) {
    for (leg, with) in [(&legs[0], &legs[1]), (&legs[1], &legs[0])] {
        while stage.leg_event(leg).await != (LegEvent::Bridged { with: with.clone() }) {}
    }
    assert!(switch.take().iter().any(|told| matches!(told, Told::Join(..))));
}

#[tokio::test(start_paused = true)]
async fn who_answers_for_a_caller_under_transfer_talks_to_it_once_that_fails() {
    let (mut stage, mut proxy, mut backup, target, legs, switch) = answered_meanwhile().await;
    proxy.answer(&target, StatusCode::BUSY_HERE, None).await;
    both_are_bridged(&mut stage, &legs, &switch).await;
    backup.hears_nothing(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn who_answers_for_a_caller_under_transfer_talks_to_the_target() {
    let (mut stage, mut proxy, mut backup, target, legs, switch) = answered_meanwhile().await;
    proxy.answer(&target, StatusCode::OK, Some(&srtp("sendrecv", 4))).await;
    both_are_bridged(&mut stage, &legs, &switch).await;
    backup.hears_nothing(Duration::from_secs(5)).await;
}
