//! Twilio `TaskRouter`.

use std::time::Duration;

use super::unlimited;
use crate::{
    QueueId,
    agent::Pauses,
    queue::Discipline,
    routing::{
        OfferRules, Queue, RingMode,
        policy::{IdleSince, KEY_WIDTH, RankBy, Ring, eligible, longest_idle_since, preferred},
    },
};

/// A task queue with its workflow, by the product's names.
///
/// Source: "Workflows", "Ordering workers" and "Task queues" in Twilio's documentation.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TaskRouter {
    /// What workers are ordered by before the time without a task; at most three.
    pub order_by: Vec<RankBy>,
    /// Whether the newest task comes first. Default false.
    pub lifo: bool,
    /// How many workers are offered a task at once, 1 to 50. Default 1.
    pub max_reserved_workers: u8,
    /// The workflow's targets, at most four here.
    pub targets: [Option<Ring>; 4],
    /// How long tasks are kept for the workers they prefer. Default not at all.
    pub known_worker: Duration,
}

/// A task queue without a workflow.
#[must_use]
pub fn task_router() -> TaskRouter {
    TaskRouter::default()
}

impl TaskRouter {
    /// The queue that behaves so.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Queue {
        let mut agents = eligible();
        if !self.known_worker.is_zero() {
            agents = agents.prefer(preferred().hold(self.known_worker));
        }
        if let [Some(first), rest @ ..] = &self.targets {
            // A target that is missing is the one before it again, which adds nobody.
            let mut last = first.clone();
            let [b, c, d] = rest.clone().map(|ring| {
                last = ring.unwrap_or_else(|| last.clone());
                last.clone()
            });
            agents = agents.rings([first.clone(), b, c, d]);
        }
        let idle = longest_idle_since(IdleSince::LastContact);
        let order = self.order_by.iter().take(KEY_WIDTH - 1).cloned().chain([idle]);
        let rules = agents.rank_by(order).ring(RingMode::parallel(self.max_reserved_workers));
        let offers = OfferRules::default().confirm(Duration::ZERO).pass(Pauses::default());
        let order = if self.lifo { Discipline::NewestFirst } else { Discipline::Strict };
        Queue::new(id, rules).order(order).limits(unlimited()).offers(offers)
    }
}
