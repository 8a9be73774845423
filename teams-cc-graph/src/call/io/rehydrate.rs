//! Taking calls over.

use std::sync::Arc;

use teams_cc_core::{
    CallId, LegId,
    contact::Direction,
    store::{CallRecord, RecordVersion, StoreError},
};

use super::{Calls, Shared, keeper::Saved, shared::Keeping};
use crate::call::{
    GraphLeg, ReadRecordError, control::CallKind, record::KeptCall, registry::NotResumed,
};

/// What came of taking over the calls of an owner.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Rehydrated {
    /// The calls that go on here; Graph is asked how each stands.
    pub calls: Vec<RehydratedCall>,
    /// Records that cannot be read; they stay as they are.
    pub unreadable: Vec<(CallId, ReadRecordError)>,
    /// Calls that were left, for as many are live as may be.
    pub left: Vec<CallId>,
}

/// A call that goes on here.
#[derive(Debug)]
#[non_exhaustive]
pub struct RehydratedCall {
    /// The call. What it tells comes under this leg.
    pub leg: Arc<GraphLeg>,
    /// The name of its leg before; another one where that name was in use here.
    pub was: LegId,
    /// What kind of call it is, as its record tells.
    ///
    /// [`Switchboard::resume`](crate::call::control::Switchboard::resume) takes it. [`None`] where
    /// an older version, or one that knows other kinds, wrote the record.
    pub kind: Option<CallKind>,
}

/// Why calls cannot be taken over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehydrateError {
    /// No store is configured.
    #[error("no store of calls is configured: set one with CallsConfig::store")]
    NoStore,
    /// The store failed.
    #[error("the calls could not be read")]
    Store(#[from] StoreError),
}

impl Calls {
    /// Takes over the calls of an owner, as of a process that is gone; those of its tenant alone.
    ///
    /// Each record is made ours first, so that of two who try one succeeds, and a process that was
    /// believed dead lets go of its calls, also where it goes by the same name. A process that
    /// starts again under its name takes its calls so, before it is given notifications.
    ///
    /// Then Graph is asked how the call stands; what changed comes as events, what was told before
    /// is not told again. Keep-alives go on. Where Graph still notifies the other process, the call
    /// is looked at every two minutes.
    ///
    /// Dropping the future leaves the calls taken over so far live: [`Calls::leg`] gives their
    /// handles. Calling it again takes the rest.
    ///
    /// # Errors
    ///
    /// [`RehydrateError`] where there is no store, or it failed.
    pub async fn rehydrate(&self, owner: &str) -> Result<Rehydrated, RehydrateError> {
        let keeping = self.shared.keeping.clone().ok_or(RehydrateError::NoStore)?;
        let mut rehydrated = Rehydrated::default();
        for call in keeping.store.list(owner).await? {
            let _turn = keeping.turn.lock().await;
            let may_resume = self.shared.registry().may_resume(&call);
            match may_resume {
                Ok(()) => {}
                Err(NotResumed::Live) => {
                    claim(&self.shared, &keeping, &call, owner).await?;
                    continue;
                }
                Err(NotResumed::NoRoom) => {
                    rehydrated.left.push(call);
                    continue;
                }
            }
            let Some((version, record)) = keeping.store.get(&call).await? else { continue };
            if *record.owner != *owner {
                continue;
            }
            match KeptCall::of(&call, &record) {
                // Several tenants may share a store; each has its own `Calls`, and its own token.
                Ok(kept) if self.shared.registry().is_foreign(&kept) => {}
                Ok(kept) => match take(&self.shared, &keeping, (version, record), kept).await? {
                    Took::Call(taken) => rehydrated.calls.push(taken),
                    Took::NoRoom => rehydrated.left.push(call),
                    Took::Nothing => {}
                },
                Err(error) => rehydrated.unreadable.push((call, error)),
            }
        }
        self.shared.changed();
        Ok(rehydrated)
    }

    /// Asks Graph how every call stands, as after a time in which callbacks were not reachable.
    pub fn resync(&self) {
        let now = self.shared.clock.now();
        self.shared.registry().reconcile_all(now);
        self.shared.changed();
    }
}

/// Makes the record of a call ours that is live here before it was written down here, as where an
/// incoming call is told once more after its process died.
async fn claim(
    shared: &Shared,
    keeping: &Keeping,
    call: &CallId,
    owner: &str,
) -> Result<(), RehydrateError> {
    if shared.saved(call).is_some() {
        return Ok(());
    }
    let Some((version, record)) = keeping.store.get(call).await? else { return Ok(()) };
    let kept = {
        let registry = shared.registry();
        registry.leg_of(call).and_then(|leg| registry.kept(leg))
    };
    let theirs = KeptCall::of(call, &record).ok();
    let claims = theirs
        .is_some_and(|theirs| *record.owner == *owner && !shared.registry().is_foreign(&theirs));
    let Some(kept) = kept.filter(|kept| claims && kept.call == *call) else { return Ok(()) };
    let record = keeping.record(&kept, &keeping.owner)?;
    let body = record.body.clone();
    match keeping.store.put_if(call, version, record).await {
        Ok(version) => shared.save(call, Some(Saved { version, body })),
        // Somebody else was first; our next write tells.
        Err(StoreError::VersionConflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What came of taking one call over.
enum Took {
    Call(RehydratedCall),
    /// Somebody else was first, or it is live here already.
    Nothing,
    /// Calls came in meanwhile; the record is as it was.
    NoRoom,
}

/// Makes a record ours and goes on with its call.
async fn take(
    shared: &Arc<Shared>,
    keeping: &Keeping,
    (version, before): (RecordVersion, CallRecord),
    kept: KeptCall,
) -> Result<Took, RehydrateError> {
    let record = keeping.record(&kept, &keeping.owner)?;
    let body = record.body.clone();
    let version = match keeping.store.put_if(&kept.call, version, record).await {
        Ok(version) => version,
        Err(StoreError::VersionConflict { .. }) => return Ok(Took::Nothing),
        Err(error) => return Err(error.into()),
    };
    shared.save(&kept.call, Some(Saved { version, body }));
    let (was, call) = (kept.leg.clone(), kept.call.clone());
    let (direction, party) = (kept.session.direction, kept.party.clone());
    let kind = kept.kind.as_deref().and_then(CallKind::of_word);
    let now = shared.clock.now();
    let resumed = shared.registry().resume(now, kept);
    let leg = match resumed {
        Ok(leg) => leg,
        Err(NotResumed::Live) => return Ok(Took::Nothing),
        Err(NotResumed::NoRoom) => {
            shared.save(&call, None);
            return match keeping.store.put_if(&call, version, before).await {
                Ok(_) | Err(StoreError::VersionConflict { .. }) => Ok(Took::NoRoom),
                Err(error) => Err(error.into()),
            };
        }
    };
    if direction == Direction::Outbound {
        let config = &shared.config;
        shared.permit(&leg, config.budget.as_ref().and_then(|budget| budget.adopt(&config.app)));
    }
    shared.changed();
    let leg = GraphLeg::new(Arc::clone(shared), leg, call, direction, party);
    Ok(Took::Call(RehydratedCall { leg: Arc::new(leg), was, kind }))
}
