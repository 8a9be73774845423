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
pub struct Switch(Mutex<Vec<Told>>, AtomicU64);

impl Switch {
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl MediaPort for Switch {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        Ok("192.0.2.1:4000".parse().unwrap())
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn join(&self, one: &LegId, other: &LegId) -> Result<(), MediaError> {
        self.0.lock().unwrap().push(Told::Join(one.clone(), other.clone()));
        Ok(())
    }

    fn ring(&self, leg: &LegId, ringing: bool) {
        self.0.lock().unwrap().push(Told::Ring(leg.clone(), ringing));
    }

    /// Each stream says of itself how many there were.
    fn quality(&self, _leg: &LegId) -> Option<MediaQuality> {
        let mut quality = MediaQuality::default();
        quality.received = self.1.fetch_add(1, Ordering::Relaxed) + 1;
        Some(quality)
    }

    fn close(&self, _leg: &LegId) {}
}
