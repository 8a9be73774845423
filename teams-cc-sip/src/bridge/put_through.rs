//! A caller is put through: one leg out, over all destinations of a plan, bound to the leg in.
//!
//! | the called side | the caller |
//! |---|---|
//! | 180, 181, 182 | the same, once each |
//! | 180 or 183 with a session | the same with our answer to the caller's offer: early media |
//! | 200 | 200, and both talk |
//! | no answer in the ring time | CANCEL (`Q.850;cause=19`) to the called side, the next destination |
//! | refused, silent, unreachable | the next destination, or what [`super::end_codes`] says |
//!
//! A caller who withdraws takes the INVITE to the called side along, with the same `Reason`; an
//! answer that crosses the CANCEL gets ACK and BYE. The next destination is called once the INVITE
//! before it is over, so that no caller has two answers. Each side confirms provisional responses
//! by itself (RFC 3262). A caller who has been answered before hears ringing from the media port.

use bytes::Bytes;
use teams_cc_core::{
    LegId,
    contact::{Direction, EndCause, EndReason, EndedBy, LegState},
};

use super::{
    back_to_back::{BackToBack, Hunt},
    end_codes,
    parting::Parting,
};
use crate::{
    endpoint::{CallEnd, Command, Extras},
    error::{Error, ErrorKind},
    message::{ContentType, HeaderName, StatusCode},
    sdp::Direction as Flow,
    trunk::{
        call::{LegRecord, Waiting},
        engine::Engine,
        input::{Event, LocalMedia, NOBODY, Output, Ticket},
        session::Session,
    },
};

/// What a destination that has rung for long enough is told.
const RANG_OUT: &str = "Q.850;cause=19;text=\"No answer from the user\"";

impl Engine {
    /// Calls the first destination that can be called for this caller.
    pub(crate) fn put_through(&mut self, ticket: Ticket, caller: &LegId, plan: BackToBack) {
        let leg = plan.leg().clone();
        let mut hunt = plan.begin(caller.clone());
        let outcome = self.may_put_through(caller).and_then(|()| {
            let mut wrong = Error::new(ErrorKind::UnknownPeer);
            while let Some(mut to) = hunt.left.pop_front() {
                hunt.tried += 1;
                to.leg = leg.clone();
                match self.room_for(&to).and_then(|()| self.outbound_leg(to)) {
                    Ok(record) => return Ok(record),
                    Err(error) => wrong = error,
                }
            }
            Err(wrong)
        });
        let mut record = match outcome {
            Ok(record) => record,
            Err(error) => {
                return self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
            }
        };
        record.hunt = Some(Box::new(hunt));
        record.bridge = Some(caller.clone());
        if let Some(caller) = self.legs.get_mut(caller) {
            caller.bridge = Some(leg.clone());
        }
        self.begin_destination(leg, record, ticket);
    }

    fn may_put_through(&self, caller: &LegId) -> Result<(), Error> {
        let usable = self.legs.get(caller).is_some_and(|record| {
            let rings = record.direction == Direction::Inbound && record.waiting.is_none();
            let stands = match record.state {
                LegState::Ringing => rings,
                LegState::Connected => true,
                LegState::Transferring | LegState::Ended => false,
            };
            stands && !record.ending && record.bridge.is_none()
        });
        if usable { Ok(()) } else { Err(ErrorKind::NoCaller.into()) }
    }

    fn begin_destination(&mut self, leg: LegId, mut record: LegRecord, ticket: Ticket) {
        record.waiting = Some(Waiting::Dial(ticket));
        self.legs.insert(leg.clone(), Box::new(record));
        self.outputs.push_back(Output::OpenMedia { media: leg });
    }

    /// The INVITE to a destination is on its way: its time begins.
    pub(crate) fn destination_called(&mut self, leg: &LegId) {
        let hunt = self.legs.get_mut(leg).and_then(|record| record.hunt.as_mut());
        if let Some(hunt) = hunt
            && let Some(time) = hunt.ring_time
        {
            let until = self.now + time;
            hunt.until = Some(until);
            self.rings.insert((until, leg.clone()));
        }
    }

    /// Destinations that have rung for long enough are given up.
    pub(crate) fn end_slow_destinations(&mut self) {
        while let Some((until, leg)) = self.rings.first().cloned()
            && until <= self.now
        {
            self.rings.pop_first();
            let Some(record) = self.legs.get_mut(&leg) else { continue };
            let (Some(hunt), Some(call)) = (record.hunt.as_mut(), record.call) else {
                continue;
            };
            hunt.until = None;
            hunt.rang_out = true;
            // Both are constants.
            let extras = Extras::new().with_header(HeaderName::Reason, RANG_OUT);
            let extras = extras.unwrap_or_default();
            let _ = self.order(Command::Cancel { call, extras });
        }
    }

    /// The end of a destination leads to the next one, where the plan has one for it.
    pub(crate) fn try_next_destination(&mut self, leg: &LegId, end: &CallEnd) -> bool {
        let Some(record) = self.legs.get_mut(leg) else { return false };
        let (ending, emergency) = (record.ending, record.emergency);
        let Some(hunt) = record.hunt.as_mut() else { return false };
        let status = end_codes::of_end(end, hunt.rang_out);
        hunt.best = Some(end_codes::better(hunt.best, status));
        let on = hunt.next_on.leads_on(status) && !ending && (!self.draining || emergency);
        on && self.next_destination(leg, NOBODY, status)
    }

    /// Calls the next destination that can be called.
    pub(crate) fn next_destination(&mut self, leg: &LegId, ticket: Ticket, status: u16) -> bool {
        self.stop_ringing(leg);
        loop {
            let Some(record) = self.legs.get_mut(leg) else { return false };
            let Some(hunt) = record.hunt.as_mut() else { return false };
            let Some(mut to) = hunt.left.pop_front() else { return false };
            hunt.tried += 1;
            to.leg = leg.clone();
            if let Some(counted) = record.grant.take() {
                self.gate.release(counted);
            }
            let Ok(mut fresh) = self.outbound_leg(to) else { continue };
            let Some(old) = self.legs.remove(leg) else { return false };
            if let Some(session) = &old.session {
                self.outputs.push_back(Output::CloseMedia { media: session.media().clone() });
            }
            fresh.bridge = old.bridge;
            fresh.hunt = old.hunt.map(|mut hunt| {
                (hunt.rang_out, hunt.relayed) = (false, None);
                hunt
            });
            let place = fresh.hunt.as_ref().map_or(0, |hunt| hunt.tried.saturating_sub(1));
            tracing::info!(leg = %leg, status, place, "the next destination is called");
            let event = Event::NextDestination { leg: leg.clone(), place, status };
            self.outputs.push_back(Output::Event(event));
            self.begin_destination(leg.clone(), fresh, ticket);
            return true;
        }
    }

    fn stop_ringing(&mut self, leg: &LegId) {
        let hunt = self.legs.get_mut(leg).and_then(|record| record.hunt.as_mut());
        if let Some(until) = hunt.and_then(|hunt| hunt.until.take()) {
            self.rings.remove(&(until, leg.clone()));
        }
    }

    /// The called side makes progress: the caller hears of it.
    pub(crate) fn relay_progress(&mut self, leg: &LegId, status: u16, media: bool) {
        let hunt = self.legs.get_mut(leg).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt.filter(|_| (180..=183).contains(&status)) else { return };
        if hunt.relayed.replace((status, media)) == Some((status, media)) {
            return;
        }
        let id = hunt.caller.clone();
        let Some(caller) = self.legs.get_mut(&id).filter(|caller| !caller.ending) else { return };
        let offered = caller.offer.as_ref().is_some_and(|offer| !offer.is_empty());
        match (caller.state, media) {
            (LegState::Ringing, true) if offered && caller.early.is_none() => {
                if caller.waiting.is_none() {
                    caller.waiting = Some(Waiting::EarlyMedia(status));
                    self.outputs.push_back(Output::OpenMedia { media: id });
                }
            }
            (LegState::Ringing, _) => {
                let body = caller.early.as_deref().filter(|_| media).cloned();
                self.let_ring(&id, status, body);
                self.let_caller_hear(&id, leg, status, media);
            }
            _ => self.let_caller_hear(&id, leg, status, media),
        }
    }

    /// The caller's stream is open before anybody has answered: its answer goes out early.
    pub(crate) fn early_media(&mut self, caller: &LegId, status: u16, local: LocalMedia) {
        let sessions = self.next_session();
        let Some(record) = self.legs.get_mut(caller) else { return };
        record.waiting = None;
        let offer = record.offer.clone().unwrap_or_default();
        let target = record.bridge.clone();
        let mut session = Session::new(caller.clone(), local, sessions, record.link.encrypted);
        let body = session.answer(&offer, Flow::SendRecv);
        let remote = session.remote();
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                tracing::info!(leg = %caller, %error, "an offer that cannot be answered early");
                self.outputs.push_back(Output::CloseMedia { media: caller.clone() });
                return self.let_ring(caller, status, None);
            }
        };
        record.session = Some(session);
        record.early = Some(Box::new(body.clone()));
        self.let_ring(caller, status, Some(body));
        self.connect_media(caller, remote);
        if let Some(target) = target {
            self.let_caller_hear(caller, &target, status, true);
        }
    }

    /// Sends a caller who is not answered a provisional response.
    pub(crate) fn let_ring(&mut self, caller: &LegId, status: u16, body: Option<Bytes>) {
        let Some(record) = self.legs.get_mut(caller) else { return };
        let (Some(call), Some(status)) = (record.call, StatusCode::new(status)) else { return };
        record.alerted = true;
        let link = record.link.clone();
        let mut response = self.response(&link, status);
        if let Some(body) = body {
            response = response.with_body(&ContentType::sdp(), body);
        }
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
    }

    /// A caller with a stream of its own hears the called side, or ringing.
    fn let_caller_hear(&mut self, caller: &LegId, target: &LegId, status: u16, media: bool) {
        let stream = |leg| self.legs.get(leg)?.session.as_ref().map(|s| s.media().clone());
        let (Some(one), other) = (stream(caller), stream(target)) else { return };
        match other.filter(|_| media) {
            Some(other) => self.outputs.push_back(Output::JoinMedia { one, other }),
            None if status == 180 => {
                self.outputs.push_back(Output::RingMedia { media: one, ringing: true });
            }
            None => {}
        }
    }

    /// Somebody has answered for the caller.
    pub(crate) fn destination_answered(&mut self, leg: &LegId) {
        self.stop_ringing(leg);
        let Some(hunt) = self.legs.get_mut(leg).and_then(|record| record.hunt.take()) else {
            return;
        };
        let caller = self.legs.get(&hunt.caller).filter(|caller| !caller.ending);
        match caller.map(|caller| caller.state) {
            Some(LegState::Connected) => self.let_talk(&hunt.caller, leg),
            Some(LegState::Ringing) => self.begin_answer(&hunt.caller, NOBODY),
            // It has withdrawn; its end takes this leg along.
            _ => {}
        }
    }

    /// Nobody has answered: the caller hears why, or is the application's.
    pub(crate) fn nobody_answered(&mut self, leg: &LegId, hunt: &Hunt, parting: &Parting) {
        if let Some(until) = hunt.until {
            self.rings.remove(&(until, leg.clone()));
        }
        let caller = &hunt.caller;
        let Some(record) = self.legs.get_mut(caller) else { return };
        if record.bridge.as_ref() != Some(leg) {
            return;
        }
        record.bridge = None;
        if record.state != LegState::Ringing || hunt.keeps_caller {
            if let Some(session) = &record.session {
                let media = session.media().clone();
                self.outputs.push_back(Output::RingMedia { media, ringing: false });
            }
            return;
        }
        let status = hunt.best.map_or(StatusCode::TEMPORARILY_UNAVAILABLE, end_codes::for_caller);
        if let Some(call) = record.call
            && !std::mem::replace(&mut record.ending, true)
        {
            self.refuse_as_told(call, status, parting);
        }
    }

    /// An INVITE could not be sent: the next destination, or the end of the whole.
    pub(crate) fn destination_failed(&mut self, leg: &LegId, ticket: Ticket, error: Error) {
        if self.next_destination(leg, ticket, 500) {
            return;
        }
        if ticket == NOBODY {
            let cause = EndCause::new(EndReason::Failed, EndedBy::Local);
            return self.finish(leg, cause.codes(500, None));
        }
        // Whoever ordered it is told; the caller stays as it was.
        let caller = self.forget(leg).and_then(|record| {
            if record.session.is_some() {
                self.outputs.push_back(Output::CloseMedia { media: leg.clone() });
            }
            record.bridge
        });
        if let Some(caller) = caller.and_then(|caller| self.legs.get_mut(&caller)) {
            caller.bridge = None;
        }
        self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
    }
}
