//! The keys in use, the new one and the old ones.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use teams_cc_core::{Instant, Timestamp};

use super::{ContentKey, ContentKeyError};

/// The most keys of a ring.
pub const MAX_CONTENT_KEYS: usize = 8;

/// How long a key is kept that no notification names: a subscription of presence lives an hour,
/// and what could not be delivered is tried for four.
pub const KEEP_UNUSED: Duration = Duration::from_hours(5);

/// The keys of an app: one that new subscriptions name, and those that old ones still do.
///
/// Rotate the key well before its certificate expires: [`rotate`](Self::rotate), then create or
/// renew every subscription with [`current`](Self::current), then [`prune`](Self::prune) now and
/// then. Clones share the ring.
#[derive(Clone)]
pub struct KeyRing(Arc<Mutex<Keys>>);

struct Keys {
    /// The newest is the last.
    keys: Vec<Kept>,
}

struct Kept {
    key: Arc<ContentKey>,
    /// When a subscription or a notification named it last.
    used: Instant,
}

impl KeyRing {
    /// A ring of one key.
    #[must_use]
    pub fn new(key: ContentKey) -> Self {
        let kept = Kept { key: Arc::new(key), used: Instant::ZERO };
        Self(Arc::new(Mutex::new(Keys { keys: vec![kept] })))
    }

    /// The key that new subscriptions name.
    ///
    /// # Panics
    ///
    /// Never: a ring begins with a key and keeps its newest.
    #[must_use]
    pub fn current(&self) -> Arc<ContentKey> {
        Arc::clone(&self.keys().keys.last().expect("the newest key is kept").key)
    }

    /// Takes a key that new subscriptions are to name; the others stay.
    ///
    /// # Errors
    ///
    /// [`ContentKeyError::NameTaken`], [`ContentKeyError::NotValidNow`], and
    /// [`ContentKeyError::Full`] where none of [`MAX_CONTENT_KEYS`] keys may go yet.
    pub fn rotate(
        &self,
        key: ContentKey,
        now: Instant,
        wall: Timestamp,
    ) -> Result<(), ContentKeyError> {
        if !key.is_valid_at(wall) {
            return Err(ContentKeyError::NotValidNow);
        }
        let mut ring = self.keys();
        if ring.keys.iter().any(|kept| kept.key.id() == key.id()) {
            return Err(ContentKeyError::NameTaken);
        }
        // Subscriptions name the key of before until they are renewed.
        if let Some(before) = ring.keys.last_mut() {
            before.used = before.used.max(now);
        }
        if ring.keys.len() >= MAX_CONTENT_KEYS {
            ring.prune(now);
        }
        if ring.keys.len() >= MAX_CONTENT_KEYS {
            return Err(ContentKeyError::Full);
        }
        ring.keys.push(Kept { key: Arc::new(key), used: now });
        Ok(())
    }

    /// Forgets old keys that nothing named for [`KEEP_UNUSED`]; tells their names.
    #[must_use]
    pub fn prune(&self, now: Instant) -> Vec<Box<str>> {
        self.keys().prune(now)
    }

    /// The names of all keys, the current one last.
    #[must_use]
    pub fn ids(&self) -> Vec<Box<str>> {
        self.keys().keys.iter().map(|kept| kept.key.id().into()).collect()
    }

    /// The key of this name, which is used now.
    pub(super) fn named(&self, id: &str, now: Instant) -> Option<Arc<ContentKey>> {
        let mut ring = self.keys();
        let kept = ring.keys.iter_mut().find(|kept| kept.key.id() == id)?;
        kept.used = kept.used.max(now);
        Some(Arc::clone(&kept.key))
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys {
    fn prune(&mut self, now: Instant) -> Vec<Box<str>> {
        let current = self.keys.len().saturating_sub(1);
        let mut place = 0;
        let old = self.keys.extract_if(.., |kept| {
            place += 1;
            place <= current && now.since(kept.used) > KEEP_UNUSED
        });
        old.map(|kept| kept.key.id().into()).collect()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("ids", &self.ids()).finish()
    }
}
