//! Tokens and who gives them.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use teams_cc_core::TenantId;
use teams_cc_core::secret::Secret;

use crate::error::Error;

/// A bearer token. Debug shows how long it lives, never the token.
#[derive(Clone)]
pub struct AccessToken {
    secret: Secret,
    expires_in: Duration,
}

impl AccessToken {
    /// A token that lives for `expires_in` from now.
    #[must_use]
    pub fn new(secret: impl Into<String>, expires_in: Duration) -> Self {
        Self { secret: Secret::new(secret.into()), expires_in }
    }

    /// The token; keep it out of logs.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// How long the token lived when it was given.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.secret.reveal() == other.secret.reveal()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_in", &self.expires_in).finish_non_exhaustive()
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
}

impl TokenRequest {
    /// A token of a tenant for a scope.
    #[must_use]
    pub fn new(tenant: TenantId, scope: impl Into<String>) -> Self {
        Self { tenant, scope: scope.into() }
    }
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

    /// The service refused this token: do not give it again. May be dropped, as [`token`](Self::token).
    async fn refused(&self, wanted: &TokenRequest, token: &AccessToken) {
        let _ = (wanted, token);
    }
}
