//! What a day is played against.

use std::time::Duration;

use super::Spread;
use crate::{
    Address, AgentId,
    agent::Agent,
    routing::{EngineConfig, Queue},
};

/// Queues, agents, and how long things take.
#[derive(Clone, Debug)]
pub struct Site {
    pub(super) queues: Vec<Queue>,
    pub(super) agents: Vec<(Agent, f64)>,
    pub(super) config: EngineConfig,
    pub(super) handling: Spread,
    pub(super) patience: Option<Spread>,
    pub(super) pick_up: Spread,
    pub(super) threshold: Duration,
    pub(super) warm_up: Duration,
}

impl Site {
    /// One queue, nobody to serve it yet, and calls of three minutes on average.
    #[must_use]
    pub fn new(queue: Queue) -> Self {
        Self {
            queues: vec![queue],
            agents: Vec::new(),
            config: EngineConfig::default().explanations(false),
            handling: Spread::Exponential(Duration::from_mins(3)),
            patience: None,
            pick_up: Spread::Fixed(Duration::ZERO),
            threshold: Duration::from_secs(20),
            warm_up: Duration::ZERO,
        }
    }

    /// Adds a queue.
    #[must_use]
    pub fn queue(mut self, queue: Queue) -> Self {
        self.queues.push(queue);
        self
    }

    /// Adds so many agents alike, each made by `make` from a numbered one of no queue.
    #[must_use]
    pub fn agents(mut self, count: usize, make: impl Fn(Agent) -> Agent) -> Self {
        for _ in 0..count {
            let n = u64::try_from(self.agents.len()).unwrap_or(u64::MAX);
            let agent = Agent::new(AgentId::numbered("a", n), Address::Anonymous);
            self.agents.push((make(agent), 1.0));
        }
        self
    }

    /// Adds an agent who works at this pace: 2 for twice as fast as calls take.
    #[must_use]
    pub fn agent(mut self, agent: Agent, pace: f64) -> Self {
        self.agents.push((agent, pace));
        self
    }

    /// Sets how long calls take; default three minutes on average, exponential.
    #[must_use]
    pub const fn handling(mut self, spread: Spread) -> Self {
        self.handling = spread;
        self
    }

    /// Sets how long callers wait before they hang up; default for ever.
    #[must_use]
    pub const fn patience(mut self, spread: Spread) -> Self {
        self.patience = Some(spread);
        self
    }

    /// Sets how long agents let it ring; default not at all.
    #[must_use]
    pub const fn pick_up(mut self, spread: Spread) -> Self {
        self.pick_up = spread;
        self
    }

    /// Sets the wait that service levels are counted by; default 20 s.
    #[must_use]
    pub const fn threshold(mut self, wait: Duration) -> Self {
        self.threshold = wait;
        self
    }

    /// Leaves calls out of the report that come in this time from the start; default none.
    #[must_use]
    pub const fn warm_up(mut self, time: Duration) -> Self {
        self.warm_up = time;
        self
    }
}
