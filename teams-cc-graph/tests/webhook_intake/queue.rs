use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::json;
use teams_cc_graph::{
    model::CallState,
    webhook::{Delivery, Event, Intake, IntakeConfig, NotificationSink, SinkFull, queue},
};

use crate::support::{TENANT, setup};

fn delivery(count: usize) -> Delivery {
    let item = json!({"changeType": "updated", "resourceUrl": "/communications/calls/c",
        "resourceData": {"@odata.type": "#microsoft.graph.call", "state": "established"}});
    let notifications = serde_json::from_value(json!({ "value": vec![item; count] })).unwrap();
    Delivery::new(TENANT.parse().unwrap(), teams_cc_core::Instant::ZERO, notifications)
}

/// Pain 59.
#[tokio::test(start_paused = true)]
async fn a_queue_takes_a_post_whole_or_not_at_all_and_says_how_full_it_is() {
    let (queue, mut events) = queue(5);
    assert_eq!(queue.deliver(delivery(3)), Ok(()));
    assert_eq!(queue.deliver(delivery(3)), Err(SinkFull));
    assert_eq!(queue.deliver(delivery(2)), Ok(()));
    let figures = queue.figures();
    assert_eq!((figures.capacity, figures.depth, figures.high_water), (5, 5, 5));
    assert_eq!((figures.taken, figures.turned_away), (5, 1));
    for _ in 0..5 {
        let Some(Event::Call { tenant, notification, .. }) = events.next().await else { panic!() };
        assert_eq!(tenant.as_str(), TENANT);
        let state = notification.call().and_then(|call| call.state.get());
        assert_eq!(state, Some(&CallState::Established));
    }
    assert_eq!((queue.figures().depth, queue.figures().high_water), (0, 5));
    assert_eq!(queue.deliver(delivery(8)), Ok(()), "as far as it goes, or it would come for ever");
    assert_eq!((queue.figures().depth, queue.figures().cut_off), (5, 3));
    assert_eq!(queue.deliver(delivery(0)), Ok(()));
    drop(queue);
    assert_eq!(events.by_ref().count().await, 5);
    assert!(events.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn where_nobody_reads_any_more_the_service_is_asked_to_come_again() {
    let (queue, events) = queue(5);
    drop(events);
    assert_eq!(queue.deliver(delivery(1)), Err(SinkFull));
    assert_eq!(queue.figures().turned_away, 1);
}

/// Pain 59.
#[tokio::test(start_paused = true)]
async fn an_app_that_reads_nothing_holds_no_request_up() {
    let (queue, _events) = queue(1);
    let helper = setup();
    let config = IntakeConfig::new(crate::support::APP.parse().unwrap(), [TENANT.parse().unwrap()]);
    let intake = Intake::new(config, helper.keys(), helper.clock(), Arc::new(queue.clone()));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request =
            crate::support::post(&helper.token(), crate::support::notification().to_string());
        let answer =
            tokio::time::timeout(std::time::Duration::from_secs(1), intake.handle(request));
        statuses.push(answer.await.expect("at once").status().as_u16());
    }
    assert_eq!(statuses, [202, 503, 503]);
    assert_eq!(intake.counts().turned_away, 2);
}
