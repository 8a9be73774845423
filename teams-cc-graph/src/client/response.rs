//! From a response that reports an error to the error it is.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use teams_cc_core::Clock;

use crate::auth::Granted;
use crate::error::{Error, ErrorKind, ServiceError};
use crate::layer::retry_after;
use crate::model::{GraphError, GraphErrorBody};
use crate::request::Endpoint;
use crate::wire::without_mark;

pub(super) fn check(
    response: http::Response<Bytes>,
    endpoint: Option<&'static Endpoint>,
    clock: &dyn Clock,
    authority: &Arc<str>,
) -> Result<http::Response<Bytes>, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = retry_after(&response, clock);
    let response = Box::new(service_error(&response, endpoint, authority));
    let on_call = endpoint.is_some_and(|endpoint| endpoint.on_call);
    Err(Error::new(match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Throttled { retry_after, response },
        StatusCode::FORBIDDEN => ErrorKind::Permission(response),
        StatusCode::NOT_FOUND if on_call => ErrorKind::CallEnded(response),
        StatusCode::NOT_FOUND if endpoint.is_some_and(Endpoint::is_on_call_record) => {
            ErrorKind::NoCallRecord(response)
        }
        _ => ErrorKind::Service(response),
    }))
}

fn service_error(
    response: &http::Response<Bytes>,
    endpoint: Option<&'static Endpoint>,
    authority: &Arc<str>,
) -> ServiceError {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    // Proxies answer in HTML: then the status alone speaks.
    let body: GraphErrorBody =
        serde_json::from_slice(without_mark(response.body())).unwrap_or_default();
    let error: GraphError = body.error.into_option().unwrap_or_default();
    ServiceError {
        status: response.status(),
        request_id: header("request-id").or_else(|| error.request_id().map(str::to_owned)),
        client_request_id: header("client-request-id"),
        error,
        permissions: endpoint.map_or(&[], |endpoint| endpoint.permissions),
        besides: endpoint.map_or(&[], |endpoint| endpoint.besides),
        granted: response.extensions().get::<Arc<Granted>>().cloned(),
        authority: Arc::clone(authority),
    }
}
