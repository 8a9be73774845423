//! Connections by the rules of Direct Routing: whose requests travel where, and what their ends mean.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Answered, Stage, config, end, srtp, teams_invite, two_carriers, within};
use teams_cc_core::{
    LegId,
    contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent, RejectReason},
};
use teams_cc_sip::{
    direct_routing::{HealthWarning, PeerState},
    message::{Message, Method, StatusCode},
    trunk::Via,
};

/// Answers to the proxy's requests on its connection, our requests on ours: no aliasing (RFC 5923).
#[tokio::test(start_paused = true)]
async fn a_proxys_connection_carries_its_requests_and_our_answers_alone() {
    let mut stage = Stage::new(config());
    let Answered { mut teams, invite, call, ok } = stage.answered().await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    call.leg.execute(LegCommand::HangUp).await.unwrap();
    let bye = proxy.request(&Method::Bye).await;
    proxy.answer(&bye, StatusCode::OK, None).await;
    teams.hears_nothing(Duration::from_secs(30)).await;
}

/// Pain 74 and DR-024: a connection that is idle is closed by Teams; the call is not.
#[tokio::test(start_paused = true)]
async fn a_connection_that_teams_closes_when_idle_ends_no_call_and_harms_no_health() {
    let mut stage = Stage::new(config());
    let Answered { mut teams, invite, call, ok } = stage.answered().await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let leg = call.leg.id().clone();
    assert_eq!(stage.leg_event(&leg).await, LegEvent::Answered);
    assert_eq!(stage.leg_event(&leg).await, LegEvent::MediaActive);
    let mut own = stage.connection("sip.pstnhub.test").await;
    own.hears_nothing(Duration::from_secs(5)).await;
    drop((teams, own));
    stage.quiet().await;
    assert_eq!(stage.trunk.health()[0].state, PeerState::Up);
    // The next OPTIONS takes a new connection of ours, and Teams ends the call on a new one of its.
    let mut own = stage.connection("sip.pstnhub.test").await;
    own.hears_nothing(Duration::from_secs(65)).await;
    assert!(own.pings > 0);
    let mut teams = stage.teams_connects().await;
    teams.send(within(&invite, &ok, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    assert_eq!(end(stage.leg_event(&leg).await), (EndReason::Completed, EndedBy::Remote, None));
}

#[tokio::test(start_paused = true)]
async fn a_call_retried_from_another_datacentre_is_one_call() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("first", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
    let first = stage.incoming().await;
    teams.response(100).await;
    // Another caller rings on another connection and is not touched.
    let mut other = stage.teams_connects().await;
    other.send(teams_invite("other", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    let unharmed = stage.incoming().await;
    drop(teams);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut elsewhere = stage.teams_connects().await;
    let again = teams_invite("again", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    elsewhere.send(again.clone()).await;
    let ended = end(stage.leg_event(first.leg.id()).await);
    assert_eq!(ended, (EndReason::Cancelled, EndedBy::Platform, Some(487)));
    let second = loop {
        if let Message::Response(response) = elsewhere.receive().await {
            assert_eq!(response.status(), StatusCode::TRYING);
            break stage.kept_call().await;
        }
    };
    second.leg.execute(LegCommand::Answer).await.unwrap();
    elsewhere.response(200).await;
    unharmed.leg.execute(LegCommand::Ring).await.unwrap();
}

/// What Teams' admin centre shows as a warning, seen from this side.
#[tokio::test(start_paused = true)]
async fn a_proxy_that_answers_and_never_asks_is_warned_of_after_three_minutes() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    proxy.hears_nothing(Duration::from_secs(130)).await;
    assert_eq!(stage.trunk.health()[0].warning, None);
    proxy.hears_nothing(Duration::from_mins(1)).await;
    let health = &stage.trunk.health()[0];
    assert_eq!(health.warning, Some(HealthWarning::DoesNotAsk));
    assert_eq!(health.state, PeerState::Up, "it still takes calls");
    assert!(health.last_answer.is_some() && health.last_asked_us.is_none());
    let mut teams = stage.teams_connects().await;
    let options = support::request(
        "OPTIONS",
        "sip:sbc1.adatum.biz:5061;transport=tls",
        &[
            ("Via", "SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bKo"),
            ("Max-Forwards", "70"),
            ("From", "<sip:sip.pstnhub.test>;tag=o"),
            ("To", "<sip:sbc1.adatum.biz>"),
            ("Call-ID", "options"),
            ("CSeq", "1 OPTIONS"),
        ],
        None,
    );
    teams.send(options).await;
    teams.response(200).await;
    proxy.hears_nothing(Duration::from_secs(61)).await;
    assert_eq!(stage.trunk.health()[0].warning, None);
}

#[tokio::test(start_paused = true)]
async fn where_a_teams_user_is_reaches_the_application() {
    let mut stage = Stage::new(two_carriers());
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("lmo", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    for (name, value) in [
        ("X-MS-UserLocation", "internal"),
        ("X-MS-MediaPath", "proxy.contoso.com, site.contoso.com"),
        ("X-MS-UserSite", "Paris"),
    ] {
        invite.headers_mut().push(name, value).unwrap();
    }
    teams.send(invite).await;
    let call = stage.incoming().await;
    let told = call.optimization.clone().unwrap();
    assert_eq!(told.user_location.as_deref(), Some("internal"));
    assert_eq!(told.media_path.as_deref(), Some("proxy.contoso.com, site.contoso.com"));
    assert_eq!(told.user_site.as_deref(), Some("Paris"));
    // The SBC of the site is told only where the application says so, and Teams never.
    let to_site = || Via::Carrier("backup".into());
    let to_teams = Via::Teams { tenant: support::TENANT_FQDN.parse().unwrap() };
    let mut parties = std::collections::BTreeMap::new();
    for (leg, via, tells, expected) in [
        (1, to_site(), false, None),
        (2, to_site(), true, Some("proxy.contoso.com, site.contoso.com")),
        (3, to_teams, true, None),
    ] {
        let host = if via == to_site() { "backup.test" } else { "sip.pstnhub.test" };
        let mut to = call.onward(via, LegId::numbered("L", leg));
        if tells {
            to = to.optimization((*told).clone());
        }
        let _called = stage.trunk.dial(to).await.unwrap();
        if !parties.contains_key(host) {
            parties.insert(host, stage.connection(host).await);
        }
        let party = parties.get_mut(host).unwrap();
        let invite = party.request(&Method::Invite).await;
        assert_eq!(invite.headers().get_str("X-MS-MediaPath"), expected, "{leg}");
        for name in ["X-MS-UserLocation", "X-MS-UserSite"] {
            assert_eq!(invite.headers().contains(name), expected.is_some(), "{leg} {name}");
        }
        party.answer(&invite, StatusCode::BUSY_HERE, None).await;
        party.request(&Method::Ack).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_messages_of_the_newest_calls_are_kept_without_numbers_and_keys() {
    let mut stage = Stage::new(config().trace(2));
    let mut teams = stage.teams_connects().await;
    for call in ["one", "two", "three"] {
        teams.send(teams_invite(call, support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
        let incoming = stage.incoming().await;
        teams.response(100).await;
        incoming.leg.execute(LegCommand::Reject(RejectReason::Busy)).await.unwrap();
        teams.response(486).await;
        stage.leg_event(incoming.leg.id()).await;
    }
    let kept = stage.trunk.traces().await.unwrap();
    let calls: Vec<&str> = kept.iter().map(|trace| &*trace.call_id).collect();
    assert_eq!(calls, ["two", "three"], "the oldest made room");
    let text = kept[1].to_string();
    for shown in ["INVITE", "100 Trying", "486", "RTP/SAVP", "a=crypto:1", "inline:***", "<- 52."] {
        assert!(text.contains(shown), "no {shown}: {text}");
    }
    for hidden in ["4255550", "Ann", "WVNfX19z"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    assert!(Stage::new(config()).trunk.traces().await.unwrap().is_empty());
}
