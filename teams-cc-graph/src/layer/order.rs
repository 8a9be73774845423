//! A request on its way through the layers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use teams_cc_core::TenantId;

use crate::auth::TokenRequest;
use crate::client::Base;
use crate::limit::Class;
use crate::request::Endpoint;

/// A request on its way, with what the layers need to know of it.
pub(crate) struct Order<'a> {
    pub(crate) request: &'a mut http::Request<Bytes>,
    pub(crate) endpoint: Option<&'static Endpoint>,
    /// The token it goes with: that of its tenant.
    pub(crate) wanted: Option<&'a TokenRequest>,
    /// What its URI stands below, unless it is absolute.
    pub(crate) base: &'a Base,
    /// The requests inside it, which the service counts each by itself.
    pub(crate) inside: Option<Inside>,
    /// Where its time goes, if anybody asks.
    pub(crate) phases: Option<Arc<Phases>>,
}

/// The requests inside a batch: method, and path and query below the API version.
#[derive(Clone, Debug)]
pub(crate) struct Inside(pub(crate) Arc<[(http::Method, Box<str>)]>);

impl Inside {
    /// What each request counts as.
    pub(crate) fn classes(&self) -> impl Iterator<Item = Class<'_>> {
        self.0.iter().map(|(method, url)| {
            let (path, query) = url.split_once('?').unzip();
            Class::of(method, path.unwrap_or(url), query)
        })
    }
}

/// Where the time of a request goes, in nanoseconds, all attempts together.
#[derive(Debug, Default)]
pub(crate) struct Phases {
    /// Waiting for a token.
    pub(crate) token: Phase,
    /// Waiting for the tenant's pace and for a place.
    pub(crate) throttle: Phase,
    /// Between sending and the whole answer, connecting included.
    pub(crate) send: Phase,
    /// Between an attempt that failed and the next.
    pub(crate) backoff: Phase,
    /// Times the request was sent again.
    pub(crate) resends: AtomicU32,
}

/// One kind of wait.
#[derive(Debug, Default)]
pub(crate) struct Phase(AtomicU64);

impl Order<'_> {
    pub(crate) fn tenant(&self) -> Option<&TenantId> {
        self.wanted.map(|wanted| &wanted.tenant)
    }

    /// The path below the API version.
    pub(crate) fn path(&self) -> &str {
        self.base.below(self.request.uri())
    }

    /// What the request counts as.
    pub(crate) fn class(&self) -> Class<'_> {
        Class::of(self.request.method(), self.path(), self.request.uri().query())
    }
}

impl Phases {
    /// The whole time.
    #[cfg(feature = "metrics")]
    pub(crate) fn total(&self) -> Duration {
        let phases = [&self.token, &self.throttle, &self.send, &self.backoff];
        phases.into_iter().map(Phase::total).sum()
    }
}

impl Phase {
    pub(crate) fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}
