//! What a call brings along goes on to the other side, by the policy of that side.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{
    FQDN, Party, Stage, TENANT, TENANT_FQDN, carrier_invite, config, rtp, srtp, teams_invite,
    to_teams,
};
use teams_cc_core::{
    LegId, PhoneNumber,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    gate::{GatePolicy, Permission},
    io::{Target, TransportKind},
    message::{Method, Request, Uri},
    trunk::{Destination, HeaderPolicy, StaticPeer, TrunkConfig, Via},
};

const DIVERSION: &str = "<sip:+14255550111@old.test>;reason=no-answer;counter=1";
const TOKEN: &str =
    "eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7fX0.c2ln;info=<https://c.example/c>;alg=ES256";

fn trusting(trusted: bool) -> TrunkConfig {
    let mut config = config();
    config.carriers.clear();
    config.headers_to_teams(HeaderPolicy::to_teams().custom("X-MS-Custom-*")).carrier(
        StaticPeer::new("carrier", TransportKind::Tcp)
            .address("203.0.113.0/24".parse().unwrap())
            .target(Target::new(TransportKind::Tcp, "carrier.test", 5060))
            .trusted(trusted),
    )
}

fn get<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get_str(name)
}

/// A carrier's call with these headers, passed on to Teams.
async fn passed_on(stage: &mut Stage, extra: &[(&str, &str)]) -> (Party, Request) {
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut carrier = stage.carrier_connects().await;
    carrier.send(carrier_invite("pstn", extra, &rtp("sendrecv", 1))).await;
    let call = stage.incoming().await;
    let mut to = to_teams(1).carrying(call.carried.clone()).emergency(call.emergency.clone());
    to.from = PhoneNumber::presented("+14255550123");
    let leg = stage.trunk.dial(to).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    drop((leg, call));
    (proxy, invite)
}

#[tokio::test(start_paused = true)]
async fn what_a_trusted_carrier_brings_along_goes_on_to_teams() {
    let extra = [
        ("Diversion", DIVERSION),
        ("User-to-User", "00C0FFEE;encoding=hex"),
        ("X-MS-Custom-Ticket", "4711"),
        ("X-Secret", "not listed"),
        ("Identity", TOKEN),
        ("P-Asserted-Identity", "<sip:+14255550123@carrier.test;user=phone>"),
        ("Geolocation", "<cid:target@example.com>"),
        ("Max-Forwards", "17"),
    ];
    for trusted in [true, false] {
        let mut stage = Stage::new(trusting(trusted));
        let (_proxy, invite) = passed_on(&mut stage, &extra).await;
        let history = get(&invite, "History-Info").unwrap();
        assert!(history.starts_with("<sip:+14255550111@"), "{history}");
        assert!(history.contains("?Reason=SIP%3Bcause%3D408>;index=1, <sip:+14255550123@"));
        assert!(history.ends_with(";cause=408>;index=1.1;mp=1"), "{history}");
        assert_eq!(get(&invite, "Diversion"), None);
        assert_eq!(get(&invite, "User-to-User"), Some("00C0FFEE;encoding=hex"));
        assert_eq!(get(&invite, "X-MS-Custom-Ticket"), Some("4711"));
        assert_eq!(get(&invite, "X-Secret"), None);
        assert_eq!(get(&invite, "Geolocation"), Some("<cid:target@example.com>"));
        assert_eq!(get(&invite, "Max-Forwards"), Some("16"));
        assert_eq!(get(&invite, "Identity"), trusted.then_some(TOKEN));
        assert_eq!(get(&invite, "P-Asserted-Identity").is_some(), trusted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wish_for_privacy_hides_the_number_on_the_other_side() {
    let mut stage = Stage::new(trusting(true));
    let (_proxy, invite) = passed_on(&mut stage, &[("Privacy", "user")]).await;
    assert!(get(&invite, "From").unwrap().contains("anonymous.invalid"));
    assert_eq!(get(&invite, "Privacy"), Some("user;id"));
    assert_eq!(invite.headers().get_all("P-Asserted-Identity").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_teams_users_diversions_reach_a_carrier_as_diversion() {
    let gate = GatePolicy::new()
        .tenant(TENANT.parse().unwrap(), Permission::new().allow("+1").any_caller());
    let mut stage = Stage::new(config().gate(gate));
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut teams = stage.teams_connects().await;
    let mut invite = teams_invite("c1", TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    let history = "<sip:+14255550111@sip.pstnhub.microsoft.com:5061;user=phone\
                   ?Reason=SIP%3Bcause%3D302%3Btext%3D%22Move%22>;index=1";
    invite.headers_mut().push("History-Info", history).unwrap();
    teams.send(invite).await;
    let call = stage.incoming().await;
    let to = Destination::new(
        Via::Carrier("carrier".into()),
        PhoneNumber::presented("+14255550100"),
        PhoneNumber::presented("+14255550123"),
        LegId::numbered("L", 1),
    )
    .for_tenant(TENANT.parse().unwrap())
    .carrying(call.carried.clone());
    let _leg = stage.trunk.dial(to).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let out = carrier.request(&Method::Invite).await;
    assert_eq!(
        get(&out, "Diversion"),
        Some(
            "<sip:+14255550111@sbc1.adatum.biz;user=phone>;reason=unconditional;counter=1;privacy=off"
        )
    );
    assert_eq!(get(&out, "History-Info"), None);
    assert_eq!(get(&out, "Max-Forwards"), Some("69"));
    call.leg.execute(LegCommand::HangUp).await.unwrap();
    proxy.hears_nothing(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_round_gets_482_and_a_spent_one_483() {
    let mut stage = Stage::new(config());
    let mut carrier = stage.carrier_connects().await;
    let entry = |number: &str, index: &str| {
        format!("<sip:{number}@{FQDN}?Reason=SIP%3Bcause%3D302>;index={index}")
    };
    let round = ["+14255550100", "+14255550111", "+14255550100"];
    let history: Vec<String> =
        round.iter().zip(["1", "1.1", "1.1.1"]).map(|(number, at)| entry(number, at)).collect();
    let history = history.join(", ");
    let cases = [("History-Info", history.as_str(), 482), ("Max-Forwards", "0", 483)];
    for (name, value, status) in cases {
        carrier.send(carrier_invite(name, &[(name, value)], &rtp("sendrecv", 1))).await;
        let mut answer = carrier.receive().await;
        if answer.as_response().is_some_and(|response| response.status().as_u16() == 100) {
            answer = carrier.receive().await;
        }
        assert_eq!(answer.as_response().unwrap().status().as_u16(), status);
    }
    stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn an_emergency_call_is_never_taken_for_a_loop_and_shows_its_number() {
    let mut stage = Stage::new(trusting(true));
    let mut invite = carrier_invite("sos", &[("Privacy", "id")], &rtp("sendrecv", 1));
    let counted = "<sip:112@old.test>;reason=unknown;counter=99";
    invite.headers_mut().push("Diversion", counted).unwrap();
    invite.set_uri(Uri::parse(format!("sip:112@{FQDN}")).unwrap());
    let mut carrier = stage.carrier_connects().await;
    carrier.send(invite).await;
    let call = stage.incoming().await;
    assert!(call.called.is_emergency());
    let to = Destination::new(
        Via::Carrier("carrier".into()),
        call.called.clone(),
        PhoneNumber::presented("+14255550123"),
        LegId::numbered("L", 1),
    )
    .carrying(call.carried.clone());
    let _leg = stage.trunk.dial(to).await.unwrap();
    let mut out = stage.connection("carrier.test").await;
    let out = out.request(&Method::Invite).await;
    assert!(get(&out, "From").unwrap().contains("+14255550123"));
    assert_eq!(get(&out, "Privacy"), None);
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_is_called_without_ringing_by_a_parameter_of_the_uri() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let tenant = TENANT_FQDN.parse().unwrap();
    let mut to = to_teams(1);
    to.via = Via::Voicemail { tenant };
    let leg = stage.trunk.dial(to).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    let Uri::Sip(uri) = invite.uri() else { panic!("{invite:?}") };
    assert_eq!(uri.param("opaque"), Some("app:voicemail"));
    assert_eq!(uri.user().unwrap().reveal(), "+14255550123");
    assert!(get(&invite, "Contact").unwrap().contains(TENANT_FQDN));
    drop(leg);
}
