//! From ringing to media, in time and in order.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use teams_cc_core::contact::{EndReason, RejectReason};
use teams_cc_graph::{
    BoxError, ErrorKind, SystemClock,
    call::control::{Ability, CallKind, CalledAs, ControlError, NotReady, warm_up},
    webhook::{Intake, IntakeConfig, KeySource},
};

use crate::support::{
    Answer, CALL, active, agent, incoming_to, phone, policy_call, prompt, silent, stage,
    stage_with, terminated,
};

/// Pain 25, pain 43.
#[tokio::test(start_paused = true)]
async fn a_call_goes_from_ringing_to_media_and_is_hung_up() {
    let mut stage = stage();
    let arrival = stage.arrival().await;
    assert_eq!(arrival.call.kind(), CallKind::Inbound(CalledAs::Instance));
    assert!(arrival.recording.is_none());
    let call = arrival.call.answer().await.expect("answered");
    let answer = stage.graph.last("POST answer").body;
    assert_eq!(
        answer["mediaConfig"]["@odata.type"], "#microsoft.graph.serviceHostedMediaConfig",
        "no media library is needed"
    );
    stage.notify([silent(CALL)]);
    let waiting = tokio::spawn(call.media_active());
    stage.settle().await;
    assert!(!waiting.is_finished(), "connected, and media does not flow yet");
    stage.notify([active(CALL)]);
    let call = waiting.await.expect("no panic").expect("media");
    let playing = call.play([prompt("hello")]).await.expect("accepted");
    stage.ends(CALL, "playPrompt", "completed", 200, 0);
    assert!(playing.outcome().await.expect("told").is_completed());
    call.hang_up().await.expect("hung up");
    assert_eq!(stage.graph.hung_up(CALL), 1);
}

/// Pain 18.
#[tokio::test(start_paused = true)]
async fn an_answer_after_its_deadline_is_not_sent() {
    for (notification, seconds) in [(crate::support::incoming(), 15), (policy_call(), 5)] {
        let mut stage = stage();
        let call = stage.arrival_of(notification).await.call;
        assert_eq!(call.remaining(), Duration::from_secs(seconds));
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        assert_eq!(call.remaining(), Duration::ZERO);
        let refused = call.answer().await.expect_err("too late");
        assert!(matches!(refused.error, ControlError::TooLate));
        let refused = refused.call.reject(RejectReason::Busy).await.expect_err("too late");
        assert!(matches!(refused.error, ControlError::TooLate));
        assert_eq!((stage.graph.count("POST answer"), stage.graph.count("POST reject")), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_too_long_is_given_up_at_the_deadline() {
    let mut stage = stage();
    let slow = Answer::json(202, &Value::Null).after(Duration::from_mins(1));
    stage.graph.answers("answer", [slow]);
    let call = stage.arrival_of(policy_call()).await.call;
    let start = tokio::time::Instant::now();
    let refused = call.answer().await.expect_err("too late");
    assert!(matches!(refused.error, ControlError::TooLate));
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ended_says_why_wherever_it_is_used() {
    let mut stage = stage();
    let call = stage.answered().await;
    stage.notify([terminated(CALL, 200, 4521)]);
    stage.settle().await;
    let refused = call.media_active().await.expect_err("over");
    assert!(
        matches!(&refused.error, ControlError::Ended(cause) if cause.reason == EndReason::Completed)
    );
    refused.call.hang_up().await.expect("nothing to do");
    assert_eq!(stage.graph.hung_up(CALL), 0, "the call was over");
}

#[tokio::test(start_paused = true)]
async fn media_that_never_flows_gives_the_call_back() {
    let mut stage = stage();
    let call = stage.arrival().await.call.answer().await.expect("answered");
    stage.notify([silent(CALL)]);
    let refused = call.media_active().await.expect_err("silence");
    assert!(matches!(refused.error, ControlError::NotInTime { wanted: "active", .. }));
    assert!(!refused.call.snapshot().is_ended());
}

/// Pain 18, pain 48.
#[tokio::test(start_paused = true)]
async fn everything_the_first_answer_needs_is_made_ready_before() {
    let stage = stage();
    stage.graph.answer("call", 404, &json!({ "error": { "code": "UnknownError" } }));
    stage.board.calls().warm_up().await.expect("a 404 is an answer");
    assert_eq!(stage.graph.count("GET call"), 1, "the connection was used");
    stage.graph.answer("call", 403, &json!({ "error": { "code": "7504" } }));
    let error = stage.board.calls().warm_up().await.expect_err("not allowed");
    assert!(matches!(error.kind(), ErrorKind::Permission(_)), "{error}");
}

/// Pain 18.
#[tokio::test(start_paused = true)]
async fn an_address_for_callbacks_that_no_call_could_name_is_told_at_the_start() {
    let stage = stage_with(|mut config| {
        config.callback_uri = "http://127.0.0.1:8080/calls".parse().expect("an address");
        config
    });
    let error = stage.board.calls().warm_up().await.expect_err("not HTTPS");
    assert!(error.to_string().contains("callbackUri"), "{error}");
    assert_eq!(stage.graph.count("GET call"), 0, "nothing was sent");
}

/// Pain 18.
#[tokio::test(start_paused = true)]
async fn what_to_grant_is_read_from_the_error_of_any_order() {
    let refused = json!({ "error": { "code": "7504", "message": "m" } });
    let mut stage = stage();
    let arrival = stage.arrival().await;
    stage.graph.answer("answer", 403, &refused);
    let error = arrival.call.answer().await.expect_err("not allowed").error;
    assert!(error.diagnosis().is_some_and(|said| !said.permissions.is_empty()), "{error:?}");
    stage.graph.answer("calls", 403, &refused);
    let error = stage.board.dial(&agent()).await.expect_err("not allowed");
    assert!(error.diagnosis().is_some_and(|said| !said.permissions.is_empty()), "{error:?}");
    assert!(ControlError::TooLate.diagnosis().is_none());
}

/// Pain 18, pain 48.
#[tokio::test(start_paused = true)]
async fn a_bot_that_could_believe_no_callback_is_not_ready() {
    let stage = stage();
    let gone = tower::service_fn(|_: http::Request<bytes::Bytes>| async {
        Err::<http::Response<bytes::Bytes>, _>(BoxError::from("no route to the keys"))
    });
    let transport = tower::util::BoxCloneSyncService::new(gone);
    let app = "8a34a46b-3d17-4adc-8dce-dc4e7d572698".parse().expect("an id");
    let calls = stage.board.calls();
    let intake = Intake::new(
        IntakeConfig::new(app, []),
        KeySource::new(transport),
        Arc::new(SystemClock::new()),
        Arc::new(calls.clone()),
    );
    let missing = warm_up(calls, &intake).await.expect_err("no keys");
    assert!(matches!(missing, NotReady::Keys(_)), "{missing}");
    assert_eq!(stage.graph.count("GET call"), 1, "graph was made ready all the same");
}

/// Pain 45.
#[tokio::test(start_paused = true)]
async fn what_a_recording_call_cannot_do_is_refused_here_with_the_reason() {
    let mut stage = stage();
    let arrival = stage.arrival_of(policy_call()).await;
    assert_eq!(arrival.call.kind(), CallKind::PolicyRecording);
    let call = arrival.call.answer().await.expect("answered");
    stage.notify([active(CALL)]);
    let call = call.media_active().await.expect("media");
    let refused = call.hear_tones().await.expect_err("refused");
    assert!(refused.to_string().contains("500/9999"), "{refused}");
    assert_eq!(stage.graph.count("POST subscribeToTone"), 0);
}

/// Pain 36.
#[tokio::test(start_paused = true)]
async fn a_call_to_the_bots_name_is_not_redirected_to_a_phone() {
    let mut stage = stage();
    let user = json!({ "user": { "id": "bot-upn" } });
    let call = stage.arrival_of(incoming_to(&user, Value::Null)).await.call;
    assert!(call.allows(Ability::RedirectToPhone).is_err());
    let ring = Duration::from_secs(30);
    let refused = call.redirect(&[phone()], ring).await.expect_err("refused");
    assert!(refused.to_string().contains("service number"), "{refused}");
    assert_eq!(stage.graph.count("POST redirect"), 0);
    refused.call.redirect(&[agent()], ring).await.expect("redirected");
    let body = stage.graph.last("POST redirect").body;
    assert_eq!(body["timeout"], 30);
}

/// Pain 37.
#[tokio::test(start_paused = true)]
async fn a_phone_is_called_with_a_resource_account_alone() {
    let stage = crate::support::stage_with(|config| config);
    assert_eq!(stage.board.application_instance(), None);
    let error = stage.board.dial(&phone()).await.expect_err("no resource account");
    assert!(error.to_string().contains("resource account"), "{error:?}");
    assert_eq!(stage.graph.count("POST calls"), 0);
    let stage = crate::support::stage();
    let call = stage.board.dial(&phone()).await.expect("placed");
    assert_eq!(call.kind(), CallKind::Outbound { instance: true });
    let source = stage.graph.last("POST calls").body["source"]["identity"].clone();
    assert_eq!(source["applicationInstance"]["id"], crate::support::INSTANCE);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_dial_leaves_no_line() {
    let stage = stage();
    let slow = Answer::json(201, &json!({ "id": "x" })).after(Duration::from_secs(2));
    stage.graph.answers("calls", [slow]);
    let wait = Duration::from_secs(1);
    assert!(tokio::time::timeout(wait, stage.board.dial(&agent())).await.is_err());
    tokio::time::sleep(wait * 2).await;
    assert_eq!(stage.graph.hung_up("x"), 1);
    assert_eq!(stage.board.calls().counts().sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_taken_over_is_resumed_at_its_stage() {
    use teams_cc_graph::call::control::Resumed;
    let mut stage = stage();
    let leg = stage.answered().await.leg().clone();
    stage.settle().await;
    let Resumed::MediaActive(mut call) = stage.board.resume(leg.clone(), CallKind::Group) else {
        panic!("media flows")
    };
    assert_eq!(call.kind(), CallKind::Group);
    stage.notify([terminated(CALL, 200, 4521)]);
    assert!(call.line().next().await.is_some(), "its line begins anew");
    assert!(matches!(stage.board.resume(leg, CallKind::Group), Resumed::Ended));
}

#[tokio::test(start_paused = true)]
async fn a_call_keeps_its_name_whoever_placed_it() {
    use teams_cc_core::LegId;
    let stage = stage();
    let taken = LegId::numbered("out", 0);
    stage.board.calls().dial(agent().address(), taken.clone()).await.expect("placed");
    let call = stage.board.dial(&agent()).await.expect("placed under another name");
    assert_ne!(teams_cc_core::contact::Leg::id(&**call.leg()), &taken);
}
