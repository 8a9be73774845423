//! A client whose service answers from a list, in virtual time.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use teams_cc_core::Seed;
use teams_cc_graph::{
    Client, Config, Error, RetryPolicy,
    auth::{AccessToken, TokenProvider, TokenRequest},
};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("secret-token", Duration::from_hours(1)))
    }
}

/// Answers with these statuses, one after the other, then never again.
pub(crate) fn client(statuses: &[u16]) -> Client {
    let statuses = Arc::new(Mutex::new(statuses.iter().copied().rev().collect::<Vec<_>>()));
    let transport = tower::service_fn(move |_: Request<Bytes>| {
        let status = statuses.lock().unwrap().pop();
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let Some(status) = status else { return std::future::pending().await };
            let response = Response::builder()
                .status(status)
                .header("request-id", "r-1")
                .header("client-request-id", "c-1")
                .header("scenario-id", "s-1");
            Ok::<_, Infallible>(response.body(Bytes::from_static(b"{}")).unwrap())
        }
    });
    let retry = RetryPolicy::default().max_attempts(2).base_delay(Duration::from_millis(1));
    let mut config = Config::default();
    config.retry = retry;
    Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .transport(transport)
        .config(config)
        .seed(Seed::new(42))
        .build()
        .unwrap()
}
