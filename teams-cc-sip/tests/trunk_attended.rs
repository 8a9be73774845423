//! Attended transfers whose far party is Teams, and calls that others take over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    Bridged, Carriers, Party, PutThrough, Stage, Switch, TENANT_FQDN, Told, carrier_invite, config,
    from_callee, mobile, rtp, srtp, teams_invite, two_carriers, user, within,
};
use teams_cc_core::{
    Address, LegId, PhoneNumber,
    contact::{EndReason, Leg, LegCommand, LegEvent, TransferOutcome},
};
use teams_cc_sip::{
    message::{Method, Request, Response, StatusCode},
    trunk::{BackToBack, SipLeg, TransferStep, TrunkEvent},
};

const CONTACT: (&str, &str) = ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>");

/// A caller with two calls: one with Teams, the other with a mobile phone.
struct Consulting {
    p: PutThrough,
    ok: Response,
    second: Request,
    second_ok: Option<Response>,
    backup: Party,
    asked: Request,
    called: [Arc<SipLeg>; 2],
    switch: Arc<Switch>,
}

impl Consulting {
    async fn ringing() -> Self {
        let switch = Arc::new(Switch::default());
        let stage = Stage::with_media(two_carriers(), Arc::clone(&switch) as _);
        let plan = |call: &_| BackToBack::new(user(call));
        let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), plan).await;
        p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
        p.proxy.request(&Method::Ack).await;
        let ok = p.answered().await;
        let mut second = carrier_invite("second", &[CONTACT], &rtp("sendrecv", 1));
        second.headers_mut().set("From", "<sip:+14255550123@203.0.113.7>;tag=second").unwrap();
        p.caller.send(second.clone()).await;
        let call = loop {
            if let TrunkEvent::Incoming(call) = p.stage.event().await {
                break call;
            }
        };
        p.caller.response(100).await;
        let mut to = mobile(&call);
        to.leg = LegId::numbered("OUT", 2);
        let called = p.stage.trunk.bridge(&call.leg, BackToBack::new(to)).await.unwrap();
        let mut backup = p.stage.connection("backup.test").await;
        let asked = backup.request(&Method::Invite).await;
        backup.answer(&asked, StatusCode::RINGING, None).await;
        let ringing = p.caller.response(180).await;
        let called = [call.leg, called];
        Self { p, ok, second, second_ok: Some(ringing), backup, asked, called, switch }
    }

    async fn talking() -> Self {
        let mut c = Self::ringing().await;
        c.backup.answer(&c.asked, StatusCode::OK, Some(&rtp("sendrecv", 4))).await;
        c.backup.request(&Method::Ack).await;
        let ok = c.p.caller.response(200).await;
        c.p.caller.send(within(&c.second, &ok, "ACK", 1, &[], None)).await;
        c.second_ok = Some(ok);
        c.switch.take();
        c
    }

    /// The caller asks that Teams' party take the place of its second call.
    async fn refer(&mut self, cseq: u32) {
        let ours = self.second_ok.as_ref().unwrap().headers().get_str("To").unwrap();
        let ours = ours.split("tag=").nth(1).unwrap();
        let replaces = format!("second%3Bto-tag%3D{ours}%3Bfrom-tag%3Dsecond");
        let target = format!("<sip:+14255550150@sbc1.adatum.biz;user=phone?Replaces={replaces}>");
        let extra = [("Refer-To", target.as_str()), CONTACT];
        let refer = within(&self.p.invite, &self.ok, "REFER", cseq, &extra, None);
        self.p.caller.send(refer).await;
    }

    /// The caller hears that it is done, and that the call that was replaced is over, as if the
    /// INVITE had come (RFC 3891 §3).
    async fn done(&mut self) {
        self.p.caller.response(202).await;
        let mut told = Vec::new();
        for _ in 0..3 {
            let request = self.p.caller.any_request().await;
            self.p.caller.answer(&request, StatusCode::OK, None).await;
            if *request.method() == Method::Bye {
                assert_eq!(request.headers().get_str("Call-ID"), Some("second"));
            } else {
                told.push(String::from_utf8_lossy(request.body()).trim().to_owned());
            }
        }
        assert_eq!(told, ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"]);
    }
}

/// RFC 5589 §7, with a party that must never be sent `Replaces`.
#[tokio::test(start_paused = true)]
async fn an_attended_transfer_of_a_call_with_teams_joins_both_far_parties_here() {
    let mut c = Consulting::talking().await;
    // Whoever transfers has put Teams on hold before.
    let hold = within(&c.p.invite, &c.ok, "INVITE", 2, &[CONTACT], Some(&rtp("inactive", 2)));
    c.p.caller.send(hold.clone()).await;
    c.p.caller.response(100).await;
    let on_hold = c.p.caller.response(200).await;
    c.p.caller.send(within(&hold, &on_hold, "ACK", 2, &[], None)).await;
    let inactive = c.p.proxy.request(&Method::Invite).await;
    assert!(String::from_utf8_lossy(inactive.body()).contains("a=inactive"));
    c.p.proxy.answer(&inactive, StatusCode::OK, Some(&srtp("inactive", 2))).await;
    c.p.proxy.request(&Method::Ack).await;

    c.refer(3).await;
    c.done().await;
    // Teams hears that it is off hold, and nothing else; the mobile phone hears nothing.
    let resumed = c.p.proxy.request(&Method::Invite).await;
    assert!(String::from_utf8_lossy(resumed.body()).contains("a=sendrecv"));
    assert!(!resumed.headers().contains("Replaces"));
    c.p.proxy.answer(&resumed, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    c.p.proxy.request(&Method::Ack).await;
    let (teams, phone) = (c.p.called.id().clone(), c.called[1].id().clone());
    let joined = Told::Join(teams.clone(), phone.clone());
    assert!(c.switch.take().contains(&joined));
    // The transferor hangs up; both go on, until one of them does.
    c.p.caller.send(within(&c.p.invite, &c.ok, "BYE", 4, &[], None)).await;
    c.p.caller.response(200).await;
    c.p.proxy.hears_nothing(Duration::from_mins(4)).await;
    c.backup.hears_nothing(Duration::from_secs(5)).await;
    let (first, second) = (c.p.customer.id().clone(), c.called[0].id().clone());
    let mut told = Vec::new();
    loop {
        match c.p.stage.leg_event(&first).await {
            LegEvent::Ended(cause) => {
                assert_eq!(cause.reason, EndReason::Transferred);
                break;
            }
            event => told.push(event),
        }
    }
    let done = |event: &LegEvent| {
        matches!(event, LegEvent::TransferEnded(TransferOutcome::Completed { .. }))
    };
    assert!(told.contains(&LegEvent::TransferRequested) && told.iter().any(done), "{told:?}");
    loop {
        if let LegEvent::Ended(cause) = c.p.stage.leg_event(&second).await {
            assert_eq!(cause.reason, EndReason::Transferred);
            break;
        }
    }
    while c.p.stage.leg_event(&phone).await != (LegEvent::Bridged { with: teams.clone() }) {}
    c.called[1].execute(LegCommand::HangUp).await.unwrap();
    c.backup.request(&Method::Bye).await;
    c.p.proxy.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn a_transferor_that_does_not_hang_up_is_hung_up() {
    let mut c = Consulting::talking().await;
    c.refer(2).await;
    c.done().await;
    c.p.caller.hears_nothing(Duration::from_secs(80)).await;
    let bye = c.p.caller.request(&Method::Bye).await;
    assert_eq!(bye.headers().get_str("Call-ID"), Some("pstn"));
    c.p.proxy.hears_nothing(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_call_that_cannot_be_joined_leaves_everything_as_it_was() {
    // Its party does not answer yet.
    let mut c = Consulting::ringing().await;
    c.refer(2).await;
    c.p.caller.response(491).await;
    c.p.proxy.hears_nothing(Duration::from_secs(1)).await;
    // It has no other party.
    let mut c = Consulting::talking().await;
    let mut third = carrier_invite("third", &[CONTACT], &rtp("sendrecv", 1));
    third.headers_mut().set("From", "<sip:+14255550123@203.0.113.7>;tag=second").unwrap();
    c.p.caller.send(third.clone()).await;
    let call = loop {
        if let TrunkEvent::Incoming(call) = c.p.stage.event().await {
            break call;
        }
    };
    call.leg.execute(LegCommand::Answer).await.unwrap();
    c.p.caller.response(100).await;
    let ok = c.p.caller.response(200).await;
    c.p.caller.send(within(&third, &ok, "ACK", 1, &[], None)).await;
    let ours = ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap().to_owned();
    let target =
        format!("<sip:sbc1.adatum.biz?Replaces=third%3Bto-tag%3D{ours}%3Bfrom-tag%3Dsecond>");
    let extra = [("Refer-To", target.as_str()), CONTACT];
    c.p.caller.send(within(&c.p.invite, &c.ok, "REFER", 2, &extra, None)).await;
    c.p.caller.response(603).await;
    c.p.proxy.hears_nothing(Duration::from_secs(1)).await;
    c.p.caller.hears_nothing(Duration::from_secs(1)).await;
    drop(call);
}

async fn taken_over(stage: &mut Stage) -> (LegId, Address, Option<String>) {
    loop {
        if let TrunkEvent::TakenOver { leg, party, display } = stage.event().await {
            return (leg, party, display.map(|name| name.reveal().to_owned()));
        }
    }
}

/// Whoever has a call is told, and called back; not whoever had it before.
#[tokio::test(start_paused = true)]
async fn a_leg_that_is_taken_over_is_its_new_partys() {
    // A port with keys of its own for each stream, as production has.
    let stage = Stage::with_media(config(), Arc::new(Switch::default()));
    let mut b = Bridged::on(stage).await;
    // The agent hands over to somebody, so that the leg has been moved before.
    let mut teams = b.stage.teams_connects().await;
    let target = [("Refer-To", "<sip:+14255550177@sip.pstnhub.test:5061;transport=tls>")];
    teams.send(from_callee(&b.teams_invite, "REFER", 1, &target, None)).await;
    teams.response(202).await;
    let second = loop {
        let request = b.proxy.any_request().await;
        if *request.method() == Method::Invite {
            break request;
        }
        b.proxy.answer(&request, StatusCode::OK, None).await;
    };
    b.proxy.answer(&second, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    for _ in ["NOTIFY", "ACK"] {
        let request = b.proxy.any_request().await;
        if *request.method() == Method::Notify {
            b.proxy.answer(&request, StatusCode::OK, None).await;
        }
    }
    teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    // A third user picks that call up.
    let get = |name| second.headers().get_str(name).unwrap().to_owned();
    let ours = get("From").split("tag=").nth(1).unwrap().to_owned();
    let invite = teams_invite("picked", TENANT_FQDN, Some(&srtp("sendrecv", 5)));
    let mut invite = invite
        .with_header("Replaces", format!("{};to-tag={ours};from-tag=party", get("Call-ID")))
        .unwrap();
    let third = "\"Cy\" <sip:+14255550199@sip.pstnhub.test;user=phone>;tag=third";
    invite.headers_mut().set("From", third).unwrap();
    teams.send(invite.clone()).await;
    teams.response(100).await;
    let ok = teams.response(200).await;
    // With a key that has protected nothing yet: the newcomer does not know its wraps.
    let key = |body: &[u8]| {
        let body = String::from_utf8_lossy(body).into_owned();
        let line = body.lines().find(|line| line.starts_with("a=crypto")).unwrap().to_owned();
        line.split("inline:").nth(1).unwrap().to_owned()
    };
    assert_ne!(key(ok.body()), key(second.body()));
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let bye = b.proxy.request(&Method::Bye).await;
    b.proxy.answer(&bye, StatusCode::OK, None).await;
    let (leg, party, display) = taken_over(&mut b.stage).await;
    assert_eq!(leg, *b.agent.id());
    assert_eq!(party, Address::Phone(PhoneNumber::presented("+14255550199")));
    assert_eq!(display.as_deref(), Some("Cy"));
    // That one transfers and hangs up; the target declines.
    let target = [("Refer-To", "<sip:+14255550188@sip.pstnhub.test:5061;transport=tls>")];
    teams.send(within(&invite, &ok, "REFER", 2, &target, None)).await;
    teams.response(202).await;
    let out = loop {
        let request = b.proxy.any_request().await;
        if *request.method() == Method::Invite {
            break request;
        }
        b.proxy.answer(&request, StatusCode::OK, None).await;
    };
    teams.send(within(&invite, &ok, "BYE", 3, &[], None)).await;
    loop {
        // NOTIFYs come on the route of the dialog.
        match teams.receive().await {
            teams_cc_sip::message::Message::Response(_) => break,
            teams_cc_sip::message::Message::Request(request) => {
                teams.answer(&request, StatusCode::OK, None).await;
            }
        }
    }
    b.proxy.answer(&out, StatusCode::DECLINE, None).await;
    let recall = loop {
        let request = b.proxy.any_request().await;
        match request.method() {
            Method::Invite => break request,
            Method::Ack => {}
            _ => b.proxy.answer(&request, StatusCode::OK, None).await,
        }
    };
    assert!(recall.uri().reveal().starts_with("sip:+14255550199@"), "{}", recall.uri().reveal());
    loop {
        if let TrunkEvent::Transfer { step: TransferStep::Recalling, .. } = b.stage.event().await {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_application_hears_that_a_carriers_call_is_taken_over() {
    let mut c = Carriers::talking(Stage::new(two_carriers()), "INVITE, ACK, BYE, CANCEL").await;
    let mut taker = c.backup_connects().await;
    let mut invite = Carriers::replacing("taken", &c.callers_dialog(), &rtp("sendrecv", 7));
    let from = "<sip:anonymous@anonymous.invalid>;tag=taker";
    invite.headers_mut().set("From", from).unwrap();
    taker.send(invite.clone()).await;
    taker.response(100).await;
    taker.response(200).await;
    let told = taken_over(&mut c.stage).await;
    assert_eq!(told, (c.customer.id().clone(), Address::Anonymous, None));
}

#[tokio::test(start_paused = true)]
async fn whoever_has_handed_a_call_over_is_joined_with_nobody_else() {
    let mut c = Consulting::talking().await;
    c.refer(2).await;
    c.done().await;
    let mut other = c.p.stage.teams_connects().await;
    let invite = teams_invite("another", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    other.send(invite.clone()).await;
    let call = loop {
        if let TrunkEvent::Incoming(call) = c.p.stage.event().await {
            break call;
        }
    };
    call.leg.execute(LegCommand::Answer).await.unwrap();
    other.response(100).await;
    let ok = other.response(200).await;
    other.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let with = c.p.customer.id().clone();
    assert!(call.leg.execute(LegCommand::Bridge { with }).await.is_err(), "it ends at any time");
    let with = call.leg.id().clone();
    assert!(c.p.customer.execute(LegCommand::Bridge { with }).await.is_err());
    // Whether it hangs up itself or not, nobody else's call ends with it.
    c.p.caller.hears_nothing(Duration::from_secs(80)).await;
    let bye = c.p.caller.request(&Method::Bye).await;
    c.p.caller.answer(&bye, StatusCode::OK, None).await;
    other.hears_nothing(Duration::from_secs(5)).await;
}
