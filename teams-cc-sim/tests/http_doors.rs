//! The doors on loopback: what a foreign client sees by the wall clock.

#![expect(clippy::disallowed_methods, reason = "real sockets need a real deadline")]

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use teams_cc_sim::{
    Sim,
    door::{HttpDoor, HttpOptions, WorldResponder},
    world::{App, Customer, ResourceAccount, SERVICE_NUMBER, Setup, Tenant},
};
use tokio::sync::mpsc;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

const TOKEN_FORM: &str = "grant_type=client_credentials&client_secret=secret\
                          &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_id=";

/// A partner's callback address: everything posted there comes out of the channel.
async fn partner() -> (String, mpsc::Receiver<Value>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
                    let sender = sender.clone();
                    async move {
                        let signed = request.headers().contains_key("authorization");
                        let body = request.into_body().collect().await?.to_bytes();
                        let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
                        body["signed"] = json!(signed);
                        let _ = sender.send(body).await;
                        let mut response = hyper::Response::new(Full::<Bytes>::default());
                        *response.status_mut() = hyper::StatusCode::ACCEPTED;
                        Ok::<_, hyper::Error>(response)
                    }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (format!("http://{address}/callback"), receiver)
}

fn world(callback: &str) -> (Sim, String, String) {
    let tenant = Tenant::new("contoso.test");
    let app = App::new("foreign", "secret", callback);
    let ids = (tenant.id.to_string(), app.id.to_string());
    let number = SERVICE_NUMBER.parse().expect("E.164");
    let mut setup = Setup::new(1).trunk("sbc.contoso.test", &tenant).customer(
        Customer::new("c1", "+14255550177").dials(Duration::from_millis(200), SERVICE_NUMBER),
    );
    setup.accounts.push(ResourceAccount::new(&tenant, &app, number));
    setup.tenants.push(tenant);
    setup.apps.push(app);
    (Sim::new(setup).expect("a sound world"), ids.0, ids.1)
}

async fn token(client: &reqwest::Client, base: &str, tenant: &str, app: &str) -> String {
    let response = client
        .post(format!("{base}/{tenant}/oauth2/v2.0/token"))
        .body(format!("{TOKEN_FORM}{app}"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    let body: Value =
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    body["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_foreign_client_signs_in_takes_a_call_and_is_told_over_real_http() {
    let (callback, mut told) = partner().await;
    let (sim, tenant, app) = world(&callback);
    let folder = std::env::temp_dir().join(format!("teams-cc-sim-{}", std::process::id()));
    let options = HttpOptions::default().callbacks().certificates(&folder);
    let door = HttpDoor::open(&sim, options).await.expect("free ports");
    let written = std::fs::read_to_string(folder.join("ca.pem")).expect("the authority");
    assert_eq!(written, door.certificate_authority());
    std::fs::remove_dir_all(&folder).expect("the folder is ours");

    let authority = reqwest::Certificate::from_pem(written.as_bytes()).expect("PEM");
    let client = reqwest::Client::builder().tls_certs_only([authority]).build().expect("a client");
    let base = format!("https://localhost:{}", door.https().port());
    let metadata = client
        .get(format!("{base}/v1/.well-known/OpenIdConfiguration"))
        .send()
        .await
        .expect("the authority is trusted");
    let metadata: Value =
        serde_json::from_slice(&metadata.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(metadata["jwks_uri"], format!("{base}/v1/keys"));
    let token = token(&client, &base, &tenant, &app).await;

    let incoming = tokio::time::timeout(Duration::from_secs(10), told.recv())
        .await
        .expect("in time")
        .expect("a notification");
    assert_eq!(incoming["signed"], true);
    assert_eq!(incoming["value"][0]["resourceData"]["state"], "incoming");
    let id = incoming["value"][0]["resourceData"]["id"].as_str().expect("an id").to_owned();
    let answer = client
        .post(format!("http://{}/v1.0/communications/calls/{id}/reject", door.http()))
        .bearer_auth(&token)
        .body(json!({"reason": "busy"}).to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 202);
    let over = told.recv().await.expect("a notification");
    assert_eq!(over["value"][0]["changeType"], "deleted");
}

#[tokio::test]
async fn mocks_in_front_answer_first_and_the_world_the_rest() {
    let (sim, tenant, app) = world("http://127.0.0.1:9/callback");
    let server = MockServer::builder().disable_request_recording().start().await;
    WorldResponder::mount(&sim, &server).await.expect("the world behind");
    Mock::given(path("/v1.0/communications/calls"))
        .respond_with(ResponseTemplate::new(429).insert_header("Retry-After", "2.128"))
        .mount(&server)
        .await;
    let client = reqwest::Client::new();
    let token = token(&client, &server.uri(), &tenant, &app).await;
    let calls = format!("{}/v1.0/communications/calls", server.uri());
    let ask = |url: String| client.post(url).bearer_auth(&token).body("{}").send();
    assert_eq!(ask(calls.clone()).await.expect("an answer").status(), 429);
    let other = ask(format!("{calls}/none/keepAlive")).await.expect("an answer");
    assert_eq!(other.status(), 404);
    assert!(other.headers().contains_key("request-id"));
}

/// A GET without a body: status, headers and JSON.
async fn read(client: &reqwest::Client, address: String) -> (u16, Option<String>, Value) {
    let sent = client.get(address).header("client-request-id", "the-request");
    let response = sent.send().await.expect("an answer");
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.and_then(|value| value.to_str().ok().map(str::to_owned));
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("a body");
    (status, challenge, serde_json::from_slice(&body).expect("JSON"))
}

#[tokio::test]
async fn the_metadata_of_a_tenant_names_it_by_its_id_and_that_of_nobody_is_refused() {
    let (sim, tenant, _) = world("http://127.0.0.1:9/callback");
    let door = HttpDoor::open(&sim, HttpOptions::default()).await.expect("free ports");
    let (client, base) = (reqwest::Client::new(), format!("http://{}", door.http()));
    let document = "v2.0/.well-known/openid-configuration";
    for name in [tenant.as_str(), "contoso.test", "CONTOSO.test"] {
        let (status, _, metadata) = read(&client, format!("{base}/{name}/{document}")).await;
        assert_eq!(status, 200);
        assert_eq!(metadata["issuer"], format!("{base}/{tenant}/v2.0"));
        assert_eq!(metadata["token_endpoint"], format!("{base}/{tenant}/oauth2/v2.0/token"));
    }
    let (status, _, refusal) = read(&client, format!("{base}/fabrikam.test/{document}")).await;
    assert_eq!(status, 400);
    assert_eq!(refusal["error"], "invalid_tenant");
    assert_eq!(refusal["error_codes"], json!([90_002]));
    assert_eq!(refusal["correlation_id"], "the-request");
}

#[tokio::test]
async fn instance_discovery_leads_to_the_tenant_that_was_asked_for() {
    let (sim, tenant, _) = world("http://127.0.0.1:9/callback");
    let door = HttpDoor::open(&sim, HttpOptions::default()).await.expect("free ports");
    let (client, base) = (reqwest::Client::new(), format!("http://{}", door.http()));
    let discovery = format!("{base}/common/discovery/instance");
    let asked =
        format!("{discovery}?authorization_endpoint=https%3A%2F%2Fhost%2F{tenant}%2Foauth2");
    let (status, _, found) = read(&client, asked).await;
    assert_eq!(status, 200);
    let endpoint = found["tenant_discovery_endpoint"].as_str().expect("an address").to_owned();
    assert_eq!(read(&client, endpoint).await.0, 200);
    for broken in ["", "?authorization_endpoint=", "?authorization_endpoint=https%3A%2F%2Fhost"] {
        assert_eq!(read(&client, format!("{discovery}{broken}")).await.0, 400, "{broken}");
    }
}

#[tokio::test]
async fn a_request_without_a_token_is_challenged() {
    let (sim, ..) = world("http://127.0.0.1:9/callback");
    let door = HttpDoor::open(&sim, HttpOptions::default()).await.expect("free ports");
    let address = format!("http://{}/v1.0/communications/calls/1", door.http());
    let (status, challenge, refusal) = read(&reqwest::Client::new(), address).await;
    assert_eq!(status, 401);
    assert_eq!(refusal["error"]["code"], "InvalidAuthenticationToken");
    assert!(challenge.is_some_and(|challenge| challenge.starts_with("Bearer realm=\"\"")));
}
