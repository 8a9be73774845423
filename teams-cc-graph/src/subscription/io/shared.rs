//! What the handle, the reader and the driver share.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use teams_cc_core::Clock;
use tokio::sync::Notify;

use super::{
    Secrets,
    builder::{CertificateSource, SecretSource},
};
use crate::{
    Client,
    subscription::{Event, Input, TooMany, Upkeep},
};

/// The most events that wait for the reader. At the bound the oldest goes: a reader that is so far
/// behind asks [`Keeper::live`](super::Keeper::live).
const MAX_EVENTS: usize = 8 * crate::subscription::MAX_WANTED;

pub(super) struct Shared {
    upkeep: Mutex<Upkeep>,
    pub(super) accounts: Mutex<BTreeMap<Box<str>, Client>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) secrets: SecretSource,
    pub(super) certificate: Option<CertificateSource>,
    pub(super) known: Secrets,
    events: Mutex<VecDeque<Event>>,
    /// There is something for the driver to do.
    pub(super) work: Notify,
    /// There is something for the reader to read.
    pub(super) told: Notify,
    /// The driver has done what there was to do.
    pub(super) turned: Notify,
    stopped: AtomicBool,
}

impl Shared {
    pub(super) fn new(
        upkeep: Upkeep,
        accounts: BTreeMap<Box<str>, Client>,
        clock: Arc<dyn Clock>,
        secrets: SecretSource,
        certificate: Option<CertificateSource>,
    ) -> Self {
        Self {
            upkeep: Mutex::new(upkeep),
            accounts: Mutex::new(accounts),
            clock,
            secrets,
            certificate,
            known: Secrets::new(),
            events: Mutex::default(),
            work: Notify::new(),
            told: Notify::new(),
            turned: Notify::new(),
            stopped: AtomicBool::new(false),
        }
    }

    pub(super) fn upkeep(&self) -> MutexGuard<'_, Upkeep> {
        self.upkeep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn input(&self, input: Input<'_>) -> Result<(), TooMany> {
        let now = self.clock.now();
        let done = self.upkeep().handle_input(now, input);
        self.work.notify_one();
        done
    }

    /// Keeps an event for the reader. One that waits already and says the same moves to the end:
    /// the newest word counts.
    pub(super) fn tell(&self, event: Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.retain(|other| *other != event);
        if events.len() >= MAX_EVENTS {
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        self.told.notify_one();
    }

    pub(super) fn next_event(&self) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.work.notify_one();
        self.told.notify_one();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}
