//! One span per request, named by the OpenTelemetry conventions for HTTP.

use http::HeaderMap;
use tower::{Service, ServiceExt};
use tracing::{Instrument, Span, field};

use super::request_id::CLIENT_REQUEST_ID;
use super::{Answer, Request, Response, ready_at_once};
use crate::error::Error;
use crate::request::Endpoint;

/// Traces requests: method, path template, status and ids; never tokens, bodies or full paths.
#[derive(Clone)]
pub(crate) struct Trace<S> {
    pub(crate) inner: S,
}

impl<S> Service<Request> for Trace<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    ready_at_once!();

    fn call(&mut self, request: Request) -> Answer {
        let inner = self.inner.clone();
        let endpoint = request.extensions().get::<&'static Endpoint>();
        let span = tracing::info_span!(
            "graph_request",
            "otel.kind" = "client",
            "http.request.method" = %request.method(),
            "url.template" = endpoint.map_or("raw", |endpoint| endpoint.path),
            "server.address" = request.uri().host().unwrap_or_default(),
            "graph.operation" = endpoint.map_or("raw", |endpoint| endpoint.name),
            "http.response.status_code" = field::Empty,
            "graph.request_id" = field::Empty,
            "graph.client_request_id" = field::Empty,
            "error.type" = field::Empty,
        );
        let future = async move {
            let result = inner.oneshot(request).await;
            let span = Span::current();
            match &result {
                Ok(response) => {
                    let status = response.status();
                    span.record("http.response.status_code", status.as_u16());
                    let record = |name: &'static str, header: &str| {
                        if let Some(id) = header_text(response.headers(), header) {
                            span.record(name, id);
                        }
                    };
                    record("graph.request_id", "request-id");
                    record("graph.client_request_id", CLIENT_REQUEST_ID.as_str());
                    if status.is_success() {
                        tracing::debug!("graph answered");
                    } else {
                        span.record("error.type", status.as_str());
                        tracing::warn!(status = status.as_u16(), "graph refused");
                    }
                }
                Err(error) => {
                    span.record("error.type", field::display(error));
                    tracing::warn!(%error, "graph did not answer");
                }
            }
            result
        };
        Box::pin(future.instrument(span))
    }
}

/// A header as text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
