//! One request in, one response out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
};
use teams_cc_core::{AppId, Clock, TenantId};
use url::Url;

use super::{
    Body, Delivery, KeySource, METADATA_URL, NotificationSink, keys::KeyCache, read_body,
    verify::Verifier,
};
use crate::jwt::{JwtError, MAX_SKEW, Policy};

/// The largest body taken unless configured otherwise; a roster of hundreds is far below it.
pub const DEFAULT_MAX_BODY_BYTES: usize = 512 * 1024;

/// The issuers that Microsoft's own samples accept for callbacks.
const ISSUERS: [&str; 2] = ["https://graph.microsoft.com", "https://api.botframework.com"];

/// When the service should come again, in seconds, after a 503.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Whose callbacks are taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntakeConfig {
    /// The application the tokens must be meant for.
    pub audience: AppId,
    /// The tenants that are served, compared without regard to case.
    pub tenants: BTreeSet<TenantId>,
    /// Where the calling service describes itself. Default [`METADATA_URL`].
    pub metadata_url: Url,
    /// The issuers accepted. Default: the two that Microsoft's samples accept.
    pub issuers: Vec<Box<str>>,
    /// How far the clocks may differ. Default and at most five minutes.
    pub skew: Duration,
    /// The largest body taken; larger ones get a 413. Default [`DEFAULT_MAX_BODY_BYTES`].
    pub max_body_bytes: usize,
}

impl IntakeConfig {
    /// Takes callbacks for one application and these tenants, from the worldwide cloud.
    ///
    /// # Panics
    ///
    /// Never: the built-in address is a URL.
    pub fn new(audience: AppId, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self {
            audience,
            tenants: tenants.into_iter().map(|tenant| lower(&tenant)).collect(),
            metadata_url: Url::parse(METADATA_URL).expect("the constant is a URL"),
            issuers: ISSUERS.map(Into::into).to_vec(),
            skew: MAX_SKEW,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
        }
    }

    /// Names another place where the calling service describes itself, as in another cloud.
    #[must_use]
    pub fn metadata_url(mut self, url: Url) -> Self {
        self.metadata_url = url;
        self
    }

    /// Names other issuers; they are compared byte by byte.
    #[must_use]
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how far the clocks may differ; more than five minutes counts as five.
    #[must_use]
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// Sets the largest body taken.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }
}

/// What an intake has seen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntakeCounts {
    /// Requests whose notifications were handed on.
    pub accepted: u64,
    /// Requests refused for their token, by reason.
    pub refused: BTreeMap<JwtError, u64>,
    /// Requests in the older Skype protocol.
    pub legacy: u64,
    /// Requests whose body was too large.
    pub too_large: u64,
    /// Requests whose body could not be read at all.
    pub unreadable_bodies: u64,
    /// Single notifications that could not be read among others that could.
    pub unreadable_notifications: u64,
    /// Requests turned away because the sink was full.
    pub turned_away: u64,
}

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
        };
        Self {
            verifier,
            clock,
            sink,
            max_body_bytes: config.max_body_bytes,
            counts: Mutex::default(),
        }
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
            let mut response = answer(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        if request.body().len() > self.max_body_bytes {
            self.counts().too_large += 1;
            return answer(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let received = self.clock.now();
        let tenant = match self.verifier.verify(request.headers(), self.clock.wall()).await {
            Ok(tenant) => tenant,
            Err(error) => return self.refuse(error),
        };
        match read_body(request.body()) {
            Err(_) => {
                self.counts().unreadable_bodies += 1;
                answer(StatusCode::BAD_REQUEST)
            }
            Ok(Body::Legacy) => {
                self.counts().legacy += 1;
                answer(StatusCode::NO_CONTENT)
            }
            Ok(Body::Notifications { notifications, unreadable }) => {
                let delivered = self.sink.deliver(Delivery::new(tenant, received, notifications));
                let mut counts = self.counts();
                counts.unreadable_notifications += u64::try_from(unreadable).unwrap_or(u64::MAX);
                if delivered.is_ok() {
                    counts.accepted += 1;
                    answer(StatusCode::ACCEPTED)
                } else {
                    counts.turned_away += 1;
                    unavailable()
                }
            }
        }
    }

    /// What has been seen so far.
    pub fn counts_so_far(&self) -> IntakeCounts {
        self.counts().clone()
    }

    /// The same answer whatever is wrong with the token; the reason stays on this side.
    fn refuse(&self, error: JwtError) -> Response<Bytes> {
        *self.counts().refused.entry(error).or_default() += 1;
        tracing::warn!(reason = %error, "a callback was refused");
        if error == JwtError::KeysUnavailable {
            return unavailable();
        }
        let mut response = answer(StatusCode::UNAUTHORIZED);
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    }

    fn counts(&self) -> MutexGuard<'_, IntakeCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("tenants", &self.verifier.tenants)
            .field("counts", &*self.counts())
            .finish_non_exhaustive()
    }
}

fn lower(tenant: &TenantId) -> TenantId {
    // Lower case of a valid id is one as well; the id itself stands in for the impossible.
    TenantId::new(tenant.as_str().to_ascii_lowercase()).unwrap_or_else(|_| tenant.clone())
}

fn answer(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn unavailable() -> Response<Bytes> {
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    response
}
