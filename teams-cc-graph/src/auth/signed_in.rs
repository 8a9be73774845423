//! What a person's sign-in gives.

use std::fmt;

use teams_cc_core::TenantId;
use teams_cc_core::secret::Secret;

use super::grant::Grant;
use super::{AccessToken, AppRegistration, IdToken};
use crate::error::Error;

/// A person who has signed in. Debug shows neither tokens nor names.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The token for Graph.
    pub token: AccessToken,
    /// What the next tokens are had with: keep it as a secret.
    pub refresh_token: Option<Secret>,
    /// Who it is, proven; none where the endpoint did not say.
    pub id_token: Option<IdToken>,
    /// What was granted.
    pub scopes: Vec<String>,
}

impl SignedIn {
    /// Reads a grant; an id token in it has to be proven, and of the tenant that was asked.
    pub(super) async fn read(
        app: &AppRegistration,
        grant: Grant,
        tenant: &TenantId,
        nonce: Option<&str>,
    ) -> Result<Self, Error> {
        let rules = app.id_token_rules();
        let id_token = match &grant.id_token {
            Some(token) => Some(rules.prove(token, Some(tenant), nonce).await?),
            // Who asked for one to be bound to the browser's sign-in takes nothing less.
            None if nonce.is_some() => return Err(rules.missing()),
            None => None,
        };
        Ok(Self {
            token: grant.access_token,
            refresh_token: grant.refresh_token,
            id_token,
            scopes: grant.scopes,
        })
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("token", &self.token)
            .field("has_refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token)
            .field("scopes", &self.scopes)
            .finish()
    }
}
