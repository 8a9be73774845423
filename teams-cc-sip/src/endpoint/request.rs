//! Requests that are no part of an INVITE's life: OPTIONS, INFO, MESSAGE, NOTIFY.

use teams_cc_core::Instant;

use super::{
    Endpoint, Error, Event, Extras, RequestHandle, Route, Target, Turned,
    core::{Core, Incoming, Owner},
    draft::Fresh,
};
use crate::{
    dialog::{Call, Stage},
    message::{Method, Request, Response, StatusCode},
};

impl Core {
    /// The application sends a request outside of any call.
    pub(crate) fn request(
        &mut self,
        now: Instant,
        handle: RequestHandle,
        target: Target,
        draft: &Request,
    ) -> Result<(), Error> {
        sendable(draft.method())?;
        if self.is_full() {
            return Err(Error::TooMany("transactions"));
        }
        let (tag, call_id) = (self.tokens.tag(), self.tokens.call_id());
        let contact = self.config.contact(target.transport)?;
        let fresh = Fresh { tag: &tag, call_id: &call_id };
        let mut request = self.config.outside(draft, &contact, &fresh)?;
        self.authorize(Some(&target), &mut request);
        let transport = target.transport;
        let owner = Owner::Ours(handle, None);
        self.send(now, owner, request, Route::Target(target), transport).map(|_| ())
    }

    /// The application sends a request within an answered call.
    pub(crate) fn request_in_call(
        &mut self,
        now: Instant,
        call: &mut Call,
        handle: RequestHandle,
        method: Method,
        extras: &Extras,
    ) -> Result<(), Error> {
        sendable(&method)?;
        if !matches!(call.stage, Stage::Up) {
            return Err(Error::WrongState { order: "send a request", state: call.state() });
        }
        let owner = Owner::Ours(handle, Some(call.handle));
        self.send_in_call(now, call, owner, method, extras).map(|_| ())
    }

    /// A peer's request that the application answers.
    pub(crate) fn take_other(&mut self, now: Instant, call: Option<&mut Call>, incoming: Incoming) {
        if self.is_full_of_requests(call.as_deref()) {
            let draft = self.overload();
            self.refuse(&incoming, &draft, Turned::Overload);
            return;
        }
        let handle = call.as_ref().map(|call| call.handle);
        let request = if let Some(call) = call {
            self.take_asked(now, call, &incoming, None)
        } else {
            let request = RequestHandle(self.number());
            let id = self.take(now, Owner::Peer(request, None), &incoming, None);
            self.incoming.insert(request, id);
            request
        };
        self.event(Event::Request {
            request,
            call: handle,
            origin: incoming.origin,
            message: incoming.request,
        });
    }
}

impl Endpoint {
    /// The application answers a peer's request.
    pub(crate) fn respond(
        &mut self,
        now: Instant,
        handle: RequestHandle,
        draft: &Response,
    ) -> Result<(), Error> {
        let status = draft.status();
        if status.is_provisional() || status == StatusCode::REQUEST_TIMEOUT {
            // RFC 4320 §4.1 and §4.2: the first says nothing, the second comes too late.
            return Err(Error::Status(status.as_u16()));
        }
        let core = &mut self.core;
        let unknown = Error::UnknownRequest(handle);
        let id = *core.incoming.get(&handle).ok_or(unknown.clone())?;
        if let Some(call) = core.table.owner(id).and_then(Owner::call) {
            let respond = |core: &mut Core, call: &mut Call| {
                core.respond_in_call(now, call, handle, id, draft)
            };
            return self.with_call(call, respond).unwrap_or(Err(unknown));
        }
        let request = core.table.request_of(id).ok_or(unknown.clone())?;
        let tag = core.tokens.tag_for(&format!("{}", id.number()));
        let response = core.config.response(request, draft, &tag, None)?;
        if !core.table.respond(now, id, response, &mut core.out) {
            return Err(unknown);
        }
        core.incoming.remove(&handle);
        Ok(())
    }
}

/// Methods with an order of their own, and those that are never sent.
fn sendable(method: &Method) -> Result<(), Error> {
    match method {
        Method::Invite
        | Method::Ack
        | Method::Cancel
        | Method::Bye
        | Method::Prack
        | Method::Update
        | Method::Refer => Err(Error::Method(method.as_str().into())),
        _ => Ok(()),
    }
}
