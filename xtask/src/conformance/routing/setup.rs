//! Queues as the scenario's product has them.

use std::time::Duration;

use serde_json::Value;
use teams_cc_core::{
    QueueId,
    agent::{Compare, SkillName},
    queue::{Exit, Priority},
    routing::{
        CallbackRule, Queue, Standing,
        policy::{Calls, RankBy, Ring, Skip, label},
        preset,
    },
};

use super::scenario::{Fields, Read, Scenario};

/// The queue of scenarios that name none.
pub(super) const ONLY: &str = "q";

/// Makes the scenario's queues.
pub(super) fn queues(scenario: &Scenario) -> Result<Vec<Queue>, String> {
    let mut names: Vec<&str> =
        scenario.calls.iter().filter_map(|call| call.text("queue")).collect();
    names.extend(
        scenario
            .agents
            .iter()
            .flat_map(|agent| agent.list("queues").iter().filter_map(Value::as_str)),
    );
    names.retain(|name| !name.starts_with("agent:"));
    if scenario.calls.iter().any(|call| call.text("queue").is_none()) {
        names.push(ONLY);
    }
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| queue(scenario, name)).collect()
}

fn queue(scenario: &Scenario, name: &str) -> Result<Queue, String> {
    let id: QueueId = name.parse().map_err(|error| format!("queue {name}: {error}"))?;
    let own = scenario.config.get("queues").and_then(|queues| queues.get(name)?.as_object());
    let mut config = own.unwrap_or(&scenario.config).clone();
    config.entry("strategy").or_insert_with(|| scenario.strategy.clone().into());
    Ok(match scenario.engine.as_str() {
        "mod_callcenter" => {
            let preset: preset::ModCallcenter = read(config)?;
            preset.queue(id)
        }
        "app_queue" => app_queue(config)?.queue(id),
        "teams-call-queue" => teams(scenario)?.queue(id),
        "acs-job-router" => job_router(scenario, name)?.queue(id),
        "twilio-taskrouter" => task_router(scenario).queue(id),
        "amazon-connect" => preset::amazon_connect(id),
        "genesys-cloud" => preset::genesys_cloud(id, rings(scenario)?),
        other => return Err(format!("there is no preset for {other}")),
    })
}

fn read<T: serde::de::DeserializeOwned>(config: Fields) -> Result<T, String> {
    serde_json::from_value(Value::Object(config)).map_err(|error| format!("config: {error}"))
}

fn app_queue(mut config: Fields) -> Result<preset::AppQueue, String> {
    // Members of these scenarios are never rung while in use; queues of their own stand beside.
    config.remove("ringinuse");
    config.remove("queues");
    if let Some(priority) = config.remove("timeoutpriority") {
        config.insert("expire_cuts_ringing".into(), Value::Bool(priority == "app"));
    }
    for name in ["joinempty", "leavewhenempty"] {
        let Some(words) = config.remove(name) else { continue };
        let standings: Vec<Standing> = words
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .flat_map(absent)
            .collect();
        config.insert(name.into(), serde_json::json!(standings));
    }
    if config.get("autopause").is_some_and(|value| value == "all") {
        config.insert("autopause".into(), "yes".into());
    }
    read(config)
}

/// Who counts as not there, by `app_queue`'s words.
fn absent(word: &str) -> Vec<Standing> {
    match word {
        "paused" => vec![Standing::OnBreak, Standing::Missing],
        "unavailable" | "invalid" | "unknown" => vec![Standing::SignedOut],
        "inuse" => vec![Standing::Busy],
        "ringing" => vec![Standing::Ringing],
        "wrapup" => vec![Standing::WrappingUp],
        _ => Vec::new(),
    }
}

/// The settings of a Teams call queue.
pub(super) fn teams(scenario: &Scenario) -> Result<preset::TeamsCallQueue, String> {
    let mut queue = preset::teams_call_queue();
    let method = Value::from(scenario.strategy.clone());
    queue.routing_method =
        serde_json::from_value(method).map_err(|error| format!("strategy: {error}"))?;
    if let Some(on) = scenario.config.flag("PresenceBasedRouting") {
        queue.presence_based_routing = on;
    }
    if let Some(seconds) = scenario.setting("AgentAlertTime") {
        queue.agent_alert_time = Duration::from_secs(seconds);
    }
    if let Some(calls) = scenario.setting("OverflowThreshold") {
        queue.overflow_threshold = usize::try_from(calls).unwrap_or(usize::MAX);
    }
    if let Some(seconds) = scenario.setting("TimeoutThreshold") {
        queue.timeout_threshold = Duration::from_secs(seconds);
    }
    if scenario.config.text("NoAgentAction").is_some_and(|action| action != "Queue") {
        queue.no_agent_action = Some(Exit::Disconnect);
    }
    if scenario.config.text("NoAgentApplyTo") == Some("NewCalls") {
        queue.no_agent_apply_to = Calls::New;
    }
    if scenario.config.flag("IsCallbackEnabled") == Some(true) {
        let calls = |name| scenario.setting(name).and_then(|calls| usize::try_from(calls).ok());
        let mut rule = CallbackRule::default();
        rule.waited =
            scenario.setting("WaitTimeBeforeOfferingCallbackInSecond").map(Duration::from_secs);
        rule.waiting = calls("NumberOfCallsInQueueBeforeOfferingCallback");
        rule.waiting_per_agent = calls("CallToAgentRatioThresholdBeforeOfferingCallback");
        queue.callback = Some(rule);
    }
    Ok(queue)
}

fn job_router(scenario: &Scenario, name: &str) -> Result<preset::JobRouter, String> {
    let mut router = preset::job_router();
    let mode = Value::from(scenario.strategy.clone());
    router.mode = serde_json::from_value(mode).map_err(|error| format!("strategy: {error}"))?;
    if let Some(seconds) = scenario.setting("offerExpiresAfterSeconds") {
        router.offer_expires_after = Duration::from_secs(seconds);
    }
    if let Some(at) = scenario.setting("retryOfferAt") {
        let pause = at.saturating_sub(scenario.setting("decline_at").unwrap_or(0));
        router.retry_offer_after = Some(Duration::from_secs(pause));
    }
    if let Some(length) = scenario.setting("queueLengthThreshold") {
        router.queue_length =
            Some((usize::try_from(length).unwrap_or(usize::MAX), Exit::Disconnect));
    }
    // The exception's rule stands in the title; where to, in what is expected of it.
    let to = scenario.expect.list("moves").first().and_then(|to| to.get(2)?.as_str());
    if let (Some(to), Some(after)) = (to, scenario.told("after"))
        && to != name
    {
        let queue = to.parse().map_err(|error| format!("queue {to}: {error}"))?;
        let steps = scenario.told("priority").and_then(|steps| i32::try_from(steps).ok());
        let priority = Priority::steps(steps.unwrap_or(0));
        router.wait_time = Some((after, Exit::Escalate { queue, priority }));
    }
    // All who would do, in their order.
    if scenario.expect.contains_key("worker_order") {
        router.max_concurrent_offers = u8::MAX;
    }
    Ok(router)
}

fn task_router(scenario: &Scenario) -> preset::TaskRouter {
    let mut router = preset::task_router();
    router.lifo = scenario.strategy == "LIFO";
    router.max_reserved_workers = scenario
        .setting("MaxReservedWorkers")
        .and_then(|workers| u8::try_from(workers).ok())
        .unwrap_or(1);
    if scenario.expect.contains_key("worker_order") {
        router.max_reserved_workers = u8::MAX;
    }
    let clauses = scenario.config.text("order_by").unwrap_or_default().split(',');
    router.order_by = clauses
        .filter_map(|clause| {
            let (name, way) = clause.trim().split_once(' ')?;
            let name = name.strip_prefix("worker.").unwrap_or(name).into();
            Some(if way.trim() == "DESC" {
                RankBy::LargestLabel(name)
            } else {
                RankBy::SmallestLabel(name)
            })
        })
        .collect();
    let mut after = Duration::ZERO;
    let mut targets = Vec::new();
    for target in scenario.config.list("targets").iter().filter_map(Value::as_object) {
        let mut ring = Ring::new().after(after);
        if let Some(queue) = target.text("queue") {
            ring = ring.of(label("queue", Compare::Equal, queue));
        }
        if target.contains_key("skip_if") {
            ring = ring.skip(Skip::IfNobodyFree);
        }
        let time = target.number("timeout").and_then(|time| u64::try_from(time).ok()).unwrap_or(0);
        if target.text("expression").is_some_and(|words| words.contains("preferred_agents")) {
            router.known_worker = Duration::from_secs(time);
        } else {
            targets.push(ring);
        }
        after += Duration::from_secs(time);
    }
    let mut targets = targets.into_iter();
    router.targets = std::array::from_fn(|_| targets.next());
    router
}

fn rings(scenario: &Scenario) -> Result<[Ring; 6], String> {
    let mut after = Duration::ZERO;
    let mut dropped: Vec<SkillName> = Vec::new();
    let mut rings: Vec<Ring> = Vec::new();
    for ring in scenario.config.list("rings").iter().filter_map(Value::as_object) {
        let made = Ring::new().after(after);
        rings.push(dropped.drain(..).fold(made, Ring::without));
        for name in ring.list("remove").iter().filter_map(Value::as_str) {
            dropped.push(SkillName::new(name).map_err(|error| error.to_string())?);
        }
        let time = ring.number("timeout").and_then(|time| u64::try_from(time).ok()).unwrap_or(0);
        after += Duration::from_secs(time);
    }
    let mut rings = rings.into_iter();
    Ok(std::array::from_fn(|_| rings.next().unwrap_or_default()))
}
