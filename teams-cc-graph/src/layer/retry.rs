//! Trying again, where it can help and does no harm.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use teams_cc_core::Clock;
use teams_cc_core::retry::{Backoff, RetryAfter, RetryBudget};
use teams_cc_core::seed::Seed;

use super::{Handle, Order, Response};
use crate::config::{RetryPolicy, SharedClock};
use crate::error::{Error, ErrorKind, is_retryable_status};
use crate::request::Repeat;

/// Retries a client may have in reserve, so that an outage is not multiplied.
const BUDGET: u32 = 100;

/// Retries earned by every 1000 responses that are no failure.
const BUDGET_PER_THOUSAND: u32 = 200;

/// Repeats requests by [`Repeat`], Retry-After and a budget shared by the whole client.
///
/// When attempts, patience or budget run out, the last answer goes to the caller.
pub(crate) struct Retry<S> {
    inner: S,
    policy: RetryPolicy,
    clock: SharedClock,
    seed: Seed,
    budget: Budget,
}

impl<S> Retry<S> {
    pub(crate) fn new(inner: S, policy: RetryPolicy, clock: SharedClock, seed: Seed) -> Self {
        Self { inner, policy, clock, seed, budget: Budget::new() }
    }
}

impl<S: Handle> Handle for Retry<S> {
    async fn handle(&self, order: &mut Order<'_>) -> Result<Response, Error> {
        let repeat = repeat(order);
        let mut retry = 0;
        loop {
            let wait = {
                let result = self.inner.handle(order).await;
                match self.next(repeat, order, &result, &mut retry) {
                    Some(wait) => wait,
                    None => return result,
                }
            };
            tracing::debug!(retry, wait_ms = wait.as_millis(), "graph request is retried");
            if let Some(phases) = &order.phases {
                phases.resends.fetch_add(1, Ordering::Relaxed);
                phases.backoff.add(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }
}

impl<S> Retry<S> {
    /// How long to wait before the request is sent again; `None` where its result stands.
    fn next(
        &self,
        repeat: Repeat,
        order: &Order<'_>,
        result: &Result<Response, Error>,
        retry: &mut u32,
    ) -> Option<Duration> {
        let Some(wait) = self.wait(repeat, order, result, *retry) else {
            self.budget.succeeded();
            return None;
        };
        *retry += 1;
        let patient = wait <= self.policy.max_delay && *retry < self.policy.max_attempts;
        (patient && self.budget.try_retry()).then_some(wait)
    }

    /// How long to wait before the request is worth repeating; `None` if it is not.
    fn wait(
        &self,
        repeat: Repeat,
        order: &Order<'_>,
        result: &Result<Response, Error>,
        retry: u32,
    ) -> Option<Duration> {
        let asked = match result {
            Ok(response) if repeats_status(repeat, response.status()) => {
                retry_after(response, &*self.clock)
            }
            Err(error) if repeats_failure(repeat, error.kind()) => None,
            _ => return None,
        };
        Some(asked.unwrap_or_else(|| {
            Backoff::new(self.seed.derive(jitter_key(order)))
                .base(self.policy.base_delay)
                .cap(self.policy.max_delay)
                .delay(retry)
        }))
    }
}

/// The budget of a client. While nothing of it is spent, which is the rule, a success costs no
/// lock.
struct Budget {
    state: Mutex<RetryBudget>,
    /// Whether something is spent; written under the lock alone.
    is_spent: AtomicBool,
}

impl Budget {
    fn new() -> Self {
        let state = Mutex::new(RetryBudget::new(BUDGET, BUDGET_PER_THOUSAND));
        Self { state, is_spent: AtomicBool::new(false) }
    }

    fn succeeded(&self) {
        if self.is_spent.load(Ordering::Relaxed) {
            let mut state = self.lock();
            state.succeeded();
            self.is_spent.store(state.left() < BUDGET, Ordering::Relaxed);
        }
    }

    fn try_retry(&self) -> bool {
        let mut state = self.lock();
        let may = state.try_retry();
        self.is_spent.store(state.left() < BUDGET, Ordering::Relaxed);
        may
    }

    fn lock(&self) -> MutexGuard<'_, RetryBudget> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a request that got this status is sent again. 429 says that nothing happened.
fn repeats_status(repeat: Repeat, status: StatusCode) -> bool {
    match repeat {
        Repeat::Harmless => is_retryable_status(status),
        Repeat::Twice => status == StatusCode::TOO_MANY_REQUESTS,
    }
}

/// Whether a request that got no answer is sent again: what it did is not known.
fn repeats_failure(repeat: Repeat, kind: &ErrorKind) -> bool {
    match repeat {
        Repeat::Harmless => matches!(kind, ErrorKind::Connection | ErrorKind::Timeout),
        Repeat::Twice => false,
    }
}

/// What repeating the request does; raw requests go by their method (RFC 9110 §9.2.2).
fn repeat(order: &Order<'_>) -> Repeat {
    match order.endpoint {
        Some(endpoint) => endpoint.repeat,
        None if order.request.method().is_idempotent() => Repeat::Harmless,
        None => Repeat::Twice,
    }
}

/// Requests that fail together must not come back together: each has its own jitter.
fn jitter_key<'a>(order: &'a Order<'_>) -> &'a str {
    let id = order.request.headers().get(super::request_id::CLIENT_REQUEST_ID);
    id.and_then(|id| id.to_str().ok()).unwrap_or_default()
}

/// The wait a response asks for, in seconds (fractions too) or until a date.
pub(crate) fn retry_after(response: &Response, clock: &dyn Clock) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(text.trim().parse::<RetryAfter>().ok()?.delay(clock.wall()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_earn_back_what_is_spent_and_no_more() {
        let budget = Budget::new();
        for _ in 0..10 {
            budget.succeeded();
        }
        let retries = || std::iter::from_fn(|| budget.try_retry().then_some(()));
        assert_eq!(retries().count(), 100);
        for _ in 0..10 {
            budget.succeeded();
        }
        assert_eq!(retries().count(), 2);
        for _ in 0..1000 {
            budget.succeeded();
        }
        assert!(!budget.is_spent.load(Ordering::Relaxed));
        assert_eq!(retries().count(), 100);
    }
}
