//! Group calls: who is brought in, held, muted, removed and handed over.

use serde_json::{Value, json};
use teams_cc_core::contact::{
    AfterTransfer, AnsweredBy, Knowledge, OperationOutcome, TransferOutcome,
};
use teams_cc_graph::{
    call::{
        CallbackRoute, Learned, ResultCode,
        control::{
            Assumed, Came, Consult, ControlError, Fallback, JoinedBy, UnusableTarget,
            escalate_to_group, transfer_supervised,
        },
    },
    model::{MeetingInfo, OutgoingCallOptions, TokenMeetingInfo},
    request::communications::CallCollection,
};

use crate::support::{CALL, Stage, active, agent, created, phone, prompt, stage, stage_with};

/// The roster of a call.
fn roster(call: &str, sequence: i64, ids: &[&str]) -> Value {
    let list: Vec<_> = ids
        .iter()
        .map(|id| {
            json!({ "@odata.type": "#microsoft.graph.participant", "id": id,
                    "rosterSequenceNumber": sequence, "isMuted": false, "isInLobby": false,
                    "info": { "identity": { "user": { "id": format!("user-of-{id}") } } } })
        })
        .collect();
    json!({ "changeType": "updated", "resourceData": list,
            "resourceUrl": format!("/communications/calls/{call}/participants") })
}

fn invites(stage: &Stage) -> usize {
    stage.graph.count("POST invite")
}

/// Pain 32.
#[tokio::test(start_paused = true)]
async fn calls_move_into_a_group_one_invitation_at_a_time() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, id) = stage.group().await;
    let second = stage.board.dial(&agent()).await.expect("placed");
    let second_id = second.leg().call_id().to_string();
    stage.notify([active(&second_id)]);
    let second = second.answered(std::time::Duration::from_secs(5)).await.expect("answered");
    let calls = [customer, second];
    let escalated =
        tokio::spawn(async move { escalate_to_group(&group, calls, Fallback::Keep).await });
    stage.settle().await;
    assert_eq!(invites(&stage), 1, "the second waits for the first");
    let body = stage.graph.last("POST invite").body;
    assert_eq!(body["participants"][0]["replacesCallId"], CALL);
    assert_eq!(body["participants"][0]["identity"]["phone"]["id"], "+14255550100");
    stage.ends(&id, "invite", "completed", 200, 0);
    stage.settle().await;
    assert_eq!(invites(&stage), 2);
    let body = stage.graph.last("POST invite").body;
    assert_eq!(body["participants"][0]["replacesCallId"], second_id.as_str());
    stage.ends(&id, "invite", "failed", 500, 0);
    let came = escalated.await.expect("no panic");
    assert!(matches!(came[0], Ok(Came::Moved)));
    assert!(came[1].is_err(), "each is answered for by itself");
}

/// Pain 35.
#[tokio::test(start_paused = true)]
async fn after_an_invitation_graph_is_asked_who_is_there() {
    let stage = stage();
    let (group, id) = stage.group().await;
    let before = stage.graph.count("GET participants");
    let invited = tokio::spawn(async move { group.invite(&agent()).await });
    stage.settle().await;
    stage.ends(&id, "invite", "completed", 200, 0);
    invited.await.expect("no panic").expect("came");
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(stage.graph.count("GET participants") > before);
}

/// Pain 33, pain 34: nobody is left with two windows, or on hold in the old one.
#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_move_stays_or_is_rung_by_choice() {
    for fallback in [Fallback::Keep, Fallback::Ring] {
        let mut stage = stage();
        let customer = stage.answered().await;
        let (group, id) = stage.group().await;
        let brought = tokio::spawn(async move { group.bring_in(customer, fallback).await });
        stage.settle().await;
        stage.ends(&id, "invite", "failed", 500, 3002);
        stage.settle().await;
        if fallback == Fallback::Keep {
            let kept = brought.await.expect("no panic").expect_err("did not move");
            let code = Some(ResultCode::new(500, 3002));
            let outcome = OperationOutcome::Failed { code: 500, subcode: 3002 };
            assert!(
                matches!(&kept.moving, Some(ControlError::Failed { outcome: found, code: told })
                    if (*found, *told) == (outcome, code)),
                "{kept:?}"
            );
            assert!(!kept.call.snapshot().is_ended(), "the call stands as it did");
            assert_eq!((invites(&stage), stage.graph.hung_up(CALL)), (1, 0));
        } else {
            assert_eq!(invites(&stage), 2);
            let body = stage.graph.last("POST invite").body;
            assert!(body["participants"][0]["replacesCallId"].is_null(), "a plain invitation");
            assert_eq!(stage.graph.hung_up(CALL), 0, "not before the party came");
            stage.ends(&id, "invite", "completed", 200, 0);
            let came = brought.await.expect("no panic").expect("came");
            assert_eq!(came, Came::Rung { after: Some(ResultCode::new(500, 3002)) });
            assert_eq!(stage.graph.hung_up(CALL), 1);
        }
    }
}

/// Pain 33.
#[tokio::test(start_paused = true)]
async fn a_refused_replacement_is_an_error_with_graphs_words() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, _) = stage.group().await;
    stage.graph.answer("invite", 400, &json!({ "error": { "code": "1203002" } }));
    let kept = group.bring_in(customer, Fallback::Keep).await.expect_err("refused");
    assert!(matches!(kept.moving, Some(ControlError::Order(_))), "{kept:?}");
    assert_eq!(invites(&stage), 1);
}

#[tokio::test(start_paused = true)]
async fn a_supervised_transfer_keeps_everybody_in_sight() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, id) = stage.group().await;
    let agent_call = stage.board.dial(&agent()).await.expect("placed");
    let agent_id = agent_call.leg().call_id().to_string();
    stage.notify([active(&agent_id)]);
    let agent_call =
        agent_call.answered(std::time::Duration::from_secs(5)).await.expect("answered");
    let consult = Consult::of(agent_call, AnsweredBy::Confirmed);
    let transfer = tokio::spawn(async move {
        let transfer = transfer_supervised(customer, consult, &group, Fallback::Keep).await;
        (transfer, group)
    });
    stage.settle().await;
    let body = stage.graph.last("POST invite").body;
    assert_eq!(body["participants"][0]["replacesCallId"], agent_id.as_str(), "the agent first");
    stage.ends(&id, "invite", "completed", 200, 0);
    stage.settle().await;
    stage.ends(&id, "invite", "completed", 200, 0);
    let (outcome, group) = transfer.await.expect("no panic");
    let wanted = TransferOutcome::Completed {
        after: AfterTransfer::InSight,
        answered_by: Knowledge::Observed(AnsweredBy::Confirmed),
    };
    assert_eq!(outcome.expect("handed over"), wanted);
    group.leave().await.expect("left");
    assert_eq!(stage.graph.hung_up(&id), 1);
    assert_eq!(stage.graph.hung_up(&agent_id), 0, "it was taken over");
}

/// Pain 40.
#[tokio::test(start_paused = true)]
async fn an_agent_who_does_not_come_into_the_group_is_hung_up() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, _) = stage.group().await;
    let agent_call = stage.board.dial(&agent()).await.expect("placed");
    let agent_id = agent_call.leg().call_id().to_string();
    stage.notify([active(&agent_id)]);
    let agent_call =
        agent_call.answered(std::time::Duration::from_secs(5)).await.expect("answered");
    let consult = Consult::of(agent_call, AnsweredBy::Confirmed);
    stage.graph.answer("invite", 500, &json!({}));
    let kept =
        transfer_supervised(customer, consult, &group, Fallback::Keep).await.expect_err("alone");
    assert!(!kept.call.snapshot().is_ended());
    stage.settle().await;
    assert_eq!(stage.graph.hung_up(&agent_id), 1);
}

#[tokio::test(start_paused = true)]
async fn an_agent_who_may_come_yet_is_not_rung_too() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let (group, _) = stage.group().await;
    let agent_call = stage.board.dial(&agent()).await.expect("placed");
    stage.notify([active(agent_call.leg().call_id().as_str())]);
    let agent_call =
        agent_call.answered(std::time::Duration::from_secs(5)).await.expect("answered");
    let consult = Consult::of(agent_call, AnsweredBy::Confirmed);
    // Nothing tells how the invitation ends.
    let kept =
        transfer_supervised(customer, consult, &group, Fallback::Ring).await.expect_err("unknown");
    assert!(!kept.call.snapshot().is_ended());
    assert_eq!(invites(&stage), 1);
}

/// Pain 24.
#[tokio::test(start_paused = true)]
async fn a_group_call_has_the_callback_and_the_roster_that_every_call_is_configured_with() {
    let route = CallbackRoute::new(|leg| {
        format!("https://blue.bot.contoso.com/{leg}").parse().expect("an address")
    });
    let stage = stage_with(|config| config.callback_per_call(route).delta_roster(true));
    let (_group, id) = stage.group().await;
    let body = stage.graph.last("POST calls").body;
    assert_eq!(body["callbackUri"], "https://blue.bot.contoso.com/out0");
    assert_eq!(body["callOptions"]["isDeltaRosterEnabled"], true);
    stage.notify([roster(&id, 1, &["p1", "p2"])]);
    stage.settle().await;

    let meeting: MeetingInfo = TokenMeetingInfo::new("meeting-token").into();
    let join = |calls: &CallCollection, callback: String| {
        let options = OutgoingCallOptions::new().is_content_sharing_notification_enabled(true);
        calls.join(callback, meeting).call_options(options)
    };
    let _meeting = stage.board.join(JoinedBy::Details, join).await.expect("placed");
    let body = stage.graph.last("POST calls").body;
    assert_eq!(body["callbackUri"], "https://blue.bot.contoso.com/out1");
    assert_eq!(body["callOptions"]["isDeltaRosterEnabled"], true);
    assert_eq!(body["callOptions"]["isContentSharingNotificationEnabled"], true);

    let plain = crate::support::stage();
    let _group = plain.group().await;
    assert!(plain.graph.last("POST calls").body.get("callOptions").is_none());
}

#[tokio::test(start_paused = true)]
async fn one_participant_is_on_hold_at_a_time() {
    let stage = stage();
    let (group, id) = stage.group().await;
    stage.notify([roster(&id, 1, &["p1", "p2"])]);
    stage.settle().await;
    let _ = group.hold("p1", Some(prompt("music"))).await.expect("accepted");
    let body = stage.graph.last("POST startHoldMusic").body;
    assert_eq!(body["customPrompt"]["mediaInfo"]["uri"], "https://cdn.example.com/music.wav");
    let refused = group.hold("p2", None).await.expect_err("one at a time");
    assert!(matches!(refused, ControlError::AnotherOnHold));
    let _ = group.resume("P1").await.expect("accepted");
    let _ = group.hold("p2", None).await.expect("accepted");
    // Who left is on hold no more.
    stage.notify([roster(&id, 2, &["p1"])]);
    stage.settle().await;
    let _ = group.hold("p1", None).await.expect("accepted");
    assert_eq!(stage.graph.count("POST startHoldMusic"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_participant_is_muted_removed_and_known_by_any_spelling() {
    let stage = stage();
    let (group, id) = stage.group().await;
    stage.notify([roster(&id, 1, &["AB-1"])]);
    stage.settle().await;
    let _ = group.mute("ab1").await.expect("accepted");
    assert!(stage.graph.last("POST mute").uri.ends_with("/participants/AB-1/mute"));
    group.remove("ab1").await.expect("removed");
    assert!(stage.graph.last("DELETE participant").uri.ends_with("/participants/AB-1"));
    let refused = group.remove("nobody").await.expect_err("unknown");
    assert!(matches!(refused, ControlError::NoParticipant));
}

/// Pain 36.
#[tokio::test(start_paused = true)]
async fn no_phone_is_invited_where_the_meeting_was_joined_by_token() {
    let stage = stage();
    for (by, allowed) in [(JoinedBy::Token, false), (JoinedBy::Details, true)] {
        let meeting: MeetingInfo = TokenMeetingInfo::new("meeting-token").into();
        let joined = stage.board.join(by, |calls, callback| calls.join(callback, meeting)).await;
        let group = joined.expect("placed");
        let id = group.call().leg().call_id().to_string();
        stage.notify([active(&id)]);
        let group = group.joined().await.expect("joined");
        let before = invites(&stage);
        let invited = tokio::spawn(async move { group.invite(&phone()).await });
        stage.settle().await;
        assert_eq!(invites(&stage) - before, usize::from(allowed));
        if allowed {
            stage.ends(&id, "invite", "completed", 200, 0);
        }
        assert_eq!(invited.await.expect("no panic").is_ok(), allowed);
    }
}

/// Pain 36. Pain 37.
#[tokio::test(start_paused = true)]
async fn a_phone_joins_a_group_only_by_a_resource_account() {
    let bare = stage_with(|config| config);
    let refused = bare.board.dial_group(&[phone()]).await.expect_err("nobody to call it");
    assert!(matches!(refused, ControlError::Target(UnusableTarget::NoInstance)), "{refused}");
    assert!(refused.to_string().contains("application_instance"), "{refused}");
    let (group, _) = bare.group().await;
    let refused = group.invite(&phone()).await.expect_err("nobody to invite it");
    assert!(matches!(refused, ControlError::Target(UnusableTarget::NoInstance)), "{refused}");
    assert_eq!((bare.graph.count("POST calls"), invites(&bare)), (1, 0), "the agents' alone");
    let body = bare.graph.last("POST calls").body;
    assert_eq!(body["source"], Value::Null, "users are called by the bot itself");

    let stage = stage();
    stage.board.dial_group(&[phone()]).await.expect("placed");
    let source = stage.graph.last("POST calls").body["source"]["identity"].clone();
    assert_eq!(source["applicationInstance"]["id"], crate::support::INSTANCE);
    let several = stage.board.dial_group(&[phone(), agent()]).await.expect_err("users alone");
    assert!(several.to_string().contains("one by one"), "{several}");
    assert_eq!(stage.graph.count("POST calls"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_participant_is_handed_over_and_seen_to_leave() {
    let stage = stage();
    let (group, id) = stage.group().await;
    stage.notify([roster(&id, 1, &["p1", "p2"])]);
    stage.settle().await;
    let handed = tokio::spawn(async move { group.transfer("p1", &agent()).await });
    stage.settle().await;
    let body = stage.graph.last("POST transfer").body;
    assert_eq!(body["transferee"]["participantId"], "p1");
    assert_eq!(body["transferee"]["identity"]["user"]["id"], "user-of-p1");
    stage.notify([roster(&id, 2, &["p2"])]);
    let handed = handed.await.expect("no panic").expect("sent");
    let after = AfterTransfer::OutOfSight;
    let wanted = TransferOutcome::Completed { after, answered_by: Knowledge::Unknown };
    assert_eq!((handed.outcome, handed.assumed), (wanted, vec![Assumed::TargetReachable]));
}

#[tokio::test(start_paused = true)]
async fn a_group_call_that_is_not_joined_is_given_back() {
    let stage = stage();
    let group = stage.board.dial_group(&[agent()]).await.expect("placed");
    let refused = group.joined().await.expect_err("nobody lets it in");
    assert!(matches!(refused.error, ControlError::NotInTime { wanted: "joined", .. }));
    refused.group.leave().await.expect("left");
    assert_eq!(stage.graph.hung_up(&created(1)), 1);
}

/// Pain 26.
#[tokio::test(start_paused = true)]
async fn an_invitation_whose_end_nobody_tells_is_found_out_by_asking() {
    let stage = stage();
    let (group, _) = stage.group().await;
    let invited = tokio::spawn(async move { group.invite(&agent()).await });
    stage.settle().await;
    let context = stage.graph.last("POST invite").body["clientContext"].clone();
    stage.graph.answer(
        "operation",
        200,
        &json!({ "@odata.type": "#microsoft.graph.inviteParticipantsOperation", "id": "op",
                 "status": "completed", "clientContext": context }),
    );
    let result = invited.await.expect("no panic").expect("it came");
    assert_eq!(result.learned, Learned::Asked);
}

/// Pain 30.
#[tokio::test(start_paused = true)]
async fn where_a_transfer_comes_to_nothing_the_party_is_brought_into_a_group_instead() {
    let mut stage = stage();
    let customer = stage.answered().await;
    let transferred = customer.transfer(&agent()).await.expect("sent");
    assert_eq!(transferred.outcome, TransferOutcome::Unknown, "nobody tells anything");
    let customer = transferred.call.expect("the call goes on");
    let (group, id) = stage.group().await;
    let brought = tokio::spawn(async move { group.bring_in(customer, Fallback::Keep).await });
    stage.settle().await;
    stage.ends(&id, "invite", "completed", 200, 0);
    assert_eq!(brought.await.expect("no panic").expect("came"), Came::Moved);
}
