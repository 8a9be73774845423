//! Proof first, then the key.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use teams_cc_core::{Clock, TenantId};

use super::{super::seldom::Seldom, ChangeTokens, Content, ContentError, KeyRing, open};
use crate::{
    model::{ChangeNotification, ChangeNotificationEncryptedContent},
    wire::Sensitive,
};

/// Opens the contents of notifications that somebody vouches for.
///
/// ```
/// use std::sync::Arc;
/// use teams_cc_graph::webhook::{Events, Event, content::Opener};
///
/// async fn read(mut events: Events, opener: Arc<Opener>) {
///     while let Some(event) = events.recv().await {
///         let Event::Subscription { event, validation_tokens, .. } = event else { continue };
///         match opener.open(event.notification(), &validation_tokens).await {
///             Ok(content) => println!("{content:?}"),
///             Err(error) => eprintln!("{error}"),
///         }
///     }
/// }
/// ```
pub struct Opener {
    tokens: Option<ChangeTokens>,
    ring: KeyRing,
    clock: Arc<dyn Clock>,
    counts: Mutex<OpenerCounts>,
    warnings: Seldom<ContentError>,
}

/// What an opener has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenerCounts {
    /// Contents that were opened.
    pub opened: u64,
    /// Contents that were refused, by reason.
    pub refused: BTreeMap<ContentError, u64>,
}

impl Opener {
    /// An opener for what comes over HTTP: the tokens of each post are proven first.
    #[must_use]
    pub fn new(tokens: ChangeTokens, ring: KeyRing, clock: Arc<dyn Clock>) -> Self {
        Self {
            tokens: Some(tokens),
            ring,
            clock,
            counts: Mutex::default(),
            warnings: Seldom::default(),
        }
    }

    /// An opener for what comes over Azure Event Hubs, where Graph sends no tokens.
    ///
    /// There the event hub is the proof: only Graph's service principal may be able to send to it,
    /// and only this app to read from it.
    #[must_use]
    pub fn for_event_hubs(ring: KeyRing, clock: Arc<dyn Clock>) -> Self {
        Self { tokens: None, ring, clock, counts: Mutex::default(), warnings: Seldom::default() }
    }

    /// Opens the content of a notification, with the tokens of the post it came in.
    ///
    /// Waits for nothing but the issuer's keys, where they have to be read. Dropping the future
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// [`ContentError`]; it is counted and, once in a while, logged.
    pub async fn open(
        &self,
        notification: &ChangeNotification,
        tokens: &[Sensitive],
    ) -> Result<Content, ContentError> {
        let result = self.try_open(notification, tokens).await;
        match &result {
            Ok(_) => self.tally().opened += 1,
            Err(error) => {
                *self.tally().refused.entry(*error).or_default() += 1;
                if let Some(more) = self.warnings.pass(*error, self.clock.now()) {
                    tracing::warn!(reason = %error, more, "a content was not opened");
                }
            }
        }
        result
    }

    async fn try_open(
        &self,
        notification: &ChangeNotification,
        tokens: &[Sensitive],
    ) -> Result<Content, ContentError> {
        let content: &ChangeNotificationEncryptedContent =
            notification.encrypted_content.get().ok_or(ContentError::NoContent)?;
        if let Some(prover) = &self.tokens {
            let tenants = prover.prove(tokens).await?;
            let tenant = notification.tenant_id.text().map(str::to_ascii_lowercase);
            let tenant = tenant.and_then(|tenant| TenantId::new(tenant).ok());
            if !tenant.is_some_and(|tenant| tenants.contains(&tenant)) {
                return Err(ContentError::TenantNotCovered);
            }
        }
        open(&self.ring, content, self.clock.now())
    }

    /// The keys, to rotate them and to name the current one in subscriptions.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Whose tokens are believed, to add and remove tenants; none for Event Hubs.
    #[must_use]
    pub fn tokens(&self) -> Option<&ChangeTokens> {
        self.tokens.as_ref()
    }

    /// What has been seen so far.
    #[must_use]
    pub fn counts(&self) -> OpenerCounts {
        self.tally().clone()
    }

    fn tally(&self) -> MutexGuard<'_, OpenerCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("ring", &self.ring)
            .field("counts", &*self.tally())
            .finish_non_exhaustive()
    }
}
