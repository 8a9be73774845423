//! The answers of an intake.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use url::Url;

/// When the service should come again, in seconds, after a 503.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const CONTENT_TYPE_OPTIONS: HeaderName = HeaderName::from_static("x-content-type-options");

pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

pub(super) fn only_post() -> Response<Bytes> {
    with(empty(StatusCode::METHOD_NOT_ALLOWED), ALLOW, HeaderValue::from_static("POST"))
}

/// The same answer whatever is wrong with a token or a secret; the reason stays on this side.
pub(super) fn refused() -> Response<Bytes> {
    let bearer = HeaderValue::from_static("Bearer");
    with(empty(StatusCode::UNAUTHORIZED), WWW_AUTHENTICATE, bearer)
}

pub(super) fn unavailable() -> Response<Bytes> {
    with(empty(StatusCode::SERVICE_UNAVAILABLE), RETRY_AFTER, RETRY_SECONDS)
}

pub(super) fn elsewhere(url: &Url) -> Response<Bytes> {
    match HeaderValue::from_str(url.as_str()) {
        Ok(location) => with(empty(StatusCode::FOUND), LOCATION, location),
        // A URL is ASCII without control characters.
        Err(_) => unavailable(),
    }
}

/// A body of our own, as [`serde_json`] wrote it.
pub(super) fn json(body: Vec<u8>) -> Response<Bytes> {
    let mut response = empty(StatusCode::OK);
    *response.body_mut() = body.into();
    with(response, CONTENT_TYPE, JSON)
}

/// A text that came from outside: a browser must not take it for a page.
pub(super) fn plain_text(text: String) -> Response<Bytes> {
    let mut response = empty(StatusCode::OK);
    *response.body_mut() = text.into();
    let response = with(response, CONTENT_TYPE, PLAIN_TEXT);
    with(response, CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
}

fn with(mut response: Response<Bytes>, name: HeaderName, value: HeaderValue) -> Response<Bytes> {
    response.headers_mut().insert(name, value);
    response
}
