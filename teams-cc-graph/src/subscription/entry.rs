//! One subscription, and where it stands.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Action, Failure, Ticket, Wanted};

/// How much later a renewed subscription has to end to count as renewed.
const ADVANCE: Duration = Duration::from_mins(1);

/// A wanted subscription.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) wanted: Wanted,
    pub(super) live: Option<Live>,
    /// What is being made, which is not what is wanted where that was replaced meanwhile.
    pub(super) making: Option<Box<Wanted>>,
    pub(super) state: State,
    /// Whether the endpoint repeated a token since something last failed there.
    pub(super) probed: bool,
    pub(super) unwanted: bool,
    /// Failures in a row.
    pub(super) failures: u32,
    /// The last kind of failure that was told.
    pub(super) told: Option<Failure>,
}

/// What Graph has.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) id: Box<str>,
    /// As what it was made.
    pub(super) made: Box<Wanted>,
    pub(super) since: Instant,
    /// When it ends; none where that is to be asked.
    pub(super) ends: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The next step is taken then.
    Due(Step, Instant),
    /// A step is being taken.
    Under(Step, Ticket),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Probe,
    Create,
    /// After a 409: what is there?
    Look,
    Renew,
    Delete,
}

impl Entry {
    pub(super) fn new(wanted: Wanted, first: Step, now: Instant) -> Self {
        Self {
            wanted,
            live: None,
            making: None,
            state: State::Due(first, now),
            probed: false,
            unwanted: false,
            failures: 0,
            told: None,
        }
    }

    /// When the next step is due, where none is being taken.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Due(_, at) => Some(at),
            State::Under(..) => None,
        }
    }

    /// Whether this ticket is for the step being taken, and which that is.
    pub(super) fn under(&self, ticket: Ticket) -> Option<Step> {
        match self.state {
            State::Under(step, own) if own == ticket => Some(step),
            _ => None,
        }
    }

    pub(super) fn next(&mut self, step: Step, at: Instant) {
        self.state = State::Due(step, at);
    }

    /// The first step of making it.
    pub(super) fn make(&mut self, probe: bool, at: Instant) {
        self.next(if probe && !self.probed { Step::Probe } else { Step::Create }, at);
    }

    /// Whether what Graph has is not what is wanted any more.
    pub(super) fn is_outdated(&self) -> bool {
        self.live.as_ref().is_some_and(|live| *live.made != self.wanted)
    }

    /// The account whose client takes a step: what Graph has belongs to the one it was made with.
    pub(super) fn account(&self, step: Step) -> &str {
        let live = self.live.as_ref().filter(|_| matches!(step, Step::Renew | Step::Delete));
        &live.map_or(&self.wanted, |live| &live.made).account
    }

    /// What a step asks for; none where there is nothing to take it on.
    pub(super) fn action(&self, step: Step) -> Option<Action> {
        let id = || self.live.as_ref().map(|live| live.id.clone());
        Some(match step {
            Step::Probe => Action::Probe { url: self.wanted.notification_url.clone() },
            Step::Create => Action::Create(Box::new(self.wanted.clone())),
            Step::Look => Action::List,
            Step::Renew => {
                let (life, content) = (self.wanted.life, self.wanted.content);
                Action::Renew { id: id()?, life, content }
            }
            Step::Delete => Action::Delete { id: id()? },
        })
    }

    /// Whether an end told by a renewal is later than the one before.
    pub(super) fn advances(&self, ends: Instant) -> bool {
        let before = self.live.as_ref().and_then(|live| live.ends);
        before.is_none_or(|before| ends >= before + ADVANCE)
    }

    /// Notes that a step worked.
    pub(super) fn worked(&mut self) {
        self.failures = 0;
        self.told = None;
    }
}
