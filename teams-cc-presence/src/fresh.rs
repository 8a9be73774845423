//! A value that knows how old it is.

use std::time::Duration;

use teams_cc_core::{Instant, agent::PresenceSource};

/// A value, when it was asked for, and how it came in.
///
/// Presence is only worth what its age allows, so no value of this crate travels without it. A read
/// carries the instant its request **started**: the service may have looked at any time after that,
/// so this age is never too young.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{Instant, agent::PresenceSource};
/// use teams_cc_presence::Fresh;
///
/// let seen = Fresh::new("Available", Instant::from_secs(10), PresenceSource::Sweep);
/// assert_eq!(seen.age(Instant::from_secs(13)), Duration::from_secs(3));
/// assert!(!seen.is_younger_than(Duration::from_secs(2), Instant::from_secs(13)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fresh<T> {
    /// What was read.
    pub value: T,
    /// When the read started, or the notification came in.
    pub read_at: Instant,
    /// How it came in.
    pub source: PresenceSource,
}

impl<T> Fresh<T> {
    /// A value read at `read_at`.
    #[must_use]
    pub fn new(value: T, read_at: Instant, source: PresenceSource) -> Self {
        Self { value, read_at, source }
    }

    /// How old the value is; zero where `now` lies before the read.
    ///
    /// By the clock it was read by: [`Watch::now`](crate::Watch::now), or the one a
    /// [`Reader`](crate::read::Reader) was given. Of another kind of clock the answer means nothing.
    #[must_use]
    pub fn age(&self, now: Instant) -> Duration {
        now.since(self.read_at)
    }

    /// Whether the value may still be used where at most `age` is allowed. The bound itself may.
    #[must_use]
    pub fn is_younger_than(&self, age: Duration, now: Instant) -> bool {
        self.age(now) <= age
    }

    /// The same age and source for something made of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fresh<U> {
        Fresh { value: f(self.value), read_at: self.read_at, source: self.source }
    }
}
