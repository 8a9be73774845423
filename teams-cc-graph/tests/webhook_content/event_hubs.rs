use std::sync::Arc;

use serde_json::json;
use teams_cc_graph::{
    webhook::{
        EventHubs,
        content::{ContentError, Opener},
    },
    wire::Sensitive,
};

use crate::{
    sealed::{NOW, PLAIN, Seal, post, ring},
    support::setup,
};

fn hubs() -> EventHubs {
    let states = |id: &str| (id == "s1").then(|| Sensitive::new("secret-1"));
    EventHubs::new(Arc::new(states))
}

#[tokio::test(start_paused = true)]
async fn a_message_of_an_event_hub_is_opened_without_tokens() {
    let message = post(&Seal::default().content(), &[]);
    let (delivery, left) = hubs().read(NOW, message.as_bytes()).unwrap();
    assert_eq!((delivery.events.len(), left, delivery.received), (1, 0, NOW));
    let opener = Opener::for_event_hubs(ring(), setup().clock());
    let content = opener.open(delivery.events[0].notification(), &[]).await.unwrap();
    assert_eq!(content.reveal(), PLAIN);
    let foreign = Seal { id: "second", ..Seal::default() }.notification();
    let refused = opener.open(&foreign, &[]).await.unwrap_err();
    assert_eq!(refused, ContentError::UnknownCertificate);
}

#[test]
fn what_only_tries_the_way_is_left_out_and_secrets_count() {
    let trial = json!({ "subscriptionId": "NA", "clientState": "NA",
                        "changeType": "Validation: Testing client application reachability" });
    let change = |id: &str, state: &str| json!({ "subscriptionId": id, "clientState": state, "changeType": "updated" });
    let body = json!({ "value": [
        trial, change("s1", "secret-1"), change("s1", "guess"), change("s2", "secret-1"), { "changeType": 7 },
    ] });
    let (delivery, left) = hubs().read(NOW, body.to_string().as_bytes()).unwrap();
    assert_eq!((delivery.events.len(), left), (1, 3));
    let only = json!({ "value": [trial] });
    let (delivery, left) = hubs().read(NOW, only.to_string().as_bytes()).unwrap();
    assert_eq!((delivery.events.len(), left), (0, 0));
    for unreadable in ["", "[]", "{}", "no json"] {
        assert!(hubs().read(NOW, unreadable.as_bytes()).is_err(), "{unreadable}");
    }
}
