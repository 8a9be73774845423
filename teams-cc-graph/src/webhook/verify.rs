//! From an `Authorization` header to the tenant it speaks for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, header::AUTHORIZATION};
use teams_cc_core::{Instant, TenantId, Timestamp};

use super::{
    keys::KeyCache,
    proven::{Hashed, Proven, ProvenTokens},
    tenants::Tenants,
};
use crate::jwt::{Claims, Header, JwtError, MAX_TOKEN_BYTES, Policy, Unverified};

/// Who may speak, and for whom.
pub(super) struct Verifier {
    pub(super) keys: KeyCache,
    pub(super) policy: Policy,
    pub(super) tenants: Tenants,
    pub(super) proven: ProvenTokens,
    /// The header of the last token proven; the next one is mostly written alike.
    pub(super) header: Mutex<Option<Arc<Header>>>,
}

/// The tenant a token speaks for.
pub(super) struct Verified {
    pub(super) tenant: TenantId,
    /// Whether the token was proven before.
    pub(super) repeated: bool,
}

impl Verifier {
    /// The tenant that the request's token speaks for.
    pub(super) async fn verify(
        &self,
        headers: &HeaderMap,
        received: Instant,
        now: Timestamp,
    ) -> Result<Verified, JwtError> {
        let bearer = bearer(headers)?;
        if bearer.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLong);
        }
        let hashed = Hashed::of(bearer);
        if let Some(tenant) =
            self.proven.tenant(&hashed, now, |id| self.keys.known_at(id, received))
        {
            // It may be served no more since the token was proven.
            let served = self.tenants.contains(&tenant);
            let verified = Verified { tenant, repeated: true };
            return if served { Ok(verified) } else { Err(JwtError::WrongTenant) };
        }
        let before = self.header().clone();
        let token = Unverified::parse_after(bearer, before.clone())?;
        let key = if let Some(key) = self.keys.known_at(token.key_id(), received) {
            key
        } else {
            // Whoever invents keys has to know at least what a token says here.
            self.accept(&token.claimed()?, now)?;
            self.keys.key(token.key_id()).await?
        };
        let claims = token.verify_hashed(&key, &hashed.signed)?;
        let expires = claims.expires;
        let tenant = self.accept(&claims, now)?;
        let header = token.header();
        let key_id = Arc::clone(header.key_id());
        let proven = Proven { tenant: tenant.clone(), expires, key_id, key };
        self.proven.remember(&hashed, proven, now);
        if !before.is_some_and(|before| Arc::ptr_eq(&before, header)) {
            *self.header() = Some(Arc::clone(header));
        }
        Ok(Verified { tenant, repeated: false })
    }

    fn header(&self) -> MutexGuard<'_, Option<Arc<Header>>> {
        self.header.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenant that claims speak for, where they are what is accepted here.
    fn accept(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError> {
        self.policy.check(claims, now)?;
        let tenant = claims.tenant.as_ref().and_then(|tenant| self.tenants.served(tenant));
        tenant.ok_or(JwtError::WrongTenant)
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, JwtError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(JwtError::Missing);
    };
    let (scheme, token) = str::from_utf8(value.as_bytes())
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(JwtError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(JwtError::Missing) }
}
