//! What one thread logs, the ends of spans included.
//!
//! One subscriber serves the whole process. One of a single test would miss what another test's
//! thread was first to reach: `tracing` then remembers of that place that nobody listens.

use std::{cell::RefCell, io, mem, sync::Once};

use tracing_subscriber::fmt::format::FmtSpan;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the thread that writes.
struct OfThread;

impl io::Write for OfThread {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(octets));
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen on this thread.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .with_writer(|| OfThread)
            .init();
    });
    heard();
}

/// What this thread has logged since it was asked last.
pub(crate) fn heard() -> String {
    String::from_utf8(LOG.with_borrow_mut(mem::take)).unwrap()
}
