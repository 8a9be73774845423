//! Microsoft Teams call queues.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    QueueId,
    agent::{Availability, Pauses},
    queue::{Exit, QueueLimits},
    routing::{
        CallbackRule, OfferRules, Queue, RingMode,
        policy::{
            Calls, Circle, IdleSince, agent_id, eligible, longest_idle_since, next_in_line,
            no_agents, position, presence, round_robin,
        },
    },
};

/// The settings of a Teams call queue, with Teams' names and defaults.
///
/// Source: `New-CsCallQueue` and "Create a Call queue in Microsoft Teams" on Microsoft Learn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TeamsCallQueue {
    /// Who is called first. Default [`RoutingMethod::Attendant`].
    pub routing_method: RoutingMethod,
    /// Whether only agents whose presence is Available are called. Default true; always so with
    /// [`RoutingMethod::LongestIdle`].
    pub presence_based_routing: bool,
    /// How long an agent is rung, 15 to 180 s. Default 30 s.
    #[serde(with = "crate::time::seconds::written")]
    pub agent_alert_time: Duration,
    /// How many calls wait at most, 0 to 200. Default 50.
    pub overflow_threshold: usize,
    /// Where one more goes. Default disconnected.
    pub overflow_action: Exit,
    /// How long a call waits at most, 0 to 2,700 s in steps of 15 s. Default 1,200 s.
    #[serde(with = "crate::time::seconds::written")]
    pub timeout_threshold: Duration,
    /// Where it goes then. Default disconnected.
    pub timeout_action: Exit,
    /// Where calls go while no agent is opted in; none, the default, lets them wait.
    pub no_agent_action: Option<Exit>,
    /// Which calls do. Default all.
    pub no_agent_apply_to: Calls,
    /// When callers are offered to be called back. Default never.
    pub callback: Option<CallbackRule>,
}

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RoutingMethod {
    /// Everybody at once; the default.
    #[default]
    Attendant,
    /// One after the other, from the first.
    Serial,
    /// One after the other, from where the last call left off.
    RoundRobin,
    /// Whoever has been Available for longest. Who does not answer is left alone for one alert
    /// time, so that while calls are fewer than agents only the first two are called in turn.
    LongestIdle,
}

/// A Teams call queue as Teams makes it when nothing is said.
#[must_use]
pub fn teams_call_queue() -> TeamsCallQueue {
    TeamsCallQueue::default()
}

impl Default for TeamsCallQueue {
    fn default() -> Self {
        Self {
            routing_method: RoutingMethod::Attendant,
            presence_based_routing: true,
            agent_alert_time: Duration::from_secs(30),
            overflow_threshold: 50,
            overflow_action: Exit::Disconnect,
            timeout_threshold: Duration::from_mins(20),
            timeout_action: Exit::Disconnect,
            no_agent_action: None,
            no_agent_apply_to: Calls::All,
            callback: None,
        }
    }
}

impl TeamsCallQueue {
    /// The longest wait as Teams takes it: rounded to the nearest 15 s.
    #[must_use]
    pub fn rounded_timeout(&self) -> Duration {
        let steps = (self.timeout_threshold.as_secs() + 7) / 15;
        Duration::from_secs(steps * 15)
    }

    /// The queue that behaves so. Agents opt out by a break; the agents' order is their
    /// [`position`](crate::agent::Membership::position).
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Queue {
        let longest_idle = self.routing_method == RoutingMethod::LongestIdle;
        let mut agents = eligible();
        if self.presence_based_routing || longest_idle {
            agents = agents.gate(presence(Availability::Available));
        }
        let circle = Circle::Positions;
        let mut rules = match self.routing_method {
            RoutingMethod::Attendant => {
                agents.rank(position().then(agent_id())).ring(RingMode::All)
            }
            RoutingMethod::Serial => agents
                .rank(next_in_line(circle).then(position()).then(agent_id()))
                .ring(RingMode::One),
            RoutingMethod::RoundRobin => agents
                .rank(round_robin(circle).then(position()).then(agent_id()))
                .ring(RingMode::One),
            RoutingMethod::LongestIdle => agents
                .rank(longest_idle_since(IdleSince::SeenAvailable).then(agent_id()))
                .ring(RingMode::One),
        };
        if let Some(exit) = &self.no_agent_action {
            rules = rules.or_when_calls(no_agents(), self.no_agent_apply_to, exit.clone());
        }
        let pass = if longest_idle { self.agent_alert_time } else { Duration::ZERO };
        let offers = OfferRules::default()
            .ring(self.agent_alert_time)
            .confirm(Duration::ZERO)
            .pass(Pauses::default().no_answer(pass))
            .misses_before_away(None);
        let limits = QueueLimits::default()
            .length(self.overflow_threshold, self.overflow_action.clone())
            .wait(self.rounded_timeout(), self.timeout_action.clone());
        let queue = Queue::new(id, rules).limits(limits).offers(offers);
        match self.callback {
            Some(rule) => queue.callback(rule),
            None => queue,
        }
    }
}
