//! Agents and calls as the scenario describes them.

use std::time::Duration;

use serde_json::Value;
use teams_cc_core::{
    Address, AgentId, ContactId, Instant, QueueId,
    agent::{Agent, Capacity, Channel, Compare, LabelValue, Membership, Pauses, Selector, Skill},
    queue::{Levels, Priority, QueueEntry},
};

use super::{
    scenario::{Fields, Read, Scenario},
    setup::ONLY,
};

/// The second at which scenarios start; what they say of before comes before it.
const START: u64 = 1_000_000;

/// The instant of a scenario's second.
pub(super) fn second(t: i64) -> Instant {
    Instant::from_secs(START.saturating_add_signed(t))
}

/// The scenario's second of an instant.
pub(super) fn seconds(at: Instant) -> u64 {
    (at.as_nanos() / 1_000_000_000).saturating_sub(START)
}

/// An agent, in its place in the scenario's list.
pub(super) fn agent(scenario: &Scenario, n: usize, of: &Fields) -> Result<Agent, String> {
    let id: AgentId = parse(of.text("id").unwrap_or_default())?;
    let mut agent = Agent::new(id.clone(), Address::Anonymous)
        .label("Id", id.as_str())
        .capacity(capacity(scenario, of));
    let position = u32::try_from(n + 1).unwrap_or(u32::MAX);
    for (queue, mut membership) in memberships(scenario, of)? {
        if membership.position == 0 {
            membership.position = position;
        }
        agent = agent.member(queue, membership);
    }
    for (field, labels) in
        [("labels", true), ("attrs", true), ("proficiency", true), ("skills", false)]
    {
        for (name, value) in of.get(field).and_then(Value::as_object).into_iter().flatten() {
            agent = match (labels, level(value)) {
                (false, Some(level)) => {
                    agent.skill(Skill::new(name, level).map_err(|error| error.to_string())?)
                }
                _ => agent.label(name, label(value)),
            };
        }
    }
    // The job router's workers have their labels beside their ids.
    for name in ["language", "sales", "cost", "queue"] {
        if let Some(value) = of.get(name) {
            agent = agent.label(name, label(value));
        }
    }
    let time = |name| of.number(name).and_then(|t| u64::try_from(t).ok()).map(Duration::from_secs);
    if let Some(wrap_up) = time("wrap_up_time") {
        agent = agent.wrap_up(wrap_up);
    }
    if scenario.engine == "mod_callcenter" {
        let rest = Pauses::default()
            .no_answer(time("no_answer_delay_time").unwrap_or_default())
            .declined(time("reject_delay_time").unwrap_or_default())
            .busy(time("busy_delay_time").unwrap_or_default());
        agent = agent.rest(rest);
        let misses = of.number("max_no_answer").and_then(|misses| u32::try_from(misses).ok());
        agent = agent.misses_before_away(misses.unwrap_or(0));
    }
    Ok(agent)
}

fn memberships(scenario: &Scenario, of: &Fields) -> Result<Vec<(QueueId, Membership)>, String> {
    let small = |fields: &Fields, name: &str| {
        fields.number(name).and_then(|number| u16::try_from(number).ok())
    };
    let place = |fields: &Fields| {
        let level = small(fields, "level").or(small(fields, "penalty"));
        // Penalties begin at nought, tiers at one.
        let base = u16::from(scenario.engine != "app_queue");
        Membership::PLAIN
            .level(level.unwrap_or(base))
            .position(u32::from(small(fields, "position").unwrap_or(0)))
    };
    let tiers = of.list("tiers").iter().filter_map(Value::as_object);
    let mut all: Vec<(QueueId, Membership)> = tiers
        .map(|tier| Ok((parse(tier.text("queue").unwrap_or(ONLY))?, place(tier))))
        .collect::<Result<_, String>>()?;
    for (queue, rule) in
        scenario.config.get("profile").and_then(Value::as_object).into_iter().flatten()
    {
        let number = |n: usize| rule.get(n).and_then(Value::as_u64).unwrap_or(0);
        let priority = u8::try_from(number(0)).unwrap_or(u8::MAX);
        let membership = Membership::PLAIN.priority(priority, Duration::from_secs(number(1)));
        all.push((parse(queue)?, membership));
    }
    for queue in of.list("queues").iter().filter_map(Value::as_str) {
        all.push((parse(queue)?, place(of)));
    }
    if all.is_empty() {
        let mut names: Vec<&str> =
            scenario.calls.iter().map(|call| call.text("queue").unwrap_or(ONLY)).collect();
        names.dedup();
        for name in names.into_iter().filter(|name| !name.starts_with("agent:")) {
            all.push((parse(name)?, place(of)));
        }
    }
    Ok(all)
}

fn capacity(scenario: &Scenario, of: &Fields) -> Capacity {
    let number = |value: &Value| value.as_u64().and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
    let total = of.get("capacity").or(scenario.config.get("capacity_each")).map(number);
    let Some(total) = total else { return Capacity::ONE };
    let channels = of.get("channels").and_then(Value::as_object);
    let Some(channels) = channels else {
        return Capacity::new(u8::try_from(total).unwrap_or(u8::MAX));
    };
    channels.iter().fold(Capacity::units(total), |capacity, (name, share)| {
        let (cost, most) = match share.as_array().map(Vec::as_slice) {
            Some([cost, most]) => (number(cost), u8::try_from(number(most)).unwrap_or(u8::MAX)),
            _ => (number(share), u8::MAX),
        };
        capacity.channel(channel(name), cost, most)
    })
}

/// A call that starts to wait now.
pub(super) fn call(scenario: &Scenario, of: &Fields, now: Instant) -> Result<QueueEntry, String> {
    let contact: ContactId = parse(of.text("id").unwrap_or_default())?;
    let queue = of.text("queue").unwrap_or(ONLY);
    let mut entry = match queue.strip_prefix("agent:") {
        Some(agent) => QueueEntry::direct(contact, parse(agent)?, now),
        None => QueueEntry::new(contact, parse(queue)?, now),
    };
    if let Some(steps) = of.number("base_score").or(of.number("priority")) {
        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
        entry = entry.priority(match (scenario.engine.as_str(), u8::try_from(steps)) {
            ("teams-call-queue", Ok(place)) => Priority::from_the_top(place, 3),
            ("amazon-connect", Ok(place)) => Priority::from_the_top(place, 5),
            _ => Priority::steps(steps),
        });
    }
    if let Some(caller) = of.text("cid") {
        entry = entry.caller(caller);
    }
    if let Some(name) = of.text("channel") {
        entry = entry.channel(channel(name));
    }
    if of.contains_key("max_penalty") || of.contains_key("min_penalty") {
        let bound = |name| of.number(name).and_then(|number| u16::try_from(number).ok());
        let first = bound("min_penalty").unwrap_or(0);
        entry = entry.levels(Levels { first, last: bound("max_penalty").unwrap_or(u16::MAX) });
    }
    for (name, value) in of.get("labels").and_then(Value::as_object).into_iter().flatten() {
        entry = entry.label(name, label(value));
    }
    match of.get("required") {
        Some(Value::Object(required)) => {
            for (name, asked) in required {
                entry = entry.select(selector(name, asked)?).map_err(|error| error.to_string())?;
            }
        }
        Some(Value::Array(skills)) => {
            for name in skills.iter().filter_map(Value::as_str) {
                entry = entry.needs(Skill::new(name, 1).map_err(|error| error.to_string())?);
            }
        }
        _ => {}
    }
    let mut expiry = Duration::ZERO;
    for step in of.list("steps").iter().filter_map(Value::as_object) {
        expiry +=
            Duration::from_secs(u64::try_from(step.number("expiry").unwrap_or(0)).unwrap_or(0));
        for (name, level) in step.iter().filter(|(name, _)| *name != "expiry") {
            let asked = Selector::new(name, Compare::GreaterOrEqual, label(level));
            let asked = asked.expires(expiry);
            entry = entry.select(asked).map_err(|error| error.to_string())?;
        }
    }
    // Who is preferred is said on the agent: by a score, or by name.
    let preferred = scenario.agents.iter().filter(|agent| {
        agent.contains_key("score") || agent.text("id").is_some_and(|id| id.starts_with("pref"))
    });
    let mut preferred: Vec<&Fields> = preferred.collect();
    preferred.sort_by_key(|agent| std::cmp::Reverse(agent.number("score")));
    for agent in preferred {
        entry = entry.prefer(parse(agent.text("id").unwrap_or_default())?);
    }
    Ok(entry)
}

fn selector(name: &str, asked: &Value) -> Result<Selector, String> {
    let parts = asked.as_array().map(Vec::as_slice).unwrap_or_default();
    let [compare, value, rest @ ..] = parts else {
        return Err(format!("{name} is not asked as [how, what]"));
    };
    let compare: Compare =
        serde_json::from_value(compare.clone()).map_err(|error| format!("{name}: {error}"))?;
    let selector = Selector::new(name, compare, label(value));
    let expires = rest.first().and_then(|more| more.get("expires_after")?.as_u64());
    Ok(match expires {
        Some(time) => selector.expires(Duration::from_secs(time)),
        None => selector,
    })
}

fn label(value: &Value) -> LabelValue {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => number.as_i64().unwrap_or(0).into(),
        other => other.as_str().unwrap_or_default().into(),
    }
}

fn level(value: &Value) -> Option<u8> {
    u8::try_from(value.as_u64()?).ok()
}

fn channel(name: &str) -> Channel {
    let known = Channel::ALL.into_iter().find(|channel| channel.to_string() == name);
    known.unwrap_or_default()
}

pub(super) fn parse<K>(text: &str) -> Result<teams_cc_core::Id<K>, String> {
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}
