//! Posts that mean harm: what they tell is bounded, kept apart, and kept out of the logs.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use teams_cc_graph::{jwt::JwtError, model::ChangeNotificationCollection};

use crate::support::{notification, setup};

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self, about: &str) -> Vec<String> {
        let log = self.0.lock().unwrap();
        let text = String::from_utf8_lossy(&log);
        text.lines().filter(|line| line.contains(about)).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_refused_posts_does_not_flood_the_log_and_each_is_counted() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
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
    // At once, after a minute, after two; another reason is told at once too.
    let malformed = log.lines("malformed");
    assert_eq!(malformed.len(), 3, "{malformed:?}");
    assert!(malformed[0].contains("more=0") && malformed[1].contains("more=599"), "{malformed:?}");
    assert_eq!(log.lines("another tenant").len(), 3);
    assert_eq!(log.lines("expired").len(), 1);
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
