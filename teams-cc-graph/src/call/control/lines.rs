//! A line for every call, calls that wait to be taken, and the task that serves both.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use teams_cc_core::{
    LegId,
    contact::{Leg, LegCommand, LegEvent, RejectReason},
};
use tokio::sync::Notify;

use super::{Line, LineFeed};
use crate::call::{CallEvent, CallEvents, IncomingCall};

/// Where the events of each call go, and the calls that nobody has taken yet.
pub(super) struct Lines {
    desk: Mutex<Desk>,
    /// Wakes whoever takes calls.
    came: Notify,
    /// Wakes the task: nobody takes calls any more, or nobody is left at all.
    left: Notify,
    placed: AtomicU64,
    unclaimed: AtomicU64,
    untaken: AtomicU64,
}

struct Desk {
    by_leg: BTreeMap<LegId, LineFeed>,
    /// At most `most`, so that every live call has room.
    waiting: VecDeque<(IncomingCall, Line)>,
    most: usize,
    /// Whether somebody takes calls.
    taken: bool,
    /// Whether nobody is left who has use for events.
    deserted: bool,
    /// Whether the calls are shut down.
    over: bool,
}

/// What there is for whoever takes calls.
pub(super) enum Taking {
    Call(Box<IncomingCall>, Line),
    Wait,
    Over,
}

/// The task that lets events pass; it turns away the calls that wait, and stops, with this.
pub(super) struct Pump(Arc<Lines>);

impl Pump {
    pub(super) fn start(events: CallEvents, lines: Arc<Lines>) -> Self {
        tokio::spawn(pass(events, Arc::clone(&lines)));
        Self(lines)
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.desert();
    }
}

/// Lets every event pass to the line of its call. It waits for events alone, never for a handler.
async fn pass(mut events: CallEvents, lines: Arc<Lines>) {
    loop {
        let event = tokio::select! {
            biased;
            () = lines.left.notified() => {
                lines.turn_away_waiting();
                if lines.is_deserted() {
                    break;
                }
                continue;
            }
            event = events.next() => event,
        };
        match event {
            Some(CallEvent::Leg { leg, event }) => lines.put(&leg, event),
            Some(CallEvent::Incoming(call)) => lines.arrived(call),
            // Its line ends: whoever took the call over hears the rest.
            Some(CallEvent::TakenOver { leg, .. }) => lines.close(&leg),
            None => break,
        }
    }
    lines.finish();
}

/// Tells a caller that nobody will answer.
fn turn_away(call: IncomingCall) {
    tracing::warn!(leg = %call.leg.id(), "a call came in and nobody takes calls");
    tokio::spawn(async move {
        // Where Graph cannot be told, the call rings until its time is over.
        let _ = call.leg.execute(LegCommand::Reject(RejectReason::Busy)).await;
    });
}

impl Lines {
    /// Lines of calls of which at most `most` are live.
    pub(super) fn new(most: usize) -> Self {
        let (by_leg, waiting) = (BTreeMap::new(), VecDeque::new());
        let most = most.max(1);
        let desk = Desk { by_leg, waiting, most, taken: true, deserted: false, over: false };
        Self {
            desk: Mutex::new(desk),
            came: Notify::new(),
            left: Notify::new(),
            placed: AtomicU64::new(0),
            unclaimed: AtomicU64::new(0),
            untaken: AtomicU64::new(0),
        }
    }

    /// A line for a call that lives already.
    pub(super) fn open(&self, leg: &LegId) -> Line {
        self.desk().line(leg.clone())
    }

    /// A line for a call that is about to be placed, under a name that has none.
    pub(super) fn open_new(&self) -> (LegId, Line) {
        let mut desk = self.desk();
        loop {
            let nth = self.placed.fetch_add(1, Ordering::Relaxed);
            let leg = LegId::numbered("out", nth);
            if !desk.by_leg.contains_key(&leg) {
                let line = desk.line(leg.clone());
                return (leg, line);
            }
        }
    }

    pub(super) fn close(&self, leg: &LegId) {
        self.desk().by_leg.remove(leg);
    }

    /// The next call to take, without waiting.
    pub(super) fn take(&self) -> Taking {
        let mut desk = self.desk();
        match desk.waiting.pop_front() {
            Some((call, line)) => Taking::Call(Box::new(call), line),
            None if desk.over => Taking::Over,
            None => Taking::Wait,
        }
    }

    /// Waits until there may be a call to take, for one task at a time.
    pub(super) async fn call_came(&self) {
        self.came.notified().await;
    }

    /// Nobody takes calls any more.
    pub(super) fn leave(&self) {
        self.desk().taken = false;
        self.left.notify_one();
    }

    /// Nobody is left who has use for events.
    fn desert(&self) {
        self.desk().deserted = true;
        self.left.notify_one();
    }

    fn is_deserted(&self) -> bool {
        self.desk().deserted
    }

    pub(super) fn unclaimed(&self) -> u64 {
        self.unclaimed.load(Ordering::Relaxed)
    }

    pub(super) fn untaken(&self) -> u64 {
        self.untaken.load(Ordering::Relaxed)
    }

    fn arrived(&self, call: IncomingCall) {
        let mut desk = self.desk();
        if !desk.taken {
            drop(desk);
            self.untaken.fetch_add(1, Ordering::Relaxed);
            turn_away(call);
            return;
        }
        if desk.waiting.len() >= desk.most {
            // As many as wait are not live all at once: one of them is over.
            let over = desk.waiting.iter().position(|(call, _)| call.leg.snapshot().is_ended());
            let forgotten = desk.waiting.remove(over.unwrap_or(0));
            self.untaken.fetch_add(u64::from(forgotten.is_some()), Ordering::Relaxed);
        }
        let line = desk.line(call.leg.id().clone());
        desk.waiting.push_back((call, line));
        drop(desk);
        self.came.notify_one();
    }

    fn put(&self, leg: &LegId, event: LegEvent) {
        let last = matches!(event, LegEvent::Ended(_));
        let mut desk = self.desk();
        let taken = desk.by_leg.get(leg).is_some_and(|feed| feed.put(event));
        if !taken {
            self.unclaimed.fetch_add(1, Ordering::Relaxed);
        }
        if last || !taken {
            desk.by_leg.remove(leg);
        }
    }

    fn turn_away_waiting(&self) {
        let waiting = mem::take(&mut self.desk().waiting);
        for (call, _) in waiting {
            self.untaken.fetch_add(1, Ordering::Relaxed);
            turn_away(call);
        }
    }

    /// The calls are shut down: nothing more comes on any line.
    fn finish(&self) {
        let mut desk = self.desk();
        desk.over = true;
        desk.by_leg.clear();
        drop(desk);
        self.came.notify_one();
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn line(&mut self, leg: LegId) -> Line {
        let (feed, line) = Line::new();
        if !self.over {
            self.by_leg.insert(leg, feed);
        }
        line
    }
}
