//! Leases, by the clock of the database.

use std::time::Duration;

use teams_cc::core::{
    Timestamp,
    store::{DispatchStore, StoreError, Terms},
};

use crate::{LONG, NOW, Stage, agent, agents, call};

#[tokio::test]
async fn a_lease_runs_out_by_the_clock_of_the_database_whatever_the_nodes_clock_says() {
    let stage = Stage::new().await;
    let store = &stage.store;
    agents(store, 1).await;
    store.enqueue(&call(0)).await.unwrap();
    let short = Terms::new(Duration::from_millis(300));
    let token = store.reserve(&agent(0), &call(0), short, NOW).await.unwrap();
    // A node whose clock is a year ahead frees nobody and is late for nothing.
    let ahead: Timestamp = "2126-01-01T00:00:00Z".parse().unwrap();
    assert!(store.sweep(ahead).await.unwrap().is_empty());
    tokio::time::sleep(Duration::from_millis(400)).await;
    let late = store.accept(token, NOW).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "I6: {late:?}");
    // Until it is swept, the reservation stands in everybody's way.
    let early = store.reserve(&agent(0), &call(0), short, NOW).await;
    assert!(matches!(early, Err(StoreError::AgentTaken)));
    let swept = store.sweep(NOW).await.unwrap();
    assert_eq!(swept.iter().map(|it| it.token).collect::<Vec<_>>(), [token]);
    assert!(store.sweep(NOW).await.unwrap().is_empty());
    let next = store.reserve(&agent(0), &call(0), Terms::new(LONG), NOW).await.unwrap();
    assert!(next > token);
    store.accept(next, ahead).await.unwrap();
    store.release(token).await.unwrap();
    assert_eq!(store.reservations().await.unwrap().len(), 1, "an old token gives nothing back");
}

#[tokio::test]
async fn the_end_of_a_lease_is_told_as_the_time_it_is() {
    let stage = Stage::new().await;
    agents(&stage.store, 1).await;
    stage.store.enqueue(&call(0)).await.unwrap();
    let terms = Terms::new(Duration::from_hours(1));
    let before = std::time::SystemTime::now();
    stage.store.reserve(&agent(0), &call(0), terms, NOW).await.unwrap();
    let held = stage.store.reservations().await.unwrap();
    let until = held[0].until.unwrap().since(Timestamp::UNIX_EPOCH);
    let now = before.duration_since(std::time::UNIX_EPOCH).unwrap();
    let left = until.abs_diff(now);
    assert!(left.abs_diff(Duration::from_hours(1)) < Duration::from_secs(5), "{left:?}");
}

#[tokio::test]
async fn a_sweep_frees_thousands_at_once_in_the_order_of_their_tokens() {
    const CALLS: u64 = 2500;
    let stage = Stage::new().await;
    let store = &stage.store;
    agents(store, CALLS).await;
    let short = Terms::new(Duration::from_millis(1));
    for n in 0..CALLS {
        store.enqueue(&call(n)).await.unwrap();
        store.reserve(&agent(n), &call(n), short, NOW).await.unwrap();
    }
    let other = stage.another().await;
    let (one, two) = tokio::join!(store.sweep(NOW), other.sweep(NOW));
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut rest = store.sweep(NOW).await.unwrap();
    rest.extend(one);
    rest.extend(two);
    let mut tokens: Vec<_> = rest.iter().map(|it| it.token).collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), usize::try_from(CALLS).unwrap(), "each once");
    assert_eq!(rest.len(), tokens.len());
    assert!(store.reservations().await.unwrap().is_empty());
}
