//! A queue as the engine has it.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{OfferRules, RoutingPolicy};
use crate::{
    QueueId,
    queue::{CallOrder, QueueLimits, Strict},
};

/// A queue: its policy, its order and its limits.
#[derive(Clone)]
#[non_exhaustive]
pub struct Queue {
    /// Which queue.
    pub id: QueueId,
    /// Who is offered its calls.
    pub policy: Arc<dyn RoutingPolicy>,
    /// In which order calls are served.
    pub order: Arc<dyn CallOrder>,
    /// How many calls wait, and for how long.
    pub limits: QueueLimits,
    /// How its calls are offered; none for the engine's own rules.
    pub offers: Option<OfferRules>,
    /// Whose calls go first where agents serve several queues; the heaviest queue's do. Default 0.
    pub weight: i32,
    /// Whether only the first call is offered, however many agents are free. Default false.
    pub one_at_a_time: bool,
    /// How long the place of a caller who hung up is kept. None, the default, for not at all.
    pub resume: Option<Duration>,
    /// When callers are offered to be called back. None, the default, for never.
    pub callback: Option<CallbackRule>,
}

impl Queue {
    /// A queue with this policy, in strict order, with the limits of Teams' queues.
    #[must_use]
    pub fn new(id: QueueId, policy: impl RoutingPolicy + 'static) -> Self {
        Self {
            id,
            policy: Arc::new(policy),
            order: Arc::new(Strict),
            limits: QueueLimits::default(),
            offers: None,
            weight: 0,
            one_at_a_time: false,
            resume: None,
            callback: None,
        }
    }

    /// Sets the order in which calls are served; default [`Strict`].
    #[must_use]
    pub fn order(mut self, order: impl CallOrder + 'static) -> Self {
        self.order = Arc::new(order);
        self
    }

    /// Sets how many calls wait, and for how long.
    #[must_use]
    pub fn limits(mut self, limits: QueueLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how calls are offered; default as the engine has it.
    #[must_use]
    pub fn offers(mut self, rules: OfferRules) -> Self {
        self.offers = Some(rules);
        self
    }

    /// Sets whose calls go first where agents serve several queues.
    #[must_use]
    pub fn weight(mut self, weight: i32) -> Self {
        self.weight = weight;
        self
    }

    /// Offers only the first call, however many agents are free.
    #[must_use]
    pub fn one_at_a_time(mut self, only: bool) -> Self {
        self.one_at_a_time = only;
        self
    }

    /// Keeps the place of a caller who hung up, known by [`QueueEntry::caller`], for this long.
    ///
    /// [`QueueEntry::caller`]: crate::queue::QueueEntry::caller
    #[must_use]
    pub fn resume(mut self, within: Duration) -> Self {
        self.resume = Some(within);
        self
    }

    /// Says when callers are offered to be called back.
    #[must_use]
    pub fn callback(mut self, rule: CallbackRule) -> Self {
        self.callback = Some(rule);
        self
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("id", &self.id)
            .field("policy", &self.policy.name())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// When callers are offered to be called back instead of waiting. Any one of the tests will do.
///
/// As in Teams call queues, the wait is that of the call in front, and the other two tests are
/// made once, when a call starts to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CallbackRule {
    /// After which wait of the call in front.
    #[serde(with = "crate::time::seconds::optional")]
    pub waited: Option<Duration>,
    /// From how many calls on that wait already.
    pub waiting: Option<usize>,
    /// From how many waiting calls on for each agent who is there.
    pub waiting_per_agent: Option<usize>,
}

impl CallbackRule {
    /// Offers it to the call in front once it waited so long.
    #[must_use]
    pub const fn waited(mut self, wait: Duration) -> Self {
        self.waited = Some(wait);
        self
    }

    /// Offers it to a call that finds so many waiting.
    #[must_use]
    pub const fn waiting(mut self, calls: usize) -> Self {
        self.waiting = Some(calls);
        self
    }

    /// Offers it to a call that finds so many waiting for each agent who is there.
    #[must_use]
    pub const fn waiting_per_agent(mut self, calls: usize) -> Self {
        self.waiting_per_agent = Some(calls);
        self
    }
}

/// Why a caller is offered to be called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackReason {
    /// The call in front has waited so long.
    Waited,
    /// So many calls wait.
    Waiting,
    /// So many calls wait for each agent.
    WaitingPerAgent,
}
