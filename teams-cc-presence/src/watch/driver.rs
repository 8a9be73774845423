//! The task that lets time pass and sends what is to be sent.

use std::{sync::Arc, time::Duration};

use teams_cc_graph::subscription::{Event, Keeper, KeeperEvents};
use tokio::task::JoinSet;

use super::engines::Engines;
use crate::{
    shared::{Gone, Shared},
    tracker::carry_out,
};

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// Does what the engines plan until the watch is stopped.
pub(super) async fn drive(
    shared: Arc<Shared<Engines>>,
    keeper: Option<Keeper>,
    mut events: Option<KeeperEvents>,
) {
    // The last to go, also in a panic.
    let _gone = Gone(&shared);
    let mut asked = JoinSet::new();
    while !shared.is_stopped() {
        let now = shared.now();
        let next = {
            let mut engines = shared.engines();
            let next = engines.turn(now, &shared.quota, keeper.as_ref(), |read, users| {
                let client = shared.client.clone();
                asked.spawn(async move { carry_out(&client, read, users).await });
            });
            if engines.tracker.changes_waiting() > 0 {
                shared.told.notify_one();
            }
            next
        };
        shared.turned.notify_waiters();
        let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            Some(done) = asked.join_next(), if !asked.is_empty() => {
                // One that panicked has no answer, which the tracker finds out by itself.
                if let Ok(landed) = done {
                    let now = shared.now();
                    shared.engines().landed(now, landed);
                }
            }
            event = next_event(&mut events) => match event {
                Some(event) => {
                    let now = shared.now();
                    shared.engines().kept(now, &event);
                }
                None => events = None,
            },
            () = shared.work.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // What is under way is given up.
    asked.shutdown().await;
}

async fn next_event(events: &mut Option<KeeperEvents>) -> Option<Event> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}
