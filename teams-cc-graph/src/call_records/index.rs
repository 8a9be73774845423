//! Which records are still to come.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use teams_cc_core::Timestamp;

use super::snapshot::FORMAT;
use super::{ExpectedRecord, Input, Output, RecordEvent, RecordIndexConfig, RecordIndexSnapshot};
use crate::model::call_key;

#[cfg(test)]
mod tests;

/// The most events that wait to be read; at the bound the oldest is dropped and counted.
const MAX_EVENTS: usize = 4096;

/// How long after asking in vain a record is asked for again; doubled each time.
const ASK_AGAIN: Duration = Duration::from_mins(30);

/// The longest time between two questions for one record.
const ASK_AGAIN_AT_MOST: Duration = Duration::from_hours(6);

/// How long an answer is waited for, and how long after a failure a record is asked for again.
const ANSWER_WITHIN: Duration = Duration::from_mins(5);

/// Knows which calls ended and which records came, and says what to ask for.
///
/// Ids are compared without case and dashes.
#[derive(Debug, Default)]
pub struct RecordIndex {
    config: RecordIndexConfig,
    entries: BTreeMap<String, Entry>,
    /// When each entry wants attention, but for those that are ready.
    due: BTreeSet<(Timestamp, String)>,
    /// Entries to ask for as soon as there is room.
    ready: BTreeSet<(Timestamp, String)>,
    /// The entries by the end of their calls, to find the first.
    ended: BTreeSet<(Timestamp, String)>,
    asking: usize,
    fetches: VecDeque<String>,
    events: VecDeque<RecordEvent>,
    missed: u64,
}

#[derive(Debug)]
struct Entry {
    record: ExpectedRecord,
    due: Timestamp,
    phase: Phase,
    /// A newer version was announced than the one that came.
    stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Until it is due.
    Waiting,
    /// For room to ask.
    Ready,
    /// For an answer, until it is due again.
    Asking,
}

impl RecordIndex {
    /// An index that knows no call.
    #[must_use]
    pub fn new(config: RecordIndexConfig) -> Self {
        Self { config, ..Self::default() }
    }

    /// Go on from what was stored. What is due by now is asked for at once.
    #[must_use]
    pub fn restore(
        config: RecordIndexConfig,
        now: Timestamp,
        snapshot: RecordIndexSnapshot,
    ) -> Self {
        let mut index = Self::new(config);
        for record in snapshot.records {
            let due = match record.version {
                Some(_) => now + index.config.remember,
                None if record.ours => record.ended + index.config.expected_within,
                None => now,
            };
            let key = call_key(&record.id);
            index.remove(&key);
            index.insert(key, Entry { record, due, phase: Phase::Waiting, stale: false });
        }
        index.advance(now);
        index
    }

    /// Take in what happened.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        match input {
            Input::Ended { call_chain_id, at } => self.call_ended(now, call_chain_id, at),
            Input::Announced { id } => self.announced(now, id),
            Input::Recorded { id, version } => self.recorded(now, id, version),
            Input::Absent { id } => self.absent(now, &id),
            Input::Failed { id } => self.failed(now, &id),
            Input::Tick => {}
        }
        self.advance(now);
    }

    /// What to do or to know next.
    pub fn poll_output(&mut self) -> Output {
        if let Some(event) = self.events.pop_front() {
            return Output::Event(event);
        }
        if let Some(id) = self.fetches.pop_front() {
            return Output::Fetch { id };
        }
        // What waits for room to ask wakes nobody: an answer does.
        Output::Timeout(self.due.first().map(|(due, _)| *due))
    }

    /// What is expected and what came lately, to store.
    #[must_use]
    pub fn snapshot(&self) -> RecordIndexSnapshot {
        let records = self.entries.values().map(|entry| entry.record.clone()).collect();
        RecordIndexSnapshot { format: FORMAT, records }
    }

    /// How many records are still expected.
    #[must_use]
    pub fn expected(&self) -> usize {
        self.entries.values().filter(|entry| entry.record.version.is_none()).count()
    }

    /// How many events were dropped because nobody read them.
    #[must_use]
    pub fn missed_events(&self) -> u64 {
        self.missed
    }

    fn call_ended(&mut self, now: Timestamp, id: String, at: Timestamp) {
        let key = call_key(&id);
        if let Some(entry) = self.entries.get_mut(&key)
            && entry.phase != Phase::Waiting
        {
            // It is asked for already, or about to be, and stays so.
            entry.record.ours = true;
            let before = std::mem::replace(&mut entry.record.ended, at);
            self.ended.remove(&(before, key.clone()));
            self.ended.insert((at, key));
            return;
        }
        let known = self.remove(&key);
        let (version, asked) =
            known.as_ref().map_or((None, 0), |known| (known.record.version, known.record.asked));
        // Records may overtake the news that their call is over.
        let announced = known.filter(|known| known.stale);
        let stale = announced.is_some();
        let due = match (version, announced) {
            (_, Some(announced)) => announced.due,
            (Some(_), None) => now + self.config.remember,
            (None, None) => at + self.config.expected_within,
        };
        let record = ExpectedRecord { id, ended: at, ours: true, overdue: false, asked, version };
        self.insert(key, Entry { record, due, phase: Phase::Waiting, stale });
    }

    fn announced(&mut self, now: Timestamp, id: String) {
        let key = call_key(&id);
        if let Some(entry) = self.entries.get_mut(&key)
            && entry.phase == Phase::Asking
        {
            // The question may not be out yet, and must not get lost.
            entry.stale = true;
            return;
        }
        let mut entry = self.remove(&key).unwrap_or_else(|| Entry::foreign(id, now));
        if entry.phase == Phase::Waiting {
            entry.due = now;
        }
        entry.stale = true;
        self.insert(key, entry);
    }

    fn recorded(&mut self, now: Timestamp, id: String, version: i64) {
        let key = call_key(&id);
        let mut entry = self.remove(&key).unwrap_or_else(|| Entry::foreign(id, now));
        let id = entry.record.id.clone();
        match entry.record.version {
            Some(known) if known >= version => {}
            Some(_) => self.tell(RecordEvent::Changed { id, version }),
            None => {
                let after = entry.record.ours.then(|| now.since(entry.record.ended));
                self.tell(RecordEvent::Recorded { id, version, after });
            }
        }
        entry.record.version = entry.record.version.max(Some(version));
        (entry.phase, entry.stale) = (Phase::Waiting, false);
        entry.due = now + self.config.remember;
        self.insert(key, entry);
    }

    fn absent(&mut self, now: Timestamp, id: &str) {
        let key = call_key(id);
        let Some(mut entry) = self.remove(&key) else { return };
        let asked = entry.record.asked;
        entry.record.asked = asked.saturating_add(1);
        entry.stale &= entry.record.version.is_none();
        let wait = ASK_AGAIN.saturating_mul(1 << asked.min(16)).min(ASK_AGAIN_AT_MOST);
        self.ask_later(now, wait, key, entry);
    }

    fn failed(&mut self, now: Timestamp, id: &str) {
        let key = call_key(id);
        let Some(entry) = self.remove(&key) else { return };
        self.ask_later(now, ANSWER_WITHIN, key, entry);
    }

    /// Ask again after a time, or give up.
    fn ask_later(&mut self, now: Timestamp, wait: Duration, key: String, mut entry: Entry) {
        let ended = entry.record.ended;
        entry.phase = Phase::Waiting;
        if entry.settled() {
            entry.due = now + self.config.remember;
        } else if entry.record.version.is_none() && now.since(ended) >= self.config.give_up_after {
            self.tell(RecordEvent::Lost { id: entry.record.id, ended });
            return;
        } else {
            let last = (ended + self.config.give_up_after).max(now + ANSWER_WITHIN);
            entry.due = (now + wait).min(last);
        }
        self.insert(key, entry);
    }

    /// Do what is due.
    fn advance(&mut self, now: Timestamp) {
        while let Some((due, key)) = self.due.first().cloned()
            && due <= now
        {
            let Some(mut entry) = self.remove(&key) else { break };
            if entry.settled() {
                continue;
            }
            if entry.phase == Phase::Asking {
                entry.due = now + ANSWER_WITHIN;
                self.fetches.push_back(entry.record.id.clone());
            } else {
                entry.phase = Phase::Ready;
                self.tell_if_overdue(now, &mut entry.record);
            }
            self.insert(key, entry);
        }
        while self.asking < self.config.max_fetches.max(1)
            && let Some((_, key)) = self.ready.first().cloned()
        {
            let Some(mut entry) = self.remove(&key) else { break };
            (entry.phase, entry.due) = (Phase::Asking, now + ANSWER_WITHIN);
            self.fetches.push_back(entry.record.id.clone());
            self.insert(key, entry);
        }
    }

    fn tell_if_overdue(&mut self, now: Timestamp, record: &mut ExpectedRecord) {
        let late = now.since(record.ended) >= self.config.expected_within;
        if record.ours && late && !record.overdue && record.version.is_none() {
            record.overdue = true;
            self.tell(RecordEvent::Overdue { id: record.id.clone(), ended: record.ended });
        }
    }

    fn insert(&mut self, key: String, entry: Entry) {
        match entry.phase {
            Phase::Ready => self.ready.insert((entry.due, key.clone())),
            Phase::Waiting => self.due.insert((entry.due, key.clone())),
            Phase::Asking => {
                self.asking += 1;
                self.due.insert((entry.due, key.clone()))
            }
        };
        self.ended.insert((entry.record.ended, key.clone()));
        self.entries.insert(key, entry);
        while self.entries.len() > self.config.max_calls.max(1) {
            let Some((_, first)) = self.ended.first().cloned() else { break };
            let Some(entry) = self.remove(&first) else { break };
            if !entry.settled() {
                self.tell(RecordEvent::Forgotten { id: entry.record.id });
            }
        }
    }

    fn remove(&mut self, key: &str) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        let place = (entry.due, key.to_owned());
        if entry.phase == Phase::Asking {
            self.asking -= 1;
            self.fetches.retain(|id| *id != entry.record.id);
        }
        self.due.remove(&place);
        self.ready.remove(&place);
        self.ended.remove(&(entry.record.ended, key.to_owned()));
        Some(entry)
    }

    fn tell(&mut self, event: RecordEvent) {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
            self.missed = self.missed.saturating_add(1);
        }
        self.events.push_back(event);
    }
}

impl Entry {
    /// A record of a call that is not ours, first heard of now.
    fn foreign(id: String, now: Timestamp) -> Self {
        let ended = now;
        let record =
            ExpectedRecord { id, ended, ours: false, overdue: false, asked: 0, version: None };
        Self { record, due: now, phase: Phase::Waiting, stale: false }
    }

    /// Whether it came in its newest version, and is only remembered.
    fn settled(&self) -> bool {
        self.record.version.is_some() && !self.stale
    }
}
