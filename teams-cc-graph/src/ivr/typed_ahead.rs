//! The queue of keys nobody has taken yet.

use std::collections::VecDeque;

use teams_cc_core::contact::Tone;

use super::Digits;

/// The most keys that wait to be taken; one more is dropped and counted.
pub const MAX_TYPED_AHEAD: usize = 64;

/// Keys as they were pressed, whatever plays meanwhile.
#[derive(Debug, Default)]
pub(super) struct TypedAhead {
    waiting: VecDeque<Tone>,
    dropped: u32,
}

impl TypedAhead {
    pub(super) fn push(&mut self, tone: Tone) {
        if self.waiting.len() < MAX_TYPED_AHEAD {
            self.waiting.push_back(tone);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Tone> {
        self.waiting.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forgets what waits, and counts it.
    pub(super) fn discard(&mut self) {
        let count = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.dropped = self.dropped.saturating_add(count);
        self.waiting.clear();
    }

    /// Forgets the last key where a recording took it as its end, and counts nothing.
    pub(super) fn take_last(&mut self, is_taken: impl FnOnce(Tone) -> bool) -> bool {
        let taken = self.waiting.back().is_some_and(|last| is_taken(*last));
        if taken {
            self.waiting.pop_back();
        }
        taken
    }

    pub(super) fn dropped(&self) -> u32 {
        self.dropped
    }

    /// Takes everything that waits.
    pub(super) fn drain(&mut self) -> Digits {
        self.waiting.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_wait_are_bounded_and_what_is_dropped_is_counted() {
        let mut ahead = TypedAhead::default();
        for _ in 0..MAX_TYPED_AHEAD + 3 {
            ahead.push(Tone::new('1').unwrap());
        }
        assert_eq!(ahead.dropped(), 3);
        ahead.discard();
        assert_eq!(ahead.dropped(), 67);
        assert!(ahead.is_empty());
    }
}
