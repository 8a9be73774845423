//! Many calls: strangers, the dead, another tenant's, and the end of the day.

use std::time::Duration;

use crate::support::{
    CALL, OTHER, batch, changed, config, incoming, setup, setup_with, state, terminated, tone,
};
use serde_json::{Value, json};
use teams_cc_core::{
    LegId,
    contact::{EndReason, Knowledge, Leg, LegCommand, LegEvent},
};
use teams_cc_graph::{
    call::{CallEvent, MAX_WAITING_EVENTS},
    webhook::{Delivery, NotificationSink},
};

#[tokio::test(start_paused = true)]
async fn notifications_of_strangers_are_counted_and_disturb_nothing() {
    let mut setup = setup();
    let call = setup.connected().await;
    setup.notify([
        state(OTHER, "established"),
        terminated(OTHER, 200, 4521),
        json!({ "changeType": "updated", "resourceUrl": "/communications/onlineMeetings/x" }),
        incoming(OTHER),
    ]);
    assert!(setup.next().await.is_none());
    let counts = setup.calls.counts();
    assert_eq!((counts.unknown, counts.late, counts.ignored), (2, 1, 1), "{counts:?}");
    call.leg.execute(LegCommand::CollectTones).await.expect("undisturbed");
}

#[tokio::test(start_paused = true)]
async fn a_post_of_many_small_changes_to_a_large_roster_is_taken_at_once() {
    const MANY: usize = 3000;
    let mut setup = setup_with(config().delta_roster(true));
    let call = setup.connected().await;
    let path = format!("/communications/calls/{CALL}/participants");
    let roster =
        |list: Value| json!({ "changeType": "updated", "resourceUrl": path, "resourceData": list });
    let party = |nth: usize| {
        json!({ "id": format!("p{nth}"), "rosterSequenceNumber": 1,
                "info": { "identity": { "user": { "id": format!("29362bd4-{nth:04}") } } } })
    };
    setup.notify([roster((0..1000).map(party).collect())]);
    let changes = (0..MANY).map(|nth| {
        let muted = nth >= MANY - 1000;
        roster(json!([{ "id": format!("p{}", nth % 1000), "isMuted": muted,
                        "rosterSequenceNumber": nth + 2 }]))
    });
    let changes = batch(changes);
    let began = std::time::Instant::now();
    setup.calls.notify(changes).expect("room");
    // It took a gigabyte and six seconds when each change was told with the whole roster.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let roster = call.leg.snapshot().roster;
    assert_eq!(roster.get("p999").expect("there").muted, Knowledge::Observed(true));
}

#[tokio::test(start_paused = true)]
async fn a_call_of_another_tenant_is_not_taken() {
    let mut setup = setup();
    let mut foreign = incoming(CALL);
    foreign["resourceData"]["tenantId"] = json!("11111111-8475-432d-bd41-39f255720e0a");
    setup.notify([foreign]);
    let theirs = Delivery::new(
        "11111111-8475-432d-bd41-39f255720e0a".parse().expect("an id"),
        teams_cc_core::Instant::ZERO,
        batch([incoming(OTHER)]),
    );
    setup.calls.deliver(theirs).expect("taken, to be dropped");
    assert!(setup.next().await.is_none());
    assert_eq!(setup.calls.counts().foreign, 2);
    setup.assert_nothing_left().await;
}

/// Trap 33.
#[tokio::test(start_paused = true)]
async fn a_repeated_incoming_call_is_one_call() {
    let mut setup = setup();
    let _call = setup.incoming().await;
    setup.notify([incoming(CALL), incoming(&CALL.to_uppercase())]);
    assert!(setup.next().await.is_none());
    assert_eq!(setup.calls.counts().sessions, 1);
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_call_whose_end_got_lost_is_noticed() {
    let mut setup = setup();
    let _call = setup.incoming().await;
    setup.graph.answer("get", 404, json!({}));
    tokio::time::sleep(Duration::from_mins(3)).await;
    assert_eq!(setup.ended().await.reason, EndReason::Reconciled);
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_said_to_be_terminating_is_probed_soon() {
    let mut setup = setup();
    let _call = setup.connected().await;
    setup.graph.answer("get", 404, json!({}));
    setup.notify([state(CALL, "terminating")]);
    assert_eq!(setup.ended().await.reason, EndReason::Reconciled);
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn an_end_during_a_keep_alive_leaves_no_task() {
    let mut setup = setup();
    let _call = setup.connected().await;
    setup.graph.slow_answer("keepAlive", 200, json!({}), Duration::from_secs(8));
    tokio::time::sleep(Duration::from_mins(15) + Duration::from_secs(1)).await;
    assert_eq!(setup.calls.counts().tasks, 1);
    setup.notify([terminated(CALL, 200, 4521)]);
    setup.ended().await;
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn events_that_nobody_takes_are_bounded() {
    let mut setup = setup();
    setup.notify([incoming(CALL), state(CALL, "established")]);
    let mut sequence = 0;
    let full = loop {
        let tones = (0..100).map(|n| tone(CALL, sequence + n, "tone1"));
        if setup.calls.notify(batch(tones)).is_err() {
            break setup.calls.counts();
        }
        sequence += 100;
        assert!(sequence < 10_000, "no bound");
    };
    assert!(full.waiting_events <= MAX_WAITING_EVENTS + 100);
    let mut heard = 0;
    while setup.calls.counts().waiting_events > 0 {
        heard += usize::from(matches!(
            setup.next().await,
            Some(CallEvent::Leg { event: LegEvent::Tone(_), .. })
        ));
    }
    assert_eq!(i64::try_from(heard), Ok(sequence), "what was taken is told");
    setup.notify([terminated(CALL, 200, 4521)]);
    assert_eq!(setup.ended().await.reason, EndReason::Completed);
}

#[tokio::test(start_paused = true)]
async fn incoming_legs_are_numbered_and_pass_over_names_in_use() {
    let mut setup = setup();
    let taken = LegId::numbered("G", 1);
    let party = teams_cc_core::TeamsUser::new("29362bd4".parse().expect("an id")).into();
    setup.graph.answer("calls", 201, json!({ "id": OTHER }));
    setup.calls.dial(&party, taken).await.expect("placed");
    let call = setup.incoming().await;
    assert_eq!(call.leg.id(), &LegId::numbered("G", 2));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_calls_and_names_those_that_stay() {
    let mut setup = setup();
    let call = setup.connected().await;
    let calls = setup.calls.clone();
    let shutdown = tokio::spawn(async move { calls.shutdown(Duration::from_secs(30)).await });
    setup.settle().await;
    assert!(setup.calls.notify(batch([incoming(OTHER)])).is_err(), "no new calls");
    let refused = setup.calls.dial(&call.caller, LegId::numbered("x", 1)).await;
    assert!(refused.is_err());
    setup.notify([terminated(CALL, 200, 4521)]);
    assert!(shutdown.await.expect("no panic").is_empty());
    assert_eq!(setup.ended().await.reason, EndReason::Completed);
    assert!(setup.events.next().await.is_none(), "everything is told");

    let mut setup = crate::support::setup();
    let call = setup.connected().await;
    let left = setup.calls.shutdown(Duration::from_secs(30)).await;
    assert_eq!(left.calls, [(call.leg.id().clone(), call.call.clone())]);
    assert!(setup.events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_shutdown_leaves_live_calls_running() {
    let mut setup = setup();
    let call = setup.connected().await;
    let shutdown = setup.calls.shutdown(Duration::from_secs(30));
    assert!(tokio::time::timeout(Duration::from_secs(1), shutdown).await.is_err());
    call.leg.execute(LegCommand::CollectTones).await.expect("still live");
    setup.notify([tone(CALL, 1, "tone1")]);
    assert!(matches!(setup.leg_event().await, LegEvent::Tone(_)));
    tokio::time::sleep(Duration::from_mins(16)).await;
    assert_eq!(setup.graph.count("POST keepAlive"), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_events_may_be_given_up_at_any_time() {
    let mut setup = setup();
    for _ in 0..3 {
        assert!(setup.next().await.is_none());
    }
    let call = setup.connected().await;
    setup.notify([changed(CALL, "updated", json!({ "state": "established" }))]);
    assert!(setup.next().await.is_none());
    assert!(format!("{call:?}").contains("G1"));
    assert!(!format!("{call:?}").contains("4255550100"), "numbers are redacted");
}

#[tokio::test(start_paused = true)]
async fn a_tone_of_a_post_that_comes_again_is_told_once() {
    let mut setup = setup_with(config().max_calls(2));
    let _call = setup.connected().await;
    let _other = setup.incoming_as(OTHER).await;
    let unplaced = |key: &str| {
        let info = json!({ "tone": key });
        changed(CALL, "updated", json!({ "state": "established", "toneInfo": info }))
    };
    let refused = || batch([unplaced("tone5"), tone(CALL, 1, "tone7"), incoming("third")]);
    for _ in 0..2 {
        assert!(setup.calls.notify(refused()).is_err(), "the new call has no room");
    }
    setup.notify([terminated(OTHER, 200, 4521)]);
    setup.calls.notify(refused()).expect("room");
    // Who ends in the same post makes room as well.
    setup.notify([unplaced("tone9"), terminated("third", 200, 4521), incoming("fourth")]);
    let mut heard = String::new();
    while let Some(event) = setup.next().await {
        if let CallEvent::Leg { event: LegEvent::Tone(tone), .. } = event {
            heard.push(tone.reveal());
        }
    }
    assert_eq!(heard, "759");
    assert_eq!(setup.calls.counts().sessions, 2);
}
