//! What happens when.

use std::{cmp::Reverse, collections::BinaryHeap};

use teams_cc_core::Instant;
use teams_cc_presence::{
    tracker::{ReadId, ShardId},
    write::WriteId,
};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Somebody changes.
    Change,
    /// A notification arrives.
    Deliver { user: u32, state: u8, how: How },
    /// The service answers.
    Answer(ReadId),
    /// The service answers what the app shows of an agent.
    Written(WriteId),
    /// A subscription stops without a word.
    Silence,
    /// A subscription that was silent delivers again.
    Recover(ShardId),
    /// A subscription is taken away, and that is noticed.
    Remove,
    /// A subscription is made.
    Subscribe(ShardId),
    /// Routing asks for people.
    Ask,
    /// The judge looks at everybody known to be shown wrongly.
    Audit,
    /// Changes are taken again.
    Resume,
    /// The app shows nothing of its agents any more.
    Clear,
}

/// How a notification arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    Open,
    Sealed,
    Named,
}

/// Events in the order of time; those of one instant in the order they were planned.
#[derive(Default)]
pub(crate) struct Events {
    heap: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    planned: u64,
}

impl Events {
    pub(crate) fn plan(&mut self, at: Instant, event: Event) {
        self.planned += 1;
        self.heap.push(Reverse((at, self.planned, event)));
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    pub(crate) fn pop(&mut self, now: Instant) -> Option<Event> {
        if self.next_at()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((.., event))| event)
    }
}
