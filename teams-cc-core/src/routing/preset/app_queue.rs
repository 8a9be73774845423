//! Asterisk `app_queue`.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::unlimited;
use crate::{
    QueueId,
    agent::Pauses,
    queue::{Exit, Levels, WhileRinging},
    routing::{
        OfferRules, Queue, RingMode, Standing,
        policy::{
            Calls, CallsCounted, Circle, IdleSince, RankBy, agent_id, eligible, levels,
            longest_idle_since, next_in_line, no_agents, position, random, round_robin,
        },
    },
};

/// The settings of a queue of `app_queue`, with its names and defaults.
///
/// A member's penalty is the agent's [`level`](crate::agent::Membership::level), from 0. Source:
/// `queues.conf.sample` and the module's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AppQueue {
    /// Who is called first; in every strategy members of a lower penalty come before.
    pub strategy: AppQueueStrategy,
    /// How long an attempt rings. Default 15 s.
    #[serde(with = "crate::time::seconds::written")]
    pub timeout: Duration,
    /// How long a caller waits between attempts. Default 5 s.
    #[serde(with = "crate::time::seconds::written")]
    pub retry: Duration,
    /// How long members rest after a call. Default 0.
    #[serde(with = "crate::time::seconds::written")]
    pub wrapuptime: Duration,
    /// Whether more than the first caller is served at once. Default true, as the sample
    /// configuration has it.
    pub autofill: bool,
    /// Whose callers come first where members serve several queues. Default 0.
    pub weight: i32,
    /// How many callers wait at most; 0, the default, for any number.
    pub maxlen: usize,
    /// Up to how many members penalties do not matter. Default 0.
    pub penaltymemberslimit: u32,
    /// Whether members are paused who do not answer. Default no.
    pub autopause: Autopause,
    /// Who counts as not there for callers who come. Default nobody.
    pub joinempty: BTreeSet<Standing>,
    /// Who counts as not there for callers who wait. Default nobody.
    pub leavewhenempty: BTreeSet<Standing>,
    /// How the penalties that may be called widen with the wait.
    pub rules: Vec<PenaltyRule>,
    /// How long a caller waits at most: the timeout given to `Queue()`. Default for ever.
    #[serde(with = "crate::time::seconds::optional")]
    pub expire: Option<Duration>,
    /// Whether that ends ringing at once (`timeoutpriority=app`). Default true.
    pub expire_cuts_ringing: bool,
    /// What members are drawn by, with the random strategies.
    pub seed: u64,
}

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AppQueueStrategy {
    /// All of the lowest penalty at once; the default.
    #[default]
    RingAll,
    /// Whoever's last call ended first.
    LeastRecent,
    /// Whoever finished the fewest calls.
    FewestCalls,
    /// Anybody.
    Random,
    /// Whoever comes after the last.
    RrMemory,
    /// The same, in the order of the configuration.
    RrOrdered,
    /// Each caller goes down the line.
    Linear,
    /// Anybody, those of lower penalty more often.
    WRandom,
}

/// Whether members are paused who do not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Autopause {
    /// They are not; the default.
    #[default]
    No,
    /// They are. Here in all their queues, as an agent is there for calls or is not.
    Yes,
}

/// Which penalties may be called once a caller has waited longer than `time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a line of queuerules.conf has three fields")]
pub struct PenaltyRule {
    /// After how long a wait.
    #[serde(with = "crate::time::seconds::written")]
    pub time: Duration,
    /// The highest penalty.
    pub max: u16,
    /// The lowest penalty.
    #[serde(default)]
    pub min: u16,
}

/// A queue as `app_queue` makes it when nothing is said.
#[must_use]
pub fn app_queue() -> AppQueue {
    AppQueue::default()
}

impl Default for AppQueue {
    fn default() -> Self {
        Self {
            strategy: AppQueueStrategy::RingAll,
            timeout: Duration::from_secs(15),
            retry: Duration::from_secs(5),
            wrapuptime: Duration::ZERO,
            autofill: true,
            weight: 0,
            maxlen: 0,
            penaltymemberslimit: 0,
            autopause: Autopause::No,
            joinempty: BTreeSet::new(),
            leavewhenempty: BTreeSet::new(),
            rules: Vec::new(),
            expire: None,
            expire_cuts_ringing: true,
            seed: 0,
        }
    }
}

impl AppQueue {
    /// The queue that behaves so.
    ///
    /// `QUEUE_PRIO` is a [`Priority`](crate::queue::Priority) of as many steps, and
    /// `QUEUE_MAX_PENALTY` the call's own [`levels`](crate::queue::QueueEntry::levels).
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Queue {
        use AppQueueStrategy as By;
        let penalty = RankBy::Level { ignored_up_to: self.penaltymemberslimit };
        // Of equal members the module takes the one it looks at last.
        let last = || RankBy::LastPosition.then(agent_id());
        let first = || position().then(agent_id());
        let circle = Circle::Positions;
        let widen = self.rules.iter().fold(levels(), |gate, rule| {
            // Longer than the time, not as long.
            let after = rule.time.saturating_add(Duration::from_nanos(1));
            gate.widen(after, Levels { first: rule.min, last: rule.max })
        });
        let agents = eligible().gate(widen);
        let idle = longest_idle_since(IdleSince::LastCallEnd);
        let calls = RankBy::FewestCalls(CallsCounted::WhenOver);
        let ranked = match self.strategy {
            By::RingAll => agents.rank(penalty.then(last())),
            By::LeastRecent => agents.rank(penalty.then(idle).then(last())),
            By::FewestCalls => agents.rank(penalty.then(calls).then(last())),
            By::Random => agents.rank(penalty.then(random(self.seed)).then(last())),
            By::WRandom => agents.rank(RankBy::WeightedRandom(self.seed).then(last())),
            By::RrMemory | By::RrOrdered => {
                agents.rank(penalty.then(round_robin(circle)).then(first()))
            }
            By::Linear => agents.rank(penalty.then(next_in_line(circle)).then(first())),
        };
        let mut rules = ranked.ring(match self.strategy {
            By::RingAll => RingMode::AllOfBest,
            _ => RingMode::One,
        });
        for (absent, calls) in [(&self.joinempty, Calls::New), (&self.leavewhenempty, Calls::All)] {
            if !absent.is_empty() {
                let nobody = no_agents().counting(absent.iter().copied());
                rules = rules.or_when_calls(nobody, calls, Exit::Disconnect);
            }
        }
        let mut limits = unlimited();
        if self.maxlen > 0 {
            limits = limits.length(self.maxlen, Exit::Disconnect);
        }
        if let Some(expire) = self.expire {
            limits = limits.wait(expire, Exit::Disconnect);
        }
        if self.expire_cuts_ringing {
            limits = limits.while_ringing(WhileRinging::CutShort);
        }
        let offers = OfferRules::default()
            .ring(self.timeout)
            .confirm(Duration::ZERO)
            .attempts(self.timeout, self.retry)
            .pass(Pauses::default())
            .settle(self.wrapuptime)
            .misses_before_away((self.autopause != Autopause::No).then_some(1));
        Queue::new(id, rules)
            .limits(limits)
            .offers(offers)
            .weight(self.weight)
            .one_at_a_time(!self.autofill)
    }
}
