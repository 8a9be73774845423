//! A set of small numbers, one bit each.

/// A set of small numbers; looking for the next one costs a word in 64.
#[derive(Clone, Debug, Default)]
pub(in crate::routing) struct BitSet {
    pub(super) words: Vec<u64>,
    pub(super) ones: usize,
}

impl BitSet {
    /// Puts a number in or takes it out; answers whether that changed anything.
    #[inline]
    pub(in crate::routing) fn set(&mut self, n: usize, value: bool) -> bool {
        let (word, bit) = (n / 64, 1 << (n % 64));
        if word >= self.words.len() {
            if !value {
                return false;
            }
            self.words.resize(word + 1, 0);
        }
        let Some(word) = self.words.get_mut(word) else { return false };
        let was = *word & bit != 0;
        if value {
            *word |= bit;
        } else {
            *word &= !bit;
        }
        match (was, value) {
            (false, true) => self.ones += 1,
            (true, false) => self.ones -= 1,
            _ => {}
        }
        was != value
    }

    #[inline]
    pub(in crate::routing) fn contains(&self, n: usize) -> bool {
        self.words.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    /// The numbers as bits, 64 to a word.
    pub(in crate::routing) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(in crate::routing) const fn is_empty(&self) -> bool {
        self.ones == 0
    }

    /// The numbers, from the smallest.
    pub(in crate::routing) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_agrees_with_a_plain_set(steps in prop::collection::vec((0usize..200, any::<bool>()), 0..100)) {
            let (mut bits, mut model) = (BitSet::default(), BTreeSet::new());
            for (n, value) in steps {
                let changed = if value { model.insert(n) } else { model.remove(&n) };
                prop_assert_eq!(bits.set(n, value), changed);
                prop_assert_eq!(bits.contains(n), value);
                prop_assert_eq!(bits.is_empty(), model.is_empty());
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), model.into_iter().collect::<Vec<_>>());
        }
    }
}
