//! Operations of one call: prompts and tone subscriptions under way.

use std::collections::{BTreeMap, VecDeque};

use teams_cc_core::{OperationId, contact::OperationOutcome};

use super::{ResultCode, end::CANCELLED};

/// The most operations of one call under way at once. One more is refused before it is sent.
pub const MAX_OPERATIONS: usize = 64;

/// The most ends kept of operations whose own response has not come yet; the oldest goes first.
const MAX_EARLY: usize = 16;

/// What Graph says about an operation, in a response or in a notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationReport {
    /// Graph's id of the operation, lower case and without dashes.
    pub key: Option<Box<str>>,
    /// The `clientContext` of the request that began it.
    pub context: Option<Box<str>>,
    /// How it ended, where it did.
    pub outcome: Option<OperationOutcome>,
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

/// Joins what Graph says about operations to the requests that began them.
#[derive(Debug, Default)]
pub(super) struct Operations {
    by_context: BTreeMap<Box<str>, Operation>,
    early: VecDeque<(Box<str>, OperationOutcome)>,
}

#[derive(Debug)]
struct Operation {
    id: OperationId,
    key: Option<Box<str>>,
    told: bool,
}

impl Operations {
    /// Whether there is room for one more.
    pub(super) fn has_room(&self) -> bool {
        self.by_context.len() < MAX_OPERATIONS
    }

    /// Takes an operation that is about to be asked for; its id is its `clientContext`.
    ///
    /// One that is not `told` ends without an event.
    pub(super) fn begin(&mut self, id: OperationId, told: bool) {
        self.by_context.insert(id.as_str().into(), Operation { id, key: None, told });
    }

    /// Drops an operation that did not come to be, or whose end nobody waits for.
    pub(super) fn forget(&mut self, id: &OperationId) {
        self.by_context.remove(id.as_str());
    }

    /// Takes what Graph says; gives the operation that ended by it, and how.
    pub(super) fn report(
        &mut self,
        report: OperationReport,
    ) -> Result<Option<(OperationId, OperationOutcome)>, UnknownOperation> {
        let OperationReport { key, context, mut outcome } = report;
        let named = context.filter(|context| self.by_context.contains_key(context));
        let context = named.or_else(|| {
            let key = key.as_deref()?;
            self.by_context
                .iter()
                .find(|(_, operation)| operation.key.as_deref() == Some(key))
                .map(|(context, _)| context.clone())
        });
        let Some(context) = context else {
            // The notification may overtake the response that tells which operation it is.
            if let (Some(key), Some(outcome)) = (key, outcome) {
                if self.early.len() >= MAX_EARLY {
                    self.early.pop_front();
                }
                self.early.push_back((key, outcome));
            }
            return Err(UnknownOperation);
        };
        if let Some(key) = key {
            let early = self.early.iter().position(|(early, _)| *early == key);
            if let Some((_, ended)) = early.and_then(|at| self.early.remove(at)) {
                outcome = outcome.or(Some(ended));
            }
            if let Some(operation) = self.by_context.get_mut(&context) {
                operation.key = Some(key);
            }
        }
        let Some(outcome) = outcome else { return Ok(None) };
        let ended = self.by_context.remove(&context).filter(|operation| operation.told);
        Ok(ended.map(|operation| (operation.id, outcome)))
    }
}

/// No operation of this call is meant; it ended before, or its response is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownOperation;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> OperationId {
        OperationId::new(text).expect("an id")
    }

    fn report(
        key: Option<&str>,
        context: Option<&str>,
        outcome: Option<OperationOutcome>,
    ) -> OperationReport {
        OperationReport { key: key.map(Into::into), context: context.map(Into::into), outcome }
    }

    const DONE: Option<OperationOutcome> = Some(OperationOutcome::Completed);

    #[test]
    fn an_operation_ends_once_by_context_or_by_id() {
        let mut operations = Operations::default();
        operations.begin(id("a"), true);
        operations.begin(id("b"), true);
        assert_eq!(operations.report(report(Some("k"), Some("b"), None)), Ok(None));
        assert_eq!(
            operations.report(report(Some("k"), None, DONE)),
            Ok(Some((id("b"), OperationOutcome::Completed)))
        );
        assert_eq!(
            operations.report(report(None, Some("a"), DONE)),
            Ok(Some((id("a"), OperationOutcome::Completed)))
        );
        assert_eq!(operations.report(report(None, Some("a"), DONE)), Err(UnknownOperation));
    }

    #[test]
    fn an_end_that_overtakes_the_response_is_kept_for_it() {
        let mut operations = Operations::default();
        operations.begin(id("a"), true);
        assert_eq!(operations.report(report(Some("k"), None, DONE)), Err(UnknownOperation));
        assert_eq!(
            operations.report(report(Some("k"), Some("a"), None)),
            Ok(Some((id("a"), OperationOutcome::Completed)))
        );
    }

    #[test]
    fn an_operation_nobody_waits_for_ends_in_silence() {
        let mut operations = Operations::default();
        operations.begin(id("a"), false);
        assert_eq!(operations.report(report(None, Some("a"), DONE)), Ok(None));
        assert!(operations.by_context.is_empty());
    }

    #[test]
    fn early_ends_are_bounded() {
        let mut operations = Operations::default();
        for n in 0..100 {
            let _ = operations.report(report(Some(&n.to_string()), None, DONE));
        }
        assert_eq!(operations.early.len(), MAX_EARLY);
    }

    #[test]
    fn the_end_of_an_operation_is_told_from_status_and_result() {
        use OperationOutcome::{Cancelled, Completed, Failed};
        let code = |code, subcode| Some(ResultCode::new(code, subcode));
        let cases = [
            (false, false, false, None, None),
            (true, false, false, None, Some(Completed)),
            (true, false, true, code(200, 8515), Some(Completed)),
            (false, true, true, code(400, 8508), Some(Cancelled)),
            (false, true, true, code(500, 8505), Some(Failed { code: 500, subcode: 8505 })),
            (false, true, false, None, Some(Failed { code: 0, subcode: 0 })),
            (false, false, true, None, Some(Completed)),
            (false, false, true, code(400, 8508), Some(Cancelled)),
        ];
        for (completed, failed, deleted, result, outcome) in cases {
            assert_eq!(
                OperationReport::outcome_of(completed, failed, deleted, result),
                outcome,
                "{completed} {failed} {deleted} {result:?}"
            );
        }
    }
}
