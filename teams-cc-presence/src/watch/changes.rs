//! The reader of changes.

use std::{fmt, sync::Arc};

use super::shared::Shared;
use crate::tracker::Change;

/// Changes of presence, for one reader.
///
/// Read them as fast as they can be used, or not at all: each user waits once, with the newest
/// value, so what nobody reads takes no more room than the users do.
pub struct Changes(Arc<Shared>);

impl Changes {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The next change; `None` once the watch is over and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            {
                let mut engines = self.0.engines();
                if let Some(change) = engines.tracker.poll_change() {
                    return Some(change);
                }
                if engines.stopped {
                    return None;
                }
            }
            self.0.told.notified().await;
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}
