//! When calls come.

use std::time::Duration;

use super::Draws;
use crate::{ContactId, Instant, QueueEntry, QueueId, queue::Priority};

/// A call that comes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// When, and for which queue.
    pub entry: QueueEntry,
    /// How long it is talked, where that is known; else drawn.
    pub handling: Option<Duration>,
    /// How long the caller waits, where that is known; else drawn.
    pub patience: Option<Duration>,
}

impl Arrival {
    /// A call of which only the entry is known.
    #[must_use]
    pub const fn new(entry: QueueEntry) -> Self {
        Self { entry, handling: None, patience: None }
    }
}

/// Calls one after the other, in the order of their times.
pub trait Arrivals {
    /// The next call; `n` counts them from zero and makes a good id.
    fn next(&mut self, n: u64, draws: &mut Draws) -> Option<Arrival>;
}

/// Calls that come by themselves, each unmoved by the others.
#[derive(Clone, Debug)]
pub struct Poisson {
    queue: QueueId,
    classes: Vec<(f64, Priority)>,
    total: f64,
    end: Instant,
    now: f64,
}

impl Poisson {
    /// So many calls a second, for so long.
    #[must_use]
    pub fn new(queue: QueueId, per_second: f64, length: Duration) -> Self {
        let classes = vec![(per_second, Priority::NORMAL)];
        Self { queue, classes, total: per_second, end: Instant::ZERO + length, now: 0.0 }
    }

    /// So many calls a second more, of this priority.
    #[must_use]
    pub fn and(mut self, per_second: f64, priority: Priority) -> Self {
        self.classes.push((per_second, priority));
        self.total += per_second;
        self
    }

    /// Sets the priority of the calls that came first here; default normal.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        if let Some((_, first)) = self.classes.first_mut() {
            *first = priority;
        }
        self
    }
}

impl Arrivals for Poisson {
    fn next(&mut self, n: u64, draws: &mut Draws) -> Option<Arrival> {
        self.now += -draws.unit().ln() / self.total;
        let at = Instant::ZERO + Duration::try_from_secs_f64(self.now).ok()?;
        if at > self.end {
            return None;
        }
        let mut priority = Priority::NORMAL;
        let mut left = if self.classes.len() > 1 { draws.unit() * self.total } else { 0.0 };
        for (rate, class) in &self.classes {
            priority = *class;
            left -= rate;
            if left <= 0.0 {
                break;
            }
        }
        let entry = QueueEntry::new(ContactId::numbered("c", n), self.queue.clone(), at);
        Some(Arrival::new(entry.priority(priority)))
    }
}
