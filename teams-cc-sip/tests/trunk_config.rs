//! What is wrong with a configuration is said as the trunk starts, and orders say why they fail.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{error::Error as _, io, sync::Arc, time::Duration};

use async_trait::async_trait;
use support::{
    Answered, Bridged, Stage, TENANT, TENANT_FQDN, config, mobile, two_carriers, within,
};
use teams_cc_core::{
    LegId,
    contact::{Leg, LegCommand, LegError, Verb},
};
use teams_cc_sip::{
    Error, ErrorKind,
    carrier::{DigestUser, Registration},
    direct_routing::{Customer, TenantFault},
    io::{Connection, FixedMedia, Network, Target, TokioClock, TransportKind},
    message::{Method, StatusCode},
    trunk::{
        BackToBack, ConfigFault, HealthCheck, MediaError, MediaPort, RemoteMedia, StaticPeer,
        Trunk, TrunkConfig,
    },
};

/// A network on which nothing happens; its certificate proves these names.
struct Certified(&'static [&'static str]);

#[async_trait]
impl Network for Certified {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    async fn accept(&self) -> io::Result<Connection> {
        std::future::pending().await
    }

    fn certificate_names(&self) -> Option<Vec<Box<str>>> {
        Some(self.0.iter().map(|name| (*name).into()).collect())
    }
}

fn start(config: TrunkConfig, names: &'static [&'static str]) -> Result<Trunk, Error> {
    let media = FixedMedia::new("192.0.2.1:4000".parse().unwrap());
    let clock = TokioClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
    let started =
        Trunk::start(config, Arc::new(Certified(names)), Arc::new(clock), Arc::new(media));
    started.map(|(trunk, events)| {
        // The trunk runs while its events are held.
        std::mem::forget(events);
        trunk
    })
}

fn fault(config: TrunkConfig, names: &'static [&'static str]) -> Option<ConfigFault> {
    let error = start(config, names).err()?;
    assert_eq!(*error.kind(), ErrorKind::Config);
    error.source()?.downcast_ref().cloned()
}

const BOTH: &[&str] = &["sbc1.adatum.biz", "*.sbc1.adatum.biz"];

#[tokio::test(start_paused = true)]
async fn a_trunk_that_cannot_work_is_not_started() {
    let name: Box<str> = "carrier".into();
    let again = config().carrier(StaticPeer::new("carrier", TransportKind::Tcp));
    assert_eq!(fault(again, BOTH), Some(ConfigFault::SameName { carrier: name }));
    let target = Target::new(TransportKind::Tcp, "registrar.test", 5060);
    let registered = StaticPeer::new("account", TransportKind::Tcp)
        .target(target)
        .registration(Registration::new("user", "registrar.test"));
    let forgotten = config().carrier(registered.clone());
    assert!(matches!(fault(forgotten, BOTH), Some(ConfigFault::NoCredentials { .. })));
    let given = registered.credentials(DigestUser::new("user", "secret"));
    assert_eq!(fault(config().carrier(given), BOTH), None);
    assert!(matches!(
        fault(config(), &["*.sbc1.adatum.biz"]),
        Some(ConfigFault::Certificate { .. })
    ));
    let tenant = TENANT.parse().unwrap();
    let not_covered = TenantFault::NotCovered { name: TENANT_FQDN.parse().unwrap() };
    let expected = ConfigFault::Tenant { tenant, fault: not_covered };
    assert_eq!(fault(config(), &["sbc1.adatum.biz"]), Some(expected.clone()));
    assert!(expected.to_string().contains("wildcard"), "{expected}");
    assert_eq!(fault(config(), BOTH), None);
}

#[tokio::test(start_paused = true)]
async fn a_customer_whom_the_certificate_does_not_cover_is_not_added() {
    let names = &["sbc1.adatum.biz", "bank.sbc1.adatum.biz"];
    let trunk = start(config(), names).unwrap();
    let shop = Customer::new("shop".parse().unwrap(), "shop.sbc1.adatum.biz".parse().unwrap());
    let refused = trunk.add_tenant(shop.clone()).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Tenant);
    let fault: &TenantFault = refused.source().unwrap().downcast_ref().unwrap();
    assert_eq!(*fault, TenantFault::NotCovered { name: "shop.sbc1.adatum.biz".parse().unwrap() });
    start(config(), BOTH).unwrap().add_tenant(shop).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_customers_name_on_another_trunk_is_that_trunks_to_prove() {
    let other = config().other_base("sbc2.adatum.biz".parse().unwrap());
    let bank = Customer::new("shop".parse().unwrap(), "shop.sbc1.adatum.biz".parse().unwrap())
        .second_name("shop.sbc2.adatum.biz".parse().unwrap());
    start(other.clone(), BOTH).unwrap().add_tenant(bank.clone()).await.unwrap();
    assert_eq!(fault(other.customer(&bank).unwrap(), BOTH), None);
}

#[tokio::test(start_paused = true)]
async fn each_leg_that_is_named_by_the_trunk_has_a_name_of_its_own() {
    let trunk = start(config(), BOTH).unwrap();
    let names: std::collections::BTreeSet<LegId> = (0..100)
        .map(|n| if n % 2 == 0 { trunk.next_leg() } else { trunk.clone().next_leg() })
        .collect();
    assert_eq!(names.len(), 100);
}

#[tokio::test(start_paused = true)]
async fn the_health_of_a_registration_is_told_apart_from_that_of_its_carrier() {
    let target = Target::new(TransportKind::Tcp, "registrar.test", 5060);
    let carrier = StaticPeer::new("account", TransportKind::Tcp)
        .target(target.clone())
        .credentials(DigestUser::new("user", "secret"))
        .registration(Registration::new("user", "registrar.test"))
        .monitored(true);
    let trunk = start(config().carrier(carrier), BOTH).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let health = trunk.health();
    let asked = health.iter().filter(|health| health.peer == target).map(|health| health.asked);
    assert_eq!(asked.collect::<Vec<_>>(), [HealthCheck::Options, HealthCheck::Registration]);
}

/// What lay under an order that the platform refused.
fn kind(outcome: Result<Option<teams_cc_core::OperationId>, LegError>) -> ErrorKind {
    match outcome.unwrap_err() {
        LegError::Platform { source, .. } => source.downcast_ref::<Error>().unwrap().kind().clone(),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_hold_says_why_it_has_failed() {
    let mut b = Bridged::on(Stage::new(two_carriers())).await;
    let hold = |verb: LegCommand| {
        let agent = Arc::clone(&b.agent);
        tokio::spawn(async move { agent.execute(verb).await })
    };
    let refused = hold(LegCommand::Hold);
    let asked = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&asked, StatusCode::NOT_ACCEPTABLE_HERE, None).await;
    b.proxy.request(&Method::Ack).await;
    assert_eq!(kind(refused.await.unwrap()), ErrorKind::HoldRefused(Some(488)));
    let earlier = hold(LegCommand::Hold);
    let _asked = b.proxy.request(&Method::Invite).await;
    let _later = hold(LegCommand::Resume);
    assert_eq!(kind(earlier.await.unwrap()), ErrorKind::Superseded);
}

/// A port through which nobody hears anybody.
struct Alone;

impl MediaPort for Alone {
    fn open(&self, _leg: &LegId) -> io::Result<std::net::SocketAddr> {
        Ok("192.0.2.1:4000".parse().unwrap())
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn joins(&self) -> bool {
        false
    }

    fn close(&self, _leg: &LegId) {}
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_hear_anybody_orders_to_bridge_fail_and_calls_stay() {
    let mut stage = Stage::with_media(two_carriers(), Arc::new(Alone));
    let Answered { mut teams, invite, call, ok } = stage.answered().await;
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    assert!(!call.leg.capabilities().has(Verb::Bridge));
    let with = LegId::numbered("S", 2);
    let refused = call.leg.execute(LegCommand::Bridge { with }).await.unwrap_err();
    assert!(matches!(refused, LegError::Unsupported { verb: Verb::Bridge, .. }), "{refused}");
    let refused = stage.trunk.bridge(&call.leg, BackToBack::new(mobile(&call))).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Media);
    let why = refused.source().unwrap().downcast_ref::<MediaError>();
    assert_eq!(why, Some(&MediaError::Unsupported));
    teams.hears_nothing(Duration::from_secs(5)).await;
}
