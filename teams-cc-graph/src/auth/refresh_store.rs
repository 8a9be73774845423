//! Where the grants of people are kept between two uses.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use teams_cc_core::secret::Secret;
use teams_cc_core::{AppId, TenantId, UserId};

use crate::client::BoxError;

/// The most grants that [`MemoryRefreshTokens`] keeps. At the bound a further one is refused.
pub const MAX_REFRESH_TOKENS: usize = 100_000;

/// Whose grant it is: one person, in one tenant, to one app.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Account {
    /// The tenant the person signed in to.
    pub tenant: TenantId,
    /// The person's object id in that tenant.
    pub user: UserId,
    /// The app that acts for the person.
    pub app: AppId,
}

impl Account {
    /// A person's account with an app.
    #[must_use]
    pub fn new(tenant: TenantId, user: UserId, app: AppId) -> Self {
        Self { tenant, user, app }
    }
}

/// Keeps refresh tokens. Implement it over whatever keeps secrets, and encrypt what it writes.
///
/// A [refresh token](https://learn.microsoft.com/entra/identity-platform/refresh-tokens) of a server
/// lives 90 days; each use gives a new one, which takes its place. The old one is not revoked:
/// delete it. The futures may be dropped at any await point.
#[async_trait]
pub trait RefreshTokenStore: Send + Sync {
    /// The token of an account; none where it has none.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from answering.
    async fn load(&self, account: &Account) -> Result<Option<Secret>, BoxError>;

    /// Keep this token in place of the one before. It must be safe when this returns: the access
    /// token that came with it is not used before.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from keeping it; it is then saved with the next use.
    async fn save(&self, account: &Account, token: &Secret) -> Result<(), BoxError>;

    /// The service says that this token is dead: the person has to sign in again. Default: nothing
    /// happens, and the token stays.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking note; it is logged, and no more.
    async fn dead(&self, account: &Account, token: &Secret) -> Result<(), BoxError> {
        let _ = (account, token);
        Ok(())
    }
}

/// Keeps refresh tokens in memory: everybody signs in again after a restart.
#[derive(Default)]
pub struct MemoryRefreshTokens {
    tokens: Mutex<BTreeMap<Account, Secret>>,
}

impl MemoryRefreshTokens {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Account, Secret>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RefreshTokenStore for MemoryRefreshTokens {
    async fn load(&self, account: &Account) -> Result<Option<Secret>, BoxError> {
        Ok(self.lock().get(account).cloned())
    }

    async fn save(&self, account: &Account, token: &Secret) -> Result<(), BoxError> {
        let mut tokens = self.lock();
        if tokens.len() >= MAX_REFRESH_TOKENS && !tokens.contains_key(account) {
            return Err("the store of refresh tokens is full: keep them outside of memory".into());
        }
        tokens.insert(account.clone(), token.clone());
        Ok(())
    }

    async fn dead(&self, account: &Account, token: &Secret) -> Result<(), BoxError> {
        let mut tokens = self.lock();
        if tokens.get(account).is_some_and(|kept| kept.reveal() == token.reveal()) {
            tokens.remove(account);
        }
        Ok(())
    }
}

impl fmt::Debug for MemoryRefreshTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRefreshTokens").field("tokens", &self.lock().len()).finish()
    }
}
