//! A dialog over a call.

use futures_util::{StreamExt, stream::FuturesUnordered};
use teams_cc_core::{
    Clock, Instant,
    contact::{LegEvent, OperationOutcome},
};

use super::{DialogResult, Input, Ivr, Output, TaskId};
use crate::{
    call::{
        GraphLeg, Needs, OperationError, OperationResult, OrderError, PendingOperation,
        control::Line, recording::ClipLocation,
    },
    model,
    request::communications::calls::OneCall,
};

/// How a dialog over a call went, and where its recordings are.
#[derive(Debug)]
#[non_exhaustive]
pub struct DialogRun {
    /// How it went.
    pub result: DialogResult,
    /// Where each recording can be fetched, in the order of the answers that say
    /// [`Verdict::Recorded`](super::Verdict::Recorded). Fetch them at once: they are gone soon.
    pub clips: Vec<ClipLocation>,
}

/// Runs a dialog over a call whose media flows, at most [`MAX_VISITS`](super::MAX_VISITS) steps.
///
/// Dropping the future leaves what plays playing; keys pressed since are still on the line.
pub async fn run(mut ivr: Ivr, leg: &GraphLeg, line: &mut Line, clock: &dyn Clock) -> DialogRun {
    let mut clips = Vec::new();
    let mut ends = FuturesUnordered::new();
    let mut input = if leg.snapshot().is_ended() { Input::CallEnded } else { Input::MediaActive };
    loop {
        ivr.handle_input(clock.now(), input);
        let deadline = loop {
            let output = match ivr.poll_output() {
                Output::Done(result) => return DialogRun { result: *result, clips },
                Output::Timeout(deadline) => break deadline,
                output => output,
            };
            let Some((task, begun)) = begin(leg, output).await else { continue };
            match begun {
                Ok(operation) => ends.push(end(task, operation)),
                Err(OrderError::Ended) => ivr.handle_input(clock.now(), Input::CallEnded),
                Err(_) => ivr.handle_input(clock.now(), Input::Refused { task }),
            }
        };
        input = tokio::select! {
            biased;
            event = line.next() => match event {
                Some(LegEvent::Tone(tone)) => Input::Tone(tone),
                Some(LegEvent::MediaActive) => Input::MediaActive,
                Some(LegEvent::Ended(_)) | None => Input::CallEnded,
                // What else a call tells is not for a dialog.
                Some(_) => Input::Tick,
            },
            Some((task, ended)) = ends.next() => match ended {
                Ok(ended) => {
                    if ended.is_completed() {
                        clips.extend(ClipLocation::of_result(&ended));
                    }
                    Input::Ended { task, outcome: ended.outcome }
                }
                Err(OperationError::CallEnded { .. }) => Input::CallEnded,
                Err(_) => Input::Ended { task, outcome: OperationOutcome::Unknown },
            },
            () = sleep(deadline, clock) => Input::Tick,
        };
    }
}

/// Orders what the dialog asks for; nothing for orders whose end it does not ask for.
async fn begin(
    leg: &GraphLeg,
    output: Output,
) -> Option<(TaskId, Result<PendingOperation, OrderError>)> {
    Some(match output {
        Output::SubscribeTones { task } => {
            let send = |call: OneCall, context: &str| {
                call.subscribe_to_tone().client_context(context).into_future()
            };
            (task, leg.begin(Needs::Media, send).await)
        }
        Output::Play { task, prompts } => {
            let prompts: Vec<_> =
                prompts.iter().map(|prompt| model::Prompt::wav(prompt.uri())).collect();
            let send = |call: OneCall, context: &str| {
                call.play_prompt(prompts).client_context(context).into_future()
            };
            (task, leg.begin(Needs::Media, send).await)
        }
        Output::Record { task, prompt, recording } => {
            let send = |call: OneCall, context: &str| {
                let request = recording.request(call.record_response(), prompt);
                request.client_context(context).into_future()
            };
            (task, leg.begin(Needs::Media, send).await)
        }
        Output::CancelMedia { task } => {
            let send = |call: OneCall, context: &str| {
                call.cancel_media_processing().client_context(context).into_future()
            };
            if let Err(error) = leg.begin(Needs::Media, send).await {
                tracing::debug!(%task, %error, "what plays could not be stopped");
            }
            return None;
        }
        Output::Done(_) | Output::Timeout(_) => return None,
    })
}

async fn end(
    task: TaskId,
    operation: PendingOperation,
) -> (TaskId, Result<OperationResult, OperationError>) {
    (task, operation.outcome().await)
}

async fn sleep(until: Option<Instant>, clock: &dyn Clock) {
    match until {
        Some(until) => tokio::time::sleep(until.since(clock.now())).await,
        None => std::future::pending().await,
    }
}
