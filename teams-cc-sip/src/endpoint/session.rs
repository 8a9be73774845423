//! Within an answered call: re-INVITE both ways, glare and BYE (RFC 3261 §14 and §15).

use std::time::Duration;

use teams_cc_core::Instant;

use super::{
    CallEnd, Error, Event, Extras, Turned,
    core::{Core, Incoming, Owner},
    draft::{Scope, add},
    within::Ask,
};
use crate::{
    dialog::{
        By, Call, Carrier, Offer, OwedAck, PeerOffer, Reading, Side, Stage, has_session,
        session_timer,
    },
    message::{CSeq, Headers, Method, Response, StatusCode, typed::RetryAfter},
};

/// How often a re-INVITE is sent before a peer's 491 counts as its answer.
const GLARE_TRIES: u32 = 5;
/// Bound of the random Retry-After, in seconds (RFC 3261 §14.2).
const RETRY_SECONDS: u64 = 10;

/// A Retry-After that is chosen at random (RFC 3261 §14.2).
pub(crate) fn retry_seconds(random: u64) -> u32 {
    u32::try_from(random % (RETRY_SECONDS + 1)).unwrap_or(0)
}

impl Core {
    /// Sends BYE and ends the call, whatever becomes of the BYE (RFC 3261 §15.1.1).
    pub(crate) fn hang_up(&mut self, now: Instant, call: &mut Call, extras: &Extras, end: CallEnd) {
        self.send_owed_ack(call, &Extras::new());
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
        if !matches!(call.stage, Stage::Up) || call.bye.is_some() || !call.may_change() {
            return Err(Error::WrongState { order: "offer another session", state: call.state() });
        }
        self.begin(now, call, Offer::new(By::ReInvite, None, extras));
        Ok(())
    }

    /// Begins a change of the session that the application orders.
    pub(crate) fn begin(&mut self, now: Instant, call: &mut Call, mut offer: Offer) {
        if call.offer.as_ref().is_some_and(|refresh| refresh.transaction.is_some()) {
            // Only a refresh can be under way: this comes after it.
            call.next = Some(Box::new(offer));
            return;
        }
        // An offer that meets another waits as after a 491 (§14.1).
        let session = has_session(&offer.extras.headers, &offer.extras.body);
        let wait = call.is_negotiating() && (session || offer.by == By::ReInvite);
        offer.at = if wait { now + self.glare(call.outgoing) } else { now };
        // A refresh that still waits has become needless: this one refreshes too.
        call.offer = Some(Box::new(offer));
        if !wait {
            self.send_offer(now, call);
        }
    }

    /// Begins what had to wait for a refresh.
    pub(crate) fn begin_next(&mut self, now: Instant, call: &mut Call) {
        if let Some(next) = call.next.take()
            && matches!(call.stage, Stage::Up)
            && call.bye.is_none()
        {
            self.begin(now, call, *next);
        }
    }

    /// Sends our re-INVITE or UPDATE where nothing stands in its way, else waits again.
    pub(crate) fn send_offer(&mut self, now: Instant, call: &mut Call) {
        let again = self.glare(call.outgoing);
        let Some(mut offer) = call.offer.take() else { return };
        let session = has_session(&offer.extras.headers, &offer.extras.body);
        let up = matches!(call.stage, Stage::Up);
        let blocked = match offer.by {
            By::ReInvite => call.is_negotiating(),
            By::Update if up => session && call.is_negotiating(),
            By::Update => call
                .dialog_at(offer.branch.as_deref())
                .is_some_and(|dialog| session && dialog.session.is_open()),
        };
        if blocked {
            offer.at = now + again.max(self.config.timers.t1);
            call.offer = Some(offer);
            return;
        }
        let (owner, method, carrier) = match offer.by {
            By::ReInvite => (Owner::ReInvite(call.handle), Method::Invite, Carrier::Invite),
            By::Update => (Owner::Update(call.handle), Method::Update, Carrier::Update),
        };
        let branch = offer.branch.as_deref();
        let ask = Ask { owner, method, branch, own: Headers::new(), extras: &offer.extras };
        if let Ok(transaction) = self.ask(now, call, ask) {
            if let Some(dialog) = call.dialog_at(branch) {
                dialog.session.note(Side::Us, carrier, session);
            }
            offer.transaction = Some(transaction);
            offer.at = now + self.config.invite_limit;
            offer.tries += 1;
            call.offer = Some(offer);
        } else {
            call.offer = Some(offer);
            self.refused(now, call, None);
        }
    }

    /// Our re-INVITE's or UPDATE's time has come: to be sent, or to be given up.
    pub(crate) fn on_offer_time(&mut self, now: Instant, call: &mut Call) {
        match call.offer.as_ref().map(|offer| (offer.transaction, offer.by)) {
            Some((None, _)) => self.send_offer(now, call),
            Some((Some(transaction), by)) => {
                self.table.forget(transaction);
                match by {
                    By::ReInvite => self.on_offer_lost(now, call, None),
                    By::Update => self.on_update_lost(now, call, None),
                }
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
            let tag = call.dialog.as_ref().map(|dialog| dialog.id.remote_tag.clone());
            if let Some(tag) = tag.filter(|_| !call.is_over()) {
                self.on_reliable(now, call, &tag, &response);
            }
            return;
        }
        if status.is_success() {
            self.on_offer_answered(now, call, cseq.number, response);
            return;
        }
        let Some(mut offer) = call.offer.take_if(|offer| offer.by == By::ReInvite) else { return };
        if let Some(dialog) = &mut call.dialog {
            // What was before stands again (RFC 6141 §3.4).
            dialog.session.refused(Side::Us, Carrier::Invite);
        }
        if let Some(at) = self.again_at(now, call, &offer, &response) {
            (offer.transaction, offer.at) = (None, at);
            call.offer = Some(offer);
            return;
        }
        call.offer = Some(offer);
        match status {
            // The peer no longer knows the call (§12.2.1.2).
            StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT => {
                self.on_offer_lost(now, call, Some(response));
            }
            _ => self.refused(now, call, Some(response)),
        }
    }

    fn on_offer_answered(
        &mut self,
        now: Instant,
        call: &mut Call,
        number: u32,
        response: Box<Response>,
    ) {
        if call.owed_ack.is_some_and(|owed| owed.number == number) {
            return;
        }
        if call.acked.as_deref().is_some_and(|(acked, ..)| *acked == number) {
            self.acknowledge_again(call, number);
            return;
        }
        let offer = call.offer.take_if(|offer| offer.by == By::ReInvite);
        let session = has_session(response.headers(), response.body());
        let mut offers = false;
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh(response.headers());
            let reading = dialog.session.note(Side::Them, Carrier::Success, session);
            offers = reading == Reading::Offer;
            if let Some(offer) = &offer {
                dialog.describe(&offer.extras.headers, &offer.extras.body);
            }
        }
        let limit = now + self.config.timers.limit();
        call.owed_ack = Some(OwedAck { number, limit });
        // Even a call that is over acknowledges what it asked for.
        if !offers || offer.is_none() || call.is_over() {
            self.send_owed_ack(call, &Extras::new());
        }
        let Some(offer) = offer else { return };
        call.restart_timer(now, response.headers());
        self.event(if offer.refresh {
            Event::Refreshed { call: call.handle }
        } else {
            Event::ReInviteAnswered { call: call.handle, response }
        });
        self.begin_next(now, call);
    }

    /// When a request that met another is sent again, if it is (§14.1, RFC 3311 §5.3).
    pub(crate) fn again_at(
        &mut self,
        now: Instant,
        call: &Call,
        offer: &Offer,
        response: &Response,
    ) -> Option<Instant> {
        if offer.tries >= GLARE_TRIES || call.next.is_some() {
            return None;
        }
        match response.status() {
            StatusCode::REQUEST_PENDING => Some(now + self.glare(call.outgoing)),
            StatusCode::SERVER_INTERNAL_ERROR => {
                let wait = response.headers().typed::<RetryAfter>().ok().flatten()?.seconds.into();
                (wait <= RETRY_SECONDS).then(|| now + Duration::from_secs(wait))
            }
            _ => None,
        }
    }

    /// Our re-INVITE or UPDATE is refused: what was before goes on.
    pub(crate) fn refused(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Option<Box<Response>>,
    ) {
        let Some(offer) = call.offer.take() else { return };
        let (carrier, event) = match offer.by {
            By::ReInvite => {
                (Carrier::Invite, Event::ReInviteRefused { call: call.handle, response: None })
            }
            By::Update => {
                (Carrier::Update, Event::UpdateRefused { call: call.handle, response: None })
            }
        };
        if offer.transaction.is_some()
            && let Some(dialog) = call.dialog_at(offer.branch.as_deref())
        {
            dialog.session.refused(Side::Us, carrier);
        }
        let least = response
            .as_ref()
            .filter(|response| response.status() == StatusCode::SESSION_INTERVAL_TOO_SMALL)
            .and_then(|response| session_timer::least_asked(response.headers()));
        match (&mut call.timer, least) {
            (Some(timer), Some(least)) => timer.lengthen(now, least),
            (Some(timer), None) if offer.refresh => timer.refused(now),
            _ => {}
        }
        if !offer.refresh {
            self.event(match event {
                Event::ReInviteRefused { call, .. } => Event::ReInviteRefused { call, response },
                Event::UpdateRefused { call, .. } => Event::UpdateRefused { call, response },
                other => other,
            });
        }
        self.begin_next(now, call);
    }

    /// Our re-INVITE found nobody: the call is hung up (§12.2.1.2).
    pub(crate) fn on_offer_lost(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Option<Box<Response>>,
    ) {
        if call.is_over() || call.offer.as_ref().is_some_and(|offer| offer.by == By::Update) {
            return;
        }
        call.next = None;
        self.refused(now, call, response);
        self.hang_up(now, call, &Extras::new(), CallEnd::Lost);
    }

    /// A peer's re-INVITE came, newer than all before it.
    pub(crate) fn on_re_invite(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        let early = matches!(call.stage, Stage::Ringing(_) | Stage::Calling(_));
        let ours = call.offer.as_ref().is_some_and(|offer| offer.transaction.is_some());
        let headers = incoming.request.headers();
        let session = has_session(headers, incoming.request.body());
        let reading = if early || call.peer_offer.is_some() {
            // §14.2: the first one is not dealt with.
            Reading::Busy
        } else if ours || call.answer.is_some() || call.owed_ack.is_some() {
            Reading::Glare
        } else if let Some(draft) = call.too_short(headers) {
            self.answer_in_call(now, call, &incoming, &draft);
            self.turned(incoming.origin, Turned::TooShort);
            return;
        } else if let Some(dialog) = &mut call.dialog {
            dialog.session.note(Side::Them, Carrier::Invite, session)
        } else {
            Reading::Busy
        };
        let draft = match reading {
            Reading::Busy => {
                let seconds = retry_seconds(self.tokens.number());
                Response::new(StatusCode::SERVER_INTERNAL_ERROR).with(&RetryAfter::new(seconds))
            }
            Reading::Glare => Response::new(StatusCode::REQUEST_PENDING),
            Reading::Offer | Reading::Answer | Reading::Nothing => {
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
            }
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
