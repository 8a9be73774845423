//! The plan, driven by hand.

mod audits;
mod making;
mod renewing;

use std::time::Duration;

use teams_cc_core::{Instant, Seed};

use super::*;
use crate::webhook::ProbeError;

const URL: &str = "https://bot.example/changes";
pub(super) const HOUR: Duration = Duration::from_hours(1);
pub(super) const MINUTE: Duration = Duration::from_mins(1);

/// An upkeep with a clock, which notes what it asks and tells.
pub(super) struct Plan {
    pub(super) now: Instant,
    pub(super) upkeep: Upkeep,
    /// What is asked and has no answer yet.
    pub(super) open: Vec<(Ticket, Action)>,
    pub(super) events: Vec<Event>,
    /// Whose client the last thing was asked of.
    pub(super) account: Box<str>,
}

impl Plan {
    pub(super) fn new() -> Self {
        Self::with(UpkeepConfig::default().probe(false))
    }

    pub(super) fn with(config: UpkeepConfig) -> Self {
        let upkeep = Upkeep::new(config, Seed::new(3));
        Self {
            now: Instant::from_secs(1),
            upkeep,
            open: Vec::new(),
            events: Vec::new(),
            account: "".into(),
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.upkeep.handle_input(self.now, input).unwrap();
        self.drain();
    }

    pub(super) fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.upkeep.poll_output() {
                Output::Ask { ticket, account, action } => {
                    self.account = account;
                    self.open.push((ticket, action));
                }
                Output::Event(event) => self.events.push(event),
                Output::Timeout(until) => return until,
            }
        }
    }

    /// Lets time pass, waking as often as is asked for.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        for _ in 0..10_000 {
            let Some(next) = self.drain().filter(|next| *next <= until) else {
                self.now = until;
                return self.input(Input::Tick);
            };
            if !self.open.is_empty() && next > self.now {
                // Somebody has to answer first.
                self.now = next;
                self.input(Input::Tick);
                return;
            }
            self.now = self.now.max(next);
            self.input(Input::Tick);
        }
        panic!("it wakes for ever");
    }

    /// The one thing that is asked now.
    pub(super) fn asked(&mut self) -> Action {
        assert_eq!(self.open.len(), 1, "{:?}", self.open);
        self.open[0].1.clone()
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let (ticket, _) = self.open.remove(0);
        self.input(Input::Answered { ticket, answer });
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.answer(Answer::Failed(failure));
    }

    /// Passes time until something is asked; how long that took.
    pub(super) fn until_asked(&mut self) -> Duration {
        let from = self.now;
        while self.open.is_empty() {
            let next = self.drain().expect("something is planned");
            self.now = self.now.max(next);
            self.input(Input::Tick);
        }
        self.now.since(from)
    }

    pub(super) fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Wants and makes the subscription of this name.
    pub(super) fn made(&mut self, key: &str, id: &str) {
        self.input(Input::Want(wanted(key)));
        self.answer(created(id));
        self.told();
    }
}

pub(super) fn wanted(key: &str) -> Wanted {
    Wanted::new(key, &format!("communications/presences('{key}')"), URL)
}

pub(super) fn created(id: &str) -> Answer {
    Answer::Created { id: id.into(), remaining: HOUR }
}

pub(super) fn listed(id: &str, resource: &str) -> Listed {
    Listed::new(id, resource, URL)
}

pub(super) fn resync(key: &str, reason: Reason) -> Event {
    Event::Resync { key: key.into(), reason }
}

pub(super) fn interrupted(key: &str, reason: Reason) -> Event {
    Event::Interrupted { key: key.into(), reason }
}

pub(super) fn active(key: &str, id: &str) -> Event {
    Event::Active { key: key.into(), id: id.into() }
}
