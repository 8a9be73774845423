//! What becomes of a message that came (RFC 3261 §12.2.2 and §18.1.2).

use teams_cc_core::Instant;

use super::{
    CallHandle, Endpoint, Origin, Turned,
    core::{Incoming, Met, Owner, Within},
    draft::reply_route,
};
use crate::{
    dialog::{DialogId, Stage},
    message::{Message, Method, Request, Response, StatusCode},
    transaction::key::{Envelope, ServerKey},
};

/// Whether the bounds hold for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    Usual,
    /// They count twice: what must not be turned away has room that nothing else takes.
    Urgent,
}

impl Endpoint {
    /// The call that a request is about, if it is about one there is.
    ///
    /// That is the call of its dialog, of the INVITE that a CANCEL names, or of the transaction
    /// it repeats. Tags and branches only say which call is meant: whoever drives the endpoint
    /// decides whether this peer may speak of it, and answers by [`Input::Denied`] if not.
    ///
    /// [`Input::Denied`]: super::Input::Denied
    #[must_use]
    pub fn call_of(&self, request: &Request) -> Option<CallHandle> {
        self.call_met(&self.meet(request)?)
    }

    /// Reads where a request belongs; nothing where it does not say so.
    pub(crate) fn meet(&self, request: &Request) -> Option<Met> {
        let envelope = Box::new(Envelope::of(request.headers()).ok()?);
        let key = ServerKey::of(request, &envelope).printed();
        let within = match DialogId::of_request(&envelope) {
            None => Within::Nothing,
            Some(id) => self.core.dialogs.get(&id).copied().map_or(Within::Unknown, Within::Call),
        };
        // An ACK is of its call first, and seldom of the transaction.
        let looks = *request.method() != Method::Ack;
        let found = if looks { self.core.table.server(&key) } else { None };
        Some(Met { envelope, key, found, within })
    }

    /// As [`Endpoint::call_of`], of a request that has been read.
    pub(crate) fn call_met(&self, met: &Met) -> Option<CallHandle> {
        if let Within::Call(call) = met.within {
            return Some(call);
        }
        let named = match met.found {
            None if met.key.key().is_of_invite() && met.envelope.cseq.method == Method::Invite => {
                return None;
            }
            None => self.core.table.server_of_invite(&met.key)?,
            Some(found) => found,
        };
        self.core.table.owner(named)?.call()
    }

    /// What has been read of a request, or is now.
    fn incoming(&self, origin: Origin, request: Request, met: Option<Met>) -> Option<Incoming> {
        let met = met.or_else(|| self.meet(&request))?;
        Some(Incoming::new(origin, request, met))
    }

    pub(crate) fn on_message(
        &mut self,
        now: Instant,
        origin: Origin,
        message: Message,
        urgency: Urgency,
        met: Option<Met>,
    ) {
        match message {
            Message::Request(request) => {
                if let Some(incoming) = self.incoming(origin, request, met) {
                    self.on_request(now, incoming, urgency);
                } else {
                    // Without Via or the rest nobody can be answered (RFC 3261 §8.2.6).
                    self.core.turned(origin, Turned::Malformed);
                }
            }
            Message::Response(response) => self.on_response(now, origin, response),
        }
    }

    /// Refuses a request without state, and drops everything else.
    pub(crate) fn on_denied(
        &mut self,
        origin: Origin,
        message: Message,
        draft: &Response,
        met: Option<Met>,
    ) {
        if let Message::Request(request) = message
            && let Some(incoming) = self.incoming(origin, request, met)
        {
            self.core.refuse(&incoming, draft, Turned::Denied);
        } else {
            self.core.turned(origin, Turned::Denied);
        }
    }

    fn on_response(&mut self, now: Instant, origin: Origin, response: Response) {
        let envelope = Envelope::of(response.headers());
        let envelope = envelope.and_then(|e| response.validate_beyond(&e.to).map(|()| e));
        let Ok(envelope) = envelope else {
            self.core.turned(origin, Turned::Malformed);
            return;
        };
        self.core.note_challenge(&envelope, &response);
        let out = &mut self.core.out;
        if self.core.table.on_response(now, &envelope, Box::new(response), out).is_err() {
            self.core.turned(origin, Turned::StrayResponse);
        }
    }

    fn on_request(&mut self, now: Instant, incoming: Incoming, urgency: Urgency) {
        if incoming.request.validate_beyond(&incoming.envelope.cseq).is_err() {
            let draft = Response::new(StatusCode::BAD_REQUEST);
            self.core.refuse(&incoming, &draft, Turned::Malformed);
            return;
        }
        match (incoming.request.method(), incoming.found) {
            (Method::Ack, _) => self.on_ack(now, incoming),
            (_, Some(id)) => self.core.table.on_repeat(id, &mut self.core.out),
            (Method::Cancel, None) => self.on_cancel(now, incoming),
            (_, None) => self.on_new_request(now, incoming, urgency),
        }
    }

    fn on_ack(&mut self, now: Instant, incoming: Incoming) {
        let Incoming { origin, envelope, key, within, request, .. } = incoming;
        let number = envelope.cseq.number;
        if let Within::Call(handle) = within
            && self.calls.get(&handle).is_some_and(|call| call.awaits_ack(number))
        {
            self.with_call(handle, |core, call| core.on_answer_ack(now, call, request));
        } else if let Some(id) = self.core.table.server(&key) {
            self.core.table.on_ack(now, id, request, &mut self.core.out);
        } else {
            self.core.turned(origin, Turned::StrayAck);
        }
    }

    fn on_cancel(&mut self, now: Instant, incoming: Incoming) {
        let core = &mut self.core;
        let found = core.table.server_of_invite(&incoming.key);
        let call = found.and_then(|id| core.table.owner(id)).and_then(Owner::call);
        let status = if found.is_some() { StatusCode::OK } else { StatusCode::CALL_DOES_NOT_EXIST };
        // The CANCEL is answered with the tag of the call it is about (§9.2).
        let tag = call
            .and_then(|handle| self.calls.get(&handle)?.dialog.as_ref())
            .map(|dialog| dialog.local_tag().to_owned());
        let tag = tag.unwrap_or_else(|| {
            core.tokens.tag_for(incoming.envelope.via.branch().unwrap_or_default())
        });
        let draft = Response::new(status);
        if let Ok(response) = core.config.response(&incoming.request, &draft, &tag, None) {
            if core.is_full_for_calls() {
                let (route, _) = reply_route(&incoming.origin, &incoming.envelope.via);
                core.transmit(route, response);
            } else {
                let id = core.take_keeping(now, Owner::Answered, &incoming, None, false);
                core.table.respond(now, id, response, &mut core.out);
            }
        }
        if let (Some(id), Some(handle)) = (found, call) {
            let request = incoming.request;
            self.with_call(handle, |core, call| core.on_cancel(now, call, id, request));
        } else {
            core.turned(incoming.origin, Turned::UnknownCall);
        }
    }

    /// A request that belongs to no transaction: refused, or given to its call or a new one.
    fn on_new_request(&mut self, now: Instant, incoming: Incoming, urgency: Urgency) {
        let core = &mut self.core;
        let within = incoming.within != Within::Nothing;
        let full = match urgency {
            Urgency::Urgent => core.is_full_for_urgent(),
            Urgency::Usual if within => core.is_full_for_calls(),
            Urgency::Usual => core.is_full(),
        };
        if full {
            let draft = core.overload();
            core.refuse(&incoming, &draft, Turned::Overload);
            return;
        }
        if let Some((draft, why)) = self.objection(&incoming) {
            self.core.refuse(&incoming, &draft, why);
            return;
        }
        match incoming.within {
            Within::Call(handle) => self.on_request_in_call(now, handle, incoming),
            Within::Unknown => self.unknown(&incoming),
            Within::Nothing => self.on_request_outside(now, incoming, urgency),
        }
    }

    fn unknown(&mut self, incoming: &Incoming) {
        let draft = Response::new(StatusCode::CALL_DOES_NOT_EXIST);
        self.core.refuse(incoming, &draft, Turned::UnknownCall);
    }

    fn on_request_in_call(&mut self, now: Instant, handle: CallHandle, incoming: Incoming) {
        self.with_call(handle, |core, call| {
            let number = incoming.envelope.cseq.number;
            let method = incoming.request.method();
            let over = call.is_over() && *method != Method::Bye;
            let early = matches!(call.stage, Stage::Calling(_))
                && matches!(method, Method::Invite | Method::Bye | Method::Refer | Method::Prack);
            if over || early {
                // A call that is over knows only a BYE that crossed ours. The called side of one
                // that is not answered can update it, and neither end nor move it (§15).
                let draft = Response::new(StatusCode::CALL_DOES_NOT_EXIST);
                core.refuse(&incoming, &draft, Turned::UnknownCall);
                return;
            }
            let tag = incoming.envelope.from.tag().unwrap_or_default();
            let newer = call.dialog_of(tag).is_some_and(|dialog| {
                dialog.hear(incoming.request.headers());
                dialog.take_number(number)
            });
            if !newer {
                let draft = Response::new(StatusCode::SERVER_INTERNAL_ERROR);
                core.refuse(&incoming, &draft, Turned::OutOfOrder);
                return;
            }
            match method {
                Method::Invite => core.on_re_invite(now, call, incoming),
                Method::Bye => core.on_bye(now, call, incoming),
                Method::Refer => core.on_refer(now, call, incoming),
                Method::Prack => core.on_prack(now, call, incoming),
                Method::Update => core.on_update(now, call, incoming),
                _ => core.take_other(now, Some(call), incoming),
            }
        });
    }

    fn on_request_outside(&mut self, now: Instant, incoming: Incoming, urgency: Urgency) {
        match incoming.request.method() {
            Method::Invite => self.on_invite(now, incoming, urgency),
            // Neither means anything without a dialog.
            Method::Bye | Method::Prack | Method::Update => self.unknown(&incoming),
            _ => self.core.take_other(now, None, incoming),
        }
    }

    fn on_invite(&mut self, now: Instant, incoming: Incoming, urgency: Urgency) {
        let room = match urgency {
            Urgency::Urgent => self.core.config.limits.calls.saturating_mul(2),
            Urgency::Usual => self.core.room_for_calls(),
        };
        if self.core.active >= room {
            let draft = self.core.overload();
            self.core.refuse(&incoming, &draft, Turned::Overload);
            return;
        }
        match self.replaced(&incoming.request) {
            Ok(replaces) => {
                if let Some(call) = self.core.take_invite(now, incoming, replaces) {
                    self.add(call);
                }
            }
            Err(status) => {
                self.core.refuse(&incoming, &Response::new(status), Turned::UnknownCall);
            }
        }
    }
}
