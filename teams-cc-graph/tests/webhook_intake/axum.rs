use std::{sync::Arc, task::Poll, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
};
use futures_util::stream;
use http::Request;
use serde_json::json;
use teams_cc_graph::webhook::ChangeDelivery;
use tower::ServiceExt as _;

use crate::support::{Setup, notification, setup, setup_with, sign};

fn app(setup: &Setup) -> Router {
    Router::new().route("/api/calls", Arc::clone(&setup.intake).into_route())
}

async fn send(setup: &Setup, body: Body) -> (u16, Bytes) {
    let request = Request::post("/api/calls")
        .header("authorization", format!("Bearer {}", setup.token()))
        .body(body)
        .unwrap();
    let response = app(setup).oneshot(request).await.unwrap();
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

/// A body that fails the test if anybody reads it.
fn unread() -> Body {
    Body::from_stream(stream::poll_fn(|_| -> Poll<Option<Result<Bytes, std::io::Error>>> {
        panic!("the body of a stranger was read")
    }))
}

#[tokio::test(start_paused = true)]
async fn a_body_is_not_read_before_its_token_is_proven() {
    let setup = setup();
    let of_stranger = sign(&json!({ "alg": "RS256", "kid": "k0" }), &setup.claims(), 1);
    for (authorization, status) in [
        (None, 401),
        (Some("Bearer".to_owned()), 401),
        (Some("Bearer x.y.z".to_owned()), 401),
        (Some(format!("Basic {}", setup.token())), 401),
        (Some(format!("Bearer {of_stranger}")), 401),
    ] {
        let mut request = Request::post("/api/calls");
        if let Some(value) = &authorization {
            request = request.header("authorization", value);
        }
        let response = app(&setup).oneshot(request.body(unread()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{authorization:?}");
    }
    let other = Request::put("/api/calls").body(unread()).unwrap();
    assert_eq!(app(&setup).oneshot(other).await.unwrap().status(), 405);
    let token = format!("Bearer {}", setup.token());
    let large = Request::post("/api/calls")
        .header("authorization", token)
        .header("content-length", "4097")
        .body(unread())
        .unwrap();
    assert_eq!(app(&setup).oneshot(large).await.unwrap().status(), 413);
    assert_eq!(setup.intake.counts().too_large, 1);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_no_token_vouches_for_are_read_a_few_at_once() {
    let unknown = |_: &str| None;
    let setup = setup_with(|intake| {
        intake.subscriptions(Arc::new(unknown), Arc::new(|_: ChangeDelivery| Ok(())))
    });
    let app = app(&setup);
    let post = |body: Body| app.clone().oneshot(Request::post("/api/calls").body(body).unwrap());
    let silent = || Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let slow: Vec<_> = (0..64).map(|_| tokio::spawn(post(silent()))).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(post(unread()).await.unwrap().status(), 503);
    // The calling service is not held up by them.
    let (status, _) = send(&setup, Body::from(notification().to_string())).await;
    assert_eq!(status, 202);
    for slow in slow {
        assert_eq!(slow.await.unwrap().unwrap().status(), 408);
    }
    assert_eq!(post(Body::from("{}")).await.unwrap().status(), 401, "there is room again");
    assert_eq!(setup.intake.counts().turned_away, 1);
}
