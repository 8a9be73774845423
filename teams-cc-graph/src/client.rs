//! The client: cheap to clone, safe to share.

mod base;
mod builder;
mod delegated;
mod parts;
mod reqwest;
mod response;
mod transport;
mod unprocessed;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use serde::de::DeserializeOwned;
use teams_cc_core::{TenantId, Timestamp};
use tower::Service;

pub(crate) use base::Base;
pub use builder::ClientBuilder;
pub use delegated::{ActsFor, Delegated};
pub use parts::{DEFAULT_MAX_DOWNLOAD_BYTES, Download};
pub(crate) use reqwest::ReqwestTransport;
pub use transport::{BoxError, Transport};
pub(crate) use unprocessed::{MAX_RESENDS, is_unprocessed};

use crate::auth::{Granted, TokenProvider, TokenRequest};
use crate::cloud::Cloud;
use crate::config::{RetryPolicy, SharedClock};
use crate::error::{ConfigError, Error, ErrorKind, InvalidRequest};
use crate::layer::{Attempt, Desk, Handle, IdSource, Inside, Order, Stack};
use crate::limit::Class;
use crate::request::communications::Communications;
use crate::request::users::OneUser;
use crate::request::{Endpoint, ResponseFuture};
use crate::wire::without_mark;

/// A typed client of Microsoft Graph.
///
/// Clones share tokens, limits and connections. A client signs in to one tenant;
/// [`for_tenant`](Self::for_tenant) makes one for another customer's at no cost.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What clones share, in one place that is counted once.
struct Shared {
    inner: Arc<Inner>,
    wanted: Option<TokenRequest>,
}

struct Inner {
    stack: Stack,
    /// The pace of every tenant and family, behind the stack.
    desk: Arc<Desk>,
    base: Base,
    ids: Arc<IdSource>,
    clock: SharedClock,
    provider: Arc<dyn TokenProvider>,
    scope: Arc<str>,
    cloud: Cloud,
    retry: RetryPolicy,
    /// Whether it signs in as the app itself, so that no token can belong to a user.
    app_only: bool,
    /// The transport alone, for what must not see the token.
    wire: Attempt,
    authority: Arc<str>,
}

impl Client {
    /// Begin to configure a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    fn new(inner: Arc<Inner>, wanted: Option<TokenRequest>) -> Self {
        Self { shared: Arc::new(Shared { inner, wanted }) }
    }

    fn inner(&self) -> &Inner {
        &self.shared.inner
    }

    /// The same client for another customer's tenant.
    #[must_use]
    pub fn for_tenant(&self, tenant: TenantId) -> Self {
        let wanted = TokenRequest::new(tenant, self.inner().scope.as_ref());
        Self::new(Arc::clone(&self.shared.inner), Some(wanted))
    }

    /// The tenant the client signs in to.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        self.shared.wanted.as_ref().map(|wanted| &wanted.tenant)
    }

    /// The transport alone: what goes through it carries no token and meets no layer.
    ///
    /// For what belongs to the same program and network, such as
    /// [`KeySource::of`](crate::webhook::KeySource::of).
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.inner().wire.transport()
    }

    /// Sign in now, so that the first request does not wait for a token.
    ///
    /// Dropping the future leaves a sign-in that others wait for under way.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoTenant`](crate::ConfigError::NoTenant) without a tenant, otherwise what the sign-in service answers.
    pub async fn sign_in(&self) -> Result<(), Error> {
        let wanted = self.shared.wanted.as_ref().ok_or(ConfigError::NoTenant)?;
        self.inner().provider.token(wanted).await.map(drop)
    }

    /// What the token grants, as it says itself; none where it does not say.
    ///
    /// Signs in where there is no token yet. Dropping the future leaves a sign-in that others wait
    /// for under way.
    ///
    /// # Errors
    ///
    /// As [`sign_in`](Self::sign_in).
    pub async fn granted(&self) -> Result<Option<Arc<Granted>>, Error> {
        let wanted = self.shared.wanted.as_ref().ok_or(ConfigError::NoTenant)?;
        Ok(self.inner().provider.token(wanted).await?.granted().cloned())
    }

    /// Requests of cloud communications.
    #[must_use]
    pub fn communications(&self) -> Communications {
        Communications::new(self.clone())
    }

    /// Requests on one user, by object id.
    pub fn user(&self, id: impl Into<String>) -> OneUser {
        OneUser::new(self.clone(), id.into())
    }

    /// Send a request this crate has no builder for, and read its answer as `T`.
    ///
    /// The URI is a path below the API version, such as `/communications/calls`, or an absolute
    /// URI of the same origin, such as a next link. Tokens, retries and limits apply as to any
    /// request. Dropping the future stops waiting; the service may still act.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest::ForeignOrigin`] for a URI the token must not see; otherwise what the
    /// service answers, and [`ErrorKind::Decode`] where the answer is no `T`.
    pub async fn request<T: DeserializeOwned>(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<T, Error> {
        Self::read(&self.execute(request).await?)
    }

    /// The JSON body of an answer.
    pub(crate) fn read<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, Error> {
        let body = without_mark(response.body());
        if too_dense(body) {
            let source = "the response holds nothing but tiny objects";
            return Err(Error::with_source(ErrorKind::Decode, source));
        }
        // Some operations answer 2xx without the documented body: nothing is known, nothing fails.
        let nothing = matches!(body.trim_ascii(), b"" | b"null");
        // Once over the whole is cheaper than once for each text.
        let text =
            str::from_utf8(body).map_err(|error| Error::with_source(ErrorKind::Decode, error))?;
        serde_json::from_str(text)
            .or_else(|error| if nothing { serde_json::from_str("{}") } else { Err(error) })
            .map_err(|error| Error::with_source(ErrorKind::Decode, error))
    }

    /// Send a request this crate has no builder for, and take the whole answer. An answer that is
    /// not 2xx is an error. Dropping the future stops waiting; the service may still act.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request), but for decoding.
    pub async fn execute(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Error> {
        // Boxed, so that the future of the caller stays small.
        Box::pin(self.send(&mut request)).await
    }

    /// As [`execute`](Self::execute), with the request where it is: a future that holds none stays
    /// small.
    pub(crate) async fn send(
        &self,
        request: &mut http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Error> {
        let inner = self.inner();
        inner.base.check(request.uri())?;
        let endpoint = request.extensions_mut().remove::<&'static Endpoint>();
        let inside = request.extensions_mut().remove::<Inside>();
        if request.extensions().is_empty() {
            // An emptied map would still be copied for every attempt.
            *request.extensions_mut() = http::Extensions::new();
        }
        let mut order = Order {
            request,
            endpoint,
            wanted: self.shared.wanted.as_ref(),
            base: &inner.base,
            inside,
            phases: None,
        };
        if let Some(what) = inner.cloud.lacking(order.path()) {
            return Err(InvalidRequest::NotInCloud { what, cloud: inner.cloud }.into());
        }
        let response = inner.stack.handle(&mut order).await?;
        response::check(response, endpoint, &*inner.clock, &inner.authority)
    }

    /// The absolute address of a request's URI; an error where the token must not go.
    pub(crate) fn locate(&self, uri: &Uri) -> Result<Uri, Error> {
        self.inner().base.join(uri)
    }

    /// Send a request to another service, with the token it carries; nothing of Graph goes along.
    pub(crate) async fn fetch_elsewhere(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Error> {
        let response = self.inner().wire.send(request).await?;
        response::check(response, None, &*self.inner().clock, &self.inner().authority)
    }

    /// How often and how patiently to retry.
    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        self.inner().retry
    }

    /// An answer that came inside another, or the error it reports.
    pub(crate) fn check(
        &self,
        response: http::Response<Bytes>,
        endpoint: Option<&'static Endpoint>,
    ) -> Result<http::Response<Bytes>, Error> {
        response::check(response, endpoint, &*self.inner().clock, &self.inner().authority)
    }

    /// The service throttled a request inside another: its like wait.
    pub(crate) fn throttled(&self, class: Class<'_>, wait: Duration) {
        self.inner().desk.throttled(class, self.tenant().cloned(), wait);
    }

    /// The path and query of a request below the API version, if the token may go there.
    pub(crate) fn relative(&self, uri: &Uri) -> Result<String, Error> {
        let inner = self.inner();
        let located = inner.base.join(uri)?.to_string();
        let below = located.get(inner.base.origin.len()..).unwrap_or_default();
        let below = below.strip_prefix(&inner.base.path).filter(|it| it.starts_with('/'));
        let below = below.ok_or(InvalidRequest::ForeignOrigin)?;
        let path = below.split('?').next().unwrap_or_default();
        if let Some(what) = inner.cloud.lacking(path) {
            return Err(InvalidRequest::NotInCloud { what, cloud: inner.cloud }.into());
        }
        Ok(below.to_owned())
    }

    /// The time by the wall.
    pub(crate) fn wall(&self) -> Timestamp {
        self.inner().clock.wall()
    }

    /// A fresh id, to join what belongs together.
    pub(crate) fn new_id(&self) -> String {
        self.inner().ids.next()
    }
}

/// A client is a tower service too, so that a program may put layers of its own around it.
///
/// It is [`execute`](Client::execute): an answer that is not 2xx is an error. It is always ready;
/// dropping the future stops waiting.
impl Service<http::Request<Bytes>> for Client {
    type Response = http::Response<Bytes>;
    type Error = Error;
    type Future = ResponseFuture<http::Response<Bytes>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Bytes>) -> Self::Future {
        let client = self.clone();
        ResponseFuture::new(async move { client.execute(request).await })
    }
}

/// Whether a body is made of so many objects that reading it would take hundreds of times its size.
fn too_dense(body: &[u8]) -> bool {
    let objects = memchr::memchr_iter(b'{', body).count();
    objects > (body.len() / BYTES_PER_OBJECT).max(ANY_OBJECTS)
}

/// The fewest bytes of a body to each object, once it has more than [`ANY_OBJECTS`]. Those of the
/// service have more than twice as many.
const BYTES_PER_OBJECT: usize = 16;

/// How many objects a body may always have.
const ANY_OBJECTS: usize = 16_384;

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("origin", &self.inner().base.origin)
            .field("tenant", &self.tenant())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;
    use crate::auth::AccessToken;

    /// Larger blocks leave the fast path of common allocators (1032 octets in glibc's).
    const SMALL: usize = 1024;

    struct Fixed;

    #[async_trait]
    impl TokenProvider for Fixed {
        async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
            Ok(AccessToken::new("token", Duration::from_hours(1)))
        }
    }

    #[test]
    fn the_future_of_a_request_is_small() {
        let client = Client::builder().token_provider(Arc::new(Fixed)).build().unwrap();
        let mut request = http::Request::new(Bytes::new());
        // Typed, the request lies beside the future that sends it.
        let sent = size_of_val(&client.send(&mut request));
        let typed = size_of_val(&request) + sent + 32;
        let sizes = [typed, sent, size_of_val(&client.execute(request))];
        assert!(sizes.iter().all(|size| *size <= SMALL), "{sizes:?}");
    }

    #[test]
    fn a_response_of_nothing_but_tiny_objects_is_not_read() {
        let body = |item: &str, count: usize| {
            http::Response::new(Bytes::from(format!("[{}]", vec![item; count].join(","))))
        };
        let read = |response| Client::read::<serde_json::Value>(&response).is_ok();
        assert!(read(body("{}", ANY_OBJECTS)));
        assert!(!read(body("{}", ANY_OBJECTS + 1)));
        assert!(read(body(r#"{"user":{"id":"29362bd4-cd58-4ed0"}}"#, ANY_OBJECTS + 1)));
    }
}
