//! The loudspeaker of a phone: what it plays is heard here.
//!
//! Debian's baresip writes no recordings that go on after a hold. So it plays to a device of ALSA
//! that writes into a pipe, and the pipe is emptied here no faster than a loudspeaker would.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::command::{self, Failure};

/// What the device is called.
pub(super) const DEVICE: &str = "heard";
/// `O_NONBLOCK` of Linux: a pipe nobody writes to is not waited for.
const NONBLOCKING: i32 = 0o4000;
/// Octets in a second: 48,000 samples of 16 bits on two channels. At such a rate a full pipe is
/// heard after a third of a second.
const OCTETS: u128 = 192_000;
/// How many of these octets make one sample at 8,000 in a second.
const STRIDE: usize = 24;
/// The most octets that are read at once.
const MOST: usize = 1 << 16;
const TICK: Duration = Duration::from_millis(10);

/// A loudspeaker; it stops when dropped.
pub(super) struct Recorder {
    heard: Arc<Mutex<Vec<i16>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Makes the device below a directory; gives the configuration that ALSA is to read.
    pub(super) fn start(directory: &Path) -> Result<(PathBuf, Self), Failure> {
        let pipe = directory.join("heard");
        command::read(command::program("mkfifo").arg(&pipe))?;
        let configuration = directory.join("asound.conf");
        let text = format!(
            "pcm.{DEVICE} {{ type file slave.pcm {{ type null }} file \"{}\" format raw }}\n",
            pipe.display()
        );
        fs::write(&configuration, text)?;
        // Open for writing too, so that no end of file is seen between two calls.
        let mut options = File::options();
        let pipe = options.read(true).write(true).custom_flags(NONBLOCKING).open(&pipe)?;
        let (heard, over) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (heard, over) = (Arc::clone(&heard), Arc::clone(&over));
            thread::spawn(move || listen(pipe, &heard, &over))
        };
        Ok((configuration, Self { heard, over, thread: Some(thread) }))
    }

    /// How many samples have been heard, at 8,000 in a second.
    pub(super) fn length(&self) -> usize {
        lock(&self.heard).len()
    }

    /// What was heard since.
    pub(super) fn since(&self, before: usize) -> Vec<i16> {
        lock(&self.heard).get(before..).unwrap_or_default().to_vec()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen(mut pipe: File, heard: &Mutex<Vec<i16>>, over: &AtomicBool) {
    let started = Instant::now();
    let mut taken = 0;
    let mut octets = vec![0; MOST];
    let mut rest = Vec::new();
    while !over.load(Ordering::Relaxed) {
        thread::sleep(TICK);
        let all = started.elapsed().as_micros() * OCTETS / 1_000_000;
        let due = usize::try_from(all - taken).unwrap_or(MOST).min(MOST);
        // What was not there in time is not made up for: a loudspeaker goes on.
        taken = all;
        match pipe.read(octets.get_mut(..due).unwrap_or_default()) {
            Ok(length) => rest.extend(octets.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
        let samples = rest.chunks_exact(STRIDE).filter_map(|chunk| chunk.first_chunk().copied());
        lock(heard).extend(samples.map(i16::from_le_bytes));
        rest.drain(..rest.len() - rest.len() % STRIDE);
    }
}

fn lock(heard: &Mutex<Vec<i16>>) -> MutexGuard<'_, Vec<i16>> {
    // Nothing under this lock can leave the samples half changed.
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
