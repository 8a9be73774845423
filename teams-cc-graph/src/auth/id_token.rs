//! Who has signed in: [id tokens](https://learn.microsoft.com/entra/identity-platform/id-tokens), proven.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use teams_cc_core::secret::Secret;
use teams_cc_core::{AppId, Clock, TenantId, UserId};
use url::Url;

use super::may_be_the_same;
use crate::error::{ConfigError, Error, ErrorKind, SignInError};
use crate::jwt::{JwtError, Policy, Unverified};
use crate::webhook::{KeyCache, KeySource};
use crate::wire::Sensitive;

/// Where tokens are issued under another name than where people sign in.
const OTHER_ISSUERS: &[(&str, &str)] =
    &[("https://login.chinacloudapi.cn", "https://login.partner.microsoftonline.cn")];

/// A person, as a proven id token says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdToken {
    /// The tenant the person signed in to (`tid`).
    pub tenant: TenantId,
    /// The person's object id in that tenant (`oid`), the same for every app.
    pub user: UserId,
    /// The person's name for this app alone (`sub`).
    pub subject: Box<str>,
    /// The sign-in name, to be shown and never to decide anything (`preferred_username`).
    pub username: Option<Sensitive>,
}

/// Proves id tokens: by whom, for whom, when, and in answer to what. Cheap to clone.
#[derive(Clone)]
pub struct IdTokens {
    keys: KeyCache,
    /// With the tenant in place of `{}`.
    issuers: Arc<[Box<str>]>,
    audience: AppId,
    clock: Arc<dyn Clock>,
}

impl IdTokens {
    /// Proves the id tokens that an authority issues for an app, with keys read over `keys`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Endpoint`] where the authority is no absolute HTTP(S) URI.
    pub fn new(
        authority: &str,
        audience: AppId,
        keys: KeySource,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let authority = authority.trim_end_matches('/');
        // The keys of all tenants are the same.
        let metadata = format!("{authority}/common/v2.0/.well-known/openid-configuration");
        let metadata = Url::parse(&metadata).ok().filter(Url::has_host);
        let metadata = metadata.ok_or(ConfigError::Endpoint { what: "authority" })?;
        let other = OTHER_ISSUERS.iter().find(|(host, _)| *host == authority);
        let origins = [Some(authority), other.map(|(_, issuer)| *issuer)];
        let issuers = origins.into_iter().flatten();
        Ok(Self {
            keys: KeyCache::new(keys, metadata, Arc::clone(&clock)),
            issuers: issuers.map(|origin| format!("{origin}/{{}}/v2.0").into()).collect(),
            audience,
            clock,
        })
    }

    /// Accept other issuers, with the tenant in place of `{}`.
    #[must_use]
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Proves a token; of a tenant, where its id is given, and in answer to a nonce.
    ///
    /// Waits for nothing but the issuer's keys, where they have to be read. Dropping the future
    /// forgets nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`] of error `invalid_id_token`, with the [`JwtError`] as its source, and
    /// [`ErrorKind::Connection`] where the keys cannot be read.
    pub async fn prove(
        &self,
        token: &Secret,
        tenant: Option<&TenantId>,
        nonce: Option<&str>,
    ) -> Result<IdToken, Error> {
        self.check(token.reveal(), tenant, nonce).await.map_err(told)
    }

    async fn check(
        &self,
        token: &str,
        tenant: Option<&TenantId>,
        nonce: Option<&str>,
    ) -> Result<IdToken, JwtError> {
        let unverified = Unverified::parse(token)?;
        let key = self.keys.key(unverified.key_id()).await?;
        let claims = unverified.verify(&key)?;
        let issued_in = claims.tenant.as_ref().ok_or(JwtError::BadClaims)?;
        let issuers = self.issuers.iter().map(|issuer| issuer.replace("{}", issued_in.as_str()));
        let policy = Policy::new(issuers, self.audience.as_str());
        policy.check(&claims, self.clock.wall())?;
        if tenant.is_some_and(|tenant| !may_be_the_same(issued_in.as_str(), tenant)) {
            return Err(JwtError::WrongTenant);
        }
        let [subject, user, username, answered] =
            unverified.texts(["sub", "oid", "preferred_username", "nonce"])?;
        if let Some(nonce) = nonce {
            let answered = answered.as_deref().unwrap_or_default();
            verify_slices_are_equal(nonce.as_bytes(), answered.as_bytes())
                .map_err(|_| JwtError::WrongNonce)?;
        }
        let user = UserId::new(user.ok_or(JwtError::BadClaims)?.as_ref())
            .map_err(|_| JwtError::BadClaims)?;
        Ok(IdToken {
            tenant: issued_in.clone(),
            user,
            subject: subject.ok_or(JwtError::BadClaims)?,
            username: username.map(Sensitive::new),
        })
    }

    /// What is said where there is no id token.
    pub(super) fn missing(&self) -> Error {
        let _ = self;
        told(JwtError::Missing)
    }
}

fn told(error: JwtError) -> Error {
    let kind = match error {
        JwtError::KeysUnavailable | JwtError::KeyNotLookedUp => ErrorKind::Connection,
        _ => {
            let refusal = SignInError::new("invalid_id_token", error.to_string());
            ErrorKind::SignIn(Box::new(refusal))
        }
    };
    Error::with_source(kind, error)
}

impl fmt::Debug for IdTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokens")
            .field("issuers", &self.issuers)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}
