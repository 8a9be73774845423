use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use teams_cc_graph::{jwt::JwtError, model::CallState};

use crate::support::{TENANT, notification, setup, sign};

#[tokio::test(start_paused = true)]
async fn proven_notifications_are_accepted_and_handed_on() {
    let setup = setup();
    let response = setup.post(&setup.token(), notification().to_string()).await;
    assert_eq!(response.status(), 202);
    assert!(response.body().is_empty());
    let delivery = setup.taken.last();
    assert_eq!(delivery.tenant.as_str(), TENANT);
    let items = delivery.notifications.value.items();
    let state = items[0].call().and_then(|call| call.state.get());
    assert_eq!(state, Some(&CallState::Established));
    assert_eq!(setup.intake.counts().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same_and_nothing_is_handed_on() {
    let setup = setup();
    let with = |name: &str, value: Value| {
        let mut claims = setup.claims();
        claims[name] = value;
        sign(&json!({ "alg": "RS256", "kid": "k0" }), &claims, 0)
    };
    let head = |header: Value| sign(&header, &setup.claims(), 0);
    let good = setup.token();
    let other_tenant = json!("11111111-8475-432d-bd41-39f255720e0a");
    let cases = [
        ("wrong audience", with("aud", json!("another")), JwtError::WrongAudience),
        ("wrong issuer", with("iss", json!("https://evil.example")), JwtError::WrongIssuer),
        ("expired", with("exp", json!(1)), JwtError::Expired),
        ("another tenant", with("tid", other_tenant), JwtError::WrongTenant),
        ("no tenant", with("tid", Value::Null), JwtError::WrongTenant),
        ("none", head(json!({ "alg": "none", "kid": "k0" })), JwtError::AlgorithmNotAllowed),
        ("hs256", head(json!({ "alg": "HS256", "kid": "k0" })), JwtError::AlgorithmNotAllowed),
        ("another key", head(json!({ "alg": "RS256", "kid": "k9" })), JwtError::UnknownKey),
        (
            "another's signature",
            sign(&json!({ "alg": "RS256", "kid": "k0" }), &setup.claims(), 1),
            JwtError::BadSignature,
        ),
        ("truncated", good[..good.find('.').unwrap_or(0) + 9].to_owned(), JwtError::Malformed),
        ("empty", String::new(), JwtError::Malformed),
    ];
    setup.intake.warm_up().await.expect("keys");
    let mut answers = Vec::new();
    let count = cases.len();
    for (name, token, error) in cases {
        let before = setup.intake.counts().refused.get(&error).copied().unwrap_or(0);
        // Garbage, so that a body that is read before the token is proven would show.
        let response = setup.post(&token, "not json").await;
        let after = setup.intake.counts().refused.get(&error).copied().unwrap_or(0);
        assert_eq!(after, before + 1, "{name}");
        answers.push(format!("{response:?}"));
    }
    for request in [
        Request::post("/callback").body(Bytes::new()),
        Request::post("/callback").header("authorization", "Basic eDp5").body(Bytes::new()),
        Request::post("/callback")
            .header("authorization", format!("Bearer {good}"))
            .header("authorization", "Bearer x")
            .body(Bytes::new()),
    ] {
        answers.push(format!("{:?}", setup.intake.handle(request.expect("a request")).await));
    }
    assert!(answers[0].contains("401"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(answers.len(), count + 3);
    assert_eq!(setup.taken.count(), 0);
    assert_eq!(setup.status(&good).await, 202, "and nothing is disturbed");
}

#[tokio::test(start_paused = true)]
async fn each_body_has_its_answer() {
    let setup = setup();
    let odd = json!({ "value": [7, { "changeType": {} }, notification()["value"][0]] });
    let cases: [(&str, String, u16); 9] = [
        ("no json", "not json".into(), 400),
        ("a list", "[]".into(), 400),
        ("nothing readable", json!({ "value": [1, 2] }).to_string(), 400),
        ("one of three readable", odd.to_string(), 202),
        ("an empty batch", json!({ "value": [] }).to_string(), 202),
        (
            "a batch without a list",
            json!({ "@odata.type": "#microsoft.graph.commsNotifications" }).to_string(),
            202,
        ),
        ("a single notification", notification()["value"][0].to_string(), 202),
        ("the older protocol", json!({ "callLinks": {}, "id": "x" }).to_string(), 204),
        ("too large", " ".repeat(4097), 413),
    ];
    for (name, body, status) in cases {
        let response = setup.post(&setup.token(), body).await;
        assert_eq!(response.status(), status, "{name}");
    }
    let counts = setup.intake.counts();
    assert_eq!(counts.unreadable_bodies, 3);
    assert_eq!(counts.unreadable_notifications, 2);
    assert_eq!((counts.legacy, counts.too_large, counts.accepted), (1, 1, 4));
}

#[tokio::test(start_paused = true)]
async fn only_post_is_answered() {
    let setup = setup();
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let request =
            Request::builder().method(method).uri("/callback").body(Bytes::new()).expect("valid");
        let response = setup.intake.handle(request).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &"POST".parse().expect("a value"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_service_is_asked_to_come_again_where_there_is_no_room() {
    let setup = setup();
    setup.taken.full(true);
    let response = setup.post(&setup.token(), notification().to_string()).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    setup.taken.full(false);
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(setup.intake.counts().turned_away, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_shows_in_debug() {
    let setup = setup();
    let token = setup.token();
    setup.status(&token).await;
    let shown = format!("{:?} {:?}", setup.intake, setup.taken.last());
    assert!(!shown.contains(&token[..20]));
}
