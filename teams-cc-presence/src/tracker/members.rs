//! Who is watched, who is asked for, and what is delivered of whom.

use std::collections::BTreeSet;

use teams_cc_core::{Instant, UserId, agent::PresenceSource};

use super::{
    Output, Push, ShardId, Why,
    engine::Tracker,
    lot::{Lot, Place},
    slot::{Applied, Noted, Slot},
};
use crate::{error::TooManyUsers, model::Presence, shard};

impl Tracker {
    pub(super) fn watch(&mut self, users: &[UserId]) -> Result<(), TooManyUsers> {
        let known = self.index.len();
        if known.saturating_add(users.len()) > Self::MAX_USERS {
            // Only where it matters is it counted who is new.
            let new: BTreeSet<UserId> = users
                .iter()
                .map(shard::normal)
                .filter(|user| !self.index.contains_key(user))
                .collect();
            if known + new.len() > Self::MAX_USERS {
                return Err(TooManyUsers { limit: Self::MAX_USERS });
            }
        }
        for user in users {
            let user = shard::normal(user);
            if !self.index.contains_key(&user) {
                self.admit(user);
            }
        }
        Ok(())
    }

    fn admit(&mut self, user: UserId) {
        let number = self.open.first().copied().unwrap_or_else(|| {
            let number = self.lots.len();
            self.lots.push(Lot::new(self.now));
            self.open.insert(number);
            self.urgent.insert(number);
            number
        });
        let fill = self.config.fill;
        let Some(lot) = self.lots.get_mut(number) else { return };
        let place = Place::new(number, lot.put(user.clone(), fill));
        if lot.len() >= fill {
            self.open.remove(&number);
        }
        // One that had nobody has no turn either.
        let is_new = (lot.swept_at.is_none() || lot.len() == 1) && !lot.in_flight;
        self.index.insert(user, place);
        if is_new {
            self.urgent.insert(number);
        } else {
            self.name(place);
        }
    }

    pub(super) fn forget(&mut self, users: &[UserId]) {
        for user in users {
            let Some(place) = self.place(user) else { continue };
            self.index.remove(&shard::normal(user));
            if let Some(lot) = self.lots.get_mut(place.lot()) {
                lot.vacate(place.slot());
            }
            self.open.insert(place.lot());
            self.hot.remove(place);
        }
    }

    pub(super) fn want(&mut self, users: &[UserId]) {
        for user in users {
            let Some(place) = self.place(user) else {
                self.counts.unknown += 1;
                continue;
            };
            self.warm(place);
            let now = self.now;
            let Some(lot) = self.lots.get_mut(place.lot()) else { continue };
            // The answer is on its way.
            let Some(slot) = lot.slots.get_mut(place.slot()).filter(|_| !lot.in_flight) else {
                continue;
            };
            if !slot.is(Slot::REFUSED) && slot.set(Slot::WANTED) {
                self.wanted.push(place, now);
            }
        }
    }

    /// Has a user read soon, who is known to be out of date.
    pub(super) fn name(&mut self, place: Place) {
        let now = self.now;
        let Some(slot) = self.slot_mut(place) else { return };
        if !slot.is(Slot::REFUSED) && slot.set(Slot::NAMED) {
            self.named.push(place, now);
        }
    }

    /// Has a whole shard read soon.
    pub(super) fn out_of_date(&mut self, number: usize) {
        if self.lots.get(number).is_some_and(|lot| lot.len() > 0) {
            self.urgent.insert(number);
        }
    }

    pub(super) fn subscribed(&mut self, shard: ShardId, push: Push) {
        let number = shard.0 as usize;
        let Some(lot) = self.lots.get_mut(number) else { return };
        let moved = lot.ladder.subscribed(push);
        // Whatever was delivered between two subscriptions, nobody was told of it.
        self.out_of_date(number);
        self.tell_moved(number, moved);
    }

    pub(super) fn tell_moved(&mut self, number: usize, why: Option<Why>) {
        let (Some(why), Some(lot)) = (why, self.lots.get_mut(number)) else { return };
        if why == Why::Silent {
            self.counts.fallen += 1;
        }
        let rung = lot.ladder.rung();
        // Turns are not the same on every rung: the sooner holds.
        let due = lot.due.min(self.now + self.config.period);
        self.move_turn(number, due);
        if let Ok(number) = u32::try_from(number) {
            let shard = ShardId(number);
            // Only the newest word of a shard counts.
            self.outputs.retain(
                |told| !matches!(told, Output::Moved { shard: other, .. } if *other == shard),
            );
            self.outputs.push_back(Output::Moved { shard, rung, why });
        }
    }

    pub(super) fn move_turn(&mut self, number: usize, due: Instant) {
        let Some(lot) = self.lots.get_mut(number) else { return };
        self.turns.remove(&(lot.due, number));
        lot.due = due;
        if lot.len() > 0 && !lot.in_flight {
            self.turns.insert((due, number));
        }
    }

    pub(super) fn notified(&mut self, user: &UserId, presence: &Presence) {
        self.counts.notified += 1;
        let Some(place) = self.place(user) else {
            self.counts.unknown += 1;
            return;
        };
        self.heard(place.lot(), true);
        let (now, doubt) = (self.now, self.config.doubt);
        let Some(slot) = self.slot_mut(place) else { return };
        let applied = slot.apply(presence, now, PresenceSource::Notification, doubt);
        self.settle(place, applied);
    }

    pub(super) fn user_named(&mut self, user: &UserId) {
        self.counts.named += 1;
        let Some(place) = self.place(user) else {
            self.counts.unknown += 1;
            return;
        };
        self.heard(place.lot(), false);
        self.name(place);
    }

    fn heard(&mut self, number: usize, opened: bool) {
        let Some(lot) = self.lots.get_mut(number) else { return };
        let moved = lot.ladder.heard(self.now, opened);
        if moved.is_some() {
            self.tell_moved(number, moved);
        }
    }

    /// What follows from an observation that was applied; whether the value changed.
    pub(super) fn settle(&mut self, place: Place, applied: Applied) -> bool {
        let (changed, doubted) = match applied {
            Applied::Same => return false,
            Applied::Changed { doubted } => (true, doubted),
            Applied::Older { doubted } => {
                self.counts.older += 1;
                (false, doubted)
            }
        };
        if doubted {
            self.counts.doubted += 1;
            self.name(place);
        }
        if changed {
            self.counts.changed += 1;
            match self.slot_mut(place).map(Slot::note_change) {
                Some(Noted::First) => self.changes.push_back(place),
                Some(Noted::Merged) => self.counts.merged += 1,
                Some(Noted::InLine) | None => {}
            }
        }
        changed
    }
}
