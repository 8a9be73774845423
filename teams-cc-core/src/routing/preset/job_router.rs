//! Azure Communication Services job router.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::unlimited;
use crate::{
    QueueId,
    agent::Pauses,
    queue::Exit,
    routing::{
        OfferRules, Queue, RingMode,
        policy::{Circle, agent_id, best_match, eligible, least_load, longest_idle, round_robin},
    },
};

/// The settings of a queue with its distribution and exception policies, by the product's names.
///
/// Source: "Job Router key concepts" and "Distribution mode concepts" on Microsoft Learn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct JobRouter {
    /// Who is offered a job first. Default [`DistributionMode::LongestIdle`].
    pub mode: DistributionMode,
    /// How many workers are offered a job at once. Default 1.
    pub max_concurrent_offers: u8,
    /// After what time an offer expires, and its worker is no longer registered. Default 60 s.
    #[serde(with = "crate::time::seconds::written")]
    pub offer_expires_after: Duration,
    /// How long a job is not offered again to who declined it; none, the default, until the
    /// worker registers again.
    #[serde(with = "crate::time::seconds::optional")]
    pub retry_offer_after: Option<Duration>,
    /// How many jobs wait at most, and where one more goes; default any number.
    pub queue_length: Option<(usize, Exit)>,
    /// How long a job waits at most, and where it goes then; default for ever.
    pub wait_time: Option<(u64, Exit)>,
}

/// Who is offered a job first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DistributionMode {
    /// Whoever has the smallest load; among those, whoever has been available for longest.
    #[default]
    LongestIdle,
    /// Whoever is most like the job asks; among those, whoever has been available for longest.
    BestWorker,
    /// One after the other, in the order of ids.
    RoundRobin,
}

/// A queue of the job router with its distribution mode "longest idle".
#[must_use]
pub fn job_router() -> JobRouter {
    JobRouter::default()
}

impl Default for JobRouter {
    fn default() -> Self {
        Self {
            mode: DistributionMode::LongestIdle,
            max_concurrent_offers: 1,
            offer_expires_after: Duration::from_mins(1),
            retry_offer_after: None,
            queue_length: None,
            wait_time: None,
        }
    }
}

impl JobRouter {
    /// The queue that behaves so. Workers' labels are [`Agent::label`](crate::agent::Agent::label)s
    /// and jobs' selectors [`QueueEntry::select`](crate::queue::QueueEntry::select).
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Queue {
        let agents = eligible();
        let ranked = match self.mode {
            DistributionMode::LongestIdle => {
                agents.rank(least_load().then(longest_idle()).then(agent_id()))
            }
            DistributionMode::BestWorker => {
                agents.rank(best_match().then(longest_idle()).then(agent_id()))
            }
            DistributionMode::RoundRobin => agents.rank(round_robin(Circle::Ids).then(agent_id())),
        };
        let mut rules = ranked.ring(RingMode::parallel(self.max_concurrent_offers));
        if let Some((seconds, exit)) = &self.wait_time {
            rules = rules.or_after(Duration::from_secs(*seconds), exit.clone());
        }
        let mut limits = unlimited();
        if let Some((length, exit)) = &self.queue_length {
            limits = limits.length(*length, exit.clone());
        }
        let declined = self.retry_offer_after.unwrap_or(Pauses::UNTIL_BACK);
        let offers = OfferRules::default()
            .ring(self.offer_expires_after)
            .confirm(Duration::ZERO)
            .pass(Pauses::default().declined(declined))
            .misses_before_away(Some(1));
        Queue::new(id, rules).limits(limits).offers(offers)
    }
}
