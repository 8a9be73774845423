//! A scanner from nowhere: it learns nothing, calls nobody and hurts nobody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Bridged, Stage, TENANT_FQDN, config, request, srtp, teams_invite};
use teams_cc_core::contact::{Leg, LegCommand};
use teams_cc_sip::{
    gate::{GatePolicy, Permission},
    io::{Peer, TransportKind},
    message::Method,
    trunk::{TrunkEvent, TrunkLimits},
};

/// Scaled by `TEAMS_CC_SOAK`.
#[tokio::test(start_paused = true)]
async fn a_scanner_calls_nobody_learns_nothing_and_hurts_no_call() {
    let factor = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok());
    let rounds = 60 * factor.unwrap_or(1_u32);
    let policy = GatePolicy::new().others(Permission::unrestricted());
    // Calls that were let in stay up: however long this runs, there is room for them.
    let limits = TrunkLimits::default().legs(1_000_000);
    let mut b = Bridged::on(Stage::new(config().gate(policy).limits(limits).trace(1))).await;
    let stranger = Peer::new(TransportKind::Tls, "198.51.100.66:5061".parse().unwrap());
    let mut scanner = b.stage.connect(stranger).await;
    let mut teams = b.stage.teams_connects().await;
    let mut legs = Vec::new();
    for round in 0..rounds {
        for (n, method) in ["OPTIONS", "REGISTER", "INVITE", "REFER", "BYE"].into_iter().enumerate()
        {
            let id = format!("scan{round}-{n}");
            let uri = format!("sip:+19005551234@{TENANT_FQDN}");
            let cseq = format!("1 {method}");
            // Forged to look like Microsoft's proxy, and like a call of somebody else's.
            let via = format!("SIP/2.0/TLS sip.pstnhub.test:5061;branch=z9hG4bK{id}");
            let headers = [
                ("Via", via.as_str()),
                ("Max-Forwards", "70"),
                ("From", "<sip:+14255550123@sip.pstnhub.test>;tag=x"),
                ("To", "<sip:+19005551234@bank.sbc1.adatum.biz>"),
                ("Call-ID", id.as_str()),
                ("CSeq", cseq.as_str()),
                ("Contact", "<sip:sip.pstnhub.test:5061;transport=tls>"),
                ("P-Asserted-Identity", "<sip:+14255550199@sip.pstnhub.test>"),
                ("Refer-To", "<sip:+19005551234@carrier.test>"),
            ];
            let body = srtp("sendrecv", 1);
            scanner
                .send(request(method, &uri, &headers, (method == "INVITE").then_some(&body)))
                .await;
            let answer = scanner.response(403).await;
            for told in ["Allow", "Contact", "User-Agent", "X-MS-SBC", "Supported"] {
                assert!(!answer.headers().contains(told), "{method} learns {told}");
            }
        }
        if round.is_multiple_of(10) {
            let usual =
                teams_invite(&format!("ok{round}"), TENANT_FQDN, Some(&srtp("sendrecv", 1)));
            teams.send(usual).await;
            teams.response(100).await;
            let call = loop {
                if let TrunkEvent::Incoming(call) = b.stage.event().await {
                    break call;
                }
            };
            call.leg.execute(LegCommand::Answer).await.unwrap();
            teams.response(200).await;
            legs.push(call.leg);
        }
    }
    let kept = b.stage.trunk.traces().await.unwrap();
    assert!(kept.iter().all(|trace| trace.call_id.starts_with("ok")), "no call is pushed out");
    assert_eq!(kept.len(), 1);
    b.proxy.hears_nothing(Duration::from_millis(100)).await;
    b.carrier.hears_nothing(Duration::from_millis(100)).await;
    // The call that was there before is as it was.
    b.agent.execute(LegCommand::HangUp).await.unwrap();
    b.proxy.request(&Method::Bye).await;
}

#[test]
fn nothing_of_a_policy_or_a_destination_shows_a_number_or_a_name() {
    let permission = Permission::new().owns("+4989777").any_caller();
    let rule = teams_cc_sip::gate::Rule::new("0").prepend("+4989777");
    let mut to = support::to_teams(1)
        .display("Ada Secret")
        .forwarded_by(teams_cc_core::PhoneNumber::presented("+4989777123"));
    to.emergency.headers.push(("Geolocation".into(), "<cid:secret-place@x>".into()));
    let shown = format!("{permission:?} {rule:?} {to:?}");
    for secret in ["89777", "Secret", "secret", "4255550"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
