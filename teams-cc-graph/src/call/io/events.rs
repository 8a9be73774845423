//! The reader of what calls tell.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use super::{Life, Shared};
use crate::call::CallEvent;

/// What the calls tell, for one reader.
pub struct CallEvents {
    shared: Arc<Shared>,
    _life: Arc<Life>,
}

impl CallEvents {
    pub(super) fn new(shared: Arc<Shared>, life: Arc<Life>) -> Self {
        Self { shared, _life: life }
    }

    /// The next event; `None` once the calls are shut down and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<CallEvent> {
        loop {
            let announcement = self.shared.registry().poll_announcement();
            if let Some(announcement) = announcement {
                return Some(self.shared.event(announcement));
            }
            if self.shared.stopped.load(Ordering::Acquire) {
                return None;
            }
            self.shared.told.notified().await;
        }
    }
}

impl fmt::Debug for CallEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallEvents")
            .field("waiting", &self.shared.counts().waiting_events)
            .finish_non_exhaustive()
    }
}
