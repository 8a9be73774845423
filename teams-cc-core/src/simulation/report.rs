//! What came of a day.

use std::{collections::BTreeMap, time::Duration};

use crate::{QueueId, queue::Priority};

/// What came of a day.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// All calls together.
    pub all: Figures,
    /// Calls by the queue they came for.
    pub queues: BTreeMap<QueueId, Figures>,
    /// Calls by their priority.
    pub priorities: BTreeMap<Priority, Figures>,
    /// Agents' time: at work, and in all.
    pub(super) worked: Duration,
    pub(super) staffed: Duration,
    /// The time that was looked at: from the end of the warm-up until nobody waited any more.
    pub(super) length: Duration,
    /// How many waited, summed over that time, in seconds.
    pub(super) queued: f64,
    /// How many inputs the engine took.
    pub events: u64,
}

impl Report {
    /// The part of their time that agents were at work, wrap-up included.
    #[must_use]
    pub fn occupancy(&self) -> f64 {
        part(self.worked.as_secs_f64(), self.staffed.as_secs_f64())
    }

    /// How many calls waited, on average over the time.
    #[must_use]
    pub fn mean_queue(&self) -> f64 {
        part(self.queued, self.length.as_secs_f64())
    }

    /// Calls that came, in each second.
    #[must_use]
    pub fn arrival_rate(&self) -> f64 {
        part(count(self.all.offered), self.length.as_secs_f64())
    }
}

/// Figures of some calls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Figures {
    /// Calls that came.
    pub offered: u64,
    /// Calls an agent took.
    pub answered: u64,
    /// Callers who hung up waiting.
    pub abandoned: u64,
    /// Calls the queue gave up, or would not have.
    pub exited: u64,
    /// Of those, calls that were given up at once.
    pub turned_away: u64,
    /// Calls that were not taken at once.
    pub waited: u64,
    /// Calls taken within the threshold.
    pub answered_in_time: u64,
    /// Callers who hung up within the threshold.
    pub abandoned_in_time: u64,
    /// Time waited by calls that were taken.
    pub answered_wait: Duration,
    /// Time waited by all calls that were let in, however it ended.
    pub wait: Duration,
    /// Time talked.
    pub talked: Duration,
    /// The squares of the waits of calls that were taken, in seconds.
    pub answered_wait_squares: f64,
}

/// The service level, as four kinds of people define it; each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ServiceLevel {
    /// Answered in time, of those answered.
    pub of_answered: f64,
    /// Answered or abandoned in time, of those answered or abandoned.
    pub with_abandoned: f64,
    /// Answered in time, of those offered.
    pub of_offered: f64,
    /// Answered in time, of those offered that were not abandoned in time.
    pub without_early_abandoned: f64,
}

impl Figures {
    /// The service level by the site's threshold; 1 where no call counts.
    #[must_use]
    pub fn service_level(&self) -> ServiceLevel {
        let level = |in_time: u64, of: u64| if of == 0 { 1.0 } else { count(in_time) / count(of) };
        let abandoned = self.answered_in_time + self.abandoned_in_time;
        ServiceLevel {
            of_answered: level(self.answered_in_time, self.answered),
            with_abandoned: level(abandoned, self.answered + self.abandoned),
            of_offered: level(self.answered_in_time, self.offered),
            without_early_abandoned: level(
                self.answered_in_time,
                self.offered.saturating_sub(self.abandoned_in_time),
            ),
        }
    }

    /// The average speed of answer: the mean wait of calls that were taken, in seconds.
    #[must_use]
    pub fn speed_of_answer(&self) -> f64 {
        part(self.answered_wait.as_secs_f64(), count(self.answered))
    }

    /// The mean wait of all calls that were let in, in seconds.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        part(self.wait.as_secs_f64(), count(self.offered.saturating_sub(self.turned_away)))
    }

    /// The variance of the waits of calls that were taken, in seconds squared.
    #[must_use]
    pub fn wait_variance(&self) -> f64 {
        let mean = self.speed_of_answer();
        part(self.answered_wait_squares, count(self.answered)) - mean * mean
    }

    /// The mean time talked, in seconds.
    #[must_use]
    pub fn handle_time(&self) -> f64 {
        part(self.talked.as_secs_f64(), count(self.answered))
    }

    /// The part of calls whose callers hung up.
    #[must_use]
    pub fn abandonment(&self) -> f64 {
        part(count(self.abandoned), count(self.offered))
    }

    /// The part of calls that were not taken at once.
    #[must_use]
    pub fn delayed(&self) -> f64 {
        part(count(self.waited), count(self.offered))
    }

    /// The part of calls that the queue gave up.
    #[must_use]
    pub fn blocked(&self) -> f64 {
        part(count(self.exited), count(self.offered))
    }
}

fn part(of: f64, all: f64) -> f64 {
    if all > 0.0 { of / all } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "no day has so many calls")]
pub(super) fn count(n: u64) -> f64 {
    n as f64
}
