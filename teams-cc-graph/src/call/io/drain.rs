//! Handing calls over.

use std::time::Duration;

use teams_cc_core::{
    CallId, LegId,
    store::{RecordVersion, StoreError},
};

use super::{Calls, RehydrateError, Shared, Unfinished, keeper, keeper::Saved, shared::Keeping};
use crate::call::record::KeptCall;

/// What came of handing calls over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Calls whose records the successor owns now.
    pub handed_over: Vec<(LegId, CallId)>,
    /// What was neither over nor handed over.
    pub unfinished: Unfinished,
}

impl Calls {
    /// Takes no new calls, waits for the live ones to end, and hands the rest to a successor.
    ///
    /// New calls are turned away, so that they ring elsewhere. At the deadline the records of the
    /// calls that go on are made the successor's, who takes them by [`Calls::rehydrate`] under
    /// that name. What happens to a call while its record is written is in the record, or the call
    /// ends here. Dropping the future leaves new calls refused and, before the deadline, everything
    /// else running; calls handed over so far are.
    ///
    /// # Errors
    ///
    /// [`RehydrateError::NoStore`] where no store is configured; nothing has changed then.
    pub async fn drain(
        &self,
        deadline: Duration,
        successor: &str,
    ) -> Result<Drained, RehydrateError> {
        let keeping = self.shared.keeping.clone().ok_or(RehydrateError::NoStore)?;
        let unfinished = self.shutdown(deadline).await;
        let mut drained = Drained { unfinished, ..Drained::default() };
        let mut left = Vec::new();
        for (leg, call) in std::mem::take(&mut drained.unfinished.calls) {
            match hand_over(&self.shared, &keeping, (&leg, &call), successor).await {
                Ok(true) => drained.handed_over.push((leg, call)),
                // It ended, or somebody else took it meanwhile.
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%leg, %call, %error, "a call could not be handed over");
                    left.push((leg, call));
                }
            }
        }
        // Records of calls that ended meanwhile. What the store does not take now stays.
        keeper::flush(&self.shared, &keeping, usize::MAX).await;
        drained.unfinished.calls = left;
        self.shared.changed();
        Ok(drained)
    }
}

/// Makes the record of a call a successor's and lets go of the call; tells whether it was ours.
///
/// What happens meanwhile is written once more, so often as writes are tried; beyond that, the
/// successor learns it by asking Graph.
async fn hand_over(
    shared: &Shared,
    keeping: &Keeping,
    (leg, call): (&LegId, &CallId),
    successor: &str,
) -> Result<bool, StoreError> {
    let _turn = keeping.turn.lock().await;
    let mut given: Option<(KeptCall, RecordVersion)> = None;
    let mut tries = 0;
    loop {
        let kept = {
            let mut registry = shared.registry();
            let kept = if registry.is_live(leg, call) { registry.kept(leg) } else { None };
            let Some(kept) = kept else {
                if let Some((_, version)) = given {
                    // It ended while it was written: its record is ours to remove.
                    shared.save(call, Some(Saved { version, body: Vec::new() }));
                }
                return Ok(false);
            };
            if given.as_ref().is_some_and(|(same, _)| *same == kept) || tries == keeper::MAX_TRIES {
                registry.disown(leg, call, successor);
                return Ok(true);
            }
            kept
        };
        tries += 1;
        let version = match &given {
            None => keeper::put(shared, keeping, &kept, successor).await?,
            Some((_, before)) => {
                let record = keeping.record(&kept, successor)?;
                match keeping.store.put_if(call, *before, record).await {
                    Ok(version) => Some(version),
                    // The successor may have it already: it asks Graph for the rest.
                    Err(error) => {
                        tracing::warn!(%leg, %call, %error, "a call was not written once more");
                        Some(*before)
                    }
                }
            }
        };
        let Some(version) = version else { return Ok(false) };
        given = Some((kept, version));
    }
}
