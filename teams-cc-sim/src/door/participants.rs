//! Who is on a call: list, get, invite, remove, mute, hold music.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, calls, graph::Asker, media, problem::Problem};
use crate::world::{FINISHED, Group, Invite, Operation, World};

/// Either permission lets an app mute others.
const MUTE: [&str; 2] = ["Calls.JoinGroupCall.All", "Calls.InitiateGroupCall.All"];
/// Either permission lets an app remove others.
const REMOVE: [&str; 2] = ["Calls.JoinGroupCallAsGuest.All", "Calls.JoinGroupCall.All"];

/// Everything below `/communications/calls/{id}/participants`.
pub(crate) fn respond(
    world: &mut World,
    asker: &Asker,
    key: u64,
    (method, path): (&Method, &[&str]),
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    let what = format!("calls/{key}/participants");
    match (method, path) {
        (&Method::GET, []) => {
            let value = world.participants(key);
            Ok(Answer::json(StatusCode::OK, json!({"value": value}), what))
        }
        (&Method::POST, ["invite"]) => invite(world, asker, key, body, graph),
        (&Method::GET, [id]) => {
            let mut people = world.participants(key).into_iter();
            let one = people.find(|person| person["id"] == *id);
            let one = one.ok_or_else(Problem::not_found)?;
            Ok(Answer::json(StatusCode::OK, one, format!("{what}/…")))
        }
        (&Method::DELETE, [id]) => {
            asker.needs_one_of(&REMOVE)?;
            if !world.take_out(key, id, "Removed") {
                return Err(Problem::not_found());
            }
            Ok(Answer::empty(StatusCode::NO_CONTENT, format!("{what}/…")))
        }
        (&Method::POST, [id, action]) => {
            let name = action.strip_prefix("microsoft.graph.").unwrap_or(action);
            let kind = match name {
                "mute" => "muteParticipantOperation",
                "startHoldMusic" => "startHoldMusicOperation",
                "stopHoldMusic" => "stopHoldMusicOperation",
                _ => return Err(Problem::not_simulated()),
            };
            let context = media::client_context(body)?;
            if name == "mute" {
                asker.needs_one_of(&MUTE)?;
                if !world.mute(key, id) {
                    return Err(Problem::not_found());
                }
            } else {
                asker.needs_one_of(&["Calls.Initiate.All"])?;
                if !world.participants(key).iter().skip(1).any(|person| person["id"] == *id) {
                    return Err(Problem::not_found());
                }
            }
            let what = format!("{what}/…/{name}");
            let done = media::done_at_once(world, key, kind, context.as_deref(), what, graph);
            Ok(if name == "mute" { done } else { done.with(StatusCode::ACCEPTED) })
        }
        _ => Err(Problem::not_simulated()),
    }
}

/// `POST …/participants/invite`: one at a time, and of several the first alone with
/// `replacesCallId`.
fn invite(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.InitiateGroupCall.All"])?;
    let context = media::client_context(body)?;
    let call = world.calls.get(&key).ok_or_else(Problem::call_not_found)?;
    if call.group.is_none() || !call.active() {
        return Err(Problem::bad_request("Participants are invited to an established group call."));
    }
    if call.invite.is_some() {
        return Err(Problem::bad_request("Another invitation is under way: one at a time."));
    }
    let by_account = call.account.is_some();
    let target = match body["participants"].as_array().map_or(&[][..], Vec::as_slice) {
        [] => return Err(Problem::missing("participants")),
        [one] => one,
        [first, ..] if first["replacesCallId"].is_string() => first,
        _ => {
            return Err(Problem::bad_request(
                "Several at once are not part of this simulation: invite one after the other.",
            ));
        }
    };
    let callee = calls::callee(world, asker, &target["identity"], by_account)?;
    let replaces = target["replacesCallId"].as_str().map(|id| {
        let other = world.call_named(id).filter(|other| *other != key);
        let own = other.filter(|other| {
            let call = world.calls.get(other);
            call.is_some_and(|call| call.app == asker.app && call.tenant == asker.tenant)
        });
        own.ok_or(())
    });
    let operation = Operation {
        id: world.dice.uuid(),
        context,
        kind: "inviteParticipantsOperation",
        names: Vec::new(),
        plays: Ok(std::time::Duration::ZERO),
        ends: FINISHED,
        records: None,
    };
    let (_, name) = world.callee_name(callee);
    let what = match replaces {
        None => format!("calls/{key}/participants/invite → {name}"),
        Some(Ok(other)) => {
            format!("calls/{key}/participants/invite → {name}, replaces call {other}")
        }
        Some(Err(())) => {
            format!("calls/{key}/participants/invite → {name}, replaces a call that is gone")
        }
    };
    let (id, context) = (operation.id.clone(), operation.context.clone());
    let identity = calls::party(world, callee);
    world.invite(key, Invite { operation, identity, callee, replaces });
    let kind = ("inviteParticipantsOperation", "Running");
    let mut answer = media::operation(world, key, kind, &id, context.as_deref(), what, graph);
    answer.set("participants", &body["participants"]);
    Ok(answer)
}

/// Whether a request asks for a group call that is there already: it names a meeting or a chat,
/// and nobody to ring.
pub(super) fn joins(body: &Value) -> bool {
    let named = body["meetingInfo"].is_object() || body["chatInfo"].is_object();
    named && body["targets"].as_array().is_none_or(Vec::is_empty)
}

/// A group call as its request wants it told.
pub(super) fn group(body: &Value) -> Group {
    Group::new(body["callOptions"]["isDeltaRosterEnabled"].as_bool().unwrap_or(false))
}
