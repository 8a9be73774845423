//! Parties that speak different codecs are brought to one, where there is one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use support::{
    Bridged, PutThrough, Stage, carrier_invite, from_callee, rtp, srtp, to_teams, two_carriers,
    user, within,
};
use teams_cc_core::{
    LegId,
    contact::{Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    message::{Method, StatusCode},
    sdp::Codec,
    trunk::{BackToBack, MediaError, MediaPort, RemoteMedia},
};

/// A port that passes every codec on and makes none of another.
#[derive(Default)]
struct ByName {
    spoken: Mutex<BTreeMap<LegId, Codec>>,
    joined: Mutex<Vec<Codec>>,
}

impl MediaPort for ByName {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        Ok("192.0.2.1:4000".parse().unwrap())
    }

    fn codecs(&self, _leg: &LegId) -> Vec<Codec> {
        vec![Codec::G722, Codec::Pcmu, Codec::Pcma]
    }

    fn connect(&self, leg: &LegId, remote: &RemoteMedia) {
        self.spoken.lock().unwrap().insert(leg.clone(), remote.codec);
    }

    fn join(&self, one: &LegId, other: &LegId) -> Result<(), MediaError> {
        let spoken = self.spoken.lock().unwrap();
        let (one, other) = (spoken[one], spoken[other]);
        if one != other && !(one.is_g711() && other.is_g711()) {
            return Err(MediaError::Codec);
        }
        self.joined.lock().unwrap().push(other);
        Ok(())
    }

    fn close(&self, _leg: &LegId) {}
}

fn wide(sdp: &str) -> String {
    sdp.replace("SAVP 8 0 101", "SAVP 9 101").replace("AVP 8\r", "AVP 8 9\r")
}

async fn answered_wide(offer: &str) -> (PutThrough, Arc<ByName>) {
    let port = Arc::new(ByName::default());
    let stage = Stage::with_media(two_carriers(), Arc::clone(&port) as _);
    let plan = |call: &_| BackToBack::new(user(call));
    let mut p = PutThrough::with(stage, &[], offer, plan).await;
    let body = String::from_utf8_lossy(p.out.body()).into_owned();
    assert!(body.contains("RTP/SAVP 9 0 8"), "{body}");
    p.proxy.answer(&p.out, StatusCode::OK, Some(&wide(&srtp("sendrecv", 1)))).await;
    p.proxy.request(&Method::Ack).await;
    (p, port)
}

#[tokio::test(start_paused = true)]
async fn who_speaks_wideband_is_offered_what_the_other_party_speaks() {
    let (mut p, port) = answered_wide(&rtp("sendrecv", 1)).await;
    p.answered().await;
    let again = p.proxy.request(&Method::Invite).await;
    let body = String::from_utf8_lossy(again.body()).into_owned();
    assert!(body.contains("RTP/SAVP 0 8") && body.contains("a=sendrecv"), "{body}");
    p.proxy.answer(&again, StatusCode::OK, Some(&srtp("sendrecv", 2))).await;
    p.proxy.request(&Method::Ack).await;
    p.caller.hears_nothing(Duration::from_secs(5)).await;
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(port.joined.lock().unwrap().as_slice(), [Codec::Pcma]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_speaks_wideband_too_is_answered_with_it() {
    let (mut p, port) = answered_wide(&wide(&rtp("sendrecv", 1))).await;
    let ok = p.answered().await;
    let body = String::from_utf8_lossy(ok.body()).into_owned();
    assert!(body.contains("RTP/AVP 9"), "{body}");
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(port.joined.lock().unwrap().as_slice(), [Codec::G722]);
}

#[tokio::test(start_paused = true)]
async fn who_keeps_to_another_codec_cannot_be_talked_to() {
    let (mut p, port) = answered_wide(&rtp("sendrecv", 1)).await;
    p.answered().await;
    let again = p.proxy.request(&Method::Invite).await;
    p.proxy.answer(&again, StatusCode::NOT_ACCEPTABLE_HERE, None).await;
    p.proxy.request(&Method::Ack).await;
    let bye = p.proxy.request(&Method::Bye).await;
    p.proxy.answer(&bye, StatusCode::OK, None).await;
    let bye = p.caller.request(&Method::Bye).await;
    p.caller.answer(&bye, StatusCode::OK, None).await;
    for leg in [p.customer.id().clone(), p.called.id().clone()] {
        loop {
            if let LegEvent::Ended(cause) = p.stage.leg_event(&leg).await {
                assert_eq!(cause.code, Some(488));
                break;
            }
        }
    }
    assert!(port.joined.lock().unwrap().is_empty());
    p.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn early_media_of_another_codec_ends_nothing() {
    let port = Arc::new(ByName::default());
    let stage = Stage::with_media(two_carriers(), Arc::clone(&port) as _);
    let plan = |call: &_| BackToBack::new(user(call));
    let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), plan).await;
    let early = wide(&srtp("sendrecv", 1));
    p.proxy.answer(&p.out, StatusCode::SESSION_PROGRESS, Some(&early)).await;
    p.caller.response(183).await;
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await;
    p.proxy.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(port.joined.lock().unwrap().as_slice(), [Codec::Pcma]);
}

/// Two who are joined and both speak G.722.
async fn both_wide() -> (Bridged, Arc<ByName>) {
    let port = Arc::new(ByName::default());
    let stage = Stage::with_media(two_carriers(), Arc::clone(&port) as _);
    let offer = rtp("sendrecv", 1).replace("AVP 8\r", "AVP 9\r");
    let b = Bridged::speaking(stage, &offer, &wide(&srtp("sendrecv", 1))).await;
    assert_eq!(port.joined.lock().unwrap().as_slice(), [Codec::G722]);
    (b, port)
}

#[tokio::test(start_paused = true)]
async fn who_was_held_while_a_wideband_call_was_handed_over_is_offered_the_targets_codec() {
    let (mut b, port) = both_wide().await;
    let carrier = |direction: &str, version| rtp(direction, version).replace("AVP 8\r", "AVP 9\r");
    // The agent holds: so is the customer held.
    let mut teams = b.stage.teams_connects().await;
    let paused = wide(&srtp("inactive", 2));
    teams.send(from_callee(&b.teams_invite, "INVITE", 1, &[], Some(&paused))).await;
    teams.response(100).await;
    teams.response(200).await;
    teams.send(from_callee(&b.teams_invite, "ACK", 1, &[], None)).await;
    let held = b.carrier.request(&Method::Invite).await;
    b.carrier.answer(&held, StatusCode::OK, Some(&carrier("recvonly", 2))).await;
    b.carrier.request(&Method::Ack).await;
    // The agent transfers, and the target speaks G.711 alone.
    let target = "<sip:+14255550177@sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:a>";
    let refer = from_callee(&b.teams_invite, "REFER", 2, &[("Refer-To", target)], None);
    teams.send(refer).await;
    teams.response(202).await;
    let notify = b.proxy.request(&Method::Notify).await;
    b.proxy.answer(&notify, StatusCode::OK, None).await;
    let invite = b.proxy.request(&Method::Invite).await;
    b.proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    // What takes the customer off hold was under way before: its answer keeps the old codec.
    let resumed = b.carrier.request(&Method::Invite).await;
    assert!(String::from_utf8_lossy(resumed.body()).contains("RTP/AVP 9"), "{resumed:?}");
    b.carrier.answer(&resumed, StatusCode::OK, Some(&carrier("sendrecv", 3))).await;
    b.carrier.request(&Method::Ack).await;
    let again = b.carrier.request(&Method::Invite).await;
    let body = String::from_utf8_lossy(again.body()).into_owned();
    assert!(body.contains("RTP/AVP 0 8") && body.contains("a=sendrecv"), "{body}");
    b.carrier.answer(&again, StatusCode::OK, Some(&rtp("sendrecv", 4))).await;
    b.carrier.request(&Method::Ack).await;
    b.carrier.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(port.joined.lock().unwrap().last(), Some(&Codec::Pcma));
}

/// How the agent's side answers a hold that crosses the joining of two who speak other codecs.
async fn held_as_it_is_joined(status: StatusCode, answer: Option<&str>, resumed: bool) {
    let port = Arc::new(ByName::default());
    let mut stage = Stage::with_media(two_carriers(), Arc::clone(&port) as _);
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut carrier = stage.carrier_connects().await;
    let invite = carrier_invite("pstn", &[], &rtp("sendrecv", 1));
    carrier.send(invite.clone()).await;
    let call = stage.incoming().await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    carrier.response(100).await;
    let ok = carrier.response(200).await;
    carrier.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let agent = stage.trunk.dial(to_teams(1)).await.unwrap();
    let out = proxy.request(&Method::Invite).await;
    proxy.take(&out, &wide(&srtp("sendrecv", 1))).await;
    while stage.leg_event(agent.id()).await != LegEvent::MediaActive {}
    let holding = tokio::spawn({
        let agent = Arc::clone(&agent);
        async move { agent.execute(LegCommand::Hold).await }
    });
    let hold = proxy.request(&Method::Invite).await;
    let with = agent.id().clone();
    call.leg.execute(LegCommand::Bridge { with }).await.unwrap();
    proxy.answer(&hold, status, answer).await;
    proxy.request(&Method::Ack).await;
    assert_eq!(holding.await.unwrap().is_ok(), status == StatusCode::OK);
    let again = proxy.request(&Method::Invite).await;
    let body = String::from_utf8_lossy(again.body()).into_owned();
    let flow = if resumed { "sendrecv" } else { "inactive" };
    assert!(body.contains("RTP/SAVP 0 8") && body.contains(&format!("a={flow}")), "{body}");
    proxy.answer(&again, StatusCode::OK, Some(&srtp(flow, 3))).await;
    proxy.request(&Method::Ack).await;
    carrier.hears_nothing(Duration::from_secs(5)).await;
    proxy.hears_nothing(Duration::from_secs(5)).await;
    assert_eq!(port.joined.lock().unwrap().as_slice(), [Codec::Pcma]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_an_earlier_hold_is_none_to_the_offer_of_a_codec() {
    let held = wide(&srtp("inactive", 2));
    held_as_it_is_joined(StatusCode::OK, Some(&held), false).await;
}

#[tokio::test(start_paused = true)]
async fn a_hold_that_is_refused_refuses_no_codec() {
    held_as_it_is_joined(StatusCode::NOT_ACCEPTABLE_HERE, None, true).await;
}
