//! From an `Authorization` header to the tenant it speaks for.

use std::collections::BTreeSet;

use http::{HeaderMap, header::AUTHORIZATION};
use teams_cc_core::{TenantId, Timestamp};

use super::keys::KeyCache;
use crate::jwt::{JwtError, Policy, Unverified};

/// Who may speak, and for whom.
pub(super) struct Verifier {
    pub(super) keys: KeyCache,
    pub(super) policy: Policy,
    pub(super) tenants: BTreeSet<TenantId>,
}

impl Verifier {
    /// The tenant that the request's token speaks for.
    pub(super) async fn verify(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<TenantId, JwtError> {
        let token = Unverified::parse(bearer(headers)?)?;
        let key = self.keys.key(token.key_id()).await?;
        let claims = token.verify(&key)?;
        self.policy.check(&claims, now)?;
        claims.tenant.filter(|tenant| self.tenants.contains(tenant)).ok_or(JwtError::WrongTenant)
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, JwtError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(JwtError::Missing);
    };
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(JwtError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(JwtError::Missing) }
}
