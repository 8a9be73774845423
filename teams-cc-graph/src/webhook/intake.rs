//! One request in, one response out.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::AUTHORIZATION};
use teams_cc_core::{Clock, TenantId};

use super::{
    Affinity, Body, Callback, ChangeDelivery, ChangeSink, ClientStates, Delivery, IntakeConfig,
    IntakeCounts, JOIN_DECISION_BOUND, JoinPolicy, KeySource, NotificationSink, SinkFull, answer,
    body::read_changes,
    config::lower,
    joining::{RejectAll, joining},
    keys::KeyCache,
    proven::ProvenTokens,
    read_body,
    subscription::{Subscriptions, validation_token},
    verify::Verifier,
};
use crate::{
    jwt::{JwtError, Policy},
    model::{Call, CommsNotifications, ResourceData},
};

/// Takes callbacks: proves who speaks, reads the body, hands it on.
///
/// ```
/// # use std::sync::Arc;
/// # use bytes::Bytes;
/// # use teams_cc_core::{Clock, time::{ManualClock, Timestamp}};
/// use teams_cc_graph::webhook::{Delivery, Intake, IntakeConfig, KeySource};
///
/// # async fn run(transport: teams_cc_graph::Transport) -> Result<(), Box<dyn std::error::Error>> {
/// # let clock: Arc<dyn Clock> = Arc::new(ManualClock::starting_at(Timestamp::UNIX_EPOCH));
/// let config = IntakeConfig::new("app-id".parse()?, ["tenant-id".parse()?]);
/// let sink = Arc::new(|delivery: Delivery| {
///     println!("{} notifications", delivery.notifications.value.items().len());
///     Ok(())
/// });
/// let intake = Intake::new(config, KeySource::new(transport), clock, sink);
///
/// let forged = http::Request::post("/callback").body(Bytes::from_static(b"{}"))?;
/// assert_eq!(intake.handle(forged).await.status(), 401);
/// # Ok(()) }
/// ```
pub struct Intake {
    verifier: Verifier,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn NotificationSink>,
    joins: Arc<dyn JoinPolicy>,
    affinity: Option<Arc<dyn Affinity>>,
    subscriptions: Option<Subscriptions>,
    max_body_bytes: usize,
    counts: Mutex<IntakeCounts>,
}

impl Intake {
    /// An intake that proves tokens with keys from `keys` and hands notifications to `sink`.
    #[must_use]
    pub fn new(
        config: IntakeConfig,
        keys: KeySource,
        clock: Arc<dyn Clock>,
        sink: Arc<dyn NotificationSink>,
    ) -> Self {
        let policy = Policy::new(config.issuers, config.audience.as_str()).skew(config.skew);
        let verifier = Verifier {
            keys: KeyCache::new(keys, config.metadata_url, Arc::clone(&clock)),
            policy,
            tenants: config.tenants.iter().map(lower).collect(),
            proven: ProvenTokens::default(),
        };
        Self {
            verifier,
            clock,
            sink,
            joins: Arc::new(RejectAll),
            affinity: None,
            subscriptions: None,
            max_body_bytes: config.max_body_bytes,
            counts: Mutex::default(),
        }
    }

    /// Answers participants about to join a recorded call; without it all are rejected as busy.
    #[must_use]
    pub fn joins(mut self, policy: Arc<dyn JoinPolicy>) -> Self {
        self.joins = policy;
        self
    }

    /// Sends posts on to the place they belong to; without it all are kept.
    #[must_use]
    pub fn affinity(mut self, affinity: Arc<dyn Affinity>) -> Self {
        self.affinity = Some(affinity);
        self
    }

    /// Takes notifications of subscriptions too; without it they are refused.
    #[must_use]
    pub fn subscriptions(
        mut self,
        states: Arc<dyn ClientStates>,
        sink: Arc<dyn ChangeSink>,
    ) -> Self {
        self.subscriptions = Some(Subscriptions { states, sink });
        self
    }

    /// Reads the signing keys ahead of the first call. That one has only seconds to be answered.
    ///
    /// Dropping the future leaves the reading under way; the next request finds its result.
    ///
    /// # Errors
    ///
    /// [`JwtError::KeysUnavailable`] where they cannot be read; requests will try again.
    pub async fn warm_up(&self) -> Result<(), JwtError> {
        self.verifier.keys.warm_up().await
    }

    /// Answers one request; see the [module](crate::webhook) for the table of answers.
    ///
    /// Waits for nothing but the signing keys, and for those only where the token names a key
    /// that is not known. Dropping the future hands nothing on: notifications are delivered in
    /// one step right before it ends.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return answer::only_post();
        }
        if request.body().len() > self.max_body_bytes {
            return self.too_large();
        }
        match &self.subscriptions {
            Some(subscriptions) if !request.headers().contains_key(AUTHORIZATION) => {
                match validation_token(request.uri()) {
                    Some(token) => self.validate(token),
                    None => self.changes(subscriptions, request.body()),
                }
            }
            _ => self.notifications(&request).await,
        }
    }

    /// What has been seen so far.
    #[must_use]
    pub fn counts(&self) -> IntakeCounts {
        self.tally().clone()
    }

    /// The largest body taken, for servers that read bodies themselves.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    pub(super) fn too_large(&self) -> Response<Bytes> {
        self.tally().too_large += 1;
        answer::empty(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// A post of the calling service, proven by its token.
    async fn notifications(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let received = self.clock.now();
        let verified = match self.verifier.verify(request.headers(), self.clock.wall()).await {
            Ok(verified) => verified,
            Err(error) => return self.refuse(error),
        };
        self.tally().repeated_tokens += u64::from(verified.repeated);
        let tenant = verified.tenant;
        let (notifications, unreadable) = match read_body(request.body()) {
            Ok(Body::Notifications { notifications, unreadable }) => (notifications, unreadable),
            Ok(Body::Legacy) => {
                self.tally().legacy += 1;
                return answer::empty(StatusCode::NO_CONTENT);
            }
            Err(_) => {
                self.tally().unreadable_bodies += 1;
                return answer::empty(StatusCode::BAD_REQUEST);
            }
        };
        if tells_of_another_tenant(&notifications, &tenant) {
            self.tally().foreign_calls += 1;
            tracing::warn!("a callback tells of a call of another tenant than its token's");
            return answer::refused();
        }
        let callback = Callback {
            uri: request.uri(),
            headers: request.headers(),
            tenant: &tenant,
            notifications: &notifications,
        };
        if let Some(url) = self.affinity.as_ref().and_then(|hook| hook.elsewhere(&callback)) {
            self.tally().redirected += 1;
            return answer::elsewhere(&url);
        }
        let accepted = self.decide(&tenant, &notifications);
        IntakeCounts::add(&mut self.tally().unreadable_notifications, unreadable);
        match self.sink.deliver(Delivery::new(tenant, received, notifications)) {
            Ok(()) => {
                self.tally().accepted += 1;
                accepted
            }
            Err(SinkFull) => self.turn_away(),
        }
    }

    /// The answer to a post that will be handed on: where it asks about a participant, ours.
    fn decide(&self, tenant: &TenantId, notifications: &CommsNotifications) -> Response<Bytes> {
        let Some(joining) = joining(notifications) else {
            return answer::empty(StatusCode::ACCEPTED);
        };
        let asked = self.clock.now();
        let decision = self.joins.decide(tenant, joining);
        let late = self.clock.now().since(asked) > JOIN_DECISION_BOUND;
        {
            let mut counts = self.tally();
            counts.joins_decided += 1;
            counts.joins_decided_late += u64::from(late);
        }
        match serde_json::to_vec(&decision) {
            Ok(body) => answer::json(body),
            // Our own models are always written.
            Err(_) => answer::unavailable(),
        }
    }

    /// A post about subscriptions, proven by their secrets.
    fn changes(&self, subscriptions: &Subscriptions, body: &Bytes) -> Response<Bytes> {
        let received = self.clock.now();
        let Ok((changes, unreadable)) = read_changes(body) else {
            // Without a token any sender gets here, so nothing tells a bad body from a bad secret.
            self.tally().unreadable_bodies += 1;
            return answer::refused();
        };
        let validation_tokens = changes.validation_tokens.into_option().unwrap_or_default();
        let (events, unproven) =
            subscriptions.proven(changes.value.into_option().unwrap_or_default());
        {
            let mut counts = self.tally();
            IntakeCounts::add(&mut counts.unproven_changes, unproven);
            IntakeCounts::add(&mut counts.unreadable_notifications, unreadable);
        }
        if events.is_empty() {
            // Nothing vouches for the post, not even for the tokens in it. A notification may also
            // overtake the answer that names its subscription. Refused, it comes again.
            return answer::refused();
        }
        let count = events.len();
        match subscriptions.sink.deliver(ChangeDelivery { received, events, validation_tokens }) {
            Ok(()) => {
                IntakeCounts::add(&mut self.tally().changes, count);
                answer::empty(StatusCode::ACCEPTED)
            }
            Err(SinkFull) => self.turn_away(),
        }
    }

    /// Answers the validation of a new subscription with its own token.
    fn validate(&self, token: Result<String, ()>) -> Response<Bytes> {
        match token {
            Ok(token) => {
                self.tally().validations += 1;
                answer::plain_text(token)
            }
            Err(()) => answer::empty(StatusCode::BAD_REQUEST),
        }
    }

    fn turn_away(&self) -> Response<Bytes> {
        self.tally().turned_away += 1;
        answer::unavailable()
    }

    fn refuse(&self, error: JwtError) -> Response<Bytes> {
        *self.tally().refused.entry(error).or_default() += 1;
        tracing::warn!(reason = %error, "a callback was refused");
        if error == JwtError::KeysUnavailable { answer::unavailable() } else { answer::refused() }
    }

    fn tally(&self) -> MutexGuard<'_, IntakeCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("tenants", &self.verifier.tenants)
            .field("counts", &*self.tally())
            .finish_non_exhaustive()
    }
}

/// Whether one of the calls names a tenant, and it is not the token's.
fn tells_of_another_tenant(notifications: &CommsNotifications, tenant: &TenantId) -> bool {
    notifications.value.items().iter().any(|notification| {
        let call: Option<&Call> = match notification.resource_data.get() {
            Some(ResourceData::Call(call)) => Some(call),
            Some(ResourceData::Joining(joining)) => joining.call.get().map(|call| &**call),
            Some(ResourceData::Left(left)) => left.call.get().map(|call| &**call),
            _ => None,
        };
        call.and_then(|call| call.tenant_id.text())
            .is_some_and(|named| !named.eq_ignore_ascii_case(tenant.as_str()))
    })
}
