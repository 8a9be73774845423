//! Answers that lead elsewhere, and answers nobody can use, while a caller is put through.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    Party, PutThrough, Stage, TENANT_FQDN, answer, carrier_invite, mobile, rtp, srtp, teams_invite,
    two_carriers,
};
use teams_cc_core::{
    LegId, PhoneNumber,
    contact::{EndReason, EndedBy, Leg, LegEvent},
};
use teams_cc_sip::{
    gate::{Cap, GatePolicy, Permission},
    message::{Method, Request, Response, StatusCode, Uri},
    trunk::{BackToBack, IncomingCall, MAX_DESTINATIONS, SipLeg, TrunkConfig, TrunkEvent, Via},
};

/// Two carriers, of which redirections are followed.
fn following() -> TrunkConfig {
    let mut config = two_carriers();
    config.carriers[1].follows_redirects = true;
    config
}

/// A caller whose INVITE is at the second carrier.
struct ToMobile {
    stage: Stage,
    caller: Party,
    backup: Party,
    out: Request,
    _legs: [Arc<SipLeg>; 2],
}

impl ToMobile {
    async fn by(config: TrunkConfig, plan: impl FnOnce(&IncomingCall) -> BackToBack) -> Self {
        let mut stage = Stage::new(config);
        let mut caller = stage.carrier_connects().await;
        caller.send(carrier_invite("pstn", &[], &rtp("sendrecv", 1))).await;
        let call = stage.incoming().await;
        caller.response(100).await;
        let leg = stage.trunk.bridge(&call.leg, plan(&call)).await.unwrap();
        let mut backup = stage.connection("backup.test").await;
        let out = backup.request(&Method::Invite).await;
        Self { stage, caller, backup, out, _legs: [call.leg, leg] }
    }

    async fn new(config: TrunkConfig) -> Self {
        Self::by(config, |call| BackToBack::new(mobile(call))).await
    }

    /// The present INVITE is redirected; nothing else is said.
    async fn leads_to(&mut self, status: u16, contacts: &[&str]) {
        self.backup.send(redirection(&self.out, status, contacts)).await;
        self.backup.request(&Method::Ack).await;
    }

    async fn next_invite(&mut self) -> String {
        self.out = self.backup.request(&Method::Invite).await;
        self.out.uri().reveal()
    }
}

fn redirection(invite: &Request, status: u16, contacts: &[&str]) -> Response {
    let mut response = answer(invite, StatusCode::new(status).unwrap(), None);
    response.headers_mut().remove("Contact");
    for contact in contacts {
        response.headers_mut().push("Contact", *contact).unwrap();
    }
    response
}

#[tokio::test(start_paused = true)]
async fn a_redirection_is_not_followed_unless_the_carrier_may_and_the_caller_hears_that_it_is_one()
{
    for (status, cause) in [(301, 22), (302, 23), (300, 23), (305, 23), (380, 23)] {
        let mut m = ToMobile::new(two_carriers()).await;
        m.leads_to(status, &["<sip:+14255550177@backup.test>"]).await;
        let refusal = m.caller.response(410).await;
        let why = refusal.headers().get_str("Reason").unwrap();
        assert!(why.starts_with(&format!("Q.850;cause={cause};")), "{status}: {why}");
        m.backup.hears_nothing(Duration::from_secs(5)).await;
        let leg = LegId::numbered("unused", 1);
        let LegEvent::Ended(cause) = m.stage.leg_event(&leg).await else { panic!("not ended") };
        assert_eq!(cause.code, Some(i32::from(status)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirection_of_teams_is_never_followed() {
    let mut p = PutThrough::by(following(), &[], |call| BackToBack::new(support::user(call))).await;
    p.proxy.send(redirection(&p.out, 302, &["<sip:+14255550177@backup.test>"])).await;
    p.proxy.request(&Method::Ack).await;
    p.refused(410).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_carrier_whose_redirections_are_followed_gets_the_numbers_by_preference_and_no_host() {
    let mut m = ToMobile::new(following()).await;
    let contacts = [
        "<sip:+14255550171@evil.example;user=phone>;q=0.2",
        "<sip:+14255550172@backup.test;transport=tls>;q=0.9, <tel:+14255550173>;q=.5",
        "<mailto:bob@example.com>;q=1",
        "<sip:anonymous@anonymous.invalid>",
    ];
    m.leads_to(302, &contacts).await;
    for (n, number) in ["+14255550172", "+14255550173", "+14255550171"].iter().enumerate() {
        assert_eq!(m.next_invite().await, format!("sip:{number}@backup.test;user=phone"));
        let by = m.out.headers().get_str("Diversion").unwrap();
        assert!(by.contains("+14255550150") && by.contains("unconditional"), "{by}");
        let from = m.out.headers().get_str("From").unwrap();
        assert!(from.contains("+14255550123"), "the caller is shown: {from}");
        let told = loop {
            if let TrunkEvent::NextDestination { place, status, .. } = m.stage.event().await {
                break (place, status);
            }
        };
        assert_eq!(told, (n + 1, if n == 0 { 302 } else { 486 }));
        m.backup.answer(&m.out, StatusCode::BUSY_HERE, None).await;
        m.backup.request(&Method::Ack).await;
    }
    m.caller.response(486).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_led_to_answers_and_the_caller_knows_nothing_of_it() {
    let mut m = ToMobile::by(following(), |call| {
        // Only what is named leads on to the next destination; where a redirection leads is called.
        BackToBack::new(mobile(call)).next_on([480])
    })
    .await;
    m.leads_to(302, &["<sip:+14255550177@backup.test>"]).await;
    m.next_invite().await;
    m.backup.answer(&m.out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    m.backup.request(&Method::Ack).await;
    m.caller.response(200).await;
}

#[tokio::test(start_paused = true)]
async fn the_gate_is_asked_for_each_number_that_is_led_to() {
    let permission = || Permission::unrestricted().refuse("+1425555018");
    for (contacts, status) in [
        // A premium number, one that is refused by name, and both.
        (&["<sip:+19005550100@backup.test>"][..], 403),
        (&["<sip:+14255550180@backup.test>"], 403),
        (&["<sip:+14255550180@backup.test>", "<sip:+14255550181@backup.test>"], 403),
    ] {
        let mut config = following();
        config.gate = GatePolicy::new().others(permission());
        if contacts[0].contains("900") {
            config.gate = GatePolicy::new().others(Permission::new().allow("+1").any_caller());
        }
        let mut m = ToMobile::new(config).await;
        m.leads_to(302, contacts).await;
        m.caller.response(status).await;
        m.backup.hears_nothing(Duration::from_secs(5)).await;
    }
    // A cap on calls per time counts each of them.
    let mut config = following();
    let cap = Cap::none().rate(2, Duration::from_hours(24));
    config.gate = GatePolicy::new().others(Permission::unrestricted().outbound(cap));
    let mut m = ToMobile::new(config).await;
    m.leads_to(302, &["<sip:+14255550181@backup.test>"]).await;
    m.next_invite().await;
    m.leads_to(302, &["<sip:+14255550182@backup.test>"]).await;
    m.caller.response(503).await;
}

#[tokio::test(start_paused = true)]
async fn a_redirection_that_goes_round_or_nowhere_or_on_for_ever_ends() {
    let mut m = ToMobile::new(following()).await;
    m.leads_to(302, &["<sip:+14255550177@backup.test>"]).await;
    m.next_invite().await;
    m.leads_to(302, &["<sip:+14255550150@backup.test>", "<sip:+14255550177@backup.test>"]).await;
    m.caller.response(482).await;
    let mut m = ToMobile::new(following()).await;
    m.leads_to(302, &[]).await;
    m.caller.response(410).await;
    let mut m = ToMobile::new(following()).await;
    for n in 1..MAX_DESTINATIONS {
        m.leads_to(302, &[&format!("<sip:+142555502{n:02}@backup.test>")]).await;
        m.next_invite().await;
    }
    m.leads_to(302, &["<sip:+14255550299@backup.test>"]).await;
    m.caller.response(410).await;
}

/// Whoever writes an answer makes no call for help, and does not lead one away.
#[tokio::test(start_paused = true)]
async fn no_redirection_leads_to_help_or_away_from_it() {
    for contact in ["<sip:112@backup.test>", "<tel:112>", "<urn:service:sos.police>"] {
        let mut m = ToMobile::new(following()).await;
        m.leads_to(302, &[contact]).await;
        m.caller.response(410).await;
        m.backup.hears_nothing(Duration::from_secs(5)).await;
    }
    let mut config = following();
    config.carriers[0].follows_redirects = true;
    let mut stage = Stage::new(config);
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("sos", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    invite.set_uri(Uri::parse(format!("sip:112@{TENANT_FQDN}")).unwrap());
    teams.send(invite).await;
    let call = stage.incoming().await;
    teams.response(100).await;
    let help = || call.onward(Via::Carrier("carrier".into()), LegId::numbered("OUT", 1));
    let plan = BackToBack::new(help()).or_to(help());
    let _leg = stage.trunk.bridge(&call.leg, plan).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    for _ in 0..2 {
        let out = carrier.request(&Method::Invite).await;
        assert!(out.uri().reveal().starts_with("sip:112@"), "what was dialled is called");
        carrier.send(redirection(&out, 302, &["<sip:+14255550177@carrier.test>"])).await;
        carrier.request(&Method::Ack).await;
    }
    teams.response(410).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_led_to_rings_beside_those_that_ring() {
    let mut m = ToMobile::by(following(), |call| {
        let mut other = mobile(call);
        other.number = PhoneNumber::presented("+14255550160");
        BackToBack::new(mobile(call)).together_with(other)
    })
    .await;
    let other = m.backup.request(&Method::Invite).await;
    m.backup.answer(&other, StatusCode::RINGING, None).await;
    m.caller.response(180).await;
    m.leads_to(302, &["<sip:+14255550177@backup.test>"]).await;
    assert!(m.next_invite().await.contains("+14255550177"), "at once");
    m.backup.answer(&m.out, StatusCode::OK, Some(&rtp("sendrecv", 3))).await;
    m.backup.request(&Method::Ack).await;
    m.caller.response(200).await;
    let cancel = m.backup.request(&Method::Cancel).await;
    assert_eq!(cancel.headers().get_str("Call-ID"), other.headers().get_str("Call-ID"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_nobody_can_use_leads_to_the_next_destination() {
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    // Teams would have to encrypt.
    p.proxy.answer(&p.out, StatusCode::OK, Some(&rtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    let why = bye.headers().get_str("Reason").unwrap();
    assert!(why.starts_with("SIP;cause=488"), "{why}");
    assert_eq!(p.next_destination().await, (1, 488));
    // It is not waited for that the BYE is answered.
    let (mut backup, out) = p.at_the_mobile().await;
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    backup.take(&out, &rtp("sendrecv", 3)).await;
    p.caller.response(180).await;
    p.answered().await;
}

/// Another proxy or server would say the same: none is asked, and a plan's next destination is.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_what_was_asked_is_not_asked_again_of_another_proxy() {
    for (status, to_caller) in
        [(400, 500), (413, 500), (415, 488), (416, 500), (420, 500), (488, 488), (513, 500)]
    {
        let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
        p.ends(status, &[]).await;
        assert_eq!(p.next_destination().await, (1, status));
        let (mut backup, out) = p.at_the_mobile().await;
        backup.answer(&out, StatusCode::new(status).unwrap(), None).await;
        backup.request(&Method::Ack).await;
        p.refused(to_caller).await;
        let mut second = p.stage.connection("sip2.pstnhub.test").await;
        second.hears_nothing(Duration::from_secs(5)).await;
    }
    // 606 is said for the called party wherever it is (RFC 3261 §21.6.4).
    let mut p = PutThrough::to_user_then_mobile(|plan| plan).await;
    p.ends(606, &[]).await;
    p.refused(488).await;
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_leg_that_is_redirected_without_a_bridge_ends_with_what_was_said() {
    for (status, reason, by) in [
        (301, EndReason::NotFound, EndedBy::Platform),
        (302, EndReason::Unreachable, EndedBy::Remote),
    ] {
        let mut stage = Stage::new(following());
        let mut to = support::to_teams(1);
        to.via = Via::Carrier("backup".into());
        let leg = stage.trunk.dial(to).await.unwrap();
        let mut backup = stage.connection("backup.test").await;
        let out = backup.request(&Method::Invite).await;
        backup.send(redirection(&out, status, &["<sip:+14255550177@backup.test>"])).await;
        backup.request(&Method::Ack).await;
        let code = Some(i32::from(status));
        assert_eq!(support::end(stage.leg_event(leg.id()).await), (reason, by, code));
        backup.hears_nothing(Duration::from_secs(5)).await;
    }
}
