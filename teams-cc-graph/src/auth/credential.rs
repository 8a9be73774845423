//! With what an app proves itself.

use std::fmt;
use std::sync::Arc;

use teams_cc_core::secret::Secret;

use super::AssertionSource;
#[cfg(feature = "client-certificate")]
use super::ClientCertificate;
use super::form::Form;
use super::registration::Occasion;
use crate::cloud::Cloud;
use crate::error::{ConfigError, Error, ErrorKind};

/// RFC 7523 §2.2: how an assertion stands for the app.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// With what an [app proves itself](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
/// Debug names the kind alone.
#[derive(Clone)]
pub struct AppCredential(Kind);

#[derive(Clone)]
enum Kind {
    Secret(Secret),
    #[cfg(feature = "client-certificate")]
    Certificate(Arc<ClientCertificate>),
    Assertion(Arc<dyn AssertionSource>, &'static str),
    Public,
}

impl AppCredential {
    /// A client secret.
    #[must_use]
    pub fn secret(secret: Secret) -> Self {
        Self(Kind::Secret(secret))
    }

    /// A [certificate](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
    /// that signs an assertion for each request.
    #[cfg(feature = "client-certificate")]
    #[must_use]
    pub fn certificate(certificate: ClientCertificate) -> Self {
        Self(Kind::Certificate(Arc::new(certificate)))
    }

    /// A [federated credential](https://learn.microsoft.com/entra/workload-id/workload-identity-federation):
    /// tokens of another issuer, such as Kubernetes or a managed identity.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoFederation`] in a cloud for which no audience is documented.
    pub fn federated(source: Arc<dyn AssertionSource>, cloud: Cloud) -> Result<Self, Error> {
        let audience =
            super::assertion::audience(cloud).ok_or(ConfigError::NoFederation { cloud })?;
        Ok(Self(Kind::Assertion(source, audience)))
    }

    /// Nothing: a public client, in which people sign in and which proves no more than its id.
    #[must_use]
    pub fn public() -> Self {
        Self(Kind::Public)
    }

    pub(super) fn is_confidential(&self) -> bool {
        !matches!(self.0, Kind::Public)
    }

    /// The form with the proof.
    pub(super) async fn prove(&self, form: Form, occasion: Occasion<'_>) -> Result<Form, Error> {
        let assertion = match &self.0 {
            Kind::Secret(secret) => return Ok(form.secret("client_secret", secret)),
            Kind::Public => {
                // Nothing of the occasion is needed.
                let _ = occasion;
                return Ok(form);
            }
            #[cfg(feature = "client-certificate")]
            Kind::Certificate(certificate) => certificate.assert(&occasion)?,
            Kind::Assertion(source, audience) => {
                let read = source.assertion(audience).await;
                read.map_err(|error| Error::with_source(ErrorKind::Credential, error))?
            }
        };
        Ok(form
            .plain("client_assertion_type", ASSERTION_TYPE)
            .secret("client_assertion", &assertion))
    }
}

impl From<Secret> for AppCredential {
    fn from(secret: Secret) -> Self {
        Self::secret(secret)
    }
}

impl fmt::Debug for AppCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Secret(_) => "AppCredential(secret)",
            #[cfg(feature = "client-certificate")]
            Kind::Certificate(_) => "AppCredential(certificate)",
            Kind::Assertion(..) => "AppCredential(federated)",
            Kind::Public => "AppCredential(public)",
        })
    }
}
