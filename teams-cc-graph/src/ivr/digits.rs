//! Keys a caller pressed, kept out of sight.

use std::fmt;

use teams_cc_core::contact::Tone;
use zeroize::Zeroize;

use super::{MAX_KEYS, MAX_TYPED_AHEAD};

/// Keys a caller pressed, in order: a choice, a customer number, a PIN.
///
/// [`Debug`](fmt::Debug) shows how many there are; [`Digits::reveal`] shows which. They are wiped
/// from memory when dropped.
#[derive(PartialEq, Eq)]
pub struct Digits(String);

impl Digits {
    /// Adds a key. Room was made for the most keys of one input, so that none is left behind in
    /// memory that was given up; more than that are not taken.
    pub(super) fn push(&mut self, tone: Tone) {
        if self.0.len() < self.0.capacity() {
            self.0.push(tone.reveal());
        }
    }

    /// Adds keys behind these, as far as there is room.
    pub(super) fn append(&mut self, others: &Self) {
        let room = self.0.capacity() - self.0.len();
        self.0.push_str(others.0.get(..room.min(others.len())).unwrap_or_default());
    }

    /// Takes the keys and leaves none.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The keys as text: `0`–`9`, `*`, `#`, `A`–`D`.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Default for Digits {
    fn default() -> Self {
        Self(String::with_capacity(MAX_KEYS + MAX_TYPED_AHEAD))
    }
}

impl Clone for Digits {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.0.push_str(&self.0);
        copy
    }
}

impl FromIterator<Tone> for Digits {
    fn from_iter<I: IntoIterator<Item = Tone>>(tones: I) -> Self {
        let mut digits = Self::default();
        for tone in tones {
            digits.push(tone);
        }
        digits
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digits({} keys)", self.len())
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_how_many_keys_and_never_which() {
        let digits: Digits = "4711".chars().filter_map(|key| Tone::new(key).ok()).collect();
        assert_eq!(format!("{digits:?}"), "Digits(4 keys)");
        assert_eq!(digits.reveal(), "4711");
        assert_eq!(digits.clone(), digits);
    }

    #[test]
    fn the_memory_of_the_keys_never_moves() {
        let mut digits = Digits::default();
        let room = digits.0.capacity();
        for _ in 0..=room {
            digits.push(Tone::new('7').unwrap());
        }
        assert_eq!(digits.0.capacity(), room);
    }
}
