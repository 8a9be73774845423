//! The task that lets time pass.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use teams_cc_core::{CallId, LegId};
use tokio::task::{AbortHandle, JoinSet};

use super::Shared;
use crate::call::session::Probed;

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// Keeps calls alive, lets time pass, and stops with the last handle.
pub(super) async fn drive(shared: Arc<Shared>) {
    let mut probes = JoinSet::new();
    let mut under_way: BTreeMap<LegId, AbortHandle> = BTreeMap::new();
    while !shared.stopped.load(Ordering::Acquire) {
        let now = shared.clock.now();
        let (due, deadline) = {
            let mut registry = shared.registry();
            let due = registry.handle_timeout(now);
            under_way.retain(|leg, probe| {
                let live = registry.session(leg).is_some();
                if !live {
                    probe.abort();
                }
                live && !probe.is_finished()
            });
            (due, registry.poll_timeout())
        };
        // Time alone may have made events.
        shared.told.notify_one();
        for (leg, call) in due {
            let task = Probe::new(Arc::clone(&shared));
            let handle = probes.spawn(task.run(leg.clone(), call));
            under_way.insert(leg, handle);
        }
        let sleep = deadline.map_or(LONGEST_SLEEP, |at| at.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            () = shared.work.notified() => {}
            Some(_) = probes.join_next(), if !probes.is_empty() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // Dropping the set aborts what is under way.
}

/// One keep-alive under way.
struct Probe(Arc<Shared>);

impl Probe {
    fn new(shared: Arc<Shared>) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self(shared)
    }

    async fn run(self, leg: LegId, call: CallId) {
        let probed = match self.0.one_call(&call).keep_alive().await {
            Ok(()) => Probed::Alive,
            Err(error) if error.is_call_ended() => Probed::Gone,
            Err(error) => {
                tracing::warn!(%leg, %call, %error, "a call could not be kept alive; trying again");
                Probed::NoAnswer
            }
        };
        self.0.registry().probed(self.0.clock.now(), &leg, &call, probed);
        self.0.changed();
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.tasks.fetch_sub(1, Ordering::AcqRel);
    }
}
