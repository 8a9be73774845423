//! From one-to-one calls to a group call.
//!
//! Graph cannot turn a call of two into one of several. What works is to set up a group call or a
//! meeting beside it, and to invite each party with `replacesCallId`, one at a time: the party's
//! device moves over without ringing. That invitation is known to fail with 500 at times; a plain
//! one rings instead, and the old call is ended once the party has come.

use teams_cc_core::{
    Address,
    contact::{AfterTransfer, AnsweredBy, Knowledge, Leg, OperationOutcome, TransferOutcome},
};

use super::{
    Ability, Answered, CallHandle, Connected, Consult, ControlError, GroupCall, Stage, Target,
};
use crate::call::ResultCode;

/// What to do where a party's device does not move over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fallback {
    /// Nothing: the one-to-one call stays as it was.
    #[default]
    Keep,
    /// Ring the party once, and end the one-to-one call when it came.
    Ring,
}

/// How a party came into a group call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Came {
    /// Its device moved over.
    Moved,
    /// It was rung, after moving failed with this code.
    Rung {
        /// Why it did not move.
        after: Option<ResultCode>,
    },
}

/// A party did not come into the group call; its one-to-one call stands as it did.
#[derive(Debug, thiserror::Error)]
#[error("the party was not brought into the group call")]
#[non_exhaustive]
pub struct NotBroughtIn {
    /// What the invitation with `replacesCallId` came to.
    pub moving: Option<ControlError>,
    /// What stood in the way, or what ringing came to.
    pub source: Option<ControlError>,
    /// The one-to-one call.
    pub call: CallHandle<Answered>,
}

impl<S: Stage> GroupCall<S> {
    /// Brings the party of a one-to-one call in, whose device moves over.
    ///
    /// One invitation is under way at a time. Afterwards Graph is asked who is on the call, for
    /// where policy recording is on no notification tells.
    ///
    /// Dropping the future leaves it open whether the party comes; its call goes on.
    ///
    /// # Errors
    ///
    /// [`NotBroughtIn`] gives the call back, with what each invitation came to.
    pub async fn bring_in(
        &self,
        call: CallHandle<impl Connected>,
        fallback: Fallback,
    ) -> Result<Came, Box<NotBroughtIn>>
    where
        S: Connected,
    {
        let call = call.connected();
        let party = match self.check_party(&call) {
            Ok(party) => party,
            Err(error) => return Err(not_brought(call, None, Some(error))),
        };
        let replacing = party.info().replaces_call_id(call.leg.call_id().as_str());
        let moving = match self.invite_as_is(replacing).await {
            Ok(moved) if moved.is_completed() => return Ok(Came::Moved),
            Ok(failed) => ControlError::Failed { outcome: failed.outcome, code: failed.code },
            Err(error) => error,
        };
        if fallback == Fallback::Keep || !did_not_move(&moving) || call.snapshot().is_ended() {
            return Err(not_brought(call, Some(moving), None));
        }
        match self.invite_as_is(party.info()).await.and_then(ControlError::unless_completed) {
            Ok(_) => {
                let leg = call.leg.id().clone();
                if let Err(error) = call.hang_up().await {
                    tracing::warn!(%leg, %error, "a call that was escalated could not be ended");
                }
                let after = match moving {
                    ControlError::Failed { code, .. } => code,
                    _ => None,
                };
                Ok(Came::Rung { after })
            }
            Err(error) => Err(not_brought(call, Some(moving), Some(error))),
        }
    }

    fn check_party(&self, call: &CallHandle<Answered>) -> Result<Target, ControlError> {
        self.call().allows(Ability::Invite)?;
        if matches!(call.party(), Address::Phone(_)) {
            self.call().allows(Ability::InvitePhone)?;
        }
        Target::of_party(call.party()).ok_or(super::UnusableTarget::NoRoute.into())
    }
}

/// Brings the parties of one-to-one calls into a group call, one after the other.
///
/// Each is answered for by itself: one that does not come holds the others up no longer than its
/// invitation takes. Dropping the future leaves the rest where they are.
pub async fn escalate_to_group(
    group: &GroupCall<impl Connected>,
    calls: impl IntoIterator<Item = CallHandle<Answered>> + Send,
    fallback: Fallback,
) -> Vec<Result<Came, Box<NotBroughtIn>>> {
    let calls: Vec<_> = calls.into_iter().collect();
    let mut came = Vec::with_capacity(calls.len());
    for call in calls {
        came.push(group.bring_in(call, fallback).await);
    }
    came
}

/// Hands a customer over to a consulted agent inside a group call that the bot stays in: a
/// supervised transfer.
///
/// The agent comes first, for a customer must not be brought to an empty room. Both stay in
/// sight, so the outcome says so; the bot leaves with [`GroupCall::leave`] when it likes. Where the
/// agent does not come, the customer's call stands as it did and the consulted call is hung up;
/// where the customer does not come, the agent waits in the group call.
///
/// Dropping the future before the agent came hangs the consulted call up.
///
/// # Errors
///
/// [`NotBroughtIn`] gives the customer's call back, with what stood in the way.
pub async fn transfer_supervised(
    customer: CallHandle<Answered>,
    consult: Consult,
    group: &GroupCall<impl Connected>,
    fallback: Fallback,
) -> Result<TransferOutcome, Box<NotBroughtIn>> {
    let answered_by = consult.answered_by();
    let Some(party) = consult.target() else {
        return Err(not_brought(customer, None, Some(super::UnusableTarget::NoRoute.into())));
    };
    let replacing = party.info().replaces_call_id(consult.leg().call_id().as_str());
    let moved = group.invite_as_is(replacing).await.and_then(ControlError::unless_completed);
    match moved {
        Ok(_) => consult.taken_over(),
        Err(error) if fallback == Fallback::Keep || !did_not_move(&error) => {
            return Err(not_brought(customer, Some(error), None));
        }
        Err(error) => {
            let rung = group.invite_as_is(party.info()).await;
            if let Err(refused) = rung.and_then(ControlError::unless_completed) {
                return Err(not_brought(customer, Some(error), Some(refused)));
            }
            // The agent is in the room; the call on which it was asked ends.
            drop(consult);
        }
    }
    group.bring_in(customer, fallback).await?;
    let answered_by = match answered_by {
        AnsweredBy::Confirmed => Knowledge::Observed(answered_by),
        _ => Knowledge::Inferred(answered_by),
    };
    Ok(TransferOutcome::Completed { after: AfterTransfer::InSight, answered_by })
}

/// Whether a party certainly did not move over. Where nobody knows how that ended, the party may
/// come yet and must not be rung too.
fn did_not_move(moving: &ControlError) -> bool {
    matches!(
        moving,
        ControlError::Failed { outcome: OperationOutcome::Failed { .. }, .. }
            | ControlError::Order(crate::call::OrderError::Graph(_))
    )
}

fn not_brought(
    call: CallHandle<Answered>,
    moving: Option<ControlError>,
    source: Option<ControlError>,
) -> Box<NotBroughtIn> {
    Box::new(NotBroughtIn { moving, source, call })
}
