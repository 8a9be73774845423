//! Requests that are no part of an INVITE's life: OPTIONS, INFO, MESSAGE, NOTIFY.

use teams_cc_core::Instant;

use super::{
    Endpoint, Error, Event, Extras, RequestHandle, Route, Target,
    core::{Core, Incoming, Owner},
    draft::Fresh,
};
use crate::{
    dialog::{Call, Stage},
    message::{Method, Request, Response},
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
        let request = self.config.outside(draft, &contact, &fresh)?;
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
        let request = RequestHandle(self.number());
        let handle = call.as_ref().map(|call| call.handle);
        let id = self.take(now, Owner::Peer(request, handle), &incoming, call);
        self.incoming.insert(request, id);
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
        let core = &mut self.core;
        let unknown = Error::UnknownRequest(handle);
        let id = *core.incoming.get(&handle).ok_or(unknown.clone())?;
        let request = core.table.request_of(id).ok_or(unknown.clone())?;
        let tag = core.tokens.tag_for(&format!("{}", id.number()));
        let response = core.config.response(request, draft, &tag, None)?;
        let last = draft.status().is_final();
        if !core.table.respond(now, id, response, &mut core.out) {
            return Err(unknown);
        }
        if last {
            core.incoming.remove(&handle);
        }
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
        | Method::Refer => Err(Error::Method(method.as_str().into())),
        _ => Ok(()),
    }
}
