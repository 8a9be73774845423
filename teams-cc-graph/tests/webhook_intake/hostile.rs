//! Posts that mean harm: what they tell is bounded, kept apart, and kept out of the logs.

use serde_json::json;
use teams_cc_graph::model::ChangeNotificationCollection;

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
