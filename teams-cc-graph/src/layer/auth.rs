//! The bearer token, and one fresh token after a 401.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use teams_cc_core::TenantId;
use tower::{Service, ServiceExt};

use super::{Answer, Request, Response, ready_at_once};
use crate::auth::{AccessToken, TokenProvider, TokenRequest};
use crate::error::{ConfigError, Error, SignInError};

/// Puts the token of the request's tenant on it.
#[derive(Clone)]
pub(crate) struct Auth<S> {
    pub(crate) inner: S,
    pub(crate) provider: Arc<dyn TokenProvider>,
    pub(crate) scope: Arc<str>,
}

impl<S> Service<Request> for Auth<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, request: Request) -> Answer {
        let Self { inner, provider, scope } = self.clone();
        Box::pin(async move {
            let tenant = request.extensions().get::<TenantId>().cloned();
            let wanted = TokenRequest::new(tenant.ok_or(ConfigError::NoTenant)?, &*scope);
            let token = provider.token(&wanted).await?;
            let response = inner.clone().oneshot(signed(request.clone(), &token)?).await?;
            let response = without(response, &token);
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            // The service may have revoked a token that still looks valid; one fresh one decides.
            provider.refused(&wanted, &token).await;
            let fresh = provider.token(&wanted).await?;
            if fresh == token {
                return Ok(response);
            }
            let response = inner.oneshot(signed(request, &fresh)?).await?;
            Ok(without(response, &fresh))
        })
    }
}

fn signed(mut request: Request, token: &AccessToken) -> Result<Request, Error> {
    let value = format!("Bearer {}", token.secret().reveal());
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        Error::sign_in(SignInError::new("invalid_token", "the token cannot stand in a header"))
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}

/// Takes the token out of a refusal that repeats it, so that no error can show it.
///
/// Gateways in the way are known to echo what they were sent.
fn without(mut response: Response, token: &AccessToken) -> Response {
    let token = token.secret().reveal();
    if response.status().is_success() || token.is_empty() {
        return response;
    }
    for value in response.headers_mut().values_mut() {
        if value.as_bytes().windows(token.len()).any(|part| part == token.as_bytes()) {
            *value = HeaderValue::from_static("hidden");
        }
    }
    let text = String::from_utf8_lossy(response.body());
    if text.contains(token) {
        let body = text.replace(token, "hidden").into();
        *response.body_mut() = body;
    }
    response
}
