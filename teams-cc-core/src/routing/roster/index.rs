//! From names to places in a list.

#[expect(clippy::disallowed_types, reason = "its order never shows")]
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};

/// Where something of this name is. Whoever walks through it does the same to each entry, so its
/// order never shows.
#[expect(clippy::disallowed_types, reason = "its order never shows")]
pub(in crate::routing) type Index<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Things of a name in numbered places that are used again.
#[derive(Debug)]
pub(in crate::routing) struct Slab<K, T> {
    places: Vec<Option<T>>,
    vacant: Vec<u32>,
    index: Index<K, u32>,
}

impl<K: Eq + Hash, T> Slab<K, T> {
    /// Puts something into a free place; what had the name before is not looked for.
    pub(in crate::routing) fn insert(&mut self, name: K, thing: T) -> u32 {
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.places.push(None);
            u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(slot) = self.places.get_mut(place as usize) {
            *slot = Some(thing);
        }
        self.index.insert(name, place);
        place
    }

    pub(in crate::routing) fn remove(&mut self, name: &K) -> Option<(u32, T)> {
        let place = self.index.remove(name)?;
        let thing = self.places.get_mut(place as usize)?.take()?;
        self.vacant.push(place);
        Some((place, thing))
    }

    pub(in crate::routing) fn find(&self, name: &K) -> Option<u32> {
        self.index.get(name).copied()
    }

    pub(in crate::routing) fn get(&self, place: u32) -> Option<&T> {
        self.places.get(place as usize)?.as_ref()
    }

    pub(in crate::routing) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.places.get_mut(place as usize)?.as_mut()
    }

    pub(in crate::routing) fn len(&self) -> usize {
        self.index.len()
    }

    /// Everything there is, in the order of places.
    pub(in crate::routing) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0u32..).zip(&self.places).filter_map(|(place, thing)| Some((place, thing.as_ref()?)))
    }
}

impl<K, T> Default for Slab<K, T> {
    fn default() -> Self {
        Self { places: Vec::new(), vacant: Vec::new(), index: Index::default() }
    }
}
