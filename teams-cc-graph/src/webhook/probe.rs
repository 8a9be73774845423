//! Trying an endpoint before Graph does.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::Transport;

/// How long an endpoint may take to answer its validation, as Graph gives it.
const PROBE_WITHIN: Duration = Duration::from_secs(10);

/// Why an endpoint would not be accepted by Graph, or should not be in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The address is none.
    #[error(
        "the endpoint's address is no absolute URL: configure the one that Graph is to post to"
    )]
    Address,
    /// Nobody answered.
    #[error("the endpoint cannot be reached: check its name, its certificate and the way to it")]
    Unreachable,
    /// The answer came too late.
    #[error(
        "the endpoint did not answer within ten seconds, as long as Graph waits: start it before \
         subscribing, and answer validations ahead of everything else"
    )]
    Late,
    /// The endpoint refused, or failed.
    #[error(
        "the endpoint answered the validation with status {0}: answer a post with validationToken \
         with 200, whoever sends it"
    )]
    Status(u16),
    /// The endpoint answered with another text than its token.
    #[error(
        "the endpoint did not answer with the token it was sent: answer with validationToken alone, \
         decoded, as plain text"
    )]
    Token,
    /// Something else answered in its place.
    #[error(
        "something answered a post without any proof with status {0}, which the intake does not: \
         check the path and the proxy in front"
    )]
    NotTheIntake(u16),
    /// The endpoint took a post that nothing vouches for.
    #[error(
        "the endpoint answered a post without any proof with status {0}: let every post pass \
         through the intake, which refuses such"
    )]
    TakesStrangers(u16),
}

/// Posts to a subscription's endpoint as Graph does before it makes the subscription; `chance` is
/// what tells this attempt from others.
///
/// Dropping the future gives the attempt up.
///
/// # Errors
///
/// [`ProbeError`] names what to mend.
pub async fn probe_notifications(
    transport: Transport,
    url: &str,
    chance: &str,
) -> Result<(), ProbeError> {
    // Graph's own token is a sentence, too: whoever does not decode it is found out.
    let token = format!("Validation: trying the endpoint + {chance}");
    let query: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}validationToken={query}");
    let (status, body) = post(transport, &url, Bytes::new()).await?;
    if status != StatusCode::OK {
        return Err(ProbeError::Status(status.as_u16()));
    }
    if body == token.as_bytes() { Ok(()) } else { Err(ProbeError::Token) }
}

/// Posts to the endpoint of calls as anybody could: it has to be there, and to refuse.
///
/// Dropping the future gives the attempt up.
///
/// # Errors
///
/// [`ProbeError`] names what to mend.
pub async fn probe_callbacks(transport: Transport, url: &str) -> Result<(), ProbeError> {
    match post(transport, url, Bytes::from_static(b"{}")).await?.0 {
        StatusCode::UNAUTHORIZED => Ok(()),
        status if status.is_success() => Err(ProbeError::TakesStrangers(status.as_u16())),
        status => Err(ProbeError::NotTheIntake(status.as_u16())),
    }
}

async fn post(
    transport: Transport,
    url: &str,
    body: Bytes,
) -> Result<(StatusCode, Bytes), ProbeError> {
    let request = Request::builder().method(Method::POST).uri(url).body(body);
    let request = request.ok().filter(|request| request.uri().host().is_some());
    let request = request.ok_or(ProbeError::Address)?;
    match tokio::time::timeout(PROBE_WITHIN, transport.oneshot(request)).await {
        Ok(Ok(response)) => Ok((response.status(), response.into_body())),
        Ok(Err(_)) => Err(ProbeError::Unreachable),
        Err(_) => Err(ProbeError::Late),
    }
}
