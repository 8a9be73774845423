//! One request in, one response out.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::AUTHORIZATION, request::Parts};
use teams_cc_core::{Clock, Instant, TenantId};
use teams_cc_graph_models::callback::read_changes;

use super::{
    Admitted, Affinity, Body, Callback, ChangeDelivery, ChangeSink, ClientStates, Delivery,
    IntakeConfig, IntakeCounts, JOIN_DECISION_BOUND, JoinPolicy, KeySource, NotificationSink,
    SinkFull,
    admit::{Speaker, announced_length},
    answer,
    joining::{RejectAll, joining},
    keys::KeyCache,
    prover::{Remembering, Verified},
    read_body,
    seldom::Seldom,
    subscription::{Subscriptions, validation_token},
    tenants::Tenants,
    verify::{Callers, Verifier},
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
    /// Warnings that any sender can cause; none for a reason is about calls of other tenants.
    warnings: Seldom<Option<JwtError>>,
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
        let keys = KeyCache::new(keys, config.metadata_url, Arc::clone(&clock));
        let verifier = Verifier {
            tokens: Remembering::new(keys),
            callers: Callers { policy, tenants: Tenants::new(&config.tenants) },
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
            warnings: Seldom::default(),
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
    ///
    /// Where each customer has a keeper of its own, their secrets are looked up one after the other;
    /// to whom an event belongs, its notification's `tenant_id` says:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use teams_cc_graph::subscription::Secrets;
    /// use teams_cc_graph::webhook::{ChangeSink, ClientStates, Intake};
    ///
    /// fn of_all(intake: Intake, customers: Vec<Secrets>, sink: Arc<dyn ChangeSink>) -> Intake {
    ///     let of_one = move |id: &str| customers.iter().find_map(|one| one.client_state(id));
    ///     intake.subscriptions(Arc::new(of_one), sink)
    /// }
    /// ```
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
        self.verifier.tokens.prover.keys.warm_up().await
    }

    /// Answers one request; see the [module](crate::webhook) for the table of answers.
    ///
    /// Waits for nothing but the signing keys, and for those only where the token names a key
    /// that is not known. Dropping the future hands nothing on: notifications are delivered in
    /// one step right before it ends.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        if head.method == Method::POST && body.len() > self.max_body_bytes {
            return self.too_large();
        }
        match self.admit(&head).await {
            Ok(admitted) => self.take(admitted, &head, &body),
            Err(answer) => answer,
        }
    }

    /// Judges a request before its body is read, for servers that read bodies themselves.
    ///
    /// Read the body only then, at most [`Intake::max_body_bytes`] of it and not for ever, and give
    /// both to [`Intake::take`]. Waits as [`Intake::handle`] does; dropping the future does nothing.
    ///
    /// # Errors
    ///
    /// The answer, where the body does not matter: what is refused, and the validation of a new
    /// subscription.
    pub async fn admit(&self, head: &Parts) -> Result<Admitted, Response<Bytes>> {
        if head.method != Method::POST {
            return Err(answer::only_post());
        }
        if announced_length(head).is_some_and(|length| length > self.max_body_bytes) {
            return Err(self.too_large());
        }
        let received = self.clock.now();
        if self.subscriptions.is_some() && !head.headers.contains_key(AUTHORIZATION) {
            return match validation_token(&head.uri) {
                Some(token) => Err(self.validate(token)),
                None => Ok(Admitted { received, speaker: Speaker::Anybody }),
            };
        }
        match self.verifier.verify(&head.headers, received, self.clock.wall()).await {
            Ok(Verified { tenant, repeated }) => {
                if repeated {
                    self.tally().repeated_tokens += 1;
                }
                Ok(Admitted { received, speaker: Speaker::Service(tenant) })
            }
            Err(error) => Err(self.refuse(error)),
        }
    }

    /// Answers a request that was admitted, now that its body is read.
    pub fn take(&self, admitted: Admitted, head: &Parts, body: &Bytes) -> Response<Bytes> {
        if body.len() > self.max_body_bytes {
            return self.too_large();
        }
        let Admitted { received, speaker } = admitted;
        match (speaker, &self.subscriptions) {
            // It may be served no more since its token was proven, or by another intake alone.
            (Speaker::Service(tenant), _) if !self.verifier.callers.tenants.contains(&tenant) => {
                self.refuse(JwtError::WrongTenant)
            }
            (Speaker::Service(tenant), _) => self.notifications(tenant, received, head, body),
            (Speaker::Anybody, Some(subscriptions)) => self.changes(subscriptions, received, body),
            // It was admitted by another intake.
            (Speaker::Anybody, None) => self.refuse(JwtError::Missing),
        }
    }

    /// Takes callbacks for one more tenant from here on; whether that is new.
    ///
    /// For a customer that signs up while the program runs. Give its calls somewhere to go first:
    /// the sink gets them with the next request.
    pub fn add_tenant(&self, tenant: &TenantId) -> bool {
        self.verifier.callers.tenants.add(tenant)
    }

    /// Takes no more callbacks for a tenant, tokens proven before included; whether there was one.
    ///
    /// Calls that live still are told nothing more: end them first.
    pub fn remove_tenant(&self, tenant: &TenantId) -> bool {
        self.verifier.callers.tenants.remove(tenant)
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
    fn notifications(
        &self,
        tenant: TenantId,
        received: Instant,
        head: &Parts,
        body: &Bytes,
    ) -> Response<Bytes> {
        let (notifications, unreadable) = match read_body(body) {
            Ok(Body::Notifications { notifications, unreadable }) => (notifications, unreadable),
            Ok(Body::Legacy) => {
                self.tally().legacy += 1;
                return answer::empty(StatusCode::NO_CONTENT);
            }
            // All that a body can be, and what is none.
            Ok(_) | Err(_) => {
                self.tally().unreadable_bodies += 1;
                return answer::empty(StatusCode::BAD_REQUEST);
            }
        };
        if tells_of_another_tenant(&notifications, &tenant) {
            self.tally().foreign_calls += 1;
            if let Some(more) = self.warnings.pass(None, self.clock.now()) {
                tracing::warn!(
                    more,
                    "a callback tells of a call of another tenant than its token's"
                );
            }
            return answer::refused();
        }
        let callback = Callback {
            uri: &head.uri,
            headers: &head.headers,
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
    fn changes(
        &self,
        subscriptions: &Subscriptions,
        received: Instant,
        body: &Bytes,
    ) -> Response<Bytes> {
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

    pub(super) fn turn_away(&self) -> Response<Bytes> {
        self.tally().turned_away += 1;
        answer::unavailable()
    }

    fn refuse(&self, error: JwtError) -> Response<Bytes> {
        *self.tally().refused.entry(error).or_default() += 1;
        if let Some(more) = self.warnings.pass(Some(error), self.clock.now()) {
            tracing::warn!(reason = %error, more, "a callback was refused");
        }
        match error {
            JwtError::KeysUnavailable | JwtError::KeyNotLookedUp => answer::unavailable(),
            _ => answer::refused(),
        }
    }

    fn tally(&self) -> MutexGuard<'_, IntakeCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("tenants", &self.verifier.callers.tenants)
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
