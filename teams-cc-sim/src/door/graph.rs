//! Graph: who asks, and which operation is asked for.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::Value;

use super::{
    Answer, call_records, calls, finish, media, participants, presence, problem::Problem, redirect,
    subscriptions, users,
};
use crate::world::World;

/// The longest `clientContext` accepted, in characters (Learn: 256).
pub(crate) const MAX_CLIENT_CONTEXT: usize = 256;

/// Who asks, as the access token says.
pub(crate) struct Asker {
    pub(crate) app: usize,
    pub(crate) tenant: usize,
    roles: Vec<String>,
}

impl Asker {
    pub(crate) fn may(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }

    /// Passes where the token carries one of these calling permissions.
    pub(crate) fn needs_one_of(&self, roles: &[&str]) -> Result<(), Problem> {
        if roles.iter().any(|role| self.may(role)) { Ok(()) } else { Err(Problem::no_permission()) }
    }
}

pub(crate) fn respond(
    world: &mut World,
    request: &http::Request<Bytes>,
    path: &[&str],
) -> Response<Bytes> {
    let mark = world.log.mark();
    let answer = asker(world, request)
        // Ids of people may follow, so only the beginning of the path is shown.
        .map_err(|problem| problem.during(&path.get(..1).unwrap_or_default().join("/")))
        .and_then(|asker| operation(world, request, path, &asker));
    finish(world, mark, request, answer)
}

fn operation(
    world: &mut World,
    request: &http::Request<Bytes>,
    path: &[&str],
    asker: &Asker,
) -> Result<Answer, Problem> {
    let graph = super::origin(request);
    let method = request.method();
    match path {
        ["communications" | "app", "calls"] if method == Method::POST => {
            calls::create(world, asker, &body(request)?, &graph)
                .map_err(|problem| problem.during("calls"))
        }
        ["communications" | "app", "calls", "logTeleconferenceDeviceQuality"]
            if method == Method::POST =>
        {
            let what = "calls/logTeleconferenceDeviceQuality";
            asker
                .needs_one_of(&["Calls.AccessMedia.All"])
                .map_err(|problem| problem.during(what))?;
            let body = body(request).map_err(|problem| problem.during(what))?;
            if !body["quality"].is_object() {
                return Err(Problem::missing("quality").during(what));
            }
            Ok(Answer::empty(StatusCode::OK, what))
        }
        ["communications" | "app", "calls", id] => {
            let key = call(world, asker, id).map_err(|problem| problem.during("calls/…"))?;
            let what = format!("calls/{key}");
            match *method {
                Method::GET => Ok(calls::read(world, key, &graph)),
                Method::DELETE => Ok(calls::delete(world, key)),
                _ => Err(not_allowed().during(&what)),
            }
        }
        ["communications" | "app", "calls", id, "operations", operation]
            if method == Method::GET =>
        {
            let what = "calls/…/operations/…";
            let key = call(world, asker, id).map_err(|problem| problem.during(what))?;
            media::read_operation(world, key, operation).map_err(|problem| problem.during(what))
        }
        ["communications" | "app", "calls", id, "participants", rest @ ..] => {
            let what = "calls/…/participants";
            let answer = call(world, asker, id).and_then(|key| {
                let body = if request.body().is_empty() { Value::Null } else { body(request)? };
                participants::respond(world, asker, key, (method, rest), &body, &graph)
            });
            answer.map_err(|problem| problem.during(what))
        }
        ["communications" | "app", "calls", id, action] if method == Method::POST => {
            let name = action.strip_prefix("microsoft.graph.").unwrap_or(action);
            let what = format!("calls/…/{name}");
            let key = call(world, asker, id).map_err(|problem| problem.during(&what))?;
            let what = format!("calls/{key}/{name}");
            let body = if request.body().is_empty() {
                Value::Null
            } else {
                body(request).map_err(|problem| problem.during(&what))?
            };
            let answer = match name {
                "redirect" => redirect::redirect(world, asker, key, &body),
                "recordResponse" => media::record_response(world, asker, key, &body, &graph),
                "sendDtmfTones" => media::send_dtmf_tones(world, asker, key, &body, &graph),
                "mute" => media::mute(world, key, true, &body, &graph),
                "unmute" => media::mute(world, key, false, &body, &graph),
                "updateRecordingStatus" => {
                    media::update_recording_status(world, asker, key, &body, &graph)
                }
                "answer" => calls::answer(world, asker, key, &body),
                "reject" => calls::reject(world, key, &body),
                "transfer" => calls::transfer(world, asker, key, &body),
                "keepAlive" => calls::keep_alive(world, key),
                "playPrompt" => media::play_prompt(world, asker, key, &body, &graph),
                "subscribeToTone" => media::subscribe_to_tone(world, asker, key, &body, &graph),
                "cancelMediaProcessing" => {
                    media::cancel_media_processing(world, asker, key, &body, &graph)
                }
                _ => Err(Problem::not_simulated()),
            };
            answer.map_err(|problem| problem.during(&what))
        }
        ["communications" | "app", "calls", id, ..] => {
            let what = "calls/…/an unknown resource";
            let known = call(world, asker, id).and_then(|_| Err(Problem::not_simulated()));
            known.map_err(|problem| problem.during(what))
        }
        _ => beside_calls(world, request, path, asker),
    }
}

/// What is not about a call: presence, records, people, subscriptions.
fn beside_calls(
    world: &mut World,
    request: &http::Request<Bytes>,
    path: &[&str],
    asker: &Asker,
) -> Result<Answer, Problem> {
    let graph = super::origin(request);
    let method = request.method();
    match path {
        ["communications", "getPresencesByUserId"] if method == Method::POST => {
            presence::by_user_id(world, asker, &body(request)?)
                .map_err(|problem| problem.during("getPresencesByUserId"))
        }
        ["users", id, "presence"] | ["communications", "presences", id]
            if method == Method::GET =>
        {
            presence::read(world, asker, id).map_err(|problem| problem.during("presence"))
        }
        ["communications", "callRecords", rest @ ..] if method == Method::GET => {
            call_records::respond(world, asker, rest, request)
                .map_err(|problem| problem.during("callRecords"))
        }
        ["users"] if method == Method::GET => {
            users::list(world, asker, request).map_err(|problem| problem.during("users"))
        }
        ["users", id] if method == Method::GET => {
            users::read(world, asker, id, request).map_err(|problem| problem.during("users/…"))
        }
        ["subscriptions", rest @ ..] => {
            let answer = if request.body().is_empty() { Ok(Value::Null) } else { body(request) };
            let answer = answer.and_then(|body| {
                subscriptions::respond(world, asker, (method, rest), &body, &graph)
            });
            answer.map_err(|problem| problem.during("subscriptions"))
        }
        _ => Err(Problem::not_simulated().during("an unknown resource")),
    }
}

fn not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        "The method is not allowed for this resource.",
    )
}

/// The call, where it is alive and belongs to who asks.
fn call(world: &World, asker: &Asker, id: &str) -> Result<u64, Problem> {
    let key = world.call_named(id).ok_or_else(Problem::call_not_found)?;
    let call = world.calls.get(&key).ok_or_else(Problem::call_not_found)?;
    if call.tenant != asker.tenant {
        return Err(Problem::other_tenant());
    }
    if call.app != asker.app {
        return Err(Problem::call_not_found());
    }
    Ok(key)
}

fn body(request: &http::Request<Bytes>) -> Result<Value, Problem> {
    let value: Value = serde_json::from_slice(request.body())
        .map_err(|_| Problem::bad_request("The request body is not JSON."))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Problem::bad_request("The request body is not an object."))
    }
}

/// Reads the access token: signature, life, audience, tenant and app.
fn asker(world: &World, request: &http::Request<Bytes>) -> Result<Asker, Problem> {
    let token = request
        .headers()
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(|| Problem::unauthenticated("Access token is empty."))?;
    let claims = world
        .keys
        .claims(token)
        .ok_or_else(|| Problem::unauthenticated("Access token validation failure."))?;
    let now = world.wall().unix_seconds();
    if claims["exp"].as_i64().is_none_or(|exp| exp <= now) {
        return Err(Problem::unauthenticated("Lifetime validation failed, the token is expired."));
    }
    let audience = claims["aud"].as_str().unwrap_or_default();
    let is_graph = url::Url::parse(audience).is_ok_and(|url| {
        url.host_str().is_some_and(|host| host.starts_with("graph.microsoft.") || is_loopback(host))
    });
    if !is_graph {
        return Err(Problem::unauthenticated("Access token validation failure. Invalid audience."));
    }
    let tenant = world.setup.tenants.iter().position(|tenant| claims["tid"] == tenant.id.as_str());
    let app = world.setup.apps.iter().position(|app| claims["appid"] == app.id.as_str());
    let (Some(tenant), Some(app)) = (tenant, app) else {
        return Err(Problem::unauthenticated("Access token validation failure."));
    };
    let roles = claims["roles"]
        .as_array()
        .map(|roles| roles.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    Ok(Asker { app, tenant, roles })
}

/// Where the world stands behind a loopback address, that address is the audience.
fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}
