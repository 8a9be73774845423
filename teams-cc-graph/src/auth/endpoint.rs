//! Asking the token endpoint, as often as that helps.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use teams_cc_core::TenantId;
use teams_cc_core::retry::Backoff;
use url::form_urlencoded;

use super::AppRegistration;
use super::form::Form;
use super::grant::{Grant, refusal};
use crate::config::DEFAULT_ATTEMPT_TIMEOUT;
use crate::error::{ConfigError, Error, ErrorKind};
use crate::layer::{Attempt, retry_after};

/// The header that names a request.
const CLIENT_REQUEST_ID: &str = "client-request-id";

/// Attempts for one token; the cache holds back what fails longer.
const ATTEMPTS: u32 = 3;

/// The longest wait between two attempts; asked to wait longer, the endpoint is left alone.
const MAX_WAIT: Duration = Duration::from_secs(10);

impl AppRegistration {
    /// The address of one of the tenant's OAuth endpoints.
    pub(super) fn address(&self, tenant: &TenantId, name: &str) -> String {
        let tenant: String = form_urlencoded::byte_serialize(tenant.as_str().as_bytes()).collect();
        format!("{}/{tenant}/oauth2/v2.0/{name}", self.authority())
    }

    /// Asks for a token, again where a failure may pass. Dropping the future stops asking.
    pub(super) async fn ask(&self, tenant: &TenantId, form: &Form) -> Result<Grant, Error> {
        let backoff = Backoff::new(self.seed_of(tenant.as_str()));
        let mut retry = 0;
        loop {
            let error = match self.ask_once(tenant, form).await {
                Err(error) if error.is_retryable() && retry + 1 < ATTEMPTS => error,
                result => return result,
            };
            let asked = match error.kind() {
                ErrorKind::SignIn(refusal) => refusal.retry_after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            if asked > MAX_WAIT {
                return Err(error);
            }
            tokio::time::sleep(backoff.delay(retry).max(asked)).await;
            retry += 1;
        }
    }

    /// Asks for a token once, with a proof of the app made for this one time.
    pub(super) async fn ask_once(&self, tenant: &TenantId, form: &Form) -> Result<Grant, Error> {
        let address = self.address(tenant, "token");
        let form = form.clone().plain("client_id", self.client_id().as_str());
        let form = self.prove(form, &address).await?;
        Grant::read(&self.post(&address, &form).await?)
    }

    /// Posts a form once; the body of a success, or the refusal.
    pub(super) async fn post(&self, address: &str, form: &Form) -> Result<Bytes, Error> {
        let mut request = http::Request::new(form.body());
        *request.method_mut() = Method::POST;
        *request.uri_mut() =
            address.parse().map_err(|_| ConfigError::Endpoint { what: "authority" })?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        // The id to look for in the tenant's sign-in log; a refusal brings it back.
        if let Ok(id) = HeaderValue::try_from(self.next_id().to_string()) {
            request.headers_mut().insert(CLIENT_REQUEST_ID, id);
        }
        let attempt = Attempt::new(self.transport(), DEFAULT_ATTEMPT_TIMEOUT);
        let response = attempt.send(request).await?;
        let status = response.status();
        if status.is_success() {
            tracing::debug!(grant = form.grant_type(), "the sign-in endpoint answered");
            return Ok(response.into_body());
        }
        let wait = retry_after(&response, self.clock());
        let refused = refusal(status, response.body(), wait, form);
        tracing::debug!(
            grant = form.grant_type(),
            status = status.as_u16(),
            error = refused.error,
            codes = ?refused.codes,
            correlation_id = refused.correlation_id,
            "the sign-in endpoint refused"
        );
        Err(Error::sign_in(refused))
    }
}
