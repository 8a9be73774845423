//! Reliable provisional responses, ours and the peer's (RFC 3262).

use teams_cc_core::Instant;

use super::{
    CallEnd, CallPolicy, Error, Event, Extras, Reliability, Turned,
    core::{Core, Incoming, Owner},
    within::Ask,
};
use crate::{
    dialog::{
        Call, Carrier, Lapse, Reading, Reliable, Side, Stage, has_session,
        option_tag::{self, RELIABLE},
    },
    message::{
        CSeq, HeaderName, Headers, Method, Request, Response, StatusCode,
        typed::{RAck, RSeq},
    },
    transaction::TransactionId,
};

/// What a peer's provisional response asks of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is news; if it was reliable it has been confirmed.
    News,
    /// It makes an offer that the PRACK answers.
    Offer,
    /// It repeats what is known, or comes too early: dropped (§4).
    Dropped,
}

impl Call {
    /// The application says which extensions a peer's call uses.
    pub(crate) fn set_policy(&mut self, policy: CallPolicy) -> Result<(), Error> {
        if !matches!(self.stage, Stage::Ringing(_)) || self.reliable.is_some() {
            return Err(Error::WrongState { order: "set the policy", state: self.state() });
        }
        self.policy = policy;
        Ok(())
    }
}

impl Core {
    /// Sends a provisional response, reliably where policy and peer want that.
    pub(crate) fn respond_provisional(
        &mut self,
        now: Instant,
        call: &mut Call,
        transaction: TransactionId,
        request: &Request,
        mut response: Response,
    ) -> Result<(), Error> {
        let headers = request.headers();
        let confirmed = option_tag::requires(headers, RELIABLE)
            || (call.policy.reliability != Reliability::Off
                && option_tag::knows(headers, RELIABLE));
        if !confirmed {
            let status = response.status().as_u16();
            let sent = self.table.respond(now, transaction, response, &mut self.out);
            return if sent { Ok(()) } else { Err(Error::Status(status)) };
        }
        if call.reliable.as_ref().is_none_or(|reliable| reliable.transaction != transaction) {
            let number = headers.required::<CSeq>().map_or(0, |cseq| cseq.number);
            let reliable = Reliable::new(transaction, number, self.tokens.number());
            call.reliable = Some(Box::new(reliable));
        }
        let Some(reliable) = call.reliable.as_mut().filter(|reliable| reliable.has_room()) else {
            return Err(Error::TooMany("provisional responses"));
        };
        option_tag::require(response.headers_mut(), RELIABLE);
        if !response.headers().contains(HeaderName::Allow) {
            // RFC 3311 §5.1: here the caller learns whether it may send UPDATE.
            self.config.allow(response.headers_mut());
        }
        // RFC 6141 §4.5: the target of a re-INVITE holds from here on, whatever becomes of it.
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh(headers);
        }
        let session = has_session(response.headers(), response.body());
        reliable.push(response, session);
        self.send_reliable(now, call);
        Ok(())
    }

    /// Sends the next reliable response, if the wire is free.
    fn send_reliable(&mut self, now: Instant, call: &mut Call) {
        let timers = self.config.timers;
        let Some(reliable) = &mut call.reliable else { return };
        let Some(response) = reliable.due(now, timers.t1, timers.limit()) else { return };
        let transaction = reliable.transaction;
        if let Some(dialog) = &mut call.dialog {
            let session = has_session(response.headers(), response.body());
            dialog.session.note(Side::Us, Carrier::Reliable, session);
            dialog.describe(response.headers(), response.body());
        }
        self.table.respond(now, transaction, response, &mut self.out);
    }

    /// A reliable response waits for its PRACK: it is sent again, or the INVITE is refused.
    pub(crate) fn on_reliable_time(&mut self, now: Instant, call: &mut Call) {
        let Some(reliable) = &mut call.reliable else { return };
        let transaction = reliable.transaction;
        match reliable.on_time(now) {
            Lapse::Nothing => {}
            Lapse::Resend => self.table.resend(transaction, &mut self.out),
            Lapse::GiveUp => {
                let draft = Response::new(StatusCode::SERVER_TIMEOUT);
                if matches!(call.stage, Stage::Ringing(_)) {
                    self.answer(now, transaction, &draft, call);
                    self.end(now, call, CallEnd::NoPrack);
                } else {
                    self.withdraw_peer_offer(now, call, &draft);
                }
            }
        }
    }

    /// A peer's PRACK came (§3).
    pub(crate) fn on_prack(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        let headers = incoming.request.headers();
        let rack = headers.typed::<RAck>().ok().flatten();
        let session = has_session(headers, incoming.request.body());
        let fits = rack.is_some_and(|rack| {
            call.reliable.as_mut().is_some_and(|reliable| reliable.confirm(&rack))
        });
        if !fits {
            let draft = Response::new(StatusCode::CALL_DOES_NOT_EXIST);
            self.answer_in_call(now, call, &incoming, &draft);
            self.turned(incoming.origin, Turned::UnknownCall);
            return;
        }
        let reading = call
            .dialog
            .as_mut()
            .map(|dialog| dialog.session.note(Side::Them, Carrier::Prack, session));
        match reading {
            Some(Reading::Offer) => {
                let tag = incoming.envelope.from.tag().unwrap_or_default().into();
                let request = self.take_asked(now, call, &incoming, Some((tag, Carrier::Prack)));
                self.event(Event::Confirmed {
                    call: call.handle,
                    request: incoming.request,
                    offer: Some(request),
                });
            }
            Some(Reading::Glare | Reading::Busy) => {
                // The response is confirmed all the same.
                let draft = Response::new(StatusCode::REQUEST_PENDING);
                self.answer_in_call(now, call, &incoming, &draft);
                self.turned(incoming.origin, Turned::Glare);
            }
            _ => {
                self.answer_in_call(now, call, &incoming, &Response::new(StatusCode::OK));
                self.event(Event::Confirmed {
                    call: call.handle,
                    request: incoming.request,
                    offer: None,
                });
            }
        }
        self.send_reliable(now, call);
        self.release(now, call);
    }

    /// Sends the 2xx that waited for its PRACK, if nothing holds it any more (§5).
    pub(crate) fn release(&mut self, now: Instant, call: &mut Call) {
        let asked = call
            .dialog
            .as_ref()
            .is_some_and(|dialog| dialog.session.awaits(Side::Them, Carrier::Prack));
        let Some(reliable) = call.reliable.as_mut().filter(|r| !asked && !r.holds()) else {
            return;
        };
        let transaction = reliable.transaction;
        if let Some(response) = reliable.held.take()
            && let Some(request) = self.table.shared_request(transaction)
        {
            self.answer_invite(now, call, transaction, &request, *response);
        }
    }

    /// Whether a 2xx must wait for a PRACK, and for the answer to an offer in one (§5).
    pub(crate) fn must_hold(call: &Call, transaction: TransactionId) -> bool {
        let asked = call
            .dialog
            .as_ref()
            .is_some_and(|dialog| dialog.session.awaits(Side::Them, Carrier::Prack));
        call.reliable.as_ref().is_some_and(|r| r.transaction == transaction && (asked || r.holds()))
    }

    /// A provisional response of a peer came in the dialog with this remote tag (§4).
    pub(crate) fn on_reliable(
        &mut self,
        now: Instant,
        call: &mut Call,
        tag: &str,
        response: &Response,
    ) -> Progress {
        let headers = response.headers();
        if call.policy.reliability == Reliability::Off || !option_tag::requires(headers, RELIABLE) {
            return Progress::News;
        }
        let (Ok(Some(rseq)), Ok(cseq)) = (headers.typed::<RSeq>(), headers.required::<CSeq>())
        else {
            return Progress::News;
        };
        let Some(dialog) = call.dialog_of(tag) else { return Progress::News };
        if !dialog.confirm(cseq.number, rseq.get()) {
            return Progress::Dropped;
        }
        // RFC 6141 §4.5: the target of a re-INVITE holds from here on, whatever becomes of it.
        dialog.refresh(headers);
        let session = has_session(headers, response.body());
        let rack = RAck::new(rseq.get(), cseq);
        if dialog.session.note(Side::Them, Carrier::Reliable, session) == Reading::Offer {
            dialog.owed = Some(rack);
            return Progress::Offer;
        }
        // One that cannot be sent is missed by the peer, which then refuses the INVITE.
        let _ = self.send_prack(now, call, tag, &rack, &Extras::new());
        Progress::News
    }

    /// The application answers the offer of a reliable provisional response.
    pub(crate) fn prack(
        &mut self,
        now: Instant,
        call: &mut Call,
        fork: usize,
        extras: &Extras,
    ) -> Result<(), Error> {
        let Stage::Calling(caller) = &call.stage else {
            return Err(Error::WrongState { order: "confirm a response", state: call.state() });
        };
        let nothing = Error::NotTaken("PRACK");
        let early = caller.forks.get(fork).ok_or(nothing.clone())?;
        let (tag, rack) = (early.id.remote_tag.clone(), early.owed.clone().ok_or(nothing)?);
        self.send_prack(now, call, &tag, &rack, extras)?;
        if let Some(dialog) = call.dialog_of(&tag) {
            dialog.owed = None;
            let session = has_session(&extras.headers, &extras.body);
            dialog.session.note(Side::Us, Carrier::Prack, session);
            dialog.describe(&extras.headers, &extras.body);
        }
        Ok(())
    }

    fn send_prack(
        &mut self,
        now: Instant,
        call: &mut Call,
        tag: &str,
        rack: &RAck,
        extras: &Extras,
    ) -> Result<(), Error> {
        let mut own = Headers::new();
        own.push_typed(rack);
        let (owner, method, branch) = (Owner::InCall(call.handle), Method::Prack, Some(tag));
        self.ask(now, call, Ask { owner, method, branch, own, extras }).map(|_| ())
    }
}
