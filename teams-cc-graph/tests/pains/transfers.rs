//! Transfers: what is seen afterwards, and where they can go.

use serde_json::{Value, json};
use teams_cc_core::contact::{AfterTransfer, Knowledge, TransferOutcome};
use teams_cc_core::{Address, E164};
use teams_cc_graph::call::control::{Came, ControlError, Fallback, JoinedBy, Target};
use teams_cc_graph::model::{MeetingInfo, TokenMeetingInfo};

use crate::board::{
    AGENT, CALL, active, agent, incoming_to, phone, stage, stage_with, state, terminated,
};

/// Pain 28.
#[tokio::test(start_paused = true)]
async fn pain_28_the_outcome_of_a_transfer_says_what_can_still_be_seen() {
    let mut stage = stage();
    let call = stage.connected().await;
    let transfer = tokio::spawn(async move { call.transfer(&agent()).await });
    stage.settle().await;
    stage.notify([state(CALL, "transferring"), terminated(CALL, 0, 7015)]);
    let transferred = transfer.await.unwrap().unwrap();
    let after = AfterTransfer::OutOfSight;
    let wanted = TransferOutcome::Completed { after, answered_by: Knowledge::Unknown };
    assert_eq!(transferred.outcome, wanted);
    assert!(transferred.call.is_none(), "there is no call to hold on to");
    assert_eq!(stage.board.calls().counts().sessions, 0, "and none is waited for");
    // Who stays in a group keeps everybody in sight.
    let (group, id) = stage.group().await;
    stage.notify([terminated(&id, 200, 0)]);
    stage.settle().await;
    assert!(group.call().snapshot().is_ended(), "its end is told");
}

/// Pain 30.
#[tokio::test(start_paused = true)]
async fn pain_30_where_transfers_come_to_nothing_the_party_is_brought_into_a_group() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let transferred = customer.transfer(&agent()).await.unwrap();
    assert_eq!(transferred.outcome, TransferOutcome::Unknown, "nobody tells anything");
    let customer = transferred.call.expect("the call goes on");
    let (group, id) = stage.group().await;
    let brought = tokio::spawn(async move { group.bring_in(customer, Fallback::Keep).await });
    stage.settle().await;
    stage.ends(&id, "invite", "completed", 200, 0);
    assert_eq!(brought.await.unwrap().unwrap(), Came::Moved);
}

/// Pain 31.
#[tokio::test(start_paused = true)]
async fn pain_31_each_kind_of_target_stands_in_the_slot_graph_wants() {
    let account = || "account-1".parse().unwrap();
    for (target, slot, id, endpoint) in [
        (agent(), "user", AGENT, None),
        (Target::resource_account(&account()), "applicationInstance", "account-1", None),
        (Target::bot(&account()), "application", "account-1", None),
        (Target::voicemail(&AGENT.parse().unwrap()), "user", AGENT, Some("voicemail")),
        (phone(), "phone", "+14255550123", None),
    ] {
        let mut stage = stage();
        let call = stage.connected().await;
        let transfer = tokio::spawn(async move { call.transfer(&target).await });
        stage.settle().await;
        let body = stage.graph.last("POST transfer").body["transferTarget"].clone();
        let mut slots = body["identity"].as_object().unwrap().clone();
        slots.remove("@odata.type");
        assert_eq!(slots.keys().collect::<Vec<_>>(), [slot], "that slot and no other");
        assert_eq!(slots[slot]["id"], id);
        assert_eq!(body["endpointType"].as_str(), endpoint, "{body}");
        stage.notify([terminated(CALL, 0, 7015)]);
        transfer.await.unwrap().unwrap();
    }
}

/// Pain 36.
#[tokio::test(start_paused = true)]
async fn pain_36_a_phone_is_not_invited_without_an_account_and_the_refusal_is_explained() {
    // A phone is no target without the account that calls it, whoever asks.
    let number: Address = E164::new("+14255550123").unwrap().into();
    let refused = Target::of_address(&number, None).unwrap_err();
    assert!(refused.to_string().contains("resource account"), "{refused}");
    // Where the meeting was joined by a token, no phone is invited at all.
    let stage = stage();
    let meeting: MeetingInfo = TokenMeetingInfo::new("meeting-token").into();
    let joined = stage.board.join(JoinedBy::Token, |calls, uri| calls.join(uri, meeting)).await;
    let group = joined.unwrap();
    let id = group.call().leg().call_id().to_string();
    stage.notify([active(&id)]);
    let group = group.joined().await.unwrap();
    group.invite(&phone()).await.unwrap_err();
    assert_eq!(stage.graph.count("POST invite"), 0, "nothing was sent");
    // Nor is a phone reached from a call to the bot's own name.
    let mut stage = crate::board::stage();
    let named = incoming_to(&json!({ "user": { "id": "bot-upn" } }), Value::Null);
    let call = stage.arrival_of(named).await.call.answer().await.unwrap();
    stage.notify([active(CALL)]);
    let call = call.media_active().await.unwrap();
    call.transfer(&phone()).await.unwrap_err();
    assert_eq!(stage.graph.count("POST transfer"), 0);
    // Where Graph refuses all the same, the two codes are words.
    for (message, words) in [
        (
            "Could not find the PSTN content for the sponsor. DiagCode: 412#10073.@",
            "resource account",
        ),
        ("Call lacks metadata. DiagCode: 403#10151.@", "dial out"),
    ] {
        let told = teams_cc_graph::call::ResultCode::new(500, 9999).explain(Some(message));
        assert!(told.to_string().contains(words), "{told}");
    }
}

/// Pain 37.
#[tokio::test(start_paused = true)]
async fn pain_37_a_phone_is_called_from_a_resource_account_alone() {
    let stage = stage_with(|config| config);
    assert_eq!(stage.board.application_instance(), None);
    let error = stage.board.dial(&phone()).await.unwrap_err();
    assert!(error.to_string().contains("resource account"), "{error}");
    assert_eq!(stage.graph.count("POST calls"), 0);
    let stage = crate::board::stage();
    stage.board.dial(&phone()).await.unwrap();
    let body = stage.graph.last("POST calls").body;
    let source = &body["source"]["identity"]["applicationInstance"]["id"];
    assert_eq!(source, crate::board::INSTANCE);
    assert_eq!(body["targets"][0]["identity"]["phone"]["id"], "+14255550123");
    assert_eq!(body["tenantId"], crate::board::TENANT);
    // What the documentation does not explain of a refusal is explained here.
    for (message, words) in [
        ("CreateUsageRequest: Balance not found", "calling plan"),
        ("Reverse lookup failed", "assign the phone number"),
    ] {
        let refusal = json!({ "error": { "code": "9999", "message": message } });
        stage.graph.answer("calls", 400, &refusal);
        let error = stage.board.dial(&phone()).await.unwrap_err();
        let ControlError::Request(error) = &error else { panic!("{error:?}") };
        let told = error.diagnosis().unwrap().to_string();
        assert!(told.contains(words), "{told}");
    }
}
