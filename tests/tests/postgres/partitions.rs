//! Which node looks after which queues.

use std::time::Duration;

use crate::{LONG, Stage};

#[tokio::test]
async fn a_partition_has_one_node_until_its_lease_runs_out_or_is_given_up() {
    let stage = Stage::new().await;
    let other = stage.another().await;
    let short = Duration::from_millis(300);
    let first = stage.store.claim("sales", "one", short).await.unwrap().unwrap();
    assert_eq!(other.claim("sales", "two", LONG).await.unwrap(), None);
    assert_eq!(stage.store.claim("sales", "one", LONG).await.unwrap(), None, "also under its name");
    assert!(stage.store.renew(&first, short).await.unwrap());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!stage.store.renew(&first, LONG).await.unwrap(), "what ran out is not renewed");
    let second = other.claim("sales", "two", LONG).await.unwrap().unwrap();
    assert!(second.epoch > first.epoch);
    assert!(!stage.store.renew(&first, LONG).await.unwrap());
    stage.store.resign(first).await.unwrap();
    let known = stage.store.partitions().await.unwrap();
    assert_eq!(known.len(), 1);
    assert!(known[0].held && &*known[0].node == "two", "an old lease gives nothing up");
    other.resign(second).await.unwrap();
    assert!(stage.store.claim("sales", "one", LONG).await.unwrap().is_some());
}

#[tokio::test]
async fn of_many_that_claim_at_once_one_has_it() {
    let stage = Stage::new().await;
    let names: Vec<String> = (0..8).map(|n| format!("node {n}")).collect();
    for round in 0..20 {
        let partition = format!("queue {round}");
        let claims = names.iter().map(|name| stage.store.claim(&partition, name, LONG));
        let claims = futures(claims).await;
        assert_eq!(claims.iter().filter(|lease| lease.is_some()).count(), 1);
    }
}

async fn futures<T, E: std::fmt::Debug>(
    all: impl Iterator<Item = impl Future<Output = Result<T, E>>>,
) -> Vec<T> {
    let mut outcomes = Vec::new();
    for one in futures_util::future::join_all(all).await {
        outcomes.push(one.unwrap());
    }
    outcomes
}
