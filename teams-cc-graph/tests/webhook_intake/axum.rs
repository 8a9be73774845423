use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
};
use futures_util::stream;
use http::Request;
use tower::ServiceExt as _;

use crate::support::{Setup, notification, setup};

async fn send(setup: &Setup, body: Body) -> (u16, Bytes) {
    let app: Router = Router::new().route("/api/calls", Arc::clone(&setup.intake).into_route());
    let request = Request::post("/api/calls")
        .header("authorization", format!("Bearer {}", setup.token()))
        .body(body)
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, to_bytes(response.into_body(), 1024).await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_intake_is_a_route() {
    let setup = setup();
    let (status, _) = send(&setup, Body::from(notification().to_string())).await;
    assert_eq!((status, setup.taken.count()), (202, 1));
}

#[tokio::test(start_paused = true)]
async fn a_body_over_the_limit_is_refused_while_it_is_read() {
    let setup = setup();
    let endless =
        stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1024])));
    let (status, _) = send(&setup, Body::from_stream(endless)).await;
    assert_eq!((status, setup.intake.counts().too_large), (413, 1));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let setup = setup();
    let silent = stream::pending::<Result<Bytes, std::io::Error>>();
    assert_eq!(send(&setup, Body::from_stream(silent)).await.0, 408);
}
