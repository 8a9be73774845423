//! REFER between two carriers is passed on, and its reports are passed back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{
    Carriers, PutThrough, Stage, config, from_callee, rtp, srtp, two_carriers, user, within,
};
use teams_cc_core::contact::{Leg, LegEvent, TransferFailure, TransferOutcome};
use teams_cc_sip::{
    message::{ContentType, Method, Request, StatusCode},
    trunk::{BackToBack, TransferStep, TrunkConfig, TrunkEvent},
};

const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, REFER, NOTIFY";
const TARGET: &str = "<sip:+14255550166@203.0.113.7;user=phone;x=%2D;lr>;unknown=1";
const BY: &str = "\"Ann\" <sip:+14255550123@203.0.113.7>;cid=\"1@a\";x=%2d";
const CONTACT: (&str, &str) = ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>");

fn refer(c: &Carriers, cseq: u32, target: &str) -> Request {
    let extra = [("Refer-To", target), ("Referred-By", BY), CONTACT];
    within(&c.invite, &c.ok, "REFER", cseq, &extra, None)
}

/// The mobile phone's report on the REFER.
fn report(c: &Carriers, cseq: u32, status: &str, state: &str) -> Request {
    let extra = [
        ("Event", "refer"),
        ("Subscription-State", state),
        ("Contact", "<sip:backup.test:5060;transport=tcp>"),
    ];
    let notify = from_callee(&c.out, "NOTIFY", cseq, &[], None);
    let notify = extra.iter().fold(notify, |mut notify, (name, value)| {
        notify.headers_mut().set(*name, *value).unwrap();
        notify
    });
    let kind = ContentType::parse("message/sipfrag;version=2.0").unwrap();
    notify.with_body(&kind, format!("SIP/2.0 {status}\r\n"))
}

/// The caller gets a report.
async fn notified(c: &mut Carriers) -> (String, String) {
    let notify = c.caller.request(&Method::Notify).await;
    c.caller.answer(&notify, StatusCode::OK, None).await;
    let state = notify.headers().get_str("Subscription-State").unwrap().to_owned();
    (String::from_utf8_lossy(notify.body()).trim().to_owned(), state)
}

async fn step(stage: &mut Stage) -> TransferStep {
    loop {
        if let TrunkEvent::Transfer { step, .. } = stage.event().await {
            return step;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refer_is_passed_on_byte_for_byte_and_its_reports_come_back() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    c.caller.send(refer(&c, 2, TARGET)).await;
    let passed = c.backup.request(&Method::Refer).await;
    assert_eq!(passed.headers().get_str("Refer-To"), Some(TARGET), "byte for byte");
    assert_eq!(passed.headers().get_str("Referred-By"), Some(BY), "byte for byte");
    assert!(passed.headers().contains("Contact"), "RFC 3515 §2.2");
    // Nothing is promised before the other side has.
    c.caller.hears_nothing(Duration::from_secs(1)).await;
    c.backup.answer(&passed, StatusCode::ACCEPTED, None).await;
    c.caller.response(202).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 100 Trying");
    let mut mobile = c.backup_connects().await;
    for (n, (status, state)) in [
        ("100 Trying", "active;expires=60"),
        ("180 Ringing", "active;expires=60"),
        ("200 Answered", "terminated;reason=noresource"),
    ]
    .into_iter()
    .enumerate()
    {
        mobile.send(report(&c, u32::try_from(n).unwrap() + 1, status, state)).await;
        mobile.response(200).await;
    }
    let (status, state) = notified(&mut c).await;
    assert_eq!(status, "SIP/2.0 180 Ringing");
    assert!(state.starts_with("active"), "{state}");
    let (status, state) = notified(&mut c).await;
    assert_eq!(status, "SIP/2.0 200 OK");
    assert!(state.starts_with("terminated"), "{state}");
    for expected in [TransferStep::Accepted, TransferStep::Ringing, TransferStep::Completed] {
        assert_eq!(step(&mut c.stage).await, expected);
    }
    // Whoever transferred hangs up, and so is who was asked, whose new call is its own.
    c.caller.send(within(&c.invite, &c.ok, "BYE", 3, &[], None)).await;
    c.caller.response(200).await;
    let bye = c.backup.request(&Method::Bye).await;
    c.backup.answer(&bye, StatusCode::OK, None).await;
    drop((c.customer, c.called));
    assert!(c.stage.trunk.shutdown(Duration::from_secs(40)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_a_failure_pass_back_and_the_call_goes_on() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    for (cseq, (answered, heard)) in [(603, 603), (405, 405), (401, 403)].into_iter().enumerate() {
        c.caller.send(refer(&c, u32::try_from(cseq).unwrap() + 2, TARGET)).await;
        let passed = c.backup.request(&Method::Refer).await;
        c.backup.answer(&passed, StatusCode::new(answered).unwrap(), None).await;
        c.caller.response(heard).await;
        assert_eq!(step(&mut c.stage).await, TransferStep::Failed { status: heard });
    }
    c.caller.send(refer(&c, 9, TARGET)).await;
    let passed = c.backup.request(&Method::Refer).await;
    // A report may be quicker than the answer.
    let mut mobile = c.backup_connects().await;
    mobile.send(report(&c, 1, "486 Busy", "terminated;reason=noresource")).await;
    mobile.response(200).await;
    c.backup.answer(&passed, StatusCode::ACCEPTED, None).await;
    c.caller.response(202).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 100 Trying");
    let (status, state) = notified(&mut c).await;
    assert_eq!(status, "SIP/2.0 486 Busy Here");
    assert!(state.starts_with("terminated"), "{state}");
    c.caller.hears_nothing(Duration::from_secs(5)).await;
    c.backup.hears_nothing(Duration::from_secs(5)).await;
    let leg = c.customer.id().clone();
    loop {
        if c.stage.leg_event(&leg).await
            == LegEvent::TransferEnded(TransferOutcome::Failed(TransferFailure::Busy))
        {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refer_nobody_answers_is_refused_and_a_report_that_never_comes_is_a_time_out() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    c.caller.send(refer(&c, 2, TARGET)).await;
    c.backup.request(&Method::Refer).await;
    // RFC 4320 §4.1: the caller hears that it takes longer, then that nobody answers.
    c.caller.response(100).await;
    c.caller.response(504).await;
    c.caller.send(refer(&c, 3, TARGET)).await;
    let passed = c.backup.request(&Method::Refer).await;
    c.backup.answer(&passed, StatusCode::ACCEPTED, None).await;
    c.caller.response(202).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 100 Trying");
    tokio::time::sleep(Duration::from_secs(150)).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 408 Request Timeout");
}

#[tokio::test(start_paused = true)]
async fn one_refer_at_a_time_and_none_against_another() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    c.caller.send(refer(&c, 2, TARGET)).await;
    c.backup.request(&Method::Refer).await;
    c.caller.send(refer(&c, 3, TARGET)).await;
    c.caller.response(491).await;
    let mut mobile = c.backup_connects().await;
    let contact = ("Contact", "<sip:backup.test:5060;transport=tcp>");
    let mut against = from_callee(&c.out, "REFER", 1, &[("Refer-To", TARGET)], None);
    against.headers_mut().set(contact.0, contact.1).unwrap();
    mobile.send(against).await;
    mobile.response(491).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_was_asked_hangs_up_before_the_last_report() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    c.caller.send(refer(&c, 2, TARGET)).await;
    let passed = c.backup.request(&Method::Refer).await;
    c.backup.answer(&passed, StatusCode::ACCEPTED, None).await;
    c.caller.response(202).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 100 Trying");
    let mut mobile = c.backup_connects().await;
    mobile.send(from_callee(&c.out, "BYE", 1, &[], None)).await;
    mobile.response(200).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 487 Request Terminated");
    let bye = c.caller.request(&Method::Bye).await;
    c.caller.answer(&bye, StatusCode::OK, None).await;
    drop((c.customer, c.called));
    assert!(c.stage.trunk.shutdown(Duration::from_secs(40)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_refer_is_not_sent_one() {
    // By what its party says, and by what is known of the carrier.
    for (takes, allow) in [(true, "INVITE, ACK, BYE, CANCEL"), (false, ALLOW)] {
        let mut config = two_carriers();
        config.carriers.iter_mut().for_each(|carrier| carrier.takes_refer = takes);
        let mut c = Carriers::talking(Stage::new(config), allow).await;
        c.caller.send(refer(&c, 2, TARGET)).await;
        c.caller.response(202).await;
        // It is carried out here: the carrier that asked gets the call to the target.
        let mut carrier = c.stage.connection("carrier.test").await;
        let invite = carrier.request(&Method::Invite).await;
        assert!(invite.uri().reveal().contains("+14255550166"));
        c.backup.hears_nothing(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_gate_is_asked_although_somebody_else_calls() {
    // Nobody may be called at a carrier, so no REFER asks for it either.
    let gate = teams_cc_sip::gate::GatePolicy::unrestricted();
    let config: TrunkConfig = two_carriers().gate(gate);
    let mut c = Carriers::talking(Stage::new(config), ALLOW).await;
    for (cseq, target) in [(2, "<sip:+19005550100@203.0.113.7>"), (3, "<sip:anybody@evil.example>")]
    {
        c.caller.send(refer(&c, cseq, target)).await;
        let refused = c.caller.any_response().await;
        assert!(matches!(refused.status().as_u16(), 403 | 603), "{target}");
    }
    c.backup.hears_nothing(Duration::from_secs(1)).await;
}

/// RFC 5589 §7: the target of an attended transfer is a call through us as well.
#[tokio::test(start_paused = true)]
async fn an_attended_transfer_joins_the_two_far_parties() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), ALLOW).await;
    // The caller asks somebody else, on a second call through us.
    let mut second = support::carrier_invite("second", &[], &rtp("sendrecv", 1));
    second.headers_mut().set("From", "<sip:+14255550123@203.0.113.7>;tag=second").unwrap();
    c.caller.send(second.clone()).await;
    let call = loop {
        if let TrunkEvent::Incoming(call) = c.stage.event().await {
            break call;
        }
    };
    c.caller.response(100).await;
    let mut to = support::mobile(&call);
    to.leg = teams_cc_core::LegId::numbered("OUT", 2);
    let third = c.stage.trunk.bridge(&call.leg, BackToBack::new(to)).await.unwrap();
    let asked = c.backup.request(&Method::Invite).await;
    c.backup.answer(&asked, StatusCode::OK, Some(&rtp("sendrecv", 4))).await;
    c.backup.request(&Method::Ack).await;
    let ok = c.caller.response(200).await;
    c.caller.send(within(&second, &ok, "ACK", 1, &[], None)).await;
    let ours = ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap();
    let replaces = format!("second%3Bto-tag%3D{ours}%3Bfrom-tag%3Dsecond");
    let target = format!("<sip:sbc1.adatum.biz:5060;transport=tcp?Replaces={replaces}>");
    c.caller.send(refer(&c, 2, &target)).await;
    let passed = c.backup.request(&Method::Refer).await;
    assert_eq!(passed.headers().get_str("Refer-To"), Some(&*target), "byte for byte");
    c.backup.answer(&passed, StatusCode::ACCEPTED, None).await;
    c.caller.response(202).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 100 Trying");
    // The mobile phone does as it was asked.
    let mut mobile = c.backup_connects().await;
    let replaces = format!("second;to-tag={ours};from-tag=second");
    let invite = Carriers::replacing("taken", &replaces, &rtp("sendrecv", 7));
    mobile.send(invite.clone()).await;
    mobile.response(100).await;
    let taken = mobile.response(200).await;
    mobile.send(within(&invite, &taken, "ACK", 1, &[], None)).await;
    let bye = c.caller.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Call-ID"), Some("second"));
    c.caller.answer(&bye, StatusCode::OK, None).await;
    mobile.send(report(&c, 1, "200 OK", "terminated;reason=noresource")).await;
    mobile.response(200).await;
    assert_eq!(notified(&mut c).await.0, "SIP/2.0 200 OK");
    c.caller.send(within(&c.invite, &c.ok, "BYE", 3, &[], None)).await;
    c.caller.response(200).await;
    let bye = c.backup.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Call-ID"), c.out.headers().get_str("Call-ID"));
    c.backup.answer(&bye, StatusCode::OK, None).await;
    // The two far parties talk on.
    c.backup.hears_nothing(Duration::from_secs(5)).await;
    mobile.hears_nothing(Duration::from_secs(5)).await;
    drop(third);
}

#[tokio::test(start_paused = true)]
async fn a_refer_is_never_passed_on_to_teams_nor_from_it() {
    let config = config().gate(teams_cc_sip::gate::GatePolicy::unrestricted());
    let mut p = PutThrough::by(config, &[], |call| BackToBack::new(user(call))).await;
    let mut ok = support::answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1)));
    ok.headers_mut().set("Allow", ALLOW).unwrap();
    p.proxy.send(ok).await;
    p.proxy.request(&Method::Ack).await;
    let ok = p.answered().await;
    let extra = [("Refer-To", TARGET), CONTACT];
    p.caller.send(within(&p.invite, &ok, "REFER", 2, &extra, None)).await;
    p.caller.response(202).await;
    p.stage.connection("carrier.test").await.request(&Method::Invite).await;
    p.proxy.hears_nothing(Duration::from_secs(1)).await;
}
