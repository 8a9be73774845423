//! An operation that ends later.

use std::{fmt, time::Duration};

use teams_cc_core::{LegId, OperationId};
use tokio::sync::oneshot;

use crate::call::{OperationError, OperationResult};

/// How long [`PendingOperation::outcome`] waits, unless told otherwise.
///
/// A prompt may be minutes long; a lost end is found out after half a minute.
pub const DEFAULT_OPERATION_DEADLINE: Duration = Duration::from_mins(10);

pub(in crate::call) type Ended = Result<Box<OperationResult>, OperationError>;

/// An operation that Graph accepted and that ends later.
///
/// Its end comes from a notification or, where that gets lost, from asking Graph. It comes as
/// [`LegEvent::OperationEnded`](teams_cc_core::contact::LegEvent::OperationEnded) among the events
/// of the leg too, so this may be dropped: that changes nothing at Graph.
#[must_use = "await `outcome` to learn how it ended, or drop it on purpose"]
pub struct PendingOperation {
    id: OperationId,
    leg: LegId,
    ended: oneshot::Receiver<Ended>,
    deadline: Duration,
}

impl PendingOperation {
    pub(in crate::call) fn new(
        id: OperationId,
        leg: LegId,
        ended: oneshot::Receiver<Ended>,
    ) -> Self {
        Self { id, leg, ended, deadline: DEFAULT_OPERATION_DEADLINE }
    }

    /// The operation; its id is the `clientContext` of its request.
    #[must_use]
    pub fn id(&self) -> &OperationId {
        &self.id
    }

    /// The leg it runs on.
    #[must_use]
    pub fn leg(&self) -> &LegId {
        &self.leg
    }

    /// Sets how long [`PendingOperation::outcome`] waits. Default [`DEFAULT_OPERATION_DEADLINE`].
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Waits for the end.
    ///
    /// Dropping the future stops waiting and changes nothing at Graph.
    ///
    /// # Errors
    ///
    /// [`OperationError::CallEnded`] where the call ended first, [`OperationError::Late`] after
    /// the deadline, [`OperationError::Stopped`] where nobody looks after the call any more.
    /// An operation that failed is no error: see [`OperationResult::outcome`].
    pub async fn outcome(self) -> Result<OperationResult, OperationError> {
        match tokio::time::timeout(self.deadline, self.ended).await {
            Ok(Ok(ended)) => ended.map(|result| *result),
            Ok(Err(_)) => Err(OperationError::Stopped),
            Err(_) => Err(OperationError::Late { after: self.deadline }),
        }
    }
}

impl fmt::Debug for PendingOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingOperation")
            .field("id", &self.id)
            .field("leg", &self.leg)
            .finish_non_exhaustive()
    }
}
