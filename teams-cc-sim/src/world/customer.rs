//! What customers do: dial, press keys, talk, hang up.

use teams_cc_core::PhoneNumber;

use super::{
    World,
    call::{Far, ResultInfo},
    engine::Line,
    schedule::Action,
};
use crate::log::Column;

impl World {
    pub(crate) fn customer_dials(&mut self, customer: usize) {
        let Some(person) = self.setup.customers.get(customer) else {
            return;
        };
        let Some((_, dialled)) = person.dials.clone() else {
            return;
        };
        let number = dialled.reveal();
        let (name, patience) = (person.handle.clone(), person.patience);
        let account =
            self.setup.accounts.iter().position(|account| account.number.reveal() == number);
        let shown = shown_number(number);
        let to = if account.is_some() { Column::Teams } else { Column::Carrier };
        self.log.push(self.now, Column::Customer, to, format!("{name} dials {shown}"));
        let line = match account {
            Some(account) => self.incoming(customer, account).map(Line::Bot),
            None => self.carrier_calls(customer, number).map(Line::Trunk),
        };
        let Some(line) = line else {
            self.log.push(
                self.now,
                to,
                Column::Customer,
                format!("{name} hears that the number cannot be reached"),
            );
            return;
        };
        self.set_line(customer, line);
        let patience = self.dice.near(patience);
        self.plan_leaving(customer, patience);
    }

    /// Puts a customer on a line. Going idle is noted: the phone is down.
    pub(crate) fn set_line(&mut self, customer: usize, line: Line) {
        let Some(now) = self.customers.get_mut(customer) else {
            return;
        };
        now.line = line;
        now.epoch = now.epoch.wrapping_add(1);
    }

    /// The customer will hang up after a while, unless the line changes before.
    pub(crate) fn plan_leaving(&mut self, customer: usize, after: std::time::Duration) {
        let Some(now) = self.customers.get(customer) else {
            return;
        };
        let epoch = now.epoch;
        self.schedule.plan(self.now + after, Action::CustomerLeaves { customer, epoch });
    }

    pub(crate) fn customer_leaves(&mut self, customer: usize, epoch: u32) {
        let Some(now) = self.customers.get(customer).copied() else {
            return;
        };
        if now.epoch != epoch || now.line == Line::Idle {
            return;
        }
        let name = self.customer_name(customer);
        let to = match now.line {
            Line::Trunk(_) => Column::Carrier,
            _ => Column::Teams,
        };
        self.log.push(self.now, Column::Customer, to, format!("{name} hangs up"));
        self.set_line(customer, Line::Idle);
        match now.line {
            Line::Bot(call) if self.leaves_group(call, Far::Customer(customer)) => {}
            Line::Bot(call) => self.end_call(
                call,
                ResultInfo::new(200, 560_000, "The call was ended by the PSTN user."),
            ),
            Line::Talk(Some(user)) => {
                self.user_leaves(user);
                let agent = self.user_name(user);
                self.log.push(
                    self.now,
                    Column::Teams,
                    Column::Agent,
                    format!("the call with {agent} is over"),
                );
            }
            Line::Trunk(leg) => self.carrier_hangs_up(leg),
            Line::Talk(None) => self.stop_redirect(customer),
            Line::Idle => {}
        }
    }

    /// Customer and user, or mailbox, talk out of the bot's sight.
    pub(crate) fn joined(&mut self, far: Far, user: Option<usize>) {
        let Far::Customer(customer) = far else {
            // Two users who were joined hang up at once: this slice has no talk between users.
            if let Far::User(other) = far {
                self.user_leaves(other);
            }
            if let Some(user) = user {
                self.user_leaves(user);
            }
            return;
        };
        let talk = self
            .setup
            .customers
            .get(customer)
            .map_or(std::time::Duration::ZERO, |customer| customer.talk);
        let (name, agent) = (
            self.customer_name(customer),
            user.map_or_else(|| "a mailbox".into(), |user| self.user_name(user)),
        );
        self.log.push(self.now, Column::Teams, Column::Teams, format!("{name} talks to {agent}"));
        self.set_line(customer, Line::Talk(user));
        let talk = self.dice.near(talk);
        self.plan_leaving(customer, talk);
    }

    /// A prompt ended on a call: whoever heard it may press a key now.
    pub(crate) fn after_prompt(&mut self, key: u64, names: &[Box<str>]) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.played += 1;
        let (far, played, confirm) = (call.far, call.played, call.confirm);
        match far {
            Far::Customer(customer) => {
                let keys: Vec<_> = self
                    .setup
                    .customers
                    .get(customer)
                    .map(|person| {
                        person
                            .keys
                            .iter()
                            .filter(|(prompt, _, _)| prompt.is(played, names))
                            .map(|(_, after, tone)| (*after, *tone))
                            .collect()
                    })
                    .unwrap_or_default();
                for (after, tone) in keys {
                    let after = self.dice.near(after);
                    self.schedule
                        .plan(self.now + after, Action::CustomerPresses { call: key, key: tone });
                }
            }
            Far::User(_) => {
                if let (1, Some((tone, after))) = (played, confirm) {
                    let after = self.dice.near(after);
                    self.schedule
                        .plan(self.now + after, Action::UserPresses { call: key, key: tone });
                }
            }
            Far::Mailbox(_) | Far::Nobody => {}
        }
    }
}

/// A dialled number as ladders show it.
pub(crate) fn shown_number(number: &str) -> String {
    if (3..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) {
        // 112, 911 and the like are nobody's number.
        return number.to_owned();
    }
    PhoneNumber::presented(number).to_string()
}
