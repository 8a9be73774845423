//! Redirects of calls that are not answered, to one or several.

use std::{ops::RangeInclusive, time::Duration};

use http::StatusCode;
use serde_json::Value;

use super::{Answer, calls, graph::Asker, problem::Problem};
use crate::world::{Callee, World};

/// The most targets that ring at once (Learn: 25).
const MAX_TARGETS: usize = 25;
/// How long the targets may ring, in seconds (Learn: 15 to 90).
const RING_SECONDS: RangeInclusive<u64> = 15..=90;
/// How long one target rings unless the bot says so, and how long several (Learn: 55 s and 60 s).
const RINGS_ONE: Duration = Duration::from_secs(55);
const RINGS_SEVERAL: Duration = Duration::from_mins(1);

/// `POST /communications/calls/{id}/redirect`.
pub(super) fn redirect(
    world: &mut World,
    asker: &Asker,
    key: u64,
    body: &Value,
) -> Result<Answer, Problem> {
    calls::registered(world, asker)?;
    asker.needs_one_of(&["Calls.Initiate.All"])?;
    calls::incoming(world, key)?;
    let targets = body["targets"].as_array().map_or(&[][..], Vec::as_slice);
    if targets.is_empty() {
        return Err(Problem::missing("targets"));
    }
    if targets.len() > MAX_TARGETS {
        return Err(Problem::bad_request("At most 25 targets ring at once."));
    }
    let at_most = match &body["timeout"] {
        Value::Null if targets.len() == 1 => RINGS_ONE,
        Value::Null => RINGS_SEVERAL,
        timeout => timeout
            .as_u64()
            .filter(|seconds| RING_SECONDS.contains(seconds))
            .map(Duration::from_secs)
            .ok_or_else(|| Problem::bad_request("The timeout is from 15 to 90."))?,
    };
    let policies = body["routingPolicies"].as_array().map_or(&[][..], Vec::as_slice);
    let forwards = !policies.iter().any(|policy| policy == "disableForwarding");
    let by_account = world.calls.get(&key).is_some_and(|call| call.account.is_some());
    let mut callees = Vec::with_capacity(targets.len());
    for target in targets {
        let callee = calls::callee(world, asker, &target["identity"], by_account)?;
        if !callees.contains(&callee) {
            callees.push(callee);
        }
    }
    let names = names(world, &callees);
    world.redirect(key, &callees, at_most, forwards);
    Ok(Answer::empty(StatusCode::ACCEPTED, format!("calls/{key}/redirect → {names}")))
}

/// How ladders name several.
pub(super) fn names(world: &World, callees: &[Callee]) -> String {
    let names: Vec<_> = callees.iter().map(|callee| world.callee_name(*callee).1).collect();
    names.join(", ")
}
