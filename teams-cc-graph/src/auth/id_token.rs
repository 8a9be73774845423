//! Who has signed in: [id tokens](https://learn.microsoft.com/entra/identity-platform/id-tokens), proven.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use teams_cc_core::secret::Secret;
use teams_cc_core::{AppId, Clock, TenantId, Timestamp, UserId};
use url::Url;

use super::may_be_the_same;
use crate::error::{ConfigError, Error, ErrorKind, SignInError};
use crate::jwt::{Claims, JwtError, Policy};
use crate::webhook::{Acceptance, Hashed, KeyCache, KeySource, Prover};
use crate::wire::Sensitive;

/// Where tokens are issued under another name than where people sign in.
const OTHER_ISSUERS: &[(&str, &str)] =
    &[("https://login.chinacloudapi.cn", "https://login.partner.microsoftonline.cn")];

/// The error of an id token that proves nothing.
const WORD: &str = "invalid_id_token";

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
    pub(super) prover: Arc<Prover>,
    /// With the tenant in place of `{}`.
    pub(super) issuers: Arc<[Box<str>]>,
    audience: AppId,
    pub(super) clock: Arc<dyn Clock>,
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
            prover: Arc::new(Prover::new(KeyCache::new(keys, metadata, Arc::clone(&clock)))),
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
    /// [`ErrorKind::SignIn`] of error `invalid_id_token`, or `unknown_signing_key` where its key is
    /// not published (any more), with the [`JwtError`] as its source, and
    /// [`ErrorKind::Connection`] where the keys cannot be read.
    pub async fn prove(
        &self,
        token: &Secret,
        tenant: Option<&TenantId>,
        nonce: Option<&str>,
    ) -> Result<IdToken, Error> {
        self.check(token.reveal(), tenant, nonce).await.map_err(|why| told(why, WORD))
    }

    async fn check(
        &self,
        token: &str,
        tenant: Option<&TenantId>,
        nonce: Option<&str>,
    ) -> Result<IdToken, JwtError> {
        let person = Person { tokens: self, tenant };
        let at = (self.clock.now(), self.clock.wall());
        let hashed = Hashed::of(token);
        let signed = self.prover.prove(&person, token, &hashed.signed, at).await?;
        let [subject, user, username, answered] =
            signed.token.texts(["sub", "oid", "preferred_username", "nonce"])?;
        if let Some(nonce) = nonce {
            let answered = answered.as_deref().unwrap_or_default();
            verify_slices_are_equal(nonce.as_bytes(), answered.as_bytes())
                .map_err(|_| JwtError::WrongNonce)?;
        }
        let user = UserId::new(user.ok_or(JwtError::BadClaims)?.as_ref())
            .map_err(|_| JwtError::BadClaims)?;
        Ok(IdToken {
            tenant: signed.tenant,
            user,
            subject: subject.ok_or(JwtError::BadClaims)?,
            username: username.map(Sensitive::new),
        })
    }

    /// What is said where there is no id token.
    pub(super) fn missing(&self) -> Error {
        let _ = self;
        told(JwtError::Missing, WORD)
    }
}

/// A person who signs in, to any tenant or to one.
struct Person<'a> {
    tokens: &'a IdTokens,
    tenant: Option<&'a TenantId>,
}

impl Acceptance for Person<'_> {
    type Error = JwtError;

    fn accepts(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError> {
        let tenant = claims.tenant.as_ref().ok_or(JwtError::BadClaims)?;
        let IdTokens { issuers, audience, .. } = self.tokens;
        Policy::of_tenant(issuers, tenant, audience.as_str()).check(claims, now)?;
        if self.serves(tenant) { Ok(tenant.clone()) } else { Err(JwtError::WrongTenant) }
    }

    fn serves(&self, tenant: &TenantId) -> bool {
        self.tenant.is_none_or(|wanted| may_be_the_same(tenant.as_str(), wanted))
    }
}

/// What an error says of a token that proves nothing; `word` names its kind.
pub(super) fn told(error: JwtError, word: &str) -> Error {
    let kind = match error {
        JwtError::KeysUnavailable | JwtError::KeyNotLookedUp => ErrorKind::Connection,
        _ => {
            let rolled_over = error == JwtError::UnknownKey;
            let word = if rolled_over { "unknown_signing_key" } else { word };
            let refusal = SignInError::new(word, error.to_string());
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
