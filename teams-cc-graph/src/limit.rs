//! The rates Microsoft documents for each service, as data.
//!
//! A client stays below them by itself ([`Limits`] in its configuration): each family of requests
//! has its own pace for each tenant, so that one customer's traffic does not slow another's. In no
//! window of a limit's period are there more requests than it allows.
//!
//! Quotas of calls are in [`budget`](crate::budget).

use std::num::NonZeroU32;
use std::time::Duration;

mod documented;
mod family;

pub use documented::{LIMITS_PAGE, MEETINGS_PER_USER_AND_MONTH};
pub(crate) use family::Class;
pub use family::Family;

/// A rate that a service keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// How many requests; for directory objects, how many of their resource units.
    pub requests: u32,
    /// In which time.
    pub period: Duration,
    /// What is counted together.
    pub scope: Scope,
    /// Where it is written.
    pub source: &'static str,
    /// The day of the page's version that says it, or the day it was read.
    pub read: &'static str,
}

/// What a limit counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The app, in all tenants.
    App,
    /// The app in one tenant.
    AppAndTenant,
    /// One tenant, all apps; this client counts its own requests.
    Tenant,
    /// The app on one resource, such as a call record or a channel.
    Resource,
}

/// How a client keeps to the documented limits.
///
/// ```
/// use std::num::NonZeroU32;
/// use teams_cc_graph::limit::Limits;
///
/// // Three processes share one app registration: each takes a third.
/// let limits = Limits::documented().divided_by(NonZeroU32::new(3).unwrap());
/// # drop(limits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    times: u32,
    divided_by: u32,
    enforced: bool,
}

impl Limits {
    /// Keep every documented limit alone: no other process uses the app registration.
    #[must_use]
    pub const fn documented() -> Self {
        Self { times: 1, divided_by: 1, enforced: true }
    }

    /// Keep none, and let the service say when it is too much.
    #[must_use]
    pub const fn off() -> Self {
        Self { times: 1, divided_by: 1, enforced: false }
    }

    /// Take an equal share, where so many processes use the same app registration.
    #[must_use]
    pub const fn divided_by(mut self, processes: NonZeroU32) -> Self {
        self.divided_by = processes.get();
        self
    }

    /// Allow so many times the documented rates, where Microsoft granted more.
    #[must_use]
    pub const fn times(mut self, times: NonZeroU32) -> Self {
        self.times = times.get();
        self
    }

    /// The requests of a limit that this client may make in its period; at least one.
    pub(crate) fn share(self, limit: &Limit) -> Option<u32> {
        let share = u64::from(limit.requests) * u64::from(self.times) / u64::from(self.divided_by);
        self.enforced.then(|| u32::try_from(share.max(1)).unwrap_or(u32::MAX))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::documented()
    }
}
