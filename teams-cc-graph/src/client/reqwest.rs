//! The default transport: HTTPS by reqwest, bodies up to a bound.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use reqwest::{redirect, retry};
use tower::Service;
use url::Url;

use super::BoxError;
use super::parts::{InParts, Parts};
use super::unprocessed::{MAX_RESENDS, is_unprocessed};
use crate::error::{ConfigError, Error, ErrorKind};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Headers that most requests have at most.
const USUAL_HEADERS: usize = 6;

/// How long an idle connection is kept.
const POOL_IDLE: Duration = Duration::from_mins(1);

/// The default transport; a clone shares its connections.
#[derive(Clone)]
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
    max_response_bytes: usize,
}

impl ReqwestTransport {
    /// A transport that trusts the platform's roots, and `roots` (PEM) beside them.
    pub(super) fn new(
        user_agent: &'static str,
        max_response_bytes: usize,
        roots: &[Vec<u8>],
    ) -> Result<Self, Error> {
        let failed = |error: reqwest::Error| {
            Error::with_source(ErrorKind::Config(ConfigError::Transport), error)
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(HeaderValue::from_static(user_agent))
            .redirect(redirect::Policy::none())
            // What the service did not look at is sent again here, from the request there is:
            // reqwest would copy each request ahead.
            .retry(retry::never().max_retries_per_request(0))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE);
        for root in roots {
            let roots = reqwest::Certificate::from_pem_bundle(root).map_err(failed)?;
            for root in roots {
                builder = builder.add_root_certificate(root);
            }
        }
        let client = builder.build().map_err(failed)?;
        Ok(Self { client, max_response_bytes })
    }

    /// Send a request to a place that is parsed already, with these credentials. Dropping the
    /// future stops waiting.
    pub(crate) fn send_to(
        &self,
        url: Url,
        request: &http::Request<Bytes>,
        authorization: &HeaderValue,
    ) -> impl Future<Output = Result<http::Response<Bytes>, BoxError>> + Send + use<> {
        let mut outgoing = reqwest::Request::new(request.method().clone(), url);
        *outgoing.version_mut() = request.version();
        // Not a clone of those there are: with room for what else is added here and below.
        let mut headers = HeaderMap::with_capacity(USUAL_HEADERS.max(request.headers().len() + 2));
        for (name, value) in request.headers() {
            headers.append(name.clone(), value.clone());
        }
        headers.insert(AUTHORIZATION, authorization.clone());
        *outgoing.headers_mut() = headers;
        *outgoing.body_mut() = Some(request.body().clone().into());
        let in_parts = request.extensions().get::<InParts>().is_some();
        self.execute(outgoing, in_parts)
    }

    /// Send the request, and read its answer up to the bound. Dropping the future stops waiting.
    pub(crate) async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, BoxError> {
        let in_parts = request.extensions().get::<InParts>().is_some();
        let mut resends = 0;
        loop {
            let copy = request.clone().try_into().map_err(reqwest::Error::without_url)?;
            match self.execute(copy, in_parts).await {
                Err(error) if resends < MAX_RESENDS && is_unprocessed(&*error) => resends += 1,
                sent => return sent,
            }
        }
    }

    /// Not async itself: the future so holds what is sent once, and not the request besides.
    fn execute(
        &self,
        request: reqwest::Request,
        in_parts: bool,
    ) -> impl Future<Output = Result<http::Response<Bytes>, BoxError>> + Send + use<> {
        read(self.client.execute(request), in_parts, self.max_response_bytes)
    }
}

/// The answer to a request under way, read up to the bound.
async fn read(
    sent: impl Future<Output = reqwest::Result<reqwest::Response>>,
    in_parts: bool,
    limit: usize,
) -> Result<http::Response<Bytes>, BoxError> {
    let too_large = || Error::new(ErrorKind::ResponseTooLarge { limit });
    // The URL of an error may name people; what failed is said without it.
    let failed = reqwest::Error::without_url;
    let mut response = sent.await.map_err(failed)?;
    if in_parts && response.status().is_success() {
        let mut answer = head(&mut response);
        answer.extensions_mut().insert(Parts::new(response));
        return Ok(answer);
    }
    let declared = response.content_length().unwrap_or(0);
    if usize::try_from(declared).map_or(true, |declared| declared > limit) {
        return Err(too_large().into());
    }
    let mut answer = head(&mut response);
    let mut body = response.chunk().await.map_err(failed)?.unwrap_or_default();
    if body.len() > limit {
        return Err(too_large().into());
    }
    // Most answers are one chunk, which is kept as it came.
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large().into());
        }
        let mut joined = body.try_into_mut().unwrap_or_else(|body| BytesMut::from(&body[..]));
        joined.extend_from_slice(&chunk);
        body = joined.freeze();
    }
    *answer.body_mut() = body;
    Ok(answer)
}

/// The answer without its body. The length of that must have been looked at before.
fn head(response: &mut reqwest::Response) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.version_mut() = response.version();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    answer
}

impl Service<http::Request<Bytes>> for ReqwestTransport {
    type Response = http::Response<Bytes>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Bytes>) -> Self::Future {
        let transport = self.clone();
        Box::pin(async move { transport.send(request).await })
    }
}
