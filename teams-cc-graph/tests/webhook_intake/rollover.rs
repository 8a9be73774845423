use std::{sync::Arc, time::Duration};

use serde_json::json;
use teams_cc_graph::{
    jwt::JwtError,
    webhook::{Intake, IntakeConfig},
};

use crate::support::{APP, Setup, TENANT, notification, post, setup, sign};

#[tokio::test(start_paused = true)]
async fn many_first_requests_read_the_keys_once() {
    let setup = setup();
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let intake = Arc::clone(&setup.intake);
            let request = post(&setup.token(), notification().to_string());
            tokio::spawn(async move { intake.handle(request).await.status().as_u16() })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.expect("no panic"), 202);
    }
    assert_eq!(setup.issuer.readings(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_read_once_it_is_used() {
    let setup = setup();
    assert_eq!(setup.status(&setup.token()).await, 202);
    setup.issuer.publish(&[0, 1]);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(setup.status(&setup.token_of_key(1)).await, 202);
    assert_eq!(setup.issuer.readings(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_is_looked_up_once_in_a_while() {
    let setup = setup();
    assert_eq!(setup.status(&setup.token()).await, 202);
    for readings in [2, 3] {
        for _ in 0..100 {
            assert_eq!(setup.status(&setup.token_of_key(1)).await, 401);
        }
        assert_eq!(setup.issuer.readings(), readings, "it was looked up seconds ago");
        tokio::time::sleep(Duration::from_secs(31)).await;
    }
    assert_eq!(setup.status(&setup.token()).await, 202);
}

/// A token of an invented key, that is right in all that can be known without one.
fn forged(setup: &Setup, nth: usize) -> String {
    sign(&json!({ "alg": "RS256", "kid": format!("forged-{nth}") }), &setup.claims(), 0)
}

#[tokio::test(start_paused = true)]
async fn invented_keys_cause_no_flood_and_no_new_key_is_refused_for_them() {
    let setup = setup();
    assert_eq!(setup.status(&setup.token()).await, 202);
    // For five minutes somebody invents ten keys a second.
    let mut nth = 0;
    let mut refused = 0;
    for second in 0..300 {
        for _ in 0..10 {
            nth += 1;
            refused += usize::from(setup.status(&forged(&setup, nth)).await == 401);
        }
        assert_eq!(setup.status(&setup.token()).await, 202, "known keys are not held up");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let allowed = 4 + second / 29;
        assert!(setup.issuer.readings() <= allowed, "{second} s: {}", setup.issuer.readings());
    }
    assert!(refused >= 10, "those that were looked up: {refused}");
    // The key rolls over meanwhile: its requests are asked to come again, and never refused.
    setup.issuer.publish(&[0, 1]);
    let token = setup.token_of_key(1);
    let begun = tokio::time::Instant::now();
    loop {
        nth += 1;
        let _ = setup.status(&forged(&setup, nth)).await;
        match setup.status(&token).await {
            202 => break,
            status => assert_eq!(status, 503),
        }
        assert!(begun.elapsed() < Duration::from_secs(31), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_at_once_although_another_was_just_looked_up() {
    let setup = setup();
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(setup.status(&forged(&setup, 1)).await, 401);
    setup.issuer.publish(&[0, 1]);
    assert_eq!(setup.status(&setup.token_of_key(1)).await, 202);
}

#[tokio::test(start_paused = true)]
async fn who_knows_neither_app_nor_tenant_causes_no_reading() {
    let setup = setup();
    setup.intake.warm_up().await.expect("keys");
    for (claim, value) in [
        ("aud", json!("another-app")),
        ("tid", json!("another-tenant")),
        ("iss", json!("https://evil.example")),
        ("exp", json!(1)),
        ("exp", json!(null)),
    ] {
        let mut claims = setup.claims();
        claims[claim] = value;
        let token = sign(&json!({ "alg": "RS256", "kid": format!("forged-{claim}") }), &claims, 0);
        assert_eq!(setup.status(&token).await, 401, "{claim}");
    }
    assert_eq!(setup.issuer.readings(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_schedule_of_readings_does_not_depend_on_invented_keys() {
    let setup = setup();
    setup.intake.warm_up().await.expect("keys");
    setup.issuer.up(false);
    for nth in 0..240 {
        // A failed look-up is no proof of absence.
        assert_eq!(setup.status(&forged(&setup, nth)).await, 503);
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    setup.issuer.up(true);
    setup.issuer.publish(&[0, 1]);
    assert_eq!(setup.status(&setup.token()).await, 202);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(setup.status(&setup.token_of_key(1)).await, 202);
}

#[tokio::test(start_paused = true)]
async fn keys_are_read_again_after_two_hours_without_anybody_waiting() {
    let setup = setup();
    setup.intake.warm_up().await.expect("keys");
    tokio::time::sleep(Duration::from_mins(121)).await;
    let before = tokio::time::Instant::now();
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(before.elapsed(), Duration::ZERO, "the old key serves meanwhile");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(setup.issuer.readings(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_is_no_longer_believed_after_the_next_reading() {
    let setup = setup();
    setup.intake.warm_up().await.expect("keys");
    setup.issuer.publish(&[1]);
    tokio::time::sleep(Duration::from_mins(121)).await;
    assert_eq!(setup.status(&setup.token()).await, 202);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(setup.status(&setup.token()).await, 401);
}

#[tokio::test(start_paused = true)]
async fn without_keys_the_service_is_asked_to_come_again() {
    let setup = setup();
    setup.issuer.up(false);
    assert_eq!(setup.intake.warm_up().await, Err(JwtError::KeysUnavailable));
    assert_eq!(setup.status(&setup.token()).await, 503);
    setup.issuer.up(true);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(setup.status(&setup.token()).await, 202);
}

#[tokio::test(start_paused = true)]
async fn old_keys_are_believed_for_a_day_while_new_ones_cannot_be_read() {
    let setup = setup();
    setup.intake.warm_up().await.expect("keys");
    setup.issuer.up(false);
    tokio::time::sleep(Duration::from_hours(23)).await;
    assert_eq!(setup.status(&setup.token()).await, 202);
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(setup.status(&setup.token()).await, 503);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_neither_stops_nor_blocks_the_reading() {
    let setup = setup();
    for millis in [0, 10, 60, 20] {
        let wait = Duration::from_millis(millis);
        let request = setup.intake.handle(post(&setup.token(), notification().to_string()));
        let _ = tokio::time::timeout(wait, request).await;
    }
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(setup.issuer.readings(), 1);
    assert_eq!(setup.taken.count(), 1, "what was dropped was not handed on");
}

#[tokio::test(start_paused = true)]
async fn keys_are_not_taken_over_plain_http() {
    let setup = setup();
    setup.issuer.jwks_uri("http://keys.example.com/jwks");
    assert_eq!(setup.intake.warm_up().await, Err(JwtError::KeysUnavailable));
}

/// The complaint that callbacks in GCC High come from an issuer and a key nobody expected.
#[tokio::test(start_paused = true)]
async fn another_clouds_issuer_and_key_are_believed_once_they_are_named_and_the_usual_no_more() {
    let setup = setup();
    let there = "https://api.botframework.azure.us";
    let mut claims = setup.claims();
    claims["iss"] = there.into();
    setup.issuer.publish(&[0, 1]);
    let token = sign(&json!({ "alg": "RS256", "kid": "k1" }), &claims, 1);
    assert_ne!(setup.status(&token).await, 202);
    assert_eq!(setup.intake.counts().refused.get(&JwtError::WrongIssuer), Some(&1));

    let config = IntakeConfig::new(APP.parse().expect("an id"), [TENANT.parse().expect("an id")])
        .metadata_url("https://api.botframework.azure.us/v1/.well-known".parse().expect("a URL"))
        .issuers([there]);
    let intake = Intake::new(config, setup.keys(), setup.clock(), setup.taken.clone());
    let answer = intake.handle(post(&token, notification().to_string())).await;
    assert_eq!(answer.status(), 202);
    let usual = intake.handle(post(&setup.token(), notification().to_string())).await;
    assert_ne!(usual.status(), 202);
}
