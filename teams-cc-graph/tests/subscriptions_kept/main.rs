//! Subscriptions that live on, over the whole client, with the intake they are told to.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod service;

use std::time::Duration;

use service::{BOT, Service};
use teams_cc_graph::{
    subscription::{Event, Failure, Keeper, KeeperEvents, Reason, Record, Wanted},
    webhook::ProbeError,
    wire::Sensitive,
};

const PRESENCES: &str = "communications/presences?$filter=id in ('u1','u2')";

fn keeper(service: &Service) -> (Keeper, KeeperEvents) {
    let builder = Keeper::builder().account("", service.client()).clock(service.clock.clone());
    let (keeper, events) = builder.start();
    service.listen(keeper.secrets());
    (keeper, events)
}

async fn next(events: &mut KeeperEvents) -> Event {
    tokio::time::timeout(Duration::from_hours(30), events.next()).await.unwrap().unwrap()
}

async fn active(events: &mut KeeperEvents) -> String {
    loop {
        if let Event::Active { id, .. } = next(events).await {
            return id.into();
        }
    }
}

fn wanted() -> Wanted {
    Wanted::new("shard-1", PRESENCES, BOT)
}

#[tokio::test(start_paused = true)]
async fn a_subscription_lives_for_days_and_its_changes_are_taken() {
    let service = Service::new();
    let (keeper, mut events) = keeper(&service);
    keeper.want(wanted()).unwrap();
    let id = active(&mut events).await;
    assert_eq!(service.notify(&id).await, 202);
    tokio::time::sleep(Duration::from_hours(48)).await;
    assert_eq!(service.notify(&id).await, 202, "the same one, with the same secret");
    let (renewals, made) = {
        let book = service.book.lock().unwrap();
        let count = |start: &str| book.log.iter().filter(|line| line.starts_with(start)).count();
        (count("PATCH"), count("POST"))
    };
    assert!((70..=82).contains(&renewals), "{renewals}");
    assert_eq!((made, service.book.lock().unwrap().taken), (1, 2));
    let secret = service.book.lock().unwrap().subscriptions[&id]["clientState"].clone();
    assert_eq!(secret.as_str().unwrap().len(), 32);
    assert!(!format!("{keeper:?} {:?}", keeper.secrets()).contains(secret.as_str().unwrap()));
    assert!(keeper.shutdown(Duration::from_secs(10)).await.is_empty());
    assert!(service.book.lock().unwrap().subscriptions.is_empty(), "it is deleted");
}

/// Pains 49 and 51.
#[tokio::test(start_paused = true)]
async fn the_only_subscription_an_account_may_have_is_taken_back_from_an_earlier_process() {
    let service = Service::new();
    service.book.lock().unwrap().one_per_user = true;
    let first = {
        let (keeper, mut events) = keeper(&service);
        keeper.want(wanted()).unwrap();
        active(&mut events).await
    };
    let (second, mut events) = keeper(&service);
    second.want(wanted()).unwrap();
    let id = active(&mut events).await;
    assert_ne!(id, first);
    let kept: Vec<String> = service.book.lock().unwrap().subscriptions.keys().cloned().collect();
    assert_eq!(kept, [id.as_str()]);
    assert_eq!(service.notify(&id).await, 202);
}

#[tokio::test(start_paused = true)]
async fn one_whose_secret_was_kept_is_gone_on_with() {
    let service = Service::new();
    let first = {
        let (keeper, mut events) = keeper(&service);
        keeper.want(wanted()).unwrap();
        active(&mut events).await
    };
    let state = service.book.lock().unwrap().subscriptions[&first]["clientState"].clone();
    let (second, mut events) = keeper(&service);
    let secret = Sensitive::new(state.as_str().unwrap());
    second.adopt(wanted(), Record::new(&first), secret).unwrap();
    assert_eq!(active(&mut events).await, first);
    assert_eq!(service.notify(&first).await, 202);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_down_is_found_out_before_the_service_is_asked() {
    let service = Service::new();
    service.book.lock().unwrap().endpoint_is_down = true;
    let (keeper, mut events) = keeper(&service);
    keeper.want(wanted()).unwrap();
    let failing = Event::Failing {
        key: "shard-1".into(),
        failure: Failure::Endpoint(ProbeError::Status(503)),
    };
    assert_eq!(next(&mut events).await, failing);
    assert!(service.book.lock().unwrap().log.is_empty());
    service.book.lock().unwrap().endpoint_is_down = false;
    active(&mut events).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_dies_in_silence_is_found_by_the_audit() {
    let service = Service::new();
    let (keeper, mut events) = keeper(&service);
    keeper.want(wanted()).unwrap();
    active(&mut events).await;
    assert!(matches!(next(&mut events).await, Event::Resync { reason: Reason::Created, .. }));
    service.book.lock().unwrap().subscriptions.clear();
    let before = tokio::time::Instant::now();
    let gone = Event::Interrupted { key: "shard-1".into(), reason: Reason::Vanished };
    assert_eq!(next(&mut events).await, gone);
    assert!(before.elapsed() <= Duration::from_mins(16), "{:?}", before.elapsed());
    active(&mut events).await;
}

#[tokio::test(start_paused = true)]
async fn renewals_that_do_nothing_lead_to_a_new_subscription() {
    let service = Service::new();
    service.book.lock().unwrap().renewals_do_nothing = true;
    let (keeper, mut events) = keeper(&service);
    keeper.want(wanted()).unwrap();
    let first = active(&mut events).await;
    let second = active(&mut events).await;
    assert_ne!(first, second);
    assert_eq!(service.book.lock().unwrap().subscriptions.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_nobody_named_is_told_and_the_last_handle_stops_the_task() {
    let service = Service::new();
    let (keeper, mut events) = keeper(&service);
    keeper.want(wanted().account("unknown")).unwrap();
    let failing = Event::Failing { key: "shard-1".into(), failure: Failure::Refused };
    assert_eq!(next(&mut events).await, failing);
    keeper.account("unknown", service.client());
    active(&mut events).await;
    drop(keeper);
    while events.next().await.is_some() {}
}
