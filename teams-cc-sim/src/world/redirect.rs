//! A call that the bot sends on without answering it.

use super::{
    World,
    call::{Far, ResultInfo},
    engine::Line,
    ring::{Callee, Purpose},
};
use crate::log::Column;

/// What the bot's own call ends with (assumed).
const REDIRECTED: ResultInfo = ResultInfo::new(200, 0, "The call was redirected.");

impl World {
    /// The bot's call ends, and the target rings instead.
    pub(crate) fn redirect(&mut self, key: u64, target: Callee) {
        let far = self.take_far(key);
        if let Some(Far::Customer(customer)) = far {
            self.set_line(customer, Line::Talk(None));
            let patience = self.setup.customers.get(customer).map(|person| person.patience);
            let patience = self.dice.near(patience.unwrap_or_default());
            self.plan_leaving(customer, patience);
            self.ring(target, Purpose::Redirect(customer));
        }
        self.end_call(key, REDIRECTED);
    }

    fn waits(&self, customer: usize) -> bool {
        self.customers.get(customer).is_some_and(|now| now.line == Line::Talk(None))
    }

    pub(super) fn redirect_answered(&mut self, customer: usize, far: Far) {
        let user = match far {
            Far::User(user) => Some(user),
            _ => None,
        };
        if self.waits(customer) {
            self.joined(Far::Customer(customer), user);
        } else if let Some(user) = user {
            self.user_leaves(user);
        }
    }

    pub(super) fn redirect_unanswered(&mut self, customer: usize) {
        if self.waits(customer) {
            let name = self.customer_name(customer);
            let text = format!("{name} hears that nobody answers");
            self.log.push(self.now, Column::Teams, Column::Customer, text);
            self.set_line(customer, Line::Idle);
        }
    }
}
