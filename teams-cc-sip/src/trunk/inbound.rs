//! Calls that come in, and what their peers do later.

use bytes::Bytes;
use teams_cc_core::{
    LegId,
    contact::{Direction, EndCause, EndReason, EndedBy, LegError, LegEvent, LegState, Verb},
};

use super::{
    CarriedHeaders, DisplayText,
    admission::{About, Side},
    call::{LegRecord, Link, Role, Shown, Waiting},
    engine::{Engine, RETRY_AFTER_SECONDS},
    input::{Event, Incoming, LocalMedia, Output, Ticket},
    multipart,
    session::{Session, read_offer},
};
use crate::{
    bridge::parting::{Parting, is_q850},
    direct_routing::{MediaOptimization, caller, headers},
    endpoint::{CallHandle, Command, Origin},
    message::{CallId, Contact, ContentType, Request, Response, StatusCode, typed::RetryAfter},
    sdp::Direction as Flow,
};

impl Engine {
    /// Somebody calls: default deny, then the trunk's own limits, then the application decides.
    pub(crate) fn incoming(
        &mut self,
        call: CallHandle,
        origin: &Origin,
        request: &Request,
        replaces: Option<CallHandle>,
    ) {
        let Some(side) = self.side_of(origin) else {
            tracing::info!(source = %origin.source, "a call from nobody we know was refused");
            return self.refuse(call, None, StatusCode::FORBIDDEN);
        };
        let about = self.about.take().unwrap_or_else(|| self.about_of(origin, request));
        let About { emergency, called, tenant } = about;
        let Some(link) = self.link_from(side, origin, request, emergency.is_some()) else {
            return self.refuse(call, None, StatusCode::NOT_FOUND);
        };
        let full = self.congested || self.resting || !self.has_room(emergency.is_some());
        // 503 makes Teams and carriers take the next trunk at once; a call for help that has come
        // here is taken all the same.
        if ((self.draining || full) && emergency.is_none()) || !self.has_room(true) {
            return self.refuse(call, Some(&link), StatusCode::SERVICE_UNAVAILABLE);
        }
        let parts = multipart::read(request.headers(), request.body());
        // Without an offer our answer makes it, and the ACK answers (RFC 3261 §13.2.1).
        let (read, encrypted) = match parts.session.as_deref().map(read_offer) {
            None => (None, link.encrypted),
            Some(Ok((offer, encrypted))) if encrypted || side != Side::Teams => {
                (Some(Box::new(offer)), encrypted)
            }
            Some(_) => return self.refuse(call, Some(&link), StatusCode::NOT_ACCEPTABLE_HERE),
        };
        let offer = parts.session.unwrap_or_default();
        let link = Link { encrypted, ..link };
        if let Some(replaced) = replaces {
            return self.replaced(call, replaced, origin, &link, caller(request), offer);
        }
        let who = caller(request);
        let called = emergency.unwrap_or(called);
        let for_help = called.is_emergency();
        let trusted = self.config.trusts(side);
        let wanted = |name: &str| self.config.wants_header(name);
        let carried = CarriedHeaders::read(request.headers(), trusted, wanted);
        if !for_help && carried.goes_round(&called) {
            tracing::info!(call = ?call, "a call that goes round was refused");
            return self.refuse(call, Some(&link), StatusCode::LOOP_DETECTED);
        }
        let grant = if for_help { None } else { self.gate.enter(tenant.as_ref(), &called) };
        let call_id = request.headers().typed::<CallId>().ok().flatten();
        self.end_retried(&link.name, &who.address, &called);
        let leg = self.next_inbound();
        tracing::info!(leg = %leg, side = ?side, "a call came in");
        self.set_up(call, side);
        let shown = Shown { number: called.clone(), display: None, private: false };
        let record = LegRecord {
            call: Some(call),
            flow: Some(origin.flow),
            offer: Some(offer),
            read,
            grant,
            emergency: for_help,
            ..LegRecord::new(leg.clone(), Direction::Inbound, who.address.clone(), link, shown)
        };
        self.legs.insert(leg.clone(), Box::new(record));
        self.calls.insert(call, (leg.clone(), Role::Main));
        self.outputs.push_back(Output::Event(Event::Incoming(Box::new(Incoming {
            leg,
            caller: who.address,
            display: who.display.as_deref().map(DisplayText::new),
            private: who.private,
            called,
            peer: self.name_of(side),
            tenant,
            emergency: parts.carried,
            carried,
            optimization: MediaOptimization::read(request.headers()).map(Box::new),
            call_id: call_id.map(|id| id.as_str().into()).unwrap_or_default(),
        }))));
    }

    /// Sets what holds for calls that a side has begun.
    pub(crate) fn set_up(&mut self, call: CallHandle, side: Side) {
        if side != Side::Teams {
            // Carriers and laboratory callers often take no connections of their own.
            let _ = self.order(Command::ReuseFlow { call });
            let _ = self.order(Command::Policy { call, policy: self.policy_of(side) });
        }
        if let Side::Carrier(place) = side
            && let Some(carrier) = self.config.carriers.get(place)
            && let (Some(at), Some(_)) = (carrier.target.clone(), &carrier.credentials)
        {
            let _ = self.order(Command::Account { call, at });
        }
    }

    /// Opens a caller's media, unless early media has, and answers.
    pub(crate) fn begin_answer(&mut self, leg: &LegId, ticket: Ticket) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        if let Some(body) = record.early.take() {
            return self.send_answer(leg, ticket, *body);
        }
        let before = record.waiting.replace(Waiting::Answer(ticket));
        if !matches!(before, Some(Waiting::EarlyMedia(_))) {
            self.outputs.push_back(Output::OpenMedia { media: leg.clone() });
        }
    }

    /// A leg's answer goes out once its media is open.
    pub(crate) fn answer(&mut self, leg: &LegId, local: LocalMedia) {
        let sessions = self.next_session();
        // Whoever it was put through to speaks something already: that needs no second INVITE.
        let called = self.legs.get(leg).and_then(|record| record.bridge.as_ref());
        let called = called.and_then(|called| self.legs.get(called)?.session.as_ref());
        let spoken = called.and_then(Session::codec).filter(|codec| !codec.is_g711());
        let Some(record) = self.legs.get_mut(leg) else { return };
        let Some(Waiting::Answer(ticket)) = record.waiting.take() else { return };
        let (Some(call), Some(offer)) = (record.call, record.offer.clone()) else {
            return self.done(ticket, Err(LegError::Ended));
        };
        let mut session = Session::new(leg.clone(), local, sessions, record.link.encrypted);
        let answer = if offer.is_empty() {
            session.offer(Flow::SendRecv)
        } else {
            let read = record.read.take();
            let answered = |session: &mut Session| match &read {
                Some(read) => session.answer_read(read, Flow::SendRecv),
                None => session.answer(&offer, Flow::SendRecv),
            };
            let own = spoken.and_then(|codec| {
                let mut own = session.clone();
                own.limit(vec![codec]);
                Some((answered(&mut own).ok()?, own))
            });
            match own {
                Some((body, own)) => {
                    session = own;
                    Ok(body)
                }
                None => answered(&mut session),
            }
        };
        record.session = Some(session);
        let link = record.link.clone();
        let body = match answer {
            Ok(body) => body,
            Err(error) => {
                record.cause = Some(unusable_offer());
                self.refuse(call, Some(&link), StatusCode::NOT_ACCEPTABLE_HERE);
                return self.done(ticket, Err(platform(Verb::Answer, error)));
            }
        };
        self.send_answer(leg, ticket, body);
    }

    fn send_answer(&mut self, leg: &LegId, ticket: Ticket, body: Bytes) {
        let record = self.legs.get(leg);
        let Some((call, link)) = record.and_then(|leg| Some((leg.call?, leg.link.clone()))) else {
            return self.done(ticket, Err(LegError::Ended));
        };
        let mut response = self.response(&link, StatusCode::OK);
        self.pass_answer(leg, &link, response.headers_mut());
        let response = response.with_body(&ContentType::sdp(), body);
        let order = Command::RespondInvite { call, response: Box::new(response) };
        if let Err(error) = self.order(order) {
            return self.done(ticket, Err(platform(Verb::Answer, error)));
        }
        let Some(record) = self.legs.get_mut(leg) else { return };
        record.state = LegState::Connected;
        let remote = record.session.as_ref().and_then(Session::remote);
        let called = record.bridge.clone();
        self.connect_media(leg, remote);
        self.tell(leg, LegEvent::Answered);
        self.done(ticket, Ok(()));
        // It was put through: whoever answered for it is there.
        if let Some(called) = called.filter(|leg| self.state_of(leg) == LegState::Connected) {
            self.let_talk(leg, &called);
        }
    }

    /// The caller has our answer, or the answer to our own offer has come in the ACK.
    pub(crate) fn acknowledged(&mut self, call: CallHandle, request: &Request) {
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let first = record.offer.take().is_some();
        let answer = multipart::session(request.headers(), request.body());
        if let (Some(session), Some(answer)) = (&mut record.session, answer)
            && session.accept(&answer).is_ok()
        {
            let remote = session.remote();
            self.connect_media(&leg, remote);
        }
        let agreed = self.legs.get(&leg).and_then(|leg| leg.session.as_ref()?.remote()).is_some();
        if first && !agreed {
            if let Some(record) = self.legs.get_mut(&leg) {
                record.cause = Some(unusable_offer());
            }
            return self.hang_up(&leg);
        }
        if first {
            self.tell(&leg, LegEvent::MediaActive);
        }
        self.reconcile_hold(&leg);
    }

    /// The peer offers another session: it holds, resumes, or only refreshes.
    pub(crate) fn reinvited(&mut self, call: CallHandle, request: &Request) {
        let Some(leg) = self.leg_of(call, Role::Main) else {
            return self.refuse(call, None, StatusCode::NOT_ACCEPTABLE_HERE);
        };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let link = record.link.clone();
        let ours = held_or_not(record.hold.wanted(), &link);
        let Some(session) = &mut record.session else {
            return self.refuse(call, Some(&link), StatusCode::NOT_ACCEPTABLE_HERE);
        };
        let offer = multipart::session(request.headers(), request.body());
        let body = match &offer {
            Some(offer) => session.answer(offer, ours),
            None => session.offer(ours),
        };
        let Ok(body) = body else {
            return self.refuse(call, Some(&link), StatusCode::NOT_ACCEPTABLE_HERE);
        };
        let (remote, held) = (session.remote(), session.peer_holds());
        if offer.is_some() {
            record.hold.agreed = record.hold.wanted();
        }
        let response = self.response(&link, StatusCode::OK).with_body(&ContentType::sdp(), body);
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
        self.connect_media(&leg, remote);
        if offer.is_some() {
            self.peer_hold_changed(&leg, held);
        }
    }

    /// Refuses an INVITE as whoever it was put through to has ended.
    pub(crate) fn refuse_as_told(
        &mut self,
        call: CallHandle,
        status: StatusCode,
        parting: &Parting,
    ) {
        let mut response = self.introduced(status);
        // RFC 6432: any response may tell a cause of Q.850, and no other.
        for reason in parting.reasons.iter().filter(|line| is_q850(line)) {
            response.headers_mut().push_header(reason.clone());
        }
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
    }

    /// Refuses an INVITE; a stranger learns nothing about the trunk.
    pub(crate) fn refuse(&mut self, call: CallHandle, link: Option<&Link>, status: StatusCode) {
        let mut response = match link {
            Some(_) => self.introduced(status),
            None => Response::new(status),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().set_typed(&RetryAfter::new(RETRY_AFTER_SECONDS));
        }
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
    }

    /// A response with our `Contact` and what else the profile asks for.
    pub(crate) fn response(&mut self, link: &Link, status: StatusCode) -> Response {
        let mut response = Response::new(status);
        // One response follows another on the same way; what they say of us is written once.
        if let Some((_, headers)) = self.presented.as_ref().filter(|(at, _)| *at == link.contact) {
            response.headers_mut().clone_from(headers);
            return response;
        }
        response.headers_mut().clone_from(&self.introduction);
        let (host, port, transport) = &link.contact;
        if let Ok(contact) = headers::reachable_at(host, *port, *transport) {
            response.headers_mut().set_typed(&Contact::new(contact));
        }
        self.presented = Some((link.contact.clone(), response.headers().clone()));
        response
    }

    fn introduced(&self, status: StatusCode) -> Response {
        let mut response = Response::new(status);
        response.headers_mut().clone_from(&self.introduction);
        response
    }

    /// Whether another leg fits; emergency calls have as much room again to themselves.
    pub(crate) fn has_room(&self, emergency: bool) -> bool {
        let bound = self.config.limits.legs;
        self.legs.len() < if emergency { bound.saturating_mul(2) } else { bound }
    }

    fn next_inbound(&mut self) -> LegId {
        loop {
            self.inbound = self.inbound.saturating_add(1);
            let leg = LegId::numbered("S", self.inbound);
            if !self.legs.contains_key(&leg) {
                return leg;
            }
        }
    }
}

/// How we want the flow while we hold, or do not. Teams knows `inactive` alone.
pub(crate) fn held_or_not(hold: bool, link: &Link) -> Flow {
    match (hold, link.side) {
        (false, _) => Flow::SendRecv,
        (true, Side::Teams) => Flow::Inactive,
        (true, _) => Flow::SendOnly,
    }
}

pub(crate) fn platform(
    verb: Verb,
    error: impl std::error::Error + Send + Sync + 'static,
) -> LegError {
    LegError::Platform { verb, source: Box::new(error) }
}

fn unusable_offer() -> EndCause {
    EndCause::new(EndReason::Failed, EndedBy::Local).codes(488, None)
}
