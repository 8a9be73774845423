//! The task that sets again what is to be held.

use std::{sync::Arc, time::Duration};

use teams_cc_core::AppId;
use tokio::task::JoinSet;

use super::state::State;
use crate::{
    shared::{Gone, Shared},
    write::{Input, Landed, Output, carry_out},
};

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// Does what the session plans until the holder is stopped.
pub(super) async fn drive(shared: Arc<Shared<State>>, app: AppId) {
    // The last to go, also in a panic.
    let _gone = Gone(&shared);
    let mut asked: JoinSet<Option<Landed>> = JoinSet::new();
    while !shared.is_stopped() {
        let now = shared.now();
        let next = {
            let mut state = shared.engines();
            // Time adds nobody, so there is no bound to meet.
            let _ = state.session.handle_input(now, Input::Tick);
            loop {
                match shared.quota.with(|rate| state.session.poll_output(rate)) {
                    Output::Unheld { user, why } => {
                        state.tell(user, why);
                        shared.told.notify_one();
                    }
                    Output::Ended => {}
                    Output::Timeout(at) => break at,
                    request => {
                        let (client, app) = (shared.client.clone(), app.clone());
                        asked.spawn(async move { carry_out(&client, &app, request).await });
                    }
                }
            }
        };
        shared.turned.notify_waiters();
        let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            Some(done) = asked.join_next(), if !asked.is_empty() => {
                // One that panicked has no answer, which the session finds out by itself.
                if let Ok(Some(landed)) = done {
                    let now = shared.now();
                    shared.engines().landed(now, landed);
                }
            }
            () = shared.work.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // What is under way is given up.
    asked.shutdown().await;
}
