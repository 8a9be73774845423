//! The bearer token, and one fresh token after a 401.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::AUTHORIZATION;
use teams_cc_core::TenantId;
use tower::{Service, ServiceExt};

use super::{Answer, Order, Response, ready_at_once};
use crate::auth::{AccessToken, Granted, TokenProvider};
use crate::config::SharedClock;
use crate::error::{ConfigError, Error, InvalidRequest, SignInError};

/// Puts the token of the order's tenant on its request.
#[derive(Clone)]
pub(crate) struct Auth<S> {
    inner: S,
    signer: Arc<Signer>,
}

struct Signer {
    provider: Arc<dyn TokenProvider>,
    clock: SharedClock,
}

impl<S> Auth<S> {
    pub(crate) fn new(inner: S, provider: Arc<dyn TokenProvider>, clock: SharedClock) -> Self {
        Self { inner, signer: Arc::new(Signer { provider, clock }) }
    }
}

impl<S> Service<Order> for Auth<S>
where
    S: Service<http::Request<Bytes>, Response = Response, Error = Error>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, order: Order) -> Answer {
        let Self { inner, signer } = self.clone();
        Box::pin(async move {
            let token = signer.token(&order).await?;
            let first = signed(order.request.clone(), &token)?;
            let response = signer.send(inner.clone(), first, &order, &token).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            // The service may have revoked a token that still looks valid; one fresh one decides.
            let wanted = order.wanted.as_deref().ok_or(ConfigError::NoTenant)?;
            signer.provider.refused(wanted, &token).await;
            let fresh = signer.token(&order).await?;
            if fresh == token {
                return Ok(response);
            }
            let again = signed(order.request.clone(), &fresh)?;
            signer.send(inner, again, &order, &fresh).await
        })
    }
}

impl Signer {
    async fn token(&self, order: &Order) -> Result<AccessToken, Error> {
        let wanted = order.wanted.as_deref().ok_or(ConfigError::NoTenant)?;
        let began = order.phases.as_ref().map(|phases| (phases, self.clock.now()));
        let token = self.provider.token(wanted).await;
        if let Some((phases, began)) = began {
            phases.token.add(self.clock.now().since(began));
        }
        let token = token?;
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

    async fn send<S>(
        &self,
        inner: S,
        request: http::Request<Bytes>,
        order: &Order,
        token: &AccessToken,
    ) -> Result<Response, Error>
    where
        S: Service<http::Request<Bytes>, Response = Response, Error = Error>,
    {
        let began = order.phases.as_ref().map(|phases| (phases, self.clock.now()));
        let response = inner.oneshot(request).await;
        if let Some((phases, began)) = began {
            phases.send.add(self.clock.now().since(began));
        }
        response.map(|response| without(response, token))
    }
}

fn signed(
    mut request: http::Request<Bytes>,
    token: &AccessToken,
) -> Result<http::Request<Bytes>, Error> {
    let value = token.header().ok_or_else(|| {
        Error::sign_in(SignInError::new("invalid_token", "the token cannot stand in a header"))
    })?;
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}

/// Whether a token's tenant may be the wanted one, which may be named by a domain instead.
fn may_be_the_same(token: &str, wanted: &TenantId) -> bool {
    let is_id = |text: &str| uuid::Uuid::try_parse(text).is_ok();
    !is_id(token) || !is_id(wanted.as_str()) || token.eq_ignore_ascii_case(wanted.as_str())
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
