//! Notifications of call records, from the post to the question for the record.

use std::sync::Arc;

use http::Request;
use serde_json::{Value, json};
use teams_cc_core::Timestamp;
use teams_cc_graph::{
    call_records::{Input, Output, RecordIndex, RecordIndexConfig},
    webhook::{self, Event},
    wire::Sensitive,
};

use crate::support::setup_with;

fn created(id: &str, secret: &str) -> Value {
    json!({ "subscriptionId": "s1", "clientState": secret, "changeType": "created",
            "resource": format!("communications/callRecords/{id}"),
            "resourceData": { "@odata.type": "#microsoft.graph.callrecord", "id": id } })
}

/// What the index asks for now.
fn asked(index: &mut RecordIndex) -> Vec<String> {
    let mut asked = Vec::new();
    loop {
        match index.poll_output() {
            Output::Fetch { id } => asked.push(id),
            Output::Event(_) => {}
            Output::Timeout(_) => return asked,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_posted_record_is_asked_for_and_no_other() {
    let (queue, mut events) = webhook::queue(8);
    let sink = Arc::new(queue.clone());
    let states = |id: &str| (id == "s1").then(|| Sensitive::new("secret"));
    let setup = setup_with(|intake| intake.subscriptions(Arc::new(states), sink));
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    let mut posts = vec![json!({ "value": [
        created("chain-1", "secret"), created("chain-2", "guess"), created("chain-1", "secret"),
        created("../../users/u", "secret"),
    ] })];
    // Twice as many as the queue has room for come to nothing else than to come again.
    posts.extend((0..16).map(|nth| json!({ "value": [created(&format!("r-{nth}"), "secret")] })));
    let mut statuses = Vec::new();
    for body in posts {
        let request = Request::post("/changes").body(body.to_string().into()).unwrap();
        statuses.push(setup.intake.handle(request).await.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 6);
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 11);
    drop((setup, queue));
    let now = Timestamp::UNIX_EPOCH;
    while let Some(Event::Subscription { event, .. }) = events.recv().await {
        if let Some(input) = Input::of_change(&event) {
            index.handle_input(now, input);
        }
    }
    // So many are asked for at once; an answer makes room for the next.
    let first = asked(&mut index);
    assert_eq!(first, ["chain-1", "r-0", "r-1", "r-2"]);
    for id in first {
        index.handle_input(now, Input::Recorded { id, version: 1 });
    }
    assert_eq!(asked(&mut index), ["r-3", "r-4"]);
}
