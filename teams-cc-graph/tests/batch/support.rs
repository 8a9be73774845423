use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use teams_cc_core::Seed;
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::{Client, Config, Error, RetryPolicy};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A service that answers `POST /$batch` from a list, and a client of it.
pub(crate) async fn service(answers: &[(u16, Value)]) -> (MockServer, Client) {
    let server = MockServer::start().await;
    for (nth, (status, body)) in answers.iter().enumerate() {
        Mock::given(method("POST"))
            .and(path("/v1.0/$batch"))
            .respond_with(ResponseTemplate::new(*status).set_body_json(body))
            .up_to_n_times(1)
            .with_priority(u8::try_from(nth + 1).unwrap())
            .expect(1)
            .mount(&server)
            .await;
    }
    let mut config = Config::default();
    config.retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .endpoint(format!("{}/v1.0", server.uri()))
        .config(config)
        .seed(Seed::new(42))
        .build()
        .unwrap();
    (server, client)
}

#[expect(clippy::needless_pass_by_value, reason = "cases are written in place")]
pub(crate) fn responses(steps: Value) -> (u16, Value) {
    (200, json!({"responses": steps}))
}

/// The bodies that were sent, in order.
pub(crate) async fn sent(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.body_json().unwrap()).collect()
}
