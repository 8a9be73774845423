//! Media of a call: prompts and tones. Service-hosted media alone.

use std::{ops::RangeInclusive, time::Duration};

use http::StatusCode;
use serde_json::Value;

use super::{
    Answer, clip,
    graph::{Asker, MAX_CLIENT_CONTEXT},
    problem::Problem,
};
use crate::world::{Call, FINISHED, MAX_OPERATIONS, Operation, Wanted, World, file_name};

/// The most prompts in one playPrompt (Learn: 20).
const MAX_PROMPTS: usize = 20;
/// How long clips and silences may be, in seconds (Learn: 1 to 120).
const RECORD_SECONDS: RangeInclusive<u64> = 1..=120;
/// How long they are unless the bot says so (Learn: 5 s).
const DEFAULT_SECONDS: Duration = Duration::from_secs(5);
/// How long a tone sounds, and the pause after it unless the bot says so (assumed).
const TONE: Duration = Duration::from_millis(100);
const BETWEEN: Duration = Duration::from_millis(300);
/// The longest pause that is taken (assumed).
const LONGEST_GAP: Duration = Duration::from_secs(10);
/// Either permission lets a bot play and cancel (checked when the call is made, says Learn).
const PLAY: [&str; 2] = ["Calls.Initiate.All", "Calls.AccessMedia.All"];

/// `POST /communications/calls/{id}/playPrompt`.
pub(crate) fn play_prompt(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&PLAY)?;
    established(world, key)?;
    let context = client_context(body)?;
    let prompts = body["prompts"]
        .as_array()
        .filter(|prompts| !prompts.is_empty())
        .ok_or_else(|| Problem::missing("prompts"))?;
    if prompts.len() > MAX_PROMPTS {
        return Err(Problem::bad_request("At most 20 prompts are played at once."));
    }
    let uris = prompts
        .iter()
        .map(|prompt| prompt["mediaInfo"]["uri"].as_str())
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Problem::missing("prompts/mediaInfo/uri"))?;
    let names: Vec<&str> = uris.iter().map(|uri| file_name(uri)).collect();
    let what = format!("calls/{key}/playPrompt {}", names.join(", "));
    let id = world.play(key, &uris, context.clone()).ok_or_else(too_many)?;
    Ok(operation(
        world,
        key,
        ("playPromptOperation", "running"),
        &id,
        context.as_deref(),
        what,
        graph,
    ))
}

/// `POST /communications/calls/{id}/subscribeToTone`.
pub(crate) fn subscribe_to_tone(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.AccessMedia.All"])?;
    established(world, key)?;
    let context = client_context(body)?;
    if let Some(call) = world.calls.get_mut(&key) {
        call.tones = true;
    }
    let what = format!("calls/{key}/subscribeToTone");
    let kind = "subscribeToToneOperation";
    Ok(done_at_once(world, key, kind, context.as_deref(), what, graph))
}

/// `POST /communications/calls/{id}/cancelMediaProcessing`.
pub(crate) fn cancel_media_processing(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&PLAY)?;
    established(world, key)?;
    let context = client_context(body)?;
    world.cancel_operations(key);
    let what = format!("calls/{key}/cancelMediaProcessing");
    let kind = "cancelMediaProcessingOperation";
    Ok(done_at_once(world, key, kind, context.as_deref(), what, graph))
}

/// `POST /communications/calls/{id}/recordResponse`.
pub(crate) fn record_response(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.AccessMedia.All"])?;
    established(world, key)?;
    let context = client_context(body)?;
    let prompts = body["prompts"].as_array().map_or(&[][..], Vec::as_slice);
    if prompts.len() > 1 {
        return Err(Problem::bad_request("At most one prompt is played before a clip."));
    }
    let uris: Option<Vec<_>> =
        prompts.iter().map(|prompt| prompt["mediaInfo"]["uri"].as_str()).collect();
    let uris = uris.ok_or_else(|| Problem::missing("prompts/mediaInfo/uri"))?;
    let seconds = |name: &str| match &body[name] {
        Value::Null => Ok(DEFAULT_SECONDS),
        value => value
            .as_u64()
            .filter(|seconds| RECORD_SECONDS.contains(seconds))
            .map(Duration::from_secs)
            .ok_or_else(|| Problem::bad_request(format!("{name} is from 1 to 120."))),
    };
    let stop_tones = body["stopTones"].as_array().into_iter().flatten();
    let wanted = Wanted {
        uris,
        context: context.clone(),
        stop_tones: stop_tones.filter_map(|tone| tone.as_str()?.chars().next()).collect(),
        initial_silence: seconds("initialSilenceTimeoutInSeconds")?,
        max_silence: seconds("maxSilenceTimeoutInSeconds")?,
        max_duration: seconds("maxRecordDurationInSeconds")?,
        origin: clip::origin(graph),
    };
    let id = world.record(key, wanted).ok_or_else(too_many)?;
    let what = format!("calls/{key}/recordResponse");
    let kind = ("recordOperation", "running");
    Ok(operation(world, key, kind, &id, context.as_deref(), what, graph))
}

/// `POST /communications/calls/{id}/sendDtmfTones`.
pub(crate) fn send_dtmf_tones(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.Initiate.All", "Calls.AccessMedia.All"])?;
    established(world, key)?;
    let context = client_context(body)?;
    let tones = body["tones"].as_array().filter(|tones| !tones.is_empty());
    let tones = tones.ok_or_else(|| Problem::missing("tones"))?.len();
    let count = u32::try_from(tones).unwrap_or(u32::MAX);
    let between = body["delayBetweenTonesMs"].as_u64().map_or(BETWEEN, Duration::from_millis);
    let sent = Operation {
        id: world.dice.uuid(),
        context: context.clone(),
        kind: "sendDtmfTonesOperation",
        names: Vec::new(),
        plays: Ok(TONE.saturating_add(between.min(LONGEST_GAP)).saturating_mul(count)),
        ends: FINISHED,
        records: None,
    };
    let id = world.begin_operation(key, sent).ok_or_else(too_many)?;
    let what = format!("calls/{key}/sendDtmfTones ({tones})");
    let kind = ("sendDtmfTonesOperation", "running");
    Ok(operation(world, key, kind, &id, context.as_deref(), what, graph))
}

/// `POST …/mute` and `…/unmute`: the bot itself.
pub(crate) fn mute(
    world: &mut World,
    key: u64,
    muted: bool,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    established(world, key)?;
    let context = client_context(body)?;
    world.mute_self(key, muted);
    let (kind, name) = if muted {
        ("muteParticipantOperation", "mute")
    } else {
        ("unmuteParticipantOperation", "unmute")
    };
    let what = format!("calls/{key}/{name}");
    Ok(done_at_once(world, key, kind, context.as_deref(), what, graph))
}

/// `POST …/updateRecordingStatus`: for calls of a recording policy alone.
pub(crate) fn update_recording_status(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.JoinGroupCall.All", "Calls.AccessMedia.All"])?;
    established(world, key)?;
    let context = client_context(body)?;
    let status = body["status"].as_str().unwrap_or_default();
    let known = ["notRecording", "recording", "failed"];
    if !known.iter().any(|known| known.eq_ignore_ascii_case(status)) {
        return Err(Problem::bad_request("The status is not a recordingStatus."));
    }
    let account = world.calls.get(&key).and_then(|call| call.account);
    let account = account.and_then(|account| world.setup.accounts.get(account));
    if !account.is_some_and(|account| account.policy_recording) {
        return Err(Problem::no_policy());
    }
    let what = format!("calls/{key}/updateRecordingStatus {status}");
    let kind = "updateRecordingStatusOperation";
    Ok(done_at_once(world, key, kind, context.as_deref(), what, graph))
}

/// `GET …/operations/{id}`.
pub(crate) fn read_operation(world: &World, key: u64, id: &str) -> Result<Answer, Problem> {
    let operation = world.operation_named(key, id).ok_or_else(Problem::not_found)?;
    let kind = operation["@odata.type"].as_str().unwrap_or_default();
    let name = kind.rsplit('.').next().unwrap_or_default().to_owned();
    Ok(Answer::json(StatusCode::OK, operation, format!("calls/{key}/operations/… ({name})")))
}

fn too_many() -> Problem {
    Problem::bad_request(format!("At most {MAX_OPERATIONS} operations wait on a call."))
}

/// An operation that is over when the request is answered; no notification follows.
pub(super) fn done_at_once(
    world: &mut World,
    key: u64,
    kind: &str,
    context: Option<&str>,
    what: String,
    graph: &str,
) -> Answer {
    let id = world.dice.uuid();
    world.remember(key, World::operation_entity(kind, &id, "completed", context));
    operation(world, key, (kind, "completed"), &id, context, what, graph)
}

/// Prompts and tones need media, and media needs an established call.
fn established(world: &World, key: u64) -> Result<(), Problem> {
    if world.calls.get(&key).is_some_and(Call::active) {
        Ok(())
    } else {
        Err(Problem::bad_request(
            "The call is not established: wait for the notification that says so.",
        ))
    }
}

pub(super) fn client_context(body: &Value) -> Result<Option<String>, Problem> {
    let context = body["clientContext"].as_str();
    if context.is_some_and(|context| context.chars().count() > MAX_CLIENT_CONTEXT) {
        return Err(Problem::bad_request("The clientContext is over 256 characters."));
    }
    Ok(context.map(str::to_owned))
}

pub(super) fn operation(
    world: &World,
    key: u64,
    (kind, status): (&str, &str),
    id: &str,
    context: Option<&str>,
    what: String,
    graph: &str,
) -> Answer {
    let resource = world.calls.get(&key).map(Call::resource).unwrap_or_default();
    Answer::json(StatusCode::OK, World::operation_entity(kind, id, status, context), what)
        .at(format!("{graph}/v1.0{resource}/operations/{id}"))
}
