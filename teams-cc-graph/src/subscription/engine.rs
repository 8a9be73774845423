//! The plan of what to do next.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, Seed};

use super::{
    Action, Answer, Event, Failure, Input, Output, Reason, Record, Ticket, UpkeepConfig, Wanted,
    entry::{Entry, Live, State, Step},
};
use crate::model::LifecycleEventType;

/// The most subscriptions of one upkeep.
pub const MAX_WANTED: usize = 4096;

/// How long the answer to something asked for is waited for; then it is asked again.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);
/// The least time between two renewals, however short the life that is granted.
pub(super) const LEAST_PAUSE: Duration = Duration::from_secs(30);

/// More subscriptions than the bound allows; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MAX_WANTED} subscriptions: split them over several keepers")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooMany;

/// Plans the life of subscriptions, without input or output; see the [module](super).
#[derive(Debug)]
pub struct Upkeep {
    pub(super) config: UpkeepConfig,
    pub(super) seed: Seed,
    pub(super) now: Instant,
    pub(super) entries: BTreeMap<Box<str>, Entry>,
    /// By account when the next audit is due; none while one is under way.
    pub(super) audits: BTreeMap<Box<str>, Option<Instant>>,
    pub(super) asked: BTreeMap<Ticket, Asked>,
    next_ticket: u64,
    pub(super) events: VecDeque<Event>,
}

/// Something asked for that has no answer yet.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    whose: Whose,
    at: Instant,
}

#[derive(Clone, Debug)]
enum Whose {
    Entry(Box<str>),
    Audit(Box<str>),
}

impl Upkeep {
    /// An upkeep of nothing yet; the seed spreads renewals and tries.
    #[must_use]
    pub fn new(config: UpkeepConfig, seed: Seed) -> Self {
        Self {
            config,
            seed: seed.derive("subscriptions"),
            now: Instant::ZERO,
            entries: BTreeMap::new(),
            audits: BTreeMap::new(),
            asked: BTreeMap::new(),
            next_ticket: 0,
            events: VecDeque::new(),
        }
    }

    /// Takes what happened.
    ///
    /// # Errors
    ///
    /// [`TooMany`], where one more is wanted than there may be.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), TooMany> {
        self.now = self.now.max(now);
        self.pass();
        match input {
            Input::Want(wanted) => self.want(wanted, None)?,
            Input::Adopt(wanted, record) => self.want(wanted, Some(record))?,
            Input::Forget(key) => self.forget(key),
            Input::Answered { ticket, answer } => self.answered(ticket, answer),
            Input::Lifecycle { id, event } => self.lifecycle(id, event),
            Input::CertificateChanged => self.renew_all(),
            Input::Tick => {}
        }
        Ok(())
    }

    /// What to do next; call it until it says [`Output::Timeout`].
    pub fn poll_output(&mut self) -> Output {
        if let Some(event) = self.events.pop_front() {
            return Output::Event(event);
        }
        if self.asked.len() < self.config.in_flight
            && let Some(output) = self.due_step().or_else(|| self.due_audit())
        {
            return output;
        }
        if let Some(event) = self.events.pop_front() {
            return Output::Event(event);
        }
        Output::Timeout(self.next_time())
    }

    /// The ids by which Graph knows the subscriptions that live, by the program's names.
    #[must_use]
    pub fn live(&self) -> BTreeMap<Box<str>, Box<str>> {
        let live = |entry: &Entry| Some(entry.live.as_ref()?.id.clone());
        self.entries.iter().filter_map(|(key, entry)| Some((key.clone(), live(entry)?))).collect()
    }

    /// Whether nothing is wanted and nothing under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.asked.is_empty()
    }

    fn want(&mut self, wanted: Wanted, record: Option<Record>) -> Result<(), TooMany> {
        let key = wanted.key.clone();
        if let Some(entry) = self.entries.get_mut(&key) {
            let same = entry.wanted == wanted && !entry.unwanted;
            if same {
                return Ok(());
            }
            entry.wanted = wanted;
            entry.unwanted = false;
            entry.probed = false;
            // The old one is deleted on the way, so that there are never two; what is under way is
            // waited for.
            if entry.is_outdated() && entry.due().is_some() {
                entry.next(Step::Delete, self.now);
            }
            let account = entry.wanted.account.clone();
            self.audits.entry(account).or_insert(Some(self.now + self.config.audit));
            return Ok(());
        }
        if self.entries.len() >= MAX_WANTED {
            return Err(TooMany);
        }
        let next = self.now + self.config.audit;
        self.audits.entry(wanted.account.clone()).or_insert(Some(next));
        let first = if self.config.probe { Step::Probe } else { Step::Create };
        let mut entry = Entry::new(wanted, first, self.now);
        if let Some(record) = record {
            let made = Box::new(entry.wanted.clone());
            entry.live = Some(Live { id: record.id, made, since: self.now, ends: None });
            entry.next(Step::Renew, self.now);
        }
        self.entries.insert(key, entry);
        Ok(())
    }

    pub(super) fn forget(&mut self, key: &str) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        entry.unwanted = true;
        let waits = entry.due().is_some();
        if entry.live.is_none() && waits {
            self.end(key);
        } else if waits {
            entry.next(Step::Delete, self.now);
        }
    }

    /// A subscription is gone that nobody wants.
    pub(super) fn end(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            let account = &entry.wanted.account;
            if !self.entries.values().any(|other| other.wanted.account == *account) {
                self.audits.remove(account);
            }
            self.events.push_back(Event::Ended { key: key.into() });
        }
    }

    fn renew_all(&mut self) {
        for entry in self.entries.values_mut() {
            if entry.wanted.content && entry.live.is_some() && entry.due().is_some() {
                entry.next(Step::Renew, self.now);
            }
        }
    }

    fn lifecycle(&mut self, id: &str, event: &LifecycleEventType) {
        let now = self.now;
        let of_id = |entry: &&mut Entry| entry.live.as_ref().is_some_and(|live| *live.id == *id);
        let Some(entry) = self.entries.values_mut().find(of_id) else { return };
        let key = entry.wanted.key.clone();
        match event {
            LifecycleEventType::Missed => {
                self.events.push_back(Event::Resync { key, reason: Reason::Missed });
            }
            LifecycleEventType::SubscriptionRemoved => self.lost(&key, Reason::Removed),
            LifecycleEventType::ReauthorizationRequired => {
                // It comes again and again until it is heeded, and also soon after.
                let fresh =
                    entry.live.as_ref().is_some_and(|live| now.since(live.since) < LEAST_PAUSE);
                if entry.due().is_some() && !fresh {
                    entry.next(Step::Renew, now);
                }
            }
            _ => {}
        }
    }

    pub(super) fn answered(&mut self, ticket: Ticket, answer: Answer) {
        let Some(Asked { whose, at }) = self.asked.remove(&ticket) else { return };
        match whose {
            Whose::Entry(key) => self.step_taken(&key, ticket, answer),
            Whose::Audit(account) => {
                if let Some(next) = self.audits.get_mut(&account) {
                    *next = Some(self.now + self.config.audit);
                }
                if let Answer::Listed(listed) = answer {
                    self.audited(&account, &listed, at);
                }
            }
        }
    }

    /// Lets time pass: what was not answered is asked again, what ended is lost.
    fn pass(&mut self) {
        let now = self.now;
        let is_late = |asked: &Asked| now.since(asked.at) >= ANSWER_WITHIN;
        let late = self.asked.iter().filter(|(_, asked)| is_late(asked));
        let late: Vec<Ticket> = late.map(|(ticket, _)| *ticket).collect();
        for ticket in late {
            self.answered(ticket, Answer::Failed(Failure::Passing));
        }
        let ended = |entry: &Entry| {
            entry.live.as_ref().and_then(|live| live.ends).is_some_and(|ends| ends <= now)
        };
        let over: Vec<Box<str>> = self
            .entries
            .values()
            .filter(|entry| ended(entry) && entry.due().is_some())
            .map(|entry| entry.wanted.key.clone())
            .collect();
        for key in over {
            self.lost(&key, Reason::Expired);
        }
    }

    fn due_step(&mut self) -> Option<Output> {
        let now = self.now;
        // The one that waits longest goes first.
        let due = |entry: &&Entry| entry.due().is_some_and(|at| at <= now);
        let key = self.entries.values().filter(due).min_by_key(|entry| entry.due());
        let key = key?.wanted.key.clone();
        let ticket = self.ticket(Whose::Entry(key.clone()));
        let entry = self.entries.get_mut(&key)?;
        let State::Due(step, _) = entry.state else { return None };
        let step = if step == Step::Renew && entry.is_outdated() { Step::Delete } else { step };
        let Some(action) = entry.action(step) else {
            // There is nothing to renew or to delete: it is to be made.
            entry.make(self.config.probe, now);
            self.asked.remove(&ticket);
            return self.due_step();
        };
        entry.state = State::Under(step, ticket);
        if let Action::Create(wanted) = &action {
            entry.making = Some(wanted.clone());
        }
        Some(Output::Ask { ticket, account: entry.account(step).into(), action })
    }

    fn due_audit(&mut self) -> Option<Output> {
        let now = self.now;
        let due = |next: &Option<Instant>| next.is_some_and(|at| at <= now);
        let account = self.audits.iter().find(|(_, next)| due(next)).map(|(key, _)| key.clone())?;
        let ticket = self.ticket(Whose::Audit(account.clone()));
        self.audits.insert(account.clone(), None);
        Some(Output::Ask { ticket, account, action: Action::List })
    }

    fn ticket(&mut self, whose: Whose) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.asked.insert(ticket, Asked { whose, at: self.now });
        ticket
    }

    fn next_time(&self) -> Option<Instant> {
        let full = self.asked.len() >= self.config.in_flight;
        let steps = self.entries.values().filter_map(Entry::due).filter(|_| !full);
        let audits = self.audits.values().flatten().copied().filter(|_| !full);
        let answers = self.asked.values().map(|asked| asked.at + ANSWER_WITHIN);
        let ends = self.entries.values().filter(|entry| entry.due().is_some());
        let ends = ends.filter_map(|entry| entry.live.as_ref()?.ends);
        steps.chain(audits).chain(answers).chain(ends).min()
    }

    /// The program's names of all that is kept or on its way out.
    #[must_use]
    pub fn keys(&self) -> Vec<Box<str>> {
        self.entries.keys().cloned().collect()
    }
}
