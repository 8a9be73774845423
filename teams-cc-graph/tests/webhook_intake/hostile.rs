//! Posts that mean harm: what they tell is bounded, kept apart, and kept out of the logs.

use std::time::Duration;

use serde_json::json;
use teams_cc_graph::{jwt::JwtError, model::ChangeNotificationCollection};

use crate::log;
use crate::support::{notification, setup};

#[tokio::test(start_paused = true)]
async fn a_flood_of_refused_posts_does_not_flood_the_log_and_each_is_counted() {
    log::listen();
    let setup = setup();
    let mut foreign = notification();
    foreign["value"][0]["resourceData"]["tenantId"] = json!("another-tenant");
    for second in 0..130 {
        for _ in 0..10 {
            assert_eq!(setup.status("x.y.z").await, 401);
            let post = setup.post(&setup.token(), foreign.to_string()).await;
            assert_eq!(post.status(), 401);
        }
        if second == 70 {
            assert_eq!(setup.status(&setup.token_until(-1000)).await, 401);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let counts = setup.intake.counts();
    assert_eq!((counts.refused[&JwtError::Malformed], counts.foreign_calls), (1300, 1300));
    let log = log::heard();
    let lines = |about: &str| -> Vec<_> { log.lines().filter(|it| it.contains(about)).collect() };
    // At once, after a minute, after two; another reason is told at once too.
    let malformed = lines("malformed");
    assert_eq!(malformed.len(), 3, "{malformed:?}");
    assert!(malformed[0].contains("more=0") && malformed[1].contains("more=599"), "{malformed:?}");
    assert_eq!(lines("another tenant").len(), 3);
    assert_eq!(lines("expired").len(), 1);
}

/// Trap 44.
#[test]
fn a_changed_thread_is_named_in_no_debug_text() {
    const THREAD: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
    let body = json!({ "value": [{
        "subscriptionId": "s1", "clientState": "secret", "changeType": "updated",
        "resource": format!("chats('{THREAD}')/messages('1612289765949')"),
        "resourceData": { "id": THREAD, "@odata.id": format!("chats('{THREAD}')"),
                          "@odata.type": "#Microsoft.Graph.chat" },
    }] });
    let changes: ChangeNotificationCollection =
        serde_json::from_value(body.clone()).expect("changes");
    let shown = format!("{changes:?} {changes:#?}");
    assert!(!shown.contains("19:") && !shown.contains("1612289765949"), "{shown}");
    let id = changes.value.items()[0].resource_data.get().and_then(|data| data.id.get());
    assert_eq!(id.map(teams_cc_graph::wire::Sensitive::reveal), Some(THREAD));
    assert_eq!(serde_json::to_value(&changes).expect("JSON"), body);
}
