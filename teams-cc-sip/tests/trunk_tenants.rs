//! Many customers on one trunk, and customers that come and go while it runs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{collections::BTreeMap, sync::Arc};

use support::{Party, Stage, config, srtp, teams_invite, within};
use teams_cc_core::{
    LegId, PhoneNumber, TenantId,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::{Cloud, Customer, SbcFqdn, TenantFault},
    message::{Message, Method, Response, StatusCode},
    trunk::{Destination, IncomingCall, SipLeg, TrunkEvent, Via},
};

fn id(n: usize) -> TenantId {
    format!("tenant-{n}").parse().unwrap()
}

fn name(n: usize) -> SbcFqdn {
    format!("t{n}.sbc1.adatum.biz").parse().unwrap()
}

/// Final responses of a party, by Call-ID, in whatever order they come.
async fn finals(party: &mut Party, calls: usize) -> BTreeMap<String, Response> {
    let mut found = BTreeMap::new();
    while found.len() < calls {
        if let Message::Response(response) = party.receive().await
            && response.status().is_final()
        {
            let call = response.headers().get_str("Call-ID").unwrap().to_owned();
            assert!(found.insert(call, response).is_none(), "one answer for each");
        }
    }
    found
}

/// The next call, whatever other calls tell meanwhile.
async fn incoming(stage: &mut Stage) -> IncomingCall {
    loop {
        if let TrunkEvent::Incoming(call) = stage.event().await {
            return call;
        }
    }
}

/// One round: every customer is called under the same number, and calls the same number.
async fn round(
    stage: &mut Stage,
    teams: &mut Party,
    proxy: &mut Party,
    tenants: usize,
    round: usize,
) {
    let call_id = |n: usize| format!("r{round}-t{n}");
    let invite = |n: usize| teams_invite(&call_id(n), name(n).as_str(), Some(&srtp("sendrecv", 1)));
    for n in 0..tenants {
        teams.send(invite(n)).await;
    }
    let mut legs = Vec::new();
    for _ in 0..tenants {
        let call = incoming(stage).await;
        let n: usize = call.call_id.rsplit('t').next().unwrap().parse().unwrap();
        assert_eq!(call.tenant, Some(id(n)), "crossed: {}", call.call_id);
        assert_eq!(call.called.reveal(), "+14255550100", "the same number for all");
        call.leg.execute(LegCommand::Answer).await.unwrap();
        legs.push(call.leg);
    }
    let answers = finals(teams, tenants).await;
    for n in 0..tenants {
        let ok = &answers[&call_id(n)];
        let contact = format!("<sip:{}:5061;transport=tls>", name(n));
        assert_eq!(ok.headers().get_str("Contact"), Some(contact.as_str()), "crossed");
        teams.send(within(&invite(n), ok, "ACK", 1, &[], None)).await;
        teams.send(within(&invite(n), ok, "BYE", 2, &[], None)).await;
    }
    finals(teams, tenants).await;
    drop(legs);
    let shown = PhoneNumber::presented("+14255550199");
    let mut dialled = Vec::new();
    for n in 0..tenants {
        let number = PhoneNumber::presented("+14255550123");
        let leg = LegId::numbered("L", u64::try_from(round * tenants + n).unwrap());
        let to = Destination::new(Via::Teams { tenant: name(n) }, number, shown.clone(), leg);
        dialled.push(stage.trunk.dial(to).await.unwrap());
        let invite = proxy.request(&Method::Invite).await;
        let contact = format!("<sip:{}:5061;transport=tls>", name(n));
        assert_eq!(invite.headers().get_str("Contact"), Some(contact.as_str()), "crossed");
        let from = invite.headers().get_str("From").unwrap();
        assert!(from.contains(&format!("@{};", name(n))), "crossed: {from}");
        proxy.answer(&invite, StatusCode::BUSY_HERE, None).await;
        proxy.request(&Method::Ack).await;
    }
}

/// Every customer has as many calls up as are asked for, all under the same numbers, at once.
#[tokio::test(start_paused = true)]
async fn calls_of_many_tenants_that_stand_at_once_are_each_their_own() {
    let soak = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse::<usize>().ok());
    let calls = if soak.is_some_and(|soak| soak > 1) { 100 } else { 4 };
    let tenants = 50;
    let served = (0..tenants)
        .try_fold(config(), |config, n| config.customer(&Customer::new(id(n), name(n))));
    let mut stage = Stage::new(served.unwrap());
    let mut teams = stage.teams_connects().await;
    let call_id = |call: usize, n: usize| format!("c{call}-t{n}");
    let invite = |call: usize, n: usize| {
        let offer = srtp("sendrecv", 1);
        teams_invite(&call_id(call, n), name(n).as_str(), Some(&offer))
    };
    let mut standing: BTreeMap<LegId, (usize, Arc<SipLeg>)> = BTreeMap::new();
    for call in 0..calls {
        for n in 0..tenants {
            teams.send(invite(call, n)).await;
        }
        for _ in 0..tenants {
            let call = incoming(&mut stage).await;
            let n: usize = call.call_id.rsplit('t').next().unwrap().parse().unwrap();
            assert_eq!(call.tenant, Some(id(n)), "crossed: {}", call.call_id);
            call.leg.execute(LegCommand::Answer).await.unwrap();
            standing.insert(call.leg.id().clone(), (n, call.leg));
        }
        for (call_id, ok) in finals(&mut teams, tenants).await {
            let n: usize = call_id.rsplit('t').next().unwrap().parse().unwrap();
            let contact = format!("<sip:{}:5061;transport=tls>", name(n));
            assert_eq!(ok.headers().get_str("Contact"), Some(contact.as_str()), "crossed");
            teams.send(within(&invite(call, n), &ok, "ACK", 1, &[], None)).await;
        }
    }
    assert_eq!(standing.len(), tenants * calls, "all of them at once");
    // Each is hung up by us, and the BYE leads back into its own tenant's call.
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    for (n, leg) in standing.values() {
        leg.execute(LegCommand::HangUp).await.unwrap();
        let bye = proxy.request(&Method::Bye).await;
        let call_id = bye.headers().get_str("Call-ID").unwrap();
        assert_eq!(call_id.rsplit('t').next(), Some(n.to_string().as_str()), "crossed");
        let from = bye.headers().get_str("From").unwrap();
        assert!(from.contains(name(*n).as_str()), "crossed: {from}");
        proxy.answer(&bye, StatusCode::OK, None).await;
    }
    let left = stage.trunk.shutdown(std::time::Duration::from_secs(2)).await;
    assert!(left.is_empty(), "{left:?}");
}

/// Pain 66.
#[tokio::test(start_paused = true)]
async fn equal_numbers_of_many_tenants_never_cross_while_others_come_and_go() {
    let soak = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse::<usize>().ok());
    let (tenants, rounds) = if soak.is_some_and(|soak| soak > 1) { (50, 100) } else { (50, 4) };
    let served = (0..tenants)
        .try_fold(config(), |config, n| config.customer(&Customer::new(id(n), name(n))));
    let mut stage = Stage::new(served.unwrap());
    let mut teams = stage.teams_connects().await;
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    for number in 0..rounds {
        let guest = tenants + number;
        stage.trunk.add_tenant(Customer::new(id(guest), name(guest))).await.unwrap();
        round(&mut stage, &mut teams, &mut proxy, tenants, number).await;
        let invite = teams_invite(
            &format!("guest{number}-t{guest}"),
            name(guest).as_str(),
            Some(&srtp("sendrecv", 1)),
        );
        teams.send(invite).await;
        let call = incoming(&mut stage).await;
        assert_eq!(call.tenant, Some(id(guest)), "a customer added while the trunk runs");
        assert!(stage.trunk.remove_tenant(id(guest)).await.unwrap());
        // The call it has goes on; the next one is for nobody.
        call.leg.execute(LegCommand::Answer).await.unwrap();
        let answers = finals(&mut teams, 1).await;
        assert_eq!(answers.values().next().unwrap().status(), StatusCode::OK);
        let late = teams_invite(
            &format!("late{number}"),
            name(guest).as_str(),
            Some(&srtp("sendrecv", 1)),
        );
        teams.send(late).await;
        let refused = finals(&mut teams, 1).await;
        assert_eq!(refused.values().next().unwrap().status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_against_the_rules_is_refused_with_the_rule() {
    let stage = Stage::new(config());
    let one = |text: &str| Customer::new(id(1), text.parse().unwrap());
    let cases = [
        (one("shop.adatum.biz"), "one label below sbc1.adatum.biz"),
        (one("bank.sbc1.adatum.biz"), "another tenant"),
        (one("shop.sbc1.adatum.biz").cloud(Cloud::GccHigh), "its cloud"),
    ];
    for (customer, words) in cases {
        let error = stage.trunk.add_tenant(customer).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Tenant);
        let fault = std::error::Error::source(&error).unwrap();
        assert!(fault.downcast_ref::<TenantFault>().is_some());
        assert!(fault.to_string().contains(words), "{fault}");
    }
    assert!(!stage.trunk.remove_tenant(id(1)).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_customer_is_sent_no_options_of_its_own() {
    let mut stage = Stage::new(config());
    stage.trunk.add_tenant(Customer::new(id(1), name(1))).await.unwrap();
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let (minute, seconds) = (60, 200);
    proxy.hears_nothing(std::time::Duration::from_secs(seconds)).await;
    let asked = u64::try_from(proxy.pings).unwrap();
    assert_eq!(asked, seconds / minute + 1, "one a minute, whoever is served");
}

#[tokio::test(start_paused = true)]
async fn a_call_of_one_tenant_is_not_replaced_from_another() {
    let config = config().customer(&Customer::new(id(1), name(1))).unwrap();
    let mut stage = Stage::new(config);
    let mut teams = stage.teams_connects().await;
    let first = teams_invite("first", support::TENANT_FQDN, Some(&srtp("sendrecv", 1)));
    teams.send(first.clone()).await;
    let call = stage.incoming().await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let ok = finals(&mut teams, 1).await.remove("first").unwrap();
    teams.send(within(&first, &ok, "ACK", 1, &[], None)).await;
    let ours = ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap().to_owned();
    let thief = teams_invite("thief", name(1).as_str(), Some(&srtp("sendrecv", 1)))
        .with_header("Replaces", format!("first;to-tag={ours};from-tag=teams"))
        .unwrap();
    teams.send(thief).await;
    let refused = finals(&mut teams, 1).await.remove("thief").unwrap();
    assert_eq!(refused.status(), StatusCode::CALL_DOES_NOT_EXIST);
}

#[tokio::test(start_paused = true)]
async fn a_trunk_that_rests_refuses_calls_but_not_emergencies_and_keeps_what_it_has() {
    let mut stage = Stage::new(config());
    let mut teams = stage.teams_connects().await;
    let offer = srtp("sendrecv", 1);
    teams.send(teams_invite("before", support::TENANT_FQDN, Some(&offer))).await;
    let before = stage.incoming().await;
    stage.trunk.take_calls(false).await.unwrap();
    teams.send(teams_invite("during", support::TENANT_FQDN, Some(&offer))).await;
    let refused = finals(&mut teams, 1).await.remove("during").unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains("Retry-After"));
    let mut emergency = teams_invite("sos", support::TENANT_FQDN, Some(&offer));
    emergency.set_uri(teams_cc_sip::message::Uri::parse("urn:service:sos").unwrap());
    teams.send(emergency).await;
    let sos = stage.incoming().await;
    assert!(sos.called.is_emergency());
    before.leg.execute(LegCommand::Answer).await.unwrap();
    assert!(finals(&mut teams, 1).await.contains_key("before"));
    stage.trunk.take_calls(true).await.unwrap();
    teams.send(teams_invite("after", support::TENANT_FQDN, Some(&offer))).await;
    assert_eq!(&*incoming(&mut stage).await.call_id, "after");
    drop(sos);
}
