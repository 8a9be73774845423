//! Who is best.

use std::fmt::Write;

use crate::routing::{AgentRef, CallRef, View};

/// How many numbers a [`Key`] holds; what is chained beyond that has no say.
pub const KEY_WIDTH: usize = 4;

/// A place in a ranking; the smallest is best, compared number by number.
///
/// Whole numbers, because a score that is not a number has no order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    parts: [u64; KEY_WIDTH],
    len: usize,
}

impl Key {
    /// A key of one number; smaller is better.
    #[must_use]
    pub const fn smallest(number: u64) -> Self {
        Self { parts: [number, 0, 0, 0], len: 1 }
    }

    /// A key of one number; larger is better.
    #[must_use]
    pub const fn largest(number: u64) -> Self {
        Self::smallest(u64::MAX - number)
    }

    /// This key, and where it is equal the other.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        for part in other.parts.into_iter().take(other.len) {
            if let Some(place) = self.parts.get_mut(self.len) {
                *place = part;
                self.len += 1;
            }
        }
        self
    }
}

/// Says how good an agent is for a call. Pure, like a policy.
pub trait Rank: Send + Sync {
    /// The place of `agent`; the smallest is offered the call.
    fn key(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> Key;

    /// Why the best is best, in a few words such as `longest idle 41 s`; may be empty.
    fn words(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> String;
}

/// Two rankings one after the other.
///
/// ```
/// use teams_cc_core::routing::policy::{Then, agent_id, longest_idle};
///
/// let rank = longest_idle().then(agent_id());
/// let same = Then::new(longest_idle(), agent_id());
/// # let _: [Then<_, _>; 2] = [rank, same];
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Then<A, B> {
    first: A,
    next: B,
}

impl<A, B> Then<A, B> {
    /// Ranks by `first`, and where it is equal by `next`.
    #[must_use]
    pub const fn new(first: A, next: B) -> Self {
        Self { first, next }
    }

    /// Ranks by this, and where it is equal by `next`.
    #[must_use]
    pub const fn then<R: Rank>(self, next: R) -> Then<Self, R> {
        Then::new(self, next)
    }
}

impl<A: Rank, B: Rank> Rank for Then<A, B> {
    fn key(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> Key {
        let first = self.first.key(view, call, agent);
        first.then(self.next.key(view, call, agent))
    }

    fn words(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> String {
        let mut words = self.first.words(view, call, agent);
        let next = self.next.words(view, call, agent);
        if !words.is_empty() && !next.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(words, ", {next}");
            return words;
        }
        words.push_str(&next);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chained_keys_compare_one_after_the_other() {
        let key = |a, b| Key::smallest(a).then(Key::largest(b));
        assert!(key(1, 5) < key(2, 9));
        assert!(key(1, 9) < key(1, 5));
        assert_eq!(Key::default().then(Key::smallest(3)), Key::smallest(3));
    }

    #[test]
    fn a_key_takes_no_more_than_its_width() {
        let four = (0..4).fold(Key::default(), |key, n| key.then(Key::smallest(n)));
        assert_eq!(four.then(Key::smallest(9)), four);
    }
}
