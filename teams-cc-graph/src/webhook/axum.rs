//! An intake as a route of [axum](https://docs.rs/axum).

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    routing::{MethodRouter, any},
};
use http::{Response, StatusCode};

use super::{Intake, answer};

/// How long a body may take to come in. The service sends a few kilobytes at once.
const READING_TIMEOUT: Duration = Duration::from_secs(10);

impl Intake {
    /// A route that answers with this intake.
    ///
    /// A body over the limit is refused while it is read, and one that takes longer than ten
    /// seconds with a 408.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use teams_cc_graph::webhook::Intake;
    /// # fn app(intake: Arc<Intake>) -> axum::Router {
    /// axum::Router::new().route("/api/calls", intake.into_route())
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
    pub fn into_route<S: Clone + Send + Sync + 'static>(self: Arc<Self>) -> MethodRouter<S> {
        any(move |request: Request| {
            let intake = Arc::clone(&self);
            async move { intake.answer(request).await }
        })
    }

    async fn answer(&self, request: Request) -> Response<Body> {
        let (head, body) = request.into_parts();
        let reading = to_bytes(body, self.max_body_bytes());
        let response = match tokio::time::timeout(READING_TIMEOUT, reading).await {
            Ok(Ok(body)) => self.handle(http::Request::from_parts(head, body)).await,
            // The one other reason is a connection that broke, where nobody reads the answer.
            Ok(Err(_)) => self.too_large(),
            Err(_) => answer::empty(StatusCode::REQUEST_TIMEOUT),
        };
        response.map(Body::from)
    }
}
