//! What may be kept, and what must not be.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};
use teams_cc_graph::{
    ErrorKind,
    call::{
        OrderError,
        control::ControlError,
        recording::{ClipLocation, MAX_CLIP_BYTES, RecordingGuard, RecordingPermit, RecordingSink},
    },
    ivr::Next,
    ivr::Recording,
};

use crate::support::{Answer, CALL, Stage, TOKEN, active, incoming, policy_call, prompt, stage};

/// Keeps everything in memory.
#[derive(Default)]
struct Tape(Vec<u8>);

impl RecordingSink for Tape {
    type Error = Infallible;

    async fn write(&mut self, _: &RecordingPermit, media: &[u8]) -> Result<(), Infallible> {
        self.0.extend_from_slice(media);
        Ok(())
    }
}

async fn policy_guard(stage: &mut Stage) -> RecordingGuard {
    let arrival = stage.arrival_of(policy_call()).await;
    arrival.call.answer().await.expect("answered");
    stage.notify([active(CALL)]);
    stage.settle().await;
    arrival.recording.expect("a recording policy brought it")
}

fn completed() -> Value {
    json!({ "id": "op", "status": "completed", "resultInfo": { "code": 200, "subcode": 0 } })
}

/// The recording statuses that Graph was told.
fn told(stage: &Stage) -> Vec<Value> {
    let asked = stage.graph.asked();
    let told = asked.iter().filter(|asked| asked.what == "POST updateRecordingStatus");
    told.map(|asked| asked.body["status"].clone()).collect()
}

/// Pain 47.
#[tokio::test(start_paused = true)]
async fn only_a_call_that_a_recording_policy_brought_can_be_recorded() {
    let mut stage = stage();
    assert!(stage.arrival_of(incoming()).await.recording.is_none());
}

#[tokio::test(start_paused = true)]
async fn media_is_kept_once_graph_confirmed_the_status_and_not_before() {
    let mut stage = stage();
    let guard = policy_guard(&mut stage).await;
    let starting = tokio::spawn(guard.start());
    stage.settle().await;
    assert!(!starting.is_finished(), "running is not confirmed");
    stage.ends(CALL, "updateRecordingStatus", "completed", 200, 0);
    let permit = starting.await.expect("no panic").expect("confirmed");
    let mut tape = Tape::default();
    permit.keep(&mut tape, permit.media(Bytes::from_static(b"sound"))).await.expect("kept");
    assert_eq!(tape.0, b"sound");
    stage.graph.answer("updateRecordingStatus", 200, &completed());
    let guard = permit.stop().await.expect("stopped");
    let permit = guard.start().await.expect("again");
    permit.failed().await.expect("told");
    stage.settle().await;
    assert_eq!(told(&stage), ["recording", "notRecording", "recording", "failed"]);
}

/// Pain 47.
#[tokio::test(start_paused = true)]
async fn a_refusal_gives_no_permit_and_says_what_8506_means() {
    let mut stage = stage();
    let guard = policy_guard(&mut stage).await;
    let error = json!({ "error": { "code": "8506", "message": "not a compliance call" } });
    stage.graph.answer("updateRecordingStatus", 403, &error);
    let refused = guard.start().await.expect_err("refused");
    let ControlError::Order(OrderError::Graph(error)) = &refused.source else {
        panic!("{refused:?}")
    };
    let diagnosis = error.diagnosis().expect("explained").to_string();
    assert!(diagnosis.contains("compliance recording policy"), "{diagnosis}");
    drop(refused);
    stage.settle().await;
    assert_eq!(told(&stage), ["recording"], "a refusal leaves nothing to take back");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_gives_no_permit() {
    let mut stage = stage();
    let guard = policy_guard(&mut stage).await;
    let starting = tokio::spawn(guard.start());
    stage.settle().await;
    stage.ends(CALL, "updateRecordingStatus", "failed", 500, 8500);
    let refused = starting.await.expect("no panic").expect_err("failed");
    assert!(matches!(refused.source, ControlError::Failed { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_permit_and_a_dropped_start_take_the_status_back() {
    let mut stage = stage();
    let guard = policy_guard(&mut stage).await;
    stage.graph.answer("updateRecordingStatus", 200, &completed());
    drop(guard.start().await.expect("confirmed"));
    stage.settle().await;
    assert_eq!(told(&stage), ["recording", "notRecording"]);

    let mut stage = crate::support::stage();
    let guard = policy_guard(&mut stage).await;
    let slow = Answer::json(200, &completed()).after(Duration::from_secs(5));
    stage.graph.answers("updateRecordingStatus", [slow, Answer::json(200, &completed())]);
    let waited = tokio::time::timeout(Duration::from_secs(1), guard.start()).await;
    assert!(waited.is_err());
    stage.settle().await;
    assert_eq!(told(&stage), ["recording", "notRecording"]);
}

/// Records a response, and gives where its clip is.
async fn recorded(stage: &mut Stage) -> ClipLocation {
    let call = stage.connected().await;
    let recording = Recording::new(Next::done("ok"), Next::done("failed"))
        .max_duration(Duration::from_secs(10))
        .barge_in(true);
    let operation = call.record_response(Some(prompt("speak")), &recording).await.expect("begun");
    let body = stage.graph.last("POST recordResponse").body;
    assert_eq!(body["maxRecordDurationInSeconds"], 10);
    assert_eq!(body["bargeInAllowed"], true);
    assert_eq!(body["prompts"].as_array().map(Vec::len), Some(1));
    stage.ends_with(
        CALL,
        "recordResponse",
        json!({
            "status": "completed", "resultInfo": { "code": 200, "subcode": 8508 },
            "recordingLocation": "https://files.example.com/clips/clip-1",
            "recordingAccessToken": "token-of-the-clip",
        }),
    );
    let result = operation.outcome().await.expect("told");
    ClipLocation::of_result(&result).expect("recorded")
}

/// Trap 41.
#[tokio::test(start_paused = true)]
async fn a_clip_is_fetched_with_its_own_token_and_never_the_apps() {
    let mut stage = stage();
    let location = recorded(&mut stage).await;
    stage.graph.answers("clip-1", [Answer::bytes("RIFF")]);
    let clip = location.fetch(&stage.client).await.expect("fetched");
    assert_eq!(clip.with_bytes(<[u8]>::len), 4);
    let asked = stage.graph.last("GET clip-1");
    assert_eq!(asked.uri, "https://files.example.com/clips/clip-1");
    assert_eq!(asked.token, "Bearer token-of-the-clip");
    let leaked = stage
        .graph
        .asked()
        .iter()
        .any(|asked| asked.uri.contains("files.example.com") && asked.token.contains(TOKEN));
    assert!(!leaked);
}

#[tokio::test(start_paused = true)]
async fn a_clip_beyond_its_bound_or_gone_is_an_error() {
    let mut stage = stage();
    let location = recorded(&mut stage).await;
    stage.graph.answers("clip-1", [Answer::bytes(vec![0; MAX_CLIP_BYTES + 1])]);
    let error = location.fetch(&stage.client).await.expect_err("too large");
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { .. }), "{error}");
    stage.graph.answer("clip-1", 404, &Value::Null);
    let error = location.fetch(&stage.client).await.expect_err("gone");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
}
