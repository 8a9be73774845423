//! What comes back from requests.

use std::time::Duration;

use teams_cc_core::{Instant, UserId, agent::PresenceSource};

use super::{
    Output, ReadId, Rung, Seen,
    engine::Tracker,
    lot::Place,
    reads::{Asked, Flight, MAX_SPLITS, Unit},
    slot::Slot,
};
use crate::rate::Class;

/// The first pause after a request that failed; each one in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after requests that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// When a user whose id the service refuses is asked for again, alone.
const REFUSED_AGAIN: Duration = Duration::from_hours(1);

impl Tracker {
    pub(super) fn answered(&mut self, read: ReadId, seen: &[Seen<'_>]) {
        let Some(flight) = self.flights.remove(&read) else { return };
        self.failures_in_a_row = 0;
        self.served = true;
        let found = match &flight.asked {
            Asked::Lot(number) => {
                let found = self.lot_answered(*number, flight.asked_at, seen);
                self.note_missing(*number, found < flight.users, seen);
                found
            }
            Asked::Places(places) => self.places_answered(places, flight.asked_at, seen),
        };
        self.counts.missing += flight.users.saturating_sub(found) as u64;
    }

    /// Every user of a shard, as a rule in the order they were asked for.
    fn lot_answered(&mut self, number: usize, asked_at: Instant, seen: &[Seen<'_>]) -> usize {
        let (mut next, mut found, mut untold) = (0, 0, false);
        for one in seen {
            let expected = self.lots.get(number).and_then(|lot| {
                let slots = lot.slots.get(next..)?;
                let (skipped, slot) = slots.iter().enumerate().find(|(_, slot)| slot.is_read())?;
                next += skipped + 1;
                (slot.user == *one.user).then_some(next - 1)
            });
            let place = expected.map(|place| Place::new(number, place));
            let was_known = |slot: &Slot| slot.seen.is_some();
            let Some(place) = place.or_else(|| self.find(one.user, number, &mut next)) else {
                continue;
            };
            found += usize::from(place.lot() == number);
            let known = self.slot(place).is_some_and(was_known);
            untold |= self.take(place, one, asked_at) && known;
        }
        let period = self.period(number);
        let spread = self.lots.len() > self.config.in_flight;
        let lots = u32::try_from(self.lots.len()).unwrap_or(u32::MAX).max(1);
        let part = u32::try_from(number).unwrap_or(0);
        let Some(lot) = self.lots.get_mut(number) else { return found };
        lot.in_flight = false;
        lot.swept_at = lot.swept_at.max(Some(asked_at));
        let moved = lot.ladder.swept(asked_at, self.now, untold, self.config.patience);
        let latest = asked_at + period;
        let due = if spread { before(latest, period * part / lots, period) } else { latest };
        self.move_turn(number, due);
        self.tell_moved(number, moved);
        found
    }

    /// Notes whom an answer for a whole shard left out.
    fn note_missing(&mut self, number: usize, incomplete: bool, seen: &[Seen<'_>]) {
        let Some(lot) = self.lots.get(number).filter(|lot| lot.incomplete || incomplete) else {
            return;
        };
        let places = seen.iter().filter_map(|one| self.place(one.user));
        let mut there = vec![false; lot.slots.len()];
        for place in places.filter(|place| place.lot() == number) {
            if let Some(there) = there.get_mut(place.slot()) {
                *there = true;
            }
        }
        let Some(lot) = self.lots.get_mut(number) else { return };
        lot.incomplete = incomplete;
        let mut changed = false;
        for (slot, there) in lot.slots.iter_mut().zip(there) {
            if there || !slot.is_read() {
                changed |= slot.is(Slot::MISSING);
                slot.clear(Slot::MISSING);
            } else {
                changed |= slot.set(Slot::MISSING);
            }
        }
        if changed {
            lot.regroup();
        }
    }

    /// A user the answer names out of order; the next is expected to follow.
    fn find(&mut self, user: &UserId, number: usize, next: &mut usize) -> Option<Place> {
        let place = self.place(user);
        match place {
            Some(place) if place.lot() == number => *next = place.slot() + 1,
            Some(_) => {}
            None => self.counts.unknown += 1,
        }
        place
    }

    fn places_answered(&mut self, places: &[Place], asked_at: Instant, seen: &[Seen<'_>]) -> usize {
        let mut found = 0;
        for (nth, one) in seen.iter().enumerate() {
            let expected = places.get(nth).copied().filter(|place| {
                self.slot(*place)
                    .is_some_and(|slot| slot.user == *one.user && !slot.is(Slot::VACANT))
            });
            let Some(place) = expected.or_else(|| self.find(one.user, usize::MAX, &mut 0)) else {
                continue;
            };
            found += 1;
            self.take(place, one, asked_at);
        }
        // The service took the request, so none of these ids is refused any more.
        for place in places {
            let Some(lot) = self.lots.get_mut(place.lot()) else { continue };
            let Some(slot) = lot.slots.get_mut(place.slot()) else { continue };
            if slot.is(Slot::REFUSED) {
                slot.clear(Slot::REFUSED);
                lot.regroup();
            }
        }
        found
    }

    fn take(&mut self, place: Place, one: &Seen<'_>, asked_at: Instant) -> bool {
        self.counts.seen += 1;
        let doubt = self.config.doubt;
        let Some(lot) = self.lots.get_mut(place.lot()) else { return false };
        let Some(slot) = lot.slots.get_mut(place.slot()) else { return false };
        if slot.is(Slot::MISSING) {
            slot.clear(Slot::MISSING);
            lot.regroup();
        }
        let Some(slot) = self.slot_mut(place) else { return false };
        let applied = slot.apply(one.presence, asked_at, PresenceSource::Sweep, doubt);
        self.settle(place, applied)
    }

    pub(super) fn period(&self, number: usize) -> Duration {
        match self.lots.get(number).map(|lot| lot.ladder.rung()) {
            Some(Rung::Rich | Rung::IdOnly) => self.config.dead_man,
            _ => self.config.period,
        }
    }

    /// Halves what was refused, until the id is alone that is the cause.
    pub(super) fn refused(&mut self, read: ReadId) {
        let Some(flight) = self.flights.remove(&read) else { return };
        self.counts.failed += 1;
        let places = match flight.asked {
            Asked::Places(places) => places,
            Asked::Lot(number) => {
                let places = self.places_of(number);
                self.let_go(number, flight.asked_at + self.period(number));
                places
            }
        };
        if self.now.since(self.splits_refilled_at) >= self.config.period {
            self.splits_refilled_at = self.now;
            self.splits_left = MAX_SPLITS;
        }
        if let [place] = places[..] {
            self.refuse(place);
        } else if let Some(left) = self.splits_left.checked_sub(1) {
            self.splits_left = left;
            let (first, second) = places.split_at(places.len() / 2);
            self.units.push_front(Unit::new(second.to_vec()));
            self.units.push_front(Unit::new(first.to_vec()));
        } else {
            // A service that refuses everything is not asked about each of its users: their shard
            // has its next turn.
            tracing::debug!(users = places.len(), "too many refusals to look for their cause");
            self.back_off();
        }
    }

    fn refuse(&mut self, place: Place) {
        let Some(slot) = self.slot_mut(place).filter(|slot| !slot.is(Slot::VACANT)) else { return };
        let first = slot.set(Slot::REFUSED);
        let user = slot.user.clone();
        if let Some(lot) = self.lots.get_mut(place.lot()).filter(|_| first) {
            lot.regroup();
        }
        self.refused.insert((self.now + REFUSED_AGAIN, place));
        if first {
            self.outputs.push_back(Output::Unreadable(user));
        }
    }

    pub(super) fn throttled(&mut self, read: ReadId, retry_after: Option<Duration>) {
        if let Some(flight) = self.flights.remove(&read) {
            self.counts.failed += 1;
            self.again(flight);
        }
        // The service says it of the app, whichever request it answers.
        let until = |stop: &(Instant, Option<Duration>)| stop.0 + stop.1.unwrap_or_default();
        let stop = (self.now, retry_after);
        if self.stop.is_none_or(|known| until(&stop) > until(&known)) {
            self.stop = Some(stop);
        }
    }

    pub(super) fn failed(&mut self, read: ReadId) {
        let Some(flight) = self.flights.remove(&read) else { return };
        self.counts.failed += 1;
        self.back_off();
        self.again(flight);
    }

    fn back_off(&mut self) {
        let doubled = FIRST_PAUSE * (1 << self.failures_in_a_row.min(5));
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.pause_until = self.now + doubled.min(LONGEST_PAUSE);
    }

    /// Takes back requests whose answer is overdue.
    pub(super) fn expire(&mut self) {
        let now = self.now;
        while let Some((&read, _)) = self.flights.iter().find(|(_, flight)| flight.lost_at <= now) {
            tracing::debug!(read = read.0, "a presence read got no answer in time");
            self.counts.lost += 1;
            if let Some(flight) = self.flights.remove(&read) {
                self.again(flight);
            }
        }
    }

    /// Plans once more what a request was for.
    fn again(&mut self, flight: Flight) {
        match flight.asked {
            Asked::Lot(number) => {
                self.let_go(number, self.now);
                if flight.class < Class::Sweep {
                    self.out_of_date(number);
                }
            }
            Asked::Places(places) => {
                self.units.push_back(Unit { places, class: flight.class });
            }
        }
    }

    fn let_go(&mut self, number: usize, due: Instant) {
        if let Some(lot) = self.lots.get_mut(number) {
            lot.in_flight = false;
        }
        self.move_turn(number, due);
    }
}

/// The latest instant up to `latest` that lies `phase` after a whole number of periods.
fn before(latest: Instant, phase: Duration, period: Duration) -> Instant {
    let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let over = latest.as_nanos().saturating_sub(nanos(phase)) % nanos(period).max(1);
    Instant::from_nanos(latest.as_nanos() - over)
}
