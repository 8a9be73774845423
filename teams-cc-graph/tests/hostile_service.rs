//! Services that lie, babble and echo: nothing hangs, nothing grows, no secret shows.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::error::Error as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use teams_cc_core::{Secret, Seed};
use teams_cc_graph::{Client, Config, Error, RetryPolicy};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const SECRET: &str = "s3cret/that+must not=show";
const TOKEN: &str = "token-that-must-not-show";

fn client(server: &MockServer, config: Config) -> Client {
    Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .client_secret("app-1".parse().unwrap(), Secret::from(SECRET))
        .authority(server.uri())
        .endpoint(format!("{}/v1.0", server.uri()))
        .config(config)
        .seed(Seed::new(42))
        .build()
        .unwrap()
}

fn quick() -> Config {
    let mut config = Config::default();
    config.retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    config
}

async fn token(server: &MockServer, answer: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path("/tenant-1/oauth2/v2.0/token"))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// Everything an error says of itself and of what caused it.
fn all_words(error: &Error) -> String {
    let mut words = vec![format!("{error} {error:?} {error:#?}")];
    let mut source = error.source();
    while let Some(cause) = source {
        words.push(format!("{cause} {cause:?}"));
        source = cause.source();
    }
    words.concat()
}

fn assert_silent(error: &Error, what: &str) {
    let words = all_words(error);
    for secret in [SECRET, "s3cret%2Fthat%2Bmust+not%3Dshow", "s3cret", TOKEN] {
        assert!(!words.contains(secret), "{what}: {secret} stands in {words}");
    }
}

#[tokio::test]
async fn a_sign_in_that_echoes_the_secret_does_not_show_it() {
    let echo = |request: &Request| String::from_utf8_lossy(&request.body).into_owned();
    for field in ["error_description", "error", "correlation_id"] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(move |request: &Request| {
                let mut body = json!({"error": "invalid_client"});
                body[field] = Value::from(format!("you sent {} and {SECRET}", echo(request)));
                ResponseTemplate::new(401).set_body_json(body)
            })
            .mount(&server)
            .await;
        let error = client(&server, quick()).user("u1").presence().await.unwrap_err();
        assert_silent(&error, field);
    }
}

#[tokio::test]
async fn a_service_that_echoes_the_token_does_not_make_us_show_it() {
    let server = MockServer::start().await;
    let grant = json!({"expires_in": 3599, "access_token": TOKEN});
    token(&server, ResponseTemplate::new(200).set_body_json(grant)).await;
    Mock::given(path("/v1.0/users/u1/presence"))
        .respond_with(|request: &Request| {
            let sent = request.headers.get("authorization").unwrap().to_str().unwrap();
            let error = json!({"code": sent, "message": format!("bad: {sent}"),
                "innerError": {"request-id": sent}});
            ResponseTemplate::new(400)
                .insert_header("request-id", sent)
                .set_body_json(json!({ "error": error }))
        })
        .mount(&server)
        .await;
    let error = client(&server, quick()).user("u1").presence().await.unwrap_err();
    assert_silent(&error, "presence");
}

#[tokio::test]
async fn a_token_endpoint_may_answer_anything() {
    let long = "x".repeat(5 * 1024 * 1024);
    for (name, answer) in [
        ("no json", ResponseTemplate::new(200).set_body_string("<html>")),
        ("a list", ResponseTemplate::new(200).set_body_json(json!([TOKEN]))),
        ("no lifetime", ResponseTemplate::new(200).set_body_json(json!({"access_token": TOKEN}))),
        (
            "a lifetime below zero",
            ResponseTemplate::new(200)
                .set_body_json(json!({"access_token": TOKEN, "expires_in": -5})),
        ),
        (
            "a token of two lines",
            ResponseTemplate::new(200).set_body_json(
                json!({"access_token": format!("{TOKEN}\r\nX: y"), "expires_in": 3599}),
            ),
        ),
        ("a redirect", ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:9/")),
        (
            "a refusal of a megabyte",
            ResponseTemplate::new(400).set_body_json(json!({"error": "x".repeat(1 << 20)})),
        ),
        ("a flood", ResponseTemplate::new(200).set_body_string(long.clone())),
        ("a long refusal", ResponseTemplate::new(400).set_body_json(json!({"error": long}))),
        ("a deep body", ResponseTemplate::new(200).set_body_string("[".repeat(100_000))),
    ] {
        let server = MockServer::start().await;
        token(&server, answer).await;
        let started = Instant::now();
        let error = client(&server, quick()).user("u1").presence().await.unwrap_err();
        assert_silent(&error, name);
        let words = format!("{error}");
        assert!(words.len() < 16 * 1024, "{name}: an error of {} octets", words.len());
        assert!(started.elapsed() < Duration::from_secs(20), "{name}");
    }
}

#[tokio::test]
async fn a_token_for_ever_is_a_token() {
    for lifetime in [json!(u64::MAX), json!("18446744073709551615"), json!(1)] {
        let server = MockServer::start().await;
        let grant = json!({"expires_in": lifetime, "access_token": TOKEN});
        token(&server, ResponseTemplate::new(200).set_body_json(grant)).await;
        Mock::given(path("/v1.0/users/u1/presence"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "u1"})))
            .mount(&server)
            .await;
        client(&server, quick()).user("u1").presence().await.unwrap();
    }
}

#[tokio::test]
async fn a_wait_that_is_a_lie_is_not_waited_for() {
    for lie in [
        "1000000000000000000",
        "99999999999999999999999999",
        "-5",
        "1e18",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "NaN",
        "",
    ] {
        let server = MockServer::start().await;
        let grant = json!({"expires_in": 3599, "access_token": TOKEN});
        token(&server, ResponseTemplate::new(200).set_body_json(grant)).await;
        let lied = ResponseTemplate::new(429).insert_header("retry-after", lie);
        Mock::given(path("/v1.0/users/u1/presence"))
            .respond_with(lied)
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(path("/v1.0/users/u1/presence"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "u1"})))
            .mount(&server)
            .await;
        let client = client(&server, quick());
        let started = Instant::now();
        let first = client.user("u1").presence().await;
        // A lie about the first request is no sentence on those that follow.
        let second = client.user("u1").presence().await;
        assert!(first.is_ok() || second.is_ok(), "{lie:?}: {first:?} {second:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "{lie:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let (server, thief) = (MockServer::start().await, MockServer::start().await);
    let grant = json!({"expires_in": 3599, "access_token": TOKEN});
    token(&server, ResponseTemplate::new(200).set_body_json(grant)).await;
    Mock::given(path("/v1.0/users/u1/presence"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", thief.uri().as_str()))
        .mount(&server)
        .await;
    let error = client(&server, quick()).user("u1").presence().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 307);
    assert!(thief.received_requests().await.unwrap().is_empty());
}
