//! One span per request, named by the OpenTelemetry conventions for HTTP.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::HeaderMap;
use tracing::{Instrument, Span, field};

use super::order::Phases;
use super::request_id::{CLIENT_REQUEST_ID, SCENARIO_ID};
use super::{Handle, Order, Response};
use crate::error::Error;
use crate::metrics;

/// Traces requests: method, path template, status, ids and where the time went; never tokens,
/// bodies or full paths.
pub(crate) struct Trace<S> {
    pub(crate) inner: S,
}

impl<S: Handle> Handle for Trace<S> {
    async fn handle(&self, order: &mut Order<'_>) -> Result<Response, Error> {
        // Where nobody listens, what a span would say is not even looked up.
        let listens = tracing::span_enabled!(tracing::Level::INFO);
        if listens || cfg!(feature = "metrics") {
            // Boxed, so that the way nobody watches has no room for this one.
            return Box::pin(self.watched(order, listens)).await;
        }
        self.inner.handle(order).await
    }
}

impl<S: Handle> Trace<S> {
    async fn watched(&self, order: &mut Order<'_>, listens: bool) -> Result<Response, Error> {
        let span = if listens { span(order) } else { Span::none() };
        if !cfg!(feature = "metrics") && span.is_disabled() {
            return self.inner.handle(order).await;
        }
        let phases = Arc::<Phases>::default();
        order.phases = Some(Arc::clone(&phases));
        let result = self.inner.handle(order).instrument(span.clone()).await;
        let operation = order.endpoint.map_or("raw", |endpoint| endpoint.name);
        span.in_scope(|| record(&span, &result, &phases));
        metrics::request(operation, &result, &phases);
        result
    }
}

fn span(order: &Order<'_>) -> Span {
    let (request, endpoint) = (&*order.request, order.endpoint);
    let template = endpoint.map_or("raw", |endpoint| endpoint.path);
    tracing::info_span!(
        "graph_request",
        "otel.name" = format_args!("{} {template}", request.method()),
        "otel.kind" = "client",
        "http.request.method" = request.method().as_str(),
        "url.template" = template,
        "server.address" = order.base.host(),
        "server.port" = order.base.port(),
        "graph.operation" = endpoint.map_or("raw", |endpoint| endpoint.name),
        "http.response.status_code" = field::Empty,
        "http.request.resend_count" = field::Empty,
        "graph.request_id" = field::Empty,
        "graph.client_request_id" = field::Empty,
        "graph.scenario_id" = field::Empty,
        "graph.token_wait_ms" = field::Empty,
        "graph.throttle_wait_ms" = field::Empty,
        "graph.send_ms" = field::Empty,
        "error.type" = field::Empty,
    )
}

fn record(span: &Span, result: &Result<Response, Error>, phases: &Phases) {
    span.record("graph.token_wait_ms", millis(phases.token.total()));
    span.record("graph.throttle_wait_ms", millis(phases.throttle.total()));
    span.record("graph.send_ms", millis(phases.send.total()));
    let resends = phases.resends.load(Ordering::Relaxed);
    if resends > 0 {
        span.record("http.request.resend_count", resends);
    }
    match result {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            for (name, header) in [
                ("graph.request_id", "request-id"),
                ("graph.client_request_id", CLIENT_REQUEST_ID.as_str()),
                ("graph.scenario_id", SCENARIO_ID.as_str()),
            ] {
                if let Some(id) = header_text(response.headers(), header) {
                    span.record(name, id);
                }
            }
            if status.is_success() {
                tracing::debug!("graph answered");
            } else {
                span.record("error.type", status.as_str());
                tracing::warn!(status = status.as_u16(), "graph refused");
            }
        }
        Err(error) => {
            span.record("error.type", error.kind().name());
            tracing::warn!(%error, "graph did not answer");
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A header as text.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
