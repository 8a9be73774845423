//! The [client credentials grant](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow) with a secret.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use teams_cc_core::AppId;
use teams_cc_core::retry::Backoff;
use teams_cc_core::secret::Secret;
use teams_cc_core::seed::Seed;
use url::form_urlencoded;

use super::{AccessToken, TokenProvider, TokenRequest};
use crate::client::Transport;
use crate::config::DEFAULT_ATTEMPT_TIMEOUT;
use crate::error::{ConfigError, Error, ErrorKind, SignInError};
use crate::layer::Attempt;
use crate::wire::without_mark;

/// Attempts for one token; the cache holds back what fails longer.
const ATTEMPTS: u32 = 3;

/// Octets kept of each text of a refusal; Microsoft's own stay far below.
const MAX_TEXT: usize = 4 * 1024;

/// The most error codes kept of a refusal.
const MAX_CODES: usize = 16;

/// Signs an app in with its secret, anew at every call. Wrap it in a
/// [`TokenCache`](super::TokenCache).
#[derive(Clone)]
pub struct ClientSecret {
    authority: String,
    client_id: AppId,
    secret: Secret,
    transport: Transport,
    seed: Seed,
}

impl ClientSecret {
    /// A credential at an authority such as `https://login.microsoftonline.com`.
    #[must_use]
    pub fn new(
        authority: impl Into<String>,
        client_id: AppId,
        secret: Secret,
        transport: Transport,
    ) -> Self {
        let authority = authority.into().trim_end_matches('/').to_owned();
        Self { authority, client_id, secret, transport, seed: Seed::new(0) }
    }

    /// Set the seed of the waits between attempts.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    fn request(&self, wanted: &TokenRequest) -> Result<http::Request<Bytes>, Error> {
        let tenant = wanted.tenant.as_str();
        // Shared authorities name no tenant, which this grant needs (AADSTS9001023).
        if ["common", "organizations", "consumers"].contains(&tenant) {
            return Err(ConfigError::SharedTenant.into());
        }
        let tenant: String = form_urlencoded::byte_serialize(tenant.as_bytes()).collect();
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", self.client_id.as_str())
            .append_pair("scope", &wanted.scope)
            .append_pair("client_secret", self.secret.reveal())
            .append_pair("grant_type", "client_credentials")
            .finish();
        let mut request = http::Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = format!("{}/{tenant}/oauth2/v2.0/token", self.authority)
            .parse()
            .map_err(|_| ConfigError::Endpoint { what: "authority" })?;
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, form);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        Ok(request)
    }

    async fn attempt(&self, request: http::Request<Bytes>) -> Result<AccessToken, Error> {
        let attempt = Attempt::new(self.transport.clone(), DEFAULT_ATTEMPT_TIMEOUT);
        let response = attempt.send(request).await?;
        if !response.status().is_success() {
            return Err(refusal(response.status(), response.body(), &self.secret));
        }
        // The body holds the token, so a decoding error must not quote it.
        let grant: Grant = serde_json::from_slice(without_mark(response.body())).map_err(|_| {
            Error::sign_in(SignInError::new("invalid_response", "the endpoint gave no token"))
        })?;
        Ok(AccessToken::new(grant.access_token, Duration::from_secs(grant.expires_in)))
    }
}

#[async_trait]
impl TokenProvider for ClientSecret {
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        let request = self.request(wanted)?;
        let backoff = Backoff::new(self.seed.derive(wanted.tenant.as_str()));
        let mut retry = 0;
        loop {
            match self.attempt(request.clone()).await {
                Err(error) if error.is_retryable() && retry + 1 < ATTEMPTS => {
                    tokio::time::sleep(backoff.delay(retry)).await;
                    retry += 1;
                }
                result => return result,
            }
        }
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret")
            .field("authority", &self.authority)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    #[serde(deserialize_with = "seconds")]
    expires_in: u64,
}

/// A number, or a number as text, as older endpoints write it.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(seconds) => Ok(seconds),
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    error_codes: Vec<i64>,
    correlation_id: Option<String>,
}

fn refusal(status: StatusCode, body: &[u8], secret: &Secret) -> Error {
    let refusal: Refusal = serde_json::from_slice(without_mark(body)).unwrap_or_default();
    let error = if refusal.error.is_empty() { "no_answer".to_owned() } else { refusal.error };
    Error::new(ErrorKind::SignIn(Box::new(SignInError {
        status: Some(status),
        error: fit(&error, secret),
        description: fit(&refusal.error_description, secret),
        codes: refusal.error_codes.into_iter().take(MAX_CODES).collect(),
        correlation_id: refusal.correlation_id.map(|id| fit(&id, secret)),
    })))
}

/// What may be kept of a refusal's text: not our secret, should it be echoed, and no more than
/// [`MAX_TEXT`].
fn fit(text: &str, secret: &Secret) -> String {
    let mut kept = text.to_owned();
    if !secret.is_empty() {
        let encoded: String = form_urlencoded::byte_serialize(secret.reveal().as_bytes()).collect();
        kept = kept.replace(secret.reveal(), "hidden").replace(&encoded, "hidden");
    }
    kept.truncate(kept.floor_char_boundary(MAX_TEXT));
    kept
}
