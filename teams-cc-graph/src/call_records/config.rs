//! How long records are waited for.

use std::time::Duration;

/// How long after its call a record is expected, unless configured otherwise.
pub const DEFAULT_EXPECTED_WITHIN: Duration = Duration::from_hours(1);

/// How long after its call a record is given up, unless configured otherwise.
pub const DEFAULT_GIVE_UP_AFTER: Duration = Duration::from_hours(7 * 24);

/// How long a record that came is remembered, unless configured otherwise.
pub const DEFAULT_REMEMBER: Duration = Duration::from_hours(24);

/// How many calls are kept in mind, unless configured otherwise.
pub const DEFAULT_MAX_CALLS: usize = 100_000;

/// How many records are asked for at once, unless configured otherwise.
pub const DEFAULT_MAX_FETCHES: usize = 4;

/// How long records are waited for, and how many.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordIndexConfig {
    /// When a record is missed and asked for. Default [`DEFAULT_EXPECTED_WITHIN`].
    pub expected_within: Duration,
    /// When a record is given up; records are kept for 30 days. Default
    /// [`DEFAULT_GIVE_UP_AFTER`].
    pub give_up_after: Duration,
    /// How long a record that came is remembered, to tell new versions from old news. Default
    /// [`DEFAULT_REMEMBER`].
    pub remember: Duration,
    /// How many calls are kept in mind; at the bound the call that ended first is forgotten, and
    /// told so. Default [`DEFAULT_MAX_CALLS`].
    pub max_calls: usize,
    /// How many records are asked for at once; more wait. Default [`DEFAULT_MAX_FETCHES`].
    pub max_fetches: usize,
}

impl Default for RecordIndexConfig {
    fn default() -> Self {
        Self {
            expected_within: DEFAULT_EXPECTED_WITHIN,
            give_up_after: DEFAULT_GIVE_UP_AFTER,
            remember: DEFAULT_REMEMBER,
            max_calls: DEFAULT_MAX_CALLS,
            max_fetches: DEFAULT_MAX_FETCHES,
        }
    }
}
