//! What to ask for next.

use teams_cc_core::{Instant, UserId};

use super::{Output, ReadId, engine::Tracker, gather::Gather, lot::Place, slot::Slot};
use crate::rate::{Class, Rate};

/// How often refused requests are halved in one period. After that their users wait for a turn.
///
/// One bad id among 650 takes ten halvings. The bound keeps a service that refuses everything from
/// turning one request into thirteen hundred.
pub const MAX_SPLITS: usize = 64;

/// The part of a period that a turn waits behind writes, at most.
const OVERDUE: u32 = 10;

/// A request that is out.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) asked: Asked,
    pub(super) users: usize,
    pub(super) class: Class,
    pub(super) asked_at: Instant,
    pub(super) lost_at: Instant,
}

/// Whom a request is for.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// A whole shard.
    Lot(usize),
    /// These.
    Places(Vec<Place>),
}

/// Users put together for one request.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) places: Vec<Place>,
    pub(super) class: Class,
}

impl Unit {
    pub(super) fn new(places: Vec<Place>) -> Self {
        Self { places, class: Class::Resync }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.places.capacity() * size_of::<Place>()
    }
}

impl Flight {
    pub(super) fn heap_bytes(&self) -> usize {
        let places = match &self.asked {
            Asked::Lot(_) => 0,
            Asked::Places(places) => places.capacity() * size_of::<Place>(),
        };
        2 * size_of::<(ReadId, Self)>() + places
    }
}

/// What might be asked for now, the most important first.
#[derive(Clone, Copy)]
enum Next {
    Wanted,
    Unit,
    Named,
    Refused(Instant, Place),
    Urgent(usize),
    Turn(usize),
}

impl Tracker {
    pub(super) fn next_read(&mut self, rate: &mut Rate) -> Output {
        let lost = self.flights.values().map(|flight| flight.lost_at).min();
        if self.flights.len() >= self.config.in_flight {
            return Output::Timeout(lost);
        }
        let earliest = |at: Instant| Output::Timeout(Some(lost.map_or(at, |lost| lost.min(at))));
        loop {
            let Some((due, next, class)) = self.first_due() else {
                return Output::Timeout(lost);
            };
            let due = due.max(self.pause_until);
            if due > self.now {
                return earliest(self.hot.next().map_or(due, |hot| hot.min(due)));
            }
            if let Err(later) = rate.take(self.now, class) {
                return earliest(later);
            }
            // A request of nobody is none; its token is spent, which does no harm.
            if let Some(output) = self.depart(next, class) {
                return output;
            }
        }
    }

    /// The most important of what is due, or what will be due first.
    fn first_due(&self) -> Option<(Instant, Next, Class)> {
        let (wait, full) = (self.config.coalesce, self.config.fill);
        let unit = self.units.front().map(|unit| (self.now, Next::Unit, unit.class));
        let urgent = self.urgent.iter().copied().find(|lot| !self.is_out(*lot));
        let urgent = urgent.map(|lot| (self.now, Next::Urgent(lot), Class::Resync));
        let ready = |gather: &Gather, next, class| {
            gather.ready_at(wait, full).map(|at| (at.max(self.now), next, class))
        };
        let refused = self
            .refused
            .first()
            .map(|(at, place)| ((*at).max(self.now), Next::Refused(*at, *place), Class::Resync));
        let turn = self.turns.first().map(|(at, lot)| {
            // One that has waited long is out of date, and comes before what may wait.
            let overdue = self.now.since(*at) > self.period(*lot) / OVERDUE;
            let class = if overdue { Class::Resync } else { Class::Sweep };
            ((*at).max(self.now), Next::Turn(*lot), class)
        });
        [
            ready(&self.wanted, Next::Wanted, Class::OnDemand),
            unit,
            ready(&self.named, Next::Named, Class::Resync),
            refused,
            urgent,
            turn,
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(at, _, class)| (*at, *class))
    }

    fn depart(&mut self, next: Next, class: Class) -> Option<Output> {
        let asked = match next {
            Next::Wanted => self.collect(Slot::WANTED),
            Next::Named => self.collect(Slot::NAMED),
            Next::Unit => Asked::Places(self.units.pop_front()?.places),
            Next::Refused(at, place) => {
                self.refused.remove(&(at, place));
                let refused = self.slot(place).is_some_and(|slot| slot.is(Slot::REFUSED));
                Asked::Places(if refused { vec![place] } else { Vec::new() })
            }
            Next::Urgent(number) | Next::Turn(number) => Asked::Lot(number),
        };
        let users = match &asked {
            Asked::Lot(number) => self.leave(*number),
            Asked::Places(places) => self.users_at(places),
        };
        if users.is_empty() {
            return None;
        }
        let read = ReadId(self.next_read);
        self.next_read = self.next_read.saturating_add(1);
        self.counts.reads += 1;
        let (asked_at, lost_at) = (self.now, self.now + self.config.answer_within);
        let flight = Flight { asked, users: users.len(), class, asked_at, lost_at };
        self.flights.insert(read, flight);
        Some(Output::Read { read, users })
    }

    /// Takes as many users from a gathering as a request holds.
    ///
    /// Where those are all of one shard, it is read as a whole, and its turn is had.
    fn collect(&mut self, flag: u8) -> Asked {
        let mut places = Vec::new();
        while places.len() < self.config.fill {
            let gather = if flag == Slot::WANTED { &mut self.wanted } else { &mut self.named };
            let Some(place) = gather.pop() else { break };
            let Some(lot) = self.lots.get_mut(place.lot()) else { continue };
            let Some(slot) = lot.slots.get_mut(place.slot()) else { continue };
            slot.clear(flag);
            if slot.is_read() {
                places.push(place);
            }
        }
        let first = places.first().map_or(usize::MAX, |place| place.lot());
        let whole = self.lots.get(first).is_some_and(|lot| {
            !lot.in_flight
                && places.len() == lot.slots.iter().filter(|slot| slot.is_read()).count()
                && places.iter().all(|place| place.lot() == first)
        });
        if whole { Asked::Lot(first) } else { Asked::Places(places) }
    }

    /// Takes a shard out of its turn; its users.
    fn leave(&mut self, number: usize) -> Vec<UserId> {
        self.urgent.remove(&number);
        let Some(lot) = self.lots.get_mut(number) else { return Vec::new() };
        self.turns.remove(&(lot.due, number));
        if lot.in_flight {
            return Vec::new();
        }
        let users: Vec<UserId> =
            lot.slots.iter().filter(|slot| slot.is_read()).map(|slot| slot.user.clone()).collect();
        lot.in_flight = !users.is_empty();
        if users.is_empty() {
            // Nobody in it can be asked for now. Its turns go on, for when somebody can again.
            self.move_turn(number, self.now + self.period(number));
        }
        users
    }

    fn is_out(&self, number: usize) -> bool {
        self.lots.get(number).is_some_and(|lot| lot.in_flight)
    }

    fn users_at(&self, places: &[Place]) -> Vec<UserId> {
        let slots = places.iter().filter_map(|place| self.slot(*place));
        slots.filter(|slot| !slot.is(Slot::VACANT)).map(|slot| slot.user.clone()).collect()
    }

    pub(super) fn places_of(&self, number: usize) -> Vec<Place> {
        let slots = self.lots.get(number).into_iter().flat_map(|lot| lot.slots.iter().enumerate());
        slots
            .filter(|(_, slot)| slot.is_read())
            .map(|(place, _)| Place::new(number, place))
            .collect()
    }
}
