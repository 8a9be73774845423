//! The reader of what could not be held.

use std::{fmt, sync::Arc};

use teams_cc_core::UserId;

use super::state::State;
use crate::{shared::Shared, write::Unheld};

/// Of whom what should be shown is not, for one reader. Each user waits once, with the newest word.
pub struct HolderEvents(Arc<Shared<State>>);

impl HolderEvents {
    pub(super) fn new(shared: Arc<Shared<State>>) -> Self {
        Self(shared)
    }

    /// The next; `None` once the holder is stopped and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<(UserId, Unheld)> {
        self.0.next(|state| state.events.pop_front()).await
    }
}

impl fmt::Debug for HolderEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderEvents").finish_non_exhaustive()
    }
}
