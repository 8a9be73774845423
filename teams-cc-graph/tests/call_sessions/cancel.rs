//! Dropping futures: orders at any moment, and what is `Send`.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use static_assertions::assert_impl_all;
use teams_cc_core::{
    Address, LegId, TeamsUser,
    contact::{Leg, LegCommand, Prompt, RejectReason, TransferTarget},
};
use teams_cc_graph::{
    call::{CallEvents, Calls, GraphLeg, KEEP_ALIVE_EVERY},
    webhook::Intake,
};

use crate::support::{CALL, Setup, setup, terminated};

assert_impl_all!(Calls: Clone, Send, Sync);
assert_impl_all!(CallEvents: Send, Sync);
assert_impl_all!(GraphLeg: Leg);
assert_impl_all!(Intake: Send, Sync);

fn agent() -> Address {
    TeamsUser::new("29362bd4-cd58-4ed0-a206-0e4a33dbb0b6".parse().expect("an id")).into()
}

#[tokio::test]
async fn public_futures_can_be_sent_to_other_threads() {
    fn check<T: Send>(value: T) {
        drop(value);
    }
    let mut setup = setup();
    check(setup.calls.dial(&agent(), LegId::numbered("x", 1)));
    check(setup.calls.shutdown(Duration::ZERO));
    check(setup.events.next());
}

#[tokio::test(start_paused = true)]
async fn an_order_dropped_at_any_moment_leaves_nothing_once_the_call_ended() {
    let prompt = Prompt::new("https://bot.contoso.com/a.wav").expect("an address");
    let orders = [
        ("playPrompt", LegCommand::Play(vec![prompt])),
        ("subscribeToTone", LegCommand::CollectTones),
        ("cancelMediaProcessing", LegCommand::CancelMedia),
        ("transfer", LegCommand::Transfer(TransferTarget::Blind(agent()))),
        ("delete", LegCommand::HangUp),
    ];
    for (verb, order) in orders {
        for millis in 0..6 {
            let mut setup = setup();
            let call = setup.connected().await;
            slow(&setup, verb);
            let wait = Duration::from_millis(millis);
            let _ = tokio::time::timeout(wait, call.leg.execute(order.clone())).await;
            setup.notify([terminated(CALL, 200, 4521)]);
            setup.assert_nothing_left().await;
            let mut last = None;
            while setup.calls.counts().waiting_events > 0 {
                last = setup.next().await;
            }
            assert!(format!("{last:?}").contains("Ended"), "{verb} after {millis} ms: {last:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_or_rejection_dropped_at_any_moment_may_be_ordered_again() {
    for order in [LegCommand::Answer, LegCommand::Reject(RejectReason::Busy)] {
        for millis in 0..4 {
            let mut setup = setup();
            let call = setup.incoming().await;
            slow(&setup, "answer");
            slow(&setup, "reject");
            let wait = Duration::from_millis(millis);
            let dropped = tokio::time::timeout(wait, call.leg.execute(order.clone())).await;
            assert!(dropped.is_err());
            call.leg.execute(order.clone()).await.expect("ordered again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hang_up_nobody_waited_for_is_followed_up() {
    let mut setup = setup();
    let call = setup.connected().await;
    slow(&setup, "delete");
    let hang_up = call.leg.execute(LegCommand::HangUp);
    assert!(tokio::time::timeout(Duration::from_millis(1), hang_up).await.is_err());
    setup.graph.answer("get", 404, json!({}));
    setup.ended().await;
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn without_handles_nothing_is_kept_alive() {
    let Setup { graph, calls, events } = {
        let mut setup = setup();
        let _call = setup.connected().await;
        setup
    };
    let again = calls.clone();
    drop((calls, events));
    tokio::time::sleep(KEEP_ALIVE_EVERY + Duration::from_secs(1)).await;
    assert_eq!(graph.count("POST keepAlive"), 1, "one handle is enough");
    drop(again);
    tokio::time::sleep(KEEP_ALIVE_EVERY * 3).await;
    assert_eq!(graph.count("POST keepAlive"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_leg_outlives_its_calls_without_keeping_them() {
    let mut setup = setup();
    let call = setup.connected().await;
    let leg = Arc::clone(&call.leg);
    drop((call, setup));
    leg.execute(LegCommand::HangUp).await.expect("orders are still carried out");
}

/// Four milliseconds until the answer.
fn slow(setup: &Setup, verb: &'static str) {
    let body = match verb {
        "playPrompt" | "subscribeToTone" | "cancelMediaProcessing" => {
            json!({ "id": "k", "status": "running" })
        }
        _ => json!(null),
    };
    let status = if body.is_null() { 202 } else { 200 };
    setup.graph.slow_answer(verb, status, body, Duration::from_millis(4));
}
