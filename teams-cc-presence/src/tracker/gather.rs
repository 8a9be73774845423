//! Users who wait together for one request.

use std::{collections::VecDeque, time::Duration};

use teams_cc_core::Instant;

use super::lot::Place;

/// Users who wait for a request; each is in it once, by the flag of its slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Gather {
    places: VecDeque<Place>,
    since: Option<Instant>,
}

impl Gather {
    pub(super) fn push(&mut self, place: Place, now: Instant) {
        self.since.get_or_insert(now);
        self.places.push_back(place);
    }

    /// When the request may leave; a full one need not wait.
    pub(super) fn ready_at(&self, coalesce: Duration, full: usize) -> Option<Instant> {
        let since = self.since?;
        Some(if self.places.len() >= full { since } else { since + coalesce })
    }

    /// Takes the first of them.
    pub(super) fn pop(&mut self) -> Option<Place> {
        let place = self.places.pop_front();
        if self.places.is_empty() {
            self.since = None;
        }
        place
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }
}
