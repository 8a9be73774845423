//! A call to consult somebody on, which ends with whoever holds it.

use std::{fmt, sync::Arc};

use teams_cc_core::contact::{AnsweredBy, Leg, LegCommand, LegError};

use super::{Answered, CallHandle, Connected, ControlError, Stage, Target};
use crate::call::GraphLeg;

/// A call that is hung up when nobody holds it any more.
pub(super) struct EndOnDrop<S: Stage>(Option<CallHandle<S>>);

impl<S: Stage> EndOnDrop<S> {
    pub(super) fn new(call: CallHandle<S>) -> Self {
        Self(Some(call))
    }

    pub(super) fn get(&self) -> Option<&CallHandle<S>> {
        self.0.as_ref()
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut CallHandle<S>> {
        self.0.as_mut()
    }

    /// Hands the call out; it is hung up no more.
    pub(super) fn keep(mut self) -> Option<CallHandle<S>> {
        self.0.take()
    }
}

impl<S: Stage> Drop for EndOnDrop<S> {
    fn drop(&mut self) {
        let Some(call) = self.0.take().filter(|call| !call.snapshot().is_ended()) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            tracing::warn!(?call, "a consulted call goes on: there is no runtime to hang it up");
            return;
        };
        runtime.spawn(async move {
            let leg = call.leg().id().clone();
            if let Err(error) = call.hang_up().await {
                tracing::warn!(%leg, %error, "a consulted call could not be hung up");
            }
        });
    }
}

/// A second call, on which somebody is consulted before a call is handed over.
///
/// It is another type than the call to be handed over, so that the two cannot be mistaken. Where
/// it is dropped, it is hung up: by a task, for dropping cannot wait.
#[must_use = "dropping it hangs it up"]
pub struct Consult {
    leg: Arc<GraphLeg>,
    call: EndOnDrop<Answered>,
    answered_by: AnsweredBy,
}

impl Consult {
    /// A call on which somebody was consulted, and what is known of who answered it.
    pub fn of(call: CallHandle<impl Connected>, answered_by: AnsweredBy) -> Self {
        let leg = Arc::clone(&call.leg);
        Self { leg, call: EndOnDrop::new(call.connected()), answered_by }
    }

    /// What is known of who answered.
    #[must_use]
    pub fn answered_by(&self) -> AnsweredBy {
        self.answered_by
    }

    /// The call as a leg.
    #[must_use]
    pub fn leg(&self) -> &Arc<GraphLeg> {
        &self.leg
    }

    /// Hangs up.
    ///
    /// Dropping the future hangs up as well, in the background.
    ///
    /// # Errors
    ///
    /// [`ControlError::Leg`] where Graph could not be told; it is told once more in the background.
    pub async fn end(self) -> Result<(), ControlError> {
        match self.leg.execute(LegCommand::HangUp).await {
            Ok(_) | Err(LegError::Ended) => {
                let _ = self.call.keep();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The call itself, which dropping does not hang up any more.
    #[must_use]
    pub fn into_call(self) -> Option<CallHandle<Answered>> {
        self.call.keep()
    }

    /// Whom a transfer goes to.
    pub(super) fn target(&self) -> Option<Target> {
        Target::of_party(self.leg.party())
    }

    /// The transfer took the call over: there is nothing to hang up.
    pub(super) fn taken_over(self) {
        let _ = self.call.keep();
    }
}

impl fmt::Debug for Consult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consult")
            .field("leg", self.leg.id())
            .field("answered_by", &self.answered_by)
            .finish_non_exhaustive()
    }
}
