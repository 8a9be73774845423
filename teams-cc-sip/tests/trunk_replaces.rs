//! INVITE with Replaces among carriers (RFC 3891): who may take over what.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{
    Answered, Bridged, Carriers, Stage, Switch, TENANT_FQDN, config, from_callee, rtp, srtp,
    teams_invite, two_carriers, within,
};
use teams_cc_core::contact::{Leg, LegCommand, LegEvent};
use teams_cc_sip::message::{Method, StatusCode};

const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, NOTIFY";

#[tokio::test(start_paused = true)]
async fn another_carrier_takes_over_an_answered_call_and_the_other_party_hears_nothing_of_it() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    let mut taker = c.backup_connects().await;
    let invite = Carriers::replacing("taken", &c.callers_dialog(), &rtp("sendrecv", 7));
    taker.send(invite.clone()).await;
    taker.response(100).await;
    let ok = taker.response(200).await;
    assert!(String::from_utf8_lossy(ok.body()).contains("RTP/AVP"));
    taker.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let bye = c.caller.request(&Method::Bye).await;
    c.caller.answer(&bye, StatusCode::OK, None).await;
    c.backup.hears_nothing(Duration::from_secs(5)).await;
    // From here on the new call is the leg.
    taker.send(within(&invite, &ok, "BYE", 2, &[], None)).await;
    taker.response(200).await;
    let bye = c.backup.request(&Method::Bye).await;
    c.backup.answer(&bye, StatusCode::OK, None).await;
    c.caller.hears_nothing(Duration::from_secs(1)).await;
    let leg = c.customer.id().clone();
    while !matches!(c.stage.leg_event(&leg).await, LegEvent::Ended(_)) {}
    assert!(c.stage.trunk.shutdown(Duration::from_secs(1)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_rings_elsewhere_is_picked_up_and_the_caller_is_answered() {
    let mut c = Carriers::ringing(Stage::new(two_carriers())).await;
    let mut taker = c.backup_connects().await;
    let replaces = format!("{};early-only", c.mobiles_dialog());
    let invite = Carriers::replacing("picked", &replaces, &rtp("sendrecv", 7));
    taker.send(invite.clone()).await;
    taker.response(100).await;
    let ok = taker.response(200).await;
    taker.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let cancel = c.backup.request(&Method::Cancel).await;
    let why = cancel.headers().get_str("Reason").unwrap_or_default();
    assert!(why.contains("completed elsewhere"), "{why}");
    c.backup.answer(&cancel, StatusCode::OK, None).await;
    c.backup.answer(&c.out, StatusCode::REQUEST_TERMINATED, None).await;
    c.backup.request(&Method::Ack).await;
    let answered = c.caller.response(200).await;
    c.caller.send(within(&c.invite, &answered, "ACK", 1, &[], None)).await;
    let leg = c.called.id().clone();
    while !matches!(c.stage.leg_event(&leg).await, LegEvent::Bridged { .. }) {}
    c.called.execute(LegCommand::HangUp).await.unwrap();
    assert_eq!(taker.request(&Method::Bye).await.headers().get_str("Call-ID"), Some("picked"));
    c.caller.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn a_telephone_that_answers_as_its_call_is_picked_up_is_hung_up() {
    let mut c = Carriers::ringing(Stage::new(two_carriers())).await;
    let mut taker = c.backup_connects().await;
    let invite = Carriers::replacing("picked", &c.mobiles_dialog(), &rtp("sendrecv", 7));
    taker.send(invite.clone()).await;
    taker.response(100).await;
    let ok = taker.response(200).await;
    taker.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let cancel = c.backup.request(&Method::Cancel).await;
    c.backup.answer(&c.out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    c.backup.answer(&cancel, StatusCode::OK, None).await;
    c.backup.request(&Method::Ack).await;
    let bye = c.backup.request(&Method::Bye).await;
    c.backup.answer(&bye, StatusCode::OK, None).await;
    c.caller.response(200).await;
    taker.hears_nothing(Duration::from_secs(1)).await;
}

/// RFC 3891 §3, case by case: what is sent, and what it gets.
#[tokio::test(start_paused = true)]
async fn a_call_that_may_not_be_taken_over_is_not() {
    let offer = rtp("sendrecv", 7);
    // One that is answered, although only one that rings was meant.
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    let early = format!("{};early-only", c.callers_dialog());
    let mixed = {
        let right = c.callers_dialog();
        let ours = right.split("to-tag=").nth(1).unwrap().split(';').next().unwrap().to_owned();
        format!("pstn;to-tag=teams;from-tag={ours}")
    };
    let encrypted = srtp("sendrecv", 7);
    let mut taker = c.backup_connects().await;
    for (n, (replaces, offer, status)) in [
        (early, &*offer, 486),
        (mixed, &*offer, 481),
        ("nobody;to-tag=a;from-tag=b".to_owned(), &*offer, 481),
        ("pstn;to-tag=a".to_owned(), &*offer, 400),
        (c.callers_dialog(), &*encrypted, 488),
        (c.callers_dialog(), "", 488),
    ]
    .into_iter()
    .enumerate()
    {
        taker.send(Carriers::replacing(&format!("try{n}"), &replaces, offer)).await;
        loop {
            match taker.receive().await {
                teams_cc_sip::message::Message::Response(r) if r.status().as_u16() == 100 => {}
                teams_cc_sip::message::Message::Response(r) => {
                    assert_eq!(r.status().as_u16(), status, "{replaces}");
                    break;
                }
                teams_cc_sip::message::Message::Request(_) => {}
            }
        }
    }
    c.caller.hears_nothing(Duration::from_secs(1)).await;
    // One that is over, while that is still known.
    c.called.execute(LegCommand::HangUp).await.unwrap();
    let bye = c.backup.request(&Method::Bye).await;
    let over = Carriers::replacing("over", &c.mobiles_dialog(), &offer);
    taker.send(over).await;
    taker.response(603).await;
    c.backup.answer(&bye, StatusCode::OK, None).await;
    // One that rings here: only who has called may have it replaced.
    let mut c = Carriers::ringing(Stage::new(two_carriers())).await;
    let mut taker = c.backup_connects().await;
    taker.send(Carriers::replacing("rings", &c.callers_dialog(), &offer)).await;
    taker.response(481).await;
    c.caller.hears_nothing(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn neither_side_of_a_call_with_teams_is_taken_over_from_the_other() {
    let mut b = Bridged::on(Stage::new(config())).await;
    let get = |name| b.teams_invite.headers().get_str(name).unwrap().to_owned();
    let ours = get("From").split("tag=").nth(1).unwrap().to_owned();
    let teams_dialog = format!("{};to-tag={ours};from-tag=party", get("Call-ID"));
    b.carrier.send(Carriers::replacing("steal", &teams_dialog, &rtp("sendrecv", 7))).await;
    b.carrier.response(100).await;
    b.carrier.response(481).await;
    let ours = b.carrier_ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap();
    let mut teams = b.stage.teams_connects().await;
    let invite = teams_invite("reach", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))
        .with_header("Replaces", format!("pstn;to-tag={ours};from-tag=teams"))
        .unwrap();
    teams.send(invite).await;
    teams.response(100).await;
    teams.response(481).await;
    b.stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_hold_under_way_ends_with_the_call_that_is_taken_over() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    let (customer, mut caller) = (std::sync::Arc::clone(&c.customer), c.caller);
    let hold = tokio::spawn(async move { customer.execute(LegCommand::Hold).await });
    let reinvite = caller.request(&Method::Invite).await;
    let mut taker = {
        let address = "198.51.100.9:5060".parse().unwrap();
        let peer = teams_cc_sip::io::Peer::new(teams_cc_sip::io::TransportKind::Tcp, address);
        c.stage.connect(peer).await
    };
    let ours = c.ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap();
    let replaces = format!("pstn;to-tag={ours};from-tag=teams");
    let invite = Carriers::replacing("taken", &replaces, &rtp("sendrecv", 7));
    taker.send(invite.clone()).await;
    taker.response(100).await;
    let ok = taker.response(200).await;
    assert!(String::from_utf8_lossy(ok.body()).contains("a=sendonly"), "the new one is on hold");
    taker.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    hold.await.unwrap().unwrap();
    let bye = caller.request(&Method::Bye).await;
    caller.answer(&bye, StatusCode::OK, None).await;
    drop(reinvite);
    c.backup.hears_nothing(Duration::from_secs(1)).await;
    // The mobile phone hangs up: the new call ends.
    let mut backup = {
        let address = "198.51.100.9:5061".parse().unwrap();
        let peer = teams_cc_sip::io::Peer::new(teams_cc_sip::io::TransportKind::Tcp, address);
        c.stage.connect(peer).await
    };
    backup.send(from_callee(&c.out, "BYE", 1, &[], None)).await;
    backup.response(200).await;
    taker.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_take_over_leaves_the_key_as_it_was() {
    // Its keys come from the operating system.
    let switch = std::sync::Arc::new(Switch::default());
    let mut stage = Stage::with_media(two_carriers(), switch);
    let Answered { mut teams, invite, call, ok } = stage.answered().await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let key = |body: &[u8]| {
        let body = String::from_utf8_lossy(body).into_owned();
        body.lines().find(|line| line.starts_with("a=crypto")).unwrap().to_owned()
    };
    let ours = ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap();
    let replaces = format!("in;to-tag={ours};from-tag=teams");
    // None of its codecs is ours.
    let foreign =
        srtp("sendrecv", 1).replace("SAVP 8 0 101", "SAVP 97").replace("101 tele", "97 i");
    let mut taker = teams_invite("taker", TENANT_FQDN, Some(&foreign));
    for (name, value) in [("Replaces", replaces.as_str()), ("Require", "replaces")] {
        taker.headers_mut().set(name, value).unwrap();
    }
    teams.send(taker).await;
    teams.response(100).await;
    teams.response(488).await;
    let leg = std::sync::Arc::clone(&call.leg);
    tokio::spawn(async move { leg.execute(LegCommand::Hold).await });
    let hold = proxy.request(&Method::Invite).await;
    assert_eq!(key(hold.body()), key(ok.body()));
}
