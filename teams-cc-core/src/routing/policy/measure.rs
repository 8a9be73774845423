//! Numbers to rank by.

use std::time::Duration;

use crate::{
    agent::{Agent, Compare, LabelValue, Labels, Selector},
    queue::QueueEntry,
    routing::AgentRecord,
};

/// One, in the fixed point of a match.
const ONE: u64 = 1_000_000_000;

pub(in crate::routing) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The part of the capacity in use, in millionths.
pub(super) fn load(agent: &AgentRecord) -> u64 {
    let total = u64::from(agent.profile().capacity.total().max(1));
    u64::from(agent.units_used()) * 1_000_000 / total
}

/// The number on a label, moved so that the smallest there is becomes zero.
pub(super) fn label(labels: &Labels, name: &str) -> u64 {
    let number = labels.number(name);
    number.map_or(u64::MAX, |number| number.abs_diff(i64::MIN).min(u64::MAX - 1))
}

/// How much the agent is as the call asks, from 0 to [`ONE`].
///
/// Each label the call would like counts 1 where the agent's is the same. Each thing it demands
/// counts 1 where it is met exactly by its nature, and for numbers by how far they are exceeded:
/// the logistic function of the excess in parts of what is asked, so a half where just met.
pub(super) fn matching(call: &QueueEntry, labels: &Labels) -> u64 {
    let wished = call.labels.iter().map(
        |(name, value)| {
            if labels.get(name) == Some(value) { ONE } else { 0 }
        },
    );
    let asked = call.selectors().iter().map(|selector| excess(selector, labels));
    let (sum, n) = wished.chain(asked).fold((0u64, 0u64), |(sum, n), part| (sum + part, n + 1));
    sum.checked_div(n).unwrap_or(0)
}

/// How much an agent is as a call asks, from 0 to 1; see [`best_match`](super::best_match()).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a billion fits a double exactly")]
pub fn match_score(call: &QueueEntry, agent: &Agent) -> f64 {
    matching(call, &agent.labels) as f64 / ONE as f64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the result lies between 0 and one, and the last places do not matter"
)]
fn excess(selector: &Selector, labels: &Labels) -> u64 {
    if !selector.matches(labels) {
        return 0;
    }
    let (Some(LabelValue::Number(has)), LabelValue::Number(asked)) =
        (labels.get(&selector.label), &selector.value)
    else {
        return ONE;
    };
    let over = match selector.compare {
        Compare::Greater | Compare::GreaterOrEqual => *has as f64 - *asked as f64,
        Compare::Less | Compare::LessOrEqual => *asked as f64 - *has as f64,
        Compare::Equal | Compare::NotEqual => return ONE,
    };
    let part = over / (asked.unsigned_abs().max(1) as f64);
    let logistic = 1.0 / (1.0 + (-part).exp());
    (logistic * ONE as f64) as u64
}
