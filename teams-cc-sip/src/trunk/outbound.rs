//! Calls that go out, over the order of proxies.

use std::collections::VecDeque;

use teams_cc_core::{
    Address, LegId, TenantId,
    contact::{Direction, EndCause, EndReason, EndedBy, LegEvent, LegState},
};

use super::{
    Destination, Via,
    admission::Side,
    call::{Attempt, LegRecord, Link, Role, Shown, Waiting, Whither},
    engine::Engine,
    input::{LocalMedia, Output, Ticket},
    invite::Invite,
    multipart,
    session::Session,
};
use crate::{
    direct_routing::{
        Attempt as Verdict, after_response, carrier_request_uri, headers, teams_request_uri,
    },
    endpoint::{CallEnd, CallHandle, Command},
    error::{Error, ErrorKind},
    gate::{Ask, Grant},
    message::{Response, typed::RetryAfter},
    sdp::Direction as Flow,
};

/// How many further servers of a carrier that the DNS names are tried for one call.
const FURTHER_SERVERS: usize = 2;

impl Engine {
    /// Starts a call; the INVITE goes out once its media is open.
    pub(crate) fn dial(&mut self, ticket: Ticket, to: Destination) {
        let leg = to.leg.clone();
        let record = match self.room_for(&to).and_then(|()| self.outbound_leg(to)) {
            Ok(record) => LegRecord { waiting: Some(Waiting::Dial(ticket)), ..record },
            Err(error) => {
                return self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
            }
        };
        self.legs.insert(leg.clone(), Box::new(record));
        self.outputs.push_back(Output::OpenMedia { media: leg });
    }

    /// A leg that the gate lets out, counted from here on; nothing is sent for it yet.
    pub(crate) fn outbound_leg(&mut self, to: Destination) -> Result<LegRecord, Error> {
        let (to, link, grant) = self.may_dial(to)?;
        let emergency = grant.is_none();
        // Whoever helps must be able to call back, and to see who called.
        let mut carried = to.carried;
        if emergency {
            carried.drop_privacy();
        }
        if let Some(by) = to.diverted_by {
            carried.add_forwarding(by);
        }
        let heeds = self.config.headers_towards(link.side).privacy;
        let private = !emergency && (to.private || (heeds && carried.wants_privacy()));
        let left = match link.side {
            Side::Teams => self.failover.order(self.now).into(),
            // The DNS names a carrier's servers; these count those that may still be tried.
            Side::Carrier(_) => (0..FURTHER_SERVERS).collect(),
            Side::Lab => VecDeque::new(),
        };
        let party = Address::Phone(to.number.clone());
        let shown = Shown { number: to.from, display: to.display, private };
        let attempt = Attempt {
            whither: match to.via {
                Via::Voicemail { .. } if !emergency => Whither::Voicemail(to.number),
                _ => Whither::Number(to.number),
            },
            left,
            proxy: None,
            progressed: false,
            emergency: to.emergency,
            carried,
            optimization: to.optimization,
        };
        let record = LegRecord::new(to.leg, Direction::Outbound, party, link, shown);
        Ok(LegRecord { attempt: Some(Box::new(attempt)), grant, emergency, ..record })
    }

    /// The driver has opened a stream, or could not.
    pub(crate) fn media_opened(&mut self, media: &LegId, local: Option<LocalMedia>) {
        let Some(record) = self.legs.get_mut(media) else {
            return self.replacement_media(media, local);
        };
        match (&record.waiting, local) {
            (Some(Waiting::Answer(_)), Some(local)) => self.answer(media, local),
            (Some(Waiting::Dial(_)), Some(local)) => self.invite(media, local),
            (&Some(Waiting::EarlyMedia(status)), Some(local)) => {
                self.early_media(media, status, local);
            }
            (Some(_), None) => self.media_failed(media),
            (None, _) => {}
        }
    }

    /// The next proxy is tried where the end of an attempt was about the proxy.
    pub(crate) fn try_next_proxy(&mut self, leg: &LegId, end: &CallEnd) -> bool {
        let Some(record) = self.legs.get_mut(leg) else { return false };
        let ending = record.ending;
        let Some(attempt) = record.attempt.as_mut() else { return false };
        let Some(proxy) = attempt.proxy else { return self.try_next_server(leg, end) };
        let delivered = attempt.progressed;
        let Verdict::Next { hold_down } = verdict(end, &attempt.whither, delivered) else {
            return false;
        };
        self.failover.hold_down(self.now, proxy, hold_down);
        // A 503 ends the connection it came on (Learn, *Direct Routing: SIP protocol*).
        if matches!(end, CallEnd::Rejected(response) if response.status().as_u16() == 503)
            && let Some(target) = self.monitored.get(proxy).cloned()
        {
            self.outputs.push_back(Output::CloseTarget { target });
        }
        tracing::info!(leg = %leg, proxy, "the proxy failed; the next one is tried");
        !ending && self.send_invite(leg, Role::Main).is_ok()
    }

    /// Our INVITE makes progress.
    pub(crate) fn provisional(&mut self, call: CallHandle, response: &Response) {
        let status = response.status().as_u16();
        if status == 100 {
            return;
        }
        if let Some(leg) = self.leg_of(call, Role::Replacement) {
            return self.replacement_progress(&leg, response);
        }
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        if let Some(attempt) = &mut record.attempt {
            attempt.progressed = true;
        }
        let first = status != 181 && !std::mem::replace(&mut record.alerted, true);
        // A 183 of one fork connects early media; the answer, of whatever fork, replaces it.
        let early = multipart::session(response.headers(), response.body());
        let remote = match (&mut record.session, early) {
            (Some(session), Some(early)) => {
                session.accept(&early).ok().and_then(|()| session.remote())
            }
            _ => None,
        };
        let media = remote.is_some();
        self.connect_media(&leg, remote);
        let head = self.head_of(&leg);
        if status == 181 {
            self.tell(&head, LegEvent::Diverted);
        } else if first && self.rings_first(&head) {
            self.tell(&head, LegEvent::Ringing);
        }
        self.relay_progress(&leg, status, media);
    }

    /// Our INVITE is answered.
    pub(crate) fn answered(&mut self, call: CallHandle, response: &Response) {
        if let Some(leg) = self.leg_of(call, Role::Replacement) {
            return self.replacement_answered(&leg, call, response);
        }
        let Some(leg) = self.leg_of(call, Role::Main) else { return };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let attempt = record.attempt.take();
        let proxy = attempt.as_ref().and_then(|attempt| attempt.proxy);
        record.carried = attempt.and_then(|attempt| attempt.carried.again());
        let remote = record.session.as_mut().and_then(|session| agree(session, response));
        let planned = record.place.is_some();
        if let Some(proxy) = proxy {
            self.failover.restore(proxy);
        }
        if planned && remote.is_none() {
            return self.unusable_answer(&leg, call);
        }
        let leg = self.take_call(&leg);
        self.keep_answer(&leg, response.headers());
        if let Some(record) = self.legs.get_mut(&leg) {
            record.state = LegState::Connected;
        }
        self.tell(&leg, LegEvent::Answered);
        if remote.is_none() {
            if let Some(record) = self.legs.get_mut(&leg) {
                let cause = EndCause::new(EndReason::Failed, EndedBy::Local);
                record.cause = Some(cause.codes(488, None));
            }
            return self.hang_up(&leg);
        }
        self.connect_media(&leg, remote);
        self.tell(&leg, LegEvent::MediaActive);
        self.destination_answered(&leg);
    }

    /// Sends the INVITE of a leg, or of the call that is to replace it, to the next target.
    pub(crate) fn send_invite(&mut self, leg: &LegId, role: Role) -> Result<(), Error> {
        let call = self.endpoint.reserve_call();
        let record = self.legs.get_mut(leg).ok_or(ErrorKind::Protocol)?;
        let (link, shown) = (record.link.clone(), record.shown.clone());
        let (attempt, session) = match (role, &mut record.transfer) {
            (Role::Replacement, Some(transfer)) => (&mut transfer.attempt, &mut transfer.session),
            (Role::Main, _) => {
                (record.attempt.as_deref_mut().ok_or(ErrorKind::Protocol)?, &mut record.session)
            }
            _ => return Err(ErrorKind::Protocol.into()),
        };
        let to = match link.side {
            Side::Teams => {
                let proxy = attempt.left.pop_front().ok_or(ErrorKind::UnknownPeer)?;
                attempt.proxy = Some(proxy);
                let proxies = self.config.teams.as_ref().map(|teams| &teams.proxies);
                proxies.and_then(|proxies| proxies.get(proxy)).cloned()
            }
            Side::Carrier(position) => {
                self.config.carriers.get(position).and_then(|carrier| carrier.target.clone())
            }
            Side::Lab => None,
        }
        .ok_or(ErrorKind::UnknownPeer)?;
        let session = session.as_mut().ok_or(ErrorKind::Protocol)?;
        let offer = session
            .offer(Flow::SendRecv)
            .map_err(|error| Error::caused_by(ErrorKind::Protocol, error))?;
        let policy = self.config.headers_towards(link.side);
        let trusted = self.config.trusts(link.side);
        let invite =
            Invite { link: &link, shown: &shown, attempt, to: &to, offer, policy, trusted };
        let mut request = invite.build()?;
        headers::introduce(request.headers_mut(), self.config.refer, &self.config.product)
            .map_err(|error| Error::caused_by(ErrorKind::Config, error))?;
        match role {
            Role::Replacement => {
                if let Some(transfer) = &mut record.transfer {
                    transfer.call = Some(call);
                }
            }
            _ => record.call = Some(call),
        }
        self.calls.insert(call, (leg.clone(), role));
        let policy = self.policy_of(link.side);
        let order = Command::InviteWith { call, to, request: Box::new(request), policy };
        self.order(order).map_err(|error| {
            self.calls.remove(&call);
            Error::caused_by(ErrorKind::Protocol, error)
        })
    }

    /// Tells the media port where a leg's peer wants its packets.
    pub(crate) fn connect_media(&mut self, leg: &LegId, remote: Option<super::RemoteMedia>) {
        let session = self.legs.get(leg).and_then(|record| record.session.as_ref());
        if let (Some(session), Some(remote)) = (session, remote) {
            let media = session.media().clone();
            self.outputs.push_back(Output::ConnectMedia { media, remote: Box::new(remote) });
        }
    }

    pub(crate) fn next_session(&mut self) -> u64 {
        self.sessions = self.sessions.wrapping_add(1);
        self.sessions
    }

    /// The tenant that a call is made for.
    pub(crate) fn tenant_of_call(&self, to: &Destination) -> Option<TenantId> {
        to.tenant.clone().or_else(|| match &to.via {
            Via::Teams { tenant } | Via::Voicemail { tenant } => {
                self.config.tenants.of_host(tenant.as_str()).cloned()
            }
            Via::Carrier(_) => None,
        })
    }

    /// Whether another leg can be made for this.
    pub(crate) fn room_for(&self, to: &Destination) -> Result<(), Error> {
        let tenant = self.tenant_of_call(to);
        let emergency = self.is_emergency(tenant.as_ref(), &to.number);
        if self.draining && !emergency {
            return Err(ErrorKind::Stopped.into());
        }
        if self.legs.contains_key(&to.leg) {
            return Err(ErrorKind::LegInUse.into());
        }
        if self.has_room(emergency) { Ok(()) } else { Err(ErrorKind::Full.into()) }
    }

    /// Which way a call goes and as what it is counted; one for help is not counted.
    fn may_dial(
        &mut self,
        mut to: Destination,
    ) -> Result<(Destination, Link, Option<Grant>), Error> {
        let tenant = self.tenant_of_call(&to);
        let emergency = self.is_emergency(tenant.as_ref(), &to.number);
        if emergency && let Some(route) = self.emergency_route(tenant.as_ref()) {
            to.via = route;
        }
        let link = self.link_via(&to.via)?;
        let mut grant = None;
        if !emergency {
            let passage = self.gate.ask(
                self.now,
                &Ask {
                    tenant: tenant.as_ref(),
                    purpose: to.purpose,
                    towards: link.side.towards(),
                    number: &to.number,
                    shown: &to.from,
                    diverted_by: to.diverted_by.as_ref(),
                },
            );
            let passage = passage.map_err(ErrorKind::Refused)?;
            (to.number, to.from, grant) = (passage.number, passage.shown, passage.grant);
        }
        // The host is not the matter here: whether the number can be written is.
        let written = match link.side {
            Side::Teams => teams_request_uri(&to.number, "teams.invalid").map(drop),
            _ => carrier_request_uri(&to.number, "carrier.invalid").map(drop),
        };
        if let Err(fault) = written {
            if let Some(grant) = grant {
                self.gate.release(grant);
            }
            return Err(Error::caused_by(ErrorKind::InvalidNumber, fault));
        }
        Ok((to, link, grant))
    }

    fn invite(&mut self, leg: &LegId, local: LocalMedia) {
        let session = self.next_session();
        let Some(record) = self.legs.get_mut(leg) else { return };
        let Some(Waiting::Dial(ticket)) = record.waiting.take() else { return };
        let encrypted = record.link.encrypted;
        record.session = Some(Session::new(leg.clone(), local, session, encrypted));
        let party = record.party.clone();
        let outcome = match self.send_invite(leg, Role::Main) {
            Ok(()) => Ok(party),
            Err(error) => return self.not_dialled(leg, ticket, error),
        };
        self.destination_called(leg);
        self.outputs.push_back(Output::Dialled { ticket, outcome });
    }

    /// Nothing was sent for a leg: it never was.
    fn not_dialled(&mut self, leg: &LegId, ticket: Ticket, error: Error) {
        if self.legs.get(leg).is_some_and(|record| record.place.is_some()) {
            return self.destination_failed(leg, ticket, error);
        }
        if self.forget(leg).is_some_and(|record| record.session.is_some()) {
            self.outputs.push_back(Output::CloseMedia { media: leg.clone() });
        }
        self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
    }

    fn media_failed(&mut self, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        match record.waiting.take() {
            Some(Waiting::Dial(ticket)) => self.not_dialled(leg, ticket, ErrorKind::Media.into()),
            Some(Waiting::Answer(ticket)) => {
                let error = Error::new(ErrorKind::Media);
                self.done(
                    ticket,
                    Err(super::inbound::platform(teams_cc_core::contact::Verb::Answer, error)),
                );
                self.refuse_or_hang_up(leg, crate::message::StatusCode::SERVICE_UNAVAILABLE);
            }
            // The caller rings without the sound of the called side.
            Some(Waiting::EarlyMedia(status)) => self.let_ring(leg, status, None),
            None => {}
        }
    }
}

/// What an answer agrees on; an answer without a description keeps what a 183 agreed.
pub(crate) fn agree(session: &mut Session, response: &Response) -> Option<super::RemoteMedia> {
    if let Some(answer) = multipart::session(response.headers(), response.body())
        && let Err(error) = session.accept(&answer)
    {
        tracing::warn!(%error, "the answer to our offer cannot be used");
        return None;
    }
    session.remote()
}

/// Whether the end of one attempt leads to the next proxy.
pub(crate) fn verdict(end: &CallEnd, whither: &Whither, delivered: bool) -> Verdict {
    let transfer = matches!(whither, Whither::Referred { .. });
    match end {
        CallEnd::Rejected(response) if !delivered => {
            let wait = response.headers().typed::<RetryAfter>().ok().flatten();
            let wait = wait.map(|wait| std::time::Duration::from_secs(wait.seconds.into()));
            after_response(response.status().as_u16(), wait, transfer)
        }
        // Nothing reached the proxy, so even the INVITE of a transfer is not sent twice.
        CallEnd::Unreachable => Verdict::Next { hold_down: None },
        CallEnd::NoResponse if !transfer && !delivered => Verdict::Next { hold_down: None },
        _ => Verdict::Stop,
    }
}
