//! From names to places in a list.

use std::borrow::Borrow;
#[expect(clippy::disallowed_types, reason = "its order never shows")]
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Where something of this name is. Whoever walks through it does the same to each entry, so its
/// order never shows.
#[expect(clippy::disallowed_types, reason = "its order never shows")]
pub(in crate::routing) type Index<K, V> = HashMap<K, V, BuildHasherDefault<Folded>>;

/// Folds what it is given into a number, eight bytes at a time.
///
/// Names of this process and its platform are looked up many times for each call. Whoever chooses
/// names might have them meet in one place; there are no more of them than calls or agents may be,
/// and a fixed key would not hinder it either, however the folding is done.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::routing) struct Folded(u64);

impl Folded {
    fn fold(&mut self, word: u64) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(self.0 ^ word ^ ODD) * u128::from(ODD.rotate_left(17) | 1);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = low ^ high;
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            // Zeros at the end are no less than nothing.
            self.fold(u64::from_le_bytes(last) ^ (u64::try_from(rest.len()).unwrap_or(0) << 56));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.0 = self.0.rotate_left(7) ^ u64::from(byte);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

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

    pub(in crate::routing) fn remove<Q>(&mut self, name: &Q) -> Option<(u32, T)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let place = self.index.remove(name)?;
        let thing = self.places.get_mut(place as usize)?.take()?;
        self.vacant.push(place);
        Some((place, thing))
    }

    #[inline]
    pub(in crate::routing) fn find<Q>(&self, name: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.index.get(name).copied()
    }

    #[inline]
    pub(in crate::routing) fn get(&self, place: u32) -> Option<&T> {
        self.places.get(place as usize)?.as_ref()
    }

    #[inline]
    pub(in crate::routing) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.places.get_mut(place as usize)?.as_mut()
    }

    /// How many places there are, some of them free.
    pub(in crate::routing) fn places(&self) -> usize {
        self.places.len()
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
