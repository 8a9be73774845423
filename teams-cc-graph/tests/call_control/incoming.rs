//! Calls that come in, and who hears what of them.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::{
    Address, LegId,
    contact::{LegEvent, Tone},
};
use teams_cc_graph::call::{RelatedBy, control::Line};

use crate::support::{
    AGENT, CALL, Stage, TENANT, active, agent, changed, incoming, incoming_to, stage, stage_with,
    terminated, tone,
};

/// The next key on a line, among whatever else comes.
async fn key(line: &mut Line) -> Option<Tone> {
    loop {
        if let LegEvent::Tone(tone) = line.next().await? {
            return Some(tone);
        }
    }
}

/// Calls of other ids come in.
fn callers(ids: std::ops::Range<usize>) -> impl Iterator<Item = Value> {
    ids.map(|nth| {
        let mut call = incoming();
        call["resourceUrl"] = json!(format!("/communications/calls/caller-{nth}"));
        call
    })
}

#[tokio::test(start_paused = true)]
async fn a_program_that_serves_one_call_and_waits_for_no_other_hears_its_keys() {
    let Stage { mut incoming, board, graph, .. } = stage();
    let told = board.calls().clone();
    told.notify(crate::support::batch([crate::support::incoming()])).expect("room");
    let mut call = incoming.next().await.expect("a call").call.answer().await.expect("answered");
    told.notify(crate::support::batch([active(CALL), tone(CALL, 1, "tone5")])).expect("room");
    let heard = tokio::time::timeout(Duration::from_secs(1), key(call.line())).await;
    assert_eq!(heard.expect("nobody awaits another call"), Tone::new('5').ok());
    assert_eq!((graph.count("POST answer"), board.unclaimed()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_handle_hears_its_call_when_nothing_else_is_left() {
    let mut stage = stage();
    let mut call = stage.connected().await;
    let calls = stage.board.calls().clone();
    let Stage { board, incoming, .. } = stage;
    drop((board, incoming));
    calls.notify(crate::support::batch([tone(CALL, 1, "star")])).expect("room");
    assert_eq!(key(call.line()).await, Tone::new('*').ok());
    drop(call);
    tokio::task::yield_now().await;
    calls.notify(crate::support::batch([tone(CALL, 2, "star")])).expect("room");
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(calls.counts().waiting_events > 0, "the task ended with its last user");
}

#[tokio::test(start_paused = true)]
async fn calls_that_nobody_takes_are_rejected_as_busy() {
    let Stage { incoming, board, graph, .. } = stage();
    let settle = || async {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    };
    board.calls().notify(crate::support::batch(callers(0..2))).expect("room");
    settle().await;
    assert_eq!(graph.count("POST reject"), 0, "somebody may take them still");
    drop(incoming);
    settle().await;
    assert_eq!((graph.count("POST reject"), board.untaken()), (2, 2));
    board.calls().notify(crate::support::batch(callers(2..3))).expect("room");
    settle().await;
    assert_eq!((graph.count("POST reject"), board.untaken()), (3, 3));
    assert_eq!(graph.last("POST reject").body["reason"], "busy");
    assert!(board.dial(&agent()).await.is_ok(), "calls go out all the same");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_are_rejected_although_nothing_else_is_left() {
    let stage = stage();
    stage.notify(callers(0..2));
    stage.settle().await;
    let (graph, calls) = (stage.graph.clone(), stage.board.calls().clone());
    drop(stage);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(graph.count("POST reject"), 2, "nobody lets them ring for nothing");
    drop(calls);
}

#[tokio::test]
async fn what_a_program_waits_for_can_be_sent_to_other_threads() {
    fn check<T: Send>(value: T) {
        drop(value);
    }
    let mut stage = stage();
    check(stage.incoming.next());
    check(stage.board.dial(&agent()));
    check(stage.board.dial_group(&[agent()]));
}

#[tokio::test(start_paused = true)]
async fn calls_wait_to_be_taken_as_many_as_may_be_live() {
    let mut stage = stage_with(|config| config.max_calls(2));
    stage.notify(callers(0..2));
    stage.settle().await;
    // The first is over: its place goes to the next one.
    stage.notify([terminated("caller-0", 487, 0)]);
    stage.settle().await;
    stage.notify(callers(2..3));
    stage.settle().await;
    assert_eq!(stage.board.untaken(), 1);
    for wanted in ["caller-1", "caller-2"] {
        let arrival = stage.incoming.next().await.expect("a call");
        assert_eq!(arrival.call_id.as_str(), wanted);
        assert!(!arrival.call.snapshot().is_ended());
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_calls_that_come_in_and_every_line() {
    let mut stage = stage();
    let mut call = stage.connected().await;
    let left = stage.board.calls().shutdown(Duration::from_secs(1)).await;
    assert_eq!(left.calls.len(), 1);
    assert!(stage.incoming.next().await.is_none());
    let rest = async { while call.line().next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(1), rest).await.expect("the line has an end");
    let late = stage.board.dial(&agent()).await;
    assert!(late.is_err(), "no call goes out any more");
}

/// Pain 20.
#[tokio::test(start_paused = true)]
async fn an_arrival_tells_what_a_policy_asks_for() {
    let mut stage = stage();
    let before = stage.board.dial(&agent()).await.expect("placed");
    let bot = json!({ "applicationInstance": { "id": crate::support::INSTANCE } });
    let context = json!({ "transferor": { "user": { "id": AGENT, "tenantId": TENANT } } });
    let mut call = incoming_to(&bot, context);
    call["resourceData"]["callRoutes"] = json!([{
        "routingType": "forwarded",
        "original": { "phone": { "id": "+14255550199" } },
        "final": { "applicationInstance": { "id": crate::support::INSTANCE } },
    }]);
    let arrival = stage.arrival_of(call).await;
    assert_eq!(arrival.tenant.as_str(), TENANT);
    assert_eq!(arrival.call_id.as_str(), CALL);
    assert!(matches!(&arrival.caller, Address::Phone(_)));
    assert!(matches!(&arrival.forwarded_from, Some(Address::Phone(_))));
    assert!(matches!(&arrival.transferred_by, Some(Address::TeamsUser(_))));
    let related = arrival.related.expect("the agent sends the customer back");
    assert_eq!(related.by, RelatedBy::Transferor);
    assert_eq!(&related.leg, teams_cc_core::contact::Leg::id(&**before.leg()));
    assert_ne!(related.leg, LegId::numbered("G", 1));
    // A call with nothing of it says so.
    let mut plain = stage_with(|config| config);
    let arrival = plain.arrival_of(changed(CALL, "created", json!({ "state": "incoming" }))).await;
    assert_eq!((arrival.forwarded_from, arrival.transferred_by), (None, None));
    assert_eq!((arrival.caller, arrival.related), (Address::Anonymous, None));
}
