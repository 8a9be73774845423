//! What peers of one side, and strangers, can do to calls that are not theirs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{net::SocketAddr, time::Duration};

use support::{
    Party, Stage, TENANT_FQDN, config, from_callee, rtp, srtp, teams_invite, to_teams, within,
};
use teams_cc_core::{
    contact::{Leg, LegCommand, LegEvent},
    emergency::EmergencyPlan,
};
use teams_cc_sip::{
    io::{Peer, TransportKind},
    message::{Limits, Message, Method, Request, Response, StatusCode},
    trunk::{IncomingCall, TrunkConfig, TrunkLimits},
};

/// A call from Teams that is answered and acknowledged.
async fn connected(stage: &mut Stage) -> (Party, Request, Response, IncomingCall) {
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("mine", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    teams.response(100).await;
    let ok = teams.response(200).await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    assert_eq!(stage.leg_event(call.leg.id()).await, LegEvent::Answered);
    assert_eq!(stage.leg_event(call.leg.id()).await, LegEvent::MediaActive);
    (teams, invite, ok, call)
}

/// The request over TCP, as a peer without TLS writes its Via.
fn over_tcp(request: &Request) -> Vec<u8> {
    request.reveal().replace("SIP/2.0/TLS", "SIP/2.0/TCP").into_bytes()
}

#[tokio::test(start_paused = true)]
async fn a_peer_of_another_side_cannot_speak_in_a_call() {
    let stranger = Peer::new(TransportKind::Tcp, "198.51.100.7:4000".parse().unwrap());
    for known in [true, false] {
        let mut stage = Stage::new(config());
        let (mut teams, invite, ok, call) = connected(&mut stage).await;
        let mut thief = if known {
            stage.carrier_connects().await
        } else {
            stage.connect(stranger.clone()).await
        };
        let refer = ("Refer-To", "<sip:+19005550100@sip.pstnhub.test>");
        let theirs = rtp("sendrecv", 9);
        let expected = if known { 481 } else { 403 };
        for (method, cseq, extra, body) in [
            ("INFO", 10, None, None),
            ("REFER", 11, Some(refer), None),
            ("INVITE", 12, None, Some(theirs.as_str())),
            ("NOTIFY", 13, None, None),
            ("BYE", 14, None, None),
        ] {
            let extra: Vec<_> = extra.into_iter().collect();
            let request = within(&invite, &ok, method, cseq, &extra, body);
            thief.write(&over_tcp(&request)).await;
            let answer = thief.receive().await;
            let status = answer.as_response().unwrap().status().as_u16();
            assert_eq!(status, expected, "{method}, known: {known}");
        }
        stage.quiet().await;
        // The call is as it was, and its own numbers were not used up.
        teams.send(within(&invite, &ok, "BYE", 2, &[], None)).await;
        teams.response(200).await;
        assert!(matches!(stage.leg_event(call.leg.id()).await, LegEvent::Ended(_)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_of_another_side_cannot_cancel_or_acknowledge_a_call() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("mine", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    let mut thief = stage.carrier_connects().await;
    let cancel = invite.reveal().replacen("INVITE", "CANCEL", 1).replace("1 INVITE", "1 CANCEL");
    let cancel = cancel.split("Content-Type").next().unwrap().to_owned();
    thief.write(format!("{cancel}Content-Length: 0\r\n\r\n").as_bytes()).await;
    thief.response(481).await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    teams.response(100).await;
    let ok = teams.response(200).await;
    // An ACK with a session of the thief's would turn the sound its way.
    let ack = within(&invite, &ok, "ACK", 1, &[], Some(&srtp("sendrecv", 3)));
    thief.write(&over_tcp(&ack)).await;
    assert_eq!(stage.leg_event(call.leg.id()).await, LegEvent::Answered);
    thief.hears_nothing(Duration::from_secs(1)).await;
    teams.response(200).await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    assert_eq!(stage.leg_event(call.leg.id()).await, LegEvent::MediaActive);
}

#[tokio::test(start_paused = true)]
async fn a_carrier_cannot_end_or_replace_a_call_that_we_made_to_teams() {
    let mut stage = Stage::new(config());
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let invite = proxy.request(&Method::Invite).await;
    proxy.take(&invite, &srtp("sendrecv", 1)).await;
    for expected in [LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive] {
        assert_eq!(stage.leg_event(leg.id()).await, expected);
    }
    let mut thief = stage.carrier_connects().await;
    thief.write(&over_tcp(&from_callee(&invite, "BYE", 7, &[], None))).await;
    thief.response(481).await;
    let (call, ours) = (invite.headers().get_str("Call-ID").unwrap(), "From");
    let tag = invite.headers().get_str(ours).unwrap().split("tag=").nth(1).unwrap();
    let replaces = format!("Replaces: {call};to-tag={tag};from-tag=party\r\nContact:");
    let other = teams_invite("thief", TENANT_FQDN, Some(&rtp("sendrecv", 1)));
    let other = String::from_utf8(over_tcp(&other)).unwrap().replacen("Contact:", &replaces, 1);
    thief.write(other.as_bytes()).await;
    let refused = loop {
        let status = thief.receive().await.as_response().unwrap().status().as_u16();
        if status >= 200 {
            break status;
        }
    };
    assert_eq!(refused, 481);
    stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn strangers_take_no_room_however_many_they_are() {
    let mut stage = Stage::new(config());
    let mut stranger =
        stage.connect(Peer::new(TransportKind::Tcp, "198.51.100.7:4000".parse().unwrap())).await;
    for n in 0..21_000 {
        let invite = teams_invite(&format!("s{n}"), TENANT_FQDN, Some("v=0\r\n"));
        stranger.write(&over_tcp(&invite)).await;
        let answer = stranger.receive().await;
        let answer = answer.as_response().unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{n}");
        assert!(!answer.headers().contains("Contact") && !answer.headers().contains("Allow"));
    }
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("mine", TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
    teams.response(100).await;
    stage.incoming().await;
}

#[tokio::test(start_paused = true)]
async fn strangers_that_only_connect_leave_room_for_teams() {
    let limits = TrunkLimits::default().connections(32);
    let mut stage = Stage::new(config().limits(limits));
    let mut idle = Vec::new();
    for n in 0..64_u16 {
        let address = SocketAddr::from(([198, 51, 100, 7], 4000 + n));
        idle.push(stage.connect(Peer::new(TransportKind::Tcp, address)).await);
        tokio::task::yield_now().await;
    }
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("mine", TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
    teams.response(100).await;
    stage.incoming().await;
}

fn emergency(trunk: TrunkConfig) -> TrunkConfig {
    trunk.emergency(EmergencyPlan::new("carrier").country("US").unwrap())
}

fn emergency_invite(call: &str, uri: &str) -> Request {
    let text = teams_invite(call, TENANT_FQDN, Some(&srtp("sendrecv", 1))).reveal();
    let line = format!("INVITE {uri} SIP/2.0");
    let rest = text.split_once("\r\n").unwrap().1;
    let bytes = format!("{line}\r\n{rest}");
    match Message::parse_datagram(bytes.as_bytes(), &Limits::default()).unwrap() {
        Message::Request(request) => request,
        Message::Response(_) => panic!(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_emergency_call_comes_in_where_no_other_may() {
    let full = emergency(config()).limits(TrunkLimits::default().legs(1));
    for uri in [
        "sip:911@bank.sbc1.adatum.biz:5061;user=phone;transport=tls",
        "sip:+911@sbc1.adatum.biz",
        "sip:9-1-1@bank.sbc1.adatum.biz;user=phone",
        "sip:%39%31%31@bank.sbc1.adatum.biz",
        "tel:911;phone-context=+1",
        "tel:112",
        "urn:service:sos",
        "urn:service:sos.fire",
        "sip:911@unknown.example.com",
    ] {
        let mut stage = Stage::new(full.clone());
        let (mut teams, _, _, _held) = connected(&mut stage).await;
        teams.send(teams_invite("more", TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
        teams.response(100).await;
        let refused = teams.response(503).await;
        assert!(refused.headers().contains("Retry-After"));
        let mut teams = stage.teams_connects().await;
        teams.send(emergency_invite("help", uri)).await;
        teams.response(100).await;
        let call = stage.incoming().await;
        assert!(call.called.is_emergency(), "{uri}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_emergency_call_goes_out_where_no_other_may() {
    let full = emergency(config()).limits(TrunkLimits::default().legs(1));
    let mut stage = Stage::new(full);
    let _busy = connected(&mut stage).await;
    assert!(stage.trunk.dial(to_teams(1)).await.is_err());
    let number = EmergencyPlan::new("carrier").classify("112");
    let help = teams_cc_sip::trunk::Destination::new(
        teams_cc_sip::trunk::Via::Carrier("carrier".into()),
        number,
        teams_cc_core::PhoneNumber::presented("+14255550199"),
        teams_cc_core::LegId::numbered("H", 1),
    );
    let _leg = stage.trunk.dial(help).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let invite = carrier.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), "sip:112@carrier.test;user=phone");
}

#[tokio::test(start_paused = true)]
async fn numbers_at_their_ends_disturb_nothing() {
    let mut stage = Stage::new(config());
    let (mut teams, invite, ok, call) = connected(&mut stage).await;
    let sdp = srtp("sendrecv", 1);
    let bodies = [
        sdp.replace("o=- 1 1", "o=- 18446744073709551615 18446744073709551615"),
        sdp.replace("o=- 1 1", "o=- 0 99999999999999999999999"),
        sdp.replace("m=audio 50000", "m=audio 0"),
        sdp.replace("m=audio 50000", "m=audio 65535/65535"),
        sdp.replace("m=audio 50000", "m=audio 4294967296"),
        sdp.replace("8 0 101", "255 256 -1 4294967296"),
        sdp.replace("t=0 0", "t=18446744073709551615 18446744073709551616"),
        sdp.replace("|2^31", "|2^255|4294967295:4"),
        sdp.replace("|2^31", "|2^31|1:129"),
        sdp.replace("a=crypto:1", "a=crypto:9999999999"),
        sdp.replace("/8000", "/18446744073709551616"),
        format!("{sdp}a=ptime:0\r\na=maxptime:4294967296\r\n"),
        sdp.replace("c=IN IP4 52.114.7.9", "c=IN IP4 255.255.255.255/127/255"),
        sdp.replace("c=IN IP4 52.114.7.9", "c=IN IP6 ::"),
        "v=0\r\n".repeat(2000),
        sdp.clone(),
    ];
    let lines: [&[(&str, &str)]; 6] = [
        &[("Session-Expires", "4294967295;refresher=uac"), ("Min-SE", "0")],
        &[("Expires", "4294967295"), ("Retry-After", "4294967295")],
        &[("Session-Expires", "0"), ("RSeq", "4294967295")],
        &[("Expires", "99999999999999999999")],
        &[("Contact", "<sip:x@[::ffff:255.255.255.255]:65535;transport=tls>;expires=99999999999")],
        &[("Contact", "<sip:x@h:65536>")],
    ];
    for (n, body) in (10_u32..).zip(&bodies) {
        for (m, extra) in (0_u32..).zip(lines) {
            let cseq = n * 10 + m;
            teams.send(within(&invite, &ok, "INVITE", cseq, extra, Some(body))).await;
            let status = loop {
                let answer = teams.receive().await;
                let status = answer.as_response().expect("a response").status().as_u16();
                if status >= 200 {
                    break status;
                }
            };
            assert!((200..500).contains(&status), "{status} to {extra:?} with {body}");
            let ack = within(&invite, &ok, "ACK", cseq, &[], None);
            // The ACK to a refusal has the branch of its INVITE.
            let branch = format!("mineACK{cseq}");
            let own = format!("mineINVITE{cseq}");
            let text = ack.reveal().replace(&branch, if status == 200 { &branch } else { &own });
            teams.write(text.as_bytes()).await;
        }
    }
    // The highest number there is; nothing can come after it.
    teams.send(within(&invite, &ok, "INFO", 2_147_483_647, &[], None)).await;
    teams.response(200).await;
    // Beyond what CSeq may be (RFC 3261 §8.1.1.5) nobody knows what to answer to.
    teams.send(within(&invite, &ok, "INFO", u32::MAX, &[], None)).await;
    teams.send(within(&invite, &ok, "INFO", 1, &[], None)).await;
    teams.response(500).await;
    call.leg.execute(LegCommand::HangUp).await.unwrap();
    let mut ours = stage.connection("sip.pstnhub.test").await;
    ours.request(&Method::Bye).await;
}
