//! Session timers that Teams asks for (DR-106) and PRACK that a carrier asks for, over a network
//! in memory, on a virtual clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Answered, Stage, config, end, rtp, srtp, teams_invite, within};
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
    let Answered { mut teams, invite, call: _call, ok } = stage.answered().await;
    assert!(!ok.headers().contains("Session-Expires") && !ok.headers().contains("Require"));
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    proxy.hears_nothing(Duration::from_mins(45)).await;
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_insists_on_prack_is_rung_reliably_and_answered() {
    for offers in [false, true] {
        let mut stage = Stage::new(config());
        let mut carrier = stage.carrier_connects().await;
        let mut invite = teams_invite("pstn", support::FQDN, Some(&rtp("sendrecv", 1)));
        for (name, value) in [
            ("Via", "SIP/2.0/TCP 203.0.113.7:5060;branch=z9hG4bKpstn"),
            ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>"),
            ("Require", "100rel"),
        ] {
            invite.headers_mut().set(name, value).unwrap();
        }
        invite.headers_mut().remove("Record-Route");
        carrier.send(invite.clone()).await;
        let call = stage.incoming().await;
        carrier.response(100).await;
        call.leg.execute(LegCommand::Ring).await.unwrap();
        let ringing = carrier.response(180).await;
        assert_eq!(ringing.headers().get_str("Require"), Some("100rel"));
        assert_eq!(carrier.response(180).await.encode(), ringing.encode(), "until its PRACK");
        let rack = format!("{} 1 INVITE", ringing.headers().get_str("RSeq").unwrap());
        // A session offered this way is declined, and the call goes on.
        let body = rtp("sendrecv", 2);
        let body = offers.then_some(&*body);
        carrier.send(within(&invite, &ringing, "PRACK", 2, &[("RAck", &rack)], body)).await;
        carrier.response(if offers { 491 } else { 200 }).await;
        call.leg.execute(LegCommand::Answer).await.unwrap();
        let ok = carrier.response(200).await;
        carrier.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
        let leg = call.leg.id().clone();
        assert_eq!(stage.leg_event(&leg).await, LegEvent::Answered);
        assert_eq!(stage.leg_event(&leg).await, LegEvent::MediaActive);
    }
}

/// RFC 3261 §13.2.1: the 2xx offers, the ACK answers.
#[tokio::test(start_paused = true)]
async fn a_call_without_an_offer_gets_one_in_the_answer() {
    for (answers, expected) in [(true, "RTP/SAVP"), (false, "RTP/SAVP")] {
        let mut stage = Stage::new(config());
        let mut teams = stage.teams_connects().await;
        let invite = teams_invite("delayed", support::TENANT_FQDN, None);
        teams.send(invite.clone()).await;
        let call = stage.incoming().await;
        teams.response(100).await;
        call.leg.execute(LegCommand::Answer).await.unwrap();
        let ok = teams.response(200).await;
        assert!(String::from_utf8_lossy(ok.body()).contains(expected));
        let leg = call.leg.id().clone();
        assert_eq!(stage.leg_event(&leg).await, LegEvent::Answered);
        let answer = srtp("sendrecv", 1);
        teams.send(within(&invite, &ok, "ACK", 1, &[], answers.then_some(&*answer))).await;
        if answers {
            assert_eq!(stage.leg_event(&leg).await, LegEvent::MediaActive);
            continue;
        }
        // An ACK without an answer leaves nothing to hear: the call is ended, and says why.
        let mut proxy = stage.connection("sip.pstnhub.test").await;
        let bye = proxy.request(&Method::Bye).await;
        proxy.answer(&bye, StatusCode::OK, None).await;
        let ended = end(stage.leg_event(&leg).await);
        assert_eq!(ended, (EndReason::Failed, EndedBy::Local, Some(488)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_carrier_is_asked_for_a_session_timer_and_teams_is_not() {
    let gate = teams_cc_sip::gate::GatePolicy::unrestricted();
    let mut stage = Stage::new(config().gate(gate));
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let _teams = stage.trunk.dial(support::to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    assert!(!invite.headers().contains("Session-Expires"));
    let require = invite.headers().get_str("Require").unwrap_or_default();
    assert!(!require.contains("timer") && !require.contains("100rel"), "{require}");
    let number = |text| teams_cc_core::PhoneNumber::presented(text);
    let to = teams_cc_sip::trunk::Destination::new(
        teams_cc_sip::trunk::Via::Carrier("carrier".into()),
        number("+14255550123"),
        number("+14255550199"),
        teams_cc_core::LegId::numbered("L", 2),
    );
    let _carrier = stage.trunk.dial(to).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let invite = carrier.request(&Method::Invite).await;
    assert_eq!(invite.headers().get_str("Session-Expires"), Some("1800"));
    assert!(invite.headers().get_str("Supported").unwrap().contains("timer"));
}
