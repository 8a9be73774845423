//! UPDATE in both directions, before and after the answer (RFC 3311).

use teams_cc_core::Instant;

use super::{
    CallEnd, Error, Event, Extras, RequestHandle, Turned,
    core::{Core, Incoming},
    draft::{Scope, add},
    session::retry_seconds,
};
use crate::{
    dialog::{Asked, By, Call, Carrier, Offer, Reading, Side, Stage, has_session},
    message::{Headers, Response, StatusCode, typed::RetryAfter},
    transaction::TransactionId,
};

impl Core {
    /// The application changes the session by UPDATE.
    pub(crate) fn update(
        &mut self,
        now: Instant,
        call: &mut Call,
        fork: Option<usize>,
        extras: Extras,
    ) -> Result<(), Error> {
        add(&extras.headers, Scope::Settled, &mut Headers::new())?;
        let wrong = |state| Error::WrongState { order: "update the session", state };
        let state = call.state();
        let branch = match &call.stage {
            Stage::Up if call.bye.is_none() => None,
            // A dialog that we never told the caller of is none for it.
            Stage::Ringing(ringing) if ringing.refresh.is_some() && !call.is_held() => None,
            Stage::Calling(caller) if caller.cancel.is_none() => {
                let early = caller.forks.get(fork.unwrap_or(0)).ok_or(wrong(state))?;
                Some(early.id.remote_tag.clone())
            }
            _ => return Err(wrong(state)),
        };
        if !call.may_change() {
            return Err(wrong("waiting for another change"));
        }
        let dialog = call.dialog_at(branch.as_deref()).ok_or(wrong(state))?;
        if !dialog.updates {
            return Err(Error::NotTaken("UPDATE"));
        }
        let offers = has_session(&extras.headers, &extras.body);
        let open = offers && dialog.session.is_open();
        let early = !matches!(call.stage, Stage::Up);
        if early && open {
            return Err(wrong("waiting for the answer to another offer"));
        }
        self.begin(now, call, Offer::new(By::Update, branch, extras));
        Ok(())
    }

    /// A response to our UPDATE came.
    pub(crate) fn on_update_response(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Box<Response>,
    ) {
        let status = response.status();
        if status.is_provisional() {
            return;
        }
        let Some(mut offer) = call.offer.take_if(|offer| offer.by == By::Update) else { return };
        let headers = response.headers();
        let session = has_session(headers, response.body());
        if let Some(dialog) = call.dialog_at(offer.branch.as_deref()) {
            if status.is_success() {
                dialog.session.note(Side::Them, Carrier::UpdateSuccess, session);
                dialog.describe(&offer.extras.headers, &offer.extras.body);
                dialog.refresh(headers);
            } else {
                dialog.session.refused(Side::Us, Carrier::Update);
            }
        }
        if status.is_success() {
            call.restart_timer(now, headers);
            self.event(if offer.refresh {
                Event::Refreshed { call: call.handle }
            } else {
                Event::UpdateAnswered { call: call.handle, response }
            });
            self.begin_next(now, call);
            return;
        }
        if let Some(at) = self.again_at(now, call, &offer, &response) {
            (offer.transaction, offer.at) = (None, at);
            call.offer = Some(offer);
            return;
        }
        let gone = matches!(status, StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT);
        call.offer = Some(offer);
        if gone {
            self.on_update_lost(now, call, Some(response));
        } else {
            self.refused(now, call, Some(response));
        }
    }

    /// Our UPDATE found nobody: an answered call is hung up (RFC 3261 §12.2.1.2).
    pub(crate) fn on_update_lost(
        &mut self,
        now: Instant,
        call: &mut Call,
        response: Option<Box<Response>>,
    ) {
        if call.offer.as_ref().is_none_or(|offer| offer.by != By::Update) {
            return;
        }
        let up = matches!(call.stage, Stage::Up);
        if up {
            call.next = None;
        }
        self.refused(now, call, response);
        if up {
            self.hang_up(now, call, &Extras::new(), CallEnd::Lost);
        }
    }

    /// A peer's UPDATE came, newer than all before it (RFC 3311 §5.2).
    pub(crate) fn on_update(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        let tag: Box<str> = incoming.envelope.from.tag().unwrap_or_default().into();
        if let Some(least) = call.too_short(incoming.request.headers()) {
            self.answer_in_call(now, call, &incoming, &least);
            self.turned(incoming.origin, Turned::TooShort);
            return;
        }
        let full = self.is_full_of_requests(Some(call));
        let session = has_session(incoming.request.headers(), incoming.request.body());
        let busy = call.peer_offer.is_some() && session;
        let Some(dialog) = call.dialog_of(&tag) else { return };
        let reading = if busy || (full && session) {
            Reading::Busy
        } else {
            dialog.session.note(Side::Them, Carrier::Update, session)
        };
        let draft = match reading {
            Reading::Offer => {
                let offer = Some((tag.clone(), Carrier::Update));
                let request = self.take_asked(now, call, &incoming, offer);
                self.event(Event::Update {
                    call: call.handle,
                    fork: fork_of(call, &tag),
                    request,
                    message: incoming.request,
                });
                return;
            }
            Reading::Glare => Response::new(StatusCode::REQUEST_PENDING),
            Reading::Busy => {
                let seconds = retry_seconds(self.tokens.number());
                Response::new(StatusCode::SERVER_INTERNAL_ERROR).with(&RetryAfter::new(seconds))
            }
            Reading::Answer | Reading::Nothing => {
                dialog.refresh(incoming.request.headers());
                let mut draft = Response::new(StatusCode::OK);
                if matches!(call.stage, Stage::Up) {
                    call.agree_timer(now, incoming.request.headers(), draft.headers_mut());
                }
                self.answer_in_call(now, call, &incoming, &draft);
                let message = incoming.request;
                self.event(Event::Updated { call: call.handle, message });
                return;
            }
        };
        self.answer_in_call(now, call, &incoming, &draft);
        self.turned(incoming.origin, Turned::Glare);
    }

    /// Takes a peer's request of a call in, for the application to answer.
    pub(crate) fn take_asked(
        &mut self,
        now: Instant,
        call: &mut Call,
        incoming: &Incoming,
        offer: Option<(Box<str>, Carrier)>,
    ) -> RequestHandle {
        let request = RequestHandle(self.number());
        let owner = super::core::Owner::Peer(request, Some(call.handle));
        let id = self.take(now, owner, incoming, Some(call));
        self.incoming.insert(request, id);
        call.asked.insert(request, Asked { offer });
        request
    }

    /// Nobody answers a peer's request any more.
    pub(crate) fn forget_asked(&mut self, call: &mut Call, request: RequestHandle) {
        self.incoming.remove(&request);
        if let Some(Asked { offer: Some((tag, carrier)) }) = call.asked.remove(&request)
            && let Some(dialog) = call.dialog_of(&tag)
        {
            dialog.session.refused(Side::Them, carrier);
        }
    }

    /// The application answers a peer's request of a call.
    pub(crate) fn respond_in_call(
        &mut self,
        now: Instant,
        call: &mut Call,
        handle: RequestHandle,
        id: TransactionId,
        draft: &Response,
    ) -> Result<(), Error> {
        let unknown = Error::UnknownRequest(handle);
        let request = self.table.shared_request(id).ok_or(unknown.clone())?;
        let status = draft.status();
        let offer = call.asked.get(&handle).and_then(|asked| asked.offer.clone());
        let tag = self.tokens.tag_for(&format!("{}", id.number()));
        let mut response = self.config.response(&request, draft, &tag, Some(&call.contact))?;
        let updates = matches!(offer, Some((_, Carrier::Update))) && status.is_success();
        if updates && matches!(call.stage, Stage::Up) {
            call.agree_timer(now, request.headers(), response.headers_mut());
        }
        let session = has_session(response.headers(), response.body());
        if !self.table.respond(now, id, response, &mut self.out) {
            return Err(unknown);
        }
        let Some((tag, carrier)) = offer else {
            self.forget_asked(call, handle);
            return Ok(());
        };
        if status.is_success() {
            call.asked.remove(&handle);
            if let Some(dialog) = call.dialog_of(&tag) {
                let success = match carrier {
                    Carrier::Prack => Carrier::PrackSuccess,
                    _ => Carrier::UpdateSuccess,
                };
                dialog.session.note(Side::Us, success, session);
                dialog.describe(draft.headers(), draft.body());
                if updates {
                    dialog.refresh(request.headers());
                }
            }
        }
        self.forget_asked(call, handle);
        self.release(now, call);
        Ok(())
    }
}

fn fork_of(call: &Call, tag: &str) -> Option<usize> {
    match &call.stage {
        Stage::Calling(caller) => caller.forks.iter().position(|f| &*f.id.remote_tag == tag),
        _ => None,
    }
}
