//! Who is shown wrongly, and for how long.
//!
//! What is judged, in plain words:
//!
//! - Somebody is shown **wrongly** while what is shown is not what is true. That begins when it stops
//!   being true; or, of something that was true no more when it was shown, when it is shown: a
//!   notification carries no time, so of one that was half an hour on its way nobody can tell. It
//!   ends when what is true is shown.
//! - It also ends where something is shown that stopped being true **later** than it began: what is
//!   shown is wrong still, but newer, so that a new stretch begins when that stopped being true.
//! - Nobody is shown before the first read; that counts as wrong from the first instant on.
//! - A stretch counts against the bound **less** the time in which nothing could be read (the service
//!   throttled everything, or the token was revoked, and half a minute after that until it is tried
//!   again) or in which nobody took what was read. Nothing else is left out: not the time of a dead
//!   subscription, of lost notifications, of requests without an answer, nor that of a resync.
//! - Nothing is **lost** where, two bounds after the last change and one after the last notification,
//!   everybody who can be known is shown as is true, and the tracker says the same.

use std::time::Duration;

use teams_cc_core::Instant;

/// Nothing was ever shown of somebody.
const NOTHING: u8 = u8::MAX;

/// What the consumer of changes shows, held against what is true.
pub(crate) struct Judge {
    shown: Vec<u8>,
    /// Since when somebody is shown wrongly.
    wrong: Vec<Option<Instant>>,
    /// What was true of somebody before, and until when.
    before: Vec<(u8, Instant)>,
    /// When nothing can be read, or nobody takes what was read; none of them overlap.
    blocked: Vec<(Instant, Instant)>,
    pub(crate) worst: Duration,
    pub(crate) worst_outage: Duration,
    pub(crate) stretches: u64,
    pub(crate) sum: Duration,
}

impl Judge {
    /// Everybody who can be known is shown wrongly at first.
    pub(crate) fn new(can_be_known: &[bool], blocked: Vec<(Instant, Instant)>) -> Self {
        let wrong = can_be_known.iter().map(|known| known.then_some(Instant::ZERO));
        Self {
            shown: vec![NOTHING; can_be_known.len()],
            wrong: wrong.collect(),
            before: vec![(NOTHING, Instant::ZERO); can_be_known.len()],
            blocked: apart(blocked),
            worst: Duration::ZERO,
            worst_outage: Duration::ZERO,
            stretches: 0,
            sum: Duration::ZERO,
        }
    }

    /// The truth about somebody has changed.
    pub(crate) fn truth(&mut self, user: usize, before: u8, state: u8, now: Instant) {
        self.before[user] = (before, now);
        self.compare(user, state, now);
    }

    /// Somebody is shown otherwise.
    pub(crate) fn shown(&mut self, user: usize, shown: u8, truth: u8, now: Instant) {
        self.shown[user] = shown;
        let (before, until) = self.before[user];
        if shown != truth
            && shown == before
            && let Some(since) = self.wrong[user].filter(|since| *since < until)
        {
            self.end(since, now);
            self.wrong[user] = Some(until);
        }
        self.compare(user, truth, now);
    }

    pub(crate) fn is_shown(&self, user: usize) -> u8 {
        self.shown[user]
    }

    fn compare(&mut self, user: usize, truth: u8, now: Instant) {
        let wrong = self.shown[user] != truth;
        match self.wrong[user] {
            None if wrong => self.wrong[user] = Some(now),
            Some(since) if !wrong => {
                self.wrong[user] = None;
                self.end(since, now);
            }
            _ => {}
        }
    }

    fn end(&mut self, since: Instant, now: Instant) {
        let lasted = now - since;
        self.stretches += 1;
        self.sum += lasted;
        self.worst = self.worst.max(lasted.saturating_sub(within(&self.blocked, since, now)));
        self.worst_outage = self.worst_outage.max(lasted);
    }

    /// Everybody who is shown as was true until a moment ago, and until when that was.
    pub(crate) fn outdated(&self) -> impl Iterator<Item = (usize, Instant)> + '_ {
        let wrong = self.wrong.iter().enumerate().filter(|(_, since)| since.is_some());
        wrong.filter_map(|(user, _)| {
            let (before, until) = self.before[user];
            let shown = self.shown[user];
            (shown == before && shown != NOTHING).then_some((user, until))
        })
    }

    /// What is wrong at the end counts as if it ended now.
    pub(crate) fn close(&mut self, now: Instant) {
        let open: Vec<Instant> = self.wrong.iter().filter_map(|since| *since).collect();
        for since in open {
            self.end(since, now);
        }
    }

    /// The mean time somebody was shown wrongly.
    pub(crate) fn mean(&self) -> Duration {
        self.sum / u32::try_from(self.stretches.max(1)).unwrap_or(u32::MAX)
    }
}

/// Spans that overlap as one, so that no instant counts twice.
pub(crate) fn apart(mut spans: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant)> {
    spans.sort_unstable();
    let mut apart: Vec<(Instant, Instant)> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut().filter(|(_, last)| from <= *last) {
            Some((_, last)) => *last = to.max(*last),
            None => apart.push((from, to)),
        }
    }
    apart
}

/// How much of the time between two instants lies within these spans.
pub(crate) fn within(spans: &[(Instant, Instant)], since: Instant, now: Instant) -> Duration {
    spans.iter().map(|(from, to)| now.min(*to).since(since.max(*from))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Instant {
        Instant::from_secs(secs)
    }

    /// One step of one user's story: what becomes true, or is shown, and when.
    #[derive(Clone, Copy)]
    enum Step {
        True(u8, u64),
        Shown(u8, u64),
    }
    use Step::{Shown, True};

    /// A story: its name, its outages, its steps, and how long its worst stretch is.
    type Story = (&'static str, &'static [(u64, u64)], &'static [Step], u64);

    /// The worst stretch of a story in which `1` is true at first.
    fn worst(blocked: &[(u64, u64)], steps: &[Step], end: u64) -> u64 {
        let blocked = blocked.iter().map(|(from, to)| (at(*from), at(*to))).collect();
        let mut judge = Judge::new(&[true], blocked);
        let mut truth = 1;
        for step in steps {
            match *step {
                True(state, when) => {
                    let before = std::mem::replace(&mut truth, state);
                    judge.truth(0, before, state, at(when));
                }
                Shown(state, when) => judge.shown(0, state, truth, at(when)),
            }
        }
        judge.close(at(end));
        judge.worst.as_secs()
    }

    #[test]
    fn a_stretch_is_as_long_as_the_plain_words_say() {
        let table: [Story; 12] = [
            ("never shown", &[], &[], 100),
            ("the first read", &[], &[Shown(1, 7)], 7),
            ("shown in time", &[], &[Shown(1, 1), True(2, 50), Shown(2, 60)], 10),
            ("never put right", &[], &[Shown(1, 1), True(2, 50)], 50),
            ("true again by itself", &[], &[Shown(1, 1), True(2, 50), True(1, 70)], 20),
            ("late, from when it is shown", &[], &[Shown(1, 1), Shown(2, 40), Shown(1, 52)], 12),
            (
                "newer but outdated: two stretches",
                &[],
                &[Shown(1, 1), True(2, 10), True(3, 38), Shown(2, 40), Shown(3, 64)],
                30,
            ),
            (
                "older and outdated: one stretch",
                &[],
                &[Shown(2, 1), True(3, 10), True(4, 20), Shown(1, 30), Shown(4, 64)],
                64,
            ),
            (
                "always one change behind",
                &[],
                &[Shown(1, 1), True(2, 10), True(3, 80), Shown(2, 81), Shown(3, 82)],
                71,
            ),
            ("an outage", &[(20, 60)], &[Shown(1, 1), True(2, 10), Shown(2, 65)], 15),
            (
                "two outages at once count once",
                &[(20, 60), (30, 50)],
                &[Shown(1, 1), True(2, 10), Shown(2, 65)],
                15,
            ),
            (
                "an outage somewhere else",
                &[(70, 90)],
                &[Shown(1, 1), True(2, 10), Shown(2, 65)],
                55,
            ),
        ];
        for (what, blocked, steps, expected) in table {
            assert_eq!(worst(blocked, steps, 100), expected, "{what}");
        }
    }
}
