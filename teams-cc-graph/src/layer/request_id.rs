//! An id on every request, by which both sides find it in their logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderName, HeaderValue};
use teams_cc_core::seed::Seed;
use tower::{Service, ServiceExt};

use super::{Answer, Request, Response, ready_at_once};
use crate::error::Error;

/// The client's id of a request; Graph repeats it.
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

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
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        let high = self.seed.draw(nth.wrapping_mul(2));
        let low = self.seed.draw(nth.wrapping_mul(2).wrapping_add(1));
        let bits = (u128::from(high) << 64) | u128::from(low);
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
    }
}

/// Names every request that has no id yet; retries keep the name.
#[derive(Clone)]
pub(crate) struct RequestId<S> {
    pub(crate) inner: S,
    pub(crate) ids: Arc<IdSource>,
}

impl<S> Service<Request> for RequestId<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, mut request: Request) -> Answer {
        let inner = self.inner.clone();
        if !request.headers().contains_key(CLIENT_REQUEST_ID)
            && let Ok(id) = HeaderValue::try_from(self.ids.next())
        {
            request.headers_mut().insert(CLIENT_REQUEST_ID, id);
        }
        Box::pin(async move {
            let id = request.headers().get(CLIENT_REQUEST_ID).cloned();
            let mut response = inner.oneshot(request).await?;
            // Errors name the id even where the service does not repeat it.
            if let Some(id) = id {
                response.headers_mut().entry(CLIENT_REQUEST_ID).or_insert(id);
            }
            Ok(response)
        })
    }
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
