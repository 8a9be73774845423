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

use support::{PutThrough, Stage, rtp, srtp, two_carriers, user};
use teams_cc_core::{
    LegId,
    contact::{Leg, LegEvent},
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
