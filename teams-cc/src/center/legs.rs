//! The legs of all contacts, and the commands on their way to them.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use teams_cc_core::{
    ContactId, LegId, OperationId,
    contact::{Leg, LegCommand, LegError, Verb},
};

/// The most commands that wait for one leg. A flow never comes near; more are refused.
const MAX_WAITING: usize = 64;

/// Legs by id, each with the commands that wait for it.
///
/// Commands of one leg go out one after the other, so that a platform never sees them swapped.
#[derive(Debug, Default)]
pub(crate) struct Legs {
    legs: BTreeMap<LegId, Entry>,
}

#[derive(Debug)]
struct Entry {
    contact: ContactId,
    leg: Option<Arc<dyn Leg>>,
    waiting: VecDeque<LegCommand>,
    busy: bool,
}

/// A command that is to be carried out now.
#[derive(Debug)]
pub(crate) struct Job {
    id: LegId,
    leg: Arc<dyn Leg>,
    command: LegCommand,
}

/// How a command went.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) leg: LegId,
    pub(crate) verb: Verb,
    pub(crate) result: Result<Option<OperationId>, LegError>,
}

impl Job {
    pub(crate) async fn run(self) -> Done {
        let verb = self.command.verb();
        let result = self.leg.execute(self.command).await;
        Done { leg: self.id, verb, result }
    }
}

impl Legs {
    /// Makes a leg known; one that is still being set up has no handle yet.
    pub(crate) fn insert(&mut self, id: LegId, contact: ContactId, leg: Option<Arc<dyn Leg>>) {
        self.legs.insert(id, Entry { contact, leg, waiting: VecDeque::new(), busy: false });
    }

    /// A leg that was being set up exists now.
    pub(crate) fn attach(&mut self, id: &LegId, leg: Arc<dyn Leg>) {
        if let Some(entry) = self.legs.get_mut(id) {
            entry.leg = Some(leg);
        }
    }

    pub(crate) fn contact(&self, id: &LegId) -> Option<&ContactId> {
        self.legs.get(id).map(|entry| &entry.contact)
    }

    /// Queues a command. False where there is no such leg or too much waits for it.
    pub(crate) fn command(&mut self, id: &LegId, command: LegCommand) -> bool {
        match self.legs.get_mut(id) {
            Some(entry) if entry.waiting.len() < MAX_WAITING => {
                entry.waiting.push_back(command);
                true
            }
            _ => false,
        }
    }

    /// The next command of a leg that has none under way.
    pub(crate) fn next_job(&mut self, id: &LegId) -> Option<Job> {
        let entry = self.legs.get_mut(id)?;
        if entry.busy {
            return None;
        }
        let leg = entry.leg.clone()?;
        let command = entry.waiting.pop_front()?;
        entry.busy = true;
        Some(Job { id: id.clone(), leg, command })
    }

    /// A command of this leg was carried out; others may follow.
    pub(crate) fn done(&mut self, id: &LegId) {
        if let Some(entry) = self.legs.get_mut(id) {
            entry.busy = false;
        }
    }

    /// Forgets the legs of a contact that is over.
    pub(crate) fn forget(&mut self, contact: &ContactId) {
        self.legs.retain(|_, entry| entry.contact != *contact);
    }
}
