//! A server with pages, and a client that reads them.

use serde_json::{Value, json};
use std::time::Duration;
use teams_cc_core::{Secret, Seed};
use teams_cc_graph::{Client, Config, RetryPolicy};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A first request for a collection.
pub(crate) const FIRST: &str = "/users";

pub(crate) struct Service {
    pub(crate) server: MockServer,
    pub(crate) client: Client,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let token = json!({"expires_in": 3599, "access_token": "token"});
        Mock::given(path("/tenant-1/oauth2/v2.0/token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .mount(&server)
            .await;
        let mut config = Config::default();
        config.retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
        let client = Client::builder()
            .tenant("tenant-1".parse().unwrap())
            .client_secret("app-1".parse().unwrap(), Secret::from("secret"))
            .authority(server.uri())
            .endpoint(format!("{}/v1.0", server.uri()))
            .config(config)
            .seed(Seed::new(42))
            .build()
            .unwrap();
        Self { server, client }
    }

    /// The address of a later page.
    pub(crate) fn link(&self, token: &str) -> String {
        format!("{}/v1.0/users?$skiptoken={token}", self.server.uri())
    }

    /// What is answered to the first request, at most once.
    pub(crate) async fn first(&self, ids: &[&str], next: Option<&str>) {
        Mock::given(method("GET"))
            .and(path("/v1.0/users"))
            .and(query_param_is_missing("$skiptoken"))
            .respond_with(page(ids, next))
            .expect(..=1)
            .mount(&self.server)
            .await;
    }

    /// What is answered for a later page, at most once.
    pub(crate) async fn later(&self, token: &str, ids: &[&str], next: Option<&str>) {
        Mock::given(method("GET"))
            .and(path("/v1.0/users"))
            .and(query_param("$skiptoken", token))
            .respond_with(page(ids, next))
            .expect(..=1)
            .mount(&self.server)
            .await;
    }

    /// How many pages were asked for.
    pub(crate) async fn asked(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().filter(|request| request.method == "GET").count()
    }
}

fn page(ids: &[&str], next: Option<&str>) -> ResponseTemplate {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let mut body = json!({"value": items});
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    ResponseTemplate::new(200).set_body_json(body)
}

/// The first request of the tests.
pub(crate) fn first() -> http::Request<bytes::Bytes> {
    http::Request::get(FIRST).body(bytes::Bytes::new()).unwrap()
}
