//! Users who were asked for a moment ago.

use std::collections::BTreeMap;

use teams_cc_core::Instant;

use super::{engine::Tracker, ladder::Rung, lot::Place, reads::Unit, slot::Slot};

/// The most hot users; for one more, the one longest not asked for leaves.
pub const MAX_HOT: usize = 3 * crate::shard::MAX_IDS;

/// How many requests may wait for hot users to be planned; they come round again.
const MAX_UNITS: usize = 8;

/// The hot users, and when they are read again.
#[derive(Clone, Debug, Default)]
pub(super) struct Hot {
    until: BTreeMap<Place, Instant>,
    pub(super) due: Instant,
}

impl Hot {
    pub(super) fn len(&self) -> usize {
        self.until.len()
    }

    pub(super) fn remove(&mut self, place: Place) {
        self.until.remove(&place);
    }

    fn add(&mut self, place: Place, until: Instant) {
        if self.until.len() >= MAX_HOT && !self.until.contains_key(&place) {
            let first = self.until.iter().min_by_key(|(_, until)| **until).map(|(place, _)| *place);
            if let Some(first) = first {
                self.until.remove(&first);
            }
        }
        self.until.insert(place, until);
    }

    /// When the next read of them is due.
    pub(super) fn next(&self) -> Option<Instant> {
        (!self.until.is_empty()).then_some(self.due)
    }
}

impl Tracker {
    pub(super) fn warm(&mut self, place: Place) {
        if self.config.hot_for.is_zero() {
            return;
        }
        if self.hot.len() == 0 {
            self.hot.due = self.now + self.config.hot_period;
        }
        self.hot.add(place, self.now + self.config.hot_for);
    }

    /// Plans the reads of hot users, where they are due: those nobody else told of lately.
    pub(super) fn plan_hot(&mut self) {
        if self.hot.next().is_none_or(|due| due > self.now) {
            return;
        }
        self.hot.due = self.now + self.config.hot_period;
        let now = self.now;
        self.hot.until.retain(|_, until| *until > now);
        let stale = now.saturating_sub(self.config.hot_period / 2);
        let places: Vec<Place> = self
            .hot
            .until
            .keys()
            .copied()
            .filter(|place| {
                self.lots.get(place.lot()).is_some_and(|lot| {
                    lot.ladder.rung() != Rung::Rich
                        && !lot.in_flight
                        && lot.slots.get(place.slot()).is_some_and(|slot| {
                            slot.is_read()
                                && !slot.is(Slot::WANTED)
                                && slot.seen.as_ref().is_none_or(|seen| seen.read_at < stale)
                        })
                })
            })
            .collect();
        if self.units.len() >= MAX_UNITS {
            return;
        }
        for places in places.chunks(self.config.fill) {
            self.units.push_back(Unit::new(places.to_vec()));
        }
    }
}
