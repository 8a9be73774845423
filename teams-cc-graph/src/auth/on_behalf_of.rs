//! The [on-behalf-of flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow): an API acts for who called it.

use std::fmt;

use async_trait::async_trait;
use teams_cc_core::secret::Secret;

use super::form::Form;
use super::registration::of_person;
use super::{AccessToken, AppRegistration, SignedIn, TokenProvider, TokenRequest};
use crate::error::{ConfigError, Error};

/// Acts for the person whose token an API of yours was called with, such as a tab in Teams.
///
/// Prove that token before: that it is for your app, from the tenant you serve, and a person's.
/// One of these lives as long as that token; wrap it in a [`TokenCache`](super::TokenCache) where
/// it serves several requests. Where the person has to do something first, the error brings the
/// [`claims`](crate::SignInError::claims) to hand back to the client.
#[derive(Clone)]
pub struct OnBehalfOf {
    app: AppRegistration,
    assertion: Secret,
}

impl OnBehalfOf {
    pub(super) fn new(app: AppRegistration, assertion: Secret) -> Self {
        Self { app, assertion }
    }

    /// Exchanges the token. Dropping the future stops asking.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`](crate::ErrorKind::SignIn) where the endpoint refuses.
    pub async fn exchange(&self, wanted: &TokenRequest) -> Result<SignedIn, Error> {
        if !self.app.is_confidential() {
            return Err(ConfigError::PublicClient.into());
        }
        let form = Form::grant("urn:ietf:params:oauth:grant-type:jwt-bearer")
            .plain("requested_token_use", "on_behalf_of")
            .secret("assertion", &self.assertion)
            .plain("scope", of_person(&wanted.scope))
            .plain_if("claims", self.app.claims(wanted.claims.as_deref()));
        self.app.sign_in(&wanted.tenant, &form, None).await
    }
}

#[async_trait]
impl TokenProvider for OnBehalfOf {
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(self.exchange(wanted).await?.token)
    }
}

impl fmt::Debug for OnBehalfOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnBehalfOf").field("app", &self.app).finish_non_exhaustive()
    }
}
