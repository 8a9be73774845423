//! Staying under the documented limits, and slowing down when the service says so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use teams_cc_core::limit::TokenBucket;
use teams_cc_core::{Clock, Instant, TenantId};
use tokio::sync::Semaphore;
use tower::{Service, ServiceExt};

use super::{Answer, Request, Response, ready_at_once, retry_after};
use crate::config::SharedClock;
use crate::error::{Error, ErrorKind};

/// The most buckets kept. At the bound the tenants that are idle longest start afresh.
const MAX_BUCKETS: usize = 4096;

/// Requests of one app for one tenant (Learn, throttling-limits).
const PRESENCE: (u32, Duration) = (1500, Duration::from_secs(30));
const CALLS: (u32, Duration) = (5000, Duration::from_secs(10));
const OTHERS: (u32, Duration) = (2000, Duration::from_secs(1));

/// A family of requests that the service counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Calls,
    Presence,
    Others,
}

type Buckets = BTreeMap<(Option<TenantId>, Family), (TokenBucket, Instant)>;

/// A place for each request, and a bucket for each tenant and family.
///
/// It waits for its bucket, at most `patience`, and then for a place, which every request gives
/// back after its timeout at the latest. A bucket that stays empty lets it go: the service decides.
#[derive(Clone)]
pub(crate) struct Throttle<S> {
    inner: S,
    clock: SharedClock,
    patience: Duration,
    places: Arc<Semaphore>,
    buckets: Arc<Mutex<Buckets>>,
}

impl<S> Throttle<S> {
    pub(crate) fn new(inner: S, clock: SharedClock, patience: Duration, places: usize) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            inner,
            clock,
            patience,
            places: Arc::new(Semaphore::new(places)),
            buckets: Arc::default(),
        }
    }

    fn bucket<R>(
        &self,
        key: &(Option<TenantId>, Family),
        act: impl FnOnce(&mut TokenBucket, Instant) -> R,
    ) -> R {
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(key) {
            let idle =
                buckets.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            if let Some(idle) = idle {
                buckets.remove(&idle);
            }
        }
        let (bucket, used) = buckets.entry(key.clone()).or_insert_with(|| {
            let (rate, period) = match key.1 {
                Family::Calls => CALLS,
                Family::Presence => PRESENCE,
                Family::Others => OTHERS,
            };
            (TokenBucket::new(rate, period), now)
        });
        *used = now;
        act(bucket, now)
    }
}

impl<S> Service<Request> for Throttle<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, request: Request) -> Answer {
        let this = self.clone();
        Box::pin(async move {
            let key = (request.extensions().get::<TenantId>().cloned(), family(&request));
            let mut waited = Duration::ZERO;
            while let Err(ready) = this.bucket(&key, TokenBucket::try_take) {
                // Sleep at least a moment: a timer of whole milliseconds may wake just before.
                let wait = ready.since(this.clock.now()).max(Duration::from_millis(1));
                waited = waited.saturating_add(wait);
                if waited > this.patience {
                    break;
                }
                tokio::time::sleep(wait).await;
            }
            let _place = this
                .places
                .acquire()
                .await
                .map_err(|error| Error::with_source(ErrorKind::Connection, error))?;
            let response = this.inner.clone().oneshot(request).await?;
            if response.status() == StatusCode::TOO_MANY_REQUESTS
                && let Some(wait) = retry_after(&response, &*this.clock)
            {
                this.bucket(&key, |bucket, now| bucket.close_until(now + wait));
            }
            Ok(response)
        })
    }
}

fn family(request: &Request) -> Family {
    let path = request.uri().path();
    if path.contains("/presence") || path.contains("/getPresences") {
        Family::Presence
    } else if path.contains("/communications/calls") {
        Family::Calls
    } else {
        Family::Others
    }
}
