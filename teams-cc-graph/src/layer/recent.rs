//! A map that forgets what was not used for long.

use std::collections::BTreeMap;

/// Keeps what was used recently: between `capacity` and twice as many entries.
///
/// Entries live in two generations. When the young one is full it becomes the old one, and what
/// was in the old one and not used since is forgotten. So no use costs more than a look-up,
/// however many entries there are.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    capacity: usize,
    young: BTreeMap<K, V>,
    old: BTreeMap<K, V>,
}

impl<K: Ord + Clone, V> Recent<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), young: BTreeMap::new(), old: BTreeMap::new() }
    }

    /// Act on the entry of a key, made where there is none.
    pub(super) fn with<R>(
        &mut self,
        key: &K,
        make: impl FnOnce() -> V,
        act: impl FnOnce(&mut V) -> R,
    ) -> R {
        if let Some(value) = self.young.get_mut(key) {
            return act(value);
        }
        let mut value = self.old.remove(key).unwrap_or_else(make);
        let acted = act(&mut value);
        if self.young.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key.clone(), value);
        acted
    }

    /// The entry of a key, where there is one.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.young.get_mut(key).or_else(|| self.old.get_mut(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_is_forgotten() {
        let mut recent = Recent::new(10);
        recent.with(&0, || 0, |value| *value = 7);
        for key in 1..1000 {
            recent.with(&key, || 0, |value| *value += 1);
            assert_eq!(recent.with(&0, || 0, |value| *value), 7, "after {key}");
            assert!(recent.young.len() + recent.old.len() <= 20);
        }
        assert!(recent.get_mut(&1).is_none());
        assert_eq!(recent.with(&1, || 3, |value| *value), 3);
    }
}
