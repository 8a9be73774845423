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

/// How long a key is kept that no notification names.
///
/// A subscription with content lives for three days at most (chats, recordings, transcripts), and
/// what could not be delivered is tried for four hours.
pub const KEEP_UNUSED: Duration = Duration::from_hours(3 * 24 + 5);

/// The keys of an app: one that new subscriptions name, and those that old ones still do.
///
/// Rotate the key well before its certificate expires: [`rotate`](Self::rotate); have every
/// subscription renewed, so that it names [`current`](Self::current)
/// ([`Keeper::certificate_changed`](crate::subscription::Keeper::certificate_changed); without it
/// each does when its time comes, presence within 40 minutes); and [`prune`](Self::prune) now and
/// then. Clones share the ring.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::Clock as _;
/// use teams_cc_graph::subscription::{Certificate, Keeper};
/// use teams_cc_graph::{SystemClock, webhook::content::{ContentKey, KeyRing}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (clock, life) = (SystemClock::new(), Duration::from_secs(90 * 86_400));
/// let make = |id: &str| ContentKey::generate(id, clock.wall(), life);
/// // At the start, out of your own secret store: the newest key, and those before it.
/// let (newest, before) = (make("2026-10")?.key, make("2026-07")?.key);
/// let ring = KeyRing::new(newest).with_old(before, clock.now())?;
/// let keys = ring.clone();
/// let (keeper, _events) = Keeper::builder()
///     .certificate(move || Certificate::new(keys.current().certificate(), keys.current().id()))
///     .start();
///
/// // A month before its end, and after the next one is in the store.
/// ring.rotate(make("2027-01")?.key, clock.now(), clock.wall())?;
/// keeper.certificate_changed();
///
/// // Once a day.
/// for id in ring.prune(clock.now()) {
///     println!("{id} may be deleted from the store");
/// }
/// assert_eq!(ring.ids().len(), 3);
/// # Ok(())
/// # }
/// ```
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

    /// The same ring with an older key in it, as after a restart: subscriptions may name it still.
    ///
    /// It opens what it was used for, whatever its dates; from `now` on it counts as used.
    ///
    /// # Errors
    ///
    /// [`ContentKeyError::NameTaken`] and [`ContentKeyError::Full`].
    pub fn with_old(self, key: ContentKey, now: Instant) -> Result<Self, ContentKeyError> {
        let mut ring = self.keys();
        ring.check(&key)?;
        ring.keys.insert(0, Kept { key: Arc::new(key), used: now });
        drop(ring);
        Ok(self)
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
        // Subscriptions name the key of before until they are renewed.
        if let Some(before) = ring.keys.last_mut() {
            before.used = before.used.max(now);
        }
        if ring.keys.len() >= MAX_CONTENT_KEYS {
            ring.prune(now, KEEP_UNUSED);
        }
        ring.check(&key)?;
        ring.keys.push(Kept { key: Arc::new(key), used: now });
        Ok(())
    }

    /// Forgets old keys that nothing named for [`KEEP_UNUSED`]; tells their names.
    #[must_use]
    pub fn prune(&self, now: Instant) -> Vec<Box<str>> {
        self.prune_after(now, KEEP_UNUSED)
    }

    /// The same for another time than [`KEEP_UNUSED`]: the longest life of your subscriptions with
    /// content, and four hours more.
    #[must_use]
    pub fn prune_after(&self, now: Instant, keep: Duration) -> Vec<Box<str>> {
        self.keys().prune(now, keep)
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
    /// Whether there is room for this key, and for its name.
    fn check(&self, key: &ContentKey) -> Result<(), ContentKeyError> {
        if self.keys.iter().any(|kept| kept.key.id() == key.id()) {
            return Err(ContentKeyError::NameTaken);
        }
        if self.keys.len() >= MAX_CONTENT_KEYS { Err(ContentKeyError::Full) } else { Ok(()) }
    }

    fn prune(&mut self, now: Instant, keep: Duration) -> Vec<Box<str>> {
        let current = self.keys.len().saturating_sub(1);
        let mut place = 0;
        let old = self.keys.extract_if(.., |kept| {
            place += 1;
            place <= current && now.since(kept.used) > keep
        });
        old.map(|kept| kept.key.id().into()).collect()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("ids", &self.ids()).finish()
    }
}
