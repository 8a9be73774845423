//! What is refused before it is sent.

use serde_json::{Value, json};
use teams_cc_graph::{Client, ErrorKind};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{CALLBACK, agent, builder};

/// A token whose payload says what is in it; nobody here checks its signature.
fn jwt(payload: &Value) -> String {
    use base64::Engine;
    let encode = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", encode(r#"{"alg":"RS256"}"#.to_owned()), encode(payload.to_string()))
}

const TENANT: &str = "11111111-1111-4111-8111-111111111111";

async fn signed_in_with(payload: Value) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(path(format!("/{TENANT}/oauth2/v2.0/token")))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"expires_in": 3599, "access_token": jwt(&payload)})),
        )
        .mount(&server)
        .await;
    let client = builder(&server).build().unwrap().for_tenant(TENANT.parse().unwrap());
    (server, client)
}

/// Pain 1. Pain 2.
#[tokio::test]
async fn a_token_of_another_tenant_is_not_sent() {
    let other = "22222222-2222-4222-8222-222222222222";
    let (server, client) = signed_in_with(json!({"tid": other})).await;
    let error = client.communications().call("c1").answer(CALLBACK).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error:?}");
    let words = error.to_string();
    assert!(words.contains(TENANT) && words.contains(other), "{words}");
    let sent = server.received_requests().await.unwrap();
    assert!(sent.iter().all(|request| request.url.path().ends_with("/token")));
}

#[tokio::test]
async fn what_a_cloud_lacks_is_refused_before_it_is_sent() {
    let server = MockServer::start().await;
    let client = builder(&server).cloud(teams_cc_graph::Cloud::China).build().unwrap();
    let error = client.communications().calls().create(CALLBACK, agent()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)));
    assert!(error.to_string().contains("communications does not exist in the 21Vianet cloud"));
    assert!(server.received_requests().await.unwrap().is_empty());
}
