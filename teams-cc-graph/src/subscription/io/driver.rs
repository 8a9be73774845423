//! The task that lets time pass and asks what is to be asked.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{perform::perform, shared::Shared};
use crate::subscription::{Event, Failure, Input, Output};

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// Does what the upkeep plans until the last handle is gone.
pub(super) async fn drive(shared: Arc<Shared>) {
    let mut asked = JoinSet::new();
    while !shared.is_stopped() {
        while asked.try_join_next().is_some() {}
        let now = shared.clock.now();
        let deadline = {
            let mut upkeep = shared.upkeep();
            // Time has no bound to pass.
            let _ = upkeep.handle_input(now, Input::Tick);
            loop {
                match upkeep.poll_output() {
                    Output::Ask { ticket, account, action } => {
                        let shared = Arc::clone(&shared);
                        asked.spawn(async move {
                            let answer = perform(&shared, &account, action).await;
                            let _ = shared.input(Input::Answered { ticket, answer });
                        });
                    }
                    Output::Event(event) => {
                        warn(&event);
                        shared.tell(event);
                    }
                    Output::Timeout(deadline) => break deadline,
                }
            }
        };
        // Secrets of what lives no more vouch for nothing; those of what is being made are new.
        if asked.is_empty() {
            let live = shared.upkeep().live();
            shared.known.retain(live.values().map(|id| &**id));
        }
        shared.turned.notify_waiters();
        let sleep = deadline.map_or(LONGEST_SLEEP, |at| at.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            () = shared.work.notified() => {}
            Some(_) = asked.join_next(), if !asked.is_empty() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // Dropping the set aborts what is under way.
}

/// Logs what nobody mends who does not read events, such as a firewall; it is told seldom.
fn warn(event: &Event) {
    if let Event::Failing { key, failure: Failure::Endpoint(error) } = event {
        tracing::warn!(%key, %error, "a subscription waits for its endpoint, tried from here");
    }
}
