//! A caller is put through: progress, early media, the answer and the end pass both ways.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    PutThrough, Stage, Switch, Told, answer, end, from_callee, rtp, srtp, two_carriers, user,
    within,
};
use teams_cc_core::{
    LegId,
    contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    ErrorKind,
    endpoint::Reliability,
    message::{Method, Response, StatusCode},
    trunk::BackToBack,
};

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn is_bridged(event: &LegEvent) -> bool {
    matches!(event, LegEvent::Bridged { .. })
}

#[tokio::test(start_paused = true)]
async fn ringing_and_the_answer_reach_the_caller_and_both_talk() {
    let mut p = PutThrough::to_user().await;
    assert_eq!(
        p.out.headers().get_str("From").map(|from| from.contains("+14255550123")),
        Some(true)
    );
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    assert!(p.caller.response(180).await.body().is_empty());
    // Another telephone of the user rings as well: that is no news.
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.hears_nothing(Duration::from_secs(5)).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let ok = p.answered().await;
    assert!(text(ok.body()).contains("RTP/AVP"), "in the caller's own words");
    for leg in [p.customer.id().clone(), p.called.id().clone()] {
        while !is_bridged(&p.stage.leg_event(&leg).await) {}
    }
    assert_eq!(
        p.caller.ladder,
        ["→ INVITE", "← 100 (INVITE)", "← 180 (INVITE)", "← 200 (INVITE)", "→ ACK"]
    );
    // Whoever hangs up takes the other along, with the reason given.
    let why = "Q.850;cause=16;text=\"Terminated\"";
    p.caller.send(within(&p.invite, &ok, "BYE", 2, &[("Reason", why)], None)).await;
    p.caller.response(200).await;
    let bye = p.proxy.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Reason"), Some(why));
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn the_called_side_hangs_up_and_takes_the_caller_along() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await;
    let mut teams = p.stage.teams_connects().await;
    let why = [("Reason", "SIP;cause=200;text=\"done\"")];
    teams.send(from_callee(&p.out, "BYE", 1, &why, None)).await;
    teams.response(200).await;
    let bye = p.caller.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Reason"), Some(why[0].1));
    p.caller.answer(&bye, StatusCode::OK, None).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_progress_passes_once() {
    let mut p = PutThrough::to_user().await;
    for status in [181, 182, 180, 183, 180] {
        let status = StatusCode::new(status).unwrap();
        p.proxy.answer(&p.out, status, None).await;
        assert!(p.caller.response(status.as_u16()).await.body().is_empty());
        p.proxy.answer(&p.out, status, None).await;
    }
    // What says nothing about the called party stays here.
    p.proxy.answer(&p.out, StatusCode::new(199).unwrap(), None).await;
    p.caller.hears_nothing(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn early_media_passes_and_the_answer_repeats_what_it_described() {
    let switch = Arc::new(Switch::default());
    let stage = Stage::with_media(two_carriers(), Arc::clone(&switch) as _);
    let plan = |call: &_| BackToBack::new(user(call));
    let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), plan).await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    let early = p.caller.response(183).await;
    assert!(text(early.body()).contains("m=audio 4000 RTP/AVP 8"), "{}", text(early.body()));
    let (one, other) = (p.customer.id().clone(), p.called.id().clone());
    assert_eq!(switch.take(), [Told::Join(one.clone(), other.clone())]);
    // The network falls silent and the telephone rings by itself: the caller hears that.
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    assert!(p.caller.response(180).await.body().is_empty());
    assert_eq!(switch.take(), [Told::Ring(one.clone(), true)]);
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let ok = p.answered().await;
    assert_eq!(ok.body(), early.body(), "RFC 3261 §13.2.1");
    assert_eq!(switch.take(), [Told::Join(one, other)]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_offers_nothing_yet_gets_progress_without_media() {
    let mut p =
        PutThrough::with(Stage::new(two_carriers()), &[], "", |call| BackToBack::new(user(call)))
            .await;
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    assert!(p.caller.response(183).await.body().is_empty());
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let ok = p.caller.response(200).await;
    assert!(text(ok.body()).contains("m=audio"), "our offer");
    let ack = within(&p.invite, &ok, "ACK", 1, &[], Some(&rtp("sendrecv", 1)));
    p.caller.send(ack).await;
    let leg = p.customer.id().clone();
    while p.stage.leg_event(&leg).await != LegEvent::MediaActive {}
}

#[tokio::test(start_paused = true)]
async fn each_side_confirms_provisional_responses_by_itself() {
    let mut config = two_carriers();
    config.carriers[0].reliability = Reliability::Supported;
    let extra = [("Supported", "100rel"), ("Require", "100rel")];
    let mut p = PutThrough::by(config, &extra, |call| BackToBack::new(user(call))).await;
    // Teams is not asked for PRACK and rings plainly; the caller insists on it.
    assert!(!p.out.headers().contains("Require"));
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    let early = p.caller.response(183).await;
    let number = early.headers().get_str("RSeq").unwrap().to_owned();
    assert_eq!(early.headers().get_str("Require"), Some("100rel"));
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    // The answer waits for the caller's word on the early media (RFC 3262 §5).
    let again = p.caller.response(183).await;
    assert_eq!(again.headers().get_str("RSeq"), Some(&*number));
    let rack = [("RAck", format!("{number} 1 INVITE"))];
    let rack: Vec<_> = rack.iter().map(|(name, value)| (*name, value.as_str())).collect();
    p.caller.send(within(&p.invite, &early, "PRACK", 2, &rack, None)).await;
    p.caller.response(200).await;
    let ok = p.answered().await;
    assert_eq!(ok.headers().get_str("CSeq"), Some("1 INVITE"));
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_withdraws_takes_the_called_side_along_and_says_why() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    let why = "SIP;cause=200;text=\"Call completed elsewhere\"";
    p.cancel(&[("Reason", why)]).await;
    p.caller.response(200).await;
    p.refused(487).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    assert_eq!(cancel.headers().get_str("Reason"), Some(why), "byte for byte");
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.answer(&p.out, StatusCode::REQUEST_TERMINATED, None).await;
    p.proxy.request(&Method::Ack).await;
    let leg = p.called.id().clone();
    assert_eq!(p.stage.leg_event(&leg).await, LegEvent::Ringing);
    let (reason, by, _) = end(p.stage.leg_event(&leg).await);
    assert_eq!((reason, by), (EndReason::Cancelled, EndedBy::Local));
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_crosses_the_callers_cancel_gets_ack_and_bye() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    p.cancel(&[]).await;
    p.caller.response(200).await;
    p.refused(487).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    p.caller.hears_nothing(Duration::from_secs(1)).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_comes_after_the_answer_changes_nothing() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let ok = p.caller.response(200).await;
    p.cancel(&[]).await;
    p.caller.response(200).await;
    p.caller.send(within(&p.invite, &ok, "ACK", 1, &[], None)).await;
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    p.caller.hears_nothing(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn each_end_of_the_called_side_reads_right_on_the_callers() {
    let q850 = "Q.850;cause=17;text=\"User busy\"";
    for (status, expected) in [
        (302, 410),
        (401, 403),
        (403, 403),
        (404, 404),
        (408, 480),
        (480, 480),
        (484, 484),
        (486, 486),
        (487, 480),
        (488, 488),
        (500, 500),
        (600, 486),
        (603, 603),
    ] {
        let mut p = PutThrough::to_user().await;
        // It has rung: no other proxy is asked.
        p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
        p.caller.response(180).await;
        p.ends(status, &[("Reason", q850), ("Reason", "SIP;cause=600")]).await;
        let refusal = p.refused(expected).await;
        let reasons: Vec<_> =
            refusal.headers().get_all("Reason").map(|r| text(r.value())).collect();
        assert_eq!(reasons, [q850], "{status}: byte for byte, and Q.850 alone (RFC 6432)");
        p.nothing_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_carrier_is_not_taken_for_a_busy_trunk() {
    let plan = |call: &_| BackToBack::new(support::mobile(call));
    let mut stage = Stage::new(two_carriers());
    let mut caller = stage.carrier_connects().await;
    let invite = support::carrier_invite("pstn", &[], &rtp("sendrecv", 1));
    caller.send(invite).await;
    let call = stage.incoming().await;
    caller.response(100).await;
    let _agent = stage.trunk.bridge(&call.leg, plan(&call)).await.unwrap();
    let mut backup = stage.connection("backup.test").await;
    let out = backup.request(&Method::Invite).await;
    backup.answer(&out, StatusCode::SERVICE_UNAVAILABLE, None).await;
    let refusal = caller.response(503).await;
    assert!(!refusal.headers().contains("Retry-After"), "the caller's side may call others");
}

#[tokio::test(start_paused = true)]
async fn a_called_side_that_cannot_be_reached_is_a_time_out_to_the_caller() {
    let plan = |call: &_| BackToBack::new(support::mobile(call));
    let mut stage = Stage::refusing(two_carriers(), &["backup.test"]);
    let mut caller = stage.carrier_connects().await;
    caller.send(support::carrier_invite("pstn", &[], &rtp("sendrecv", 1))).await;
    let call = stage.incoming().await;
    caller.response(100).await;
    let _agent = stage.trunk.bridge(&call.leg, plan(&call)).await;
    caller.response(504).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_nobody_can_use_ends_both_sides() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&rtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    p.refused(488).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_called_leg_that_is_let_go_withdraws_the_call() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    p.called.execute(LegCommand::HangUp).await.unwrap();
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.answer(&p.out, StatusCode::REQUEST_TERMINATED, None).await;
    p.proxy.request(&Method::Ack).await;
    p.refused(480).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_was_answered_before_hears_the_called_side_and_stays_up() {
    let switch = Arc::new(Switch::default());
    let mut stage = Stage::with_media(two_carriers(), Arc::clone(&switch) as _);
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut caller = stage.carrier_connects().await;
    let invite = support::carrier_invite("pstn", &[], &rtp("sendrecv", 1));
    caller.send(invite.clone()).await;
    let call = stage.incoming().await;
    caller.response(100).await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = caller.response(200).await;
    caller.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let customer = call.leg.id().clone();
    for attempt in 1..=2 {
        let mut to = user(&call);
        to.leg = LegId::numbered("OUT", attempt);
        let agent = stage.trunk.bridge(&call.leg, BackToBack::new(to)).await.unwrap();
        let out = proxy.request(&Method::Invite).await;
        proxy.answer(&out, StatusCode::RINGING, None).await;
        assert_eq!(stage.leg_event(agent.id()).await, LegEvent::Ringing);
        assert_eq!(switch.take(), [Told::Ring(customer.clone(), true)]);
        if attempt == 1 {
            proxy.answer(&out, StatusCode::BUSY_HERE, None).await;
            proxy.request(&Method::Ack).await;
            let (reason, ..) = end(stage.leg_event(agent.id()).await);
            assert_eq!(reason, EndReason::Busy);
            assert_eq!(switch.take(), [Told::Ring(customer.clone(), false)]);
            caller.hears_nothing(Duration::from_secs(1)).await;
        } else {
            proxy.answer(&out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
            proxy.request(&Method::Ack).await;
            while !is_bridged(&stage.leg_event(agent.id()).await) {}
            assert_eq!(switch.take(), [Told::Join(customer.clone(), agent.id().clone())]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_called_for_a_caller_who_is_gone_or_bridged_already() {
    let mut p = PutThrough::to_user().await;
    let again = p.stage.trunk.bridge(&p.customer, BackToBack::new(support::to_teams(9))).await;
    assert_eq!(*again.unwrap_err().kind(), ErrorKind::NoCaller);
    p.cancel(&[]).await;
    p.caller.response(200).await;
    p.refused(487).await;
    let gone = p.stage.trunk.bridge(&p.customer, BackToBack::new(support::to_teams(9))).await;
    assert_eq!(*gone.unwrap_err().kind(), ErrorKind::NoCaller);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_trunk_ends_both_sides_of_what_rings() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    let trunk = p.stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_secs(20)).await });
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.answer(&p.out, StatusCode::REQUEST_TERMINATED, None).await;
    p.proxy.request(&Method::Ack).await;
    p.caller.response(503).await;
    while p.stage.events.next().await.is_some() {}
    assert!(stopping.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_never_confirms_the_answer_ends_the_called_side() {
    let mut p = PutThrough::to_user().await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let first: Response = p.caller.response(200).await;
    assert!(first.headers().contains("Contact"));
    let bye = p.proxy.request(&Method::Bye).await;
    assert!(bye.headers().get_str("Reason").is_some_and(|why| why.contains("cause=102")));
    p.proxy.send(answer(&bye, StatusCode::OK, None)).await;
}
