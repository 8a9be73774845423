//! Presence: one user, or up to 650 at once.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, graph::Asker, problem::Problem};
use crate::world::{PresenceState, World};

/// The most ids in one request (Learn: 650).
const MAX_IDS: usize = 650;
/// Either permission lets an app read presence.
const READ: [&str; 2] = ["Presence.Read.All", "Presence.ReadWrite.All"];

/// `POST /communications/getPresencesByUserId`.
pub(crate) fn by_user_id(world: &World, asker: &Asker, body: &Value) -> Result<Answer, Problem> {
    permitted(asker)?;
    let ids = body["ids"].as_array().ok_or_else(|| Problem::missing("ids"))?;
    if ids.is_empty() || ids.len() > MAX_IDS {
        return Err(Problem::bad_request("Between 1 and 650 ids are read at once."));
    }
    let ids = ids
        .iter()
        .map(Value::as_str)
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Problem::bad_request("The ids are not text."))?;
    // Ids that are nobody's are left out, as deleted users are.
    let value: Vec<Value> = ids.iter().filter_map(|id| presence(world, asker, id)).collect();
    Ok(Answer::json(
        StatusCode::OK,
        json!({
            "@odata.context":
                "https://graph.microsoft.com/v1.0/$metadata#Collection(microsoft.graph.presence)",
            "value": value,
        }),
        format!("getPresencesByUserId of {}", ids.len()),
    ))
}

/// `GET /users/{id}/presence` and `GET /communications/presences/{id}`.
pub(crate) fn read(world: &World, asker: &Asker, id: &str) -> Result<Answer, Problem> {
    permitted(asker)?;
    let presence = presence(world, asker, id).ok_or_else(Problem::not_found)?;
    Ok(Answer::json(StatusCode::OK, presence, "presence of 1"))
}

fn permitted(asker: &Asker) -> Result<(), Problem> {
    if READ.iter().any(|role| asker.may(role)) {
        Ok(())
    } else {
        Err(Problem::forbidden("Presence.Read.All"))
    }
}

/// What the service says of a user now; `None` for ids that are nobody's in this tenant.
fn presence(world: &World, asker: &Asker, id: &str) -> Option<Value> {
    let tenant = &world.setup.tenants.get(asker.tenant)?.id;
    let n = world
        .setup
        .users
        .iter()
        .position(|user| user.id.as_str().eq_ignore_ascii_case(id) && user.tenant == *tenant)?;
    let now = world.users.get(n)?;
    let in_a_call = PresenceState::in_a_call();
    let state = match &*now.presence.availability {
        // Do not disturb is a wish, and stays visible through a call.
        "DoNotDisturb" | "Offline" => &now.presence,
        _ if now.calls > 0 => &in_a_call,
        _ => &now.presence,
    };
    Some(json!({
        "id": world.setup.users.get(n)?.id.as_str(),
        "availability": state.availability,
        "activity": state.activity,
        "statusMessage": null,
    }))
}
