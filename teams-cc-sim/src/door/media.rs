//! Media of a call: prompts and tones. Service-hosted media alone.

use http::StatusCode;
use serde_json::Value;

use super::{
    Answer,
    graph::{Asker, MAX_CLIENT_CONTEXT},
    problem::Problem,
};
use crate::world::{Call, MAX_OPERATIONS, World, file_name};

/// The most prompts in one playPrompt (Learn: 20).
const MAX_PROMPTS: usize = 20;
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
    let id = world.play(key, &uris, context.clone()).ok_or_else(|| {
        Problem::bad_request(format!("At most {MAX_OPERATIONS} operations wait on a call."))
    })?;
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
    let id = world.dice.uuid();
    Ok(operation(
        world,
        key,
        ("subscribeToToneOperation", "completed"),
        &id,
        context.as_deref(),
        format!("calls/{key}/subscribeToTone"),
        graph,
    ))
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
    let id = world.dice.uuid();
    Ok(operation(
        world,
        key,
        ("cancelMediaProcessingOperation", "completed"),
        &id,
        context.as_deref(),
        format!("calls/{key}/cancelMediaProcessing"),
        graph,
    ))
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

fn client_context(body: &Value) -> Result<Option<String>, Problem> {
    let context = body["clientContext"].as_str();
    if context.is_some_and(|context| context.chars().count() > MAX_CLIENT_CONTEXT) {
        return Err(Problem::bad_request("The clientContext is over 256 characters."));
    }
    Ok(context.map(str::to_owned))
}

fn operation(
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
