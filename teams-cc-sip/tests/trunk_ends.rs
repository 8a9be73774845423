//! How calls, connections, handles and the trunk itself end, and what is left of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use support::{Stage, config, end, srtp, teams_invite, to_teams};
use teams_cc_core::{
    LegId,
    contact::{EndReason, EndedBy, Leg, LegCommand, LegEvent},
};
use teams_cc_sip::{
    ErrorKind,
    direct_routing::PeerState,
    message::{Method, StatusCode},
    trunk::TrunkEvent,
};

#[tokio::test(start_paused = true)]
async fn a_dropped_dial_cancels_the_call_and_leaves_nothing() {
    let mut stage = Stage::new(config());
    let proxy = stage.connection("sip.pstnhub.test").await;
    // Polled once, the order is under way; then its future is dropped.
    let mut dial = Box::pin(stage.trunk.dial(to_teams(1)));
    let polled = futures_poll(&mut dial).await;
    assert!(polled.is_none(), "not done yet");
    drop(dial);
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Whether the order was taken before the drop or not, nothing of it lives on.
    let unfinished = stage.trunk.shutdown(Duration::from_secs(40)).await;
    assert!(unfinished.is_empty(), "{unfinished:?}");
    assert!(proxy.ladder.is_empty());
}

/// Polls a future once.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_leg_nobody_holds_is_cancelled_refused_or_hung_up() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let ringing = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.answer(&invite, StatusCode::RINGING, None).await;
    assert_eq!(stage.leg_event(ringing.id()).await, LegEvent::Ringing);
    drop(ringing);
    let cancel = proxy.request(&Method::Cancel).await;
    proxy.answer(&cancel, StatusCode::OK, None).await;
    proxy.answer(&invite, StatusCode::REQUEST_TERMINATED, None).await;
    proxy.request(&Method::Ack).await;
    let (reason, by, _) = end(stage.leg_event(&LegId::numbered("L", 1)).await);
    assert_eq!((reason, by), (EndReason::Cancelled, EndedBy::Local));
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("unheld", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    drop(stage.incoming().await);
    teams.response(100).await;
    teams.response(480).await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_calls_refuses_new_ones_and_says_what_was_left() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.take(&invite, &srtp("sendrecv", 1)).await;
    let trunk = stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_secs(20)).await });
    let bye = proxy.request(&Method::Bye).await;
    let mut late = stage.teams_connects().await;
    late.send(teams_invite("late", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    late.response(100).await;
    let refusal = late.response(503).await;
    assert!(refusal.headers().contains("Retry-After"));
    proxy.answer(&bye, StatusCode::OK, None).await;
    drop(leg);
    while stage.events.next().await.is_some() {}
    assert!(stopping.await.unwrap().is_empty());
    assert!(stage.trunk.health().iter().all(|health| health.state == PeerState::Down));
    let error = stage.trunk.dial(to_teams(2)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Stopped);
}

/// More calls through one connection than messages used to wait for it.
const MANY: usize = 300;

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_every_one_of_many_calls_on_one_connection() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut legs = Vec::new();
    for n in 0..MANY {
        legs.push(stage.trunk.dial(to_teams(n as u64)).await.unwrap());
        let invite = proxy.request(&Method::Invite).await;
        proxy.take(&invite, &srtp("sendrecv", 1)).await;
    }
    let trunk = stage.trunk.clone();
    let stopping = tokio::spawn(async move { trunk.shutdown(Duration::from_secs(20)).await });
    let mut ended = std::collections::BTreeSet::new();
    for _ in 0..MANY {
        let bye = proxy.request(&Method::Bye).await;
        ended.insert(bye.headers().get_str("Call-ID").unwrap().to_owned());
        proxy.answer(&bye, StatusCode::OK, None).await;
    }
    assert_eq!(ended.len(), MANY);
    assert!(stopping.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_calls_that_ring_too_long_are_all_cancelled_in_one_moment() {
    let mut stage = Stage::new(config().ring_time(Duration::from_secs(20)));
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut legs = Vec::new();
    for n in 0..MANY {
        legs.push(stage.trunk.dial(to_teams(n as u64)).await.unwrap());
        let invite = proxy.request(&Method::Invite).await;
        proxy.answer(&invite, StatusCode::RINGING, None).await;
    }
    let rang = tokio::time::Instant::now();
    for _ in 0..MANY {
        let cancel = proxy.request(&Method::Cancel).await;
        proxy.answer(&cancel, StatusCode::OK, None).await;
    }
    assert!(rang.elapsed() < Duration::from_secs(21), "all at once");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_confirm_its_end_is_given_up_at_the_deadline() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.take(&invite, &srtp("sendrecv", 1)).await;
    let unfinished = stage.trunk.shutdown(Duration::from_secs(2)).await;
    assert_eq!((unfinished.legs.len(), unfinished.requests), (0, 1), "its BYE");
    drop(leg);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_events_stops_the_trunk() {
    let stage = Stage::new(config());
    let Stage { trunk, events, .. } = stage;
    drop(events);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let error = trunk.dial(to_teams(1)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Stopped);
    assert!(trunk.health().iter().all(|health| health.state == PeerState::Down));
}

#[test]
fn handles_can_be_shared_between_threads() {
    static_assertions::assert_impl_all!(teams_cc_sip::trunk::Trunk: Clone, Send, Sync);
    static_assertions::assert_impl_all!(teams_cc_sip::trunk::SipLeg: Send, Sync);
    static_assertions::assert_impl_all!(TrunkEvent: Send);
    fn assert_send<T: Send>(_: &T) {}
    fn futures(trunk: &teams_cc_sip::trunk::Trunk, leg: &teams_cc_sip::trunk::SipLeg) {
        assert_send(&trunk.dial(to_teams(1)));
        assert_send(&trunk.shutdown(Duration::ZERO));
        assert_send(&leg.execute(LegCommand::HangUp));
    }
    let _ = futures;
}

#[tokio::test(start_paused = true)]
async fn a_full_event_queue_refuses_calls_until_the_application_catches_up() {
    let limits = teams_cc_sip::trunk::TrunkLimits::default().events(1);
    let mut stage = Stage::new(config().limits(limits));
    // The callers stay: one whose connection is gone would be taken for the next one's first try.
    let mut callers = Vec::new();
    let mut busy = 0;
    for n in 0..8 {
        let mut teams = stage.teams_connects().await;
        let call = format!("flood{n}");
        teams.send(teams_invite(&call, support::FQDN, Some(&srtp("sendrecv", 1)))).await;
        teams.response(100).await;
        let next = tokio::time::timeout(Duration::from_millis(100), teams.receive()).await;
        busy += usize::from(next.is_ok());
        callers.push(teams);
        if busy > 0 {
            break;
        }
    }
    assert_eq!(busy, 1, "one of them got 503");
    while tokio::time::timeout(Duration::from_secs(1), stage.events.next()).await.is_ok() {}
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("after", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    let call = stage.incoming().await;
    assert_eq!(&*call.call_id, "after");
}

#[tokio::test(start_paused = true)]
async fn an_old_handle_does_not_end_a_new_leg_of_the_same_name() {
    let mut stage = Stage::new(config());
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let old = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.answer(&invite, StatusCode::BUSY_HERE, None).await;
    proxy.request(&Method::Ack).await;
    assert!(matches!(stage.leg_event(old.id()).await, LegEvent::Ended(_)));
    let _new = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = proxy.request(&Method::Invite).await;
    proxy.answer(&invite, StatusCode::RINGING, None).await;
    drop(old);
    proxy.hears_nothing(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_stream_leaves_the_trunk_serving() {
    let mut stage = Stage::new(config());
    let mut broken = stage.teams_connects().await;
    broken.write(b"INVITE sip:x SIP/2.0\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n").await;
    assert!(broken.try_receive().await.is_none(), "closed");
    let mut viales = stage.teams_connects().await;
    let mut invite = teams_invite("noVia", support::FQDN, Some(&srtp("sendrecv", 1)));
    invite.headers_mut().remove("Via");
    viales.send(invite).await;
    let mut teams = stage.teams_connects().await;
    teams.send(teams_invite("after", support::FQDN, Some(&srtp("sendrecv", 1)))).await;
    let call = stage.incoming().await;
    assert_eq!(&*call.call_id, "after");
}

#[tokio::test(start_paused = true)]
async fn a_connection_of_ours_is_renewed_within_the_hour() {
    let mut stage = Stage::new(config());
    let mut first = stage.connection("sip.pstnhub.test").await;
    first.hears_nothing(Duration::from_mins(49) + Duration::from_secs(20)).await;
    assert_eq!(first.pings, 50, "one connection for all of them");
    let mut second = stage.connection("sip.pstnhub.test").await;
    second.hears_nothing(Duration::from_secs(70)).await;
    assert!(second.pings > 0);
}

#[tokio::test(start_paused = true)]
async fn a_503_ends_the_connection_it_came_on() {
    let mut stage = Stage::new(config());
    let mut first = stage.connection("sip.pstnhub.test").await;
    let _leg = stage.trunk.dial(to_teams(1)).await.unwrap();
    let invite = first.request(&Method::Invite).await;
    first.answer(&invite, StatusCode::SERVICE_UNAVAILABLE, None).await;
    first.request(&Method::Ack).await;
    assert!(first.try_receive().await.is_none(), "closed");
    stage.connection("sip2.pstnhub.test").await.request(&Method::Invite).await;
}

/// DR-064.
#[tokio::test(start_paused = true)]
async fn a_proxy_that_goes_away_before_it_rings_loses_no_call_and_after_that_gets_no_second_one() {
    for rang in [false, true] {
        let mut stage = Stage::new(config());
        let mut first = stage.connection("sip.pstnhub.test").await;
        let mut second = stage.connection("sip2.pstnhub.test").await;
        let _leg = stage.trunk.dial(to_teams(1)).await.unwrap();
        let invite = first.request(&Method::Invite).await;
        first.answer(&invite, StatusCode::TRYING, None).await;
        if rang {
            first.answer(&invite, StatusCode::RINGING, None).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        drop(first);
        if rang {
            second.hears_nothing(Duration::from_secs(20)).await;
        } else {
            let again = second.request(&Method::Invite).await;
            second.take(&again, &srtp("sendrecv", 1)).await;
        }
    }
}
