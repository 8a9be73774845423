//! Claims challenges and loops, at the cache.

use std::sync::Arc;

use serde_json::{Value, json};
use teams_cc_core::seed::Seed;
use tokio::time::Duration;

use super::endpoint::*;
use crate::auth::{ClientCredentials, TokenCache, TokenProvider};
use crate::config::SystemClock;

const NBF: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;

fn cache(endpoint: &Endpoint) -> TokenCache {
    let app = endpoint.secret_app().continuous_access_evaluation();
    let provider = Arc::new(ClientCredentials::new(app));
    TokenCache::new(provider, Arc::new(SystemClock::new()), Seed::new(7))
}

#[tokio::test(start_paused = true)]
async fn a_challenge_is_answered_once_for_all_who_met_it() {
    let endpoint = Endpoint::answering([(200, granted("t1")), (200, granted("t2"))]);
    let cache = cache(&endpoint);
    let old = cache.token(&wanted()).await.unwrap();
    let claims: Value = serde_json::from_str(&endpoint.last()["claims"]).unwrap();
    assert_eq!(claims, json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } }));
    let mut callers = Vec::new();
    for _ in 0..10 {
        let (cache, old) = (cache.clone(), old.clone());
        callers.push(tokio::spawn(async move {
            cache.refused(&wanted(), &old).await;
            cache.token(&wanted().claims(NBF)).await.unwrap()
        }));
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap().secret().reveal(), "t2");
    }
    assert_eq!(endpoint.asked().len(), 2);
    let claims: Value = serde_json::from_str(&endpoint.last()["claims"]).unwrap();
    assert_eq!(claims["access_token"]["nbf"]["value"], "1");
    assert_eq!(claims["access_token"]["xms_cc"]["values"][0], "cp1");
    // It takes the place of the old one for everybody.
    assert_eq!(cache.at_hand(&wanted()).unwrap().secret().reveal(), "t2");
}

/// Pain 7.
#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_every_token_is_not_answered_with_a_loop() {
    let endpoint = Endpoint::default();
    for nth in 0..20 {
        endpoint.then(200, granted(&format!("t{nth}")));
    }
    let cache = cache(&endpoint);
    let mut token = cache.token(&wanted()).await.unwrap();
    for nth in 0..100 {
        cache.refused(&wanted(), &token).await;
        let claims = NBF.replace('1', &nth.to_string());
        token = cache.token(&wanted().claims(claims)).await.unwrap();
    }
    assert_eq!(endpoint.asked().len(), 6);
    tokio::time::sleep(Duration::from_mins(1)).await;
    cache.refused(&wanted(), &token).await;
    cache.token(&wanted()).await.unwrap();
    assert_eq!(endpoint.asked().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn after_a_loop_nothing_is_asked_for_five_minutes() {
    let endpoint = Endpoint::answering([(400, refused("invalid_request", 50_196))]);
    let cache = cache(&endpoint);
    for _ in 0..4 {
        let error = cache.token(&wanted()).await.unwrap_err();
        assert!(error.to_string().contains("AADSTS50196"), "{error}");
        tokio::time::sleep(Duration::from_secs(70)).await;
    }
    assert_eq!(endpoint.asked().len(), 1);
    tokio::time::sleep(Duration::from_secs(21)).await;
    endpoint.then(200, granted("t1"));
    cache.token(&wanted()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_throttled_endpoint_is_left_alone_as_long_as_it_asks() {
    let endpoint = Endpoint::default();
    endpoint.then_wait(429, refused("temporarily_unavailable", 90_055), 60);
    let cache = cache(&endpoint);
    cache.token(&wanted()).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(59)).await;
    cache.token(&wanted()).await.unwrap_err();
    assert_eq!(endpoint.asked().len(), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    endpoint.then(200, granted("t1"));
    cache.token(&wanted()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_when_the_endpoint_says_and_the_old_one_used_if_that_fails() {
    let mut grant = granted("t1");
    grant["refresh_in"] = 1200.into();
    let endpoint = Endpoint::answering([(200, grant)]);
    let cache = cache(&endpoint);
    cache.token(&wanted()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1100)).await;
    assert!(cache.at_hand(&wanted()).is_some());
    tokio::time::sleep(Duration::from_secs(101)).await;
    assert!(cache.at_hand(&wanted()).is_none());
    endpoint.then(401, refused("invalid_client", 7_000_222));
    assert_eq!(cache.token(&wanted()).await.unwrap().secret().reveal(), "t1");
}
