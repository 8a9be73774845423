//! A peer that vanishes in the middle of a call: both sides close, with the true reason.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use support::{Bridged, Stage, config, rtp, srtp};
use teams_cc_core::{
    LegId,
    contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    message::{Method, StatusCode},
    trunk::{MediaNews, MediaPort, RemoteMedia},
};

/// A port whose streams fall silent when the test says so.
#[derive(Default)]
struct Ears(Mutex<Option<MediaNews>>);

impl Ears {
    fn silent(&self, leg: &LegId) {
        assert!(self.0.lock().unwrap().as_ref().unwrap().silent(leg));
    }
}

impl MediaPort for Ears {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        Ok("192.0.2.1:4000".parse().unwrap())
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn attach(&self, news: MediaNews) {
        *self.0.lock().unwrap() = Some(news);
    }

    fn close(&self, _leg: &LegId) {}
}

async fn bridged() -> (Bridged, Arc<Ears>) {
    let ears = Arc::new(Ears::default());
    let stage = Stage::with_media(config(), Arc::clone(&ears) as _);
    (Bridged::on(stage).await, ears)
}

/// The reason of both legs' ends: who vanished is told to both contacts alike.
async fn both_end_as_failed(b: &mut Bridged) {
    for leg in [b.customer.id().clone(), b.agent.id().clone()] {
        let cause = loop {
            if let LegEvent::Ended(cause) = b.stage.leg_event(&leg).await {
                break cause;
            }
        };
        assert_eq!((cause.reason, cause.by), (EndReason::Failed, EndedBy::Platform), "{leg}");
        assert_eq!((cause.code, cause.subcode), (Some(408), Some(102)), "{leg}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_falls_silent_ends_both_legs_with_the_true_reason() {
    let (mut b, ears) = bridged().await;
    ears.silent(b.customer.id());
    // Nobody answers the BYE to the vanished side, and nobody waits for it.
    let bye = b.proxy.request(&Method::Bye).await;
    assert!(bye.headers().get_str("Reason").unwrap().starts_with("Q.850;cause=102"));
    b.proxy.answer(&bye, StatusCode::OK, None).await;
    both_end_as_failed(&mut b).await;
    b.carrier.request(&Method::Bye).await;
    let left = b.stage.trunk.shutdown(Duration::from_secs(40)).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn teams_media_that_stops_ends_the_customers_leg_as_well() {
    let (mut b, ears) = bridged().await;
    ears.silent(b.agent.id());
    let bye = b.carrier.request(&Method::Bye).await;
    assert!(bye.headers().get_str("Reason").unwrap().starts_with("Q.850;cause=102"));
    both_end_as_failed(&mut b).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_on_hold_may_be_silent() {
    let (mut b, ears) = bridged().await;
    let (held, ()) = tokio::join!(b.agent.execute(LegCommand::Hold), async {
        let reinvite = b.proxy.request(&Method::Invite).await;
        b.proxy.answer(&reinvite, StatusCode::OK, Some(&srtp("inactive", 2))).await;
        b.proxy.request(&Method::Ack).await;
    });
    held.unwrap();
    ears.silent(b.agent.id());
    b.stage.quiet().await;
    // The other side is not on hold, so its silence counts.
    ears.silent(b.customer.id());
    b.carrier.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn a_carrier_on_a_session_timer_that_vanishes_is_noticed_without_media() {
    let ears = Arc::new(Ears::default());
    let stage = Stage::with_media(config(), ears);
    let timed = [("Supported", "timer"), ("Session-Expires", "90;refresher=uac")];
    let mut b = Bridged::with(stage, &timed, &rtp("sendrecv", 1)).await;
    both_end_as_failed(&mut b).await;
    b.proxy.request(&Method::Bye).await;
}

#[tokio::test(start_paused = true)]
async fn requests_in_calls_of_a_process_that_died_are_answered_with_481() {
    let b = Bridged::on(Stage::new(config())).await;
    // Another process takes the address over and knows nothing of the call.
    let mut next = Stage::new(config());
    let mut carrier = next.carrier_connects().await;
    for (cseq, method) in [(2, "BYE"), (3, "INVITE"), (4, "INFO")] {
        let body = rtp("sendrecv", 2);
        let body = (method == "INVITE").then_some(body.as_str());
        carrier
            .send(support::within(&b.carrier_invite, &b.carrier_ok, method, cseq, &[], body))
            .await;
        carrier.response(481).await;
    }
    next.quiet().await;
}
