//! A media port that remembers who was let hear whom.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use teams_cc_core::LegId;
use teams_cc_sip::trunk::{MediaError, MediaPort, MediaQuality, RemoteMedia};

/// What a port is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Ring(LegId, bool),
    Join(LegId, LegId),
}

/// A port that remembers who was let hear whom.
#[derive(Default)]
pub struct Switch {
    told: Mutex<Vec<Told>>,
    closed: AtomicU64,
    refused: Mutex<Option<LegId>>,
}

impl Switch {
    /// A port that has no stream for this leg when it is first asked.
    pub fn refusing_once(leg: LegId) -> Self {
        Self { refused: Mutex::new(Some(leg)), ..Self::default() }
    }

    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

impl MediaPort for Switch {
    fn open(&self, leg: &LegId) -> io::Result<SocketAddr> {
        if self.refused.lock().unwrap().take_if(|refused| refused == leg).is_some() {
            return Err(io::Error::other("no stream is left"));
        }
        Ok("192.0.2.1:4000".parse().unwrap())
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn join(&self, one: &LegId, other: &LegId) -> Result<(), MediaError> {
        self.told.lock().unwrap().push(Told::Join(one.clone(), other.clone()));
        Ok(())
    }

    fn ring(&self, leg: &LegId, ringing: bool) {
        self.told.lock().unwrap().push(Told::Ring(leg.clone(), ringing));
    }

    /// Each stream says of itself how many there were.
    fn quality(&self, _leg: &LegId) -> Option<MediaQuality> {
        let mut quality = MediaQuality::default();
        quality.received = self.closed.fetch_add(1, Ordering::Relaxed) + 1;
        Some(quality)
    }

    fn close(&self, _leg: &LegId) {}
}
