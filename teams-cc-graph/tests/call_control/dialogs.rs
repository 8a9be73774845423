//! Dialogs over calls.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use teams_cc_graph::{
    call::control::{CallHandle, ControlError, MediaActive},
    ivr::{Dialog, DialogRun, End, Keys, Next, Recording, Step, Verdict},
    prompt::PromptProblem,
};
use tokio::task::JoinHandle;

use crate::support::{Answer, CALL, Stage, active, policy_call, prompt, stage, terminated, tone};

fn dialog() -> Arc<Dialog> {
    let menu = Keys::menu([("1", Next::step("name")), ("2", Next::done("support"))]);
    let clip = Recording::new(Next::done("recorded"), Next::done("failed"));
    let dialog = Dialog::builder("main")
        .step("main", Step::ask([prompt("hello")], menu))
        .step("name", Step::record(prompt("your-name"), clip))
        .build();
    Arc::new(dialog.expect("a dialog"))
}

async fn run(stage: &mut Stage) -> JoinHandle<Result<DialogRun, ControlError>> {
    let mut call: CallHandle<MediaActive> = stage.connected().await;
    let running = tokio::spawn(async move { call.run_dialog(dialog()).await });
    stage.settle().await;
    running
}

/// Pain 46.
#[tokio::test(start_paused = true)]
async fn a_dialog_plays_hears_a_key_during_its_prompt_and_records() {
    let mut stage = stage();
    let running = run(&mut stage).await;
    let asked: Vec<_> = stage.graph.asked().into_iter().map(|asked| asked.what).collect();
    assert_eq!(asked[asked.len() - 2..], ["POST subscribeToTone", "POST playPrompt"]);
    stage.notify([tone(CALL, 1, "tone1")]);
    stage.settle().await;
    assert_eq!(stage.graph.count("POST cancelMediaProcessing"), 1);
    assert_eq!(stage.graph.count("POST recordResponse"), 0, "the prompt has not ended yet");
    stage.ends(CALL, "playPrompt", "failed", 400, 8508);
    stage.settle().await;
    stage.ends_with(
        CALL,
        "recordResponse",
        json!({
            "status": "completed", "resultInfo": { "code": 200, "subcode": 0 },
            "recordingLocation": "https://files.example.com/clips/clip-1",
            "recordingAccessToken": "token-of-the-clip",
        }),
    );
    let run = running.await.expect("no panic").expect("ran");
    assert_eq!(run.result.end, End::Finished("recorded".into()));
    assert_eq!(run.result.failed_prompts, 0, "it was cut short, it did not fail");
    let verdicts: Vec<_> = run.result.answers.iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts, [Verdict::Accepted, Verdict::Recorded]);
    assert_eq!(run.clips.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_hangs_up_ends_the_dialog() {
    let mut stage = stage();
    let running = run(&mut stage).await;
    stage.notify([terminated(CALL, 200, 4521)]);
    let run = running.await.expect("no panic").expect("ran");
    assert_eq!(run.result.end, End::CallEnded);
}

#[tokio::test(start_paused = true)]
async fn a_silent_caller_is_asked_again_and_the_dialog_ends() {
    let mut stage = stage();
    let running = run(&mut stage).await;
    for _ in 0..3 {
        stage.ends(CALL, "playPrompt", "completed", 200, 0);
        tokio::time::sleep(Duration::from_secs(6)).await;
        stage.settle().await;
    }
    let run = running.await.expect("no panic").expect("ran");
    assert_eq!(run.result.end, End::Finished("exhausted".into()));
    assert_eq!(stage.graph.count("POST playPrompt"), 3);
}

#[tokio::test(start_paused = true)]
async fn where_keys_cannot_be_heard_the_dialog_says_so() {
    let mut stage = stage();
    stage.graph.answer("subscribeToTone", 500, &json!({ "error": { "code": "9999" } }));
    let run = run(&mut stage).await.await.expect("no panic").expect("ran");
    assert_eq!(run.result.end, End::NoTones);
}

/// Pain 45.
#[tokio::test(start_paused = true)]
async fn a_recording_call_runs_no_dialog() {
    let mut stage = stage();
    let arrival = stage.arrival_of(policy_call()).await;
    let call = arrival.call.answer().await.expect("answered");
    stage.notify([active(CALL)]);
    let mut call = call.media_active().await.expect("media");
    let refused = call.run_dialog(dialog()).await.expect_err("refused");
    assert!(matches!(refused, ControlError::Unsupported(_)), "{refused}");
}

/// A second of silence that the service plays.
fn wav() -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend(16_000_u32.to_le_bytes());
    file.extend(32_000_u32.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(32_000_u32.to_le_bytes());
    file.resize(file.len() + 32_000, 0);
    file
}

/// Pain 44.
#[tokio::test(start_paused = true)]
async fn a_prompt_nobody_could_fetch_is_found_at_the_start() {
    let stage = stage();
    stage.graph.answers("hello.wav", [Answer::bytes(wav())]);
    stage.graph.answers("your-name.wav", [Answer::bytes("<html>a tunnel's warning</html>")]);
    let (step, problem) = dialog().fetch_prompts(&stage.client).await.expect_err("no WAV file");
    assert_eq!((&*step, problem.to_string().as_str()), ("name", "the prompt is not a WAV file"));
    stage.graph.answer("hello.wav", 404, &json!({}));
    let (step, problem) = dialog().fetch_prompts(&stage.client).await.expect_err("not there");
    assert_eq!(&*step, "main");
    assert!(matches!(problem, PromptProblem::NotThere(status) if status == 404), "{problem}");
    let asked = stage.graph.last("GET hello.wav");
    assert_eq!(
        (asked.uri.as_str(), asked.token.as_str()),
        ("https://cdn.example.com/hello.wav", "")
    );
}
