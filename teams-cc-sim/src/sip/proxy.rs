//! What the parties do with requests of the trunk (RFC 3261 §8.2, Learn *SIP protocol*).

use std::collections::BTreeMap;

use teams_cc_core::Instant;
use teams_cc_sip::message::{Contact, FromHeader, HeaderName, Method, Request, ToHeader};

use super::{
    check::BrokenRule,
    emergency,
    leg::{Leg, MAX_LEGS, SipAction, Stage, Who},
    sdp, write,
    write::Writer,
};
use crate::{
    log::Column,
    world::{Callee, ConnectionId, ProxyState, Purpose, SipParty, World, shown_number},
};

/// A BYE within this time of a caller's hanging up follows from it.
const CROSSING: std::time::Duration = std::time::Duration::from_secs(2);

impl World {
    pub(super) fn sip_request(
        &mut self,
        connection: ConnectionId,
        party: SipParty,
        request: &Request,
    ) {
        let method = request.method();
        if *method == Method::Options {
            return self.options(connection, party, request);
        }
        let tagged = request
            .headers()
            .first::<ToHeader>()
            .is_ok_and(|to| to.is_some_and(|to| to.tag().is_some()));
        if *method == Method::Invite && !tagged {
            return self.invited(connection, party, request);
        }
        let leg = self.leg_of(request);
        let what = match *method {
            Method::Invite => format!("INVITE a={}", sdp::direction(request.body())),
            Method::Notify => format!("NOTIFY {}", sipfrag(request.body()).unwrap_or_default()),
            _ => method.as_str().to_owned(),
        };
        self.show(party, true, &what);
        match (method, leg) {
            (Method::Ack, _) => {}
            (Method::Cancel, Some(leg)) => self.cancelled(connection, leg, request),
            (Method::Invite, Some(leg)) => self.reinvited(connection, leg, request),
            (Method::Bye, Some(leg)) => self.ended_by_trunk(connection, leg, request),
            (Method::Notify, Some(leg)) => self.notified(connection, leg, request),
            (Method::Refer, _) => {
                if matches!(party, SipParty::Proxy(_)) {
                    self.breaks(BrokenRule::ReferSent);
                }
                self.respond(connection, request, 405, None);
            }
            (Method::Update | Method::Info | Method::Prack, Some(_)) => {
                self.respond(connection, request, 200, None);
            }
            (_, None) => self.respond(connection, request, 481, None),
            _ => self.respond(connection, request, 501, None),
        }
    }

    /// OPTIONS: the trunk shows that it lives; the first one makes the proxy send its own.
    fn options(&mut self, connection: ConnectionId, party: SipParty, request: &Request) {
        let SipParty::Proxy(n) = party else {
            let bytes = Writer::response(request, 200, Some("options")).end();
            return self.send_on(connection, bytes);
        };
        let known = self.sip.pinging.get(usize::from(n)).copied().unwrap_or(true);
        if !known {
            self.show(party, true, "OPTIONS");
        }
        if let Err(status) = self.admit(request) {
            return self.respond(connection, request, status, Some("refused"));
        }
        if self.setup.proxies.get(usize::from(n)) == Some(&ProxyState::Unavailable) {
            return self.respond(connection, request, 503, Some("down"));
        }
        // Upper-case names and a To without tag, as observed in 2020.
        let bytes = Writer::response(request, 200, None)
            .header("ALLOW", "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY")
            .header("SERVER", "Microsoft.PSTNHub.SIPProxy v.0 i.SIM")
            .end();
        if !known {
            self.show_response(connection, request, 200);
            if let Some(pinging) = self.sip.pinging.get_mut(usize::from(n)) {
                *pinging = true;
            }
            let after = self.dice.millis(150..=400);
            self.later(after, SipAction::Ping(n));
        }
        self.send_on(connection, bytes);
    }

    /// A new call from the trunk.
    fn invited(&mut self, connection: ConnectionId, party: SipParty, request: &Request) {
        let number = number_of(request);
        let shown = match request.uri().as_sip().and_then(|uri| uri.user()) {
            Some(_) => shown_number(&number),
            None => "x-m=…".to_owned(),
        };
        let located =
            emergency::is_located(request.headers().get_str("Geolocation"), request.body());
        let with = if located { " with location" } else { "" };
        self.show(party, true, &format!("INVITE {shown}{with}"));
        match self.callee_of(party, request, &number) {
            Ok(who) => self.take_call(connection, party, request, who),
            Err(503) => {
                let bytes =
                    Writer::response(request, 503, Some("down")).header("Retry-After", "1").end();
                self.show_response(connection, request, 503);
                self.send_on(connection, bytes);
            }
            Err(status) => self.respond(connection, request, status, Some("refused")),
        }
    }

    /// Who is called, or the status that refuses the call.
    fn callee_of(&mut self, party: SipParty, request: &Request, number: &str) -> Result<Who, u16> {
        if self.sip.legs.len() >= MAX_LEGS {
            return Err(503);
        }
        let SipParty::Proxy(n) = party else {
            if emergency::is_emergency(number) {
                let located =
                    emergency::is_located(request.headers().get_str("Geolocation"), request.body());
                let expected = self.sip.legs.values().any(|leg| leg.located);
                if expected && !located {
                    self.breaks(BrokenRule::LocationLost);
                }
                return Ok(Who::Emergency);
            }
            return self
                .setup
                .customers
                .iter()
                .position(|customer| customer.number.reveal() == number)
                .map(Who::Customer)
                .ok_or(404);
        };
        if self.setup.proxies.get(usize::from(n)) == Some(&ProxyState::Unavailable) {
            return Err(503);
        }
        let tenant = self.admit(request)?;
        self.check_invite(request)?;
        if let Some(target) = self.referred(request)? {
            return Ok(Who::User(target));
        }
        let tenant = self.setup.tenants.get(tenant).map(|tenant| tenant.id.clone());
        self.setup
            .users
            .iter()
            .position(|user| {
                Some(&user.tenant) == tenant.as_ref()
                    && user.number.as_ref().is_some_and(|own| own.reveal() == number)
            })
            .map(Who::User)
            .ok_or(404)
    }

    /// Makes the leg and lets it ring.
    fn take_call(
        &mut self,
        connection: ConnectionId,
        party: SipParty,
        request: &Request,
        who: Who,
    ) {
        let headers = request.headers();
        let text =
            |name| String::from_utf8_lossy(headers.get(name).unwrap_or_default()).into_owned();
        let target = headers
            .first::<Contact>()
            .ok()
            .flatten()
            .and_then(|contact| contact.addr().map(|address| address.uri.reveal()));
        let Some(target) = target else {
            return self.respond(connection, request, 400, Some("refused"));
        };
        let tag = self.dice.token();
        self.sip.last_leg += 1;
        let key = self.sip.last_leg;
        self.sip.legs.insert(
            key,
            Leg {
                key,
                party,
                who,
                stage: Stage::Early,
                calling: false,
                call_id: text(HeaderName::CallId),
                local: format!("{};tag={tag}", text(HeaderName::To)),
                remote: text(HeaderName::From),
                local_tag: tag,
                target,
                sequence: 0,
                invite_branch: String::new(),
                pending: BTreeMap::new(),
                invite: Some((request.clone(), connection)),
                ring: None,
                referral: None,
                version: 0,
                given_up: false,
                located: false,
            },
        );
        self.respond(connection, request, 100, None);
        let callee = match who {
            Who::User(user) => Callee::User(user),
            Who::Customer(customer) => Callee::Customer(customer),
            Who::Emergency | Who::Mailbox => {
                let after = self.dice.millis(800..=2000);
                return self.later(after, SipAction::PickUp(key));
            }
        };
        let ring = self.ring(callee, Purpose::Sip(key));
        if let Some(leg) = self.sip.legs.get_mut(&key) {
            leg.ring = Some(ring);
        }
        let after = self.dice.millis(80..=200);
        self.later(after, SipAction::Alert(key));
    }

    fn cancelled(&mut self, connection: ConnectionId, key: u64, request: &Request) {
        self.respond(connection, request, 200, None);
        let Some(leg) = self.sip.legs.remove(&key) else {
            return;
        };
        if let Some(ring) = leg.ring {
            self.stop_ringing(ring);
        }
        if let Some((invite, connection)) = leg.invite {
            self.respond(connection, &invite, 487, Some(&leg.local_tag));
        }
    }

    /// A re-INVITE of the trunk: hold, resume, or a refreshed description.
    fn reinvited(&mut self, connection: ConnectionId, key: u64, request: &Request) {
        let offered = sdp::direction(request.body());
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            return;
        };
        leg.version += 1;
        let (party, version, tag) = (leg.party, leg.version, leg.local_tag.clone());
        if matches!(party, SipParty::Proxy(_)) && matches!(offered, "sendonly" | "recvonly") {
            self.breaks(BrokenRule::HoldNotInactive);
        }
        let sdp = sdp::describe(&mut self.dice, party, version, sdp::answering(offered));
        let bytes = Writer::response(request, 200, Some(&tag))
            .header("Contact", &write::contact(party, ""))
            .body("application/sdp", &sdp);
        self.show_response(connection, request, 200);
        self.send_on(connection, bytes);
    }

    fn ended_by_trunk(&mut self, connection: ConnectionId, key: u64, request: &Request) {
        let crossing =
            self.sip.caller_left.is_some_and(|left: Instant| self.now.since(left) <= CROSSING);
        let early = self.sip.legs.get(&key).is_some_and(|leg| leg.referral.is_some());
        if early && !crossing {
            self.breaks(BrokenRule::ByeBeforeTeams);
        }
        self.respond(connection, request, 200, None);
        self.leave(key);
    }

    /// Takes a leg out of the world; whoever spoke on it is free.
    pub(super) fn leave(&mut self, key: u64) -> Option<Leg> {
        let leg = self.sip.legs.remove(&key)?;
        if let Some(ring) = leg.ring {
            self.stop_ringing(ring);
        }
        match leg.who {
            Who::User(user) if leg.calling || leg.stage == Stage::Confirmed => {
                self.user_leaves(user);
                let name = self.user_name(user);
                self.log.push(
                    self.now,
                    Column::Teams,
                    Column::Agent,
                    format!("the call with {name} is over"),
                );
            }
            Who::Customer(customer) if leg.calling || leg.stage == Stage::Confirmed => {
                self.trunk_call_over(customer, key, leg.stage == Stage::Confirmed);
            }
            _ => {}
        }
        Some(leg)
    }

    /// The leg a request belongs to: by Call-ID and our tag, or by Call-ID alone for CANCEL.
    fn leg_of(&self, request: &Request) -> Option<u64> {
        let headers = request.headers();
        let call_id = headers.get_str(HeaderName::CallId)?;
        let to = headers.first::<ToHeader>().ok()??;
        let from = headers.first::<FromHeader>().ok()??;
        let tag = to.tag();
        self.sip
            .legs
            .values()
            .find(|leg| {
                leg.call_id == call_id
                    && match tag {
                        Some(tag) => leg.local_tag == tag,
                        None => {
                            leg.invite.is_some()
                                && from.tag().is_some_and(|tag| leg.remote.contains(tag))
                        }
                    }
            })
            .map(|leg| leg.key)
    }
}

/// The number in the Request-URI, without parameters.
fn number_of(request: &Request) -> String {
    let user = match (request.uri().as_sip(), request.uri().as_tel()) {
        (Some(uri), _) => uri.user_decoded().unwrap_or_default(),
        (None, Some(tel)) => tel.number().reveal().to_owned(),
        (None, None) => request.uri().reveal(),
    };
    if user.eq_ignore_ascii_case("urn:service:sos") {
        return "112".to_owned();
    }
    user.split(';').next().unwrap_or_default().to_owned()
}

/// The status in a `message/sipfrag` body (RFC 3420).
pub(super) fn sipfrag(body: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(body).ok()?;
    text.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
}
