//! What comes of each step.

use std::time::Duration;

use teams_cc_core::{Instant, retry::Backoff};

use super::{
    Answer, Event, Failure, Listed, Reason, Ticket,
    engine::{LEAST_PAUSE, Upkeep},
    entry::{Live, Step},
    listed,
};

/// The wait before the first try after a failure, at most.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The wait between a deletion and the next creation, which is refused for a moment.
const AFTER_DELETION: Duration = Duration::from_secs(2);

/// The least life that is believed: a service that grants none must not be asked without pause.
const LEAST_LIFE: Duration = Duration::from_mins(1);

impl Upkeep {
    pub(super) fn audited(&mut self, account: &str, listed: &[Listed], asked: Instant) {
        for key in listed::missing(&self.entries, account, listed, asked) {
            let waits = self.entries.get(&key).is_some_and(|entry| entry.due().is_some());
            // What is under way will find out by itself.
            if waits {
                self.lost(&key, Reason::Vanished);
            }
        }
        for id in listed::strays(&self.entries, listed) {
            self.events.push_back(Event::Stray { account: account.into(), id });
        }
    }

    pub(super) fn step_taken(&mut self, key: &str, ticket: Ticket, answer: Answer) {
        let (now, probe) = (self.now, self.config.probe);
        let Some(entry) = self.entries.get_mut(key) else { return };
        let Some(step) = entry.under(ticket) else { return };
        match answer {
            Answer::Failed(failure) => return self.failed(key, step, failure),
            Answer::Probed => {
                entry.probed = true;
                entry.next(Step::Create, now);
            }
            Answer::Created { id, remaining } => {
                let ends = Some(now + remaining.max(LEAST_LIFE));
                let made = entry.making.take().unwrap_or_else(|| Box::new(entry.wanted.clone()));
                entry.live = Some(Live { id: id.clone(), made, since: now, ends });
                entry.worked();
                if entry.is_outdated() {
                    // Nobody asks for it any more, so nobody is told of it.
                    entry.next(Step::Delete, now);
                } else {
                    self.events.push_back(Event::Active { key: key.into(), id });
                    let reason = Reason::Created;
                    self.events.push_back(Event::Resync { key: key.into(), reason });
                    self.rest(key, remaining);
                }
            }
            Answer::Renewed { remaining } => self.renewed(key, remaining),
            Answer::Deleted => {
                entry.live = None;
                entry.make(probe, now + AFTER_DELETION);
            }
            Answer::Listed(listed) => self.looked(key, &listed),
        }
        let unwanted = self.entries.get(key).filter(|entry| entry.unwanted);
        if let Some(entry) = unwanted {
            if entry.live.is_none() { self.end(key) } else { self.forget(key) }
        }
    }

    /// Sleeps until it is time to renew.
    fn rest(&mut self, key: &str, remaining: Duration) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let pause = remaining / 100 * u32::from(self.config.renew_after);
        // Up to a twentieth earlier, so that what was made together is not renewed together.
        let jitter = self.seed.derive(key).draw(self.now.as_nanos()) % 1000;
        let early = remaining / 20_000 * u32::try_from(jitter).unwrap_or(0);
        entry.next(Step::Renew, self.now + pause.saturating_sub(early).max(LEAST_PAUSE));
    }

    fn renewed(&mut self, key: &str, remaining: Duration) {
        let now = self.now;
        let Some(entry) = self.entries.get_mut(key) else { return };
        let ends = now + remaining;
        if entry.is_outdated() {
            entry.next(Step::Delete, now);
            return;
        }
        if !entry.advances(ends) {
            entry.next(Step::Delete, now);
            let reason = Reason::NotRenewed;
            self.events.push_back(Event::Interrupted { key: key.into(), reason });
            return;
        }
        let Some(live) = entry.live.as_mut() else { return };
        let adopted = live.ends.is_none();
        (live.ends, live.since) = (Some(ends), now);
        let id = live.id.clone();
        entry.worked();
        if adopted {
            // Nobody listened between the two processes.
            self.events.push_back(Event::Active { key: key.into(), id });
            self.events.push_back(Event::Resync { key: key.into(), reason: Reason::Created });
        }
        self.rest(key, remaining);
    }

    /// After a 409: what stands in the way is deleted.
    fn looked(&mut self, key: &str, listed: &[Listed]) {
        let now = self.now;
        let Some(entry) = self.entries.get(key) else { return };
        let found = listed::in_the_way(&self.entries, entry, listed);
        let Some(entry) = self.entries.get_mut(key) else { return };
        match found {
            Some(id) => {
                let made = Box::new(entry.wanted.clone());
                entry.live = Some(Live { id, made, since: now, ends: None });
                entry.next(Step::Delete, now);
            }
            // The list lags behind; creating is tried again.
            None => self.wait(key, Step::Create, None),
        }
    }

    fn failed(&mut self, key: &str, step: Step, failure: Failure) {
        let (now, probe) = (self.now, self.config.probe);
        let Some(entry) = self.entries.get_mut(key) else { return };
        match (step, failure) {
            (Step::Delete, Failure::NotFound) => {
                entry.live = None;
                entry.make(probe, now);
                if entry.unwanted {
                    self.end(key);
                }
                return;
            }
            (Step::Renew, Failure::NotFound) => {
                entry.next(Step::Renew, now);
                return self.lost(key, Reason::Vanished);
            }
            (Step::Create, Failure::Exists) => return entry.next(Step::Look, now),
            _ => {}
        }
        if step == Step::Create {
            // It may be the endpoint after all.
            entry.probed = false;
        }
        if entry.unwanted && entry.live.is_none() {
            return self.end(key);
        }
        if entry.told != Some(failure) && !matches!(failure, Failure::Throttled(_)) {
            entry.told = Some(failure);
            self.events.push_back(Event::Failing { key: key.into(), failure });
        }
        let step = match step {
            Step::Create if probe => Step::Probe,
            Step::Look => Step::Create,
            other => other,
        };
        self.wait(key, step, Some(failure));
    }

    /// Tries a step again later and later.
    fn wait(&mut self, key: &str, step: Step, failure: Option<Failure>) {
        let config = self.config;
        let Some(entry) = self.entries.get_mut(key) else { return };
        let seed = self.seed.derive(key).derive("again");
        let backoff = Backoff::new(seed).base(FIRST_WAIT).cap(config.longest_wait);
        let wait = match failure {
            Some(Failure::Throttled(Some(wait))) => wait,
            Some(Failure::Refused) => config.refused_wait,
            // At least half the ceiling: what failed just now will fail now.
            _ => backoff.ceiling(entry.failures).div_f64(2.0) + backoff.delay(entry.failures) / 2,
        };
        entry.failures = entry.failures.saturating_add(1);
        entry.next(step, self.now + wait);
    }

    /// It is gone: it is made anew.
    pub(super) fn lost(&mut self, key: &str, reason: Reason) {
        let (now, probe) = (self.now, self.config.probe);
        let Some(entry) = self.entries.get_mut(key) else { return };
        if entry.live.take().is_none() {
            return;
        }
        if entry.unwanted {
            if entry.due().is_some() {
                self.end(key);
            }
            return;
        }
        entry.make(probe, now);
        self.events.push_back(Event::Interrupted { key: key.into(), reason });
    }
}
