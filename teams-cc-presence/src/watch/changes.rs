//! The reader of changes.

use std::{fmt, sync::Arc};

use super::engines::Engines;
use crate::{shared::Shared, tracker::Change};

/// Changes of presence, for one reader.
///
/// Read them as fast as they can be used, or not at all: each user waits once, with the newest
/// value, so what nobody reads takes no more room than the users do.
pub struct Changes(Arc<Shared<Engines>>);

impl Changes {
    pub(super) fn new(shared: Arc<Shared<Engines>>) -> Self {
        Self(shared)
    }

    /// The next change; `None` once the watch is over and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Change> {
        self.0.next(|engines| engines.tracker.poll_change()).await
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}
