//! From an `Authorization` header to the tenant it speaks for.

use http::{HeaderMap, header::AUTHORIZATION};
use teams_cc_core::{Instant, TenantId, Timestamp};

use super::{
    prover::{Acceptance, Remembering, Verified},
    tenants::Tenants,
};
use crate::jwt::{Claims, JwtError, Policy};

/// Who may speak, and for whom.
pub(super) struct Verifier {
    pub(super) tokens: Remembering,
    pub(super) callers: Callers,
}

/// The calling service, for the tenants that are served.
pub(super) struct Callers {
    pub(super) policy: Policy,
    pub(super) tenants: Tenants,
}

impl Verifier {
    /// The tenant that the request's token speaks for.
    pub(super) async fn verify(
        &self,
        headers: &HeaderMap,
        received: Instant,
        now: Timestamp,
    ) -> Result<Verified, JwtError> {
        self.tokens.prove(&self.callers, bearer(headers)?, (received, now)).await
    }
}

impl Acceptance for Callers {
    type Error = JwtError;

    fn accepts(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError> {
        self.policy.check(claims, now)?;
        let tenant = claims.tenant.as_ref().and_then(|tenant| self.tenants.served(tenant));
        tenant.ok_or(JwtError::WrongTenant)
    }

    fn serves(&self, tenant: &TenantId) -> bool {
        self.tenants.contains(tenant)
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
