//! Notifications of live calls: their order, their operations, their end.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::contact::{
    EndReason, Leg, LegCommand, LegEvent, LegState, OperationOutcome, Prompt, TransferFailure,
    TransferOutcome, TransferTarget,
};
use teams_cc_core::{Address, LegId, TeamsUser};
use teams_cc_graph::call::{CallEvent, KEEP_ALIVE_EVERY};

use crate::calls::{CALL, Setup, changed, incoming, operation, setup, state, terminated};
use crate::service::{answer, service};

fn agent() -> Address {
    TeamsUser::new("29362bd4-cd58-4ed0-a206-0e4a33dbb0b6".parse().unwrap()).into()
}

fn prompt() -> LegCommand {
    LegCommand::Play(vec![Prompt::new("https://bot.contoso.com/hello.wav").unwrap()])
}

/// How the operation of this event ended.
async fn outcome(setup: &mut Setup) -> OperationOutcome {
    match setup.leg_event().await {
        LegEvent::OperationEnded { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    }
}

/// Trap 33.
#[tokio::test(start_paused = true)]
async fn trap_33_late_repeated_and_early_notifications_do_no_harm_and_an_end_is_final() {
    let mut setup = setup();
    // Notifications overtake the response that names the call, in the wrong order.
    setup.graph.slow_answer("calls", 201, json!({ "id": CALL }), Duration::from_secs(2));
    let calls = setup.calls.clone();
    let dial = tokio::spawn(async move { calls.dial(&agent(), LegId::numbered("offer", 1)).await });
    setup.settle().await;
    setup.notify([state(CALL, "established"), state(CALL, "establishing"), state(CALL, "ringing")]);
    let leg = dial.await.unwrap().unwrap();
    assert_eq!(setup.leg_event().await, LegEvent::Answered);
    assert_eq!(setup.leg_event().await, LegEvent::MediaActive);
    setup.notify([state(CALL, "establishing"), state(CALL, "Established")]);
    assert_eq!(leg.snapshot().state, LegState::Connected, "no way back");
    // A transfer that fails goes back to established, and that is legal.
    leg.execute(LegCommand::Transfer(TransferTarget::Blind(agent()))).await.unwrap();
    let result = json!({ "code": 500, "subCode": 7700 });
    setup.notify([
        state(CALL, "transferring"),
        changed(CALL, "updated", json!({ "state": "established", "resultInfo": result })),
    ]);
    let failed = TransferOutcome::Failed(TransferFailure::Platform);
    assert_eq!(setup.leg_event().await, LegEvent::TransferEnded(failed));
    assert_eq!(leg.snapshot().state, LegState::Connected);
    // Deleted is final, and comes twice.
    setup.notify([terminated(CALL, 200, 4521), terminated(CALL, 200, 4521)]);
    assert_eq!(setup.ended().await.reason, EndReason::Completed);
    setup.notify([state(CALL, "established"), incoming(CALL)]);
    assert!(setup.next().await.is_none(), "an ended call is not opened again");
    setup.assert_nothing_left().await;
}

/// Trap 34.
#[tokio::test(start_paused = true)]
async fn trap_34_a_deleted_operation_is_a_finished_one_and_how_is_in_its_result() {
    for (status, result, wanted) in [
        ("completed", json!({ "code": 200, "subcode": 0 }), OperationOutcome::Completed),
        ("Completed", json!({ "code": 200, "subcode": 8515 }), OperationOutcome::Completed),
        ("completed", json!(null), OperationOutcome::Completed),
        ("failed", json!({ "code": 400, "subcode": 8508 }), OperationOutcome::Cancelled),
        (
            "failed",
            json!({ "code": 500, "subCode": 8505 }),
            OperationOutcome::Failed { code: 500, subcode: 8505 },
        ),
    ] {
        let mut setup = setup();
        let call = setup.connected().await;
        let id = call.leg.execute(prompt()).await.unwrap().unwrap();
        setup.notify([operation(
            CALL,
            "op-of-graph",
            &json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "status": status,
                     "clientContext": id.as_str(), "resultInfo": result }),
        )]);
        assert_eq!(outcome(&mut setup).await, wanted, "{status} {result}");
        assert_eq!(call.leg.snapshot().state, LegState::Connected, "the call goes on");
    }
}

/// Trap 35.
#[tokio::test(start_paused = true)]
async fn trap_35_operations_are_told_apart_by_their_context_and_transfers_by_their_call() {
    let mut setup = setup();
    let call = setup.connected().await;
    let mut contexts = Vec::new();
    for _ in 0..3 {
        let id = call.leg.execute(prompt()).await.unwrap().unwrap();
        let sent = setup.graph.body("POST playPrompt")["clientContext"].clone();
        assert_eq!(sent, id.as_str());
        assert!(!id.as_str().is_empty() && id.as_str().chars().count() <= 256);
        assert!(!contexts.contains(&id), "each has one of its own");
        contexts.push(id);
    }
    // The id is missing, null, or another one than the response gave.
    for (context, id) in contexts.into_iter().rev().zip([None, Some(Value::Null), Some("x".into())])
    {
        let mut data = json!({ "status": "completed", "clientContext": context.as_str() });
        if let Some(id) = id {
            data["id"] = id;
        }
        setup.notify([operation(CALL, "another-id", &data)]);
        let LegEvent::OperationEnded { operation, .. } = setup.leg_event().await else { panic!() };
        assert_eq!(operation, context);
    }
    let transfer = LegCommand::Transfer(TransferTarget::Blind(agent()));
    assert_eq!(call.leg.execute(transfer).await.unwrap(), None, "no operation");
    assert_eq!(setup.graph.body("POST transfer").get("clientContext"), None);
    let calls = CALL.replace('-', "").to_uppercase();
    setup.notify([terminated(&calls, 0, 7015)]);
    assert!(matches!(
        setup.leg_event().await,
        LegEvent::TransferEnded(TransferOutcome::Completed { .. })
    ));
}

/// Trap 36.
#[tokio::test(start_paused = true)]
async fn trap_36_a_completed_response_is_the_end_and_any_other_is_waited_for() {
    for (status, over) in [
        (json!("completed"), true),
        (json!("Completed"), true),
        (json!("running"), false),
        (json!("notStarted"), false),
        (json!(null), false),
    ] {
        let mut setup = setup();
        let call = setup.connected().await;
        let body = json!({ "id": "x", "status": status });
        setup.graph.answer("playPrompt", 200, body.clone());
        setup.graph.answer("operation", 200, body);
        call.leg.execute(prompt()).await.unwrap();
        let told = tokio::time::timeout(Duration::from_secs(5), setup.events.next()).await;
        assert_eq!(told.is_ok(), over, "{status}: {told:?}");
        assert_eq!(call.leg.snapshot().operations, usize::from(!over), "{status}");
    }
    // A response without a body is one that says nothing.
    let mut setup = setup();
    let call = setup.connected().await;
    setup.graph.answer("playPrompt", 200, Value::Null);
    call.leg.execute(prompt()).await.unwrap();
    assert_eq!(call.leg.snapshot().operations, 1);
}

/// Trap 37.
#[tokio::test(start_paused = true)]
async fn trap_37_not_found_means_that_the_call_is_over_and_a_record_may_only_be_late() {
    assert!(KEEP_ALIVE_EVERY <= Duration::from_mins(15));
    for verb in ["playPrompt", "subscribeToTone", "transfer", "delete", "keepAlive"] {
        let mut setup = setup();
        let call = setup.connected().await;
        setup.graph.answer(verb, 404, json!({ "error": { "code": "7504" } }));
        let order = match verb {
            "playPrompt" => Some(prompt()),
            "subscribeToTone" => Some(LegCommand::CollectTones),
            "transfer" => Some(LegCommand::Transfer(TransferTarget::Blind(agent()))),
            "delete" => Some(LegCommand::HangUp),
            _ => None,
        };
        if let Some(order) = order {
            call.leg.execute(order).await.unwrap_err();
        }
        let event = tokio::time::timeout(KEEP_ALIVE_EVERY * 2, setup.events.next()).await;
        let Ok(Some(CallEvent::Leg { event: LegEvent::Ended(cause), .. })) = event else {
            panic!("{verb}: {event:?}")
        };
        assert_eq!(cause.reason, EndReason::Reconciled, "{verb}");
        let what = setup.graph.asked().last().cloned().unwrap();
        assert_eq!(setup.graph.count(&what), 1, "{what} is not tried again");
        setup.assert_nothing_left().await;
    }
    let (service, client) = service([answer(404, r#"{"error":{"code":"NotFound"}}"#)]);
    let error = client.communications().call("c1").keep_alive().await.unwrap_err();
    assert!(error.is_call_ended() && !error.is_retryable());
    let error = client.communications().call_record("r1").get().await.unwrap_err();
    assert!(error.is_no_call_record() && !error.is_call_ended() && !error.is_retryable());
    assert!(error.to_string().contains("not written yet"), "{error}");
    assert_eq!(service.count(), 2, "nothing was tried again");
}

/// Trap 43.
#[tokio::test(start_paused = true)]
async fn trap_43_a_caller_who_comes_encrypted_is_anonymous_and_the_call_is_presented() {
    let mut setup = setup();
    let mut call = incoming(CALL);
    call["resourceData"]["source"] = json!({ "identity": { "encrypted": { "id": "hidden-1" } } });
    setup.notify([call]);
    let Some(CallEvent::Incoming(call)) = setup.next().await else { panic!("no call") };
    assert_eq!(call.caller, Address::Anonymous);
    let identity = call.details.source.get().unwrap().identity.get().unwrap();
    assert!(identity.encrypted.get().is_some(), "what came is kept");
    assert!(!format!("{call:?}").contains("hidden"));
    call.leg.execute(LegCommand::Answer).await.unwrap();
}
