//! Trying again, where it can help and does no harm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use teams_cc_core::Clock;
use teams_cc_core::retry::{Backoff, RetryAfter, RetryBudget};
use teams_cc_core::seed::Seed;
use tower::{Service, ServiceExt};

use super::{Answer, Request, Response, ready_at_once};
use crate::config::{RetryPolicy, SharedClock};
use crate::error::{Error, ErrorKind, is_retryable_status};
use crate::request::{Endpoint, Repeat};

/// Retries a client may have in reserve, so that an outage is not multiplied.
const BUDGET: u32 = 100;

/// Retries earned by every 1000 responses that are no failure.
const BUDGET_PER_THOUSAND: u32 = 200;

/// Repeats requests by [`Repeat`], Retry-After and a budget shared by the whole client.
///
/// When attempts, patience or budget run out, the last answer goes to the caller.
#[derive(Clone)]
pub(crate) struct Retry<S> {
    inner: S,
    policy: RetryPolicy,
    clock: SharedClock,
    seed: Seed,
    budget: Arc<Mutex<RetryBudget>>,
}

impl<S> Retry<S> {
    pub(crate) fn new(inner: S, policy: RetryPolicy, clock: SharedClock, seed: Seed) -> Self {
        let budget = Arc::new(Mutex::new(RetryBudget::new(BUDGET, BUDGET_PER_THOUSAND)));
        Self { inner, policy, clock, seed, budget }
    }
}

impl<S> Service<Request> for Retry<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, request: Request) -> Answer {
        let this = self.clone();
        Box::pin(async move { this.run(request).await })
    }
}

impl<S> Retry<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    async fn run(self, request: Request) -> Result<Response, Error> {
        let repeat = repeat(&request);
        let backoff = Backoff::new(self.seed.derive(&jitter_key(&request)))
            .base(self.policy.base_delay)
            .cap(self.policy.max_delay);
        let mut retry = 0;
        loop {
            let result = self.inner.clone().oneshot(request.clone()).await;
            let wait = match &result {
                Ok(response) => self.wait_after(repeat, response, &backoff, retry),
                Err(error) => wait_after_error(repeat, error, &backoff, retry),
            };
            let Some(wait) = wait else {
                self.budget(RetryBudget::succeeded);
                return result;
            };
            retry += 1;
            let patient = wait <= self.policy.max_delay && retry < self.policy.max_attempts;
            if !patient || !self.budget(RetryBudget::try_retry) {
                return result;
            }
            tracing::debug!(retry, wait_ms = wait.as_millis(), "graph request is retried");
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait before the request is worth repeating; `None` if it is not.
    fn wait_after(
        &self,
        repeat: Repeat,
        response: &Response,
        backoff: &Backoff,
        retry: u32,
    ) -> Option<Duration> {
        let status = response.status();
        let again = status == StatusCode::TOO_MANY_REQUESTS
            || (repeat == Repeat::Harmless && is_retryable_status(status));
        again.then(|| {
            let asked = retry_after(response, &*self.clock);
            asked.unwrap_or_else(|| backoff.delay(retry))
        })
    }

    fn budget<R>(&self, act: impl FnOnce(&mut RetryBudget) -> R) -> R {
        act(&mut self.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn wait_after_error(
    repeat: Repeat,
    error: &Error,
    backoff: &Backoff,
    retry: u32,
) -> Option<Duration> {
    let passing = matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout);
    (repeat == Repeat::Harmless && passing).then(|| backoff.delay(retry))
}

/// What repeating the request does; raw requests go by their method (RFC 9110 §9.2.2).
fn repeat(request: &Request) -> Repeat {
    match request.extensions().get::<&'static Endpoint>() {
        Some(endpoint) => endpoint.repeat,
        None if request.method().is_idempotent() => Repeat::Harmless,
        None => Repeat::Twice,
    }
}

/// Requests that fail together must not come back together: each has its own jitter.
fn jitter_key(request: &Request) -> String {
    let id = request.headers().get(super::request_id::CLIENT_REQUEST_ID);
    id.and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned()
}

/// The wait a response asks for, in seconds (fractions too) or until a date.
pub(crate) fn retry_after(response: &Response, clock: &dyn Clock) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(text.trim().parse::<RetryAfter>().ok()?.delay(clock.wall()))
}
