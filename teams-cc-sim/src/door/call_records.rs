//! Records of calls: list, get, sessions, participants, organizer.

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::Timestamp;

use super::{
    Answer,
    graph::Asker,
    options::{Options, quoted},
    problem::Problem,
};
use crate::world::{Record, World};

/// The most records or sessions of one page (Learn: 60).
const LONGEST_PAGE: usize = 60;
/// The most participants of one page (Learn: 130).
const MOST_PARTICIPANTS: usize = 130;

/// Everything below `/communications/callRecords`.
pub(super) fn respond(
    world: &World,
    asker: &Asker,
    path: &[&str],
    request: &Request<Bytes>,
) -> Result<Answer, Problem> {
    if !asker.may("CallRecords.Read.All") {
        return Err(Problem::forbidden("CallRecords.Read.All"));
    }
    let known = ["$select", "$filter", "$expand", "$skiptoken"];
    let options = Options::of(request, &known)?;
    let [id, rest @ ..] = path else {
        return list(world, asker, &options, request);
    };
    // Functions such as getPstnCalls stand where an id would.
    if id.contains('(') {
        return Err(Problem::not_simulated());
    }
    let record = world.readable(asker.tenant).find(|record| record.id.eq_ignore_ascii_case(id));
    let record = record.ok_or_else(Problem::not_found)?;
    let what = "callRecords/…";
    let (items, longest, what) = match rest {
        [] => return one(world, &options, record, what),
        ["organizer_v2"] => return Ok(Answer::json(StatusCode::OK, record.organizer(), what)),
        ["sessions"] => {
            let segments = options.get("$expand").is_some_and(|expand| expand == "segments");
            (record.sessions(world, segments), LONGEST_PAGE, "callRecords/…/sessions")
        }
        ["participants_v2"] => {
            (record.participants(), MOST_PARTICIPANTS, "callRecords/…/participants_v2")
        }
        _ => return Err(Problem::not_simulated()),
    };
    Ok(Answer::json(StatusCode::OK, options.page(request, items, longest)?, what))
}

/// `GET /communications/callRecords`.
fn list(
    world: &World,
    asker: &Asker,
    options: &Options,
    request: &Request<Bytes>,
) -> Result<Answer, Problem> {
    let mut found: Vec<&Record> = world.readable(asker.tenant).collect();
    for condition in options.conditions() {
        if let Some(user) = quoted(condition, "participants_v2/any(p:p/id eq ") {
            let is = |person: &Value| {
                person["id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(&user))
            };
            found.retain(|record| record.participants().iter().any(is));
            continue;
        }
        let mut words = condition.split_whitespace();
        let (name, verb, at) = (words.next(), words.next(), words.next());
        let at: Option<Timestamp> = at.and_then(|at| at.parse().ok());
        let (Some("startDateTime"), Some(verb), Some(at)) = (name, verb, at) else {
            return Err(Problem::bad_request(
                "Records are filtered by startDateTime and id alone.",
            ));
        };
        match verb {
            "lt" => found.retain(|record| record.started(world) < at),
            "le" => found.retain(|record| record.started(world) <= at),
            "gt" => found.retain(|record| record.started(world) > at),
            "ge" => found.retain(|record| record.started(world) >= at),
            _ => return Err(Problem::bad_request("startDateTime takes lt, le, gt and ge.")),
        }
    }
    let what = format!("callRecords: {}", found.len());
    let items = found.into_iter().map(|record| record.entity(world)).collect();
    Ok(Answer::json(StatusCode::OK, options.page(request, items, LONGEST_PAGE)?, what))
}

/// `GET /communications/callRecords/{id}`.
fn one(world: &World, options: &Options, record: &Record, what: &str) -> Result<Answer, Problem> {
    let mut entity = options.select(record.entity(world));
    for relation in options.get("$expand").into_iter().flat_map(|expand| expand.split(',')) {
        match relation.trim() {
            "sessions" => entity["sessions"] = json!(record.sessions(world, false)),
            "sessions($expand=segments)" => {
                entity["sessions"] = json!(record.sessions(world, true));
            }
            "participants_v2" => entity["participants_v2"] = json!(record.participants()),
            _ => return Err(Problem::not_simulated()),
        }
    }
    Ok(Answer::json(StatusCode::OK, entity, what))
}
