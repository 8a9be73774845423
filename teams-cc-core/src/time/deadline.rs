//! An ordered set of timers, the only one an engine needs.

use std::collections::{BTreeMap, BTreeSet};

use super::Instant;

/// Timers named by `K`, in the order in which they fall due.
///
/// A name has at most one deadline; setting it again moves it. The set holds as many entries as
/// the engine has names, so it is bounded where the names are. Ties fall due in the order of `K`.
///
/// ```
/// use teams_cc_core::{Instant, time::Deadlines};
///
/// let mut timers = Deadlines::default();
/// timers.insert("ring", Instant::from_secs(20));
/// timers.insert("confirm", Instant::from_secs(10));
/// assert_eq!(timers.next_deadline(), Some(Instant::from_secs(10)));
/// assert_eq!(timers.pop_due(Instant::from_secs(10)), Some((Instant::from_secs(10), "confirm")));
/// assert_eq!(timers.pop_due(Instant::from_secs(10)), None);
/// ```
#[derive(Clone, Debug)]
pub struct Deadlines<K> {
    by_name: BTreeMap<K, Instant>,
    by_time: BTreeSet<(Instant, K)>,
}

impl<K: Ord + Clone> Deadlines<K> {
    /// Sets the deadline of `name`, and returns the one it had.
    pub fn insert(&mut self, name: K, at: Instant) -> Option<Instant> {
        let before = self.remove(&name);
        self.by_name.insert(name.clone(), at);
        self.by_time.insert((at, name));
        before
    }

    /// Moves the deadline of `name` to `at`, or forgets it; costs little where nothing changes.
    pub fn set(&mut self, name: K, at: Option<Instant>) {
        match at {
            Some(at) if self.get(&name) == Some(at) => {}
            Some(at) => {
                self.insert(name, at);
            }
            None => {
                self.remove(&name);
            }
        }
    }

    /// Forgets the deadline of `name`, and returns it.
    pub fn remove(&mut self, name: &K) -> Option<Instant> {
        let (name, at) = self.by_name.remove_entry(name)?;
        self.by_time.remove(&(at, name));
        Some(at)
    }

    /// Takes the earliest deadline that is due at `now`.
    pub fn pop_due(&mut self, now: Instant) -> Option<(Instant, K)> {
        if self.next_deadline()? > now {
            return None;
        }
        let (at, name) = self.by_time.pop_first()?;
        self.by_name.remove(&name);
        Some((at, name))
    }

    /// Forgets every deadline.
    pub fn clear(&mut self) {
        self.by_name.clear();
        self.by_time.clear();
    }

    /// The earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// The deadline of `name`.
    #[must_use]
    pub fn get(&self, name: &K) -> Option<Instant> {
        self.by_name.get(name).copied()
    }

    /// How many deadlines are set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether no deadline is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

impl<K> Default for Deadlines<K> {
    fn default() -> Self {
        Self { by_name: BTreeMap::new(), by_time: BTreeSet::new() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moved_deadline_does_not_fall_due_at_its_old_time() {
        let mut timers = Deadlines::default();
        timers.insert('a', Instant::from_secs(1));
        assert_eq!(timers.insert('a', Instant::from_secs(5)), Some(Instant::from_secs(1)));
        assert_eq!(timers.pop_due(Instant::from_secs(4)), None);
        assert_eq!(timers.pop_due(Instant::from_secs(9)), Some((Instant::from_secs(5), 'a')));
        assert!(timers.is_empty());
    }

    proptest! {
        #[test]
        fn deadlines_agree_with_a_plain_map(
            steps in prop::collection::vec((0u8..5, 0u8..8, 0u64..20), 0..60)
        ) {
            let mut timers = Deadlines::default();
            let mut model: BTreeMap<u8, u64> = BTreeMap::new();
            for (kind, name, at) in steps {
                match kind {
                    0 => {
                        timers.insert(name, Instant::from_secs(at));
                        model.insert(name, at);
                    }
                    1 => {
                        timers.remove(&name);
                        model.remove(&name);
                    }
                    2 => {
                        timers.set(name, Some(Instant::from_secs(at)));
                        model.insert(name, at);
                    }
                    3 => {
                        timers.set(name, None);
                        model.remove(&name);
                    }
                    _ => {
                        let due = timers.pop_due(Instant::from_secs(at));
                        let first = model.iter().map(|(n, t)| (*t, *n)).min();
                        let expected = first.filter(|(t, _)| *t <= at);
                        prop_assert_eq!(due, expected.map(|(t, n)| (Instant::from_secs(t), n)));
                        if let Some((_, n)) = expected {
                            model.remove(&n);
                        }
                    }
                }
                prop_assert_eq!(timers.len(), model.len());
                prop_assert_eq!(
                    timers.next_deadline(),
                    model.values().min().map(|t| Instant::from_secs(*t))
                );
            }
        }
    }
}
