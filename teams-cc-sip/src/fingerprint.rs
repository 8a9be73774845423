//! Fingerprints before keys, so that a search seldom looks at the texts of keys.
//!
//! A map over texts compares a text at every step, and each lies somewhere else in memory. With
//! a number in front nearly every step compares numbers that lie in the map itself. The texts
//! still decide, so nothing hangs on the fingerprint but speed: whoever makes two of them equal
//! has won a comparison of texts.

use std::{borrow::Borrow, cmp::Ordering, collections::BTreeMap, sync::Arc};

use teams_cc_core::LegId;

/// FNV-1a over texts, each ended by a zero.
pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    let octets = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    octets.fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A key with its fingerprint in front; cloning is cheap.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Printed<K> {
    print: u64,
    key: Arc<K>,
}

impl<K> Printed<K> {
    pub(crate) fn new(print: u64, key: K) -> Self {
        Self { print, key: Arc::new(key) }
    }

    pub(crate) fn key(&self) -> &K {
        &self.key
    }
}

impl<K> Clone for Printed<K> {
    fn clone(&self) -> Self {
        Self { print: self.print, key: Arc::clone(&self.key) }
    }
}

/// A leg with its fingerprint in front.
#[derive(Debug)]
struct Place(u64, LegId);

/// What a place is found by, without a copy of the name.
trait Named {
    fn named(&self) -> (u64, &str);
}

impl Named for Place {
    fn named(&self) -> (u64, &str) {
        (self.0, self.1.as_str())
    }
}

impl Named for (u64, &str) {
    fn named(&self) -> (u64, &str) {
        *self
    }
}

impl PartialEq for dyn Named + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.named() == other.named()
    }
}

impl Eq for dyn Named + '_ {}

impl PartialOrd for dyn Named + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Named + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.named().cmp(&other.named())
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.named() == other.named()
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.named().cmp(&other.named())
    }
}

impl<'a> Borrow<dyn Named + 'a> for Place {
    fn borrow(&self) -> &(dyn Named + 'a) {
        self
    }
}

/// Values by leg.
#[derive(Debug)]
pub(crate) struct ByLeg<V>(BTreeMap<Place, V>);

impl<V> ByLeg<V> {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn get(&self, leg: &LegId) -> Option<&V> {
        self.0.get(&(of([leg.as_str()]), leg.as_str()) as &dyn Named)
    }

    pub(crate) fn get_mut(&mut self, leg: &LegId) -> Option<&mut V> {
        self.0.get_mut(&(of([leg.as_str()]), leg.as_str()) as &dyn Named)
    }

    pub(crate) fn contains_key(&self, leg: &LegId) -> bool {
        self.0.contains_key(&(of([leg.as_str()]), leg.as_str()) as &dyn Named)
    }

    pub(crate) fn insert(&mut self, leg: LegId, value: V) -> Option<V> {
        self.0.insert(Place(of([leg.as_str()]), leg), value)
    }

    pub(crate) fn remove(&mut self, leg: &LegId) -> Option<V> {
        self.0.remove(&(of([leg.as_str()]), leg.as_str()) as &dyn Named)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The legs in the order of their names.
    pub(crate) fn keys(&self) -> std::vec::IntoIter<&LegId> {
        let mut legs: Vec<&LegId> = self.0.keys().map(|Place(_, leg)| leg).collect();
        legs.sort_unstable();
        legs.into_iter()
    }

    /// The values in no order that means anything.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values()
    }

    /// The values in no order that means anything.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_are_found_by_name_and_told_in_the_order_of_names() {
        let mut legs = ByLeg::new();
        for n in (0..100).rev() {
            assert_eq!(legs.insert(LegId::numbered("S", n), n), None);
        }
        for n in 0..100 {
            assert_eq!(legs.get(&LegId::numbered("S", n)), Some(&n));
        }
        let mut sorted: Vec<LegId> = legs.keys().cloned().collect();
        assert!(sorted.is_sorted() && sorted.len() == legs.len());
        assert_eq!(sorted.pop().and_then(|leg| legs.remove(&leg)), Some(99));
        assert!(!legs.contains_key(&LegId::numbered("S", 99)) && !legs.is_empty());
    }

    #[test]
    fn equal_fingerprints_do_not_make_keys_equal() {
        let keys = ["a", "b"].map(|text| Printed::new(7, text));
        assert!(keys[0] < keys[1] && keys[0] == keys[0].clone());
        assert_ne!(of(["a", "b"]), of(["ab", ""]));
    }
}
