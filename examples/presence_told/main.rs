//! Presence told by subscriptions: keys, seats, the intake and what it opens, put together.
//!
//! `program.rs` is what a program has to write; `graph.rs` stands in for Microsoft Graph.
//!
//! ```sh
//! cargo run --example presence_told
//! ```

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

mod graph;
mod program;

use std::{sync::Arc, time::Duration};

use graph::{APP, ENDPOINT, Graph, TENANT};
use program::{Failure, Given, Program};
use teams_cc_core::{Clock, UserId};
use teams_cc_graph::SystemClock;
use teams_cc_presence::tracker::Change;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let graph = Graph::new(Arc::clone(&clock));
    let (program, mut changes) = Program::start(Given {
        app_id: APP.parse()?,
        tenant: TENANT.parse()?,
        app: graph.client(APP),
        accounts: vec![("service-1".to_owned(), graph.client("service-1"))],
        endpoint: ENDPOINT.to_owned(),
        clock,
    })?;
    graph.reaches(Arc::clone(&program.intake));
    let agents: Vec<UserId> = (1..=3).map(|n| UserId::numbered("agent", n)).collect();
    for agent in &agents {
        graph.set(agent, "Available");
    }
    program.watch.add(&agents)?;
    for _ in &agents {
        tell(&program, changes.next().await);
    }
    // A subscription is made once its users were read.
    while program.watch.report().seats.iter().any(|seat| !seat.is_live) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    graph.change(&agents[0], "Busy").await;
    tell(&program, changes.next().await);
    println!("subscribed: {:?}", graph.subscribed());
    program.rotate("presence-2")?;
    graph.change(&agents[1], "Away").await;
    tell(&program, changes.next().await);
    println!("keys that may go: {:?}", program.prune());
    let left = program.watch.shutdown(Duration::from_secs(5)).await;
    println!("{} subscriptions left behind, {} reads", left.len(), graph.reads());
    Ok(())
}

fn tell(program: &Program, change: Option<Change>) {
    let Some(Change { user, seen, .. }) = change else { return };
    let age = seen.age(program.watch.now());
    println!("{user} is {}, by {:?} {age:?} ago", seen.value.reach(), seen.source);
}
