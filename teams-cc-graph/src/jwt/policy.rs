//! What this application accepts.

use std::time::Duration;

use teams_cc_core::{TenantId, Timestamp};

use super::{Claims, JwtError};

/// The most that two clocks may differ. Tokens of the calling service live as little as this.
pub const MAX_SKEW: Duration = Duration::from_mins(5);

/// Which tokens are accepted, once their signature is proven.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// The issuers accepted, compared byte by byte.
    pub issuers: Vec<Box<str>>,
    /// The audience that must be named, compared without regard to case.
    pub audience: Box<str>,
    /// How far the clocks may differ; more than [`MAX_SKEW`] counts as that.
    pub skew: Duration,
}

impl Policy {
    /// Accepts tokens of these issuers for one audience, with the largest clock difference.
    pub fn new<I: Into<Box<str>>>(
        issuers: impl IntoIterator<Item = I>,
        audience: impl Into<Box<str>>,
    ) -> Self {
        Self {
            issuers: issuers.into_iter().map(Into::into).collect(),
            audience: audience.into(),
            skew: MAX_SKEW,
        }
    }

    /// Accepts tokens that a tenant's issuer signed, by issuers with the tenant in place of `{}`.
    pub(crate) fn of_tenant(issuers: &[Box<str>], tenant: &TenantId, audience: &str) -> Self {
        let issuers = issuers.iter().map(|issuer| issuer.replace("{}", tenant.as_str()));
        Self::new(issuers, audience)
    }

    /// Sets how far the clocks may differ.
    #[must_use]
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// Holds the claims against this policy at the wall time `now`.
    ///
    /// # Errors
    ///
    /// [`JwtError::WrongIssuer`], [`JwtError::WrongAudience`], [`JwtError::Expired`] or
    /// [`JwtError::NotYetValid`].
    pub fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), JwtError> {
        if !self.issuers.contains(&claims.issuer) {
            return Err(JwtError::WrongIssuer);
        }
        if !claims.audiences.iter().any(|one| one.eq_ignore_ascii_case(&self.audience)) {
            return Err(JwtError::WrongAudience);
        }
        let now = now.unix_seconds();
        let skew = i64::try_from(self.skew.min(MAX_SKEW).as_secs()).unwrap_or(0);
        if now >= claims.expires.saturating_add(skew) {
            return Err(JwtError::Expired);
        }
        if claims.not_before.is_some_and(|from| now < from.saturating_sub(skew)) {
            return Err(JwtError::NotYetValid);
        }
        Ok(())
    }
}
