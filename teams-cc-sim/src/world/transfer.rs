//! Transfers of a bot's call: blind, and consultative by `replacesCallId`.

use serde_json::Value;

use super::{
    World,
    call::{CallState, Far, ResultInfo, Transfer},
    ring::{Callee, Purpose},
    schedule::Action,
};

/// The steps of a transfer that the platform takes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The call shows that it is being transferred.
    Start,
    /// A consultative transfer joins the two calls.
    Join,
}

impl World {
    /// Takes a transfer order; its course shows in notifications.
    pub(crate) fn transfer(&mut self, key: u64, transfer: Transfer) {
        let after = self.dice.millis(50..=150);
        if let Some(call) = self.calls.get_mut(&key) {
            call.transfer = Some(transfer);
            self.schedule.plan(self.now + after, Action::Transfer { call: key, step: Step::Start });
        }
    }

    pub(crate) fn transfer_step(&mut self, key: u64, step: Step) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        let Some(transfer) = call.transfer else {
            return;
        };
        match step {
            Step::Start => {
                call.state = CallState::Transferring;
                self.announce(key, "transferring");
                if transfer.replaces.is_some() {
                    let after = self.dice.millis(150..=400);
                    self.schedule
                        .plan(self.now + after, Action::Transfer { call: key, step: Step::Join });
                } else {
                    let ring = self.ring(transfer.target, Purpose::Transfer(key));
                    if let Some(call) = self.calls.get_mut(&key) {
                        call.ring = Some(ring);
                    }
                }
            }
            Step::Join => self.join(key, transfer),
        }
    }

    /// The replaced call gives its party to the transferred one; both leave the bot's sight.
    fn join(&mut self, key: u64, transfer: Transfer) {
        let other = transfer.replaces.and_then(Result::ok);
        let matches = other.and_then(|other| self.calls.get(&other)).is_some_and(|call| {
            call.active()
                && match (call.far, transfer.target) {
                    (Far::User(a) | Far::Mailbox(a), Callee::User(b))
                    | (Far::Customer(a), Callee::Customer(b)) => a == b,
                    _ => false,
                }
        });
        let (Some(other), true) = (other, matches) else {
            self.transfer_failed(key, 7700);
            return;
        };
        let target = self.take_far(other);
        self.finish(key, target);
        self.end_call(other, ResultInfo::new(200, 5003, "The conversation has ended."));
    }

    pub(crate) fn transfer_answered(&mut self, key: u64, far: Far) {
        if self.calls.contains_key(&key) {
            self.finish(key, Some(far));
        } else if let Far::User(user) = far {
            self.user_leaves(user);
        }
    }

    fn finish(&mut self, key: u64, target: Option<Far>) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.state = CallState::TransferAccepted;
        call.ring = None;
        let consultative = call.transfer.take().is_some_and(|t| t.replaces.is_some());
        self.announce(key, "transferAccepted");
        let party = self.take_far(key).unwrap_or(Far::Nobody);
        let user = match target {
            Some(Far::User(user)) => Some(user),
            _ => None,
        };
        self.joined(party, user);
        if consultative {
            self.end_transferred(key);
        } else {
            self.end_call(key, ResultInfo::new(0, 7015, "GracefulTransferCompleted"));
        }
    }

    /// The transfer failed: the call is back where it was, and says why (500/7000, 500/7700).
    pub(crate) fn transfer_failed(&mut self, key: u64, subcode: i32) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.state = CallState::Established;
        call.transfer = None;
        call.ring = None;
        let mut data = Self::partial(call);
        let message = if subcode == 7700 {
            "The call to be replaced was not found."
        } else {
            "The transfer target did not accept the call."
        };
        data.insert("resultInfo".into(), ResultInfo::new(500, subcode, message).json());
        let text = format!("established again: transfer failed 500/{subcode}");
        self.notify(key, "updated", "", &Value::Object(data), &text);
    }
}
