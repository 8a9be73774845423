//! The default transport: HTTPS by reqwest, bodies up to a bound.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Uri;
use reqwest::redirect;
use tower::Service;
use url::Url;

use super::BoxError;
use super::parts::{InParts, Parts};
use crate::error::{ConfigError, Error, ErrorKind};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept.
const POOL_IDLE: Duration = Duration::from_mins(1);

#[derive(Clone)]
pub(super) struct ReqwestTransport {
    client: reqwest::Client,
    max_response_bytes: usize,
    origin: Option<Origin>,
}

/// The origin most requests go to, parsed once.
#[derive(Clone)]
struct Origin {
    url: Url,
    authority: Arc<str>,
}

impl ReqwestTransport {
    /// A transport that trusts the platform's roots, and `roots` (PEM) beside them. Most requests
    /// go where `endpoint` is.
    pub(super) fn new(
        user_agent: &str,
        max_response_bytes: usize,
        roots: &[Vec<u8>],
        endpoint: &str,
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
        Ok(Self { client, max_response_bytes, origin: Origin::of(endpoint) })
    }

    /// The request in the form that is sent.
    fn outgoing(&self, request: http::Request<Bytes>) -> reqwest::Result<reqwest::Request> {
        let url = self.origin.as_ref().and_then(|origin| origin.locate(request.uri()));
        let Some(url) = url.filter(|_| request.extensions().is_empty()) else {
            return request.try_into();
        };
        let (parts, body) = request.into_parts();
        let mut outgoing = reqwest::Request::new(parts.method, url);
        *outgoing.version_mut() = parts.version;
        *outgoing.headers_mut() = parts.headers;
        *outgoing.body_mut() = Some(body.into());
        Ok(outgoing)
    }

    async fn send(
        self,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, BoxError> {
        let in_parts = request.extensions_mut().remove::<InParts>().is_some();
        let limit = self.max_response_bytes;
        let too_large = || Error::new(ErrorKind::ResponseTooLarge { limit });
        // The URL of an error may name people; what failed is said without it.
        let failed = reqwest::Error::without_url;
        let request = self.outgoing(request).map_err(failed)?;
        let mut response = self.client.execute(request).await.map_err(failed)?;
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
}

/// The answer without its body. The length of that must have been looked at before.
fn head(response: &mut reqwest::Response) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.version_mut() = response.version();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    answer
}

impl Origin {
    /// The origin of an address; none where it has no host of its own.
    fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?.origin().ascii_serialization();
        let (_, authority) = url.split_once("://")?;
        Some(Self { authority: authority.into(), url: Url::parse(&url).ok()? })
    }

    /// The URL of a request to this origin: its host need not be parsed again.
    fn locate(&self, uri: &Uri) -> Option<Url> {
        let is_here =
            uri.authority()?.as_str() == &*self.authority && uri.scheme_str()? == self.url.scheme();
        is_here.then(|| {
            let mut url = self.url.clone();
            url.set_path(uri.path());
            url.set_query(uri.query());
            url
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_same_whether_its_origin_was_known_or_not() {
        for endpoint in [
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com:443/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/v1.0",
        ] {
            let origin = Origin::of(endpoint).unwrap();
            let here = origin.url.as_str().trim_end_matches('/');
            for rest in [
                "",
                "/",
                "/v1.0/users/a%2Fb/presence",
                "/v1.0/users?$filter=a%20eq%20'b'&$top=1",
                "//evil.example/a?",
                "/a/./b/../c?d=/../e",
                "/a\\b/..\\c",
                "/a|b{c}\"d?'e'",
                "?a=b",
                "/communications/getPstnCalls(from=2019-11-01,to=2019-12-01)",
            ] {
                let uri: Uri = format!("{here}{rest}").parse().unwrap();
                let whole = Url::parse(&uri.to_string()).unwrap();
                assert_eq!(origin.locate(&uri), Some(whole), "{uri}");
            }
            for elsewhere in [
                "https://graph.microsoft.com.evil.example/",
                "https://user@graph.microsoft.com/",
                "ftp://graph.microsoft.com/",
                "http://127.0.0.1:8081/",
                "/v1.0/users",
            ] {
                assert_eq!(origin.locate(&elsewhere.parse().unwrap()), None, "{elsewhere}");
            }
        }
        assert!(Origin::of("data:text/plain,a").is_none());
    }
}
