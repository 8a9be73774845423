//! What is sent, what came back, and what is worth sending again. It does no IO.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::RETRY_AFTER;
use teams_cc_core::Timestamp;
use teams_cc_core::retry::{Backoff, RetryAfter};

use super::item::{self, Item};
use crate::config::RetryPolicy;
use crate::error::is_retryable_status;
use crate::layer::Inside;
use crate::model::{BatchRequestContent, BatchResponseContent};
use crate::request::Repeat;

/// The state of a batch over all its attempts.
pub(super) struct Exchange {
    pub(super) items: Vec<Item>,
    pub(super) outcomes: Vec<Outcome>,
    /// Those that the attempt under way carries, in order.
    open: Vec<usize>,
    attempt: u32,
    strays: usize,
}

/// What is known of one request.
pub(super) enum Outcome {
    /// Nothing came back, so it may have been carried out or not.
    Missing,
    Answered(http::Response<Bytes>),
    /// More than one answer came.
    Twice,
    /// The answer was taken.
    Taken,
}

impl Exchange {
    pub(super) fn new(items: Vec<Item>) -> Self {
        let open = (0..items.len()).collect();
        let outcomes = items.iter().map(|_| Outcome::Missing).collect();
        Self { items, outcomes, open, attempt: 0, strays: 0 }
    }

    /// Whether the attempt under way may be repeated as a whole.
    pub(super) fn repeat(&self) -> Repeat {
        let harmless = self.open_items().all(|(_, item)| item.repeat == Repeat::Harmless);
        if harmless { Repeat::Harmless } else { Repeat::Twice }
    }

    /// What the attempt under way sends.
    pub(super) fn content(&self) -> BatchRequestContent {
        let waits = |earlier| self.open.binary_search(&earlier).is_ok();
        let steps = self.open_items().map(|(index, item)| item.step(index, waits));
        BatchRequestContent::new().requests(steps.collect::<Vec<_>>())
    }

    /// The requests that the attempt under way carries.
    pub(super) fn inside(&self) -> Inside {
        let inside = self.open_items().map(|(_, item)| (item.method.clone(), item.url.clone()));
        Inside(inside.collect())
    }

    /// The requests that were throttled in the attempt under way, and for how long.
    pub(super) fn throttled(&self, now: Timestamp) -> impl Iterator<Item = (&Item, Duration)> {
        self.open_items().filter_map(move |(index, item)| match self.outcomes.get(index)? {
            Outcome::Answered(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
                Some((item, asked(response, now)?))
            }
            _ => None,
        })
    }

    /// Take in what came back.
    pub(super) fn take_in(&mut self, content: BatchResponseContent) {
        self.lose();
        for step in content.responses.into_option().unwrap_or_default() {
            let index = step.id.text().and_then(item::index);
            let outcome = index
                .filter(|index| self.open.binary_search(index).is_ok())
                .and_then(|index| self.outcomes.get_mut(index));
            match (outcome, item::response(step)) {
                (None, _) => self.strays += 1,
                // A status that is none says nothing.
                (Some(_), None) => {}
                (Some(outcome @ Outcome::Missing), Some(response)) => {
                    *outcome = Outcome::Answered(response);
                }
                (Some(outcome), Some(_)) => *outcome = Outcome::Twice,
            }
        }
    }

    /// How long to wait before the next attempt, if there is one.
    pub(super) fn next_attempt(
        &mut self,
        now: Timestamp,
        policy: &RetryPolicy,
        backoff: &Backoff,
    ) -> Option<Duration> {
        self.attempt += 1;
        if self.attempt >= policy.max_attempts {
            return None;
        }
        self.plan(now, policy, backoff)
    }

    /// The attempt under way was lost: what became of its requests is not known.
    pub(super) fn lose(&mut self) {
        for index in &self.open {
            if let Some(outcome) = self.outcomes.get_mut(*index) {
                *outcome = Outcome::Missing;
            }
        }
    }

    /// How many answers belonged to no request.
    pub(super) fn strays(&self) -> usize {
        self.strays
    }

    /// Choose what the next attempt carries: what may pass and does no harm, and what waited for
    /// it. The wait is the longest that any of them asks for, within the policy's patience.
    ///
    /// What waits for a request that failed for good stays behind: alone, it would be carried out.
    fn plan(
        &mut self,
        now: Timestamp,
        policy: &RetryPolicy,
        backoff: &Backoff,
    ) -> Option<Duration> {
        let mut again: Vec<usize> = Vec::new();
        let mut longest = None;
        for (index, item) in self.open_items() {
            let may_go = |earlier: &usize| again.contains(earlier) || self.succeeded(*earlier);
            if !item.after.iter().all(may_go) {
                continue;
            }
            let wait = match self.outcomes.get(index) {
                Some(Outcome::Answered(response)) => {
                    let status = response.status();
                    if status == StatusCode::FAILED_DEPENDENCY {
                        // It was not carried out, and goes wherever what it waits for goes.
                        if item.after.iter().any(|earlier| again.contains(earlier)) {
                            again.push(index);
                        }
                        continue;
                    }
                    let passing = status == StatusCode::TOO_MANY_REQUESTS
                        || (item.repeat == Repeat::Harmless && is_retryable_status(status));
                    passing.then(|| asked(response, now))
                }
                Some(Outcome::Missing) if item.repeat == Repeat::Harmless => Some(None),
                _ => None,
            };
            let Some(asked) = wait else { continue };
            let wait = asked.unwrap_or_else(|| backoff.delay(self.attempt.saturating_sub(1)));
            if wait <= policy.max_delay {
                longest = longest.max(Some(wait));
                again.push(index);
            }
        }
        self.open = again;
        longest
    }

    /// Whether a request was carried out, so that those which wait for it may go.
    fn succeeded(&self, index: usize) -> bool {
        match self.outcomes.get(index) {
            Some(Outcome::Answered(response)) => response.status().as_u16() < 400,
            _ => false,
        }
    }

    fn open_items(&self) -> impl Iterator<Item = (usize, &Item)> {
        self.open.iter().filter_map(|index| Some((*index, self.items.get(*index)?)))
    }
}

/// The wait an answer inside the batch asks for.
fn asked(response: &http::Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(text.trim().parse::<RetryAfter>().ok()?.delay(now))
}
