//! One outcome for every way to hand a call over.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::{
    TeamsUser,
    contact::{
        AfterTransfer, AnsweredBy, Knowledge, TransferFailure, TransferOutcome, flow::Confirm,
    },
};
use teams_cc_graph::call::control::{Assumed, Consult, ControlError, Target, TransferRefusal};

use crate::support::{
    AGENT, Answer, CALL, Stage, active, agent, created, failed, incoming_to, phone, prompt, stage,
    state, terminated,
};

const RING: Duration = Duration::from_secs(18);

/// An agent who was rung and answered.
async fn consulted(stage: &Stage) -> Consult {
    let board = stage.board.clone();
    let offered =
        tokio::spawn(async move { board.offer(&agent(), RING, Confirm::TrustAnswer).await });
    stage.settle().await;
    let call = created(1);
    stage.notify([state(&call, "ringing")]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    stage.notify([active(&call)]);
    offered.await.expect("no panic").expect("taken")
}

/// Pain 28.
#[tokio::test(start_paused = true)]
async fn after_a_blind_transfer_the_outcome_says_that_nothing_is_seen_any_more() {
    let mut stage = stage();
    let call = stage.connected().await;
    let transfer = tokio::spawn(async move { call.transfer(&agent()).await });
    stage.settle().await;
    stage.notify([state(CALL, "transferring"), state(CALL, "transferAccepted")]);
    stage.notify([terminated(CALL, 0, 7015)]);
    let transferred = transfer.await.expect("no panic").expect("sent");
    assert_eq!(
        transferred.outcome,
        TransferOutcome::Completed {
            after: AfterTransfer::OutOfSight,
            answered_by: Knowledge::Unknown
        }
    );
    assert!(transferred.call.is_none());
    assert_eq!(transferred.assumed, [Assumed::TargetReachable]);
    let body = stage.graph.last("POST transfer").body;
    assert_eq!(body["transferTarget"]["identity"]["user"]["id"], AGENT);
    assert!(body["transferTarget"]["replacesCallId"].is_null());
}

/// Pain 29, pain 38.
#[tokio::test(start_paused = true)]
async fn a_transfer_that_fails_gives_the_party_back_to_talk_to() {
    for (code, subcode) in [(500, 7000), (500, 7700)] {
        let mut stage = stage();
        let call = stage.connected().await;
        let transfer = tokio::spawn(async move { call.transfer(&agent()).await });
        stage.settle().await;
        stage.notify([state(CALL, "transferring"), failed(CALL, code, subcode)]);
        let transferred = transfer.await.expect("no panic").expect("sent");
        let outcome = TransferOutcome::Failed(TransferFailure::Platform);
        assert_eq!(transferred.outcome, outcome);
        let call = transferred.call.expect("the party is back");
        let _ = call.play([prompt("sorry")]).await.expect("it can be talked to");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_whose_end_nobody_tells_is_unknown_and_never_completed() {
    let mut stage = stage();
    let call = stage.connected().await;
    let transferred = call.transfer(&agent()).await.expect("sent");
    assert_eq!(transferred.outcome, TransferOutcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_consultative_transfer_takes_the_consulted_call_over() {
    let mut stage = stage();
    let call = stage.connected().await;
    let consult = consulted(&stage).await;
    assert_eq!(consult.answered_by(), AnsweredBy::Confirmed);
    let transfer = tokio::spawn(call.transfer_to(consult));
    stage.settle().await;
    let body = stage.graph.last("POST transfer").body;
    assert_eq!(body["transferTarget"]["replacesCallId"], created(1));
    stage.notify([terminated(&created(1), 200, 5000)]);
    stage.notify([terminated(CALL, 0, 7015)]);
    let transferred = transfer.await.expect("no panic").expect("sent");
    let answered_by = Knowledge::Inferred(AnsweredBy::Confirmed);
    let after = AfterTransfer::OutOfSight;
    assert_eq!(transferred.outcome, TransferOutcome::Completed { after, answered_by });
    assert_eq!(transferred.assumed, []);
    stage.settle().await;
    assert_eq!(stage.graph.hung_up(&created(1)), 0, "it was taken over");
}

/// Pain 40.
#[tokio::test(start_paused = true)]
async fn whatever_becomes_of_a_consultative_transfer_the_consulted_call_ends() {
    // It fails; Graph refuses it; a rule speaks against it; nobody waits for it.
    for case in ["fails", "refused", "dropped", "never sent"] {
        let mut stage = stage();
        let call = stage.connected().await;
        let consult = consulted(&stage).await;
        let dropped = case == "dropped";
        match case {
            "refused" => stage.graph.answer("transfer", 400, &json!({})),
            "dropped" => {
                let slow = Answer::json(202, &Value::Null).after(Duration::from_secs(30));
                stage.graph.answers("transfer", [slow]);
            }
            _ => {}
        }
        if case == "never sent" {
            drop(consult);
        } else {
            let transfer = tokio::spawn(async move {
                let wait = Duration::from_secs(if dropped { 1 } else { 600 });
                tokio::time::timeout(wait, call.transfer_to(consult)).await
            });
            stage.settle().await;
            if case == "fails" {
                stage.notify([failed(CALL, 500, 7700)]);
            }
            let ended = transfer.await.expect("no panic");
            assert_eq!(ended.is_err(), dropped);
            if let Ok(Ok(transferred)) = ended {
                assert!(transferred.call.is_some(), "{case}");
            }
        }
        stage.settle().await;
        assert_eq!(stage.graph.hung_up(&created(1)), 1, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_consulted_call_ends_whenever_its_end_is_dropped_and_even_if_graph_fails_once() {
    for case in ["dropped before it is polled", "dropped in flight", "fails once"] {
        let stage = stage();
        let consult = consulted(&stage).await;
        let gone = Answer::json(204, &Value::Null);
        let first = match case {
            "fails once" => Answer::json(500, &json!({})),
            _ => gone.clone().after(Duration::from_secs(30)),
        };
        stage.graph.answers("delete", [first, gone]);
        let end = consult.end();
        match case {
            "dropped before it is polled" => drop(end),
            "dropped in flight" => {
                assert!(tokio::time::timeout(Duration::from_secs(1), end).await.is_err());
            }
            _ => assert!(end.await.is_err()),
        }
        tokio::time::sleep(Duration::from_mins(1)).await;
        let wanted = if case == "dropped before it is polled" { 1 } else { 2 };
        assert_eq!(stage.graph.hung_up(&created(1)), wanted, "{case}");
    }
}

/// Pain 39.
#[tokio::test(start_paused = true)]
async fn a_consulted_party_who_left_is_told_from_a_transfer_that_failed() {
    let mut stage = stage();
    let call = stage.connected().await;
    let consult = consulted(&stage).await;
    let transfer = tokio::spawn(call.transfer_to(consult));
    stage.settle().await;
    stage.notify([terminated(&created(1), 200, 4521), failed(CALL, 500, 7700)]);
    let transferred = transfer.await.expect("no panic").expect("sent");
    let outcome = TransferOutcome::Failed(TransferFailure::ReplacedCallGone);
    assert_eq!(transferred.outcome, outcome);
    assert!(transferred.call.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_known_to_fail_is_refused_before_anything_is_sent() {
    let mut stage = stage();
    let user = json!({ "user": { "id": "bot-upn" } });
    let arrival = stage.arrival_of(incoming_to(&user, Value::Null)).await;
    let call = arrival.call.answer().await.expect("answered");
    stage.notify([active(CALL)]);
    let call = call.media_active().await.expect("media");
    let refused = call.transfer(&phone()).await.expect_err("no phone from here");
    assert!(matches!(refused.error, ControlError::Transfer(TransferRefusal::Unsupported(_))));
    let elsewhere = TeamsUser::new(AGENT.parse().expect("an id"));
    let elsewhere = Target::user(&elsewhere.tenant("another".parse().expect("an id")));
    let refused = refused.call.transfer(&elsewhere).await.expect_err("another tenant");
    assert!(matches!(refused.error, ControlError::Transfer(TransferRefusal::OtherTenant)));
    assert_eq!(stage.graph.count("POST transfer"), 0);
}
