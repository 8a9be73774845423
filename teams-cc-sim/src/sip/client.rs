//! What Teams clients and phones do on SIP legs: ring, answer, hold, resume, hang up.

use std::time::Duration;

use super::{
    leg::{Pending, SHORT_TALK, SipAction, Stage, Who},
    sdp, write,
    write::Writer,
};
use crate::{
    log::Column,
    world::{ClientAction, Far, Line, NoAnswer, SipParty, World},
};

/// How long a mailbox records before it hangs up.
const MAILBOX: Duration = Duration::from_mins(1);
/// What a proxy and a carrier let the trunk do.
const ALLOW: &str = "INVITE,ACK,CANCEL,BYE,OPTIONS,NOTIFY";

impl World {
    pub(crate) fn sip_action(&mut self, action: SipAction) {
        match action {
            SipAction::Alert(leg) => self.alert(leg),
            SipAction::PickUp(leg) => {
                self.log.push(
                    self.now,
                    Column::Carrier,
                    Column::Carrier,
                    "the emergency services answer",
                );
                self.accept(leg);
                self.later(SHORT_TALK, SipAction::HangUp(leg));
            }
            SipAction::Client { leg, step } => self.client_acts(leg, step),
            SipAction::HangUp(leg) => self.far_hangs_up(leg),
            SipAction::Ping(proxy) => self.ping(proxy),
        }
    }

    fn alert(&mut self, key: u64) {
        let Some(leg) = self.sip.legs.get(&key) else {
            return;
        };
        let alerting = leg.ring.is_some_and(|ring| self.is_alerting(ring));
        if leg.stage == Stage::Early && alerting {
            self.provisional(key, 180);
        }
    }

    /// 181: Teams forwards the call, so whoever answers is not who was called.
    pub(crate) fn sip_forwarded(&mut self, key: u64) {
        self.provisional(key, 181);
    }

    fn provisional(&mut self, key: u64, status: u16) {
        let Some((party, tag, invite, connection)) = self.invite_of(key) else {
            return;
        };
        let bytes = Writer::response(&invite, status, Some(&tag))
            .header("Contact", &write::contact(party, ""))
            .header("Allow", ALLOW)
            .end();
        self.show_response(connection, &invite, status);
        self.send_on(connection, bytes);
    }

    pub(crate) fn sip_answered(&mut self, key: u64, far: Far) {
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            if let Far::User(user) = far {
                self.user_leaves(user);
            }
            return;
        };
        leg.ring = None;
        match far {
            Far::User(user) => leg.who = Who::User(user),
            Far::Mailbox(_) => leg.who = Who::Mailbox,
            Far::Customer(customer) => leg.who = Who::Customer(customer),
            Far::Nobody => {}
        }
        self.accept(key);
        match far {
            Far::User(user) => {
                let steps: Vec<Duration> = self
                    .setup
                    .users
                    .get(user)
                    .map(|user| user.client.iter().map(|(after, _)| *after).collect())
                    .unwrap_or_default();
                for (step, after) in steps.into_iter().enumerate() {
                    self.later(after, SipAction::Client { leg: key, step });
                }
            }
            Far::Mailbox(_) => self.later(MAILBOX, SipAction::HangUp(key)),
            Far::Customer(customer) => {
                let talk =
                    self.setup.customers.get(customer).map_or(SHORT_TALK, |customer| customer.talk);
                self.set_line(customer, Line::Trunk(key));
                let talk = self.dice.near(talk);
                self.plan_leaving(customer, talk);
            }
            Far::Nobody => {}
        }
    }

    /// 200 with our answer to the trunk's offer.
    fn accept(&mut self, key: u64) {
        let Some((party, tag, invite, connection)) = self.invite_of(key) else {
            return;
        };
        let offered = sdp::direction(invite.body());
        let sdp = sdp::describe(&mut self.dice, party, 1, sdp::answering(offered));
        let bytes = Writer::response(&invite, 200, Some(&tag))
            .header("Contact", &write::contact(party, ""))
            .header("Allow", ALLOW)
            .body("application/sdp", &sdp);
        self.show_response(connection, &invite, 200);
        self.send_on(connection, bytes);
        if let Some(leg) = self.sip.legs.get_mut(&key) {
            leg.stage = Stage::Confirmed;
            leg.version = 1;
            leg.invite = None;
        }
    }

    pub(crate) fn sip_unanswered(&mut self, key: u64, why: NoAnswer) {
        let status = match why {
            NoAnswer::Declined => 603,
            NoAnswer::Busy => 486,
            NoAnswer::TimedOut | NoAnswer::Unreachable => 480,
        };
        if let Some((_, tag, invite, connection)) = self.invite_of(key) {
            self.respond(connection, &invite, status, Some(&tag));
        }
        if let Some(leg) = self.sip.legs.get_mut(&key) {
            leg.ring = None;
        }
        self.leave(key);
    }

    fn invite_of(
        &self,
        key: u64,
    ) -> Option<(SipParty, String, teams_cc_sip::message::Request, crate::world::ConnectionId)>
    {
        let leg = self.sip.legs.get(&key)?;
        let (invite, connection) = leg.invite.clone()?;
        Some((leg.party, leg.local_tag.clone(), invite, connection))
    }

    fn client_acts(&mut self, key: u64, step: usize) {
        let Some(leg) = self.sip.legs.get(&key) else {
            return;
        };
        let (Who::User(user), Stage::Confirmed) = (leg.who, leg.stage) else {
            return;
        };
        let Some((_, action)) =
            self.setup.users.get(user).and_then(|user| user.client.get(step)).cloned()
        else {
            return;
        };
        let name = self.user_name(user);
        let mut says = |text: String| {
            self.log.push(self.now, Column::Agent, Column::Teams, text);
        };
        match action {
            ClientAction::Hold => {
                says(format!("{name} holds the call"));
                self.send_reinvite(key, Pending::Hold, "inactive");
            }
            ClientAction::Resume => {
                says(format!("{name} resumes the call"));
                self.send_reinvite(key, Pending::Resume, "sendrecv");
            }
            ClientAction::Transfer(to) => {
                says(format!("{name} transfers the call to {to}"));
                self.refer(key, user, &to);
            }
            ClientAction::HangUp => self.far_hangs_up(key),
        }
    }

    /// Whoever speaks on a leg hangs up.
    fn far_hangs_up(&mut self, key: u64) {
        let Some(leg) = self.sip.legs.get(&key) else {
            return;
        };
        if leg.stage != Stage::Confirmed {
            return;
        }
        let moved_on = leg.referral.is_some();
        let (column, text) = match leg.who {
            Who::User(user) => (Column::Agent, format!("{} hangs up", self.user_name(user))),
            Who::Mailbox => (Column::Teams, "the mailbox hangs up".to_owned()),
            Who::Customer(customer) => {
                (Column::Customer, format!("{} hangs up", self.customer_name(customer)))
            }
            Who::Emergency => (Column::Carrier, "the emergency services hang up".to_owned()),
        };
        // The call of a finished transfer ends by itself: nobody hangs up.
        if !moved_on {
            let to = super::link::column(leg.party);
            self.log.push(self.now, column, to, text);
        }
        self.send_bye(key);
        self.leave(key);
    }

    fn ping(&mut self, n: u8) {
        const INTERVAL: Duration = Duration::from_mins(1);
        let party = SipParty::Proxy(n);
        let (branch, tag, call_id) = (self.dice.token(), self.dice.token(), self.dice.uuid());
        let trunk = self.setup.trunk.clone();
        let bytes = Writer::request("OPTIONS", &format!("sip:{trunk}:5061;transport=tls"))
            .header("Via", &write::via(party, &format!("z9hG4bK{branch}")))
            .header("Max-Forwards", "70")
            .header("From", &format!("<sip:{}:5061>;tag={tag}", write::host(party)))
            .header("To", &format!("<sip:{trunk}>"))
            .header("Call-ID", &call_id)
            .header("CSeq", "1 OPTIONS")
            .header("Contact", &write::contact(party, ""))
            .end();
        let first = self.sip.ponged.get(usize::from(n)).is_some_and(|ponged| !ponged);
        if first {
            self.show(party, false, "OPTIONS");
        }
        self.send_from(party, bytes);
        self.later(INTERVAL, SipAction::Ping(n));
    }
}
