//! What came of the day, and of each look at it.

use teams_cc_core::agent::PresenceSource;
use teams_cc_presence::Class;

use super::{Report, World};
use crate::world::plan::PERIOD;

impl World {
    /// Nobody may be said to have been read since what is shown stopped being true.
    pub(super) fn audit(&mut self) {
        self.heap = self.heap.max(self.tracker.heap_bytes());
        for (user, until) in self.judge.outdated() {
            let Some(seen) = self.tracker.get(&self.people.ids[user]) else { continue };
            let as_shown = self.people.kind(&seen.value) == Some(self.judge.is_shown(user));
            if as_shown && seen.source == PresenceSource::Sweep {
                self.audits += 1;
                self.too_young += u64::from(seen.read_at > until);
            }
        }
    }

    pub(super) fn report(mut self) -> Report {
        self.audit();
        self.judge.close(self.now);
        let everybody = 0..self.plan.users;
        let held = |user: usize| self.tracker.get(&self.people.ids[user]);
        let known = |user: &usize| self.people.can_be_known(*user);
        let wrong = |user: &usize| {
            let kind = held(*user).and_then(|seen| self.people.kind(&seen.value));
            kind != Some(self.people.state[*user]) || kind != Some(self.judge.is_shown(*user))
        };
        Report {
            users: self.plan.users,
            lasted: self.plan.lasts,
            changes: self.changes,
            period: PERIOD,
            bound: self.tracker.bound(),
            worst: self.judge.worst,
            worst_outage: self.judge.worst_outage,
            mean: self.judge.mean(),
            requests: self.service.requests,
            most: self.service.most,
            allowed: self.rate.allowed(),
            throttled: self.service.throttled,
            too_large: self.service.too_large,
            too_early: self.service.too_early,
            read: self.service.read,
            taken: [Class::OnDemand, Class::Resync, Class::Write, Class::Sweep]
                .map(|class| (class, self.rate.taken(class))),
            held: self.plan.held,
            faded: self.holds.faded,
            faded_in_fair_weather: self.holds.faded_in_fair_weather,
            faded_untold: self.holds.faded_untold,
            still_held: self.holds.left(),
            sent: self.pushes.sent,
            lost: self.pushes.lost,
            doubled: self.pushes.doubled,
            late: self.pushes.late,
            silenced: self.pushes.silenced,
            removed: self.pushes.removed,
            opened: self.sealer.opened,
            counts: self.tracker.counts(),
            wrong_at_the_end: everybody.clone().filter(known).filter(wrong).count(),
            unknown: everybody.clone().filter(|user| held(*user).is_none()).count(),
            unknowable: everybody.clone().filter(|user| !known(user)).count(),
            unreadable: self.unreadable.len(),
            refused: everybody.filter(|user| self.people.is_refused(*user)).count(),
            too_young: self.too_young,
            audits: self.audits,
            heap: self.heap,
        }
    }
}
