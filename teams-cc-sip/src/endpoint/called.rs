//! A peer's INVITE: taken, rung, answered, refused, withdrawn (RFC 3261 §9.2 and §13.3).

use std::time::Duration;

use teams_cc_core::Instant;

use super::{
    CallEnd, CallHandle, Error, Event, Extras, Reliability, Turned,
    core::{Core, Incoming, Owner},
};
use crate::{
    dialog::{
        Answer, Call, Carrier, Dialog, PeerOffer, Ringing, Side, Stage, has_session,
        option_tag::{self, RELIABLE},
    },
    message::{CSeq, HeaderName, Request, Response, StatusCode},
    transaction::TransactionId,
};

/// How often a provisional response is sent again (RFC 3261 §13.3.1.1).
const RING_REFRESH: Duration = Duration::from_mins(1);

impl Core {
    /// Takes a peer's INVITE in; nothing where it cannot make a dialog.
    pub(crate) fn take_invite(
        &mut self,
        now: Instant,
        incoming: Incoming,
        replaces: Option<CallHandle>,
    ) -> Option<Call> {
        let tag = self.tokens.tag();
        let dialog = Dialog::of_request(&incoming.request, &incoming.envelope, &tag);
        let contact = self.config.contact(incoming.origin.transport);
        let (Ok(dialog), Ok(contact)) = (dialog, contact) else {
            self.refuse(&incoming, &Response::new(StatusCode::BAD_REQUEST), Turned::BadRequest);
            return None;
        };
        let handle = CallHandle(self.number());
        let transaction = self.take(now, Owner::PeerInvite(handle), &incoming, None);
        let limit = now + self.config.ring_limit;
        let patience = self.config.trying_after;
        let waits = !patience.is_zero() && !incoming.origin.transport.is_reliable();
        let trying = waits.then(|| now + patience);
        let ringing = Ringing { transaction, limit, trying, refresh: None };
        let policy = self.config.policy;
        let mut call = Call::new(handle, Stage::Ringing(ringing), contact, policy);
        call.live = 1;
        call.origin = Some(incoming.origin);
        self.dialogs.insert(dialog.id.clone(), handle);
        call.dialog = Some(Box::new(dialog));
        self.active += 1;
        if !waits {
            self.answer(now, transaction, &Response::new(StatusCode::TRYING), &call);
        }
        self.event(Event::IncomingInvite {
            call: handle,
            origin: incoming.origin,
            request: incoming.request,
            replaces,
        });
        Some(call)
    }

    /// The application responds to the INVITE or re-INVITE that waits for it.
    pub(crate) fn respond_invite(
        &mut self,
        now: Instant,
        call: &mut Call,
        draft: &Response,
    ) -> Result<(), Error> {
        let transaction = match (&call.stage, &call.peer_offer) {
            _ if call.is_held() => {
                let state = call.state();
                return Err(Error::WrongState { order: "respond to an INVITE", state });
            }
            (Stage::Ringing(ringing), _) => ringing.transaction,
            (Stage::Up, Some(offer)) => offer.transaction,
            _ => {
                let state = call.state();
                return Err(Error::WrongState { order: "respond to an INVITE", state });
            }
        };
        let status = draft.status();
        if status == StatusCode::TRYING {
            return Err(Error::Status(status.as_u16()));
        }
        // The Contact the application names holds for all that follows in the dialog.
        if let Some(contact) = draft.headers().get_all(HeaderName::Contact).next() {
            call.contact = contact.to_header();
        }
        let request = self.table.shared_request(transaction).ok_or(Error::NoTarget)?;
        let tag = call.dialog.as_ref().map_or("", |dialog| dialog.local_tag());
        let response = self.config.response(&request, draft, tag, Some(&call.contact))?;
        let late = Error::Status(status.as_u16());
        if status.is_provisional() {
            self.respond_provisional(now, call, transaction, &request, response)?;
            if let Stage::Ringing(ringing) = &mut call.stage {
                ringing.trying = None;
                ringing.refresh = Some(now + RING_REFRESH);
            }
            return Ok(());
        }
        if status.is_success() {
            if Self::must_hold(call, transaction)
                && let Some(reliable) = &mut call.reliable
            {
                reliable.held = Some(Box::new(response));
                return Ok(());
            }
            let sent = self.answer_invite(now, call, transaction, &request, response);
            return if sent { Ok(()) } else { Err(late) };
        }
        if !self.table.respond(now, transaction, response, &mut self.out) {
            return Err(late);
        }
        if let Some(reliable) = &mut call.reliable {
            reliable.finish();
        }
        if call.peer_offer.take().is_none() {
            self.end(now, call, CallEnd::Refused(status));
        } else if let Some(dialog) = &mut call.dialog {
            dialog.session.refused(Side::Them, Carrier::Invite);
        }
        Ok(())
    }

    /// Sends the 2xx to an INVITE or re-INVITE; whether it was still due.
    pub(crate) fn answer_invite(
        &mut self,
        now: Instant,
        call: &mut Call,
        transaction: TransactionId,
        request: &Request,
        mut response: Response,
    ) -> bool {
        call.agree_timer(now, request.headers(), response.headers_mut());
        if call.policy.reliability != Reliability::Off {
            option_tag::support(response.headers_mut(), RELIABLE);
        }
        self.config.receive_info(response.headers_mut());
        if let Some(dialog) = &mut call.dialog {
            let session = has_session(response.headers(), response.body());
            dialog.session.note(Side::Us, Carrier::Success, session);
            dialog.describe(response.headers(), response.body());
        }
        if !self.table.respond(now, transaction, response, &mut self.out) {
            return false;
        }
        if let Some(reliable) = &mut call.reliable {
            reliable.finish();
        }
        if call.peer_offer.take().is_some()
            && let Some(dialog) = &mut call.dialog
        {
            dialog.refresh(request.headers());
        }
        call.stage = Stage::Up;
        call.answer = Some(self.unacknowledged(now, transaction, request));
        true
    }

    fn unacknowledged(
        &self,
        now: Instant,
        transaction: TransactionId,
        request: &Request,
    ) -> Answer {
        let interval = self.config.timers.t1;
        Answer {
            transaction,
            // The CSeq was read when the request came.
            number: request.headers().required::<CSeq>().map_or(0, |cseq| cseq.number),
            interval,
            resend: now + interval,
            limit: now + self.config.timers.limit(),
        }
    }

    /// The peer withdraws an INVITE that has this transaction.
    pub(crate) fn on_cancel(
        &mut self,
        now: Instant,
        call: &mut Call,
        transaction: TransactionId,
        cancel: Box<Request>,
    ) {
        let terminated = Response::new(StatusCode::REQUEST_TERMINATED);
        match &call.stage {
            Stage::Ringing(ringing) if ringing.transaction == transaction => {
                self.answer(now, transaction, &terminated, call);
                self.end(now, call, CallEnd::Cancelled(cancel));
            }
            _ if call.peer_offer.as_ref().is_some_and(|o| o.transaction == transaction) => {
                self.withdraw_peer_offer(now, call, &terminated);
            }
            // The final response has been sent: the CANCEL changes nothing (§9.2).
            _ => {}
        }
    }

    pub(crate) fn withdraw_peer_offer(&mut self, now: Instant, call: &mut Call, draft: &Response) {
        if let Some(PeerOffer { transaction, .. }) = call.peer_offer.take() {
            self.answer(now, transaction, draft, call);
            if let Some(reliable) = &mut call.reliable {
                reliable.finish();
            }
            if let Some(dialog) = &mut call.dialog {
                dialog.session.refused(Side::Them, Carrier::Invite);
            }
            self.event(Event::ReInviteCancelled { call: call.handle });
        }
    }

    /// The application let a peer's INVITE ring too long, or it is time to say that it is here or
    /// that it rings.
    pub(crate) fn on_ring_time(&mut self, now: Instant, call: &mut Call) {
        let Stage::Ringing(ringing) = &mut call.stage else { return };
        let transaction = ringing.transaction;
        if ringing.limit <= now {
            let draft = Response::new(StatusCode::TEMPORARILY_UNAVAILABLE);
            self.answer(now, transaction, &draft, call);
            self.end(now, call, CallEnd::RangOut);
        } else if ringing.trying.is_some_and(|at| at <= now) {
            ringing.trying = None;
            self.answer(now, transaction, &Response::new(StatusCode::TRYING), call);
        } else if ringing.refresh.is_some_and(|at| at <= now) {
            ringing.refresh = Some(now + RING_REFRESH);
            self.table.resend(transaction, &mut self.out);
        }
    }

    /// The application let a peer's re-INVITE wait too long.
    pub(crate) fn on_peer_offer_limit(&mut self, now: Instant, call: &mut Call) {
        let draft = Response::new(StatusCode::TEMPORARILY_UNAVAILABLE);
        self.withdraw_peer_offer(now, call, &draft);
    }

    /// Our answer waits for its ACK: it is sent again, or the call is given up (§13.3.1.4).
    pub(crate) fn on_answer_time(&mut self, now: Instant, call: &mut Call) {
        let Some(answer) = call.answer.as_mut() else { return };
        if answer.limit <= now {
            call.answer = None;
            let end = if call.bye.is_some() { CallEnd::HungUp } else { CallEnd::NoAck };
            let extras = call.bye.take().unwrap_or_default();
            self.hang_up(now, call, &extras, end);
        } else if answer.resend <= now {
            answer.interval = self.config.timers.back_off(answer.interval);
            answer.resend = now + answer.interval;
            let transaction = answer.transaction;
            self.table.resend(transaction, &mut self.out);
        }
    }

    /// The ACK to our answer came.
    pub(crate) fn on_answer_ack(&mut self, now: Instant, call: &mut Call, ack: Box<Request>) {
        if let Some(answer) = call.answer.take()
            && self.table.acknowledged(answer.transaction, Owner::Answered)
        {
            call.live = call.live.saturating_sub(1);
        }
        // One that is not confirmed is kept: its PRACK may be late.
        call.reliable = call.reliable.take().filter(|reliable| !reliable.is_confirmed());
        if let Some(dialog) = &mut call.dialog {
            let session = has_session(ack.headers(), ack.body());
            dialog.session.note(Side::Them, Carrier::Ack, session);
        }
        if let Some(extras) = call.bye.take() {
            self.hang_up(now, call, &extras, CallEnd::HungUp);
        } else {
            self.event(Event::Acknowledged { call: call.handle, request: ack });
        }
    }

    /// The application hangs up.
    pub(crate) fn bye(
        &mut self,
        now: Instant,
        call: &mut Call,
        extras: Extras,
    ) -> Result<(), Error> {
        use super::draft::{Scope, add};
        add(&extras.headers, Scope::Settled, &mut crate::message::Headers::new())?;
        if let (Stage::Ringing(ringing), true) = (&call.stage, call.is_held()) {
            // The answer has not left: the INVITE is refused instead.
            let draft = Response::new(StatusCode::TEMPORARILY_UNAVAILABLE);
            self.answer(now, ringing.transaction, &draft, call);
            self.end(now, call, CallEnd::HungUp);
            return Ok(());
        }
        if !matches!(call.stage, Stage::Up) || call.bye.is_some() {
            return Err(Error::WrongState { order: "hang up", state: call.state() });
        }
        if call.answer.is_some() && !call.outgoing {
            // A called side sends no BYE before the ACK (§15).
            call.bye = Some(extras);
        } else {
            self.hang_up(now, call, &extras, CallEnd::HungUp);
        }
        Ok(())
    }
}
