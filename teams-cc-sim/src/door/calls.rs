//! Calls: create, answer, reject, transfer, keep alive, read, hang up.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, graph::Asker, participants, problem::Problem, redirect};
use crate::world::{Call, CallState, Callee, Far, NewCall, Transfer, World, phone_identity};

/// Callback addresses longer than this are refused, in bytes.
const MAX_CALLBACK_BYTES: usize = 2048;
/// The most users who are called at once (Learn: 5).
const MAX_TARGETS: usize = 5;

/// `POST /communications/calls`.
pub(crate) fn create(
    world: &mut World,
    asker: &Asker,
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    registered(world, asker)?;
    asker.needs_one_of(&["Calls.Initiate.All", "Calls.InitiateGroupCall.All"])?;
    let callback = callback(body)?.ok_or_else(|| Problem::missing("callbackUri"))?;
    media_config(body)?;
    let tenant_id = world
        .setup
        .tenants
        .get(asker.tenant)
        .map(|tenant| tenant.id.to_string())
        .unwrap_or_default();
    if body["tenantId"].as_str().is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&tenant_id)) {
        return Err(Problem::other_tenant());
    }
    if participants::joins(body) {
        return join(world, asker, body, callback, graph);
    }
    let targets = body["targets"].as_array().map_or(&[][..], Vec::as_slice);
    let target = match targets {
        [one] => one,
        [] => return Err(Problem::missing("targets")),
        several => return ring_all(world, asker, body, callback, several, graph),
    };
    let account = account(world, asker, &body["source"])?;
    let callee = callee(world, asker, &target["identity"], account.is_some())?;
    let key = world
        .open_call(NewCall {
            tenant: asker.tenant,
            app: asker.app,
            account,
            incoming: false,
            callback,
            far: Far::Nobody,
            party: party(world, callee),
        })
        .ok_or_else(too_many)?;
    let (_, name) = world.callee_name(callee);
    let entity = entity(world, key, graph);
    let location = format!("{graph}/v1.0/communications/calls/{}", id_of(world, key));
    world.dial(key, callee);
    Ok(Answer::json(StatusCode::CREATED, entity, format!("calls → {name} (call {key})"))
        .at(location))
}

/// `POST /communications/calls` with a meeting or a chat: the bot joins, and invites afterwards.
fn join(
    world: &mut World,
    asker: &Asker,
    body: &Value,
    callback: String,
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.JoinGroupCall.All", "Calls.InitiateGroupCall.All"])?;
    let new = NewCall {
        tenant: asker.tenant,
        app: asker.app,
        account: account(world, asker, &body["source"])?,
        incoming: false,
        callback,
        far: Far::Nobody,
        party: Value::Null,
    };
    let key = world.open_call(new).ok_or_else(too_many)?;
    world.join_group(key, participants::group(body));
    let location = format!("{graph}/v1.0/communications/calls/{}", id_of(world, key));
    let mut entity = entity(world, key, graph);
    for name in ["chatInfo", "meetingInfo"] {
        entity[name] = body[name].clone();
    }
    Ok(Answer::json(StatusCode::CREATED, entity, format!("calls → a group call (call {key})"))
        .at(location))
}

/// `POST /communications/calls` with several targets: a group call that rings them all.
fn ring_all(
    world: &mut World,
    asker: &Asker,
    body: &Value,
    callback: String,
    targets: &[Value],
    graph: &str,
) -> Result<Answer, Problem> {
    asker.needs_one_of(&["Calls.InitiateGroupCall.All"])?;
    if targets.len() > MAX_TARGETS {
        return Err(Problem::bad_request("At most 5 users are called at once."));
    }
    let account = account(world, asker, &body["source"])?;
    let mut callees = Vec::new();
    for target in targets {
        let callee = callee(world, asker, &target["identity"], account.is_some())?;
        if let Callee::Customer(_) = callee {
            return Err(Problem::bad_request("A group call is begun with Teams users alone."));
        }
        if callees.contains(&callee) {
            return Err(Problem::bad_request("A target is named twice."));
        }
        callees.push(callee);
    }
    let parties = callees.iter().map(|callee| party(world, *callee)).collect();
    let new = NewCall {
        tenant: asker.tenant,
        app: asker.app,
        account,
        incoming: false,
        callback,
        far: Far::Nobody,
        party: Value::Array(parties),
    };
    let key = world.open_call(new).ok_or_else(too_many)?;
    let names = redirect::names(world, &callees);
    let entity = entity(world, key, graph);
    let location = format!("{graph}/v1.0/communications/calls/{}", id_of(world, key));
    world.ring_group(key, participants::group(body), &callees);
    Ok(Answer::json(StatusCode::CREATED, entity, format!("calls → {names} (call {key})"))
        .at(location))
}

fn too_many() -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "There are too many calls.")
}

/// `POST /communications/calls/{id}/answer`.
pub(crate) fn answer(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
) -> Result<Answer, Problem> {
    registered(world, asker)?;
    asker.needs_one_of(&[
        "Calls.JoinGroupCall.All",
        "Calls.JoinGroupCallAsGuest.All",
        "Calls.Initiate.All",
    ])?;
    let callback = callback(body)?;
    media_config(body)?;
    incoming(world, key)?;
    world.answer(key, callback);
    Ok(Answer::empty(StatusCode::ACCEPTED, format!("calls/{key}/answer")))
}

/// `POST /communications/calls/{id}/reject`.
pub(crate) fn reject(world: &mut World, key: u64, body: &Value) -> Result<Answer, Problem> {
    let reason = body["reason"].as_str().unwrap_or("none");
    if !["none", "busy", "forbidden"].iter().any(|known| known.eq_ignore_ascii_case(reason)) {
        return Err(Problem::bad_request("The reason is not a rejectReason."));
    }
    incoming(world, key)?;
    world.reject(key);
    Ok(Answer::empty(
        StatusCode::ACCEPTED,
        format!("calls/{key}/reject {}", reason.to_ascii_lowercase()),
    ))
}

/// `POST /communications/calls/{id}/transfer`, blind or consultative.
pub(crate) fn transfer(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
) -> Result<Answer, Problem> {
    registered(world, asker)?;
    asker.needs_one_of(&["Calls.Initiate.All"])?;
    let target = &body["transferTarget"];
    if !target.is_object() {
        return Err(Problem::missing("transferTarget"));
    }
    let call = world.calls.get(&key).ok_or_else(Problem::call_not_found)?;
    if call.state != CallState::Established {
        return Err(Problem::bad_request("A call is transferred while it is established."));
    }
    let by_account = call.account.is_some();
    let callee = callee(world, asker, &target["identity"], by_account)?;
    let replaces = target["replacesCallId"].as_str().map(|id| {
        world
            .call_named(id)
            .filter(|other| {
                *other != key
                    && world
                        .calls
                        .get(other)
                        .is_some_and(|other| other.app == asker.app && other.tenant == asker.tenant)
            })
            .ok_or(())
    });
    let (_, name) = world.callee_name(callee);
    let what = match replaces {
        None => format!("calls/{key}/transfer → {name}"),
        Some(Ok(other)) => format!("calls/{key}/transfer → {name}, replaces call {other}"),
        Some(Err(())) => format!("calls/{key}/transfer → {name}, replaces a call that is gone"),
    };
    world.transfer(key, Transfer { target: callee, replaces });
    Ok(Answer::empty(StatusCode::ACCEPTED, what))
}

/// `POST /communications/calls/{id}/keepAlive`.
pub(crate) fn keep_alive(world: &mut World, key: u64) -> Result<Answer, Problem> {
    if !world.calls.get(&key).is_some_and(Call::active) {
        return Err(Problem::bad_request("The call is not established."));
    }
    world.plan_keep_alive(key);
    Ok(Answer::empty(StatusCode::OK, format!("calls/{key}/keepAlive")))
}

/// `GET /communications/calls/{id}`.
pub(crate) fn read(world: &World, key: u64, graph: &str) -> Answer {
    Answer::json(StatusCode::OK, entity(world, key, graph), format!("calls/{key}"))
}

/// `DELETE /communications/calls/{id}`.
pub(crate) fn delete(world: &mut World, key: u64) -> Answer {
    world.hang_up(key);
    Answer::empty(StatusCode::NO_CONTENT, format!("calls/{key}"))
}

/// 7503 where the app has no bot with calling switched on.
pub(crate) fn registered(world: &World, asker: &Asker) -> Result<(), Problem> {
    if world.setup.apps.get(asker.app).is_some_and(|app| app.calling) {
        Ok(())
    } else {
        Err(Problem::not_registered())
    }
}

pub(super) fn incoming(world: &World, key: u64) -> Result<(), Problem> {
    match world.calls.get(&key).map(|call| call.state) {
        Some(CallState::Incoming) => Ok(()),
        Some(_) => Err(Problem::bad_request("The call is answered already.")),
        None => Err(Problem::call_not_found()),
    }
}

fn callback(body: &Value) -> Result<Option<String>, Problem> {
    let Some(text) = body["callbackUri"].as_str() else {
        return Ok(None);
    };
    let url = url::Url::parse(text).ok().filter(|url| {
        text.len() <= MAX_CALLBACK_BYTES
            && (url.scheme() == "https"
                || matches!(url.host_str(), Some("127.0.0.1" | "localhost")))
    });
    url.map(|_| Some(text.to_owned()))
        .ok_or_else(|| Problem::bad_request("The callbackUri is not an absolute HTTPS address."))
}

/// Media is hosted by the service here; the property itself is required.
fn media_config(body: &Value) -> Result<(), Problem> {
    let kind = body["mediaConfig"]["@odata.type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('.').next().unwrap_or_default();
    if !body["mediaConfig"].is_object() {
        Err(Problem::missing("mediaConfig"))
    } else if kind.eq_ignore_ascii_case("serviceHostedMediaConfig") {
        Ok(())
    } else {
        Err(Problem::bad_request("Only serviceHostedMediaConfig is part of this simulation."))
    }
}

/// The resource account a call is made for, where the source names one.
fn account(world: &World, asker: &Asker, source: &Value) -> Result<Option<usize>, Problem> {
    let Some(id) = source["identity"]["applicationInstance"]["id"].as_str() else {
        return Ok(None);
    };
    let app = world.setup.apps.get(asker.app).map(|app| &app.id);
    world
        .setup
        .accounts
        .iter()
        .position(|account| {
            account.id.as_str().eq_ignore_ascii_case(id) && Some(&account.app) == app
        })
        .map(Some)
        .ok_or_else(|| {
            Problem::bad_request("The applicationInstance does not belong to this application.")
        })
}

/// Who an `identitySet` names.
pub(super) fn callee(
    world: &World,
    asker: &Asker,
    identity: &Value,
    by_account: bool,
) -> Result<Callee, Problem> {
    if let Some(id) = identity["user"]["id"].as_str() {
        let tenant = world.setup.tenants.get(asker.tenant).map(|t| &t.id);
        return world
            .setup
            .users
            .iter()
            .position(|user| {
                user.id.as_str().eq_ignore_ascii_case(id) && Some(&user.tenant) == tenant
            })
            .map(Callee::User)
            .ok_or_else(|| Problem::bad_request("The target user is not in this tenant."));
    }
    if let Some(number) = identity["phone"]["id"].as_str() {
        if !by_account {
            return Err(Problem::bad_request(
                "A phone is called for an applicationInstance in source.identity.",
            ));
        }
        if teams_cc_core::E164::new(number).is_err() {
            return Err(Problem::bad_request("The phone number is not E.164."));
        }
        return world
            .setup
            .customers
            .iter()
            .position(|customer| customer.number.reveal() == number)
            .map(Callee::Customer)
            .ok_or_else(|| Problem::bad_request("The phone number cannot be routed."));
    }
    Err(Problem::bad_request("The target is neither a user nor a phone."))
}

pub(super) fn party(world: &World, callee: Callee) -> Value {
    match callee {
        Callee::User(user) => world.user_identity(user),
        Callee::Customer(customer) => world
            .setup
            .customers
            .get(customer)
            .map_or(Value::Null, |customer| phone_identity(customer.number.reveal())),
    }
}

fn id_of(world: &World, key: u64) -> String {
    world.calls.get(&key).map(|call| call.id.clone()).unwrap_or_default()
}

fn entity(world: &World, key: u64, graph: &str) -> Value {
    let Some(call) = world.calls.get(&key) else {
        return Value::Null;
    };
    let tenant = world.setup.tenants.get(call.tenant);
    let app = world.setup.apps.get(call.app);
    let account = call.account.and_then(|n| world.setup.accounts.get(n));
    let own = match account {
        Some(account) => json!({"applicationInstance": {
            "@odata.type": "#microsoft.graph.identity",
            "id": account.id.as_str(),
        }}),
        None => json!({"application": {
            "@odata.type": "#microsoft.graph.identity",
            "id": app.map(|app| app.id.as_str()),
        }}),
    };
    let mut identity = json!({"@odata.type": "#microsoft.graph.identitySet"});
    if let (Some(identity), Some(own)) = (identity.as_object_mut(), own.as_object()) {
        identity.extend(own.clone());
    }
    let source = json!({"@odata.type": "#microsoft.graph.participantInfo", "identity": identity});
    let tenant = tenant.map_or("", |tenant| tenant.id.as_str());
    let mut entity = call.entity(tenant, &source, graph);
    if call.incoming {
        // Seen from the far end: it is the source, and the bot the target.
        entity["source"]["identity"] = call.party.clone();
        entity["targets"][0]["identity"] = source["identity"].clone();
    }
    entity
}
