use std::{sync::Arc, time::Duration};

use teams_cc_graph::jwt::JwtError;

use crate::support::{notification, post, setup};

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
async fn unknown_keys_cause_no_flood_of_readings() {
    let setup = setup();
    assert_eq!(setup.status(&setup.token()).await, 202);
    for _ in 0..100 {
        assert_eq!(setup.status(&setup.token_of_key(1)).await, 401);
    }
    assert_eq!(setup.issuer.readings(), 1, "the last reading is seconds old");
    tokio::time::sleep(Duration::from_secs(31)).await;
    for _ in 0..100 {
        assert_eq!(setup.status(&setup.token_of_key(1)).await, 401);
    }
    assert_eq!(setup.issuer.readings(), 2);
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
