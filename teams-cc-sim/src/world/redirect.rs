//! A call that the bot sends on without answering it: whoever answers first has it.

use std::time::Duration;

use super::{
    World,
    call::{Far, ResultInfo},
    engine::Line,
    ring::{Callee, Purpose, RingId},
};
use crate::log::Column;

/// What the bot's own call ends with (assumed).
const REDIRECTED: ResultInfo = ResultInfo::new(200, 0, "The call was redirected.");

impl World {
    /// The bot's call ends, and the targets ring instead, for so long at most.
    ///
    /// Of several, no mailbox answers: it would take the call from everybody else (assumed).
    pub(crate) fn redirect(
        &mut self,
        key: u64,
        targets: &[Callee],
        at_most: Duration,
        forwards: bool,
    ) {
        let far = self.take_far(key);
        if let Some(Far::Customer(customer)) = far {
            self.set_line(customer, Line::Talk(None));
            let patience = self.setup.customers.get(customer).map(|person| person.patience);
            let patience = self.dice.near(patience.unwrap_or_default());
            self.plan_leaving(customer, patience);
            let forwards = forwards && targets.len() == 1;
            let purpose = Purpose::Redirect(customer);
            let rings =
                targets.iter().map(|target| self.ring_for(*target, purpose, at_most, forwards));
            let rings = rings.collect();
            self.redirects.insert(customer, rings);
        }
        self.end_call(key, REDIRECTED);
    }

    /// Nobody rings for this customer any more.
    pub(super) fn stop_redirect(&mut self, customer: usize) {
        for ring in self.redirects.remove(&customer).unwrap_or_default() {
            self.stop_ringing(ring);
        }
    }

    /// The first to answer has the call; everybody else stops ringing.
    pub(super) fn redirect_answered(&mut self, customer: usize, ring: RingId, far: Far) {
        if let Some(rings) = self.redirects.get_mut(&customer) {
            rings.retain(|other| *other != ring);
        }
        self.stop_redirect(customer);
        let Far::Customer(other) = far else {
            let user = if let Far::User(user) = far { Some(user) } else { None };
            return self.joined(Far::Customer(customer), user);
        };
        let (name, called) = (self.customer_name(customer), self.customer_name(other));
        let text = format!("{name} talks to {called}");
        self.log.push(self.now, Column::Teams, Column::Teams, text);
        let talk = self.setup.customers.get(customer).map(|person| person.talk);
        let talk = self.dice.near(talk.unwrap_or_default());
        for person in [customer, other] {
            self.set_line(person, Line::Talk(None));
            self.plan_leaving(person, talk);
        }
    }

    /// One of the targets did not answer; the last of them gives the customer up.
    pub(super) fn redirect_unanswered(&mut self, customer: usize, ring: RingId) {
        let Some(rings) = self.redirects.get_mut(&customer) else {
            return;
        };
        rings.retain(|other| *other != ring);
        if rings.is_empty() {
            self.redirects.remove(&customer);
            let name = self.customer_name(customer);
            let text = format!("{name} hears that nobody answers");
            self.log.push(self.now, Column::Teams, Column::Customer, text);
            self.set_line(customer, Line::Idle);
        }
    }
}
