//! Transfers by REFER where something goes another way than planned.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Bridged, Party, Stage, TENANT, config, from_callee, rtp, srtp, within};
use teams_cc_core::contact::{Leg, LegCommand};
use teams_cc_sip::{
    gate::{GatePolicy, Permission},
    message::{Method, StatusCode},
    trunk::{TransferStep, TrunkEvent},
};

const TARGET: &str = "<sip:+14255550177@sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:a>";

async fn step(b: &mut Bridged) -> TransferStep {
    loop {
        if let TrunkEvent::Transfer { step, .. } = b.stage.event().await {
            return step;
        }
    }
}

async fn refer(b: &mut Bridged, cseq: u32, target: &str, status: u16) -> Party {
    let mut teams = b.stage.teams_connects().await;
    teams.send(from_callee(&b.teams_invite, "REFER", cseq, &[("Refer-To", target)], None)).await;
    teams.response(status).await;
    teams
}

async fn notified(proxy: &mut Party) -> String {
    let notify = proxy.request(&Method::Notify).await;
    proxy.answer(&notify, StatusCode::OK, None).await;
    String::from_utf8_lossy(notify.body()).trim().to_owned()
}

async fn bridged() -> Bridged {
    Bridged::on(Stage::new(config())).await
}

#[tokio::test(start_paused = true)]
async fn a_target_that_rings_too_long_is_given_up_and_the_call_stays() {
    let mut b = Bridged::on(Stage::new(config().recall_time(Duration::from_secs(20)))).await;
    let _teams = refer(&mut b, 1, TARGET, 202).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 180 Ringing");
    let (mut cancelled, mut reported) = (false, false);
    while !(cancelled && reported) {
        let request = b.proxy.any_request().await;
        b.proxy.answer(&request, StatusCode::OK, None).await;
        match request.method() {
            Method::Cancel => cancelled = true,
            Method::Notify => {
                assert!(request.body().starts_with(b"SIP/2.0 408"), "{request:?}");
                reported = true;
            }
            other => panic!("{other}"),
        }
    }
    b.proxy.answer(&invite, StatusCode::REQUEST_TERMINATED, None).await;
    b.proxy.request(&Method::Ack).await;
    for expected in
        [TransferStep::Accepted, TransferStep::Ringing, TransferStep::Failed { status: 408 }]
    {
        assert_eq!(step(&mut b).await, expected);
    }
    b.carrier.hears_nothing(Duration::from_secs(40)).await;
    // The same party may transfer again.
    refer(&mut b, 2, TARGET, 202).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_transferred_and_hung_up_is_called_again_where_the_target_declines() {
    let mut b = bridged().await;
    let mut teams = refer(&mut b, 1, TARGET, 202).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    b.proxy.answer(&invite, StatusCode::DECLINE, None).await;
    b.proxy.request(&Method::Ack).await;
    notified(&mut b.proxy).await;
    let recall = b.proxy.request(&Method::Invite).await;
    let (first, again) = (b.teams_invite.uri().reveal(), recall.uri().reveal());
    assert_eq!(first, again, "the party that transferred");
    assert!(!recall.headers().contains("Referred-By"));
    b.carrier.hears_nothing(Duration::from_secs(2)).await;
    b.proxy.take(&recall, &srtp("sendrecv", 4)).await;
    let expected = [
        TransferStep::Accepted,
        TransferStep::Failed { status: 603 },
        TransferStep::Recalling,
        TransferStep::Recalled,
    ];
    for expected in expected {
        assert_eq!(step(&mut b).await, expected);
    }
    // The recalled party hangs up: now the customer's call is over as well.
    let mut later = b.stage.teams_connects().await;
    later.send(from_callee(&recall, "BYE", 1, &[], None)).await;
    later.response(200).await;
    b.carrier.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_took_a_transferred_call_and_transfers_it_is_called_again_and_not_who_had_it_first()
{
    let mut b = bridged().await;
    let mut teams = refer(&mut b, 1, TARGET, 202).await;
    notified(&mut b.proxy).await;
    let second = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&second, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    for _ in ["NOTIFY", "ACK"] {
        let request = b.proxy.any_request().await;
        if *request.method() == Method::Notify {
            b.proxy.answer(&request, StatusCode::OK, None).await;
        }
    }
    teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    for expected in [TransferStep::Accepted, TransferStep::Completed] {
        assert_eq!(step(&mut b).await, expected);
    }

    let elsewhere = [("Refer-To", "<sip:+14255550188@sip.pstnhub.test:5061;transport=tls>")];
    teams.send(from_callee(&second, "REFER", 1, &elsewhere, None)).await;
    teams.response(202).await;
    notified(&mut b.proxy).await;
    let third = b.proxy.request(&Method::Invite).await;
    teams.send(from_callee(&second, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    b.proxy.answer(&third, StatusCode::DECLINE, None).await;
    b.proxy.request(&Method::Ack).await;
    notified(&mut b.proxy).await;
    let recall = b.proxy.request(&Method::Invite).await;
    assert_eq!(recall.uri().reveal(), second.uri().reveal(), "by what Refer-To had named");
    b.proxy.take(&recall, &srtp("sendrecv", 4)).await;
    for expected in [
        TransferStep::Accepted,
        TransferStep::Failed { status: 603 },
        TransferStep::Recalling,
        TransferStep::Recalled,
    ] {
        assert_eq!(step(&mut b).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recall_that_nobody_takes_ends_both_sides_and_is_not_tried_again() {
    let mut b = bridged().await;
    let mut teams = refer(&mut b, 1, TARGET, 202).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    b.proxy.answer(&invite, StatusCode::BUSY_HERE, None).await;
    b.proxy.request(&Method::Ack).await;
    notified(&mut b.proxy).await;
    let recall = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&recall, StatusCode::BUSY_HERE, None).await;
    b.proxy.request(&Method::Ack).await;
    b.carrier.request(&Method::Bye).await;
    b.proxy.hears_nothing(Duration::from_secs(40)).await;
}

#[tokio::test(start_paused = true)]
async fn a_refer_to_headers_go_to_the_proxy_byte_for_byte_and_no_header_of_ours_replaces() {
    let mut b = bridged().await;
    let target = "sip:sip.pstnhub.test:5061;x-m=8:orgid:Ab%2D;x-t=7?Replaces=a%40b%3Bto-tag%3D1\
                  %3Bfrom-tag%3D2";
    let _teams = refer(&mut b, 1, &format!("<{target}>"), 202).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), target);
    assert!(!invite.headers().contains("Replaces"));
}

#[tokio::test(start_paused = true)]
async fn of_two_refers_at_once_one_is_carried_out() {
    let mut b = bridged().await;
    let _first = refer(&mut b, 1, TARGET, 202).await;
    let _second = refer(&mut b, 2, TARGET, 491).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.hears_nothing(Duration::from_secs(1)).await;
    b.proxy.answer(&invite, StatusCode::DECLINE, None).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 603 Decline");
}

#[tokio::test(start_paused = true)]
async fn a_refer_that_crosses_a_bye_of_either_leg_calls_nobody() {
    for by_customer in [false, true] {
        let mut b = bridged().await;
        if by_customer {
            b.carrier.send(within(&b.carrier_invite, &b.carrier_ok, "BYE", 2, &[], None)).await;
            b.carrier.response(200).await;
        } else {
            b.agent.execute(LegCommand::HangUp).await.unwrap();
        }
        let bye = b.proxy.request(&Method::Bye).await;
        let _teams = refer(&mut b, 1, TARGET, 481).await;
        b.proxy.answer(&bye, StatusCode::OK, None).await;
        b.proxy.hears_nothing(Duration::from_secs(5)).await;
    }
}

/// The INVITE of a carrier's REFER goes to that carrier, to the number alone.
#[tokio::test(start_paused = true)]
async fn a_carrier_that_refers_is_called_by_number_and_teams_hears_nothing_of_it() {
    let permission = Permission::new().allow("+1").any_caller();
    let policy = GatePolicy::new().tenant(TENANT.parse().unwrap(), permission);
    let mut b = Bridged::on(Stage::new(config().gate(policy))).await;
    let contact = ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>");
    for (cseq, target, status) in [
        (2, "<sip:operator@carrier.test>", 603),
        (3, "<sip:+19005551234@carrier.test>", 403),
        (4, "<sip:+442071234567@carrier.test>", 403),
        (5, "<sip:+14255550177@evil.example.com:9999;transport=udp>", 202),
    ] {
        let extra = [("Refer-To", target), contact];
        b.carrier.send(within(&b.carrier_invite, &b.carrier_ok, "REFER", cseq, &extra, None)).await;
        b.carrier.response(status).await;
    }
    let mut ours = b.stage.connection("carrier.test").await;
    let invite = ours.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), "sip:+14255550177@carrier.test;user=phone");
    b.proxy.hears_nothing(Duration::from_secs(2)).await;
}

/// Pain 75.
#[tokio::test(start_paused = true)]
async fn a_hold_before_a_transfer_is_one_re_invite_upstream_and_its_end_another() {
    let mut b = bridged().await;
    let mut teams = b.stage.teams_connects().await;
    let paused = srtp("inactive", 2);
    teams.send(from_callee(&b.teams_invite, "INVITE", 1, &[], Some(&paused))).await;
    teams.response(100).await;
    teams.response(200).await;
    teams.send(from_callee(&b.teams_invite, "ACK", 1, &[], None)).await;
    let hold = b.carrier.request(&Method::Invite).await;
    b.carrier.answer(&hold, StatusCode::OK, Some(&rtp("recvonly", 2))).await;
    b.carrier.request(&Method::Ack).await;
    teams.send(from_callee(&b.teams_invite, "REFER", 2, &[("Refer-To", TARGET)], None)).await;
    teams.response(202).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    notified(&mut b.proxy).await;
    b.carrier.hears_nothing(Duration::from_secs(10)).await;
    b.proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    let resume = b.carrier.request(&Method::Invite).await;
    b.carrier.answer(&resume, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    b.carrier.request(&Method::Ack).await;
    teams.send(from_callee(&b.teams_invite, "BYE", 3, &[], None)).await;
    teams.response(200).await;
    b.carrier.hears_nothing(Duration::from_mins(1)).await;
    assert_eq!(
        b.carrier.ladder,
        [
            "← INVITE [a=sendonly]",
            "→ 200 (INVITE) [a=recvonly]",
            "← ACK",
            "← INVITE",
            "→ 200 (INVITE)",
            "← ACK",
        ]
    );
}
