//! What was seen, compared with what the scenario expects.

use std::{collections::BTreeSet, fmt::Write, time::Duration};

use serde_json::Value;
use teams_cc_core::{
    queue::ExitReason,
    routing::{CallbackReason, policy::match_score},
};

use super::{
    play::{Answers, Seen, play},
    scenario::{Read, Scenario},
    setup::teams,
    staff::{agent, call, second},
};

/// Plays a scenario and compares; says each difference.
pub(super) fn check(scenario: &Scenario) -> Result<(), String> {
    if scenario.is_fault() {
        return is_not_copied(scenario);
    }
    let mut differences = String::new();
    for (what, expected) in &scenario.expect {
        if let Err(difference) = one(scenario, what, expected) {
            // Writing to a String cannot fail.
            let _ = writeln!(differences, "{what}: {difference}");
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

fn one(scenario: &Scenario, what: &str, expected: &Value) -> Result<(), String> {
    let seen = || play(scenario, Answers::AsDescribed);
    match what {
        "offers" => same(expected, &listed(&seen()?.offers)),
        "answers" => same(expected, &listed(&seen()?.answers)),
        "exits" => same(expected, &exits(scenario, &seen()?)),
        "agent_status" | "worker_status" => same(expected, &statuses(scenario, &seen()?)),
        "moves" => {
            let moves = seen()?.moves;
            same(
                expected,
                &list(moves.iter().map(|(t, call, queue, priority)| {
                    serde_json::json!([t, call, queue, priority])
                })),
            )
        }
        "serve_order" => {
            let served = play(scenario, Answers::AtOnce)?.answers;
            same(expected, &list(served.into_iter().map(|(_, call, _)| call.into())))
        }
        "worker_order" => {
            let offers = seen()?.offers;
            let first = offers.first().map(|(_, call, _)| call.clone());
            let order = offers.into_iter().filter(|(_, call, _)| Some(call) == first.as_ref());
            same(expected, &list(order.map(|(_, _, agent)| agent.into())))
        }
        "offered_set" => {
            let offers = play(scenario, Answers::Nobody)?.offers;
            let offered: BTreeSet<String> = offers.into_iter().map(|(.., agent)| agent).collect();
            let expected: BTreeSet<String> = texts(expected);
            same(&serde_json::json!(expected), &serde_json::json!(offered))
        }
        "never" => {
            let alone = scenario.expect.contains_key("offers");
            let answers = if alone { Answers::AsDescribed } else { Answers::Nobody };
            let offers = play(scenario, answers)?.offers;
            let never = texts(expected);
            let found = offers.into_iter().find(|(.., agent)| never.contains(agent));
            found.map_or(Ok(()), |found| Err(format!("{found:?} was offered all the same")))
        }
        "never_offered_after" => {
            let offers = seen()?.offers;
            let found = offers.into_iter().find(|(t, _, agent)| {
                expected.get(agent).and_then(Value::as_u64).is_some_and(|after| *t > after)
            });
            found.map_or(Ok(()), |found| Err(format!("{found:?} was offered all the same")))
        }
        "waiting" => {
            let seen = seen()?;
            let calls = scenario.calls.iter().filter_map(|call| call.text("id"));
            let waiting = calls.filter(|id| {
                !seen.offers.iter().any(|(_, call, _)| call == id)
                    && !seen.exits.iter().any(|(_, call, _)| call == id)
            });
            same(expected, &list(waiting.map(Value::from)))
        }
        "scores" => scores(scenario, expected),
        "rounded" => rounded(scenario, expected),
        "callback_eligible" => {
            let mut seen = seen()?.callbacks;
            seen.sort();
            let mut expected = expected.as_array().cloned().unwrap_or_default();
            expected.sort_by_key(|entry| entry.get(0).and_then(Value::as_u64));
            let seen = seen.iter().map(|(t, call, why)| serde_json::json!([t, call, word(*why)]));
            same(&Value::Array(expected), &list(seen))
        }
        "if_a_unavailable" => {
            let mut other = scenario.clone();
            for of in &mut other.agents {
                if of.text("id") == Some("a") {
                    of.insert("available".into(), false.into());
                }
            }
            other.expect = expected.as_object().cloned().unwrap_or_default();
            check(&other)
        }
        // The emulator's own diary of the same things.
        "trace" => Ok(()),
        _ => Err("nothing here compares this".into()),
    }
}

/// Faults of a product: the answer must be another one, and the one that the note asks for.
fn is_not_copied(scenario: &Scenario) -> Result<(), String> {
    let expected = scenario.expect.get("offers").cloned().unwrap_or_default();
    let wanted = scenario
        .note
        .split_once("must offer ")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
    let seen = play(scenario, Answers::AsDescribed)?;
    let offers = listed(&seen.offers);
    if offers == expected {
        return Err(format!("the product's fault is copied: {offers}"));
    }
    match wanted {
        Some(agent) if seen.offers.last().is_some_and(|(.., last)| *last == agent) => Ok(()),
        Some(agent) => Err(format!("{agent} should be offered, not {offers}")),
        None if seen.offers.len() > expected.as_array().map_or(0, Vec::len) => Ok(()),
        None => Err(format!("the call is never offered again: {offers}")),
    }
}

fn same(expected: &Value, seen: &Value) -> Result<(), String> {
    if expected == seen {
        return Ok(());
    }
    Err(format!("expected {expected}, seen {seen}"))
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    Value::Array(values.collect())
}

fn listed(entries: &[(u64, String, String)]) -> Value {
    list(entries.iter().map(|(t, call, agent)| serde_json::json!([t, call, agent])))
}

fn texts(list: &Value) -> BTreeSet<String> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// Exits by the product's own words.
fn exits(scenario: &Scenario, seen: &Seen) -> Value {
    let arrived = |name: &str| {
        let call = scenario.calls.iter().find(|call| call.text("id") == Some(name));
        call.and_then(|call| call.get("t")?.as_u64())
    };
    let mut exits: Vec<(u64, String, String)> = seen
        .exits
        .iter()
        .map(|(t, call, why)| {
            let at_once = arrived(call) == Some(*t);
            (*t, call.clone(), exit_word(scenario, *why, at_once))
        })
        .collect();
    exits.extend(seen.abandoned.iter().map(|(t, call)| (*t, call.clone(), "ABANDON".into())));
    exits.sort_by_key(|(t, ..)| *t);
    listed(&exits)
}

fn exit_word(scenario: &Scenario, why: ExitReason, at_once: bool) -> String {
    match (scenario.engine.as_str(), why) {
        (_, ExitReason::WaitedTooLong) => "TIMEOUT".into(),
        ("mod_callcenter", ExitReason::NoAgents) => "NO_AGENT_TIMEOUT".into(),
        ("app_queue", ExitReason::NoAgents) if at_once => "JOINEMPTY".into(),
        ("app_queue", ExitReason::NoAgents) => "LEAVEEMPTY".into(),
        (_, ExitReason::NoAgents) => "NOAGENT".into(),
        ("app_queue", ExitReason::QueueFull) => "FULL".into(),
        ("teams-call-queue", ExitReason::QueueFull) => {
            let action = scenario.config.text("OverflowAction").unwrap_or("DisconnectWithBusy");
            format!("OVERFLOW:{action}")
        }
        (_, ExitReason::QueueFull) => "CANCEL".into(),
        (_, other) => other.to_string(),
    }
}

/// Agents who miss so many offers that no more are made, by the product's own word.
fn statuses(scenario: &Scenario, seen: &Seen) -> Value {
    let word = match scenario.engine.as_str() {
        "mod_callcenter" => "On Break",
        "app_queue" => "paused",
        _ => "deregistered",
    };
    list(seen.missing.iter().map(|(t, agent)| serde_json::json!([t, agent, word])))
}

const fn word(why: CallbackReason) -> &'static str {
    match why {
        CallbackReason::Waited => "wait",
        CallbackReason::Waiting => "calls_in_queue",
        _ => "ratio",
    }
}

fn scores(scenario: &Scenario, expected: &Value) -> Result<(), String> {
    let first = scenario.calls.first().ok_or("there is no call")?;
    let entry = call(scenario, first, second(0))?;
    for (n, of) in scenario.agents.iter().enumerate() {
        let profile = agent(scenario, n, of)?;
        let score = match_score(&entry, &profile);
        let wanted = expected.get(profile.id.as_str()).and_then(Value::as_f64);
        if wanted.is_some_and(|wanted| (wanted - score).abs() > 0.000_001) {
            return Err(format!("{} scores {score:.6}, not {wanted:?}", profile.id));
        }
    }
    Ok(())
}

fn rounded(scenario: &Scenario, expected: &Value) -> Result<(), String> {
    let mut queue = teams(scenario)?;
    for (given, wanted) in expected.as_object().into_iter().flatten() {
        let given: u64 = given.parse().map_err(|error| format!("{given}: {error}"))?;
        queue.timeout_threshold = Duration::from_secs(given);
        let taken = queue.rounded_timeout().as_secs();
        if Some(taken) != wanted.as_u64() {
            return Err(format!("{given} s is taken as {taken} s, not {wanted}"));
        }
    }
    Ok(())
}
