//! Handing a one-to-one call over, with one outcome for every way.

use std::{fmt, time::Duration};

use teams_cc_core::contact::{
    Knowledge, Leg, LegCommand, LegError, TransferFailure, TransferOutcome, TransferTarget,
};

use super::{
    Assumed, CallHandle, Connected, Consult, ControlError, Refused, Stage, Target, rules::Plan,
};

/// How long the end of a transfer is waited for; then its outcome is unknown.
pub const TRANSFER_WAIT: Duration = Duration::from_mins(2);

/// How a transfer ended.
#[non_exhaustive]
pub struct Transferred<S: Stage> {
    /// How it ended, and what can still be seen of the conversation.
    pub outcome: TransferOutcome,
    /// What was taken to hold and could not be checked.
    pub assumed: Vec<Assumed>,
    /// The call as it stood before, where it was not handed over.
    pub call: Option<CallHandle<S>>,
}

impl<S: Stage> CallHandle<S> {
    /// Hands the party over to somebody who is called for it: a blind transfer.
    ///
    /// Waits for the end, at most [`TRANSFER_WAIT`]. Where the transfer fails, Graph gives the
    /// party back and so does this. Nothing of the conversation is seen afterwards, and who
    /// answered is not told: a mailbox may have.
    ///
    /// Dropping the future leaves it open how the transfer ends.
    ///
    /// # Errors
    ///
    /// [`ControlError::Transfer`] where a rule speaks against it and nothing was sent; otherwise as
    /// Graph answers. The call is given back with it.
    pub async fn transfer(self, target: &Target) -> Result<Transferred<S>, Box<Refused<S>>>
    where
        S: Connected,
    {
        let assumed = match self.check(target, None) {
            Ok(assumed) => assumed,
            Err(error) => return Err(Refused::new(self, error)),
        };
        let target = TransferTarget::Blind(target.address().clone());
        match self.hand_over(target).await {
            Ok(outcome) => Ok(self.transferred(outcome, assumed)),
            Err(error) => Err(Refused::new(self, error)),
        }
    }

    /// Hands the party over to somebody who was consulted: a consultative transfer.
    ///
    /// The consulted call is taken over by the transfer, or hung up: nothing is left of it
    /// whatever happens here, a dropped future included.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::transfer`]; a call never takes its own place.
    pub async fn transfer_to(self, consult: Consult) -> Result<Transferred<S>, Box<Refused<S>>>
    where
        S: Connected,
    {
        let Some(target) = consult.target() else {
            let gone = ControlError::Leg(LegError::Ended);
            return Err(Refused::new(self, gone));
        };
        let assumed = match self.check(&target, Some(&consult)) {
            Ok(assumed) => assumed,
            Err(error) => return Err(Refused::new(self, error)),
        };
        let replaces = consult.leg().id().clone();
        let order = TransferTarget::Consultative { party: target.address().clone(), replaces };
        match self.hand_over(order).await {
            Ok(TransferOutcome::Completed { after, .. }) => {
                let answered_by = Knowledge::Inferred(consult.answered_by());
                consult.taken_over();
                let outcome = TransferOutcome::Completed { after, answered_by };
                Ok(self.transferred(outcome, assumed))
            }
            Ok(TransferOutcome::Failed(TransferFailure::Platform))
                if consult.leg().snapshot().is_ended() =>
            {
                let outcome = TransferOutcome::Failed(TransferFailure::ReplacedCallGone);
                Ok(self.transferred(outcome, assumed))
            }
            Ok(outcome) => Ok(self.transferred(outcome, assumed)),
            Err(error) => Err(Refused::new(self, error)),
        }
    }

    fn check(
        &self,
        target: &Target,
        consult: Option<&Consult>,
    ) -> Result<Vec<Assumed>, ControlError> {
        let plan = Plan {
            kind: self.kind,
            tenant: &self.common.tenant,
            call: self.leg.call_id(),
            target,
            replaces: consult.map(|consult| consult.leg().call_id()),
            of_participant: false,
        };
        Ok(plan.check()?)
    }

    async fn hand_over(&self, target: TransferTarget) -> Result<TransferOutcome, ControlError> {
        match self.leg.execute(LegCommand::Transfer(target)).await {
            Ok(_) => {}
            Err(LegError::Ended) => return Err(self.ended()),
            Err(error) => return Err(error.into()),
        }
        let mut view = self.leg.watch();
        let ended = tokio::time::timeout(TRANSFER_WAIT, view.transfer_ended()).await;
        Ok(ended.ok().flatten().unwrap_or(TransferOutcome::Unknown))
    }

    fn transferred(self, outcome: TransferOutcome, assumed: Vec<Assumed>) -> Transferred<S> {
        let over = self.leg.snapshot().is_ended();
        let completed = matches!(outcome, TransferOutcome::Completed { .. });
        Transferred { outcome, assumed, call: (!over && !completed).then_some(self) }
    }
}

impl<S: Stage> fmt::Debug for Transferred<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transferred")
            .field("outcome", &self.outcome)
            .field("assumed", &self.assumed)
            .field("call", &self.call)
            .finish()
    }
}
