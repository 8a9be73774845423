//! An incoming call, while it can be answered.

use std::time::Duration;

use teams_cc_core::{
    Address,
    contact::{Leg, LegCommand, LegError, RejectReason},
};

use super::{Ability, Answered, CallHandle, ControlError, Refused, Ringing, Target};

impl CallHandle<Ringing> {
    /// Who calls; anonymous where Graph hides it.
    #[must_use]
    pub fn caller(&self) -> &Address {
        self.leg.party()
    }

    /// How long the call can still be answered, rejected or redirected.
    ///
    /// Counted from the moment its notification came in: 15 s, 5 s for policy recording.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.answer_by.since(self.common.clock.now())
    }

    /// Answers.
    ///
    /// Dropping the future leaves it open whether the call is answered; its events tell.
    ///
    /// # Errors
    ///
    /// [`ControlError::TooLate`] where the time to answer is over; otherwise as Graph answers. The
    /// call is given back with it.
    pub async fn answer(self) -> Result<CallHandle<Answered>, Box<Refused<Ringing>>> {
        match self.in_time(LegCommand::Answer).await {
            Ok(()) => {
                let remaining = self.remaining();
                tracing::debug!(leg = %self.leg.id(), ?remaining, "a call was answered");
                crate::metrics::answered(remaining);
                Ok(self.at())
            }
            Err(error) => Err(Refused::new(self, error)),
        }
    }

    /// Refuses the call.
    ///
    /// Dropping the future leaves it open whether the call is refused; its events tell.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::answer`].
    pub async fn reject(self, reason: RejectReason) -> Result<(), Box<Refused<Ringing>>> {
        match self.in_time(LegCommand::Reject(reason)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(Refused::new(self, error)),
        }
    }

    /// Sends the call on to others, who ring at once for 15 to 90 s.
    ///
    /// The app's own call ends, and nothing tells who answered. Dropping the future leaves it open
    /// whether the call is sent on.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] for a phone that this kind of call does not reach; otherwise
    /// as [`CallHandle::answer`].
    pub async fn redirect(
        self,
        targets: &[Target],
        ring: Duration,
    ) -> Result<(), Box<Refused<Ringing>>> {
        match self.try_redirect(targets, ring).await {
            Ok(()) => Ok(()),
            Err(error) => Err(Refused::new(self, error)),
        }
    }

    async fn try_redirect(&self, targets: &[Target], ring: Duration) -> Result<(), ControlError> {
        self.allows(Ability::Redirect)?;
        if targets.iter().any(Target::is_phone) {
            self.allows(Ability::RedirectToPhone)?;
        }
        if self.remaining().is_zero() {
            return Err(ControlError::TooLate);
        }
        let parties: Vec<_> = targets.iter().map(Target::info).collect();
        let sent = self.leg.request(|call| call.redirect(parties).timeout(ring).into_future());
        match tokio::time::timeout(self.remaining(), sent).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(ControlError::TooLate),
        }
    }

    /// Carries out an order that has a deadline.
    async fn in_time(&self, command: LegCommand) -> Result<(), ControlError> {
        let remaining = self.remaining();
        if remaining.is_zero() {
            return Err(ControlError::TooLate);
        }
        match tokio::time::timeout(remaining, self.leg.execute(command)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(LegError::Ended)) => Err(self.ended()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(ControlError::TooLate),
        }
    }
}
