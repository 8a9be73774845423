//! A caller is put through over several destinations, in order.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{
    PutThrough, Stage, TENANT_FQDN, carrier_invite, config, mobile, rtp, srtp, teams_invite,
    two_carriers, user,
};
use teams_cc_core::{
    LegId, PhoneNumber,
    contact::{EndReason, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    ErrorKind,
    message::{Method, StatusCode, Uri},
    trunk::{BackToBack, MAX_DESTINATIONS, Via},
};

const TWENTY: Duration = Duration::from_secs(20);

#[tokio::test(start_paused = true)]
async fn the_next_destination_is_called_and_answers_under_the_same_leg() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    p.ends(486, &[]).await;
    assert_eq!(p.next_destination().await, (1, 486));
    let (mut backup, out) = p.at_the_mobile().await;
    assert!(out.uri().reveal().contains("+14255550150"));
    backup.answer(&out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    p.answered().await;
    p.called.execute(LegCommand::HangUp).await.unwrap();
    let bye = backup.request(&Method::Bye).await;
    backup.answer(&bye, StatusCode::OK, None).await;
    let bye = p.caller.request(&Method::Bye).await;
    p.caller.answer(&bye, StatusCode::OK, None).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_rings_too_long_is_withdrawn_before_the_next_is_called() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.ring_time(TWENTY)).await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    p.proxy.hears_nothing(Duration::from_secs(19)).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    assert!(cancel.headers().get_str("Reason").is_some_and(|why| why.contains("cause=19")));
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.answer(&p.out, StatusCode::REQUEST_TERMINATED, None).await;
    p.proxy.request(&Method::Ack).await;
    assert_eq!(p.next_destination().await, (1, 408));
    let (mut backup, out) = p.at_the_mobile().await;
    // Nobody there either: the caller hears that nobody answered, never 408.
    backup.answer(&out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    let cancel = backup.request(&Method::Cancel).await;
    backup.answer(&cancel, StatusCode::OK, None).await;
    backup.answer(&out, StatusCode::REQUEST_TERMINATED, None).await;
    backup.request(&Method::Ack).await;
    p.refused(480).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_answers_as_its_time_ends_is_hung_up_and_the_next_is_called() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.ring_time(TWENTY)).await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    let (mut backup, out) = p.at_the_mobile().await;
    backup.take(&out, &rtp("sendrecv", 3)).await;
    p.caller.response(180).await;
    p.answered().await;
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(p.caller.ladder.iter().filter(|line| line.contains("200")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_destination_leads_to_the_next() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.ring_time(TWENTY)).await;
    // Not even 100: no CANCEL may be sent (RFC 3261 §9.1), and the other proxies hear nothing
    // either, for the time of the destination counts for all of them.
    let (mut backup, out) = p.at_the_mobile().await;
    backup.take(&out, &rtp("sendrecv", 3)).await;
    p.caller.response(180).await;
    p.answered().await;
    // The first one answers at last.
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    let left = tokio::time::timeout(Duration::from_secs(1), p.proxy.try_receive()).await;
    assert!(left.is_err(), "nobody knows it any more: {left:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_declines_is_not_asked_elsewhere() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    p.ends(603, &[]).await;
    p.refused(603).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_named_ends_lead_on() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.next_on([480, 603])).await;
    p.ends(486, &[]).await;
    p.refused(486).await;
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.next_on([480, 603])).await;
    p.ends(603, &[]).await;
    p.at_the_mobile().await;
}

#[tokio::test(start_paused = true)]
async fn the_caller_hears_the_answer_that_says_most() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    p.ends(486, &[]).await;
    let (mut backup, out) = p.at_the_mobile().await;
    backup.answer(&out, StatusCode::SERVICE_UNAVAILABLE, None).await;
    backup.request(&Method::Ack).await;
    p.refused(486).await;
    let leg = p.called.id().clone();
    let LegEvent::Ended(cause) = p.stage.leg_event(&leg).await else { panic!("not ended") };
    assert_eq!(cause.code, Some(503), "the leg ends as its last destination did");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_withdraws_between_two_destinations_ends_the_hunt() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.ring_time(TWENTY)).await;
    p.proxy.answer(&p.out, StatusCode::RINGING, None).await;
    p.caller.response(180).await;
    let cancel = p.proxy.request(&Method::Cancel).await;
    p.cancel(&[]).await;
    p.caller.response(200).await;
    p.refused(487).await;
    p.proxy.answer(&cancel, StatusCode::OK, None).await;
    p.proxy.answer(&p.out, StatusCode::REQUEST_TERMINATED, None).await;
    p.proxy.request(&Method::Ack).await;
    let leg = p.called.id().clone();
    assert_eq!(p.stage.leg_event(&leg).await, LegEvent::Ringing);
    assert!(matches!(p.stage.leg_event(&leg).await, LegEvent::Ended(_)));
    p.stage.quiet().await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn early_media_of_one_destination_does_not_keep_the_next_from_answering() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    let early = p.caller.response(183).await;
    p.ends(480, &[]).await;
    let (mut backup, out) = p.at_the_mobile().await;
    backup.answer(&out, StatusCode::SESSION_PROGRESS, Some(&rtp("sendrecv", 3))).await;
    let again = p.caller.response(183).await;
    assert_eq!(again.body(), early.body());
    backup.answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    backup.request(&Method::Ack).await;
    assert_eq!(p.answered().await.body(), early.body());
}

#[tokio::test(start_paused = true)]
async fn a_kept_caller_is_the_applications_when_nobody_answers() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan.next_on([]).keeping_caller()).await;
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&srtp("sendrecv", 1))).await;
    let early = p.caller.response(183).await;
    p.ends(480, &[]).await;
    let leg = p.called.id().clone();
    while !matches!(p.stage.leg_event(&leg).await, LegEvent::Ended(_)) {}
    p.caller.hears_nothing(Duration::from_secs(5)).await;
    p.customer.execute(LegCommand::Answer).await.unwrap();
    assert_eq!(p.answered().await.body(), early.body());
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_may_not_be_called_is_passed_over() {
    // The gate lets nobody out to carriers; Teams may be called.
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut caller = stage.carrier_connects().await;
    caller.send(carrier_invite("pstn", &[], &rtp("sendrecv", 1))).await;
    let call = stage.incoming().await;
    caller.response(100).await;
    let mut refused = user(&call);
    refused.via = Via::Carrier("carrier".into());
    let nowhere = BackToBack::new(refused.clone()).or_to(refused.clone());
    let error = stage.trunk.bridge(&call.leg, nowhere).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error}");
    caller.hears_nothing(Duration::from_secs(1)).await;
    let plan = BackToBack::new(refused.clone()).or_to(user(&call)).or_to(refused);
    let agent = stage.trunk.bridge(&call.leg, plan).await.unwrap();
    let out = proxy.request(&Method::Invite).await;
    proxy.answer(&out, StatusCode::BUSY_HERE, None).await;
    proxy.request(&Method::Ack).await;
    caller.response(486).await;
    let LegEvent::Ended(cause) = stage.leg_event(agent.id()).await else { panic!("not ended") };
    assert_eq!(cause.reason, EndReason::Busy);
}

#[tokio::test(start_paused = true)]
async fn destinations_beyond_the_bound_are_left_out() {
    let mut stage = Stage::new(two_carriers());
    let mut caller = stage.carrier_connects().await;
    caller.send(carrier_invite("pstn", &[], &rtp("sendrecv", 1))).await;
    let call = stage.incoming().await;
    let plan = (0..100).fold(BackToBack::new(mobile(&call)), |plan, n| {
        let mut next = mobile(&call);
        next.number = PhoneNumber::presented(&format!("+1425555{n:04}"));
        plan.or_to(next)
    });
    assert_eq!(plan.destinations().count(), MAX_DESTINATIONS);
    let _agent = stage.trunk.bridge(&call.leg, plan).await.unwrap();
    let mut backup = stage.connection("backup.test").await;
    for _ in 0..MAX_DESTINATIONS {
        let out = backup.request(&Method::Invite).await;
        backup.answer(&out, StatusCode::BUSY_HERE, None).await;
        backup.request(&Method::Ack).await;
    }
    backup.hears_nothing(Duration::from_secs(5)).await;
    caller.response(100).await;
    caller.response(486).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_for_help_is_put_through_although_nobody_may_call_out() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("sos", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    invite.set_uri(Uri::parse(format!("sip:112@{TENANT_FQDN}")).unwrap());
    invite.headers_mut().push("Geolocation", "<cid:target@example.com>").unwrap();
    teams.send(invite).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    let out = call.onward(Via::Carrier("carrier".into()), LegId::numbered("OUT", 1));
    let agent = stage.trunk.bridge(&call.leg, BackToBack::new(out.clone()).or_to(out)).await;
    let mut carrier = stage.connection("carrier.test").await;
    for _ in 0..2 {
        let out = carrier.request(&Method::Invite).await;
        assert!(out.uri().reveal().starts_with("sip:112@"), "{:?}", out.uri());
        assert_eq!(out.headers().get_str("Geolocation"), Some("<cid:target@example.com>"));
        assert!(out.headers().get_str("From").is_some_and(|from| from.contains("+14255550123")));
        carrier.answer(&out, StatusCode::SERVER_INTERNAL_ERROR, None).await;
        carrier.request(&Method::Ack).await;
    }
    teams.response(500).await;
    drop(agent);
}
