//! Warnings that anybody can cause, kept from filling the log.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use teams_cc_core::Instant;

/// The least time between two warnings of one kind.
pub(super) const WARN_EVERY: Duration = Duration::from_mins(1);

/// Lets the first warning of each kind pass, then one a minute that says how many there were.
///
/// It keeps one entry for each kind, and there are as many kinds as the code names.
#[derive(Debug)]
pub(super) struct Seldom<K>(Mutex<BTreeMap<K, Told>>);

#[derive(Debug)]
struct Told {
    at: Instant,
    /// How many were kept back since.
    since: u64,
}

impl<K> Default for Seldom<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord> Seldom<K> {
    /// Whether to warn now: `Some` of how many warnings of this kind were kept back before.
    pub(super) fn pass(&self, kind: K, now: Instant) -> Option<u64> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(told) = kinds.get_mut(&kind) else {
            kinds.insert(kind, Told { at: now, since: 0 });
            return Some(0);
        };
        if now.since(told.at) < WARN_EVERY {
            told.since = told.since.saturating_add(1);
            return None;
        }
        told.at = now;
        Some(std::mem::take(&mut told.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_warning_passes_and_then_one_a_minute_with_a_count() {
        let seldom = Seldom::default();
        let at = Instant::from_secs;
        for (kind, now, wanted) in [
            ('a', 0, Some(0)),
            ('a', 0, None),
            ('a', 59, None),
            ('b', 59, Some(0)),
            ('a', 60, Some(2)),
            ('a', 61, None),
            ('b', 118, None),
            ('b', 119, Some(1)),
            ('a', 500, Some(1)),
            ('a', 560, Some(0)),
        ] {
            assert_eq!(seldom.pass(kind, at(now)), wanted, "{kind} at {now}");
        }
    }
}
