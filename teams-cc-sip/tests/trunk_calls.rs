//! Calls in and out over a network in memory, on a virtual clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Stage, config, end, from_callee, lab, rtp, srtp, teams_invite, to_teams, within};
use teams_cc_core::{
    Address, E164, LegId, PhoneNumber,
    contact::{
        EndReason, EndedBy, Leg, LegCommand, LegError, LegEvent, RejectReason, TransferTarget,
    },
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::PeerState,
    io::{Peer, TransportKind},
    message::{Method, StatusCode},
    trunk::{Destination, TrunkConfig, Via},
};

/// Pain 72: what we take stands in each 2xx.
#[tokio::test(start_paused = true)]
async fn a_call_from_teams_is_answered_and_hung_up_by_teams() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("in", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    assert_eq!(call.called.reveal(), "+14255550100");
    assert_eq!(call.caller.number().map(E164::reveal), Some("+14255550123"));
    assert_eq!(call.tenant.as_ref().map(teams_cc_core::TenantId::as_str), Some(support::TENANT));
    assert_eq!((&*call.peer, call.leg.id().as_str()), ("teams", "S1"));
    teams.response(100).await;
    call.leg.execute(LegCommand::Ring).await.unwrap();
    teams.response(180).await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = teams.response(200).await;
    let contact = ok.headers().get_str("Contact").unwrap();
    assert_eq!(contact, "<sip:bank.sbc1.adatum.biz:5061;transport=tls>");
    assert!(ok.headers().get_str("Allow").unwrap().contains("REFER"));
    assert!(
        !ok.headers().contains("Record-Route")
            || ok.headers().get_str("Record-Route").unwrap().contains("pstnhub")
    );
    let sdp = String::from_utf8_lossy(ok.body()).into_owned();
    assert!(sdp.contains("RTP/SAVP") && sdp.contains("AES_CM_128_HMAC_SHA1_80"), "{sdp}");
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let leg = call.leg.id().clone();
    assert_eq!(stage.leg_event(&leg).await, LegEvent::Answered);
    assert_eq!(stage.leg_event(&leg).await, LegEvent::MediaActive);
    teams.send(within(&invite, &ok, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    assert_eq!(end(stage.leg_event(&leg).await), (EndReason::Completed, EndedBy::Remote, None));
    assert!(matches!(call.leg.execute(LegCommand::Hold).await, Err(LegError::Ended)));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_gets_403_and_makes_no_leg() {
    let mut stage = Stage::new(config());
    let strangers = [
        Peer::new(TransportKind::Tls, support::TEAMS_ADDRESS.parse().unwrap()),
        Peer::new(TransportKind::Tls, "192.0.2.9:4000".parse().unwrap()).name("sip.pstnhub.test"),
        Peer::new(TransportKind::Tcp, "127.0.0.1:4000".parse().unwrap()),
    ];
    for (n, peer) in strangers.into_iter().enumerate() {
        let mut stranger = stage.connect(peer).await;
        let call = format!("stranger{n}");
        stranger.send(teams_invite(&call, support::FQDN, Some(&srtp("sendrecv", 1)))).await;
        let refusal = stranger.response(403).await;
        let text = refusal.reveal();
        for secret in ["User-Agent", "X-MS-SBC", "Allow", "teams-cc"] {
            assert!(!text.contains(secret), "{secret} leaks: {text}");
        }
    }
    stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_number_is_the_applications_to_refuse_and_an_unknown_host_is_ours() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("number", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    let call = stage.incoming().await;
    call.leg.execute(LegCommand::Reject(RejectReason::NotFound)).await.unwrap();
    teams.response(100).await;
    teams.response(404).await;
    let leg = call.leg.id().clone();
    let ended = end(stage.leg_event(&leg).await);
    assert_eq!(ended, (EndReason::NotFound, EndedBy::Local, Some(404)));
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("host", "evil.example.com", Some(&srtp("sendrecv", 1)))).await;
    teams.response(100).await;
    teams.response(404).await;
    stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn teams_without_srtp_gets_488() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("plain", support::FQDN, Some(&rtp("sendrecv", 1)))).await;
    teams.response(100).await;
    teams.response(488).await;
    stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_cancels_the_leg() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("cancel", support::FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    let mut cancel = invite.clone();
    cancel.set_method(Method::Cancel);
    cancel.headers_mut().set("CSeq", "1 CANCEL").unwrap();
    for name in ["Contact", "Record-Route"] {
        cancel.headers_mut().remove(name);
    }
    cancel.remove_body();
    teams.send(cancel).await;
    teams.response(200).await;
    teams.response(487).await;
    let leg = call.leg.id().clone();
    assert_eq!(
        end(stage.leg_event(&leg).await),
        (EndReason::Cancelled, EndedBy::Remote, Some(487))
    );
    assert!(matches!(call.leg.execute(LegCommand::Answer).await, Err(LegError::Ended)));
}

/// Pain 64. Pain 67.
#[tokio::test(start_paused = true)]
async fn a_call_to_teams_has_the_profile_of_direct_routing() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let leg = stage.trunk.dial(to_teams(1).display("Contoso")).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), "sip:+14255550123@sip.pstnhub.test;user=phone");
    let get = |name| invite.headers().get_str(name).unwrap_or_default().to_owned();
    assert_eq!(get("Contact"), "<sip:bank.sbc1.adatum.biz:5061;transport=tls>");
    assert!(
        get("From").starts_with("\"Contoso\" <sip:+14255550199@bank.sbc1.adatum.biz;user=phone>")
    );
    assert!(get("Via").starts_with("SIP/2.0/TLS sbc1.adatum.biz:5061"), "{}", get("Via"));
    assert!(get("Allow").contains("REFER") && get("Allow").contains("NOTIFY"));
    assert!(get("X-MS-SBC").starts_with("teams-cc/"));
    for forbidden in ["Record-Route", "Replaces", "Require"] {
        assert!(!invite.headers().contains(forbidden), "{forbidden}");
    }
    assert!(String::from_utf8_lossy(invite.body()).contains("RTP/SAVP"));
    proxy.answer(&invite, StatusCode::TRYING, None).await;
    proxy.answer(&invite, StatusCode::CALL_IS_BEING_FORWARDED, None).await;
    proxy.answer(&invite, StatusCode::RINGING, None).await;
    proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    proxy.request(&Method::Ack).await;
    let id = leg.id().clone();
    for expected in
        [LegEvent::Diverted, LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive]
    {
        assert_eq!(stage.leg_event(&id).await, expected);
    }
    leg.execute(LegCommand::HangUp).await.unwrap();
    let bye = proxy.request(&Method::Bye).await;
    proxy.answer(&bye, StatusCode::OK, None).await;
    assert_eq!(end(stage.leg_event(&id).await), (EndReason::Completed, EndedBy::Local, None));
}

#[tokio::test(start_paused = true)]
async fn sip2_carries_the_call_when_sip_refuses_tls() {
    let mut stage = Stage::refusing(config(), &["sip.pstnhub.test"]);
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let mut second = stage.connection("sip2.pstnhub.test").await;
    let invite = second.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), "sip:+14255550123@sip2.pstnhub.test;user=phone");
    second.take(&invite, &srtp("sendrecv", 1)).await;
    let id = leg.id().clone();
    assert_eq!(stage.leg_event(&id).await, LegEvent::Ringing);
    assert_eq!(stage.leg_event(&id).await, LegEvent::Answered);
    let health = stage.trunk.health();
    assert_eq!(health[0].state, PeerState::Down);
    assert!(health[0].reason.to_string().contains("refused"), "{}", health[0].reason);
    assert_eq!(health[1].state, PeerState::Up);
}

/// Pain 81.
#[tokio::test(start_paused = true)]
async fn a_503_leads_to_the_next_proxy_and_603_does_not() {
    let mut stage = Stage::new(config());
    let mut first = stage.connection("sip.pstnhub.test").await;
    let mut second = stage.connection("sip2.pstnhub.test").await;
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = first.request(&Method::Invite).await;
    let busy = support::answer(&invite, StatusCode::SERVICE_UNAVAILABLE, None)
        .with_header("Retry-After", "30")
        .unwrap();
    first.send(busy).await;
    first.request(&Method::Ack).await;
    let invite = second.request(&Method::Invite).await;
    second.answer(&invite, StatusCode::DECLINE, None).await;
    second.request(&Method::Ack).await;
    let id = leg.id().clone();
    assert_eq!(end(stage.leg_event(&id).await), (EndReason::Declined, EndedBy::Remote, Some(603)));
    // The first proxy is held down: the next call begins at the second.
    let leg = stage.trunk.dial(to_teams(2)).await.unwrap();
    let invite = second.request(&Method::Invite).await;
    second.answer(&invite, StatusCode::BUSY_HERE, None).await;
    second.request(&Method::Ack).await;
    let id = leg.id().clone();
    assert_eq!(end(stage.leg_event(&id).await), (EndReason::Busy, EndedBy::Remote, Some(486)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_reaches_no_proxy_ends_as_unreachable() {
    let hosts = ["sip.pstnhub.test", "sip2.pstnhub.test", "sip3.pstnhub.test"];
    let mut stage = Stage::refusing(config(), &hosts);
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let id = leg.id().clone();
    let (reason, by, _) = end(stage.leg_event(&id).await);
    assert_eq!((reason, by), (EndReason::Unreachable, EndedBy::Platform));
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_be_dialled_is_an_error_before_anything_is_sent() {
    let stage = Stage::new(config());
    let number = |text| {
        let via = Via::Teams { tenant: support::TENANT_FQDN.parse().unwrap() };
        let from = PhoneNumber::presented("+14255550199");
        Destination::new(via, PhoneNumber::presented(text), from, LegId::numbered("L", 1))
    };
    let kind = async |to| stage.trunk.dial(to).await.err().map(|error| error.kind().clone());
    assert_eq!(kind(number("911")).await, Some(ErrorKind::InvalidNumber));
    assert_eq!(kind(number("1425555****")).await, Some(ErrorKind::InvalidNumber));
    let mut stranger = number("+14255550123");
    stranger.via = Via::Teams { tenant: "other.example.com".parse().unwrap() };
    assert_eq!(kind(stranger).await, Some(ErrorKind::UnknownPeer));
    let mut nobody = number("+14255550123");
    nobody.via = Via::Carrier("nobody".into());
    assert_eq!(kind(nobody).await, Some(ErrorKind::UnknownPeer));
    let _leg = stage.trunk.dial(number("+14255550123")).await.unwrap();
    assert_eq!(kind(number("+14255550123")).await, Some(ErrorKind::LegInUse));
}

#[tokio::test(start_paused = true)]
async fn an_inbound_leg_says_what_it_cannot_do_and_what_to_do_instead() {
    let mut stage = Stage::new(config().trust_loopback(lab()));
    let peer = Peer::new(TransportKind::Tcp, "127.0.0.1:5062".parse().unwrap());
    let mut phone = stage.connect(peer).await;
    phone.send(teams_invite("lab", "127.0.0.1", Some(&rtp("sendrecv", 1)))).await;
    let call = stage.incoming().await;
    assert_eq!(&*call.peer, "lab");
    let transfer = LegCommand::Transfer(TransferTarget::Blind(Address::Anonymous));
    let refused = call.leg.execute(transfer).await.unwrap_err().to_string();
    assert!(refused.contains("no REFER is ever sent to Teams"), "{refused}");
    let early = call.leg.execute(LegCommand::Hold).await.unwrap_err();
    assert!(matches!(early, LegError::WrongState { .. }), "{early:?}");
    call.leg.execute(LegCommand::Answer).await.unwrap();
    phone.response(100).await;
    let ok = phone.response(200).await;
    let contact = ok.headers().get_str("Contact").unwrap();
    assert_eq!(contact, "<sip:127.0.0.1:5060;transport=tcp>");
    assert!(String::from_utf8_lossy(ok.body()).contains("RTP/AVP"));
}

/// Pain 65. Pain 72.
#[tokio::test(start_paused = true)]
async fn options_keep_the_trunk_healthy_and_are_answered_with_what_we_take() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    proxy.hears_nothing(Duration::from_secs(170)).await;
    assert_eq!(proxy.pings, 3, "at once and then once a minute");
    let ours = proxy.last_ping.take().unwrap();
    let get = |name| ours.headers().get_str(name).unwrap_or_default().to_owned();
    assert_eq!(get("Contact"), "<sip:sbc1.adatum.biz:5061;transport=tls>");
    assert!(get("From").starts_with("<sip:sbc1.adatum.biz>"), "{}", get("From"));
    assert!(get("Allow").contains("REFER") && get("Allow").contains("NOTIFY"));
    assert_eq!(stage.trunk.health()[0].state, PeerState::Up);
    let mut teams = stage.teams_connects().await;
    let options = support::request(
        "OPTIONS",
        "sip:sbc1.adatum.biz:5061;transport=tls",
        &[
            ("Via", "SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bKping"),
            ("Max-Forwards", "70"),
            ("From", "<sip:sip.pstnhub.test>;tag=p"),
            ("To", "<sip:sbc1.adatum.biz>"),
            ("Call-ID", "ping"),
            ("CSeq", "1 OPTIONS"),
        ],
        None,
    );
    teams.send(options).await;
    let ok = teams.response(200).await;
    assert!(ok.headers().get_str("Allow").unwrap().contains("REFER"));
    let contact = ok.headers().get_str("Contact").unwrap();
    assert_eq!(contact, "<sip:sbc1.adatum.biz:5061;transport=tls>");
    // The other two were never read, so they did not answer.
    assert_eq!(stage.trunk.health()[1].state, PeerState::Down);
}

#[tokio::test(start_paused = true)]
async fn hold_and_resume_go_both_ways() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.take(&invite, &srtp("sendrecv", 1)).await;
    let id = leg.id().clone();
    for expected in [LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive] {
        assert_eq!(stage.leg_event(&id).await, expected);
    }
    for (command, flow) in [(LegCommand::Hold, "inactive"), (LegCommand::Resume, "sendrecv")] {
        let (done, ()) = tokio::join!(leg.execute(command), async {
            let reinvite = proxy.request(&Method::Invite).await;
            let body = String::from_utf8_lossy(reinvite.body()).into_owned();
            assert!(body.contains(&format!("a={flow}")), "{body}");
            assert!(body.contains("m=audio 4000 "), "the address stays: {body}");
            proxy.answer(&reinvite, StatusCode::OK, Some(&srtp(flow, 2))).await;
            proxy.request(&Method::Ack).await;
        });
        done.unwrap();
    }
    for (cseq, flow, expected) in
        [(1, "inactive", LegEvent::HeldByRemote), (3, "sendrecv", LegEvent::ResumedByRemote)]
    {
        let mut teams = stage.teams_connects().await;
        teams.send(from_callee(&invite, "INVITE", cseq, &[], Some(&srtp(flow, 5)))).await;
        teams.response(100).await;
        let ok = teams.response(200).await;
        assert!(String::from_utf8_lossy(ok.body()).contains(&format!("a={flow}")));
        teams.send(from_callee(&invite, "ACK", cseq, &[], None)).await;
        assert_eq!(stage.leg_event(&id).await, expected);
    }
    let refused = tokio::join!(leg.execute(LegCommand::Hold), async {
        let reinvite = proxy.request(&Method::Invite).await;
        proxy.answer(&reinvite, StatusCode::NOT_ACCEPTABLE_HERE, None).await;
        proxy.request(&Method::Ack).await;
    });
    assert!(matches!(refused.0, Err(LegError::Platform { .. })));
}

#[test]
fn a_config_does_not_show_its_seed() {
    let config = TrunkConfig::new(support::FQDN.parse().unwrap()).seed(271_828_182);
    assert!(!format!("{config:?}").contains("271828182"));
}

const PIDF: &str = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><geo/></presence>";

#[tokio::test(start_paused = true)]
async fn an_emergency_call_keeps_its_location_byte_for_byte() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("sos", support::TENANT_FQDN, None);
    invite.set_uri(
        teams_cc_sip::message::Uri::parse("sip:911@bank.sbc1.adatum.biz;user=phone").unwrap(),
    );
    let body = format!(
        "--b\r\nContent-Type: application/sdp\r\n\r\n{}\r\n--b\r\nContent-Type: \
         application/pidf+xml\r\nContent-ID: <loc@x>\r\n\r\n{PIDF}\r\n--b--\r\n",
        srtp("sendrecv", 1)
    );
    let kind = teams_cc_sip::message::ContentType::parse("multipart/mixed;boundary=b").unwrap();
    let invite = invite.with_header("Geolocation", "<cid:loc@x>").unwrap().with_body(&kind, body);
    teams.send(invite).await;
    let call = stage.incoming().await;
    assert_eq!(call.called.reveal(), "911");
    let via = Via::Carrier("carrier".into());
    let number = PhoneNumber::Emergency("911".into());
    let from = PhoneNumber::presented("+14255550123");
    let route = Destination::new(via, number, from, LegId::numbered("L", 1))
        .emergency(call.emergency.clone());
    let _leg = stage.trunk.dial(route).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let out = carrier.request(&Method::Invite).await;
    assert_eq!(out.uri().reveal(), "sip:911@carrier.test;user=phone");
    assert_eq!(out.headers().get_str("Geolocation"), Some("<cid:loc@x>"));
    let body = String::from_utf8_lossy(out.body()).into_owned();
    assert!(body.contains(&format!("Content-ID: <loc@x>\r\n\r\n{PIDF}\r\n--")), "{body}");
    assert!(body.contains("RTP/AVP") && !body.contains("RTP/SAVP"), "our own description");
    assert!(out.headers().get_str("Content-Type").unwrap().starts_with("multipart/mixed"));
}
