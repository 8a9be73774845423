//! The reader of what could not be held.

use std::{fmt, sync::Arc};

use teams_cc_core::UserId;

use super::shared::Shared;
use crate::write::Unheld;

/// Of whom what should be shown is not, for one reader. Each user waits once, with the newest word.
pub struct HolderEvents(Arc<Shared>);

impl HolderEvents {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The next; `None` once the holder is stopped and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<(UserId, Unheld)> {
        loop {
            {
                let mut state = self.0.state();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.stopped {
                    return None;
                }
            }
            self.0.told.notified().await;
        }
    }
}

impl fmt::Debug for HolderEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderEvents").finish_non_exhaustive()
    }
}
