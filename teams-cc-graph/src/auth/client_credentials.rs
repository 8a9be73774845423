//! The [client credentials grant](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow): the app by itself.

use async_trait::async_trait;

use super::form::Form;
use super::{AccessToken, AppRegistration, TokenProvider, TokenRequest};
use crate::error::{ConfigError, Error};

/// Signs the app in by itself, anew at every call. Wrap it in a
/// [`TokenCache`](super::TokenCache).
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    app: AppRegistration,
}

impl ClientCredentials {
    /// The app by itself, in whichever tenant a token is asked for.
    #[must_use]
    pub fn new(app: AppRegistration) -> Self {
        Self { app }
    }
}

#[async_trait]
impl TokenProvider for ClientCredentials {
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        // Shared authorities name no tenant, which this grant needs (AADSTS9001023).
        if ["common", "organizations", "consumers"].contains(&wanted.tenant.as_str()) {
            return Err(ConfigError::SharedTenant.into());
        }
        if !self.app.is_confidential() {
            return Err(ConfigError::PublicClient.into());
        }
        let form = Form::grant("client_credentials")
            .plain("scope", &wanted.scope)
            .plain_if("claims", self.app.claims(wanted.claims.as_deref()));
        Ok(self.app.ask(&wanted.tenant, &form).await?.access_token)
    }
}
