//! Within an answered call: re-INVITE both ways, glare and BYE (RFC 3261 §14 and §15).

use teams_cc_core::Instant;

use super::{
    CallEnd, Error, Event, Extras, Turned,
    core::{Core, Incoming, Owner},
    draft::{Scope, add},
};
use crate::{
    dialog::{Call, Offer, PeerOffer, Stage},
    message::{CSeq, Headers, Method, Response, StatusCode, typed::RetryAfter},
};

/// How often a re-INVITE is sent before a peer's 491 counts as its answer.
const GLARE_TRIES: u32 = 5;
/// Bound of the random Retry-After, in seconds (RFC 3261 §14.2).
const RETRY_SECONDS: u64 = 10;

impl Core {
    /// Sends BYE and ends the call, whatever becomes of the BYE (RFC 3261 §15.1.1).
    pub(crate) fn hang_up(&mut self, now: Instant, call: &mut Call, extras: &Extras, end: CallEnd) {
        let owner = Owner::InCall(call.handle);
        // A BYE that cannot be sent leaves nothing to do: the peer ends by its own timers.
        let _ = self.send_in_call(now, call, owner, Method::Bye, extras);
        self.end(now, call, end);
    }

    /// The application offers another session.
    pub(crate) fn re_invite(
        &mut self,
        now: Instant,
        call: &mut Call,
        extras: Extras,
    ) -> Result<(), Error> {
        add(&extras.headers, Scope::Settled, &mut Headers::new())?;
        if !matches!(call.stage, Stage::Up) || call.bye.is_some() || call.offer.is_some() {
            return Err(Error::WrongState { order: "offer another session", state: call.state() });
        }
        // An offer that meets another waits as after a 491 (§14.1).
        let wait = call.is_negotiating();
        let at = if wait { now + self.glare(call.outgoing) } else { now };
        call.offer = Some(Offer { extras, transaction: None, at, tries: 0 });
        if !wait {
            self.send_offer(now, call);
        }
        Ok(())
    }

    /// Sends our re-INVITE where nothing stands in its way, else waits again.
    fn send_offer(&mut self, now: Instant, call: &mut Call) {
        let blocked = call.is_negotiating();
        let again = self.glare(call.outgoing);
        let Some(mut offer) = call.offer.take() else { return };
        if blocked {
            offer.at = now + again.max(self.config.timers.t1);
            call.offer = Some(offer);
            return;
        }
        let owner = Owner::ReInvite(call.handle);
        match self.send_in_call(now, call, owner, Method::Invite, &offer.extras) {
            Ok(transaction) => {
                offer.transaction = Some(transaction);
                offer.at = now + self.config.invite_limit;
                offer.tries += 1;
                call.offer = Some(offer);
            }
            Err(_) => self.event(Event::ReInviteRefused { call: call.handle, response: None }),
        }
    }

    /// Our re-INVITE's time has come: to be sent, or to be given up.
    pub(crate) fn on_offer_time(&mut self, now: Instant, call: &mut Call) {
        match call.offer.as_ref().map(|offer| offer.transaction) {
            Some(None) => self.send_offer(now, call),
            Some(Some(transaction)) => {
                self.table.forget(transaction);
                self.on_offer_lost(now, call, None);
            }
            None => {}
        }
    }

    /// A response to our re-INVITE came.
    pub(crate) fn on_offer_response(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Box<Response>,
    ) {
        let status = response.status();
        let Ok(cseq) = response.headers().required::<CSeq>() else { return };
        if status.is_provisional() {
            return;
        }
        if status.is_success() {
            if call.acked.as_ref().is_some_and(|(number, ..)| *number == cseq.number) {
                self.acknowledge_again(call, cseq.number);
                return;
            }
            // Even a call that is over acknowledges what it asked for.
            if let Some(dialog) = call.dialog.as_mut() {
                dialog.refresh(response.headers());
                let (ack, hop) = dialog.ack(cseq.number);
                let sent = self.send_ack(call, ack, &hop);
                call.acked = sent.map(|(ack, route)| (cseq.number, ack, route));
            }
            if call.offer.take().is_some() {
                self.event(Event::ReInviteAnswered { call: call.handle, response });
            }
            return;
        }
        if call.offer.is_none() {
            return;
        }
        match status {
            StatusCode::REQUEST_PENDING => {
                let delay = self.glare(call.outgoing);
                if let Some(offer) = call.offer.as_mut().filter(|offer| offer.tries < GLARE_TRIES) {
                    offer.transaction = None;
                    offer.at = now + delay;
                    return;
                }
                self.refused(call, Some(response));
            }
            // The peer no longer knows the call (§12.2.1.2).
            StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT => {
                self.on_offer_lost(now, call, Some(response));
            }
            _ => self.refused(call, Some(response)),
        }
    }

    fn refused(&mut self, call: &mut Call, response: Option<Box<Response>>) {
        if call.offer.take().is_some() {
            self.event(Event::ReInviteRefused { call: call.handle, response });
        }
    }

    /// Our re-INVITE found nobody: the call is hung up (§12.2.1.2).
    pub(crate) fn on_offer_lost(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Option<Box<Response>>,
    ) {
        if call.is_over() {
            return;
        }
        self.refused(call, response);
        self.hang_up(now, call, &Extras::new(), CallEnd::Lost);
    }

    /// A peer's re-INVITE came, newer than all before it.
    pub(crate) fn on_re_invite(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        let early = matches!(call.stage, Stage::Ringing(_) | Stage::Calling(_));
        let ours = call.offer.as_ref().is_some_and(|offer| offer.transaction.is_some());
        let draft = if early || call.peer_offer.is_some() {
            // §14.2: the first one is not dealt with.
            let seconds = u32::try_from(self.tokens.number() % (RETRY_SECONDS + 1)).unwrap_or(0);
            Response::new(StatusCode::SERVER_INTERNAL_ERROR).with(&RetryAfter::new(seconds))
        } else if ours || call.answer.is_some() {
            Response::new(StatusCode::REQUEST_PENDING)
        } else {
            let owner = Owner::PeerInvite(call.handle);
            let transaction = self.take(now, owner, &incoming, Some(call));
            let limit = now + self.config.ring_limit;
            call.peer_offer = Some(PeerOffer { transaction, limit });
            self.answer(now, transaction, &Response::new(StatusCode::TRYING), call);
            self.event(Event::ReInvite {
                call: call.handle,
                origin: incoming.origin,
                request: incoming.request,
            });
            return;
        };
        self.answer_in_call(now, call, &incoming, &draft);
        self.turned(incoming.origin, Turned::Glare);
    }

    /// A peer's BYE came.
    pub(crate) fn on_bye(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        self.answer_in_call(now, call, &incoming, &Response::new(StatusCode::OK));
        if let Stage::Ringing(ringing) = &call.stage {
            // A caller may end an early dialog this way (§15).
            let transaction = ringing.transaction;
            let terminated = Response::new(StatusCode::REQUEST_TERMINATED);
            self.answer(now, transaction, &terminated, call);
        }
        self.end(now, call, CallEnd::PeerHungUp(incoming.request));
    }
}
