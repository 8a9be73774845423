//! The reader of what is told of subscriptions.

use std::{fmt, sync::Arc};

use super::shared::Shared;
use crate::subscription::Event;

/// What is told of subscriptions, for one reader. What nobody reads is kept, each word once.
pub struct KeeperEvents(Arc<Shared>);

impl KeeperEvents {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The next event; `None` once the keeper is stopped and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.0.next_event() {
                return Some(event);
            }
            if self.0.is_stopped() {
                return None;
            }
            self.0.told.notified().await;
        }
    }
}

impl fmt::Debug for KeeperEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeeperEvents").finish_non_exhaustive()
    }
}
