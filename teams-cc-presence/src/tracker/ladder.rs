//! How a shard is kept up to date, and when that changes.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Push, Why};

/// How many notifications in a row settle a question: silent or not, opened or not.
const IN_A_ROW: u8 = 3;
/// How long a shard that fell stays down at least; twice as long each time it falls soon after.
const FIRST_HOLD: Duration = Duration::from_mins(2);
/// The longest time a shard stays down although notifications come.
const LONGEST_HOLD: Duration = Duration::from_hours(1);
/// How long a shard has to stay up for a fall to count as the first again.
const STEADY: Duration = Duration::from_hours(1);

/// How a shard is kept up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rung {
    /// By reads in turns.
    Sweep,
    /// By a read of whomever a notification names.
    IdOnly,
    /// By notifications that carry the presence.
    Rich,
}

/// Where a shard stands on the ladder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ladder {
    push: Push,
    fallen: bool,
    unopened: bool,
    /// Since when a change is known of which no notification of the shard told.
    untold: Option<Instant>,
    hold: Duration,
    hold_until: Instant,
    climbed_at: Instant,
    heard: u8,
    /// Contents in a row that could not be opened, or could.
    streak: u8,
}

impl Ladder {
    pub(super) fn rung(&self) -> Rung {
        match self.push {
            _ if self.fallen => Rung::Sweep,
            Push::None => Rung::Sweep,
            Push::Rich if !self.unopened => Rung::Rich,
            Push::Rich | Push::IdOnly => Rung::IdOnly,
        }
    }

    /// The owner says what is delivered from now on.
    pub(super) fn subscribed(&mut self, push: Push) -> Option<Why> {
        self.moved(Why::Subscription, |ladder| {
            ladder.push = push;
            ladder.fallen = false;
            ladder.unopened = false;
            ladder.untold = None;
            ladder.streak = 0;
        })
    }

    /// A notification came, opened or not.
    pub(super) fn heard(&mut self, now: Instant, opened: bool) -> Option<Why> {
        if self.push == Push::None {
            return None;
        }
        self.untold = None;
        if self.fallen {
            self.heard = self.heard.saturating_add(1);
            if self.heard < IN_A_ROW || now < self.hold_until {
                return None;
            }
            return self.moved(Why::Heard, |ladder| {
                ladder.fallen = false;
                ladder.climbed_at = now;
            });
        }
        if self.push != Push::Rich {
            return None;
        }
        if opened != self.unopened {
            self.streak = 0;
            return None;
        }
        self.streak = self.streak.saturating_add(1);
        if self.streak < IN_A_ROW {
            return None;
        }
        let why = if opened { Why::Opened } else { Why::Unopened };
        self.moved(why, |ladder| {
            ladder.unopened = !opened;
            ladder.streak = 0;
        })
    }

    /// A sweep that began then was answered, and saw a change of which nobody had told, or none.
    pub(super) fn swept(
        &mut self,
        began: Instant,
        now: Instant,
        untold: bool,
        patience: Duration,
    ) -> Option<Why> {
        if self.push == Push::None || self.fallen {
            return None;
        }
        if untold {
            self.untold.get_or_insert(began);
        }
        if self.untold.is_none_or(|since| now.since(since) < patience) {
            return None;
        }
        self.moved(Why::Silent, |ladder| {
            let soon = now.since(ladder.climbed_at) < STEADY && !ladder.hold.is_zero();
            ladder.hold = if soon { (ladder.hold * 2).min(LONGEST_HOLD) } else { FIRST_HOLD };
            ladder.hold_until = now + ladder.hold;
            ladder.fallen = true;
            ladder.untold = None;
            ladder.heard = 0;
        })
    }

    /// Does it; tells why where that moves the shard.
    fn moved(&mut self, why: Why, act: impl FnOnce(&mut Self)) -> Option<Why> {
        let before = self.rung();
        act(self);
        (self.rung() != before).then_some(why)
    }
}
