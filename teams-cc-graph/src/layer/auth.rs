//! The bearer token, and one fresh token after a 401.

use std::sync::Arc;

use http::StatusCode;

use super::{Attempt, Handle, Order, Response};
use crate::auth::{AccessToken, Granted, TokenProvider, TokenRequest, challenge, may_be_the_same};
use crate::config::SharedClock;
use crate::error::{ConfigError, Error, InvalidRequest, SignInError};

/// Puts the token of the order's tenant on its request.
pub(crate) struct Auth {
    attempt: Attempt,
    provider: Arc<dyn TokenProvider>,
    clock: SharedClock,
}

impl Auth {
    pub(crate) fn new(
        attempt: Attempt,
        provider: Arc<dyn TokenProvider>,
        clock: SharedClock,
    ) -> Self {
        Self { attempt, provider, clock }
    }
}

impl Handle for Auth {
    async fn handle(&self, order: &mut Order<'_>) -> Result<Response, Error> {
        let mut token = self.token(order).await?;
        let mut is_first = true;
        loop {
            let response = {
                let response = self.send(order, &token).await?;
                if response.status() != StatusCode::UNAUTHORIZED || !is_first {
                    return Ok(response);
                }
                // Rare, and boxed so that the usual way has no room for it.
                Box::new(response)
            };
            // The service may have revoked a token that still looks valid; one fresh one decides.
            let wanted = order.wanted.ok_or(ConfigError::NoTenant)?;
            let claims = challenge::insufficient_claims(response.headers());
            self.provider.refused(wanted, &token).await;
            let fresh = match claims {
                Some(claims) => {
                    let challenged = wanted.clone().claims(claims);
                    let fresh = self.wait_for_token(order, &challenged).await?;
                    of_tenant(fresh, wanted)?
                }
                None => self.token(order).await?,
            };
            if fresh == token {
                return Ok(*response);
            }
            token = fresh;
            is_first = false;
        }
    }
}

impl Auth {
    async fn token(&self, order: &Order<'_>) -> Result<AccessToken, Error> {
        let wanted = order.wanted.ok_or(ConfigError::NoTenant)?;
        let token = match self.provider.at_hand(wanted) {
            Some(token) => token,
            None => self.wait_for_token(order, wanted).await?,
        };
        of_tenant(token, wanted)
    }

    async fn wait_for_token(
        &self,
        order: &Order<'_>,
        wanted: &TokenRequest,
    ) -> Result<AccessToken, Error> {
        let began = order.phases.as_ref().map(|phases| (phases, self.clock.now()));
        let token = self.provider.token(wanted).await;
        if let Some((phases, began)) = began {
            phases.token.add(self.clock.now().since(began));
        }
        token
    }

    async fn send(&self, order: &Order<'_>, token: &AccessToken) -> Result<Response, Error> {
        let authorization = token.header().ok_or_else(|| {
            Error::sign_in(SignInError::new("invalid_token", "the token cannot stand in a header"))
        })?;
        let began = order.phases.as_ref().map(|phases| (phases, self.clock.now()));
        let response = self.attempt.send_signed(order, authorization).await;
        if let Some((phases, began)) = began {
            phases.send.add(self.clock.now().since(began));
        }
        response.map(|response| without(response, token))
    }
}

/// The token, unless it says that it is of another tenant.
fn of_tenant(token: AccessToken, wanted: &TokenRequest) -> Result<AccessToken, Error> {
    match token.granted().and_then(|granted| granted.tenant.as_deref()) {
        Some(tenant) if !may_be_the_same(tenant, &wanted.tenant) => {
            Err(InvalidRequest::TokenOfAnotherTenant {
                token: tenant.into(),
                wanted: wanted.tenant.clone(),
            }
            .into())
        }
        _ => Ok(token),
    }
}

/// Takes the token out of a refusal that repeats it, so that no error can show it, and says what
/// the token granted.
///
/// Gateways in the way are known to echo what they were sent.
fn without(mut response: Response, token: &AccessToken) -> Response {
    if response.status().is_success() {
        return response;
    }
    if let Some(granted) = token.granted() {
        response.extensions_mut().insert::<Arc<Granted>>(Arc::clone(granted));
    }
    let token = token.secret().reveal();
    if token.is_empty() {
        return response;
    }
    for value in response.headers_mut().values_mut() {
        if value.as_bytes().windows(token.len()).any(|part| part == token.as_bytes()) {
            *value = http::HeaderValue::from_static("hidden");
        }
    }
    let text = String::from_utf8_lossy(response.body());
    if text.contains(token) {
        let body = text.replace(token, "hidden").into();
        *response.body_mut() = body;
    }
    response
}
