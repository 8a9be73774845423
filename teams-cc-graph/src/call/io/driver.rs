//! The task that lets time pass.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use teams_cc_core::{CallId, LegId};
use tokio::task::{AbortHandle, JoinSet};

use super::{Shared, asking, dial::hang_up};
use crate::call::registry::Request;

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// The most requests of the driver under way at once, whatever they are for; the others wait
/// their turn.
const MAX_QUESTIONS: usize = 32;

/// Asks what calls ask, lets time pass, and stops with the last handle.
pub(super) async fn drive(shared: Arc<Shared>) {
    let mut questions = JoinSet::new();
    let mut under_way: Vec<(LegId, AbortHandle)> = Vec::new();
    let mut strangers = Vec::new();
    while !shared.stopped.load(Ordering::Acquire) {
        while questions.try_join_next().is_some() {}
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
            let room = MAX_QUESTIONS.saturating_sub(questions.len());
            let due: Vec<_> = std::iter::from_fn(|| registry.poll_request()).take(room).collect();
            let room = room.saturating_sub(due.len());
            strangers.extend(std::iter::from_fn(|| registry.poll_stranger()).take(room));
            (due, registry.poll_timeout())
        };
        for call in strangers.drain(..) {
            questions.spawn(identify(Task::new(&shared), call));
        }
        while questions.len() + due.len() < MAX_QUESTIONS
            && let Some(call) = shared.poll_orphan()
        {
            let task = Task::new(&shared);
            questions.spawn(async move { hang_up(&task.0, &call).await });
        }
        // Time alone may have made events.
        shared.told.notify_one();
        shared.keep.notify_one();
        for request in due {
            let leg = request.leg.clone();
            under_way.push((leg, questions.spawn(question(Task::new(&shared), request))));
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

/// One task under way.
struct Task(Arc<Shared>);

impl Task {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(shared))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.tasks.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn question(task: Task, request: Request) {
    let answer = asking::ask(&task.0, &request.call, &request.ask).await;
    let now = task.0.clock.now();
    task.0.registry().answered(now, request, answer);
    task.0.changed();
}

/// Asks Graph whether an unknown call is one whose creation got no response.
async fn identify(task: Task, call: CallId) {
    let details = task.0.one_call(&call).get().await;
    task.0.registry().identified(call, details.as_ref().ok());
    task.0.changed();
}
