//! Who said that a call out of sight was over.

use std::fmt;

/// How many agents were freed of a call out of sight, by who said that it was over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Freed {
    /// The platform told the end after all.
    pub ended: u64,
    /// A call record.
    pub recorded: u64,
    /// The agent.
    pub said: u64,
    /// Presence that left the call, or never showed it for long enough.
    pub shown: u64,
    /// Nobody: the ceiling, with an alarm. Each of these may have talked still, or have waited idle.
    pub overdue: u64,
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FreedBy {
    End,
    Record,
    Agent,
    Presence,
    Ceiling,
}

impl Freed {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        let parts = [self.ended, self.recorded, self.said, self.shown, self.overdue];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    pub(super) fn count(&mut self, by: FreedBy) {
        let part = match by {
            FreedBy::End => &mut self.ended,
            FreedBy::Record => &mut self.recorded,
            FreedBy::Agent => &mut self.said,
            FreedBy::Presence => &mut self.shown,
            FreedBy::Ceiling => &mut self.overdue,
        };
        *part = part.saturating_add(1);
    }
}

/// Writes one line, such as `3 freed: 2 by presence, 1 by nobody`.
impl fmt::Display for Freed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} freed", self.all())?;
        let parts = [
            (self.ended, "by the end of the call"),
            (self.recorded, "by a call record"),
            (self.said, "by themselves"),
            (self.shown, "by presence"),
            (self.overdue, "by nobody"),
        ];
        let told = parts.iter().filter(|(count, _)| *count > 0);
        for (nth, (count, by)) in told.enumerate() {
            let joint = if nth == 0 { ": " } else { ", " };
            write!(f, "{joint}{count} {by}")?;
        }
        Ok(())
    }
}
