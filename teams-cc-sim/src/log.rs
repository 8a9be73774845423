//! The event log: what happened, in canonical form, and one hash over it.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};
use teams_cc_core::Instant;

use crate::ladder::Ladder;

/// The most events kept. Later ones are counted and change the hash by their count alone.
pub const MAX_EVENTS: usize = 1_000_000;

/// Who takes part in what happens; the columns of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "these are the columns of the ladder")]
pub enum Column {
    /// People on the telephone network.
    Customer,
    /// The carrier behind the trunk.
    Carrier,
    /// The contact center under test: its bot and its trunk.
    Center,
    /// Microsoft Teams: Graph, callbacks and the Direct Routing proxies.
    Teams,
    /// Teams users and their clients.
    Agent,
}

impl Column {
    /// Every column, from left to right.
    pub const ALL: [Self; 5] =
        [Self::Customer, Self::Carrier, Self::Center, Self::Teams, Self::Agent];

    /// The column's heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Carrier => "carrier",
            Self::Center => "center",
            Self::Teams => "teams",
            Self::Agent => "agent",
        }
    }
}

/// One thing that happened.
///
/// The text is redacted when it is written: no number, name, key, token or pressed digit is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEvent {
    /// When, since the world began.
    pub at: Instant,
    /// Who did it.
    pub from: Column,
    /// To whom; the same column where somebody acted alone.
    pub to: Column,
    /// What, as the ladder shows it.
    pub what: Box<str>,
}

impl fmt::Display for LogEvent {
    /// Writes the canonical line that is hashed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}>{} {}", self.at.as_millis(), self.from.name(), self.to.name(), self.what)
    }
}

/// Everything that happened, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
    events: Vec<LogEvent>,
    dropped: u64,
}

impl EventLog {
    /// Writes one event; beyond [`MAX_EVENTS`] it is only counted.
    pub(crate) fn push(&mut self, at: Instant, from: Column, to: Column, what: impl Into<String>) {
        if self.events.len() >= MAX_EVENTS {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        // One event is one line, whatever a peer put into a reason phrase.
        let mut what: String = what.into();
        if what.contains(|c: char| c.is_control()) {
            what.retain(|c| !c.is_control());
        }
        self.events.push(LogEvent { at, from, to, what: what.into() });
    }

    /// The place of the next event, for [`EventLog::push_at`].
    pub(crate) fn mark(&self) -> usize {
        self.events.len()
    }

    /// Writes an event before what it brought about since [`EventLog::mark`].
    pub(crate) fn push_at(
        &mut self,
        mark: usize,
        at: Instant,
        from: Column,
        to: Column,
        what: impl Into<String>,
    ) {
        let before = self.events.len();
        self.push(at, from, to, what);
        if self.events.len() > before
            && let Some(tail) = self.events.get_mut(mark.min(before)..)
        {
            tail.rotate_right(1);
        }
    }

    /// Leaves one event out; for tests that want to see the hash change.
    pub fn remove(&mut self, index: usize) -> Option<LogEvent> {
        (index < self.events.len()).then(|| self.events.remove(index))
    }

    /// The events in order.
    #[must_use]
    pub fn events(&self) -> &[LogEvent] {
        &self.events
    }

    /// How many events came after the log was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// SHA-256 over the canonical lines.
    #[must_use]
    pub fn hash(&self) -> LogHash {
        let mut hasher = Sha256::new();
        let mut line = String::new();
        for event in &self.events {
            line.clear();
            // Writing into a string cannot fail.
            let _ = writeln!(line, "{event}");
            hasher.update(line.as_bytes());
        }
        hasher.update(self.dropped.to_be_bytes());
        LogHash(hasher.finalize().into())
    }

    /// The events as a ladder.
    #[must_use]
    pub fn ladder(&self) -> Ladder<'_> {
        Ladder::new(&self.events)
    }
}

/// The hash of an event log. Prints as its first 16 hexadecimal digits, or all 64 with `{:#}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogHash([u8; 32]);

impl fmt::Display for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if f.alternate() { 32 } else { 8 };
        self.0.iter().take(shown).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> EventLog {
        let mut log = EventLog::default();
        for n in 0..4 {
            log.push(
                Instant::from_millis(n * 10),
                Column::Teams,
                Column::Center,
                format!("event {n}"),
            );
        }
        log
    }

    #[test]
    fn leaving_out_any_event_changes_the_hash() {
        let whole = log().hash();
        for index in 0..4 {
            let mut less = log();
            less.remove(index).unwrap();
            assert_ne!(less.hash(), whole, "{index}");
        }
        assert_eq!(log().hash(), whole);
    }

    #[test]
    fn one_event_is_one_line() {
        let mut log = EventLog::default();
        log.push(Instant::ZERO, Column::Carrier, Column::Center, "200 OK\r\n0 teams>agent x");
        assert_eq!(log.events()[0].to_string(), "0 carrier>center 200 OK0 teams>agent x");
    }
}
