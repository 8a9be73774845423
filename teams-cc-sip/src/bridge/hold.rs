//! Hold and resume, in both directions and across a bridge.
//!
//! What is wanted and what the peer has agreed to are kept apart: one re-INVITE at a time brings
//! them together, so orders that come faster than answers are not lost and never overlap.

use teams_cc_core::{
    LegId,
    contact::{LegError, LegEvent, Verb},
};

use crate::{
    direct_routing::headers,
    endpoint::{CallHandle, Command, Extras},
    error::{Error, ErrorKind},
    message::{Contact, ContentType, Response},
    trunk::{
        call::Role,
        engine::Engine,
        inbound::{held_or_not, platform},
        input::Ticket,
        outbound::agree,
    },
};

impl Engine {
    /// The application puts a party on hold or takes it off.
    pub(crate) fn set_hold(&mut self, ticket: Ticket, leg: &LegId, hold: bool) {
        let verb = if hold { Verb::Hold } else { Verb::Resume };
        let Some(record) = self.legs.get_mut(leg) else {
            return self.done(ticket, Err(LegError::Ended));
        };
        record.hold.own = hold;
        if let Some((earlier, verb)) = record.hold.ticket.replace((ticket, verb)) {
            let error = Error::new(ErrorKind::Superseded);
            self.done(earlier, Err(platform(verb, error)));
        }
        self.reconcile_hold(leg);
    }

    /// The peer's own hold has changed: the bridged party is put on hold as well, or taken off.
    pub(crate) fn peer_hold_changed(&mut self, leg: &LegId, held: bool) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        if std::mem::replace(&mut record.hold.by_peer, held) == held {
            return;
        }
        let other = record.bridge.clone();
        self.tell(leg, if held { LegEvent::HeldByRemote } else { LegEvent::ResumedByRemote });
        if let Some(other) = other {
            if let Some(record) = self.legs.get_mut(&other) {
                record.hold.relayed = held;
            }
            self.reconcile_hold(&other);
        }
    }

    /// Brings what the peer agreed to in line with what is wanted.
    pub(crate) fn reconcile_hold(&mut self, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        if record.hold.asked.is_some() || record.ending {
            return;
        }
        let wanted = record.hold.wanted();
        if record.hold.agreed == wanted {
            let unjoined = record.recode.is_some();
            if let Some((ticket, _)) = record.hold.ticket.take() {
                self.done(ticket, Ok(()));
            }
            if !unjoined {
                return;
            }
        }
        let Some(record) = self.legs.get_mut(leg) else { return };
        let (Some(call), Some(session)) = (record.call, &mut record.session) else { return };
        if let Some(recode) = &record.recode {
            session.limit(recode.codecs.clone());
        }
        let Ok(offer) = session.offer(held_or_not(wanted, &record.link)) else {
            if record.recode.take().is_some() {
                self.codec_refused(leg);
            }
            return;
        };
        let (host, port, transport) = &record.link.contact;
        let mut extras = Extras::new().with_body(&ContentType::sdp(), offer);
        if let Ok(contact) = headers::reachable_at(host, *port, *transport) {
            extras.headers.set_typed(&Contact::new(contact));
        }
        record.hold.asked = Some(wanted);
        let sent = self.order(Command::ReInvite { call, extras }).is_ok();
        let Some(record) = self.legs.get_mut(leg) else { return };
        if let Some(recode) = &mut record.recode {
            recode.offered = sent;
        }
        if !sent {
            // The dialog is not ready, such as before the ACK; its next event tries again.
            record.hold.asked = None;
        }
    }

    /// A session timer wants its session offered again, as it stands (RFC 4028 §7.4).
    pub(crate) fn refresh_due(&mut self, call: CallHandle) {
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let direction = held_or_not(record.hold.agreed, &record.link);
        let Some(Ok(offer)) = record.session.as_mut().map(|session| session.offer(direction))
        else {
            return;
        };
        let extras = Extras::new().with_body(&ContentType::sdp(), offer);
        // The endpoint asks where nothing else is under way; what comes later refreshes as well.
        let _ = self.order(Command::ReInvite { call, extras });
    }

    /// The peer has agreed to our re-INVITE.
    pub(crate) fn hold_answered(&mut self, call: CallHandle, response: &Response) {
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        // One that only refreshes has asked for nothing, and what was wanted meanwhile waits.
        if let Some(asked) = record.hold.asked.take() {
            record.hold.agreed = asked;
        }
        let remote = record.session.as_mut().and_then(|session| agree(session, response));
        self.connect_media(&leg, remote);
        self.codec_agreed(&leg);
        self.reconcile_hold(&leg);
    }

    /// The peer has refused our re-INVITE: the call goes on as it was.
    pub(crate) fn hold_refused(&mut self, call: CallHandle, response: Option<&Response>) {
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let status = response.map(|response| response.status().as_u16());
        tracing::info!(leg = %leg, ?status, "a re-INVITE was refused");
        record.hold.asked = None;
        record.hold.own = record.hold.agreed && record.hold.own;
        record.hold.relayed = record.hold.agreed && record.hold.relayed;
        if record.hold.wanted() != record.hold.agreed {
            // Off hold was refused: on hold is what both sides know.
            record.hold.own = record.hold.agreed;
        }
        let unjoined = record.recode.take_if(|recode| recode.offered).is_some();
        if let Some((ticket, verb)) = record.hold.ticket.take() {
            let error = Error::new(ErrorKind::HoldRefused(status));
            self.done(ticket, Err(platform(verb, error)));
        }
        if unjoined {
            self.codec_refused(&leg);
        } else {
            // What was to be offered meanwhile is offered now.
            self.reconcile_hold(&leg);
        }
    }
}
