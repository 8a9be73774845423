//! The default transport: HTTPS by reqwest, bodies up to a bound.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::redirect;
use tower::Service;

use super::BoxError;
use crate::error::{ConfigError, Error, ErrorKind};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept.
const POOL_IDLE: Duration = Duration::from_mins(1);

#[derive(Clone)]
pub(super) struct ReqwestTransport {
    client: reqwest::Client,
    max_response_bytes: usize,
}

impl ReqwestTransport {
    /// A transport that trusts the platform's roots, and `roots` (PEM) beside them.
    pub(super) fn new(
        user_agent: &str,
        max_response_bytes: usize,
        roots: &[Vec<u8>],
    ) -> Result<Self, Error> {
        let failed = |error: reqwest::Error| {
            Error::with_source(ErrorKind::Config(ConfigError::Transport), error)
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent)
            .redirect(redirect::Policy::none())
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

    async fn send(self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, BoxError> {
        let limit = self.max_response_bytes;
        let too_large = || Error::new(ErrorKind::ResponseTooLarge { limit });
        // The URL of an error may name people; what failed is said without it.
        let failed = reqwest::Error::without_url;
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let declared = response.content_length().unwrap_or(0);
        if usize::try_from(declared).map_or(true, |declared| declared > limit) {
            return Err(too_large().into());
        }
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.version_mut() = response.version();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
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
}

impl Service<http::Request<Bytes>> for ReqwestTransport {
    type Response = http::Response<Bytes>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Bytes>) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}
