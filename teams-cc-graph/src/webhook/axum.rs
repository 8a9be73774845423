//! An intake as a route of [axum](https://docs.rs/axum).

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    routing::{MethodRouter, any},
};
use http::{Response, StatusCode};
use tokio::sync::Semaphore;

use super::{Intake, answer};

/// How long a body may take to come in. The service sends a few kilobytes at once.
const READING_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bodies read at once that no token vouches for.
const MAX_STRANGERS: usize = 64;

impl Intake {
    /// A route that answers with this intake.
    ///
    /// The token is looked at before the body: a stranger's is not read. A body over the limit is
    /// refused while it is read, and one that takes longer than ten seconds with a 408. Of the
    /// bodies that no token vouches for, those of subscriptions, at most 64 are read at once; more
    /// are asked to come again.
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
        let strangers = Arc::new(Semaphore::new(MAX_STRANGERS));
        any(move |request: Request| {
            let (intake, strangers) = (Arc::clone(&self), Arc::clone(&strangers));
            async move { intake.answer(&strangers, request).await }
        })
    }

    async fn answer(&self, strangers: &Semaphore, request: Request) -> Response<Body> {
        let (head, body) = request.into_parts();
        let admitted = match self.admit(&head).await {
            Ok(admitted) => admitted,
            Err(answer) => return answer.map(Body::from),
        };
        let seat = (!admitted.is_proven()).then(|| strangers.try_acquire()).transpose();
        let Ok(_seat) = seat else {
            return self.turn_away().map(Body::from);
        };
        let reading = to_bytes(body, self.max_body_bytes());
        let response = match tokio::time::timeout(READING_TIMEOUT, reading).await {
            Ok(Ok(body)) => self.take(admitted, &head, &body),
            // The one other reason is a connection that broke, where nobody reads the answer.
            Ok(Err(_)) => self.too_large(),
            Err(_) => answer::empty(StatusCode::REQUEST_TIMEOUT),
        };
        response.map(Body::from)
    }
}
