use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;
use teams_cc_core::Timestamp;
use teams_cc_core::time::ManualClock;
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::{BoxError, Client, ClientBuilder, Error, ErrorKind, InvalidRequest};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A client that sends nothing, at eight in the morning.
pub(crate) fn client() -> Client {
    builder().token_provider(Arc::new(Fixed)).build().unwrap()
}

pub(crate) fn builder() -> ClientBuilder {
    let transport = tower::service_fn(|_: http::Request<Bytes>| async {
        Err::<http::Response<Bytes>, _>(BoxError::from("nothing is sent here"))
    });
    let morning: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .clock(Arc::new(ManualClock::starting_at(morning)))
        .transport(transport)
}

pub(crate) fn sent(request: Result<http::Request<Bytes>, Error>) -> (String, Value) {
    let request = request.unwrap();
    let line = format!("{} {}", request.method(), request.uri());
    let body = request.body();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() };
    (line, body)
}

pub(crate) fn invalid(request: Result<http::Request<Bytes>, Error>) -> InvalidRequest {
    match request.unwrap_err().into_parts().0 {
        ErrorKind::Invalid(reason) => reason,
        kind => panic!("{kind:?}"),
    }
}

/// Compare each request with its line and its body.
pub(crate) fn compare(cases: Vec<((String, Value), &str, Value)>) {
    for ((line, body), wanted_line, wanted_body) in cases {
        assert_eq!(line, wanted_line);
        assert_eq!(body, wanted_body, "{line}");
    }
}
