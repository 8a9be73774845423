//! `FreeSWITCH` `mod_callcenter`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::unlimited;
use crate::{
    QueueId,
    agent::Pauses,
    queue::{Discipline, Exit},
    routing::{
        OfferRules, Queue, RingMode, Standing,
        policy::{
            Circle, IdleSince, RankBy, Tiers, agent_id, eligible, fewest_calls, least_talk_time,
            level, levels, longest_idle_since, next_in_line, no_agents, position, random,
        },
    },
};

/// The settings of a queue of `mod_callcenter`, with its names and defaults.
///
/// Tier level and position, wrap-up time, delays and `max_no_answer` are the agents'. Source: the
/// module's documentation and its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the product has as many switches")]
pub struct ModCallcenter {
    /// Who is called first. Default [`ModCallcenterStrategy::LongestIdleAgent`].
    pub strategy: ModCallcenterStrategy,
    /// How long an agent is rung. Default 60 s.
    #[serde(with = "crate::time::seconds::written")]
    pub agent_originate_timeout: Duration,
    /// How long a call waits at most; 0, the default, for ever.
    #[serde(with = "crate::time::seconds::written")]
    pub max_wait_time: Duration,
    /// How long a call waits at most while nobody is logged in; 0, the default, for ever.
    #[serde(with = "crate::time::seconds::written")]
    pub max_wait_time_with_no_agent: Duration,
    /// From how long after joining that is counted. Default 5 s.
    #[serde(with = "crate::time::seconds::written")]
    pub max_wait_time_with_no_agent_time_reached: Duration,
    /// Whether further tiers wait their time. Default false.
    pub tier_rules_apply: bool,
    /// How long a tier waits. Default 0.
    #[serde(with = "crate::time::seconds::written")]
    pub tier_rule_wait_second: Duration,
    /// Whether that is multiplied by the tier's level. Default false.
    pub tier_rule_wait_multiply_level: bool,
    /// Whether the first tier in which anybody is logged in does not wait. Default true.
    pub tier_rule_no_agent_no_wait: bool,
    /// How long the place of a caller who hung up is kept. Default 60 s.
    #[serde(with = "crate::time::seconds::written")]
    pub discard_abandoned_after: Duration,
    /// Whether it is kept at all. Default false.
    pub abandoned_resume_allowed: bool,
    /// After what time one more agent rings, with [`ModCallcenterStrategy::RingProgressively`].
    /// Default 10 s.
    #[serde(with = "crate::time::seconds::written")]
    pub ring_progressively_delay: Duration,
    /// What agents are drawn by, with [`ModCallcenterStrategy::Random`].
    pub seed: u64,
}

/// Who is called first; in every strategy agents of a lower tier level come before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModCallcenterStrategy {
    /// Everybody at once.
    RingAll,
    /// Whoever's last call ended first; the default.
    #[default]
    LongestIdleAgent,
    /// Whoever comes after the agent last offered a call.
    RoundRobin,
    /// Each caller goes down the line.
    TopDown,
    /// Whoever talked least.
    AgentWithLeastTalkTime,
    /// Whoever took the fewest calls.
    AgentWithFewestCalls,
    /// The first in the line who is free.
    SequentiallyByAgentOrder,
    /// Anybody.
    Random,
    /// The first in the line, then one more and one more.
    RingProgressively,
}

/// A queue as `mod_callcenter` makes it when nothing is said.
#[must_use]
pub fn mod_callcenter() -> ModCallcenter {
    ModCallcenter::default()
}

impl Default for ModCallcenter {
    fn default() -> Self {
        Self {
            strategy: ModCallcenterStrategy::LongestIdleAgent,
            agent_originate_timeout: Duration::from_mins(1),
            max_wait_time: Duration::ZERO,
            max_wait_time_with_no_agent: Duration::ZERO,
            max_wait_time_with_no_agent_time_reached: Duration::from_secs(5),
            tier_rules_apply: false,
            tier_rule_wait_second: Duration::ZERO,
            tier_rule_wait_multiply_level: false,
            tier_rule_no_agent_no_wait: true,
            discard_abandoned_after: Duration::from_mins(1),
            abandoned_resume_allowed: false,
            ring_progressively_delay: Duration::from_secs(10),
            seed: 0,
        }
    }
}

impl ModCallcenter {
    /// The queue that behaves so.
    ///
    /// A base score is a [`Priority`](crate::queue::Priority) of as many steps, each worth a
    /// second of waiting. On Break is a break; Logged Out is signed out.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Queue {
        use ModCallcenterStrategy as By;
        let mut agents = eligible();
        if self.tier_rules_apply {
            let tiers = Tiers {
                wait: self.tier_rule_wait_second,
                multiply: self.tier_rule_wait_multiply_level,
                skip_empty: self.tier_rule_no_agent_no_wait,
            };
            agents = agents.gate(levels().tiers(tiers));
        }
        let in_line = level().then(position()).then(agent_id());
        let ranked_by = |rank: RankBy| level().then(rank).then(position()).then(agent_id());
        let circle = RankBy::RoundRobin { circle: Circle::SameLevel, anywhere: true };
        let ranked = match self.strategy {
            By::RingAll | By::SequentiallyByAgentOrder | By::RingProgressively => {
                agents.rank(in_line)
            }
            By::LongestIdleAgent => {
                agents.rank(ranked_by(longest_idle_since(IdleSince::LastCallEnd)))
            }
            By::AgentWithLeastTalkTime => agents.rank(ranked_by(least_talk_time())),
            By::AgentWithFewestCalls => agents.rank(ranked_by(fewest_calls())),
            By::Random => agents.rank(ranked_by(random(self.seed))),
            By::RoundRobin => agents.rank(circle.then(in_line)),
            By::TopDown => agents.rank(next_in_line(Circle::Levels).then(in_line)),
        };
        let mut rules = ranked.ring(match self.strategy {
            By::RingAll => RingMode::All,
            By::RingProgressively => RingMode::Progressive(self.ring_progressively_delay),
            _ => RingMode::One,
        });
        if !self.max_wait_time_with_no_agent.is_zero() {
            let nobody = no_agents()
                .counting([Standing::SignedOut])
                .grace(self.max_wait_time_with_no_agent_time_reached)
                .lasting(self.max_wait_time_with_no_agent);
            rules = rules.or_when(nobody, Exit::Disconnect);
        }
        let mut limits = unlimited();
        if !self.max_wait_time.is_zero() {
            limits = limits.wait(self.max_wait_time, Exit::Disconnect);
        }
        let offers = OfferRules::default()
            .ring(self.agent_originate_timeout)
            .confirm(Duration::ZERO)
            .pass(Pauses::default())
            .misses_before_away(None)
            // The module asks for a call's end before "now minus wrap-up", in whole seconds.
            .settle(Duration::from_secs(1));
        let order = Discipline::Ageing(Duration::from_secs(1));
        let queue = Queue::new(id, rules).order(order).limits(limits).offers(offers);
        if self.abandoned_resume_allowed {
            return queue.resume(self.discard_abandoned_after);
        }
        queue
    }
}
