//! Requests and ACKs within the dialog of a call (RFC 3261 §12.2.1.1).

use teams_cc_core::Instant;

use super::{
    Error, Extras, Route, TransportKind,
    authorizing::credentials,
    core::{Core, Owner},
    draft::add_extras,
};
use crate::{
    dialog::{
        Call, Stage,
        option_tag::{self, RELIABLE},
        session_timer, target_of,
    },
    endpoint::Reliability,
    message::{HeaderName, Headers, Method, Request, Uri},
    transaction::TransactionId,
};

/// A request to send within a call.
pub(crate) struct Ask<'a> {
    pub(crate) owner: Owner,
    pub(crate) method: Method,
    /// The remote tag of the branch, while nobody has answered.
    pub(crate) branch: Option<&'a str>,
    /// Headers that only the endpoint writes.
    pub(crate) own: Headers,
    pub(crate) extras: &'a Extras,
}

impl Core {
    /// Sends a request within the dialog of a call.
    pub(crate) fn send_in_call(
        &mut self,
        now: Instant,
        call: &mut Call,
        owner: Owner,
        method: Method,
        extras: &Extras,
    ) -> Result<TransactionId, Error> {
        self.ask(now, call, Ask { owner, method, branch: None, own: Headers::new(), extras })
    }

    /// Sends a request within the dialog of a call or of one of its branches.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        call: &mut Call,
        ask: Ask<'_>,
    ) -> Result<TransactionId, Error> {
        if self.is_full_for_calls() {
            return Err(Error::TooMany("transactions"));
        }
        let Ask { owner, method, branch, own, extras } = ask;
        let state = call.state();
        // A draft that cannot be written must not use up a number.
        let Some(mut trial) = call.dialog_at(branch).map(|dialog| dialog.clone()) else {
            return Err(Error::WrongState { order: "send a request", state });
        };
        let targets =
            matches!(method, Method::Invite | Method::Update | Method::Notify | Method::Refer);
        let changes = matches!(method, Method::Invite | Method::Update);
        let (mut request, hop) = trial.request(method);
        let headers = request.headers_mut();
        if targets && !extras.headers.contains(HeaderName::Contact) {
            headers.push_header(call.contact.clone());
        }
        for header in &own {
            headers.push_header(header);
        }
        add_extras(extras, &mut request)?;
        if changes && matches!(call.stage, Stage::Up) {
            if let Some(timer) = &call.policy.session_timer {
                session_timer::ask(timer, call.timer.as_ref(), request.headers_mut());
            }
            if call.policy.reliability != Reliability::Off {
                option_tag::support(request.headers_mut(), RELIABLE);
            }
        }
        if let Some(dialog) = call.dialog_at(branch) {
            *dialog = trial;
        }
        let (route, transport) = way(call, &hop).ok_or(Error::NoTarget)?;
        if let Some(account) = self.account_of(&route, Some(call)) {
            self.authorize(Some(&account), &mut request);
            if *request.method() == Method::Invite {
                call.credentials = credentials(&request);
            }
        }
        let id = self.send(now, owner, request, route, transport)?;
        call.live += 1;
        Ok(id)
    }

    /// Sends an ACK to a 2xx, which belongs to no transaction, and keeps it for repeats.
    pub(crate) fn send_ack(
        &mut self,
        call: &Call,
        mut ack: Request,
        hop: &Uri,
    ) -> Option<(Request, Route)> {
        let (route, transport) = way(call, hop)?;
        let via = self.config.via(transport, &self.tokens.branch()).ok()?;
        ack.headers_mut().push_front_typed(&via);
        self.transmit(route.clone(), ack.clone());
        Some((ack, route))
    }
}

/// Which way a request within a call goes.
pub(crate) fn way(call: &Call, hop: &Uri) -> Option<(Route, TransportKind)> {
    if let Some(origin) = call.origin.filter(|_| call.reuse_flow) {
        return Some((Route::Flow(origin.flow), origin.transport));
    }
    let target = target_of(hop).or_else(|| call.fallback.clone())?;
    let transport = target.transport;
    Some((Route::Target(target), transport))
}
