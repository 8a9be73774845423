//! Two legs bridged: hold, the end, and a transfer by a Teams client, message by message.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Bridged, Party, Stage, answer, config, from_callee, rtp, srtp, within};
use teams_cc_core::{
    LegId,
    contact::{
        AfterTransfer, AnsweredBy, EndReason, Knowledge, Leg, LegCommand, LegEvent,
        TransferFailure, TransferOutcome,
    },
};
use teams_cc_sip::{
    message::{Method, StatusCode},
    trunk::{TransferStep, TrunkEvent},
};

const REFER_TO: &str = "<sip:sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:Ab12%2D;x-t=72F988bf>";
const TARGET: &str = "sip:sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:Ab12%2D;x-t=72F988bf";
const REFERRED_BY: &str =
    "<sip:sip.pstnhub.test:5061;x-m=8:orgid:c3;x-t=72F988bf;x-ti=5E9f;x-tt=aHR0cHM%3D>";

/// The next step of a transfer.
async fn step(stage: &mut Stage) -> TransferStep {
    loop {
        if let TrunkEvent::Transfer { step, .. } = stage.event().await {
            return step;
        }
    }
}

/// REFER on a connection of its own, as Teams may send it.
async fn refer(bridged: &mut Bridged) -> Party {
    let mut teams = bridged.stage.teams_connects().await;
    let extra = [("Refer-To", REFER_TO), ("Referred-By", REFERRED_BY)];
    let refer = from_callee(&bridged.teams_invite, "REFER", 1, &extra, None);
    teams.send(refer).await;
    teams.response(202).await;
    teams
}

/// Takes a NOTIFY and tells its body.
async fn notified(proxy: &mut Party) -> String {
    let notify = proxy.request(&Method::Notify).await;
    proxy.answer(&notify, StatusCode::OK, None).await;
    assert_eq!(notify.headers().get_str("Event").map(|e| e.starts_with("refer")), Some(true));
    String::from_utf8_lossy(notify.body()).trim().to_owned()
}

/// Pain 73.
#[tokio::test(start_paused = true)]
async fn a_teams_client_transfers_and_every_message_is_in_its_place() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let mut teams = refer(&mut b).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 100 Trying");
    let invite = b.proxy.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), TARGET, "byte for byte");
    let get = |name| invite.headers().get_str(name).unwrap_or_default().to_owned();
    assert_eq!(get("Referred-By"), REFERRED_BY, "untouched");
    assert_eq!(get("Contact"), "<sip:bank.sbc1.adatum.biz:5061;transport=tls>");
    assert!(!invite.headers().contains("Replaces"));
    assert_ne!(get("Call-ID"), b.teams_invite.headers().get_str("Call-ID").unwrap());
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 180 Ringing");
    b.proxy.hears_nothing(Duration::from_secs(3)).await;
    b.proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 9))).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 200 OK");
    // We never send BYE first: the old call waits for Teams.
    b.proxy.hears_nothing(Duration::from_secs(30)).await;
    teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    b.carrier.hears_nothing(Duration::from_secs(1)).await;
    assert_eq!(
        b.proxy.ladder,
        [
            "← NOTIFY [SIP/2.0 100 Trying]",
            "→ 200 (NOTIFY)",
            "← INVITE",
            "→ 180 (INVITE)",
            "← NOTIFY [SIP/2.0 180 Ringing]",
            "→ 200 (NOTIFY)",
            "→ 200 (INVITE)",
            "← ACK",
            "← NOTIFY [SIP/2.0 200 OK]",
            "→ 200 (NOTIFY)",
        ]
    );
    assert_eq!(teams.ladder, ["→ REFER", "← 202 (REFER)", "→ BYE", "← 200 (BYE)"]);
    let agent = b.agent.id().clone();
    assert_eq!(b.stage.leg_event(&agent).await, LegEvent::TransferRequested);
    assert_eq!(
        b.stage.leg_event(&agent).await,
        LegEvent::TransferEnded(TransferOutcome::Completed {
            after: AfterTransfer::InSight,
            answered_by: Knowledge::Observed(AnsweredBy::Unconfirmed),
        })
    );
    assert_eq!(step(&mut b.stage).await, TransferStep::Completed);
    b.stage.quiet().await;
    // The target hangs up: the customer's call ends with it.
    let mut target = b.stage.teams_connects().await;
    target.send(from_callee(&invite, "BYE", 1, &[], None)).await;
    target.response(200).await;
    assert!(matches!(b.stage.leg_event(&agent).await, LegEvent::Ended(_)));
    b.carrier.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn a_target_that_declines_leaves_the_call_as_it_was() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let _teams = refer(&mut b).await;
    assert_eq!(step(&mut b.stage).await, TransferStep::Accepted);
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::DECLINE, None).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 603 Decline");
    assert_eq!(step(&mut b.stage).await, TransferStep::Failed { status: 603 });
    b.proxy.hears_nothing(Duration::from_secs(40)).await;
    b.carrier.hears_nothing(Duration::from_secs(1)).await;
    // The same call can still be held, and transferred again.
    let (held, ()) = tokio::join!(b.agent.execute(LegCommand::Hold), async {
        let reinvite = b.proxy.request(&Method::Invite).await;
        b.proxy.answer(&reinvite, StatusCode::OK, Some(&srtp("inactive", 2))).await;
        b.proxy.request(&Method::Ack).await;
    });
    held.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_transfer_is_told_and_is_not_sent_to_another_proxy() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let mut second = b.stage.connection("sip2.pstnhub.test").await;
    let _teams = refer(&mut b).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::SERVICE_UNAVAILABLE, None).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(notified(&mut b.proxy).await, "SIP/2.0 503 Service Unavailable");
    let agent = b.agent.id().clone();
    assert_eq!(b.stage.leg_event(&agent).await, LegEvent::TransferRequested);
    assert_eq!(
        b.stage.leg_event(&agent).await,
        LegEvent::TransferEnded(TransferOutcome::Failed(TransferFailure::Platform))
    );
    second.hears_nothing(Duration::from_secs(30)).await;
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_hangs_up_during_a_transfer_ends_everything() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let _teams = refer(&mut b).await;
    notified(&mut b.proxy).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    notified(&mut b.proxy).await;
    b.carrier.send(within(&b.carrier_invite, &b.carrier_ok, "BYE", 2, &[], None)).await;
    b.carrier.response(200).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let request = match b.proxy.receive().await {
            teams_cc_sip::message::Message::Request(request) => request,
            other @ teams_cc_sip::message::Message::Response(_) => panic!("{other:?}"),
        };
        b.proxy.answer(&request, StatusCode::OK, None).await;
        seen.push(request.method().as_str().to_owned());
    }
    seen.sort();
    assert_eq!(seen, ["BYE", "CANCEL", "NOTIFY"]);
    b.proxy.answer(&invite, StatusCode::REQUEST_TERMINATED, None).await;
    b.proxy.request(&Method::Ack).await;
    drop((b.customer, b.agent));
    assert!(b.stage.trunk.shutdown(Duration::from_secs(40)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_carrier_may_not_transfer() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let extra = [
        ("Refer-To", "<sip:+19005550100@evil.example.com>"),
        ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>"),
    ];
    let refer = within(&b.carrier_invite, &b.carrier_ok, "REFER", 2, &extra, None);
    b.carrier.send(refer).await;
    b.carrier.response(403).await;
    b.stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn hold_by_teams_reaches_the_carrier_in_the_carriers_words_and_back() {
    let mut b = Bridged::on(Stage::new(config())).await;
    for (cseq, teams_flow, carrier_flow, answered) in
        [(1, "inactive", "sendonly", "recvonly"), (2, "sendrecv", "sendrecv", "sendrecv")]
    {
        let mut teams = b.stage.teams_connects().await;
        let reinvite =
            from_callee(&b.teams_invite, "INVITE", cseq, &[], Some(&srtp(teams_flow, 5)));
        teams.send(reinvite).await;
        teams.response(100).await;
        teams.response(200).await;
        teams.send(from_callee(&b.teams_invite, "ACK", cseq, &[], None)).await;
        let relayed = b.carrier.request(&Method::Invite).await;
        let body = String::from_utf8_lossy(relayed.body()).into_owned();
        assert!(body.contains(&format!("a={carrier_flow}\r\n")), "{body}");
        let ok = answer(&relayed, StatusCode::OK, Some(&rtp(answered, 2)));
        b.carrier.send(ok).await;
        b.carrier.request(&Method::Ack).await;
    }
    let agent = b.agent.id().clone();
    assert_eq!(b.stage.leg_event(&agent).await, LegEvent::HeldByRemote);
    assert_eq!(b.stage.leg_event(&agent).await, LegEvent::ResumedByRemote);
}

#[tokio::test(start_paused = true)]
async fn hold_by_the_carrier_reaches_teams_as_inactive_only() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let contact = ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>");
    let body = rtp("sendonly", 2);
    let reinvite = within(&b.carrier_invite, &b.carrier_ok, "INVITE", 2, &[contact], Some(&body));
    b.carrier.send(reinvite).await;
    b.carrier.response(100).await;
    let ok = b.carrier.response(200).await;
    assert!(String::from_utf8_lossy(ok.body()).contains("a=recvonly"));
    b.carrier.send(within(&b.carrier_invite, &b.carrier_ok, "ACK", 2, &[], None)).await;
    let relayed = b.proxy.request(&Method::Invite).await;
    let body = String::from_utf8_lossy(relayed.body()).into_owned();
    assert!(body.contains("a=inactive") && !body.contains("sendonly"), "{body}");
    b.proxy.answer(&relayed, StatusCode::OK, Some(&srtp("inactive", 2))).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(b.stage.leg_event(&b.customer.id().clone()).await, LegEvent::HeldByRemote);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_one_leg_is_the_end_of_the_other() {
    let mut b = Bridged::on(Stage::new(config())).await;
    b.carrier.send(within(&b.carrier_invite, &b.carrier_ok, "BYE", 2, &[], None)).await;
    b.carrier.response(200).await;
    let bye = b.proxy.request(&Method::Bye).await;
    b.proxy.answer(&bye, StatusCode::OK, None).await;
    for leg in [b.customer.id().clone(), b.agent.id().clone()] {
        match b.stage.leg_event(&leg).await {
            LegEvent::Ended(cause) => assert_eq!(cause.reason, EndReason::Completed),
            other => panic!("{other:?}"),
        }
    }
    assert!(b.stage.trunk.shutdown(Duration::from_secs(1)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_leg_is_not_bridged_with_itself_a_stranger_or_twice() {
    let b = Bridged::on(Stage::new(config())).await;
    let itself = b.agent.id().clone();
    for with in [itself, LegId::numbered("nobody", 1)] {
        let refused = b.agent.execute(LegCommand::Bridge { with }).await.unwrap_err();
        assert!(refused.to_string().contains("not usable here"), "{refused}");
    }
    let again = b.customer.id().clone();
    b.agent.execute(LegCommand::Bridge { with: again }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_invite_with_replaces_takes_the_leg_over() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let mut teams = b.stage.teams_connects().await;
    let get = |name| b.teams_invite.headers().get_str(name).unwrap().to_owned();
    let ours = get("From").split("tag=").nth(1).unwrap().to_owned();
    let replaces = format!("{};to-tag={ours};from-tag=party", get("Call-ID"));
    let invite = support::teams_invite("taken", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))
        .with_header("Replaces", replaces)
        .unwrap()
        .with_header("Require", "replaces")
        .unwrap();
    teams.send(invite.clone()).await;
    teams.response(100).await;
    let ok = teams.response(200).await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let bye = b.proxy.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Call-ID").unwrap(), get("Call-ID"));
    b.proxy.answer(&bye, StatusCode::OK, None).await;
    assert!(matches!(b.stage.event().await, TrunkEvent::TakenOver { .. }));
    b.stage.quiet().await;
    b.agent.execute(LegCommand::HangUp).await.unwrap();
    let bye = b.proxy.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Call-ID"), Some("taken"));
}
