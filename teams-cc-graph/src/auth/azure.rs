//! Credentials of Microsoft's [azure_identity](https://docs.rs/azure_identity): managed identities,
//! pipelines, and whatever else it knows.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use teams_cc_core::Clock;
use teams_cc_core::secret::Secret;

use super::{AccessToken, AssertionSource, TokenProvider, TokenRequest};
use crate::client::BoxError;
use crate::error::{Error, ErrorKind};

/// A credential of Azure's SDK, for
/// [managed identities](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity)
/// above all.
///
/// It serves in two ways. As an [`AssertionSource`] its identity vouches for the app, in every
/// customer's tenant: this is the way for a product, and takes a federated credential in the app
/// registration. As a [`TokenProvider`] it signs in as itself, in its own tenant alone, so that a
/// client for another tenant refuses its tokens before they are sent; it answers no claims
/// challenge, since Azure's credentials cannot be asked to.
///
/// ```
/// use std::sync::Arc;
/// use azure_core::credentials::TokenCredential;
/// use teams_cc_graph::{Client, Cloud, SystemClock};
/// use teams_cc_graph::auth::{AppCredential, AzureCredential};
///
/// # fn build(identity: Arc<dyn TokenCredential>) -> Result<Client, Box<dyn std::error::Error>> {
/// // `identity` is azure_identity's `ManagedIdentityCredential`, for one.
/// let source = AzureCredential::new(identity, Arc::new(SystemClock::new()));
/// let credential = AppCredential::federated(Arc::new(source), Cloud::Global)?;
/// let client = Client::builder()
///     .tenant("7b0e9a52-24a5-4a53-9f47-5d9e0b3f2c11".parse()?)
///     .client_credential("8a34a46b-3d17-4adc-8dce-dc4e7d572698".parse()?, credential)
///     .build()?;
/// # Ok(client)
/// # }
/// ```
#[derive(Clone)]
pub struct AzureCredential {
    credential: Arc<dyn TokenCredential>,
    clock: Arc<dyn Clock>,
}

impl AzureCredential {
    /// Takes tokens of this credential; the clock tells how long they still live.
    #[must_use]
    pub fn new(credential: Arc<dyn TokenCredential>, clock: Arc<dyn Clock>) -> Self {
        Self { credential, clock }
    }
}

#[async_trait]
impl AssertionSource for AzureCredential {
    async fn assertion(&self, audience: &str) -> Result<Secret, BoxError> {
        // Azure's credentials take a scope and make the audience of it again.
        let scope = format!("{audience}/.default");
        let token = self.credential.get_token(&[&scope], None).await?;
        Ok(Secret::from(token.token.secret()))
    }
}

#[async_trait]
impl TokenProvider for AzureCredential {
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        let token = self.credential.get_token(&[&wanted.scope], None).await;
        let token = token.map_err(|error| Error::with_source(ErrorKind::Credential, error))?;
        let left =
            token.expires_on.unix_timestamp().saturating_sub(self.clock.wall().unix_seconds());
        let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
        Ok(AccessToken::new(token.token.secret(), left))
    }
}

impl fmt::Debug for AzureCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is inside may show more than an identity.
        f.debug_struct("AzureCredential").finish_non_exhaustive()
    }
}
