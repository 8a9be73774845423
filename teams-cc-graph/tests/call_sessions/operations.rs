//! Orders that are awaited, and the state of a call that is watched.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::contact::{
    EndReason, Knowledge, Leg, LegCommand, LegEvent, LegState, OperationOutcome, TransferFailure,
    TransferOutcome, TransferTarget,
};
use teams_cc_graph::{
    call::{
        DEFAULT_OPERATION_DEADLINE, GraphLeg, Learned, Needs, OPERATION_CHECK, OperationError,
        OrderError, PendingOperation, Refusal,
    },
    model::Prompt,
};

use crate::support::{CALL, Setup, changed, operation, setup, state, terminated};

async fn play(leg: &GraphLeg) -> Result<PendingOperation, OrderError> {
    let prompt = Prompt::wav("https://bot.contoso.com/hello.wav");
    leg.begin(Needs::Media, |call, context| {
        call.play_prompt([prompt]).client_context(context).into_future()
    })
    .await
}

fn ended(setup: &Setup, status: &str, result: &Value) {
    let context = setup.graph.body("POST playPrompt")["clientContext"].clone();
    setup.notify([operation(
        CALL,
        "op-of-graph",
        &json!({
            "@odata.type": "#microsoft.graph.playPromptOperation", "status": status,
            "clientContext": context, "resultInfo": result,
        }),
    )]);
}

/// Pain 29.
#[tokio::test(start_paused = true)]
async fn an_order_is_awaited_to_its_end_and_told_as_an_event_too() {
    let mut setup = setup();
    let call = setup.connected().await;
    let pending = play(&call.leg).await.expect("accepted");
    let id = pending.id().clone();
    ended(&setup, "failed", &json!({ "code": 500, "subCode": 8505, "message": "no such file" }));
    let result = pending.outcome().await.expect("it ended");
    assert_eq!(result.outcome, OperationOutcome::Failed { code: 500, subcode: 8505 });
    assert_eq!(result.learned, Learned::Notification);
    assert_eq!(result.message(), Some("no such file"));
    assert_eq!(result.code.map(|code| (code.code, code.subcode)), Some((500, 8505)));
    let LegEvent::OperationEnded { operation, .. } = setup.leg_event().await else { panic!() };
    assert_eq!((operation, result.id), (id.clone(), id));
}

/// Pain 26.
#[tokio::test(start_paused = true)]
async fn an_end_whose_notification_got_lost_is_found_by_asking() {
    let mut setup = setup();
    let call = setup.connected().await;
    let pending = play(&call.leg).await.expect("accepted");
    setup.graph.answer(
        "operation",
        200,
        json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "id": "op-of-graph",
                "status": "completed", "resultInfo": { "code": 200, "subcode": 0 } }),
    );
    let before = tokio::time::Instant::now();
    let result = pending.outcome().await.expect("it ended");
    assert!(result.is_completed());
    assert_eq!(result.learned, Learned::Asked);
    assert!(before.elapsed() < OPERATION_CHECK + Duration::from_secs(1));
    assert!(matches!(setup.leg_event().await, LegEvent::OperationEnded { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_operation_graph_does_not_know_has_an_unknown_end_while_the_call_goes_on() {
    let mut setup = setup();
    let call = setup.connected().await;
    let pending = play(&call.leg).await.expect("accepted");
    setup.graph.answer("operation", 404, json!({}));
    let result = pending.outcome().await.expect("it ended");
    assert_eq!(result.outcome, OperationOutcome::Unknown);
    assert_eq!(call.leg.snapshot().state, LegState::Connected);
    assert!(matches!(setup.leg_event().await, LegEvent::OperationEnded { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_operation_ends_with_its_call() {
    let mut setup = setup();
    let call = setup.connected().await;
    let pending = play(&call.leg).await.expect("accepted");
    setup.notify([terminated(CALL, 200, 4521)]);
    let Err(OperationError::CallEnded { cause }) = pending.outcome().await else { panic!() };
    assert_eq!(cause.reason, EndReason::Completed);
    assert_eq!(setup.ended().await.reason, EndReason::Completed);
    let after = play(&call.leg).await;
    assert!(matches!(after, Err(OrderError::Ended)), "{after:?}");
    assert!(call.leg.snapshot().is_ended(), "a handle shows the end of its call");
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_operation_has_a_deadline_and_may_be_given_up() {
    let mut setup = setup();
    let call = setup.connected().await;
    let running = json!({ "id": "op-of-graph", "status": "running" });
    setup.graph.answer("operation", 200, running);
    let pending = play(&call.leg).await.expect("accepted").within(Duration::from_secs(5));
    let late = pending.outcome().await;
    assert_eq!(late, Err(OperationError::Late { after: Duration::from_secs(5) }));
    drop(play(&call.leg).await.expect("accepted"));
    ended(&setup, "completed", &json!(null));
    assert!(matches!(setup.leg_event().await, LegEvent::OperationEnded { .. }));
    assert!(DEFAULT_OPERATION_DEADLINE > Duration::from_mins(2), "a recording may take as long");
}

#[tokio::test(start_paused = true)]
async fn an_order_without_a_response_in_time_ends_by_its_notification() {
    let mut setup = setup();
    let call = setup.connected().await;
    let running = json!({ "id": "op-of-graph", "status": "running" });
    setup.graph.slow_answer("playPrompt", 200, running, Duration::from_mins(1));
    let pending = play(&call.leg).await.expect("graph may play it");
    ended(&setup, "completed", &json!(null));
    assert!(pending.outcome().await.expect("it ended").is_completed());
    assert!(matches!(setup.leg_event().await, LegEvent::OperationEnded { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_refused_order_leaves_nobody_waiting() {
    let mut setup = setup();
    let incoming = setup.incoming().await;
    let early = play(&incoming.leg).await;
    let refused = Refusal::State(LegState::Ringing);
    assert!(matches!(early, Err(OrderError::Refused(why)) if why == refused), "{early:?}");
    setup.notify([state(CALL, "established")]);
    setup.graph.answer("playPrompt", 500, json!({ "error": { "code": "oops" } }));
    let failed = play(&incoming.leg).await;
    assert!(matches!(failed, Err(OrderError::Graph(_))), "{failed:?}");
    assert_eq!(incoming.leg.snapshot().operations, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_watched_from_ringing_to_its_end() {
    let mut setup = setup();
    let call = setup.incoming().await;
    let mut view = call.leg.watch();
    assert_eq!(view.current().state, LegState::Ringing);
    setup.notify([state(CALL, "established")]);
    let active = view.media_active().await.expect("media");
    assert_eq!(active.media, Knowledge::Inferred(true), "graph said nothing of media");
    assert_eq!(active.hold, Knowledge::Unknown, "graph says nothing of an agent who holds");
    let flows = json!({ "state": "established", "mediaState": { "audio": "Active" } });
    setup.notify([changed(CALL, "updated", flows)]);
    let told = view.wait_for(|now| now.media == Knowledge::Observed(true)).await;
    assert!(told.is_some());
    setup.notify([terminated(CALL, 200, 4521)]);
    assert_eq!(view.ended().await.expect("an end").reason, EndReason::Completed);
    assert!(view.media_active().await.is_none());
    assert!(call.leg.watch().changed().await.is_none() || call.leg.snapshot().is_ended());
}

#[tokio::test(start_paused = true)]
async fn a_transfer_whose_failure_got_lost_is_found_by_asking() {
    let mut setup = setup();
    let call = setup.connected().await;
    let target = teams_cc_core::TeamsUser::new("29362bd4".parse().expect("an id")).into();
    let blind = LegCommand::Transfer(TransferTarget::Blind(target));
    call.leg.execute(blind).await.expect("accepted");
    setup.graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    let outcome = call.leg.watch().transfer_ended().await.expect("an end");
    assert_eq!(outcome, TransferOutcome::Failed(TransferFailure::Platform));
    assert_eq!(setup.leg_event().await, LegEvent::TransferEnded(outcome));
    assert_eq!(call.leg.snapshot().state, LegState::Connected);
}
