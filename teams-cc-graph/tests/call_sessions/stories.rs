//! One call at a time, from its first notification to its last.

use std::time::Duration;

use crate::support::{CALL, OTHER, changed, incoming, operation, setup, state, terminated, tone};
use serde_json::json;
use teams_cc_core::{
    Address, Clock as _, E164, LegId, PhoneNumber, TeamsUser,
    contact::{
        AfterTransfer, Direction, EndReason, EndedBy, Knowledge, Leg, LegCommand, LegError,
        LegEvent, LegState, OperationOutcome, Prompt, RejectReason, TransferFailure,
        TransferOutcome, TransferTarget, Verb,
    },
};
use teams_cc_graph::{
    SystemClock,
    call::{CallEvent, KEEP_ALIVE_EVERY},
};

fn agent() -> Address {
    TeamsUser::new("29362bd4-cd58-4ed0-a206-0e4a33dbb0b6".parse().expect("an id")).into()
}

fn prompt() -> LegCommand {
    LegCommand::Play(vec![Prompt::new("https://bot.contoso.com/hello.wav").expect("an address")])
}

#[tokio::test(start_paused = true)]
async fn an_incoming_call_is_told_with_its_deadline_and_answered() {
    let mut setup = setup();
    let (before, began) = (tokio::time::Instant::now(), SystemClock::new().now());
    let call = setup.incoming().await;
    assert_eq!(call.leg.id(), &LegId::numbered("G", 1));
    assert_eq!(call.leg.direction(), Direction::Inbound);
    assert_eq!(call.caller.number().map(E164::reveal), Some("+14255550100"));
    assert!(matches!(call.called, Address::ResourceAccount { .. }));
    assert!(!call.policy_recording);
    let elapsed = before.elapsed();
    assert!(elapsed < Duration::from_secs(1));
    let deadline = call.answer_by - began;
    assert!(deadline >= Duration::from_secs(15) && deadline < Duration::from_secs(16));

    call.leg.execute(LegCommand::Answer).await.expect("answered");
    let body = setup.graph.body("POST answer");
    assert_eq!(body["callbackUri"], "https://bot.contoso.com/callback");
    setup.notify([state(CALL, "establishing"), state(CALL, "established")]);
    assert_eq!(setup.leg_event().await, LegEvent::Answered);
    assert_eq!(setup.leg_event().await, LegEvent::MediaActive);
    setup.notify([terminated(CALL, 200, 560_000)]);
    let cause = setup.ended().await;
    assert_eq!((cause.reason, cause.by), (EndReason::Completed, EndedBy::Remote));
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_recording_bot_has_five_seconds_to_answer() {
    let mut setup = setup();
    let mut call = incoming(CALL);
    call["resourceData"]["incomingContext"] = json!({ "observedParticipantId": "p" });
    setup.notify([call]);
    let Some(CallEvent::Incoming(call)) = setup.next().await else { panic!("no call") };
    assert!(call.policy_recording);
    assert!(call.answer_by - SystemClock::new().now() <= Duration::from_secs(5));
}

/// Pains 14, 15.
#[tokio::test(start_paused = true)]
async fn a_lost_end_is_noticed_by_the_keep_alive() {
    let mut setup = setup();
    let _call = setup.connected().await;
    tokio::time::sleep(KEEP_ALIVE_EVERY * 2 + Duration::from_secs(1)).await;
    assert_eq!(setup.graph.count("POST keepAlive"), 2);
    setup.graph.answer("keepAlive", 404, json!({ "error": { "code": "7504" } }));
    let event = tokio::time::timeout(KEEP_ALIVE_EVERY, setup.events.next()).await;
    let Ok(Some(CallEvent::Leg { event: LegEvent::Ended(cause), .. })) = event else {
        panic!("{event:?}")
    };
    assert_eq!(cause.reason, EndReason::Reconciled);
    setup.assert_nothing_left().await;
    tokio::time::sleep(KEEP_ALIVE_EVERY * 4).await;
    assert_eq!(setup.graph.count("POST keepAlive"), 3, "an ended call is not kept alive");
}

#[tokio::test(start_paused = true)]
async fn a_keep_alive_that_fails_otherwise_is_tried_again_soon() {
    let mut setup = setup();
    let _call = setup.connected().await;
    setup.graph.answer("keepAlive", 503, json!({}));
    tokio::time::sleep(KEEP_ALIVE_EVERY + Duration::from_secs(1)).await;
    setup.graph.answer("keepAlive", 200, json!({}));
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(setup.graph.count("POST keepAlive"), 2);
    assert_eq!(setup.calls.counts().sessions, 1);
}

#[tokio::test(start_paused = true)]
async fn tones_are_told_once_and_in_order() {
    let mut setup = setup();
    let call = setup.connected().await;
    let collect = call.leg.execute(LegCommand::CollectTones).await.expect("subscribed");
    assert!(collect.is_some());
    setup.notify([
        tone(CALL, 2, "tone5"),
        tone(CALL, 1, "star"),
        tone(CALL, 1, "star"),
        tone(CALL, 4, "pound"),
        tone(CALL, 2, "Tone5"),
        tone(CALL, 5, "flash"),
    ]);
    let mut heard = String::new();
    while heard.len() < 3 {
        let LegEvent::Tone(key) = setup.leg_event().await else { panic!("no tone") };
        heard.push(key.reveal());
    }
    assert_eq!(heard, "*5#", "the third tone got lost and held up the fourth for a moment only");
    assert!(setup.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_prompt_ends_by_its_context_or_by_its_id() {
    let mut setup = setup();
    let call = setup.connected().await;
    let first = call.leg.execute(prompt()).await.expect("plays").expect("an operation");
    let body = setup.graph.body("POST playPrompt");
    assert_eq!(body["clientContext"], first.as_str());
    assert_eq!(body["prompts"][0]["mediaInfo"]["uri"], "https://bot.contoso.com/hello.wav");
    setup.notify([operation(
        CALL,
        "0FE0",
        &json!({
            "@odata.type": "#microsoft.graph.playPromptOperation",
            "clientContext": first.as_str(), "status": "completed",
        }),
    )]);
    let completed =
        |operation| LegEvent::OperationEnded { operation, outcome: OperationOutcome::Completed };
    assert_eq!(setup.leg_event().await, completed(first.clone()));

    let second = call.leg.execute(prompt()).await.expect("plays").expect("an operation");
    assert_ne!(first, second);
    call.leg.execute(LegCommand::CancelMedia).await.expect("cancelled");
    setup.notify([operation(
        CALL,
        "op-of-graph",
        &json!({
            "@odata.type": "#microsoft.graph.playPromptOperation", "status": "failed",
            "clientContext": second.as_str(),
            "resultInfo": { "code": 400, "subcode": 8508 },
        }),
    )]);
    let cancelled =
        LegEvent::OperationEnded { operation: second, outcome: OperationOutcome::Cancelled };
    assert_eq!(setup.leg_event().await, cancelled);

    setup.graph.answer("playPrompt", 200, json!({ "id": "x", "status": "completed" }));
    let third = call.leg.execute(prompt()).await.expect("plays").expect("an operation");
    assert_eq!(setup.leg_event().await, completed(third), "no notification will follow");
}

/// Pain 28.
#[tokio::test(start_paused = true)]
async fn a_completed_transfer_takes_the_call_out_of_sight() {
    let mut setup = setup();
    let call = setup.connected().await;
    let blind = LegCommand::Transfer(TransferTarget::Blind(agent()));
    assert_eq!(call.leg.execute(blind).await.expect("accepted"), None);
    setup.notify([
        state(CALL, "Transferring"),
        state(CALL, "transferAccepted"),
        terminated(CALL, 0, 7015),
    ]);
    assert_eq!(
        setup.leg_event().await,
        LegEvent::TransferEnded(TransferOutcome::Completed {
            after: AfterTransfer::OutOfSight,
            answered_by: Knowledge::Unknown,
        })
    );
    assert_eq!(setup.ended().await.reason, EndReason::Transferred);
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_transfer_leaves_the_call_connected() {
    let mut setup = setup();
    let call = setup.connected().await;
    let blind = LegCommand::Transfer(TransferTarget::Blind(agent()));
    call.leg.execute(blind.clone()).await.expect("accepted");
    let again = call.leg.execute(blind.clone()).await;
    assert!(
        matches!(again, Err(LegError::WrongState { state: LegState::Transferring, .. })),
        "{again:?}"
    );
    let result = json!({ "code": 500, "subCode": 7700 });
    setup.notify([
        state(CALL, "transferring"),
        changed(CALL, "updated", json!({ "state": "established", "resultInfo": result })),
    ]);
    assert_eq!(
        setup.leg_event().await,
        LegEvent::TransferEnded(TransferOutcome::Failed(TransferFailure::Platform))
    );
    call.leg.execute(blind).await.expect("may be tried again");
}

#[tokio::test(start_paused = true)]
async fn a_consultative_transfer_replaces_the_call_of_the_other_leg() {
    let mut setup = setup();
    let call = setup.connected().await;
    setup.graph.answer("calls", 201, json!({ "id": OTHER }));
    let offer = LegId::numbered("offer", 1);
    let consult = setup.calls.dial(&agent(), offer.clone()).await.expect("dialled");
    assert_eq!(consult.call_id().as_str(), OTHER);
    let order =
        |replaces| LegCommand::Transfer(TransferTarget::Consultative { party: agent(), replaces });
    let missing = call.leg.execute(order(LegId::numbered("offer", 2))).await;
    assert!(matches!(missing, Err(LegError::InvalidDestination { .. })), "{missing:?}");
    call.leg.execute(order(offer)).await.expect("accepted");
    let body = setup.graph.body("POST transfer");
    assert_eq!(body["transferTarget"]["replacesCallId"], OTHER);
}

#[tokio::test(start_paused = true)]
async fn orders_in_the_wrong_state_are_refused_before_anything_is_sent() {
    let mut setup = setup();
    let call = setup.incoming().await;
    let early = [
        prompt(),
        LegCommand::CollectTones,
        LegCommand::CancelMedia,
        LegCommand::Transfer(TransferTarget::Blind(agent())),
    ];
    for order in early {
        let verb = order.verb();
        let refused = call.leg.execute(order).await;
        assert!(
            matches!(refused, Err(LegError::WrongState { state: LegState::Ringing, .. })),
            "{verb}: {refused:?}"
        );
    }
    for order in [
        LegCommand::Ring,
        LegCommand::Hold,
        LegCommand::Resume,
        LegCommand::Bridge { with: LegId::numbered("G", 9) },
    ] {
        let verb = order.verb();
        assert!(!call.leg.capabilities().has(verb));
        let refused = call.leg.execute(order).await;
        assert!(matches!(refused, Err(LegError::Unsupported { .. })), "{verb}: {refused:?}");
    }
    assert!(call.leg.capabilities().has(Verb::TransferConsultative));
    assert_eq!(setup.graph.asked(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_rejected_call_is_over_at_once_and_its_notification_is_late() {
    let mut setup = setup();
    let call = setup.incoming().await;
    call.leg.execute(LegCommand::Reject(RejectReason::Busy)).await.expect("rejected");
    assert_eq!(setup.graph.body("POST reject")["reason"], "busy");
    assert_eq!(setup.ended().await.reason, EndReason::Busy);
    setup.notify([changed(CALL, "deleted", json!({})), incoming(CALL)]);
    assert!(setup.next().await.is_none(), "a late notification opens no ended call");
    assert_eq!(setup.calls.counts().late, 2);
    let after = call.leg.execute(LegCommand::Answer).await;
    assert!(matches!(after, Err(LegError::Ended)), "{after:?}");
    setup.assert_nothing_left().await;
}

/// Trap 37.
#[tokio::test(start_paused = true)]
async fn a_404_to_any_order_ends_the_call() {
    let orders: [(&str, LegCommand); 4] = [
        ("playPrompt", prompt()),
        ("subscribeToTone", LegCommand::CollectTones),
        ("transfer", LegCommand::Transfer(TransferTarget::Blind(agent()))),
        ("delete", LegCommand::HangUp),
    ];
    for (verb, order) in orders {
        let mut setup = setup();
        let call = setup.connected().await;
        setup.graph.answer(verb, 404, json!({ "error": { "code": "7504" } }));
        let answer = call.leg.execute(order).await;
        assert!(matches!(answer, Err(LegError::Ended)), "{verb}: {answer:?}");
        assert_eq!(setup.ended().await.reason, EndReason::Reconciled, "{verb}");
        setup.assert_nothing_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_answer_may_be_tried_again() {
    let mut setup = setup();
    let call = setup.incoming().await;
    setup.graph.answer("answer", 503, json!({ "error": { "code": "serviceUnavailable" } }));
    let refused = call.leg.execute(LegCommand::Answer).await;
    assert!(matches!(refused, Err(LegError::Platform { verb: Verb::Answer, .. })), "{refused:?}");
    setup.graph.answer("answer", 202, json!(null));
    call.leg.execute(LegCommand::Answer).await.expect("answered");
}

#[tokio::test(start_paused = true)]
async fn hanging_up_ends_the_call_without_waiting_for_its_notification() {
    let mut setup = setup();
    let call = setup.connected().await;
    call.leg.execute(LegCommand::HangUp).await.expect("hung up");
    let cause = setup.ended().await;
    assert_eq!((cause.reason, cause.by), (EndReason::Completed, EndedBy::Local));
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn an_emergency_call_is_refused_with_the_way_it_has_to_go() {
    let mut setup = setup();
    let emergency = Address::Phone(PhoneNumber::Emergency("112".into()));
    let error = setup.calls.dial(&emergency, LegId::numbered("x", 1)).await.expect_err("refused");
    assert!(error.to_string().contains("direct routing trunk"), "{error}");
    let call = setup.connected().await;
    let transfer = LegCommand::Transfer(TransferTarget::Blind(emergency));
    let error = call.leg.execute(transfer).await.expect_err("refused");
    assert!(matches!(error, LegError::InvalidDestination { .. }));
    assert!(error.to_string().contains("direct routing trunk"), "{error}");
    assert_eq!(setup.graph.asked(), ["POST answer"]);
}
