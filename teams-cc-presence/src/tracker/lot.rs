//! One shard: places for as many users as a request takes.

use teams_cc_core::{Instant, UserId};

use super::{ladder::Ladder, slot::Slot};

/// Where a user is: the shard and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(u32);

impl Place {
    /// Places of a shard are fewer than this.
    const IN_A_LOT: u32 = 1024;

    pub(super) fn new(lot: usize, place: usize) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self(number(lot).saturating_mul(Self::IN_A_LOT).saturating_add(number(place)))
    }

    pub(super) fn lot(self) -> usize {
        (self.0 / Self::IN_A_LOT) as usize
    }

    pub(super) fn slot(self) -> usize {
        (self.0 % Self::IN_A_LOT) as usize
    }
}

/// The users of one shard.
#[derive(Clone, Debug)]
pub(super) struct Lot {
    pub(super) slots: Vec<Slot>,
    free: Vec<u16>,
    pub(super) ladder: Ladder,
    /// When its turn comes round.
    pub(super) due: Instant,
    /// When the last read of all of it began that was answered.
    pub(super) swept_at: Option<Instant>,
    pub(super) in_flight: bool,
    /// Counts how often it changed whom a subscription of it should name.
    pub(super) members: u32,
    /// Whether the last answer left somebody out.
    pub(super) incomplete: bool,
}

impl Lot {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            ladder: Ladder::default(),
            due: now,
            swept_at: None,
            in_flight: false,
            members: 0,
            incomplete: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Puts a user into a free place.
    pub(super) fn put(&mut self, user: UserId, fill: usize) -> usize {
        self.regroup();
        if let Some(place) = self.free.pop() {
            let place = usize::from(place);
            if let Some(slot) = self.slots.get_mut(place) {
                slot.settle(user);
            }
            return place;
        }
        if self.slots.len() == self.slots.capacity() {
            // Doubled like any vector, but not beyond what a shard holds.
            let more = self.slots.len().max(4).min(fill.saturating_sub(self.slots.len()));
            self.slots.reserve_exact(more);
        }
        self.slots.push(Slot::new(user));
        self.slots.len() - 1
    }

    /// Notes that a subscription should name others than before.
    pub(super) fn regroup(&mut self) {
        self.members = self.members.wrapping_add(1);
    }

    pub(super) fn vacate(&mut self, place: usize) {
        self.regroup();
        if let (Some(slot), Ok(number)) = (self.slots.get_mut(place), u16::try_from(place)) {
            slot.vacate();
            self.free.push(number);
        }
    }

    /// The bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
            + self.free.capacity() * size_of::<u16>()
            + self.slots.iter().map(Slot::heap_bytes).sum::<usize>()
    }
}
