//! Every way out of a trunk passes one gate, and a tenant's own load stays its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Bridged, Stage, TENANT, config, from_callee, srtp, teams_invite, to_teams, within};
use teams_cc_core::{
    LegId, PhoneNumber, TenantId,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    ErrorKind,
    gate::{Cap, GatePolicy, Permission, Purpose, Refusal, Rule, Towards, Translation},
    message::{Message, Method, StatusCode},
    trunk::{Destination, TrunkEvent, Via},
};

fn bank() -> TenantId {
    TENANT.parse().unwrap()
}

fn to_carrier(number: &str, leg: u64) -> Destination {
    let via = Via::Carrier("carrier".into());
    let (to, from) = (PhoneNumber::presented(number), PhoneNumber::presented("+14255550199"));
    Destination::new(via, to, from, LegId::numbered("L", leg)).for_tenant(bank())
}

fn permitted(permission: Permission) -> Stage {
    Stage::new(config().gate(GatePolicy::new().tenant(bank(), permission)))
}

async fn refused(stage: &Stage, to: Destination) -> Refusal {
    match stage.trunk.dial(to).await.unwrap_err().kind() {
        ErrorKind::Refused(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_trunk_that_nobody_gave_a_permission_calls_no_carrier() {
    let stage = Stage::new(config());
    for purpose in [Purpose::Dial, Purpose::Refer, Purpose::Forward, Purpose::Callback] {
        let to = to_carrier("+498955", 1).purpose(purpose);
        assert_eq!(refused(&stage, to).await, Refusal::NoPermission);
    }
    let counted = stage.trunk.refusals().await;
    assert_eq!((counted.len(), counted[0].count, &counted[0].tenant), (1, 4, &None));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_calls_out_within_its_permission_and_its_calls_are_given_back() {
    let rules = Translation::new().called(Towards::Carrier, Rule::new("0").strip(1).prepend("+49"));
    let permission = Permission::new()
        .allow("+49")
        .owns("+142555501")
        .translation(rules)
        .outbound(Cap::none().concurrent(1));
    let mut stage = permitted(permission);
    assert_eq!(refused(&stage, to_carrier("+44123456", 1)).await, Refusal::Prefix);
    assert_eq!(refused(&stage, to_carrier("0900123456", 1)).await, Refusal::Premium);
    let mut carrier = None;
    for round in 1..=2 {
        let leg = stage.trunk.dial(to_carrier("089555123456", round)).await.unwrap();
        assert_eq!(refused(&stage, to_carrier("+498955", 9)).await, Refusal::Concurrent);
        let mut party = match carrier.take() {
            Some(party) => party,
            None => stage.connection("carrier.test").await,
        };
        let invite = party.request(&Method::Invite).await;
        assert_eq!(invite.uri().reveal(), "sip:+4989555123456@carrier.test;user=phone");
        party.answer(&invite, StatusCode::BUSY_HERE, None).await;
        party.request(&Method::Ack).await;
        support::end(stage.leg_event(&leg.id().clone()).await);
        carrier = Some(party);
    }
    stage.trunk.permit(bank(), None).await.unwrap();
    assert_eq!(refused(&stage, to_carrier("+498955", 9)).await, Refusal::NoPermission);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_be_written_gives_its_place_back() {
    let stage = permitted(Permission::unrestricted().outbound(Cap::none().concurrent(1)));
    for _ in 0..2 {
        let mut to = to_teams(1);
        to.number = PhoneNumber::presented("5550");
        let error = stage.trunk.dial(to).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::InvalidNumber);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refer_to_a_premium_number_passes_the_gate_like_any_call() {
    let permission = Permission::unrestricted();
    let mut b = Bridged::on(permitted(permission)).await;
    let mut teams = b.stage.teams_connects().await;
    for (cseq, target, status) in
        [(1, "<sip:+19005551234@sip.pstnhub.test:5061>", 403), (2, "<tel:+19005551234>", 403)]
    {
        let extra = [("Refer-To", target)];
        teams.send(from_callee(&b.teams_invite, "REFER", cseq, &extra, None)).await;
        teams.response(status).await;
    }
    b.proxy.hears_nothing(Duration::from_secs(5)).await;
    let refusals = b.stage.trunk.refusals().await;
    assert_eq!((refusals[0].refusal, refusals[0].count), (Refusal::Premium, 2));
}

#[tokio::test(start_paused = true)]
async fn the_emergency_route_of_a_tenant_takes_its_calls_however_full_it_is() {
    let plan = teams_cc_core::emergency::EmergencyPlan::new("sos").country("US").unwrap();
    let none = Cap::none().concurrent(0).rate(0, Duration::from_secs(1));
    let permission = Permission::new().outbound(none).inbound(none).emergency(plan);
    let sos =
        teams_cc_sip::trunk::StaticPeer::new("sos", teams_cc_sip::io::TransportKind::Tcp).target(
            teams_cc_sip::io::Target::new(teams_cc_sip::io::TransportKind::Tcp, "sos.test", 5060),
        );
    let config = config().carrier(sos).gate(GatePolicy::new().tenant(bank(), permission));
    let mut stage = Stage::new(config);
    assert_eq!(refused(&stage, to_teams(1)).await, Refusal::Concurrent);
    let _leg = stage.trunk.dial(to_carrier("911", 2)).await.unwrap();
    let mut route = stage.connection("sos.test").await;
    let invite = route.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), "sip:911@sos.test;user=phone");
    assert!(invite.headers().get_str("From").unwrap().contains("+14255550199"), "call-back number");
    // From Teams, by the tenant's own plan; everybody else is told to try later.
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("usual", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)))).await;
    let turned = teams.response(503).await;
    assert!(turned.headers().contains("Retry-After"));
    let mut help = teams_invite("help", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    help.set_uri(teams_cc_sip::message::Uri::parse("sip:911@bank.sbc1.adatum.biz").unwrap());
    teams.send(help).await;
    teams.response(100).await;
    assert!(stage.incoming().await.called.is_emergency());
}

#[tokio::test(start_paused = true)]
async fn a_call_for_help_outlives_the_order_to_stop_and_a_new_one_is_taken() {
    let plan = teams_cc_core::emergency::EmergencyPlan::new("carrier");
    let mut stage = Stage::new(config().emergency(plan));
    let leg = stage.trunk.dial(to_carrier("112", 1)).await.unwrap();
    let mut carrier = stage.connection("carrier.test").await;
    let invite = carrier.request(&Method::Invite).await;
    let contact = "<sip:carrier.test:5060;transport=tcp>";
    let mut ok = support::answer(&invite, StatusCode::OK, Some(&support::rtp("sendrecv", 1)));
    ok.headers_mut().set("Contact", contact).unwrap();
    carrier.send(ok).await;
    carrier.request(&Method::Ack).await;
    let trunk = stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_mins(10)).await });
    carrier.hears_nothing(Duration::from_secs(30)).await;
    assert_eq!(*stage.trunk.dial(to_teams(5)).await.unwrap_err().kind(), ErrorKind::Stopped);
    let second = stage.trunk.dial(to_carrier("112", 2)).await.unwrap();
    let invite = carrier.request(&Method::Invite).await;
    carrier.answer(&invite, StatusCode::BUSY_HERE, None).await;
    carrier.request(&Method::Ack).await;
    leg.execute(LegCommand::HangUp).await.unwrap();
    let bye = carrier.request(&Method::Bye).await;
    carrier.answer(&bye, StatusCode::OK, None).await;
    drop((leg, second));
    assert!(stopping.await.unwrap().is_empty());
}

/// Scaled by `TEAMS_CC_SOAK`.
#[tokio::test(start_paused = true)]
async fn one_tenant_at_twenty_times_its_cap_does_not_hurt_the_others() {
    let factor = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok());
    let seconds = 3 * factor.unwrap_or(1_u64);
    let quiet = load(seconds, 0).await;
    let loud = load(seconds, 20).await;
    assert_eq!((quiet.refused, loud.refused), (0, 0), "calls of the other tenants");
    let (before, after) = (quiet.p99(), loud.p99());
    assert!(after <= 2 * before, "p99 of the others: {before:?}, then {after:?}");
    assert!(loud.turned >= 180 * seconds, "the loud one is held to its cap: {}", loud.turned);
}

#[derive(Default)]
struct Load {
    took: Vec<Duration>,
    refused: u64,
    turned: u64,
}

impl Load {
    fn p99(&self) -> Duration {
        let mut took = self.took.clone();
        took.sort();
        took[took.len() * 99 / 100]
    }
}

/// Nine tenants at ten calls a second, and one at so many times its cap of ten a second.
///
/// Each message that the trunk reads costs it 100 µs of a clock of the test's own, one after the
/// other on the one connection that all share: what is turned away takes its time as well.
async fn load(seconds: u64, times: u64) -> Load {
    const COST: Duration = Duration::from_micros(100);
    const TICK: Duration = Duration::from_millis(100);
    let name = |n: u64| format!("t{n}.sbc1.adatum.biz");
    let tenant = |n: u64| format!("tenant-{n}").parse::<TenantId>().unwrap();
    let (mut policy, mut config) = (GatePolicy::new(), config());
    for n in 0..10 {
        let cap = Cap::none().concurrent(40).rate(if n == 0 { 1 } else { 4 }, TICK);
        policy = policy.tenant(tenant(n), Permission::new().inbound(cap));
        config = config.tenant(name(n).parse().unwrap(), tenant(n));
    }
    let mut stage = Stage::new(config.gate(policy));
    let mut teams = stage.teams_connects().await;
    let (mut load, start) = (Load::default(), tokio::time::Instant::now());
    for tick in 0..seconds * 10 {
        let due = start + TICK * u32::try_from(tick).unwrap();
        tokio::time::sleep_until(due).await;
        let mut busy = Duration::ZERO;
        // The loud one comes first in each tick: the others stand behind it.
        let crowd = (0..times).map(|call| (0, call));
        for (n, call) in crowd.chain((1..10).map(|n| (n, 0))) {
            let id = format!("c{tick}-{n}-{call}");
            let invite = teams_invite(&id, &name(n), Some(&srtp("sendrecv", 1)));
            teams.send(invite.clone()).await;
            busy += COST;
            if final_or_trying(&mut teams).await == 503 {
                *(if n == 0 { &mut load.turned } else { &mut load.refused }) += 1;
                continue;
            }
            let call = loop {
                if let TrunkEvent::Incoming(call) = stage.event().await {
                    break call;
                }
            };
            call.leg.execute(LegCommand::Answer).await.unwrap();
            let ok = teams.response(200).await;
            teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
            busy += 2 * COST;
            if n != 0 {
                load.took.push(busy);
            }
            teams.send(within(&invite, &ok, "BYE", 2, &[], None)).await;
            teams.response(200).await;
        }
    }
    let refusals = stage.trunk.refusals().await;
    assert!(refusals.iter().all(|r| r.tenant == Some(tenant(0))), "{refusals:?}");
    load
}

async fn final_or_trying(teams: &mut support::Party) -> u16 {
    match teams.receive().await {
        Message::Response(response) => response.status().as_u16(),
        Message::Request(request) => panic!("{request:?}"),
    }
}
