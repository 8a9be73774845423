//! How one call stands, to be watched.

use teams_cc_core::contact::{EndCause, TransferOutcome};
use tokio::sync::watch;

use crate::call::{CallSnapshot, TransferProgress};

/// How one call stands, to be watched.
///
/// Only the newest snapshot is kept: whoever is slow sees the last state, not each in between. The
/// view outlives its call and shows its end.
#[derive(Clone, Debug)]
pub struct CallView {
    snapshots: watch::Receiver<CallSnapshot>,
}

impl CallView {
    pub(in crate::call) fn new(snapshots: watch::Receiver<CallSnapshot>) -> Self {
        Self { snapshots }
    }

    /// How the call stands now.
    #[must_use]
    pub fn current(&self) -> CallSnapshot {
        self.snapshots.borrow().clone()
    }

    /// Waits until the call stands otherwise than when this was last looked at.
    ///
    /// `None` once the call is over, or nobody looks after it any more. Dropping the future loses
    /// nothing.
    pub async fn changed(&mut self) -> Option<CallSnapshot> {
        self.snapshots.changed().await.ok()?;
        Some(self.snapshots.borrow_and_update().clone())
    }

    /// Waits until the call stands as asked for; `None` where it ended before.
    ///
    /// Dropping the future changes nothing.
    pub async fn wait_for(
        &mut self,
        mut wanted: impl FnMut(&CallSnapshot) -> bool + Send,
    ) -> Option<CallSnapshot> {
        let over = |snapshot: &CallSnapshot| snapshot.is_ended();
        let found = self.snapshots.wait_for(|now| over(now) || wanted(now)).await.ok()?.clone();
        wanted(&found).then_some(found)
    }

    /// Waits until prompts can be played; `None` where the call ended before.
    ///
    /// Dropping the future changes nothing.
    pub async fn media_active(&mut self) -> Option<CallSnapshot> {
        self.wait_for(CallSnapshot::is_media_active).await
    }

    /// Waits for the end of the call; `None` where nobody looks after it any more.
    ///
    /// Dropping the future changes nothing.
    pub async fn ended(&mut self) -> Option<EndCause> {
        self.wait_for(CallSnapshot::is_ended).await.and_then(|snapshot| snapshot.end)
    }

    /// Waits for the end of the transfer that was ordered last.
    ///
    /// `None` where the call ended with none under way. Dropping the future changes nothing.
    pub async fn transfer_ended(&mut self) -> Option<TransferOutcome> {
        let ended = |now: &CallSnapshot| matches!(now.transfer, Some(TransferProgress::Ended(_)));
        match self.wait_for(ended).await?.transfer {
            Some(TransferProgress::Ended(outcome)) => Some(outcome),
            _ => None,
        }
    }
}
