//! Tokens and who gives them.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;
use teams_cc_core::TenantId;
use teams_cc_core::secret::Secret;

use super::Granted;
use crate::error::Error;

/// A bearer token, cheap to clone. Debug shows how long it lives, never the token.
#[derive(Clone)]
pub struct AccessToken {
    inner: Arc<Inner>,
}

struct Inner {
    secret: Secret,
    expires_in: Duration,
    refresh_in: Option<Duration>,
    header: OnceLock<Option<HeaderValue>>,
    granted: OnceLock<Option<Arc<Granted>>>,
}

impl AccessToken {
    /// A token that lives for `expires_in` from now.
    #[must_use]
    pub fn new(secret: impl Into<String>, expires_in: Duration) -> Self {
        let secret = Secret::new(secret.into());
        let (header, granted) = (OnceLock::new(), OnceLock::new());
        Self { inner: Arc::new(Inner { secret, expires_in, refresh_in: None, header, granted }) }
    }

    /// Set when it should be renewed, where the endpoint says (`refresh_in`).
    #[must_use]
    pub fn renew_after(self, refresh_in: Duration) -> Self {
        let (secret, expires_in) = (self.inner.secret.clone(), self.inner.expires_in);
        let (header, granted) = (OnceLock::new(), OnceLock::new());
        let refresh_in = Some(refresh_in);
        Self { inner: Arc::new(Inner { secret, expires_in, refresh_in, header, granted }) }
    }

    /// The token; keep it out of logs.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.inner.secret
    }

    /// How long the token lived when it was given.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.inner.expires_in
    }

    /// After how long it should be renewed, where the endpoint said so.
    #[must_use]
    pub fn refresh_in(&self) -> Option<Duration> {
        self.inner.refresh_in
    }

    /// What the token grants, as it says itself; none for a token that is no readable JWT.
    ///
    /// Nothing is verified: it tells operators what to grant, and decides about nobody else.
    #[must_use]
    pub fn granted(&self) -> Option<&Arc<Granted>> {
        let read = || Granted::read(&self.inner.secret).map(Arc::new);
        self.inner.granted.get_or_init(read).as_ref()
    }

    /// The value of its header, marked as sensitive; none where the token cannot stand in one.
    pub(crate) fn header(&self) -> Option<&HeaderValue> {
        let make = || {
            let value = format!("Bearer {}", self.inner.secret.reveal());
            let mut value = HeaderValue::try_from(value).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        self.inner.header.get_or_init(make).as_ref()
    }
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
            || self.inner.secret.reveal() == other.inner.secret.reveal()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expires_in = &self.inner.expires_in;
        f.debug_struct("AccessToken").field("expires_in", expires_in).finish_non_exhaustive()
    }
}

/// Which token is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The tenant the token is for: one token per customer tenant.
    pub tenant: TenantId,
    /// The scope, such as `https://graph.microsoft.com/.default`.
    pub scope: String,
    /// What a [claims challenge](https://learn.microsoft.com/entra/identity-platform/claims-challenge)
    /// asks the token to have, as JSON.
    pub claims: Option<Arc<str>>,
}

impl TokenRequest {
    /// A token of a tenant for a scope.
    #[must_use]
    pub fn new(tenant: TenantId, scope: impl Into<String>) -> Self {
        Self { tenant, scope: scope.into(), claims: None }
    }

    /// The same token, with what a challenge asks for.
    #[must_use]
    pub fn claims(mut self, claims: impl Into<Arc<str>>) -> Self {
        self.claims = Some(claims.into());
        self
    }
}

/// Whether a token's tenant may be the wanted one, which may be named by a domain instead.
pub(crate) fn may_be_the_same(token: &str, wanted: &TenantId) -> bool {
    let is_id = |text: &str| uuid::Uuid::try_parse(text).is_ok();
    !is_id(token) || !is_id(wanted.as_str()) || token.eq_ignore_ascii_case(wanted.as_str())
}

/// Gives tokens. Implement it for a credential this crate does not know.
///
/// The future may be dropped at any await point; keep no half-done state across one.
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// A token that is valid now. Dropping the future leaves no half-done state.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`](crate::ErrorKind::SignIn) where the endpoint refuses.
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error>;

    /// A token that is valid now, where one can be had without waiting. Default: none; then
    /// [`token`](Self::token) is asked.
    fn at_hand(&self, wanted: &TokenRequest) -> Option<AccessToken> {
        let _ = wanted;
        None
    }

    /// The service refused this token: do not give it again. May be dropped, as [`token`](Self::token).
    async fn refused(&self, wanted: &TokenRequest, token: &AccessToken) {
        let _ = (wanted, token);
    }
}
