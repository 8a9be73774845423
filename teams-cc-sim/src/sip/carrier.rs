//! Calls the parties make: customers through the carrier, users through Direct Routing.

use std::collections::BTreeMap;

use teams_cc_core::PhoneNumber;

use super::{
    emergency,
    leg::{Leg, MAX_LEGS, Pending, Stage, Who},
    sdp, write,
};
use crate::{
    log::Column,
    world::{Line, ProxyState, SipParty, World, shown_number},
};

impl World {
    /// The carrier brings a customer's call to the trunk.
    pub(crate) fn carrier_calls(&mut self, customer: usize, number: &str) -> Option<u64> {
        let caller = self.setup.customers.get(customer)?.number.clone();
        let from = match &caller {
            PhoneNumber::Anonymous => "\"Anonymous\" <sip:anonymous@anonymous.invalid>".to_owned(),
            shown => format!("<sip:{}@carrier.test;user=phone>", shown.reveal()),
        };
        self.call_trunk(SipParty::Carrier, Who::Customer(customer), &from, number)
    }

    /// A user dials out through the first proxy in order.
    pub(crate) fn user_dials(&mut self, user: usize, number: &str) {
        let name = self.user_name(user);
        self.log.push(
            self.now,
            Column::Agent,
            Column::Teams,
            format!("{name} dials {}", shown_number(number)),
        );
        let up = self
            .setup
            .proxies
            .iter()
            .position(|state| *state == ProxyState::Up)
            .and_then(|n| u8::try_from(n).ok());
        let own = self.setup.users.get(user).and_then(|user| user.number.clone());
        let (Some(proxy), Some(own)) = (up, own) else {
            return self.log.push(
                self.now,
                Column::Teams,
                Column::Agent,
                format!("{name} has no way out"),
            );
        };
        let party = SipParty::Proxy(proxy);
        let from = format!("<sip:{}@{};user=phone>", own.reveal(), write::host(party));
        if self.call_trunk(party, Who::User(user), &from, number).is_some() {
            self.user_joins(user);
        }
    }

    /// Sends an INVITE to the trunk. An emergency call of a user carries the user's location.
    fn call_trunk(&mut self, party: SipParty, who: Who, from: &str, number: &str) -> Option<u64> {
        if self.sip.legs.len() >= MAX_LEGS {
            return None;
        }
        let trunk = self.setup.trunk.clone();
        let (_, transport, port) = write::transport(party);
        let (tag, branch) = (self.dice.token(), self.dice.token());
        let branch = format!("z9hG4bK{branch}");
        self.sip.last_leg += 1;
        let key = self.sip.last_leg;
        let located = emergency::is_emergency(number);
        let uri = format!("sip:{number}@{trunk}:{port};user=phone;transport={transport}");
        let leg = Leg {
            key,
            party,
            who,
            stage: Stage::Early,
            calling: true,
            call_id: self.dice.uuid(),
            local: format!("{from};tag={tag}"),
            remote: format!("<sip:{number}@{trunk};user=phone>"),
            local_tag: tag,
            target: uri,
            sequence: 1,
            invite_branch: branch.clone(),
            pending: BTreeMap::from([(1, (Pending::Invite, branch.clone()))]),
            invite: None,
            ring: None,
            referral: None,
            version: 1,
            given_up: false,
            located,
        };
        let sdp = sdp::describe(&mut self.dice, party, 1, "sendrecv");
        let geolocation = located.then(|| format!("<cid:{}>", emergency::CONTENT_ID));
        let user = match party {
            SipParty::Proxy(_) => "",
            SipParty::Carrier => "gateway",
        };
        let writer = write::in_dialog(&leg, "INVITE", 1, &branch)
            .header("Contact", &write::contact(party, user))
            .header("Allow", "INVITE,ACK,CANCEL,BYE,OPTIONS,REFER,NOTIFY,UPDATE")
            .header("Supported", "replaces")
            .header("P-Asserted-Identity", from)
            .header_if("Geolocation", geolocation.as_deref())
            .header_if("Geolocation-Routing", located.then_some("yes"));
        let bytes = if located {
            writer.body(&emergency::content_type(), &emergency::body(&sdp))
        } else {
            writer.body("application/sdp", &sdp)
        };
        self.sip.legs.insert(key, leg);
        let with = if located { " with location" } else { "" };
        self.show(party, false, &format!("INVITE {}{with}", shown_number(number)));
        self.send_from(party, bytes);
        Some(key)
    }

    /// The customer of a leg hangs up: CANCEL before the answer, BYE after it.
    pub(crate) fn carrier_hangs_up(&mut self, key: u64) {
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            return;
        };
        self.sip.caller_left = Some(self.now);
        if leg.stage == Stage::Confirmed {
            self.send_bye(key);
            self.sip.legs.remove(&key);
            return;
        }
        leg.given_up = true;
        let bytes = write::in_dialog(leg, "CANCEL", 1, &leg.invite_branch).end();
        let party = leg.party;
        self.show(party, false, "CANCEL");
        self.send_from(party, bytes);
    }

    /// The trunk ended a customer's call.
    pub(super) fn trunk_call_over(&mut self, customer: usize, key: u64, answered: bool) {
        if self.customers.get(customer).map(|now| now.line) != Some(Line::Trunk(key)) {
            return;
        }
        self.set_line(customer, Line::Idle);
        if answered {
            let name = self.customer_name(customer);
            let text = format!("the call of {name} is over");
            self.log.push(self.now, Column::Carrier, Column::Customer, text);
        }
    }

    /// The connection a party opened is gone: its unanswered calls cannot be answered any more.
    pub(super) fn calls_lost(&mut self, party: SipParty) {
        let lost: Vec<u64> = self
            .sip
            .legs
            .values()
            .filter(|leg| leg.party == party && leg.calling && leg.stage == Stage::Early)
            .map(|leg| leg.key)
            .collect();
        for key in lost {
            self.leave(key);
        }
    }
}
