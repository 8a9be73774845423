//! Tones in the order they were pressed.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::{Instant, contact::Tone};

/// How long a tone waits for one that was pressed before it and has not come yet.
const GAP_WAIT: Duration = Duration::from_millis(400);

/// The most tones that wait; one more releases them all.
const MAX_WAITING: usize = 32;

/// Puts tones into the order of `sequenceId` and drops repeated ones.
///
/// The first sequence id of a call is 0 or 1. A tone behind a gap waits [`GAP_WAIT`] for the
/// missing one; what comes later than that is dropped, for a digit in the wrong place is worse
/// than a missing one.
#[derive(Debug, Default)]
pub(super) struct Tones {
    last: Option<i64>,
    waiting: BTreeMap<i64, Tone>,
    release: Option<Instant>,
}

impl Tones {
    /// Takes a tone; says whether it was a new one.
    pub(super) fn push(&mut self, now: Instant, sequence: i64, tone: Tone) -> bool {
        if self.last.is_some_and(|last| sequence <= last) || self.waiting.contains_key(&sequence) {
            return false;
        }
        self.waiting.insert(sequence, tone);
        self.release.get_or_insert(now + GAP_WAIT);
        true
    }

    /// The last tone that was told, by its place in the order.
    pub(super) fn last(&self) -> Option<i64> {
        self.last
    }

    /// Goes on behind the last tone that was told elsewhere.
    pub(super) fn resume(&mut self, last: Option<i64>) {
        self.last = last;
    }

    /// When waiting tones are to be released.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.release
    }

    /// The next tone whose turn it is.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Tone> {
        let sequence = *self.waiting.keys().next()?;
        let next = match self.last {
            None => sequence <= 1,
            Some(last) => sequence == last.saturating_add(1),
        };
        let due = self.release.is_some_and(|release| release <= now);
        if !next && !due && self.waiting.len() <= MAX_WAITING {
            return None;
        }
        let (sequence, tone) = self.waiting.pop_first()?;
        self.last = Some(sequence);
        if self.waiting.is_empty() {
            self.release = None;
        } else if !due {
            self.release = Some(now + GAP_WAIT);
        }
        Some(tone)
    }

    /// The next tone, whether its turn or not; for the end of the call.
    pub(super) fn flush(&mut self) -> Option<Tone> {
        self.release = None;
        let (sequence, tone) = self.waiting.pop_first()?;
        self.last = Some(sequence);
        Some(tone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(tones: &mut Tones, now: Instant) -> String {
        std::iter::from_fn(|| tones.pop(now)).map(Tone::reveal).collect()
    }

    fn tone(key: char) -> Tone {
        Tone::new(key).expect("a key")
    }

    #[test]
    fn tones_come_out_in_the_order_they_were_pressed() {
        let start = Instant::from_secs(1);
        for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]] {
            let mut tones = Tones::default();
            let mut heard = String::new();
            for sequence in order {
                let key = char::from_digit(sequence, 10).expect("a digit");
                assert!(tones.push(start, i64::from(sequence), tone(key)));
                heard += &drain(&mut tones, start);
            }
            assert_eq!(heard, "123");
            assert_eq!(tones.deadline(), None);
        }
    }

    #[test]
    fn a_repeated_tone_is_heard_once() {
        let mut tones = Tones::default();
        let now = Instant::ZERO;
        assert!(tones.push(now, 1, tone('5')));
        assert!(!tones.push(now, 1, tone('5')));
        assert_eq!(drain(&mut tones, now), "5");
        assert!(!tones.push(now, 1, tone('5')));
        assert_eq!(drain(&mut tones, now), "");
    }

    #[test]
    fn a_lost_tone_holds_up_the_others_for_a_moment_only() {
        let mut tones = Tones::default();
        let start = Instant::from_secs(1);
        tones.push(start, 1, tone('1'));
        tones.push(start, 3, tone('3'));
        assert_eq!(drain(&mut tones, start), "1");
        let later = tones.deadline().expect("a tone waits");
        assert_eq!(drain(&mut tones, later), "3");
        assert!(!tones.push(later, 2, tone('2')), "too late for its place");
        assert_eq!(tones.deadline(), None);
    }

    #[test]
    fn waiting_tones_are_bounded() {
        let mut tones = Tones::default();
        for sequence in 0..100 {
            tones.push(Instant::ZERO, 10 + 2 * sequence, tone('7'));
            drain(&mut tones, Instant::ZERO);
            assert!(tones.waiting.len() <= MAX_WAITING);
        }
    }
}
