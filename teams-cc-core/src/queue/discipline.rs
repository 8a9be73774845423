//! In which order calls are served.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::QueueEntry;

/// The place of a call among others; the smallest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey([i128; 2]);

impl OrderKey {
    /// A key of two parts, compared one after the other.
    #[must_use]
    pub const fn new(first: i128, second: i128) -> Self {
        Self([first, second])
    }
}

/// Says in which order calls are served.
///
/// The key is taken once, when the call starts to wait, and never again. That makes the order
/// between two calls the same at all times: whoever was first stays first, also after an offer
/// that came to nothing. Calls with equal keys are served in the order in which they came.
pub trait CallOrder: Send + Sync {
    /// The place of `call`.
    fn key(&self, call: &QueueEntry) -> OrderKey;
}

/// Higher priority first, then whoever waits longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct Strict;

impl CallOrder for Strict {
    fn key(&self, call: &QueueEntry) -> OrderKey {
        OrderKey::new(-i128::from(call.priority.get()), i128::from(call.enqueued_at.as_nanos()))
    }
}

/// Each step of priority is worth a head start; nobody waits for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ageing {
    head_start: Duration,
}

impl Ageing {
    /// Each step of priority counts as having waited this much longer.
    #[must_use]
    pub const fn new(head_start: Duration) -> Self {
        Self { head_start }
    }
}

impl CallOrder for Ageing {
    fn key(&self, call: &QueueEntry) -> OrderKey {
        let head_start = i128::try_from(self.head_start.as_nanos()).unwrap_or(i128::MAX);
        let boost = head_start.saturating_mul(i128::from(call.priority.get()));
        let place = i128::from(call.enqueued_at.as_nanos()).saturating_sub(boost);
        OrderKey::new(place, 0)
    }
}

/// The newest call first, whatever its priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct NewestFirst;

impl CallOrder for NewestFirst {
    fn key(&self, call: &QueueEntry) -> OrderKey {
        OrderKey::new(-i128::from(call.enqueued_at.as_nanos()), 0)
    }
}

/// The orders that come with the crate, as data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Discipline {
    /// [`Strict`], the default.
    #[default]
    Strict,
    /// [`Ageing`], with what a step of priority is worth.
    Ageing(#[serde(with = "crate::time::seconds::written")] Duration),
    /// [`NewestFirst`].
    NewestFirst,
}

impl CallOrder for Discipline {
    fn key(&self, call: &QueueEntry) -> OrderKey {
        match self {
            Self::Strict => Strict.key(call),
            Self::Ageing(head_start) => Ageing::new(*head_start).key(call),
            Self::NewestFirst => NewestFirst.key(call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Instant, queue::Priority};

    fn call(seconds: u64, priority: Priority) -> QueueEntry {
        QueueEntry::new("C".parse().unwrap(), "q".parse().unwrap(), Instant::from_secs(seconds))
            .priority(priority)
    }

    #[test]
    fn strict_priority_lets_urgent_calls_pass_for_ever() {
        let old = Strict.key(&call(0, Priority::NORMAL));
        assert!(Strict.key(&call(10_000, Priority::HIGH)) < old);
        assert!(Strict.key(&call(1, Priority::NORMAL)) > old);
    }

    #[test]
    fn ageing_lets_urgent_calls_pass_by_their_head_start_only() {
        let order = Ageing::new(Duration::from_mins(1));
        let old = order.key(&call(0, Priority::NORMAL));
        assert!(order.key(&call(59, Priority::HIGH)) < old);
        assert!(order.key(&call(61, Priority::HIGH)) > old);
        assert!(order.key(&call(0, Priority::LOW)) > old);
    }
}
