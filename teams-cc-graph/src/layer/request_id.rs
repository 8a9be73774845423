//! Ids on every request, by which both sides find it in their logs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{Entry, LOCATION};
use http::{HeaderName, HeaderValue, Method};
use serde::Deserialize;
use teams_cc_core::seed::Seed;

use super::recent::Recent;
use super::{Handle, Order, Response};
use crate::error::Error;
use crate::model::call_key;

/// The client's id of a request; Graph repeats it.
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// The id of everything that belongs to one call.
pub(crate) const SCENARIO_ID: HeaderName = HeaderName::from_static("scenario-id");

/// Calls whose scenario is remembered, at least. One used longest ago gets a derived one.
const MAX_CALLS: usize = 4096;

/// The same in every process, so that a call taken over keeps its scenario.
const SCENARIOS: Seed = Seed::new(0x7363_656e_6172_696f);

/// Ids that look like random UUIDs and repeat for a seed.
#[derive(Debug)]
pub(crate) struct IdSource {
    seed: Seed,
    next: AtomicU64,
}

impl IdSource {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed: seed.derive("graph request id"), next: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self) -> String {
        uuid_of(self.seed, self.next.fetch_add(1, Ordering::Relaxed)).to_string()
    }

    fn next_header(&self) -> Option<HeaderValue> {
        let id = uuid_of(self.seed, self.next.fetch_add(1, Ordering::Relaxed));
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
    }
}

fn uuid_of(seed: Seed, nth: u64) -> uuid::Uuid {
    let high = seed.draw(nth.wrapping_mul(2));
    let low = seed.draw(nth.wrapping_mul(2).wrapping_add(1));
    let bits = (u128::from(high) << 64) | u128::from(low);
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// Names every request that has no id yet; retries keep the name.
///
/// Requests of one call have one scenario: what the request that created it had, otherwise one
/// that follows from the call's id, the same in every process.
pub(crate) struct RequestId<S> {
    inner: S,
    ids: Arc<IdSource>,
    scenarios: Mutex<Recent<String, HeaderValue>>,
}

impl<S> RequestId<S> {
    pub(crate) fn new(inner: S, ids: Arc<IdSource>) -> Self {
        Self { inner, ids, scenarios: Mutex::new(Recent::new(MAX_CALLS)) }
    }

    fn scenario(&self, call: &str) -> Option<HeaderValue> {
        let key = call_key(call);
        let mut scenarios = self.scenarios.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = scenarios.get_mut(&key) {
            return Some(known.clone());
        }
        HeaderValue::try_from(uuid_of(SCENARIOS.derive(&key), 0).to_string()).ok()
    }

    fn remember(&self, response: &Response, scenario: HeaderValue) {
        if !response.status().is_success() {
            return;
        }
        if let Some(call) = created(response) {
            let mut scenarios = self.scenarios.lock().unwrap_or_else(PoisonError::into_inner);
            scenarios.with(&call_key(&call), || scenario, |_| ());
        }
    }
}

impl<S: Handle> Handle for RequestId<S> {
    async fn handle(&self, order: &mut Order<'_>) -> Result<Response, Error> {
        let (creates, scenario) = match OnCall::of(order) {
            OnCall::No => (false, None),
            OnCall::Creates => (true, self.ids.next_header()),
            OnCall::Call(call) => (false, self.scenario(call)),
        };
        let headers = order.request.headers_mut();
        if let Entry::Vacant(place) = headers.entry(CLIENT_REQUEST_ID)
            && let Some(id) = self.ids.next_header()
        {
            place.insert(id);
        }
        if let Some(scenario) = scenario {
            headers.entry(SCENARIO_ID).or_insert(scenario);
        }
        let mut response = self.inner.handle(order).await?;
        let headers = order.request.headers();
        if creates && let Some(scenario) = headers.get(SCENARIO_ID) {
            self.remember(&response, scenario.clone());
        }
        // Errors name the id even where the service does not repeat it.
        if !response.headers().contains_key(CLIENT_REQUEST_ID)
            && let Some(id) = headers.get(CLIENT_REQUEST_ID)
        {
            response.headers_mut().insert(CLIENT_REQUEST_ID, id.clone());
        }
        Ok(response)
    }
}

/// What a request has to do with a call.
enum OnCall<'a> {
    No,
    Creates,
    Call(&'a str),
}

impl<'a> OnCall<'a> {
    fn of(order: &'a Order<'_>) -> Self {
        let path = order.path().trim_start_matches('/');
        let Some(rest) = path.strip_prefix("communications/") else { return Self::No };
        let mut segments = rest.split('/').filter(|segment| !segment.is_empty());
        if segments.next() != Some("calls") {
            return Self::No;
        }
        match segments.next() {
            Some(call) => Self::Call(call),
            None if *order.request.method() == Method::POST => Self::Creates,
            None => Self::No,
        }
    }
}

/// The id of the call that an answer says was created.
fn created(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Created {
        id: String,
    }
    if let Ok(created) = serde_json::from_slice::<Created>(response.body()) {
        return Some(created.id);
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    location.rsplit('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_for_a_seed_and_differ_from_each_other() {
        let (a, b) = (IdSource::new(Seed::new(42)), IdSource::new(Seed::new(42)));
        let first = a.next();
        assert_eq!(first, b.next());
        assert_ne!(first, a.next());
        assert_ne!(first, IdSource::new(Seed::new(43)).next());
        assert_eq!(uuid::Uuid::parse_str(&first).unwrap().get_version_num(), 4);
    }
}
