//! Operations of one call: prompts, recordings, invitations and the like under way.

mod result;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, OperationId, contact::OperationOutcome};

use self::result::merged;
pub use self::result::{Learned, OperationError, OperationResult};
use super::{ResultCode, end::CANCELLED};
use crate::model::CommsOperation;

/// The most operations of one call under way at once. One more is refused before it is sent.
pub const MAX_OPERATIONS: usize = 64;

/// How long an operation may be silent before Graph is asked about it, at first.
///
/// The wait doubles up to five minutes while the operation runs on.
pub const OPERATION_CHECK: Duration = Duration::from_secs(30);

/// The longest wait between two questions about one operation.
const LONGEST_CHECK: Duration = Duration::from_mins(5);

/// How often Graph may say that it knows no such operation before its end counts as unknown.
///
/// Twice, for the first answer may come from a replica that lags behind.
const MAX_MISSES: u8 = 2;

/// How long an operation is waited for that Graph never gave an id, so that it cannot be asked for.
const NAMELESS: Duration = Duration::from_mins(2);

/// The most ends kept of operations whose own response has not come yet; the oldest goes first.
const MAX_EARLY: usize = 16;

/// What Graph says about an operation, in a response or in a notification.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OperationReport {
    /// Graph's id of the operation, lower case and without dashes.
    pub key: Option<Box<str>>,
    /// Graph's id of the operation, as it was spelled.
    pub graph_id: Option<Box<str>>,
    /// The `clientContext` of the request that began it.
    pub context: Option<Box<str>>,
    /// How it ended, where it did.
    pub outcome: Option<OperationOutcome>,
    /// The result, where there is one.
    pub code: Option<ResultCode>,
    /// The operation itself.
    pub operation: Option<Box<CommsOperation>>,
    /// Whether it is the response to the request that began the operation.
    pub response: bool,
}

impl OperationReport {
    /// How an operation ended, from its status and its result.
    ///
    /// A notification that an operation was deleted means that it is over, well or not.
    pub(super) fn outcome_of(
        completed: bool,
        failed: bool,
        deleted: bool,
        result: Option<ResultCode>,
    ) -> Option<OperationOutcome> {
        if !completed && !failed && !deleted {
            return None;
        }
        let bad = failed || (!completed && result.is_some_and(|result| !result.is_success()));
        Some(match result {
            _ if !bad => OperationOutcome::Completed,
            Some(CANCELLED) => OperationOutcome::Cancelled,
            Some(ResultCode { code, subcode }) => OperationOutcome::Failed { code, subcode },
            None => OperationOutcome::Failed { code: 0, subcode: 0 },
        })
    }
}

/// An operation that ended, and whether it is told as an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ending {
    pub(super) told: bool,
    pub(super) result: OperationResult,
}

/// Joins what Graph says about operations to the requests that began them.
#[derive(Debug, Default)]
pub(super) struct Operations {
    by_context: BTreeMap<Box<str>, Operation>,
    early: VecDeque<OperationReport>,
}

#[derive(Debug)]
struct Operation {
    id: OperationId,
    key: Option<Box<str>>,
    graph_id: Option<Box<str>>,
    told: bool,
    details: Option<Box<CommsOperation>>,
    check: Instant,
    wait: Duration,
    misses: u8,
}

impl Operations {
    /// Whether there is room for one more.
    pub(super) fn has_room(&self) -> bool {
        self.by_context.len() < MAX_OPERATIONS
    }

    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.by_context.len()
    }

    /// Takes an operation that is about to be asked for; its id is its `clientContext`.
    ///
    /// One that is not `told` ends without an event.
    pub(super) fn begin(&mut self, now: Instant, id: OperationId, told: bool) {
        self.resume(now, id, None, told);
    }

    /// Takes an operation that was begun elsewhere.
    pub(super) fn resume(
        &mut self,
        now: Instant,
        id: OperationId,
        graph_id: Option<Box<str>>,
        told: bool,
    ) {
        let operation = Operation {
            key: graph_id.as_deref().map(|id| crate::model::call_key(id).into()),
            graph_id,
            told,
            details: None,
            check: now + OPERATION_CHECK,
            wait: OPERATION_CHECK,
            misses: 0,
            id,
        };
        self.by_context.insert(operation.id.as_str().into(), operation);
    }

    /// Drops an operation that did not come to be, or whose end nobody waits for.
    pub(super) fn forget(&mut self, id: &OperationId) {
        self.by_context.remove(id.as_str());
    }

    /// Takes what Graph says; gives the operation that ended by it, and how.
    pub(super) fn report(
        &mut self,
        mut report: OperationReport,
        learned: Learned,
    ) -> Result<Option<Ending>, UnknownOperation> {
        let Some(context) = self.context_of(&report) else {
            // The notification may overtake the response that tells which operation it is.
            let awaited = self.by_context.values().any(|operation| operation.key.is_none());
            if awaited && report.key.is_some() && report.outcome.is_some() {
                if self.early.len() >= MAX_EARLY {
                    self.early.pop_front();
                }
                self.early.push_back(report);
            }
            return Err(UnknownOperation);
        };
        let mut learned = learned;
        if let Some(key) = &report.key {
            let early = self.early.iter().position(|early| early.key.as_ref() == Some(key));
            if let Some(early) = early.and_then(|at| self.early.remove(at))
                && report.outcome.is_none()
            {
                (report.outcome, report.code) = (early.outcome, early.code);
                report.operation = merged(report.operation, early.operation);
                learned = Learned::Notification;
            }
        }
        let Some(operation) = self.by_context.get_mut(&context) else { return Ok(None) };
        operation.key = report.key.or(operation.key.take());
        operation.graph_id = report.graph_id.or(operation.graph_id.take());
        operation.details = merged(operation.details.take(), report.operation);
        operation.misses = 0;
        let Some(outcome) = report.outcome else { return Ok(None) };
        Ok(self.end(&context, outcome, report.code, learned))
    }

    /// The operation to ask Graph about now, if any.
    pub(super) fn due(&self, now: Instant) -> Option<(OperationId, Box<str>)> {
        self.by_context
            .values()
            .filter(|operation| operation.check <= now)
            .find_map(|operation| Some((operation.id.clone(), operation.graph_id.clone()?)))
    }

    /// Gives up an operation that cannot be asked for, because Graph never named it.
    pub(super) fn give_up(&mut self, now: Instant) -> Option<Ending> {
        let mut lost = None;
        for (context, operation) in &mut self.by_context {
            if operation.graph_id.is_some() || operation.check > now {
                continue;
            }
            if operation.wait < NAMELESS {
                operation.wait = NAMELESS;
                operation.check += NAMELESS.saturating_sub(OPERATION_CHECK);
            } else {
                lost = Some(context.clone());
                break;
            }
        }
        self.end(&lost?, OperationOutcome::Unknown, None, Learned::Asked)
    }

    /// Graph does not know the operation.
    pub(super) fn missed(&mut self, now: Instant, id: &OperationId) -> Option<Ending> {
        let operation = self.by_context.get_mut(id.as_str())?;
        operation.misses = operation.misses.saturating_add(1);
        operation.check = now + OPERATION_CHECK;
        if operation.misses < MAX_MISSES {
            return None;
        }
        self.end(id.as_str(), OperationOutcome::Unknown, None, Learned::Asked)
    }

    /// The operation runs on, or there was no answer: ask again, later each time.
    pub(super) fn postpone(&mut self, now: Instant, id: &OperationId) {
        if let Some(operation) = self.by_context.get_mut(id.as_str()) {
            operation.wait = (operation.wait * 2).min(LONGEST_CHECK);
            operation.check = now + operation.wait;
        }
    }

    /// Asks about every operation at once.
    pub(super) fn check_all(&mut self, now: Instant) {
        for operation in self.by_context.values_mut() {
            operation.check = operation.check.min(now);
        }
    }

    /// When to ask about the next operation.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.by_context.values().map(|operation| operation.check).min()
    }

    /// The operations under way, with Graph's ids and whether their ends are told.
    pub(super) fn under_way(&self) -> impl Iterator<Item = (&OperationId, Option<&str>, bool)> {
        self.by_context
            .values()
            .map(|operation| (&operation.id, operation.graph_id.as_deref(), operation.told))
    }

    /// Takes all operations, for the call is over.
    pub(super) fn abandon(&mut self) -> impl Iterator<Item = OperationId> + use<> {
        self.early.clear();
        std::mem::take(&mut self.by_context).into_values().map(|operation| operation.id)
    }

    fn context_of(&self, report: &OperationReport) -> Option<Box<str>> {
        let named =
            report.context.as_ref().filter(|context| self.by_context.contains_key(*context));
        named.cloned().or_else(|| {
            let key = report.key.as_deref()?;
            self.by_context
                .iter()
                .find(|(_, operation)| operation.key.as_deref() == Some(key))
                .map(|(context, _)| context.clone())
        })
    }

    fn end(
        &mut self,
        context: &str,
        outcome: OperationOutcome,
        code: Option<ResultCode>,
        learned: Learned,
    ) -> Option<Ending> {
        let operation = self.by_context.remove(context)?;
        Some(Ending {
            told: operation.told,
            result: OperationResult {
                id: operation.id,
                graph_id: operation.graph_id,
                outcome,
                code,
                learned,
                operation: operation.details,
            },
        })
    }
}

/// No operation of this call is meant; it ended before, or its response is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownOperation;

#[cfg(test)]
mod tests;
