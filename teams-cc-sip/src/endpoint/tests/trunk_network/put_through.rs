//! Callers whom the trunk puts through by itself, over one destination or several, in turn or at once.

use teams_cc_core::PhoneNumber;

use super::{people::number, *};
use crate::trunk::{BackToBack, Destination, Via as Through};

impl World {
    /// The trunk calls for a caller and joins them, by one order.
    pub(super) fn put_through(&mut self, caller: LegId, via: &Through) {
        let ticket = self.desk.named + 1;
        let leg = LegId::numbered("D", ticket);
        let shown = PhoneNumber::presented("+14255559999");
        let mut plan = None;
        for _ in 0..=self.dice.below(4) {
            let to = self.fresh();
            let party = PhoneNumber::presented(&to);
            let to_number = number(&to);
            self.desk.plans.entry(leg.clone()).or_default().push(to_number.clone());
            let to = Destination::new(via.clone(), party, shown.clone(), leg.clone());
            plan = Some(match plan {
                None => {
                    if matches!(*via, Through::Teams { .. }) {
                        self.desk.dialled.insert(leg.clone(), to_number);
                    }
                    BackToBack::new(to)
                }
                Some(plan) => {
                    // Another number is no other proxy for the first one.
                    self.desk.dialled.remove(&leg);
                    let next = if self.dice.chance(60) {
                        BackToBack::together_with
                    } else {
                        BackToBack::or_to
                    };
                    next(plan, to).ring_time(Duration::from_secs(12))
                }
            });
        }
        let Some(plan) = plan else { return };
        self.desk.put_through.insert(leg.clone());
        self.desk.pairs.insert(leg, caller.clone());
        let plan = Box::new(plan);
        self.told.push_back(input::Input::Bridge { ticket, caller, plan });
    }

    /// Whether the trunk joins this leg by itself.
    pub(super) fn is_put_through(&self, leg: &LegId) -> bool {
        let called = self.desk.pairs.iter().find(|(_, caller)| *caller == leg);
        let called = called.map_or(leg, |(called, _)| called);
        self.desk.put_through.contains(called)
    }
}
