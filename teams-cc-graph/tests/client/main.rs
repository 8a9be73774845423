//! The client against a server on loopback: what it sends, repeats, and says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use teams_cc_core::{Secret, Seed};
use teams_cc_graph::model::{InvitationParticipantInfo, Prompt};
use teams_cc_graph::{Client, ClientBuilder, Config, ErrorKind, RetryPolicy};
use wiremock::matchers::{body_string_contains, header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

mod unsent;

const SECRET: &str = "client-secret-that-must-not-show";
const TOKEN: &str = "token-that-must-not-show";

fn builder(server: &MockServer) -> ClientBuilder {
    let mut config = Config::default();
    config.retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .client_secret("app-1".parse().unwrap(), Secret::from(SECRET))
        .authority(server.uri())
        .endpoint(format!("{}/v1.0", server.uri()))
        .config(config)
        .seed(Seed::new(42))
}

async fn signed_in() -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/tenant-1/oauth2/v2.0/token"))
        .and(body_string_contains("grant_type=client_credentials"))
        .and(body_string_contains("scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            json!({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let client = builder(&server).build().unwrap();
    (server, client)
}

fn agent() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_user(&"agent-1".parse().unwrap())
}

const CALLBACK: &str = "https://bot.example.com/callback";

#[tokio::test]
async fn a_call_is_created_with_token_tenant_and_request_id() {
    let (server, client) = signed_in().await;
    Mock::given(method("POST"))
        .and(path("/v1.0/communications/calls"))
        .and(header("authorization", format!("Bearer {TOKEN}")))
        .and(header_exists("client-request-id"))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(201).set_body_json(
            json!({"@odata.type": "#microsoft.graph.call", "id": "c1", "state": "establishing"}),
        ))
        .expect(2)
        .mount(&server)
        .await;
    for _ in 0..2 {
        let call = client.communications().calls().create(CALLBACK, agent()).await.unwrap();
        assert_eq!(call.id.text(), Some("c1"));
    }
    let sent = server.received_requests().await.unwrap();
    let body: Value = sent.last().unwrap().body_json().unwrap();
    assert_eq!(body["tenantId"], "tenant-1");
}

#[tokio::test]
async fn a_throttled_order_waits_as_long_as_it_is_told() {
    let (server, client) = signed_in().await;
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "0.25");
    Mock::given(path("/v1.0/communications/calls"))
        .respond_with(throttled)
        .up_to_n_times(1)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/communications/calls"))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({"id": "c1"})))
        .expect(1)
        .mount(&server)
        .await;
    let started = Instant::now();
    client.communications().calls().create(CALLBACK, agent()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(250));
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_handed_to_the_caller() {
    let (server, client) = signed_in().await;
    Mock::given(path("/v1.0/users/u1/presence"))
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "600"))
        .expect(1)
        .mount(&server)
        .await;
    let error = client.user("u1").presence().await.unwrap_err();
    assert!(error.is_throttled() && error.is_retryable());
    match error.kind() {
        ErrorKind::Throttled { retry_after, .. } => {
            assert_eq!(*retry_after, Some(Duration::from_mins(10)));
        }
        kind => panic!("{kind:?}"),
    }
}

#[tokio::test]
async fn what_would_happen_twice_is_not_repeated_after_a_server_error() {
    let (server, client) = signed_in().await;
    for order in ["", "/c1/transfer", "/c1/playPrompt"] {
        Mock::given(method("POST"))
            .and(path(format!("/v1.0/communications/calls{order}")))
            .respond_with(ResponseTemplate::new(503))
            .expect(1)
            .mount(&server)
            .await;
    }
    Mock::given(path("/v1.0/communications/calls/c1/keepAlive"))
        .respond_with(ResponseTemplate::new(503))
        .expect(4)
        .mount(&server)
        .await;
    let call = client.communications().call("c1");
    let wav = Prompt::wav("https://cdn.example.com/a.wav");
    let errors = [
        client.communications().calls().create(CALLBACK, agent()).await.unwrap_err(),
        call.transfer(agent()).await.unwrap_err(),
        call.play_prompt([wav]).await.unwrap_err(),
        call.keep_alive().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.status().unwrap(), 503);
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = MockServer::start().await;
    for token in ["stale", "fresh"] {
        Mock::given(path("/tenant-1/oauth2/v2.0/token"))
            .respond_with(
                ResponseTemplate::new(200)
                    .set_body_json(json!({"expires_in": "3599", "access_token": token})),
            )
            .up_to_n_times(1)
            .expect(1)
            .mount(&server)
            .await;
    }
    Mock::given(header("authorization", "Bearer stale"))
        .respond_with(ResponseTemplate::new(401))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(header("authorization", "Bearer fresh"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "c1"})))
        .expect(2)
        .mount(&server)
        .await;
    let client = builder(&server).build().unwrap();
    for _ in 0..2 {
        let call = client.communications().call("c1").get().await.unwrap();
        assert_eq!(call.id.text(), Some("c1"));
    }
}

#[tokio::test]
async fn not_found_on_a_call_means_that_it_has_ended() {
    let (server, client) = signed_in().await;
    Mock::given(header_exists("client-request-id"))
        .respond_with(ResponseTemplate::new(404).insert_header("request-id", "r1").set_body_json(
            json!({"error": {"code": "NotFound", "innerError": {"request-id": "r2"}}}),
        ))
        .mount(&server)
        .await;
    let error = client.communications().call("c1").delete().await.unwrap_err();
    assert!(error.is_call_ended() && !error.is_retryable());
    assert_eq!(error.request_id(), Some("r1"));
    assert!(error.response().unwrap().client_request_id.is_some());
    let error = client.user("u1").presence().await.unwrap_err();
    assert!(!error.is_call_ended());
}

#[tokio::test]
async fn a_missing_permission_is_named_with_its_cure() {
    let (server, client) = signed_in().await;
    Mock::given(header_exists("client-request-id"))
        .respond_with(
            ResponseTemplate::new(403).set_body_json(
                json!({"error": {"code": "Forbidden", "innererror": {"code": "7504"}}}),
            ),
        )
        .mount(&server)
        .await;
    let error = client.communications().call("c1").answer(CALLBACK).await.unwrap_err();
    assert!(error.is_permission() && !error.is_retryable());
    assert_eq!(error.diagnosis().unwrap().code, "7504");
    assert!(error.to_string().contains("Calls.JoinGroupCall.All"), "{error}");
}

#[tokio::test]
async fn an_expired_secret_is_said_and_not_asked_again() {
    let server = MockServer::start().await;
    Mock::given(path("/tenant-1/oauth2/v2.0/token"))
        .respond_with(ResponseTemplate::new(401).set_body_json(json!({
            "error": "invalid_client", "error_description": "AADSTS7000222: expired",
            "error_codes": [7_000_222], "correlation_id": "k1"
        })))
        .expect(1)
        .mount(&server)
        .await;
    let client = builder(&server).build().unwrap();
    for _ in 0..3 {
        let error = client.user("u1").presence().await.unwrap_err();
        assert!(error.to_string().contains("create a new client secret"), "{error}");
        assert_eq!(error.request_id(), Some("k1"));
    }
}

#[tokio::test]
async fn each_tenant_has_its_own_token() {
    let server = MockServer::start().await;
    for tenant in ["tenant-1", "tenant-2"] {
        Mock::given(path(format!("/{tenant}/oauth2/v2.0/token")))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(
                    json!({"expires_in": 3599, "access_token": format!("of-{tenant}")}),
                ),
            )
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(header("authorization", format!("Bearer of-{tenant}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": tenant})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let first = builder(&server).build().unwrap();
    let second = first.for_tenant("tenant-2".parse().unwrap());
    assert_eq!(first.user("u").presence().await.unwrap().id.text(), Some("tenant-1"));
    assert_eq!(second.user("u").presence().await.unwrap().id.text(), Some("tenant-2"));
    let calls = second.communications().calls();
    let foreign = calls.create(CALLBACK, agent()).tenant(&"tenant-1".parse().unwrap());
    assert!(matches!(foreign.await.unwrap_err().kind(), ErrorKind::Invalid(_)));
}

#[tokio::test]
async fn a_body_may_be_empty_but_not_endless() {
    let (server, client) = signed_in().await;
    Mock::given(path("/v1.0/communications/calls/c1/subscribeToTone"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/communications/calls/c1"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 5 * 1024 * 1024]))
        .mount(&server)
        .await;
    let call = client.communications().call("c1");
    assert!(call.subscribe_to_tone().await.unwrap().id.is_missing());
    let error = call.get().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_stays() {
    let (server, client) = signed_in().await;
    let elsewhere = MockServer::start().await;
    Mock::given(header_exists("client-request-id"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", elsewhere.uri()))
        .mount(&server)
        .await;
    let error = client.user("u1").presence().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 302);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
    let mut foreign = http::Request::new(Bytes::new());
    *foreign.uri_mut() = elsewhere.uri().parse().unwrap();
    let error = client.request::<Value>(foreign).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)));
}

#[tokio::test]
async fn no_debug_and_no_error_shows_a_secret() {
    let (server, client) = signed_in().await;
    Mock::given(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(400).set_body_string("not json"))
        .mount(&server)
        .await;
    let request = client.communications().call("c1").get();
    let shown = format!("{client:?} {request:?} {:?}", builder(&server));
    let error = request.await.unwrap_err();
    let shown = format!("{shown} {error:?} {error}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

/// A request under way holds one of the places; dropping it gives the place back.
#[tokio::test]
async fn dropped_requests_leave_their_places_to_others() {
    let server = MockServer::start().await;
    Mock::given(path("/tenant-1/oauth2/v2.0/token"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"expires_in": 3599, "access_token": TOKEN})),
        )
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/users/slow/presence"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(30)))
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/users/fast/presence"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "fast"})))
        .mount(&server)
        .await;
    let mut config = Config::default();
    config.max_concurrent_requests = 2;
    let client = Arc::new(builder(&server).config(config).build().unwrap());
    for _ in 0..2 {
        let slow = client.user("slow").presence();
        let waited = tokio::time::timeout(Duration::from_millis(100), slow.into_future()).await;
        assert!(waited.is_err());
    }
    let fast =
        tokio::time::timeout(Duration::from_secs(5), client.user("fast").presence().into_future());
    assert_eq!(fast.await.unwrap().unwrap().id.text(), Some("fast"));
}

/// Trap 42.
#[tokio::test]
async fn a_call_keeps_one_scenario_from_its_creation_on() {
    let (server, client) = signed_in().await;
    Mock::given(path("/v1.0/communications/calls"))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({"id": "C1-AB"})))
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    client.communications().calls().create(CALLBACK, agent()).await.unwrap();
    client.communications().call("c1ab").keep_alive().await.unwrap();
    client.communications().call("c2").keep_alive().await.unwrap();
    let (other_server, other) = signed_in().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&other_server).await;
    other.communications().call("C-2").keep_alive().await.unwrap();
    let mut sent = server.received_requests().await.unwrap();
    sent.extend(other_server.received_requests().await.unwrap());
    // Signing in has ids of its own.
    sent.retain(|request| request.url.path().starts_with("/v1.0/"));
    let header = |name: &str| -> Vec<String> {
        let values = sent.iter().filter_map(|request| request.headers.get(name));
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    let scenarios = header("scenario-id");
    assert_eq!(scenarios.len(), 4);
    assert_eq!(scenarios[0], scenarios[1], "the call that was created");
    assert_ne!(scenarios[1], scenarios[2], "another call");
    assert_eq!(scenarios[2], scenarios[3], "the same call, taken over by another process");
    let ids = header("client-request-id");
    assert_eq!(ids.len(), 4);
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "every request has an id of its own");
}
