//! Who is shown wrongly, and for how long.
//!
//! What is shown of somebody is wrong from the instant at which it stopped being true, or at which
//! it was shown although it was true no more. Where it is replaced by something that was true later
//! and is not any more either, that counts from when it stopped being true.

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
    /// When nothing can be read, or nobody takes what was read.
    blocked: Vec<(Instant, Instant)>,
    pub(crate) worst: Duration,
    pub(crate) worst_outage: Duration,
    pub(crate) stretches: u64,
    pub(crate) sum: Duration,
}

impl Judge {
    pub(crate) fn new(users: usize, blocked: Vec<(Instant, Instant)>) -> Self {
        Self {
            shown: vec![NOTHING; users],
            wrong: vec![None; users],
            before: vec![(NOTHING, Instant::ZERO); users],
            blocked,
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
            self.wrong[user] = Some(until);
            self.end(since, now);
        }
        self.compare(user, truth, now);
    }

    pub(crate) fn is_shown(&self, user: usize) -> u8 {
        self.shown[user]
    }

    fn compare(&mut self, user: usize, truth: u8, now: Instant) {
        // Before the first read nobody is shown at all.
        let wrong = self.shown[user] != NOTHING && self.shown[user] != truth;
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
        let blocked: Duration =
            self.blocked.iter().map(|(from, to)| now.min(*to).since(since.max(*from))).sum();
        self.stretches += 1;
        self.sum += lasted;
        self.worst = self.worst.max(lasted.saturating_sub(blocked));
        self.worst_outage = self.worst_outage.max(lasted);
    }

    /// Everybody who is shown as was true until a moment ago, and until when that was.
    pub(crate) fn outdated(&self) -> impl Iterator<Item = (usize, Instant)> + '_ {
        let wrong = self.wrong.iter().enumerate().filter(|(_, since)| since.is_some());
        wrong.filter_map(|(user, _)| {
            let (before, until) = self.before[user];
            (self.shown[user] == before).then_some((user, until))
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
