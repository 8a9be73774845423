//! What the parties do with answers of the trunk (RFC 3261 §13.2, §17.1).

use teams_cc_sip::message::{CSeq, Contact, FromHeader, HeaderName, Response, ToHeader};

use super::{
    check::BrokenRule,
    leg::{Leg, MAX_PENDING, Pending, SHORT_TALK, SipAction, Stage, Who},
    sdp, write,
    write::Writer,
};
use crate::{
    log::Column,
    world::{Line, SipParty, World},
};

impl World {
    pub(super) fn sip_response(&mut self, party: SipParty, response: &Response) {
        let headers = response.headers();
        let Ok(Some(cseq)) = headers.first::<CSeq>() else {
            return;
        };
        let method = cseq.method.as_str().to_owned();
        let status = response.status().as_u16();
        if method == "OPTIONS" {
            return self.ponged(party, status);
        }
        self.show(party, true, &format!("{status} {} ({method})", write::reason(status)));
        let Some(key) = self.leg_answered(response) else {
            return;
        };
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            return;
        };
        let sequence = cseq.number;
        if status < 200 {
            if status == 180 || status == 183 {
                self.hears_ringing(key);
            }
            return;
        }
        // An INVITE and the CANCEL for it share a number; only the INVITE is kept here.
        if method == "CANCEL" {
            return;
        }
        let Some((pending, branch)) = leg.pending.remove(&sequence) else {
            return;
        };
        let remote =
            headers.get_str(HeaderName::To).map_or_else(|| leg.remote.clone(), str::to_owned);
        let target = headers
            .first::<Contact>()
            .ok()
            .flatten()
            .and_then(|contact| contact.addr().map(|address| address.uri.reveal()));
        match pending {
            Pending::Invite if status < 300 => {
                leg.remote = remote;
                if let Some(target) = target {
                    leg.target = target;
                }
                leg.stage = Stage::Confirmed;
                self.acknowledge(key, sequence, None);
                self.connected(key);
            }
            Pending::Invite => {
                leg.remote = remote;
                self.acknowledge(key, sequence, Some(&branch));
                self.refused_by_trunk(key, status);
            }
            Pending::Hold | Pending::Resume => {
                let failed = (status >= 300).then_some(branch);
                self.acknowledge(key, sequence, failed.as_deref());
            }
            Pending::Refer if status != 202 => {
                leg.referral = None;
                self.breaks(BrokenRule::ReferNotAccepted);
            }
            Pending::Refer | Pending::Bye => {}
        }
    }

    fn ponged(&mut self, party: SipParty, status: u16) {
        let SipParty::Proxy(n) = party else {
            return;
        };
        let Some(ponged) = self.sip.ponged.get_mut(usize::from(n)) else {
            return;
        };
        if !std::mem::replace(ponged, status == 200) || status != 200 {
            let text = format!("{status} {} (OPTIONS)", write::reason(status));
            self.show(party, true, &text);
        }
    }

    /// ACK: of a 2xx in its own transaction, of anything else on the INVITE's branch.
    fn acknowledge(&mut self, key: u64, sequence: u32, branch: Option<&str>) {
        let fresh = format!("z9hG4bK{}", self.dice.token());
        let Some(leg) = self.sip.legs.get(&key) else {
            return;
        };
        let bytes = write::in_dialog(leg, "ACK", sequence, branch.unwrap_or(&fresh)).end();
        let party = leg.party;
        self.show(party, false, "ACK");
        self.send_from(party, bytes);
    }

    /// The trunk answered a call of ours.
    fn connected(&mut self, key: u64) {
        let Some(leg) = self.sip.legs.get(&key) else {
            return;
        };
        if leg.given_up {
            self.send_bye(key);
            self.sip.legs.remove(&key);
            return;
        }
        match leg.who {
            Who::Customer(customer) => {
                let talk =
                    self.setup.customers.get(customer).map_or(SHORT_TALK, |customer| customer.talk);
                self.set_line(customer, Line::Trunk(key));
                let talk = self.dice.near(talk);
                self.plan_leaving(customer, talk);
            }
            Who::User(_) => {
                let talk = self.dice.near(SHORT_TALK * 2);
                self.later(talk, SipAction::HangUp(key));
            }
            Who::Mailbox | Who::Emergency => {}
        }
    }

    /// The trunk refused a call of ours, or the call was cancelled.
    fn refused_by_trunk(&mut self, key: u64, status: u16) {
        let given_up = self.sip.legs.get(&key).is_some_and(|leg| leg.given_up);
        let Some(leg) = self.leave(key) else {
            return;
        };
        if let (Who::Customer(customer), false) = (leg.who, given_up) {
            let name = self.customer_name(customer);
            self.log.push(
                self.now,
                Column::Carrier,
                Column::Customer,
                format!("{name} hears: {}", write::reason(status)),
            );
        }
    }

    fn hears_ringing(&mut self, key: u64) {
        if let Some(Leg { who: Who::Customer(customer), party, .. }) = self.sip.legs.get(&key) {
            let (customer, party) = (*customer, *party);
            let name = self.customer_name(customer);
            self.log.push(
                self.now,
                super::link::column(party),
                Column::Customer,
                format!("{name} hears ringing"),
            );
        }
    }

    fn leg_answered(&self, response: &Response) -> Option<u64> {
        let headers = response.headers();
        let call_id = headers.get_str(HeaderName::CallId)?;
        let from = headers.first::<FromHeader>().ok()??;
        // The To header must be there too, or the dialog could not go on.
        headers.first::<ToHeader>().ok()??;
        let tag = from.tag()?;
        self.sip
            .legs
            .values()
            .find(|leg| leg.call_id == call_id && leg.local_tag == tag)
            .map(|leg| leg.key)
    }

    /// Sends a request inside a dialog; `false` where too many wait for an answer.
    pub(super) fn ask(
        &mut self,
        key: u64,
        method: &str,
        pending: Pending,
        finish: impl FnOnce(Writer, &mut Leg, &mut crate::random::Dice) -> bytes::Bytes,
    ) -> bool {
        let branch = format!("z9hG4bK{}", self.dice.token());
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            return false;
        };
        if leg.pending.len() >= MAX_PENDING {
            return false;
        }
        leg.sequence += 1;
        let sequence = leg.sequence;
        leg.pending.insert(sequence, (pending, branch.clone()));
        let writer = write::in_dialog(leg, method, sequence, &branch);
        let bytes = finish(writer, leg, &mut self.dice);
        let party = leg.party;
        self.send_from(party, bytes);
        true
    }

    pub(super) fn send_bye(&mut self, key: u64) {
        if let Some(leg) = self.sip.legs.get(&key) {
            let party = leg.party;
            self.show(party, false, "BYE");
        }
        self.ask(key, "BYE", Pending::Bye, |writer, _, _| writer.end());
    }

    /// A re-INVITE that holds or resumes.
    pub(super) fn send_reinvite(&mut self, key: u64, pending: Pending, direction: &str) {
        if let Some(leg) = self.sip.legs.get(&key) {
            let party = leg.party;
            self.show(party, false, &format!("INVITE a={direction}"));
        }
        self.ask(key, "INVITE", pending, |writer, leg, dice| {
            leg.version += 1;
            let sdp = sdp::describe(dice, leg.party, leg.version, direction);
            writer.header("Contact", &write::contact(leg.party, "")).body("application/sdp", &sdp)
        });
    }
}
