//! How many calls an app registration may make.

use std::num::NonZeroU64;

/// The calls one app registration may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallLimits {
    /// Calls in a calendar month (UTC).
    pub per_month: u64,
    /// Calls at once.
    pub concurrent: u64,
}

/// What a budget does when no app registration has room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AtBound {
    /// Let the call go, raise an alarm, and leave the decision to the service.
    #[default]
    AllowAndAlarm,
    /// Refuse it before it is sent.
    Refuse,
}

impl CallLimits {
    /// What Microsoft allows: 10,000 calls a month, 100 at once.
    pub const DOCUMENTED: Self = Self { per_month: 10_000, concurrent: 100 };

    /// Where that is written.
    pub const SOURCE: &'static str = "https://learn.microsoft.com/graph/throttling-limits";

    /// When it was read there.
    pub const READ: &'static str = "2026-11-22";

    /// Set how many calls a month may have, where Microsoft granted another number.
    #[must_use]
    pub fn per_month(mut self, calls: u64) -> Self {
        self.per_month = calls;
        self
    }

    /// Set how many calls may be live at once.
    #[must_use]
    pub fn concurrent(mut self, calls: u64) -> Self {
        self.concurrent = calls;
        self
    }

    /// The share of one process where several use the same registrations and none counts for all.
    ///
    /// At least one call, however many processes there are; unless none were allowed at all.
    #[must_use]
    pub fn divided_by(self, processes: NonZeroU64) -> Self {
        let share = |calls: u64| (calls / processes).max(calls.min(1));
        Self { per_month: share(self.per_month), concurrent: share(self.concurrent) }
    }
}
