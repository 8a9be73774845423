//! The store in PostgreSQL: what it does, what happens when several do it at once, and when it goes.
//!
//! Each test starts a server of its own.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

mod both;
#[path = "../../../examples/two_nodes/cluster.rs"]
mod cluster;
mod faults;
mod nodes;
mod partitions;
mod race;
mod records;
mod time;
mod watched;

use std::time::Duration;

use cluster::Cluster;
use teams_cc::{
    core::{AgentId, ContactId, Timestamp, agent::Capacity, store::DispatchStore},
    store::postgres::{PostgresConfig, PostgresStore},
};

/// A lease that no test outlives.
const LONG: Duration = Duration::from_mins(10);

/// A server, and a store in it.
struct Stage {
    store: PostgresStore,
    cluster: Cluster,
}

impl Stage {
    async fn new() -> Self {
        // What is kept from a crash of the machine is not what is asked here.
        let cluster = Cluster::start(&["fsync=off"]).unwrap();
        let store = PostgresStore::connect(config(&cluster)).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, cluster }
    }

    /// A store as another node has it, also where connections are being cut.
    async fn another(&self) -> PostgresStore {
        for _ in 0..100 {
            if let Ok(store) = PostgresStore::connect(config(&self.cluster)).await {
                return store;
            }
        }
        panic!("no connection was left alone for long enough");
    }
}

fn config(cluster: &Cluster) -> PostgresConfig {
    PostgresConfig::new(&cluster.url()).unwrap().connections(8)
}

fn agent(n: u64) -> AgentId {
    AgentId::numbered("a", n)
}

fn call(n: u64) -> ContactId {
    ContactId::numbered("C", n)
}

/// What a store with a clock of its own does not look at.
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

async fn agents(store: &dyn DispatchStore, count: u64) {
    for n in 0..count {
        store.put_agent(&agent(n), Capacity::ONE).await.unwrap();
    }
}

/// How many times as much is done in a long run.
fn soak() -> u64 {
    std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}
