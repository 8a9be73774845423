//! Who serves one queue.

use std::sync::Arc;

use super::{
    AgentRecord, Slab,
    bits::BitSet,
    classes::Classes,
    ordered::Ordered,
    record::{STANDINGS, Standing},
    rows::Row,
};
use crate::{
    AgentId, Instant,
    agent::Membership,
    routing::policy::{Cursor, Order},
};

/// One queue's agents, in seats that change as agents come and go.
#[derive(Debug)]
pub(in crate::routing) struct Members {
    seats: Vec<Seat>,
    places: Vec<Membership>,
    standings: Vec<Standing>,
    /// Those who might be offered something now.
    free: BitSet,
    pub(in crate::routing) classes: Classes,
    /// The free in the order of the queue's policy, where that was asked for.
    ordered: Option<Ordered>,
    /// Who became free, or came into question otherwise, since calls were last looked at; and the
    /// same while they are.
    fresh: Vec<u32>,
    looked_for: Vec<u32>,
    /// What the queue's policy minds besides who becomes free.
    pub(super) minds: Minds,
    census: [u32; STANDINGS],
    /// When somebody last stood so, where nobody does now.
    last_there: [Instant; STANDINGS],
    /// Who was last offered a call of this queue, and a call of any queue.
    pub(in crate::routing) last_here: Option<Cursor>,
    pub(in crate::routing) last_anywhere: Option<Cursor>,
}

/// The most agents that are remembered one by one as having come into question; past it calls are
/// looked at as long as anybody is free.
const MAX_FRESH: usize = 4096;

/// What a queue's policy minds.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Minds {
    /// Who is there.
    pub(in crate::routing) there: bool,
    /// Who is free no more.
    pub(in crate::routing) free: bool,
}

/// One agent's seat in a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Seat {
    /// The agent's place in the roster.
    pub(in crate::routing) agent: u32,
    /// Whom the agent is like.
    pub(in crate::routing) class: u32,
}

/// One agent of a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Member {
    /// The agent's place in the roster.
    pub(in crate::routing) agent: u32,
    pub(in crate::routing) membership: Membership,
}

impl Members {
    pub(in crate::routing) fn new() -> Self {
        Self {
            seats: Vec::new(),
            places: Vec::new(),
            standings: Vec::new(),
            free: BitSet::default(),
            classes: Classes::default(),
            ordered: None,
            fresh: Vec::new(),
            looked_for: Vec::new(),
            minds: Minds { there: true, free: false },
            census: [0; STANDINGS],
            last_there: [Instant::ZERO; STANDINGS],
            last_here: None,
            last_anywhere: None,
        }
    }

    /// Adds an agent; answers in which seat.
    pub(super) fn add(&mut self, agent: u32, record: &AgentRecord, place: Membership) -> u32 {
        let (standing, class) = (record.standing(), self.classes.join(record, place));
        self.seats.push(Seat { agent, class });
        self.places.push(place);
        self.standings.push(standing);
        if let Some(ordered) = &mut self.ordered {
            ordered.add(class, self.classes.get(class), record.id().clone());
        }
        self.count(standing, 1);
        u32::try_from(self.seats.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes an agent out; answers who has the seat now, if anybody.
    pub(super) fn remove(&mut self, seat: u32, now: Instant) -> Option<u32> {
        let at = seat as usize;
        if at >= self.seats.len() {
            return None;
        }
        let last = self.seats.len() - 1;
        let moved_is_free = self.free.contains(last);
        let gone = self.seats.swap_remove(at);
        self.places.swap_remove(at);
        let standing = self.standings.swap_remove(at);
        self.classes.leave(gone.class);
        if let Some(ordered) = &mut self.ordered {
            ordered.remove(seat);
        }
        self.count(standing, -1);
        self.note_absence(standing, now);
        self.free.set(last, false);
        if at == last {
            return None;
        }
        self.free.set(at, moved_is_free);
        self.seats.get(at).map(|seat| seat.agent)
    }

    /// Notes where an agent stands; answers whether the agent has become free, and whether every
    /// call is to be looked at: somebody is now where nobody was, or nobody where somebody was,
    /// or somebody is gone for good, or free no more, as far as the policy minds.
    #[inline]
    pub(super) fn note(
        &mut self,
        seat: u32,
        free: bool,
        standing: Standing,
        now: Instant,
    ) -> (bool, bool) {
        let changed = self.free.set(seat as usize, free);
        let (freed, lost) = (changed && free, changed && !free && self.minds.free);
        let Some(known) = self.standings.get_mut(seat as usize) else { return (freed, lost) };
        let before = std::mem::replace(known, standing);
        if before == standing {
            return (freed, lost);
        }
        self.count(before, -1);
        self.note_absence(before, now);
        self.count(standing, 1);
        let turned = self.census[before as usize] == 0
            || self.census[standing as usize] == 1
            || before == Standing::SignedOut
            || standing == Standing::SignedOut;
        (freed, lost || (turned && self.minds.there))
    }

    /// Notes that calls may be for this agent now.
    #[inline]
    pub(super) fn freshen(&mut self, agent: u32) {
        if self.fresh.last() != Some(&agent) && self.fresh.len() <= MAX_FRESH {
            self.fresh.push(agent);
        }
    }

    /// Begins to look for calls for those who came into question.
    pub(super) fn look_for_fresh(&mut self) {
        self.looked_for.clear();
        std::mem::swap(&mut self.fresh, &mut self.looked_for);
    }

    /// Whether any of them is still free.
    pub(super) fn fresh_is_left(&mut self, is_free: impl Fn(u32) -> bool) -> bool {
        if self.looked_for.len() > MAX_FRESH {
            return true;
        }
        while self.looked_for.last().is_some_and(|agent| !is_free(*agent)) {
            self.looked_for.pop();
        }
        !self.looked_for.is_empty()
    }

    /// Has an agent stand where the record says now, among those in order.
    #[inline]
    pub(super) fn arrange(&mut self, seat: u32, row: &Row, record: &AgentRecord) {
        let Some(ordered) = &mut self.ordered else { return };
        if let Some(membership) = self.places.get(seat as usize) {
            ordered.set(seat, self.free.contains(seat as usize), row, record, membership);
        }
    }

    /// Keeps the free in this order from now on, or in none.
    pub(super) fn keep_order(
        &mut self,
        order: Option<Arc<Order>>,
        agents: &Slab<AgentId, AgentRecord>,
        rows: &[Row],
    ) {
        self.ordered = order.map(Ordered::new);
        let Some(ordered) = &mut self.ordered else { return };
        for ((n, seat), membership) in (0u32..).zip(&self.seats).zip(&self.places) {
            let Some(record) = agents.get(seat.agent) else { continue };
            ordered.add(seat.class, self.classes.get(seat.class), record.id().clone());
            if let Some(row) = rows.get(seat.agent as usize) {
                ordered.set(n, self.free.contains(n as usize), row, record, membership);
            }
        }
    }

    /// The free in order, where they are kept in this one.
    pub(in crate::routing) fn ordered(&self, order: &Arc<Order>) -> Option<&Ordered> {
        self.ordered.as_ref().filter(|ordered| Arc::ptr_eq(ordered.order(), order))
    }

    #[inline]
    fn count(&mut self, standing: Standing, by: i32) {
        let count = &mut self.census[standing as usize];
        *count = count.saturating_add_signed(by);
    }

    #[inline]
    fn note_absence(&mut self, standing: Standing, now: Instant) {
        if self.census[standing as usize] == 0 {
            self.last_there[standing as usize] = now;
        }
    }

    /// When somebody last stood so, where nobody does now.
    pub(in crate::routing) const fn last_there(&self, standing: Standing) -> Instant {
        self.last_there[standing as usize]
    }

    /// How many agents stand so.
    pub(in crate::routing) const fn standing(&self, standing: Standing) -> u32 {
        self.census[standing as usize]
    }

    pub(in crate::routing) const fn len(&self) -> usize {
        self.seats.len()
    }

    pub(in crate::routing) fn member(&self, seat: usize) -> Option<Member> {
        let (at, membership) = (self.seats.get(seat)?, self.places.get(seat)?);
        Some(Member { agent: at.agent, membership: *membership })
    }

    #[inline]
    pub(in crate::routing) fn membership(&self, seat: usize) -> Option<&Membership> {
        self.places.get(seat)
    }

    #[inline]
    pub(in crate::routing) fn seat(&self, seat: usize) -> Option<Seat> {
        self.seats.get(seat).copied()
    }

    pub(in crate::routing) fn all(&self) -> impl Iterator<Item = Member> + '_ {
        (0..self.seats.len()).filter_map(|seat| self.member(seat))
    }

    pub(in crate::routing) const fn nobody_free(&self) -> bool {
        self.free.is_empty()
    }

    /// Those who might be offered something now.
    pub(in crate::routing) fn free(&self) -> impl Iterator<Item = Member> + '_ {
        self.free.iter().filter_map(|seat| self.member(seat))
    }

    /// The same as a set of seats.
    pub(in crate::routing) const fn free_seats(&self) -> &BitSet {
        &self.free
    }
}

impl Member {
    /// Somebody a call is meant for, in no queue.
    pub(in crate::routing) const fn of_no_queue(agent: u32) -> Self {
        Self { agent, membership: Membership::PLAIN }
    }
}
