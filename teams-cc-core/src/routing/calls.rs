//! The calls that wait or are offered, and their lines.

use std::{
    collections::{BTreeMap, btree_map},
    ops::Bound,
};

use super::{
    policy::{Cursor, RingMode},
    roster::Slab,
};
use crate::{
    ContactId, Instant,
    queue::{Exit, OrderKey, QueueEntry},
};

/// A call's place among all others; the smallest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Calls meant for one person go before all others.
    in_queue: bool,
    /// The queue's weight, turned around.
    weight: i64,
    key: OrderKey,
    arrival: u64,
}

impl Place {
    pub(super) const fn direct(key: OrderKey, arrival: u64) -> Self {
        Self { in_queue: false, weight: 0, key, arrival }
    }

    pub(super) fn in_queue(weight: i32, key: OrderKey, arrival: u64) -> Self {
        Self { in_queue: true, weight: -i64::from(weight), key, arrival }
    }
}

#[derive(Debug)]
pub(super) struct WaitingCall {
    pub(super) entry: QueueEntry,
    /// The queue's place; none for a call meant for one person.
    pub(super) queue: Option<u32>,
    pub(super) place: Place,
    /// The queue's own limit, apart from what the policy says.
    pub(super) give_up: (Instant, Exit),
    /// The offers under way, by place.
    pub(super) offers: Vec<u32>,
    /// How they are made, and whether there may be more at once.
    pub(super) mode: RingMode,
    /// When one more agent is rung beside those who ring.
    pub(super) add_at: Option<Instant>,
    /// When the attempt under way has to be over.
    pub(super) attempt_until: Option<Instant>,
    /// No offer before this.
    pub(super) pause_until: Option<Instant>,
    /// From when attempts are counted.
    pub(super) attempts_from: Instant,
    /// To whom it was last offered.
    pub(super) cursor: Option<Cursor>,
    pub(super) explained: bool,
    pub(super) callback_offered: bool,
    /// Whether its policy has seen it.
    pub(super) looked_at: bool,
    /// When it was last looked at, in passes.
    pub(super) pass: u64,
}

impl WaitingCall {
    pub(super) fn new(
        entry: QueueEntry,
        queue: Option<u32>,
        place: Place,
        give_up: (Instant, Exit),
    ) -> Self {
        let attempts_from = entry.enqueued_at;
        Self {
            entry,
            queue,
            place,
            give_up,
            offers: Vec::new(),
            mode: RingMode::One,
            add_at: None,
            attempt_until: None,
            pause_until: None,
            attempts_from,
            cursor: None,
            explained: false,
            callback_offered: false,
            looked_at: false,
            pass: 0,
        }
    }

    pub(super) fn waits(&self) -> bool {
        self.offers.is_empty()
    }

    /// Whether more agents may be rung now than ring already.
    pub(super) fn wants_more(&self) -> bool {
        match self.mode {
            _ if self.waits() => true,
            RingMode::Parallel(most) => self.offers.len() < usize::from(most.get()),
            RingMode::All => true,
            RingMode::One | RingMode::AllOfBest | RingMode::Progressive(_) => false,
        }
    }
}

/// All calls, and for each queue the line of those that want an agent.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slab: Slab<ContactId, WaitingCall>,
    lines: Vec<Line>,
    direct: BTreeMap<Place, u32>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: BTreeMap<Place, u32>,
    /// Calls that wait or are offered.
    length: usize,
}

impl Calls {
    pub(super) fn insert(&mut self, call: WaitingCall) -> u32 {
        let (queue, place) = (call.queue, call.place);
        let at = self.slab.insert(call.entry.contact.clone(), call);
        if let Some(line) = self.line_mut(queue) {
            line.length += 1;
        }
        self.waiting_mut(queue).insert(place, at);
        at
    }

    pub(super) fn remove(&mut self, contact: &ContactId) -> Option<(u32, WaitingCall)> {
        let (at, call) = self.slab.remove(contact)?;
        if let Some(line) = self.line_mut(call.queue) {
            line.length = line.length.saturating_sub(1);
        }
        self.waiting_mut(call.queue).remove(&call.place);
        Some((at, call))
    }

    /// Puts a call in line or takes it out, as it wants more agents or not.
    pub(super) fn line_up(&mut self, at: u32) {
        let Some(call) = self.slab.get(at) else { return };
        let (queue, place, wants) = (call.queue, call.place, call.wants_more());
        let waiting = self.waiting_mut(queue);
        if wants {
            waiting.insert(place, at);
        } else {
            waiting.remove(&place);
        }
    }

    pub(super) fn find(&self, contact: &ContactId) -> Option<u32> {
        self.slab.find(contact)
    }

    pub(super) fn get(&self, at: u32) -> Option<&WaitingCall> {
        self.slab.get(at)
    }

    pub(super) fn get_mut(&mut self, at: u32) -> Option<&mut WaitingCall> {
        self.slab.get_mut(at)
    }

    pub(super) fn named(&self, contact: &ContactId) -> Option<&WaitingCall> {
        self.slab.get(self.slab.find(contact)?)
    }

    pub(super) fn len(&self) -> usize {
        self.slab.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &WaitingCall> {
        self.slab.iter().map(|(_, call)| call)
    }

    /// How many calls of a queue wait or are offered.
    pub(super) fn length(&self, queue: u32) -> usize {
        self.lines.get(queue as usize).map_or(0, |line| line.length)
    }

    /// The first in line, and those behind a place.
    pub(super) fn next_in_line(&self, queue: u32, after: Option<Place>) -> Option<(Place, u32)> {
        let waiting = &self.lines.get(queue as usize)?.waiting;
        let next: Option<(&Place, &u32)> = match after {
            None => waiting.first_key_value(),
            Some(after) => waiting.range((Bound::Excluded(after), Bound::Unbounded)).next(),
        };
        next.map(|(place, at)| (*place, *at))
    }

    /// Whether a call is first of its queue, and none before it is being offered.
    pub(super) fn is_first(&self, at: u32) -> bool {
        let Some(queue) = self.get(at).and_then(|call| call.queue) else { return true };
        let Some(line) = self.lines.get(queue as usize) else { return true };
        line.waiting.len() == line.length
            && line.waiting.first_key_value().is_some_and(|(_, first)| *first == at)
    }

    /// How many wait before a call in its queue.
    pub(super) fn ahead_of(&self, call: &WaitingCall) -> usize {
        let line = call.queue.and_then(|queue| self.lines.get(queue as usize));
        line.map_or(0, |line| line.waiting.range(..call.place).count())
    }

    /// The calls in a queue's line.
    pub(super) fn in_line(&self, queue: u32) -> impl Iterator<Item = u32> + '_ {
        let line = self.lines.get(queue as usize);
        line.into_iter().flat_map(|line| line.waiting.values().copied())
    }

    pub(super) fn direct(&self) -> btree_map::Values<'_, Place, u32> {
        self.direct.values()
    }

    fn line_mut(&mut self, queue: Option<u32>) -> Option<&mut Line> {
        let queue = queue? as usize;
        if queue >= self.lines.len() {
            self.lines.resize_with(queue + 1, Line::default);
        }
        self.lines.get_mut(queue)
    }

    fn waiting_mut(&mut self, queue: Option<u32>) -> &mut BTreeMap<Place, u32> {
        match queue {
            None => &mut self.direct,
            Some(queue) => {
                let queue = queue as usize;
                if queue >= self.lines.len() {
                    self.lines.resize_with(queue + 1, Line::default);
                }
                &mut self.lines[queue].waiting
            }
        }
    }
}
