//! Where the calling service publishes its keys, and how they roll over.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use teams_cc_core::{Clock, Instant};
use tokio::sync::watch;
use tower::ServiceExt as _;
use url::Url;

use super::allowance::Allowance;
use crate::{
    Client, Transport,
    jwt::{Jwk, JwkSet, JwtError},
    wire::without_mark,
};

/// Where the calling service describes itself.
///
/// Callbacks are signed by the calling service, not by Microsoft Entra; see
/// [call notifications](https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications).
pub const METADATA_URL: &str = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration";

/// After this long the keys are read again, while the old ones stay in use.
///
/// Microsoft's own samples read the metadata every two hours.
const REFRESH_AFTER: Duration = Duration::from_hours(2);

/// After this long without a successful reading the old keys are no longer believed.
const TRUST_FOR: Duration = Duration::from_hours(24);

/// The least time between two readings on schedule.
const MIN_INTERVAL: Duration = Duration::from_secs(30);

/// The least time between two readings while none has succeeded lately: calls wait for it.
const MIN_INTERVAL_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// How long one reading of metadata and keys may take.
const READING_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest metadata document looked at.
const MAX_METADATA_BYTES: usize = 64 * 1024;

/// The way to the published keys: a transport that adds no token.
#[derive(Clone)]
pub struct KeySource {
    transport: Transport,
}

impl KeySource {
    /// Keys are read over this transport, such as
    /// [`ClientBuilder::default_transport`](crate::ClientBuilder::default_transport).
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// Keys are read over the transport of a client, and without its token.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self::new(client.transport())
    }

    /// Reads the metadata document, then the keys it names.
    async fn read(&self, metadata: &Url) -> Result<JwkSet, JwtError> {
        let document = self.get(metadata).await?;
        if document.len() > MAX_METADATA_BYTES {
            return Err(JwtError::KeysUnavailable);
        }
        let document: Value = serde_json::from_slice(without_mark(&document))
            .map_err(|_| JwtError::KeysUnavailable)?;
        let keys = document
            .get("jwks_uri")
            .and_then(Value::as_str)
            .and_then(|uri| Url::parse(uri).ok())
            // Plain http would let anyone on the way sign callbacks; a loopback simulator that
            // serves both documents itself is no such way.
            .filter(|uri| uri.scheme() == "https" || uri.origin() == metadata.origin())
            .ok_or(JwtError::KeysUnavailable)?;
        let set = JwkSet::parse(&self.get(&keys).await?).map_err(|_| JwtError::KeysUnavailable)?;
        if set.is_empty() { Err(JwtError::KeysUnavailable) } else { Ok(set) }
    }

    async fn get(&self, url: &Url) -> Result<Bytes, JwtError> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(url.as_str())
            .body(Bytes::new())
            .map_err(|_| JwtError::KeysUnavailable)?;
        let response =
            self.transport.clone().oneshot(request).await.map_err(|_| JwtError::KeysUnavailable)?;
        if response.status() == StatusCode::OK {
            Ok(response.into_body())
        } else {
            Err(JwtError::KeysUnavailable)
        }
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySource").finish_non_exhaustive()
    }
}

/// The keys in use, read by one task at a time.
///
/// Readings run as tasks of their own: a waiter that goes away neither stops the reading for the
/// others nor blocks the next one.
#[derive(Clone)]
pub(crate) struct KeyCache(Arc<Inner>);

struct Inner {
    source: KeySource,
    metadata: Url,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Counts the readings that ended.
    readings: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    keys: Option<(Arc<JwkSet>, Instant)>,
    begun: Option<Instant>,
    failed: bool,
    under_way: bool,
    allowance: Allowance,
}

/// What comes of wanting a reading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    /// One is under way, to be waited for.
    UnderWay,
    /// None is, for one failed a moment ago.
    FailedJustNow,
    /// None is, for too many keys were looked up.
    NotAllowed,
}

impl KeyCache {
    pub(crate) fn new(source: KeySource, metadata: Url, clock: Arc<dyn Clock>) -> Self {
        let (readings, _) = watch::channel(0);
        Self(Arc::new(Inner { source, metadata, clock, state: Mutex::default(), readings }))
    }

    /// The key with this id, read anew where it is not known and that is allowed.
    pub(crate) async fn key(&self, id: &str) -> Result<Jwk, JwtError> {
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        let mut readings = self.0.readings.subscribe();
        // A reading may have ended in between.
        if let Some(key) = self.known(id) {
            return Ok(key);
        }
        if self.is_absent(id) {
            return Err(if self.has_keys() {
                JwtError::UnknownKey
            } else {
                JwtError::KeysUnavailable
            });
        }
        let begun = self.want();
        if begun == Begun::UnderWay {
            // The sender lives as long as `self`.
            let _ = readings.changed().await;
        }
        match self.known(id) {
            Some(key) => Ok(key),
            None if !self.has_keys() => Err(JwtError::KeysUnavailable),
            None if begun == Begun::UnderWay && !self.state().failed => {
                let now = self.0.clock.now();
                self.state().allowance.absent(id, now);
                Err(JwtError::UnknownKey)
            }
            None => Err(JwtError::KeyNotLookedUp),
        }
    }

    /// Reads the keys if there are none.
    pub(super) async fn warm_up(&self) -> Result<(), JwtError> {
        let mut readings = self.0.readings.subscribe();
        if !self.has_keys() && self.want() == Begun::UnderWay {
            let _ = readings.changed().await;
        }
        if self.has_keys() { Ok(()) } else { Err(JwtError::KeysUnavailable) }
    }

    /// The key with this id, where it is known and still believed.
    pub(super) fn known(&self, id: &str) -> Option<Jwk> {
        self.known_at(id, self.0.clock.now())
    }

    /// The same, where the clock was read just now.
    pub(super) fn known_at(&self, id: &str, now: Instant) -> Option<Jwk> {
        let (key, age) = {
            let state = self.state();
            let (keys, read) = state.keys.as_ref()?;
            (keys.get(id).cloned(), now.since(*read))
        };
        if age >= REFRESH_AFTER {
            self.on_schedule(now);
        }
        key.filter(|_| age < TRUST_FOR)
    }

    fn has_keys(&self) -> bool {
        let now = self.0.clock.now();
        self.state().keys.as_ref().is_some_and(|(_, read)| now.since(*read) < TRUST_FOR)
    }

    fn is_absent(&self, id: &str) -> bool {
        let now = self.0.clock.now();
        self.state().allowance.is_absent(id, now)
    }

    /// Begins a reading because its time has come, whatever unknown keys are asked for.
    fn on_schedule(&self, now: Instant) {
        let state = self.state();
        let interval = if state.failed { MIN_INTERVAL_AFTER_FAILURE } else { MIN_INTERVAL };
        let recent = state.begun.is_some_and(|begun| now.since(begun) < interval);
        if !state.under_way && !recent {
            self.begin(state, now);
        }
    }

    /// Begins a reading for a key that is not known, or joins the one under way.
    fn want(&self) -> Begun {
        let now = self.0.clock.now();
        let mut state = self.state();
        if state.under_way {
            return Begun::UnderWay;
        }
        if state.failed {
            // A reading that failed told of no key, so it uses up no look-up and is soon tried again.
            let retry = MIN_INTERVAL_AFTER_FAILURE;
            if state.begun.is_some_and(|begun| now.since(begun) < retry) {
                return Begun::FailedJustNow;
            }
        } else if !state.allowance.take(now) {
            return Begun::NotAllowed;
        }
        self.begin(state, now);
        Begun::UnderWay
    }

    fn begin(&self, mut state: MutexGuard<'_, State>, now: Instant) {
        state.begun = Some(now);
        state.under_way = true;
        // Until it succeeds, it counts as failed: its task may be dropped with the runtime.
        state.failed = true;
        drop(state);
        let reading = Reading(self.clone());
        tokio::spawn(async move {
            let cache = &reading.0.0;
            let read = cache.source.read(&cache.metadata);
            match tokio::time::timeout(READING_TIMEOUT, read).await {
                Ok(Ok(set)) => {
                    let read = cache.clock.now();
                    let mut state = reading.0.state();
                    state.keys = Some((Arc::new(set), read));
                    state.failed = false;
                }
                Ok(Err(_)) | Err(_) => {
                    tracing::warn!(
                        metadata = %cache.metadata,
                        "the signing keys of the calling service could not be read"
                    );
                }
            }
            drop(reading);
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the end of a reading, however it ends.
struct Reading(KeyCache);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.state().under_way = false;
        self.0.0.readings.send_modify(|count| *count += 1);
    }
}
