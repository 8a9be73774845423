//! Session timers that Teams asks for (DR-106), over a network in memory, on a virtual clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Stage, config, end, srtp, teams_invite, within};
use teams_cc_core::contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent};
use teams_cc_sip::message::{Method, StatusCode};

#[tokio::test(start_paused = true)]
async fn a_call_that_teams_times_is_refreshed_and_ends_when_teams_is_gone() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("in", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))
        .with_header("Supported", "timer")
        .unwrap()
        .with_header("Session-Expires", "600;refresher=uas")
        .unwrap();
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = teams.response(200).await;
    assert_eq!(ok.headers().get_str("Session-Expires"), Some("600;refresher=uas"));
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let leg = call.leg.id().clone();
    assert_eq!(stage.leg_event(&leg).await, LegEvent::Answered);
    assert_eq!(stage.leg_event(&leg).await, LegEvent::MediaActive);

    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let refresh = proxy.request(&Method::Invite).await;
    assert_eq!(refresh.headers().get_str("Session-Expires"), Some("600;refresher=uac"));
    assert_eq!(refresh.body(), ok.body(), "the session as it stands");
    let answer = support::answer(&refresh, StatusCode::OK, Some(&srtp("sendrecv", 1)));
    proxy.send(answer.with_header("Session-Expires", "600;refresher=uac").unwrap()).await;
    proxy.request(&Method::Ack).await;

    // The next refresh is left alone. Nobody hears of either until the call is given up.
    let _ = proxy.request(&Method::Invite).await;
    proxy.request(&Method::Bye).await;
    let ended = end(stage.leg_event(&leg).await);
    assert_eq!((ended.0, ended.1), (EndReason::Failed, EndedBy::Platform));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_teams_does_not_time_is_left_in_peace() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("in", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = teams.response(200).await;
    assert!(!ok.headers().contains("Session-Expires") && !ok.headers().contains("Require"));
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    proxy.hears_nothing(Duration::from_mins(45)).await;
}
