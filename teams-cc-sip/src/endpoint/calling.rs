//! Our INVITE: sent, forked, answered, refused, withdrawn (RFC 3261 §9.1 and §13.2).

use teams_cc_core::Instant;

use super::{
    CallEnd, CallHandle, CallPolicy, Error, Event, Extras, Reliability, Route, Target,
    authorizing::credentials,
    core::{Core, Owner},
    draft::{Fresh, Scope, add},
    provisional::Progress,
};
use crate::{
    dialog::{
        Call, Caller, Cancel, Carrier, Dialog, OwedAck, Reading, Side, Stage, has_session,
        option_tag::{self, RELIABLE},
        session_timer,
    },
    message::{
        CSeq, HeaderName, Headers, Method, Request, Response, StatusCode,
        typed::{Allow, MinSe, SessionExpires},
    },
    transaction::{TransactionId, follow, key::Envelope},
};

impl Core {
    /// Sends an INVITE and makes its call.
    pub(crate) fn invite(
        &mut self,
        now: Instant,
        handle: CallHandle,
        target: Target,
        draft: &Request,
        policy: CallPolicy,
    ) -> Result<Call, Error> {
        if *draft.method() != Method::Invite {
            return Err(Error::Method(draft.method().as_str().into()));
        }
        if self.is_full() {
            return Err(Error::TooMany("transactions"));
        }
        if self.active >= self.room_for_calls() {
            return Err(Error::TooMany("calls"));
        }
        let (tag, call_id) = (self.tokens.tag(), self.tokens.call_id());
        let contact = match draft.headers().get_all(HeaderName::Contact).next() {
            Some(contact) => contact.to_header(),
            None => self.config.contact(target.transport)?,
        };
        let fresh = Fresh { tag: &tag, call_id: &call_id };
        let mut request = self.config.outside(draft, &contact, &fresh)?;
        announce(&policy, request.headers_mut());
        self.config.receive_info(request.headers_mut());
        self.authorize(Some(&target), &mut request);
        let credentials = credentials(&request);
        let route = Route::Target(target.clone());
        let owner = Owner::Invite(handle);
        let transaction = self.send(now, owner, request, route, target.transport)?;
        // The transaction has just been made from the request that CANCEL and ACK follow.
        let request = self.table.request_of(transaction).cloned().ok_or(Error::NoTarget)?;
        let caller = Caller {
            transaction,
            request,
            target: target.clone(),
            provisional: false,
            cancel: None,
            forks: Vec::new(),
            again: false,
            limit: now + self.config.invite_limit,
        };
        let mut call = Call::new(handle, Stage::Calling(Box::new(caller)), contact, policy);
        call.fallback = Some(target);
        call.credentials = credentials;
        call.live = 1;
        self.active += 1;
        Ok(call)
    }

    /// A response to our INVITE came.
    pub(crate) fn on_invite_response(
        &mut self,
        now: Instant,
        call: &mut Call,
        transaction: TransactionId,
        response: Box<Response>,
    ) {
        let Ok(envelope) = Envelope::of(response.headers()) else { return };
        if matches!(&call.stage, Stage::Calling(caller) if caller.transaction != transaction) {
            // That INVITE has been sent again.
            return;
        }
        let status = response.status();
        if status.is_provisional() {
            self.on_progress(now, call, &envelope, response);
        } else if status.is_success() {
            self.on_answer(now, call, &envelope, response);
        } else if status == StatusCode::SESSION_INTERVAL_TOO_SMALL
            && self.invite_again(now, call, response.headers())
        {
        } else if let Stage::Calling(caller) = &mut call.stage {
            let end = match caller.cancel.take() {
                Some(cancel) => cancel.end,
                None => CallEnd::Rejected(response),
            };
            self.end(now, call, end);
        }
    }

    fn on_progress(
        &mut self,
        now: Instant,
        call: &mut Call,
        envelope: &Envelope,
        response: Box<Response>,
    ) {
        let Stage::Calling(caller) = &mut call.stage else { return };
        caller.provisional = true;
        if caller.cancel.is_some() {
            self.send_cancel(now, call);
            return;
        }
        let tag = envelope.to.tag().unwrap_or_default();
        let mut fork = caller.forks.iter().position(|fork| &*fork.id.remote_tag == tag);
        if fork.is_none() && !tag.is_empty() && caller.forks.len() < self.config.limits.forks {
            let dialog = Dialog::of_response(&caller.request, envelope, &response);
            self.dialogs.insert(dialog.id.clone(), call.handle);
            fork = Some(caller.forks.len());
            caller.forks.push(dialog);
        }
        let Some(at) = fork else {
            self.event(Event::Provisional { call: call.handle, fork, response });
            return;
        };
        if let Some(dialog) = call.dialog_of(tag) {
            dialog.hear(response.headers());
        }
        let call_handle = call.handle;
        match self.on_reliable(now, call, tag, &response) {
            Progress::Dropped => {}
            Progress::Offer => {
                self.event(Event::EarlyOffer { call: call_handle, fork: at, response });
            }
            Progress::News => {
                self.event(Event::Provisional { call: call_handle, fork, response });
            }
        }
    }

    /// Sends our INVITE once more, with a session interval that the peer takes (RFC 4028 §7.3).
    fn invite_again(&mut self, now: Instant, call: &mut Call, response: &Headers) -> bool {
        let Some(least) = session_timer::least_asked(response) else { return false };
        let Stage::Calling(caller) = &mut call.stage else { return false };
        if call.policy.session_timer.is_none() || caller.again || caller.cancel.is_some() {
            return false;
        }
        let mut request = caller.request.clone();
        let headers = request.headers_mut();
        let (Ok(cseq), Ok(Some(expires))) =
            (headers.required::<CSeq>(), headers.typed::<SessionExpires>())
        else {
            return false;
        };
        headers.remove(HeaderName::Via);
        headers.set_typed(&CSeq::new(cseq.number.saturating_add(1), Method::Invite));
        let seconds = expires.seconds.max(least);
        headers.set_typed(&SessionExpires { seconds, ..expires });
        headers.set_typed(&MinSe::new(least));
        let (route, transport) = (Route::Target(caller.target.clone()), caller.target.transport);
        let owner = Owner::Invite(call.handle);
        let Ok(transaction) = self.send(now, owner, request, route, transport) else {
            return false;
        };
        if let Some(request) = self.table.request_of(transaction) {
            caller.request = request.clone();
        }
        caller.transaction = transaction;
        caller.again = true;
        caller.provisional = false;
        for fork in caller.forks.drain(..) {
            self.dialogs.remove(&fork.id);
        }
        call.live += 1;
        true
    }

    fn on_answer(
        &mut self,
        now: Instant,
        call: &mut Call,
        envelope: &Envelope,
        response: Box<Response>,
    ) {
        let Stage::Calling(_) = &call.stage else {
            self.on_further_answer(now, call, envelope, &response);
            return;
        };
        let Stage::Calling(caller) = std::mem::replace(&mut call.stage, Stage::Up) else { return };
        let Caller { request, cancel, forks, .. } = *caller;
        let tag = envelope.to.tag().unwrap_or_default();
        let fork = forks.iter().position(|fork| &*fork.id.remote_tag == tag);
        let branches = forks.len();
        let mut early = None;
        for (at, other) in forks.into_iter().enumerate() {
            if Some(at) == fork {
                early = Some(other);
            } else {
                self.dialogs.remove(&other.id);
            }
        }
        // The route set is that of the 2xx, whatever its early dialog had (§13.2.2.4). Numbers,
        // offers and answers go on.
        let mut dialog = match early {
            Some(mut early) => {
                early.answered(&response);
                early
            }
            None => Dialog::of_response(&request, envelope, &response),
        };
        self.dialogs.insert(dialog.id.clone(), call.handle);
        if dialog.described.is_none() {
            dialog.describe(request.headers(), request.body());
        }
        if dialog.owed.take().is_some() {
            // The peer did not wait for its answer; what it offered early is void.
            dialog.session.refused(Side::Them, Carrier::Invite);
        }
        let session = has_session(response.headers(), response.body());
        let offers = dialog.session.note(Side::Them, Carrier::Success, session) == Reading::Offer;
        call.dialog = Some(Box::new(dialog));
        let limit = now + self.config.timers.limit();
        call.owed_ack = Some(OwedAck { number: envelope.cseq.number, limit });
        if !offers || cancel.is_some() {
            self.send_owed_ack(call, &Extras::new());
        }
        if call.offer.as_ref().is_some_and(|offer| offer.branch.as_deref() != Some(tag)) {
            // An UPDATE to a branch that is gone.
            self.refused(now, call, None);
        }
        call.restart_timer(now, response.headers());
        if let Some(cancel) = cancel {
            // The answer crossed our CANCEL (§9.1, §15).
            self.hang_up(now, call, &cancel.extras, cancel.end);
        } else {
            let fork = fork.unwrap_or(branches);
            self.event(Event::Answered { call: call.handle, fork, response });
        }
    }

    /// A 2xx after the first: ours again, or that of another branch (§13.2.2.4).
    fn on_further_answer(
        &mut self,
        now: Instant,
        call: &mut Call,
        envelope: &Envelope,
        response: &Response,
    ) {
        let tag = envelope.to.tag().unwrap_or_default();
        if call.dialog.as_ref().is_some_and(|dialog| &*dialog.id.remote_tag == tag) {
            self.acknowledge_again(call, envelope.cseq.number);
            return;
        }
        if let Some((ack, route)) = call.surplus.get(tag) {
            self.transmit(route.clone(), ack.clone());
            return;
        }
        if call.surplus.len() >= self.config.limits.forks {
            return;
        }
        let Ok(from) = response.headers().required::<CSeq>() else { return };
        // The INVITE itself is gone with the first answer; From, To and Contact are here.
        let place = Request::new(Method::Invite, envelope.to.uri.clone());
        let mut dialog = Dialog::of_response(&place, envelope, response);
        let (ack, hop) = dialog.ack(from.number);
        if let Some((ack, route)) = self.send_ack(call, ack, &hop) {
            call.surplus.insert(tag.into(), (ack, route));
        }
        let (bye, hop) = dialog.request(Method::Bye);
        if let Some((route, transport)) = super::within::way(call, &hop)
            && self.send(now, Owner::InCall(call.handle), bye, route, transport).is_ok()
        {
            call.live += 1;
        }
        self.event(Event::BranchHungUp { call: call.handle });
    }

    /// Sends the ACK of a 2xx again that came again.
    pub(crate) fn acknowledge_again(&mut self, call: &Call, number: u32) {
        if let Some((acked, ack, route)) = call.acked.as_deref()
            && *acked == number
        {
            self.transmit(route.clone(), ack.clone());
        }
    }

    /// The application withdraws our INVITE.
    pub(crate) fn cancel(
        &mut self,
        now: Instant,
        call: &mut Call,
        extras: Extras,
    ) -> Result<(), Error> {
        add(&extras.headers, Scope::Settled, &mut crate::message::Headers::new())?;
        let state = call.state();
        match &mut call.stage {
            Stage::Calling(caller) if caller.cancel.is_none() => {
                let end = CallEnd::Withdrawn;
                caller.cancel = Some(Cancel { extras, sent: false, end });
                if caller.provisional {
                    self.send_cancel(now, call);
                }
                Ok(())
            }
            // The answer was quicker than the order.
            Stage::Up if call.outgoing && call.bye.is_none() => {
                self.hang_up(now, call, &extras, CallEnd::Withdrawn);
                Ok(())
            }
            _ => Err(Error::WrongState { order: "withdraw the INVITE", state }),
        }
    }

    fn send_cancel(&mut self, now: Instant, call: &mut Call) {
        let Stage::Calling(caller) = &mut call.stage else { return };
        let Some(cancel) = caller.cancel.as_mut().filter(|cancel| !cancel.sent) else { return };
        cancel.sent = true;
        // What follows the CANCEL is given up after 64 × T1 (§9.1).
        caller.limit = now + self.config.timers.limit();
        let mut request = follow::cancel(&caller.request);
        // The extras were checked when they were taken.
        let _ = super::draft::add_extras(&cancel.extras, &mut request);
        let target = caller.target.clone();
        let reliable = target.transport.is_reliable();
        let owner = Owner::InCall(call.handle);
        let route = Route::Target(target);
        if self.table.request(now, owner, request, route, reliable, &mut self.out).is_some() {
            call.live += 1;
        }
    }

    /// Our INVITE has had its time.
    pub(crate) fn on_invite_limit(&mut self, now: Instant, call: &mut Call) {
        let Stage::Calling(caller) = &mut call.stage else { return };
        match caller.cancel.take() {
            None => {
                let extras = Extras::new();
                caller.cancel = Some(Cancel { extras, sent: false, end: CallEnd::NotAnswered });
                caller.limit = now + self.config.timers.limit();
                if caller.provisional {
                    self.send_cancel(now, call);
                }
            }
            Some(cancel) => {
                self.table.forget(caller.transaction);
                self.end(now, call, cancel.end);
            }
        }
    }
}

/// Says which extensions a call of ours uses.
fn announce(policy: &CallPolicy, headers: &mut Headers) {
    match policy.reliability {
        Reliability::Off => {}
        Reliability::Supported => option_tag::support(headers, RELIABLE),
        Reliability::Required => option_tag::require(headers, RELIABLE),
    }
    let prack = |headers: &Headers| {
        headers
            .list::<Allow>()
            .is_ok_and(|allow| allow.iter().any(|allow| *allow.method() == Method::Prack))
    };
    if policy.reliability != Reliability::Off && !prack(headers) {
        headers.push_typed(&Allow::new(Method::Prack));
    }
    if let Some(timer) = &policy.session_timer {
        session_timer::ask(timer, None, headers);
    }
}
