use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use teams_cc_graph::{
    model::LifecycleEventType,
    webhook::{ChangeDelivery, MAX_VALIDATION_TOKEN_BYTES, SinkFull, SubscriptionEvent},
    wire::Sensitive,
};

use crate::support::{Setup, notification, setup, setup_with};

type Changes = Arc<Mutex<Vec<ChangeDelivery>>>;

fn subscribed() -> (Setup, Changes) {
    let taken = Changes::default();
    let sink = {
        let taken = Arc::clone(&taken);
        move |delivery: ChangeDelivery| {
            let mut taken = taken.lock().unwrap();
            if taken.len() == 2 {
                return Err(SinkFull);
            }
            taken.push(delivery);
            Ok(())
        }
    };
    let states = |id: &str| match id {
        "s1" => Some(Sensitive::new("secret-1")),
        "empty" => Some(Sensitive::new("")),
        _ => None,
    };
    (setup_with(|intake| intake.subscriptions(Arc::new(states), Arc::new(sink))), taken)
}

async fn send(setup: &Setup, uri: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    setup.intake.handle(Request::post(uri).body(body.into()).unwrap()).await
}

fn change(id: &str, state: &str) -> Value {
    json!({"subscriptionId": id, "clientState": state, "changeType": "updated",
           "resource": "communications/presences/u", "resourceData": {"id": "u"}})
}

/// Pain 53, and the complaint that a validation token is a sentence, not a token.
#[tokio::test(start_paused = true)]
async fn a_new_subscription_is_validated_with_the_decoded_token_as_plain_text() {
    let (setup, _) = subscribed();
    for (uri, text) in [
        ("/changes?validationToken=abc", "abc"),
        (
            "/changes?x=1&validationToken=Validation%3a+Testing%20%3Cb%3E%2B",
            "Validation: Testing <b>+",
        ),
        ("/changes?validationToken=", ""),
    ] {
        let response = send(&setup, uri, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), text);
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
    let long = format!("/changes?validationToken={}", "x".repeat(MAX_VALIDATION_TOKEN_BYTES + 1));
    assert_eq!(send(&setup, &long, "").await.status(), 400);
    assert_eq!(setup.intake.counts().validations, 3);
}

#[tokio::test(start_paused = true)]
async fn changes_are_proven_by_the_secret_of_their_subscription() {
    let (setup, taken) = subscribed();
    let mut lifecycle = change("s1", "secret-1");
    lifecycle["lifecycleEvent"] = "reauthorizationRequired".into();
    let body = json!({
        "validationTokens": ["jwt"],
        "value": [
            change("s1", "secret-1"), change("s1", "secret-2"), change("other", "secret-1"),
            change("empty", ""), {"changeType": 7}, lifecycle,
        ]
    });
    assert_eq!(send(&setup, "/changes", body.to_string()).await.status(), 202);
    let delivery = taken.lock().unwrap().pop().unwrap();
    assert_eq!(delivery.validation_tokens[0].reveal(), "jwt");
    let [SubscriptionEvent::Changed(changed), SubscriptionEvent::Lifecycle(event, _)] =
        &delivery.events[..]
    else {
        panic!("{delivery:?}")
    };
    let resource = changed.resource.get().map(Sensitive::reveal);
    assert_eq!(resource, Some("communications/presences/u"));
    assert_eq!(*event, LifecycleEventType::ReauthorizationRequired);
    let counts = setup.intake.counts();
    assert_eq!((counts.changes, counts.unproven_changes), (2, 3));
    assert_eq!(counts.unreadable_notifications, 1);
    let shown = format!("{delivery:?}");
    // A resource's path may name a chat.
    for secret in ["secret-1", "jwt", "presences"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_change_the_answer_is_the_same() {
    let (setup, taken) = subscribed();
    let wrong = setup.post("x.y.z", notification().to_string()).await;
    for body in [
        json!({"value": [change("s1", "secret-2")]}).to_string(),
        json!({"value": [change("other", "")]}).to_string(),
        notification().to_string(),
        "no json".to_owned(),
        String::new(),
    ] {
        let response = send(&setup, "/changes", body).await;
        assert_eq!(format!("{response:?}"), format!("{wrong:?}"));
    }
    assert!(taken.lock().unwrap().is_empty());
    assert_eq!(setup.taken.count(), 0);
    let body = json!({"value": [change("s1", "secret-1")]}).to_string();
    for status in [202, 202, 503] {
        assert_eq!(send(&setup, "/changes", body.clone()).await.status(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_no_secret_vouches_for_hands_nothing_on() {
    let (setup, taken) = subscribed();
    for body in [
        json!({"value": [], "validationTokens": ["forged"]}),
        json!({"value": [7], "validationTokens": ["forged"]}),
        json!({"value": [change("s1", "guess")], "validationTokens": ["forged"]}),
    ] {
        assert_eq!(send(&setup, "/changes", body.to_string()).await.status(), 401, "{body}");
    }
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_intake_without_subscriptions_takes_none_of_it() {
    let setup = setup();
    for uri in ["/changes?validationToken=abc", "/changes"] {
        let body = json!({"value": [change("s1", "secret-1")]}).to_string();
        assert_eq!(send(&setup, uri, body).await.status(), 401);
    }
}
