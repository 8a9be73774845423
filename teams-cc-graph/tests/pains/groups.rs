//! From one-to-one calls to a group.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::contact::OperationOutcome;
use teams_cc_graph::call::ResultCode;
use teams_cc_graph::call::control::{Came, ControlError, Fallback, escalate_to_group};

use crate::board::{CALL, Stage, active, agent, stage};

fn invites(stage: &Stage) -> usize {
    stage.graph.count("POST invite")
}

fn invited(stage: &Stage) -> Value {
    let body = stage.graph.last("POST invite").body;
    assert_eq!(body["participants"].as_array().map(Vec::len), Some(1), "one at a time");
    body["participants"][0].clone()
}

/// Pain 32.
#[tokio::test(start_paused = true)]
async fn pain_32_calls_move_into_a_group_one_invitation_after_the_other() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, id) = stage.group().await;
    let second = stage.board.dial(&agent()).await.unwrap();
    let second_id = second.leg().call_id().to_string();
    stage.notify([active(&second_id)]);
    let second = second.answered(Duration::from_secs(5)).await.unwrap();
    let calls = [customer, second];
    let escalated =
        tokio::spawn(async move { escalate_to_group(&group, calls, Fallback::Keep).await });
    for (nth, replaced) in [(1, CALL), (2, &*second_id)] {
        stage.settle().await;
        assert_eq!(invites(&stage), nth, "the next waits for the one before");
        assert_eq!(invited(&stage)["replacesCallId"], replaced);
        stage.ends(&id, "invite", "completed", 200, 0);
    }
    let came = escalated.await.unwrap();
    assert!(came.iter().all(|came| matches!(came, Ok(Came::Moved))), "{came:?}");
}

/// Pain 33.
#[tokio::test(start_paused = true)]
async fn pain_33_a_replacement_that_fails_is_typed_and_a_plain_invitation_may_follow() {
    for fallback in [Fallback::Keep, Fallback::Ring] {
        let mut stage = stage();
        let customer = stage.answered().await;
        let (group, id) = stage.group().await;
        let brought = tokio::spawn(async move { group.bring_in(customer, fallback).await });
        stage.settle().await;
        stage.ends(&id, "invite", "failed", 500, 0);
        stage.settle().await;
        if fallback == Fallback::Ring {
            assert!(invited(&stage)["replacesCallId"].is_null(), "a plain invitation");
            stage.ends(&id, "invite", "completed", 200, 0);
            let after = Some(ResultCode::new(500, 0));
            assert_eq!(brought.await.unwrap().unwrap(), Came::Rung { after });
        } else {
            let kept = brought.await.unwrap().unwrap_err();
            let failed = OperationOutcome::Failed { code: 500, subcode: 0 };
            assert!(
                matches!(&kept.moving, Some(ControlError::Failed { outcome, .. })
                    if *outcome == failed),
                "{kept:?}"
            );
            assert!(!kept.call.snapshot().is_ended(), "the call stands as it did");
            assert_eq!(invites(&stage), 1);
        }
    }
    // The invitation itself may be answered 500.
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, _) = stage.group().await;
    stage.graph.answer("invite", 500, &json!({}));
    let kept = group.bring_in(customer, Fallback::Keep).await.unwrap_err();
    assert!(matches!(kept.moving, Some(ControlError::Order(_))), "{kept:?}");
}

/// Pain 34.
#[tokio::test(start_paused = true)]
async fn pain_34_nobody_is_left_with_two_windows_or_on_hold_in_the_old_one() {
    // Who moved has one call: the old one was replaced, and is not hung up under them.
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, id) = stage.group().await;
    let brought = tokio::spawn(async move {
        let came = group.bring_in(customer, Fallback::Ring).await;
        (came.map_err(|_| ()), group)
    });
    stage.settle().await;
    assert_eq!(invited(&stage)["replacesCallId"], CALL);
    stage.ends(&id, "invite", "completed", 200, 0);
    let (came, _group) = brought.await.unwrap();
    assert_eq!((came, stage.graph.hung_up(CALL)), (Ok(Came::Moved), 0));
    // Who was rung has two until they come; then the old one ends, and not before.
    let mut stage = crate::board::stage();
    let customer = stage.answered().await;
    let (group, id) = stage.group().await;
    let brought = tokio::spawn(async move { group.bring_in(customer, Fallback::Ring).await });
    stage.settle().await;
    stage.ends(&id, "invite", "failed", 500, 3002);
    stage.settle().await;
    assert_eq!(stage.graph.hung_up(CALL), 0, "not before the party came");
    stage.ends(&id, "invite", "completed", 200, 0);
    brought.await.unwrap().unwrap();
    assert_eq!(stage.graph.hung_up(CALL), 1);
    assert_eq!(stage.graph.count("POST startHoldMusic"), 0);
}

/// Pain 35.
#[tokio::test(start_paused = true)]
async fn pain_35_after_an_invitation_graph_is_asked_who_is_there() {
    let stage = stage();
    let (group, id) = stage.group().await;
    let people = json!({ "value": [
        { "@odata.type": "#microsoft.graph.participant", "id": "p1", "rosterSequenceNumber": 1,
          "info": { "identity": { "user": { "id": "agent-1" } } } },
        { "@odata.type": "#microsoft.graph.participant", "id": "p2", "rosterSequenceNumber": 1,
          "info": { "identity": { "phone": { "id": "+14255550100" } } } }
    ] });
    tokio::time::sleep(Duration::from_secs(30)).await;
    stage.graph.answer("participants", 200, &people);
    let before = stage.graph.count("GET participants");
    let invited = tokio::spawn(async move {
        let came = group.invite(&agent()).await;
        (came, group)
    });
    stage.settle().await;
    stage.ends(&id, "invite", "completed", 200, 0);
    let (came, group) = invited.await.unwrap();
    came.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(stage.graph.count("GET participants") > before);
    assert_eq!(group.roster().len(), 2, "though no notification told of anybody");
}
