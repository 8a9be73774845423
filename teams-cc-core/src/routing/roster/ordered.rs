//! The free agents of a queue in the order of its policy, class by class.

use std::sync::Arc;

use super::{AgentRecord, Row, Traits};
use crate::{
    AgentId,
    agent::Membership,
    routing::policy::{KEY_WIDTH, Order, Settled},
};

/// For each class of agents, those who are free and seen as the policy allows; the best is first.
///
/// Each class is a heap of four branches, in which an agent's place is known: who takes a call or
/// ends one moves in a few steps, and no memory is taken for it.
#[derive(Debug)]
pub(in crate::routing) struct Ordered {
    order: Arc<Order>,
    heaps: Vec<Vec<Entry>>,
    /// By class.
    settled: Vec<Settled>,
    /// By seat.
    spots: Vec<Spot>,
    /// Where in the heap of the class, by seat, or [`OUT`].
    at: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Entry {
    /// The first of the keys.
    pub(in crate::routing) key: u64,
    pub(in crate::routing) seat: u32,
}

#[derive(Debug)]
struct Spot {
    class: u32,
    keys: [u64; KEY_WIDTH],
    id: AgentId,
}

/// The place of who is in no heap.
const OUT: u32 = u32::MAX;
const BRANCHES: usize = 4;

impl Ordered {
    pub(super) const fn new(order: Arc<Order>) -> Self {
        Self { order, heaps: Vec::new(), settled: Vec::new(), spots: Vec::new(), at: Vec::new() }
    }

    pub(in crate::routing) const fn order(&self) -> &Arc<Order> {
        &self.order
    }

    /// The agents of each class, the best first and the others in no particular order.
    pub(in crate::routing) fn classes(&self) -> impl Iterator<Item = (u32, &[Entry])> {
        (0..).zip(self.heaps.iter().map(Vec::as_slice))
    }

    /// What was said of a class once and for all.
    pub(in crate::routing) fn settled(&self, class: u32) -> Settled {
        self.settled.get(class as usize).copied().unwrap_or(Settled::Depends)
    }

    /// What an agent is ranked by.
    pub(in crate::routing) fn keys(&self, seat: u32) -> Option<&[u64; KEY_WIDTH]> {
        self.spots.get(seat as usize).map(|spot| &spot.keys)
    }

    /// Whether an agent comes before another one of the same class.
    #[inline]
    pub(in crate::routing) fn before(&self, a: Entry, b: Entry) -> bool {
        if a.key != b.key {
            return a.key < b.key;
        }
        match (self.spots.get(a.seat as usize), self.spots.get(b.seat as usize)) {
            (Some(a), Some(b)) => (&a.keys, &a.id) < (&b.keys, &b.id),
            _ => false,
        }
    }

    /// Gives the next seat to an agent, who is in no heap yet.
    pub(super) fn add(&mut self, class: u32, traits: Option<&Traits>, id: AgentId) {
        let at = class as usize;
        if at >= self.heaps.len() {
            self.heaps.resize_with(at + 1, Vec::new);
            self.settled.resize(at + 1, Settled::Never);
        }
        if let (Some(settled), Some(traits)) = (self.settled.get_mut(at), traits) {
            *settled = self.order.settles(traits);
        }
        self.spots.push(Spot { class, keys: [0; KEY_WIDTH], id });
        self.at.push(OUT);
    }

    /// Takes an agent away; who sat last has the seat now.
    pub(super) fn remove(&mut self, seat: u32) {
        self.take_out(seat);
        let last = self.spots.len().saturating_sub(1);
        if (seat as usize) < last
            && let (Some(spot), Some(at)) = (self.spots.get(last), self.at.get(last))
            && let Some(heap) = self.heaps.get_mut(spot.class as usize)
            && let Some(entry) = heap.get_mut(*at as usize)
        {
            entry.seat = seat;
        }
        if (seat as usize) <= last && !self.spots.is_empty() {
            self.spots.swap_remove(seat as usize);
            self.at.swap_remove(seat as usize);
        }
    }

    /// Has an agent stand where the record says now.
    #[inline]
    pub(super) fn set(
        &mut self,
        seat: u32,
        free: bool,
        row: &Row,
        record: &AgentRecord,
        membership: &Membership,
    ) {
        let Some(spot) = self.spots.get(seat as usize) else { return };
        let kept =
            free && self.settled(spot.class) != Settled::Never && self.order.allows(row, record);
        let wanted = kept.then(|| self.order.keys(row, membership, || Some(record)));
        match wanted {
            Some(keys) if self.at.get(seat as usize) != Some(&OUT) && spot.keys == keys => {}
            Some(keys) => {
                self.take_out(seat);
                self.put_in(seat, keys);
            }
            None => self.take_out(seat),
        }
    }

    #[inline]
    fn put_in(&mut self, seat: u32, keys: [u64; KEY_WIDTH]) {
        let Some(spot) = self.spots.get_mut(seat as usize) else { return };
        spot.keys = keys;
        let class = spot.class as usize;
        let at = self.heaps[class].len();
        self.heaps[class].push(Entry { key: keys[0], seat });
        self.rise(class, at);
    }

    #[inline]
    fn take_out(&mut self, seat: u32) {
        let Some(at) = self.at.get_mut(seat as usize).filter(|at| **at != OUT) else { return };
        let at = std::mem::replace(at, OUT);
        let Some(class) = self.spots.get(seat as usize).map(|spot| spot.class as usize) else {
            return;
        };
        let Some(heap) = self.heaps.get_mut(class) else { return };
        let at = at as usize;
        heap.swap_remove(at);
        if at < heap.len() {
            let at = self.rise(class, at);
            self.sink(class, at);
        }
    }

    /// Moves an entry up to its place.
    #[inline]
    fn rise(&mut self, class: usize, mut at: usize) -> usize {
        let entry = self.heaps[class][at];
        while at > 0 {
            let parent = (at - 1) / BRANCHES;
            let above = self.heaps[class][parent];
            if !self.before(entry, above) {
                break;
            }
            self.place(class, at, above);
            at = parent;
        }
        self.place(class, at, entry);
        at
    }

    /// Moves an entry down to its place.
    #[inline]
    fn sink(&mut self, class: usize, mut at: usize) {
        let entry = self.heaps[class][at];
        loop {
            let first = at * BRANCHES + 1;
            let heap = &self.heaps[class];
            let Some(mut best) = heap.get(first).copied() else { break };
            let mut best_at = first;
            let end = (first + BRANCHES).min(heap.len());
            for (next, other) in (first + 1..end).zip(heap.iter().copied().skip(first + 1)) {
                if self.before(other, best) {
                    (best, best_at) = (other, next);
                }
            }
            if !self.before(best, entry) {
                break;
            }
            self.place(class, at, best);
            at = best_at;
        }
        self.place(class, at, entry);
    }

    #[inline]
    fn place(&mut self, class: usize, at: usize, entry: Entry) {
        self.heaps[class][at] = entry;
        if let Some(known) = self.at.get_mut(entry.seat as usize) {
            *known = u32::try_from(at).unwrap_or(OUT);
        }
    }
}
