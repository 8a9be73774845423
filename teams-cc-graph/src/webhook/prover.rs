//! From a token to what it proves: one way for callbacks, for contents and for people.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::Digest;
use teams_cc_core::{Instant, TenantId, Timestamp};

use super::{
    keys::KeyCache,
    proven::{Hashed, Proven, ProvenTokens},
};
use crate::jwt::{Claims, Header, Jwk, JwtError, MAX_TOKEN_BYTES, Unverified};

/// What is accepted of tokens.
pub(crate) trait Acceptance: Send + Sync {
    /// Why a token is not.
    type Error: From<JwtError>;

    /// The tenant that claims speak for, where they are what is accepted.
    fn accepts(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError>;

    /// What else is accepted of a token whose signature and claims are good: anything.
    fn accepts_rest(&self, _: &Unverified<'_>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Whether a tenant is served still, for a token that was proven before.
    fn serves(&self, tenant: &TenantId) -> bool;
}

/// A token that was proven.
pub(crate) struct Signed<'t> {
    pub(crate) token: Unverified<'t>,
    pub(crate) tenant: TenantId,
    expires: i64,
    key: Jwk,
}

/// The tenant that a token speaks for.
pub(super) struct Verified {
    pub(super) tenant: TenantId,
    /// Whether the token was proven before.
    pub(super) repeated: bool,
}

/// Proves tokens with the keys of their issuer.
pub(crate) struct Prover {
    pub(super) keys: KeyCache,
    /// The header of the last token proven; the next one is mostly written alike.
    header: Mutex<Option<Arc<Header>>>,
}

impl Prover {
    pub(crate) fn new(keys: KeyCache) -> Self {
        Self { keys, header: Mutex::default() }
    }

    /// Proves a token: what it claims, its signature, and the rest.
    ///
    /// Waits for nothing but the issuer's keys, and for those only where the token names one that
    /// is not known and claims what is accepted: who invents keys has to know at least that.
    pub(crate) async fn prove<'t, A: Acceptance>(
        &self,
        acceptance: &A,
        token: &'t str,
        signed: &Digest,
        (received, now): (Instant, Timestamp),
    ) -> Result<Signed<'t>, A::Error> {
        let before = self.header().clone();
        let token = Unverified::parse_after(token, before.clone())?;
        let key = if let Some(key) = self.keys.known_at(token.key_id(), received) {
            key
        } else {
            acceptance.accepts(&token.claimed()?, now)?;
            self.keys.key(token.key_id()).await?
        };
        let claims = token.verify_hashed(&key, signed)?;
        let tenant = acceptance.accepts(&claims, now)?;
        acceptance.accepts_rest(&token)?;
        let header = token.header();
        if !before.is_some_and(|before| Arc::ptr_eq(&before, header)) {
            *self.header() = Some(Arc::clone(header));
        }
        Ok(Signed { token, tenant, expires: claims.expires, key })
    }

    fn header(&self) -> MutexGuard<'_, Option<Arc<Header>>> {
        self.header.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Proves each token once, and knows it again for as long as it lives.
pub(super) struct Remembering {
    pub(super) prover: Prover,
    proven: ProvenTokens,
}

impl Remembering {
    pub(super) fn new(keys: KeyCache) -> Self {
        Self { prover: Prover::new(keys), proven: ProvenTokens::default() }
    }

    /// As [`Prover::prove`], for a token that may have been proven before.
    pub(super) async fn prove<A: Acceptance>(
        &self,
        acceptance: &A,
        token: &str,
        at: (Instant, Timestamp),
    ) -> Result<Verified, A::Error> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLong.into());
        }
        let (received, now) = at;
        let hashed = Hashed::of(token);
        let current = |id: &str| self.prover.keys.known_at(id, received);
        if let Some(tenant) = self.proven.tenant(&hashed, now, current) {
            // It may be served no more since the token was proven.
            return if acceptance.serves(&tenant) {
                Ok(Verified { tenant, repeated: true })
            } else {
                Err(JwtError::WrongTenant.into())
            };
        }
        let proof = self.prover.prove(acceptance, token, &hashed.signed, at).await?;
        let Signed { token, tenant, expires, key } = proof;
        let key_id = Arc::clone(token.header().key_id());
        let proven = Proven { tenant: tenant.clone(), expires, key_id, key };
        self.proven.remember(&hashed, proven, now);
        Ok(Verified { tenant, repeated: false })
    }
}
