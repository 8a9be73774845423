//! The events of one call, for whoever handles that call.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use teams_cc_core::contact::LegEvent;
use tokio::sync::mpsc;

/// The most events of one call that wait to be taken; newer ones are dropped and counted then.
///
/// The end of a call is never lost: after the last event there is none.
pub const MAX_LINE_EVENTS: usize = 256;

/// The events of one call, in order.
pub struct Line {
    events: mpsc::Receiver<LegEvent>,
    lost: Arc<AtomicU64>,
}

/// Where the events of one call are put in.
#[derive(Clone, Debug)]
pub struct LineFeed {
    events: mpsc::Sender<LegEvent>,
    lost: Arc<AtomicU64>,
}

impl Line {
    /// A line, and where its events are put in.
    ///
    /// A [`Switchboard`](super::Switchboard) makes one for every call; programs that read
    /// [`CallEvents`](crate::call::CallEvents) themselves make their own.
    #[must_use]
    pub fn new() -> (LineFeed, Self) {
        let (feed, events) = mpsc::channel(MAX_LINE_EVENTS);
        let lost = Arc::new(AtomicU64::new(0));
        (LineFeed { events: feed, lost: Arc::clone(&lost) }, Self { events, lost })
    }

    /// The next event; [`None`] once the call is over and everything was taken.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<LegEvent> {
        self.events.recv().await
    }

    /// How many events were dropped because nobody took them.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl LineFeed {
    /// Puts an event in; never blocks. Whether somebody still listens.
    #[expect(clippy::must_use_candidate, reason = "who feeds need not know who listens")]
    pub fn put(&self, event: LegEvent) -> bool {
        match self.events.try_send(event) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_nobody_reads_is_bounded_and_its_end_is_seen() {
        let (feed, mut line) = Line::new();
        for _ in 0..MAX_LINE_EVENTS + 5 {
            assert!(feed.put(LegEvent::Ringing));
        }
        drop(feed);
        assert_eq!(line.lost(), 5);
        let mut taken = 0;
        while line.next().await.is_some() {
            taken += 1;
        }
        assert_eq!(taken, MAX_LINE_EVENTS);
    }
}
