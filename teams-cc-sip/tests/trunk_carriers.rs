//! Carriers that challenge, that are challenged, and that we register with.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Party, Stage, config, request, rtp};
use teams_cc_core::{LegId, PhoneNumber, contact::LegEvent};
use teams_cc_sip::{
    carrier::{DigestUser, Registration},
    direct_routing::{HealthReason, PeerState},
    io::{Peer, Target, TransportKind},
    message::{
        Grammar, Method, Request, Response, StatusCode, TypedHeader as _,
        rsip::digest,
        typed::{Authorization, WwwAuthenticate},
    },
    trunk::{Destination, TrunkConfig, Via},
};

const CARRIER: &str = "carrier.test";

/// The usual trunk with another carrier.
fn changed(
    change: impl FnOnce(teams_cc_sip::trunk::StaticPeer) -> teams_cc_sip::trunk::StaticPeer,
) -> TrunkConfig {
    let mut config = config().gate(teams_cc_sip::gate::GatePolicy::unrestricted());
    let carrier = config.carriers.remove(0);
    config.carriers.push(change(carrier));
    config.teams = None;
    config
}

fn user(password: &str) -> DigestUser {
    DigestUser::new("acme", password)
}

/// An INVITE of the carrier; each call has its own name.
fn invite(call: &str, uri: &str) -> Request {
    request(
        "INVITE",
        uri,
        &[
            ("Via", &format!("SIP/2.0/TCP 203.0.113.7:5060;branch=z9hG4bK{call}")),
            ("Max-Forwards", "70"),
            ("From", "<sip:+14255550123@203.0.113.7>;tag=carrier"),
            ("To", "<sip:+14255550100@sbc1.adatum.biz>"),
            ("Call-ID", call),
            ("CSeq", "1 INVITE"),
            ("Contact", "<sip:203.0.113.7:5060;transport=tcp>"),
        ],
        Some(&rtp("sendrecv", 1)),
    )
}

/// The same request with the credentials that a challenge asks for.
fn answering(mut request: Request, refusal: &Response, password: &str) -> Request {
    let line = refusal
        .headers()
        .get_all("WWW-Authenticate")
        .map(|line| String::from_utf8_lossy(line.value()).into_owned())
        .find(|line| line.contains("algorithm=SHA-256"))
        .expect("SHA-256 is offered");
    let challenge = WwwAuthenticate::parse_value(&line.into(), &Grammar::default()).unwrap();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let answer = digest(challenge.scheme(), &user(password), &method, &uri, "c", 1).unwrap();
    request.headers_mut().push_typed(&Authorization::new(answer));
    request
}

async fn refused(party: &mut Party, request: Request) -> Response {
    party.send(request).await;
    party.response(401).await
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_has_to_prove_itself_makes_no_leg_before_it_has() {
    let mut stage = Stage::new(changed(|carrier| carrier.challenged(user("right"))));
    let mut party = stage.carrier_connects().await;
    let uri = "sip:+14255550100@sbc1.adatum.biz";
    let first = refused(&mut party, invite("1", uri)).await;
    assert_eq!(first.headers().get_all("WWW-Authenticate").count(), 3);
    let wrong = answering(invite("2", uri), &first, "wrong");
    let second = refused(&mut party, wrong).await;
    // Credentials for one number do not pay for a call to another.
    let mut other = answering(invite("3", uri), &second, "right");
    other.set_uri(teams_cc_sip::message::Uri::parse("sip:+900123456@sbc1.adatum.biz").unwrap());
    refused(&mut party, other).await;
    stage.quiet().await;
    party.send(answering(invite("4", uri), &second, "right")).await;
    let call = stage.incoming().await;
    assert_eq!(&*call.peer, "carrier");
    assert_eq!(call.called.reveal(), "+14255550100");
    drop(call);
    party.response(100).await;
    party.receive().await;
    // A nonce runs out, and the carrier is told that it has.
    tokio::time::sleep(Duration::from_mins(2)).await;
    let late = refused(&mut party, answering(invite("5", uri), &second, "right")).await;
    assert!(late.headers().get_str("WWW-Authenticate").unwrap().contains("stale=true"));
}

/// Nothing delays a call for help, not even the question who calls.
#[tokio::test(start_paused = true)]
async fn a_call_for_help_of_a_carrier_that_has_to_prove_itself_is_not_challenged() {
    let mut stage = Stage::new(changed(|carrier| carrier.challenged(user("right"))));
    let mut party = stage.carrier_connects().await;
    party.send(invite("1", "sip:112@sbc1.adatum.biz")).await;
    let call = stage.incoming().await;
    assert!(call.called.is_emergency());
    drop(call);
    party.response(100).await;
    party.receive().await;
    // An extension that looks like one is no call for help, and pays for nothing.
    let behind = invite("2", "sip:+14255550100;ext=112@sbc1.adatum.biz");
    party.send(behind).await;
    party.response(401).await;
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_challenges_gets_our_credentials_and_the_call() {
    let mut stage = Stage::new(changed(|carrier| carrier.credentials(user("right"))));
    let to = Destination::new(
        Via::Carrier("carrier".into()),
        PhoneNumber::presented("+14255550123"),
        PhoneNumber::presented("+14255550199"),
        LegId::numbered("L", 1),
    );
    let leg = stage.trunk.dial(to).await.unwrap();
    let mut party = stage.connection(CARRIER).await;
    let invite = party.request(&Method::Invite).await;
    let challenge = support::answer(&invite, StatusCode::PROXY_AUTHENTICATION_REQUIRED, None)
        .with_header("Proxy-Authenticate", r#"Digest realm="x", nonce="n", algorithm=SHA-1"#)
        .unwrap()
        .with_header("Proxy-Authenticate", r#"Digest realm="x", nonce="n", qop="auth""#)
        .unwrap();
    party.send(challenge).await;
    party.request(&Method::Ack).await;
    let again = party.request(&Method::Invite).await;
    let line = again.headers().get_str("Proxy-Authorization").unwrap();
    assert!(line.contains("username=\"acme\"") && line.contains("nc=00000001"), "{line}");
    party.answer(&again, StatusCode::RINGING, None).await;
    let mut ok = support::answer(&again, StatusCode::OK, Some(&rtp("sendrecv", 1)));
    ok.headers_mut().set("Contact", "<sip:carrier.test:5060;transport=tcp>").unwrap();
    party.send(ok).await;
    let ack = party.request(&Method::Ack).await;
    assert!(ack.headers().contains("Proxy-Authorization"));
    for expected in [LegEvent::Ringing, LegEvent::Answered] {
        assert_eq!(stage.leg_event(teams_cc_core::contact::Leg::id(&*leg)).await, expected);
    }
    assert!(!format!("{:?} {again:?}", stage.trunk).contains("acme"));
}

#[tokio::test(start_paused = true)]
async fn a_registered_trunk_takes_the_calls_that_come_over_its_binding() {
    let account = Registration::new("acme", "carrier.example").keep_alive(Duration::from_secs(20));
    let mut stage = Stage::new(changed(|mut carrier| {
        // Nothing but the connection we opened says whose the calls are.
        carrier.addresses.clear();
        carrier.credentials(user("right")).registration(account)
    }));
    let mut party = stage.connection(CARRIER).await;
    let register = party.request(&Method::Register).await;
    let challenge = support::answer(&register, StatusCode::UNAUTHORIZED, None)
        .with_header("WWW-Authenticate", r#"Digest realm="carrier", nonce="n", qop="auth""#)
        .unwrap();
    party.send(challenge).await;
    let register = party.request(&Method::Register).await;
    assert!(register.headers().contains("Authorization"));
    assert_eq!(register.headers().get_str("CSeq"), Some("2 REGISTER"));
    let contact = register.headers().get_str("Contact").unwrap().to_owned();
    let bound = Response::to(&register, StatusCode::OK).with_header("Contact", &contact).unwrap();
    party.send(bound).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let health = stage.trunk.health();
    let [health] = health.as_slice() else { panic!("{health:?}") };
    assert_eq!((health.state, health.reason), (PeerState::Up, HealthReason::Registered));

    let uri = contact.trim_start_matches('<').split('>').next().unwrap();
    party.send(invite("1", uri)).await;
    let call = stage.incoming().await;
    assert_eq!((&*call.peer, call.called.reveal()), ("carrier", "+14255550100"));
    drop(call);
    party.response(100).await;
    party.receive().await;

    // The next REGISTER comes before the hour is over, with credentials at once.
    tokio::time::sleep(Duration::from_secs(40)).await;
    let trunk = stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_secs(5)).await });
    let last = loop {
        match party.receive().await {
            teams_cc_sip::message::Message::Request(request)
                if *request.method() == Method::Register =>
            {
                break request;
            }
            _ => {}
        }
    };
    assert_eq!(last.headers().get_str("Expires"), Some("0"));
    assert!(last.headers().get_str("Authorization").unwrap().contains("nc=00000002"));
    party.send(Response::to(&last, StatusCode::OK)).await;
    assert!(stopping.await.unwrap().is_empty());
}

/// Who sends what somebody else has sent, from the same address, is nobody.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_overheard_proves_nothing_a_second_time() {
    let mut stage = Stage::new(changed(|carrier| carrier.challenged(user("right"))));
    let mut party = stage.carrier_connects().await;
    let uri = "sip:+14255550100@sbc1.adatum.biz";
    let refusal = refused(&mut party, invite("1", uri)).await;
    let proven = answering(invite("2", uri), &refusal, "right");
    party.send(proven.clone()).await;
    let call = stage.incoming().await;
    party.response(100).await;
    // A repeat of the same request is answered as it was before.
    party.send(proven.clone()).await;
    party.response(100).await;
    drop(call);
    party.receive().await;
    stage.event().await;
    let mut again = proven;
    for (name, value) in
        [("Via", "SIP/2.0/TCP 203.0.113.7:5060;branch=z9hG4bKanother"), ("Call-ID", "another")]
    {
        again.headers_mut().set(name, value).unwrap();
    }
    let refusal = refused(&mut party, again).await;
    assert!(refusal.headers().get_str("WWW-Authenticate").unwrap().contains("stale=true"));
    stage.quiet().await;
}

/// Over datagrams a repeat is no second request: it gets the answer that the first one got.
#[tokio::test(start_paused = true)]
async fn a_request_that_is_repeated_because_its_answer_was_lost_is_not_taken_for_a_replay() {
    let mut stage = Stage::new(changed(|mut carrier| {
        carrier.transport = TransportKind::Udp;
        carrier.challenged(user("right"))
    }));
    let peer = Peer::new(TransportKind::Udp, "203.0.113.7:5060".parse().unwrap());
    let mut party = stage.connect(peer).await;
    let asks = |call: &str| {
        let mut request = invite(call, "sip:sbc1.adatum.biz");
        request.set_method(Method::Info);
        request.headers_mut().set("CSeq", "1 INFO").unwrap();
        let via = format!("SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK{call}");
        request.headers_mut().set("Via", via).unwrap();
        request
    };
    let refusal = refused(&mut party, asks("1")).await;
    let proven = answering(asks("2"), &refusal, "right");
    for _ in 0..2 {
        party.send(proven.clone()).await;
        party.response(481).await;
    }
    tokio::time::sleep(Duration::from_secs(40)).await;
    refused(&mut party, proven).await;
    stage.quiet().await;
}

/// Over a binding the To says whom a call is for, help included.
#[tokio::test(start_paused = true)]
async fn a_call_for_help_over_a_binding_of_a_carrier_that_has_to_prove_itself_is_taken_at_once() {
    let account = Registration::new("acme", "carrier.example");
    let mut stage = Stage::new(changed(|carrier| {
        let carrier = carrier.credentials(user("right")).challenged(user("theirs"));
        carrier.registration(account)
    }));
    let mut party = stage.connection(CARRIER).await;
    let register = party.request(&Method::Register).await;
    let contact = register.headers().get_str("Contact").unwrap().to_owned();
    let bound = Response::to(&register, StatusCode::OK).with_header("Contact", &contact).unwrap();
    party.send(bound).await;
    stage.trunk.take_calls(false).await.unwrap();
    let uri = contact.trim_start_matches('<').split('>').next().unwrap();
    let mut help = invite("help", uri);
    help.headers_mut().set("To", "<sip:112@carrier.example>").unwrap();
    party.send(help).await;
    party.response(100).await;
    let call = stage.incoming().await;
    assert!(call.called.is_emergency(), "{:?}", call.called);
    // Any other call has to prove who it is of.
    party.send(invite("other", uri)).await;
    party.response(401).await;
    // And one that we make is not lost by a challenge.
    let mut to = support::to_teams(7);
    to.via = Via::Carrier("carrier".into());
    to.number = PhoneNumber::presented("112");
    let leg = stage.trunk.dial(to).await.unwrap();
    let out = party.request(&Method::Invite).await;
    let challenge = support::answer(&out, StatusCode::UNAUTHORIZED, None)
        .with_header("WWW-Authenticate", r#"Digest realm="x", nonce="n", qop="auth""#)
        .unwrap();
    party.send(challenge).await;
    party.request(&Method::Ack).await;
    let again = party.request(&Method::Invite).await;
    assert!(again.uri().reveal().starts_with("sip:112@"));
    assert!(again.headers().contains("Authorization"));
    drop(leg);
}

/// A carrier's `Contact` may lead anywhere: only its own hosts get credentials.
#[tokio::test(start_paused = true)]
async fn credentials_go_within_a_call_to_the_carriers_own_hosts_alone() {
    for (contact, host, shown) in [
        ("<sip:carrier.test:5070;transport=tcp>", "carrier.test", true),
        ("<sip:203.0.113.99:5060;transport=tcp>", "203.0.113.99", true),
        ("<sip:edge.carrier.test;transport=tcp>", "edge.carrier.test", true),
        ("<sip:evil.test:5060;transport=tcp>", "evil.test", false),
        ("<sip:192.0.2.9:5060;transport=tcp>", "192.0.2.9", false),
    ] {
        let named = |carrier: teams_cc_sip::trunk::StaticPeer| {
            carrier.credentials(user("right").realm("x")).name("edge.carrier.test")
        };
        let mut stage = Stage::new(changed(named));
        let mut to = support::to_teams(1);
        to.via = Via::Carrier("carrier".into());
        let leg = stage.trunk.dial(to).await.unwrap();
        let mut party = stage.connection(CARRIER).await;
        let invite = party.request(&Method::Invite).await;
        let challenge = support::answer(&invite, StatusCode::PROXY_AUTHENTICATION_REQUIRED, None)
            .with_header("Proxy-Authenticate", r#"Digest realm="x", nonce="n", qop="auth""#)
            .unwrap();
        party.send(challenge).await;
        party.request(&Method::Ack).await;
        let again = party.request(&Method::Invite).await;
        let mut ok = support::answer(&again, StatusCode::OK, Some(&rtp("sendrecv", 1)));
        ok.headers_mut().set("Contact", contact).unwrap();
        party.send(ok).await;
        let mut there = stage.connection(host).await;
        there.request(&Method::Ack).await;
        drop(leg);
        let bye = there.request(&Method::Bye).await;
        assert_eq!(bye.headers().contains("Proxy-Authorization"), shown, "{contact}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_registration_that_is_refused_says_what_to_check() {
    let account = Registration::new("acme", "carrier.example");
    let mut stage =
        Stage::new(changed(|carrier| carrier.credentials(user("wrong")).registration(account)));
    let mut party = stage.connection(CARRIER).await;
    for nonce in ["n1", "n2"] {
        let register = party.request(&Method::Register).await;
        let line = format!(r#"Digest realm="carrier", nonce="{nonce}", qop="auth""#);
        let challenge = support::answer(&register, StatusCode::UNAUTHORIZED, None)
            .with_header("WWW-Authenticate", line)
            .unwrap();
        party.send(challenge).await;
    }
    // No third try with the same password, and minutes of rest.
    party.hears_nothing(Duration::from_secs(80)).await;
    let health = stage.trunk.health();
    assert_eq!(health[0].state, PeerState::Down);
    assert_eq!(health[0].reason, HealthReason::CredentialsRefused(401));
    assert!(health[0].reason.to_string().contains("user name, password"));
}

#[tokio::test(start_paused = true)]
async fn the_next_server_of_a_domain_is_tried_where_one_is_busy_and_never_after_it_rang() {
    let by_name = |carrier: teams_cc_sip::trunk::StaticPeer| {
        carrier.target(Target::by_name(TransportKind::Tcp, CARRIER))
    };
    let to = |leg| {
        Destination::new(
            Via::Carrier("carrier".into()),
            PhoneNumber::presented("+14255550123"),
            PhoneNumber::presented("+14255550199"),
            LegId::numbered("L", leg),
        )
    };
    let mut stage = Stage::new(changed(by_name));
    let leg = stage.trunk.dial(to(1)).await.unwrap();
    // The third is the last: no call is tried for ever.
    for _ in 0..3 {
        let mut party = stage.connection(CARRIER).await;
        let invite = party.request(&Method::Invite).await;
        assert_eq!(invite.uri().reveal(), "sip:+14255550123@carrier.test;user=phone");
        party.answer(&invite, StatusCode::SERVICE_UNAVAILABLE, None).await;
        party.request(&Method::Ack).await;
    }
    let ended = stage.leg_event(teams_cc_core::contact::Leg::id(&*leg)).await;
    assert_eq!(support::end(ended).2, Some(503));

    let leg = stage.trunk.dial(to(2)).await.unwrap();
    let mut party = stage.connection(CARRIER).await;
    let invite = party.request(&Method::Invite).await;
    party.answer(&invite, StatusCode::RINGING, None).await;
    party.answer(&invite, StatusCode::SERVICE_UNAVAILABLE, None).await;
    let leg = teams_cc_core::contact::Leg::id(&*leg).clone();
    assert_eq!(stage.leg_event(&leg).await, LegEvent::Ringing);
    assert_eq!(support::end(stage.leg_event(&leg).await).2, Some(503));
}
