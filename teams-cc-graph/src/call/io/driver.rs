//! The task that lets time pass.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use teams_cc_core::LegId;
use tokio::task::{AbortHandle, JoinSet};

use super::{Shared, asking};
use crate::call::registry::Request;

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// The most questions under way at once; the others wait their turn.
const MAX_QUESTIONS: usize = 32;

/// Asks what calls ask, lets time pass, and stops with the last handle.
pub(super) async fn drive(shared: Arc<Shared>) {
    let mut questions = JoinSet::new();
    let mut under_way: Vec<(LegId, AbortHandle)> = Vec::new();
    while !shared.stopped.load(Ordering::Acquire) {
        let now = shared.clock.now();
        let (due, deadline) = {
            let mut registry = shared.registry();
            registry.handle_timeout(now);
            under_way.retain(|(leg, question)| {
                let live = registry.session(leg).is_some();
                if !live {
                    question.abort();
                }
                live && !question.is_finished()
            });
            let room = MAX_QUESTIONS.saturating_sub(under_way.len());
            let due: Vec<_> = std::iter::from_fn(|| registry.poll_request()).take(room).collect();
            (due, registry.poll_timeout())
        };
        // Time alone may have made events.
        shared.told.notify_one();
        shared.keep.notify_one();
        for request in due {
            let leg = request.leg.clone();
            let question = Question::new(Arc::clone(&shared), request);
            under_way.push((leg, questions.spawn(question.ask())));
        }
        let sleep = deadline.map_or(LONGEST_SLEEP, |at| at.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            () = shared.work.notified() => {}
            Some(_) = questions.join_next(), if !questions.is_empty() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // Dropping the set aborts what is under way.
}

/// One question under way.
struct Question {
    shared: Arc<Shared>,
    request: Request,
}

impl Question {
    fn new(shared: Arc<Shared>, request: Request) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self { shared, request }
    }

    async fn ask(self) {
        let Request { call, ask, .. } = &self.request;
        let answer = asking::ask(&self.shared, call, ask).await;
        let now = self.shared.clock.now();
        self.shared.registry().answered(now, self.request.clone(), answer);
        self.shared.changed();
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.shared.tasks.fetch_sub(1, Ordering::AcqRel);
    }
}
