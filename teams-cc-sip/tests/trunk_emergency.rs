//! Whatever a trunk is configured to, and however full it is, a call for help goes through.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use proptest::prelude::*;
use support::{Party, Stage, TENANT, TENANT_FQDN, config, srtp, teams_invite, to_teams};
use teams_cc_core::{LegId, PhoneNumber, TenantId, emergency::EmergencyPlan};
use teams_cc_sip::{
    gate::{Cap, GatePolicy, Permission, Rule, Towards, Translation},
    io::{Target, TransportKind},
    message::{Message, Method, Uri},
    trunk::{Destination, StaticPeer, TrunkConfig, TrunkEvent, TrunkLimits, Via},
};

/// Everything that stands in the way of other calls.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an obstacle of its own")]
struct Obstacles {
    nobody_may: bool,
    refused_by_name: bool,
    translated: bool,
    /// Calls at a time, and calls a day, in and out.
    bounds: Option<(u32, u32)>,
    /// Places for legs, all of them taken by other calls.
    full: bool,
    /// Places for events, all of them taken since nobody reads.
    congested: bool,
    resting: bool,
    stopping: bool,
    /// Whether the tenant has a plan of its own, or the trunk has one for all.
    own_plan: bool,
    /// Whether the server for other calls of the carrier is known to be dead.
    dead_proxy: bool,
}

fn obstacles() -> impl Strategy<Value = Obstacles> {
    let flags = prop::array::uniform9(any::<bool>());
    (flags, prop::option::of((0..3_u32, 0..3_u32))).prop_map(|(flags, bounds)| {
        let [
            nobody_may,
            refused_by_name,
            translated,
            full,
            congested,
            resting,
            stopping,
            own_plan,
            dead_proxy,
        ] = flags;
        Obstacles {
            nobody_may,
            refused_by_name,
            translated,
            bounds,
            full,
            congested,
            resting,
            stopping,
            own_plan,
            dead_proxy,
        }
    })
}

/// What is dialled, and what goes out: the number of the plan, however it was dressed.
const DIALLED: [(&str, &str); 3] = [("112", "112"), ("110", "110"), ("+112", "112")];

fn bank() -> TenantId {
    TENANT.parse().unwrap()
}

fn configured(o: &Obstacles) -> TrunkConfig {
    let mut permission = if o.nobody_may { Permission::new() } else { Permission::unrestricted() };
    if o.refused_by_name {
        permission = permission.refuse("1").refuse("+1");
    }
    if o.translated {
        let away = || Rule::new("").prepend("+4989");
        let shown = || Rule::new("+").strip(4).prepend("+99");
        let rules = Translation::new()
            .called(Towards::Carrier, away())
            .called(Towards::Teams, away())
            .shown(Towards::Carrier, shown())
            .shown(Towards::Teams, shown());
        permission = permission.translation(rules);
    }
    if let Some((calls, rate)) = o.bounds {
        let cap = Cap::none().concurrent(calls).rate(rate, Duration::from_hours(24));
        permission = permission.outbound(cap).inbound(cap);
    }
    let plan = EmergencyPlan::new("sos").country("DE").unwrap();
    let mut config = config();
    if o.own_plan {
        permission = permission.emergency(plan);
    } else {
        config = config.emergency(plan);
    }
    let sos = StaticPeer::new("sos", TransportKind::Tcp).target(Target::new(
        TransportKind::Tcp,
        "sos.test",
        5060,
    ));
    let mut limits = TrunkLimits::default();
    if o.full {
        limits = limits.legs(1);
    }
    if o.congested {
        limits = limits.events(1);
    }
    let policy = GatePolicy::new().tenant(bank(), permission.clone()).others(permission);
    config.carrier(sos).gate(policy).limits(limits)
}

/// The trunk with everything in the way.
async fn obstructed(o: &Obstacles) -> (Stage, Party) {
    let dead = if o.dead_proxy { &["carrier.test", "sip.pstnhub.test"][..] } else { &[] };
    let stage = Stage::refusing(configured(o), dead);
    let mut teams = stage.teams_connects().await;
    if o.full {
        let _ = stage.trunk.dial(to_teams(1)).await;
    }
    let usual = if o.congested { 6 } else { 1 };
    for n in 0..usual {
        let offer = srtp("sendrecv", 1);
        teams.send(teams_invite(&format!("usual{n}"), TENANT_FQDN, Some(&offer))).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    if o.resting {
        stage.trunk.take_calls(false).await.unwrap();
    }
    (stage, teams)
}

/// Starts to stop and lets that take effect.
async fn stop(stage: &Stage) {
    let trunk = stage.trunk.clone();
    tokio::spawn(async move { trunk.shutdown(Duration::from_mins(30)).await });
    tokio::time::sleep(Duration::from_millis(10)).await;
}

async fn calls_out(o: &Obstacles, dialled: (&str, &str), via: Via) {
    let (mut stage, _teams) = obstructed(o).await;
    // An order to stop is obeyed once the calls in need are over; this one is such a call.
    let (to, from) = (PhoneNumber::presented(dialled.0), PhoneNumber::presented("+4989123"));
    let mut to = Destination::new(via, to, from, LegId::numbered("help", 1)).for_tenant(bank());
    to.emergency.headers.push(("Geolocation".into(), "<cid:here@example.com>".into()));
    let asked = tokio::time::Instant::now();
    let leg = stage.trunk.dial(to).await;
    assert!(leg.is_ok(), "{:?}", leg.err());
    if o.stopping {
        stop(&stage).await;
    }
    let mut route = stage.connection("sos.test").await;
    let invite = route.request(&Method::Invite).await;
    assert!(asked.elapsed() < Duration::from_millis(100), "late by {:?}", asked.elapsed());
    let called = format!("sip:{}@sos.test;user=phone", dialled.1);
    assert_eq!(invite.uri().reveal(), called, "rewritten");
    let from = invite.headers().get_str("From").unwrap();
    assert!(from.contains("+4989123@"), "the number to call back: {from}");
    assert_eq!(invite.headers().get_str("Geolocation"), Some("<cid:here@example.com>"));
    if o.stopping {
        let silent = tokio::time::timeout(Duration::from_secs(20), route.request(&Method::Cancel));
        assert!(silent.await.is_err(), "an order to stop ends no call for help");
    }
    drop(leg);
}

async fn is_called(o: &Obstacles, dialled: &str) {
    let (mut stage, mut teams) = obstructed(o).await;
    let asked = tokio::time::Instant::now();
    let mut help = teams_invite("help", TENANT_FQDN, Some(&srtp("sendrecv", 1)))
        .with_header("Geolocation", "<cid:here@example.com>")
        .unwrap();
    help.set_uri(Uri::parse(dialled).unwrap());
    teams.send(help).await;
    let call = loop {
        match stage.event().await {
            TrunkEvent::Incoming(call) if &*call.call_id == "help" => break call,
            _ => {}
        }
    };
    let first = loop {
        match teams.receive().await {
            Message::Response(answer) if answer.headers().get_str("Call-ID") == Some("help") => {
                break answer;
            }
            _ => {}
        }
    };
    assert_eq!(first.status().as_u16(), 100, "it is taken");
    assert!(asked.elapsed() < Duration::from_millis(100), "late by {:?}", asked.elapsed());
    assert!(call.called.is_emergency(), "{:?}", call.called);
    let location = call.emergency.headers.iter().find(|(name, _)| &**name == "Geolocation");
    assert_eq!(location.map(|(_, value)| &**value), Some(&b"<cid:here@example.com>"[..]));
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(test);
}

proptest! {
    #[test]
    fn nothing_captures_delays_or_rewrites_a_call_for_help(
        o in obstacles(),
        dialled in prop::sample::select(&DIALLED[..]),
        way in 0..3,
    ) {
        let tenant = TENANT_FQDN.parse().unwrap();
        let via = match way {
            0 => Via::Carrier("carrier".into()),
            1 => Via::Teams { tenant },
            _ => Via::Voicemail { tenant },
        };
        run(calls_out(&o, dialled, via));
    }

    #[test]
    fn nothing_turns_away_a_call_for_help_that_comes_in(
        o in obstacles(),
        dialled in prop::sample::select(vec![
            "sip:112@bank.sbc1.adatum.biz",
            "sip:110@bank.sbc1.adatum.biz;user=phone",
            "sip:+112@bank.sbc1.adatum.biz:5061;transport=tls",
            "urn:service:sos.fire",
            "sip:1-1-2@bank.sbc1.adatum.biz",
            "sip:%31%31%32@bank.sbc1.adatum.biz",
            "sip:112;phone-context=+49@bank.sbc1.adatum.biz;user=phone",
            "sips:(1.1)0@bank.sbc1.adatum.biz",
            "tel:1-1-0;phone-context=+49",
            "tel:+112",
        ]),
    ) {
        run(is_called(&o, dialled));
    }
}
