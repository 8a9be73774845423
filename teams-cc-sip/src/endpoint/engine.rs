//! The endpoint itself: inputs in, outputs out.

use std::collections::BTreeMap;

use teams_cc_core::{Instant, time::Deadlines};

use super::{
    CallHandle, CallPolicy, Command, EndpointConfig, Error, FlowId, Input, Output, ReferHandle,
    RequestHandle, Target, Turned,
    core::{Core, Met, Owner},
    dispatch::Urgency,
    told::{on_call_time, on_told, on_told_outside},
};
use crate::{
    dialog::Call,
    message::{Request, Response},
    transaction::table::What,
};

/// A SIP user agent as a state machine.
///
/// Feed it every message, closed flow, failed send and order with [`Endpoint::handle_input`],
/// then drain [`Endpoint::poll_output`] until it says [`Output::Timeout`], and come back with
/// [`Input::Wake`] when that time has come. It reads no clock and no randomness: the same inputs
/// at the same times give the same outputs.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) core: Core,
    /// Boxed: large values would be moved with every change of their neighbours.
    pub(crate) calls: BTreeMap<CallHandle, Box<Call>>,
    deadlines: Deadlines<CallHandle>,
}

impl Endpoint {
    /// An endpoint that has no calls.
    #[must_use]
    pub fn new(config: EndpointConfig) -> Self {
        Self { core: Core::new(config), calls: BTreeMap::new(), deadlines: Deadlines::default() }
    }

    /// A handle for a call that [`Command::Invite`] is to start.
    pub fn reserve_call(&mut self) -> CallHandle {
        CallHandle(self.core.number())
    }

    /// A handle for a request of ours.
    pub fn reserve_request(&mut self) -> RequestHandle {
        RequestHandle(self.core.number())
    }

    /// Takes one input in.
    ///
    /// # Errors
    ///
    /// An order that cannot be followed, or [`Error::Undrained`]; then nothing has changed and
    /// nothing was sent. What peers send is never an error.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Error> {
        self.handle_met(now, input, None)
    }

    /// The same, with what has been read already of the request that came.
    pub(crate) fn handle_met(
        &mut self,
        now: Instant,
        input: Input,
        met: Option<Met>,
    ) -> Result<(), Error> {
        if self.core.out.len() >= self.core.config.limits.outputs {
            return Err(Error::Undrained);
        }
        let done = match input {
            Input::Received { origin, message } => {
                self.on_message(now, origin, *message, Urgency::Usual, met);
                Ok(())
            }
            Input::Urgent { origin, message } => {
                self.on_message(now, origin, *message, Urgency::Urgent, met);
                Ok(())
            }
            Input::Denied { origin, message, status } => {
                self.on_denied(origin, *message, &Response::new(status), met);
                Ok(())
            }
            Input::Refused { origin, message, response } => {
                self.on_denied(origin, *message, &response, met);
                Ok(())
            }
            Input::Malformed { origin, fault } => {
                if let Some(answer) = fault.answer {
                    self.core.transmit(super::Route::Flow(origin.flow), *answer);
                }
                self.core.turned(origin, Turned::Malformed);
                Ok(())
            }
            Input::FlowClosed { flow } => {
                self.on_flow_closed(flow);
                Ok(())
            }
            Input::ConnectionLost { target } => {
                let calls = |owner: &Owner| matches!(owner, Owner::Invite(_));
                self.core.table.on_connection_lost(&target, calls, &mut self.core.out);
                Ok(())
            }
            Input::SendFailed { transaction } => {
                self.core.table.on_unreachable(transaction, &mut self.core.out);
                Ok(())
            }
            Input::Command(command) => self.on_command(now, command),
            Input::Wake => {
                self.on_time(now);
                Ok(())
            }
        };
        self.hear(now);
        self.core.challenged = None;
        done
    }

    /// The next thing to do; [`Output::Timeout`] when there is nothing more for now.
    pub fn poll_output(&mut self) -> Output {
        self.core.out.pop_front().unwrap_or_else(|| {
            let call = self.deadlines.next_deadline();
            Output::Timeout([call, self.core.table.deadline()].into_iter().flatten().min())
        })
    }

    /// Whether nothing waits to be polled.
    pub(crate) fn is_drained(&self) -> bool {
        self.core.out.is_empty()
    }

    /// How many calls are not over.
    #[must_use]
    pub fn active_calls(&self) -> usize {
        self.core.active
    }

    /// How many requests of ours, such as a BYE, still wait for their final response.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.core.table.waiting()
    }

    /// Whether nothing is left: no call, no transaction, no subscription.
    ///
    /// After the last call this takes 64 × T1 over datagrams, in which repeats are absorbed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let core = &self.core;
        self.calls.is_empty()
            && self.deadlines.is_empty()
            && core.table.len() == 0
            && core.dialogs.is_empty()
            && core.incoming.is_empty()
            && core.refers.is_empty()
            && core.active == 0
    }

    /// Changes a call together with everything else; nothing where it is not known.
    pub(crate) fn with_call<R>(
        &mut self,
        handle: CallHandle,
        change: impl FnOnce(&mut Core, &mut Call) -> R,
    ) -> Option<R> {
        let call = self.calls.get_mut(&handle)?;
        let result = change(&mut self.core, call);
        self.settle(handle);
        Some(result)
    }

    pub(crate) fn add(&mut self, call: Call) {
        let handle = call.handle;
        self.calls.insert(handle, Box::new(call));
        self.settle(handle);
    }

    /// Sets the call's timer anew, or forgets a call to which nothing can happen any more.
    fn settle(&mut self, handle: CallHandle) {
        let Some(call) = self.calls.get(&handle) else { return };
        let forgotten = call.is_forgettable();
        self.deadlines.set(handle, call.deadline().filter(|_| !forgotten));
        if forgotten {
            if let Some(dialog) = &call.dialog {
                self.core.dialogs.remove(&dialog.id);
            }
            self.calls.remove(&handle);
        }
    }

    fn on_flow_closed(&mut self, flow: FlowId) {
        self.core.table.on_flow_closed(flow);
        for call in self.calls.values_mut() {
            if call.origin.is_some_and(|origin| origin.flow == flow) {
                call.origin = None;
            }
        }
    }

    fn on_time(&mut self, now: Instant) {
        self.core.table.on_time(now, &mut self.core.out);
        self.hear(now);
        while let Some((_, handle)) = self.deadlines.pop_due(now) {
            self.with_call(handle, |core, call| on_call_time(core, call, now));
            self.hear(now);
        }
    }

    /// Acts on all that transactions have told.
    fn hear(&mut self, now: Instant) {
        while let Some((id, owner, what)) = self.core.table.next_told() {
            if matches!(what, What::Gone) {
                self.core.tries.remove(&id);
            }
            if let Some(handle) = owner.call() {
                self.with_call(handle, |core, call| on_told(core, call, now, id, owner, what));
                continue;
            }
            if let What::Response(response) = &what
                && self.core.again(now, None, id, owner, response)
            {
                continue;
            }
            on_told_outside(&mut self.core, owner, what);
        }
    }

    fn on_command(&mut self, now: Instant, command: Command) -> Result<(), Error> {
        match command {
            Command::Invite { call, to, request } => {
                let policy = self.core.config.policy;
                self.invite(now, call, to, &request, policy)
            }
            Command::InviteWith { call, to, request, policy } => {
                self.invite(now, call, to, &request, policy)
            }
            Command::Policy { call, policy } => self.order(call, |_, call| call.set_policy(policy)),
            Command::RespondInvite { call, response } => {
                self.order(call, |core, call| core.respond_invite(now, call, &response))
            }
            Command::Cancel { call, extras } => {
                self.order(call, |core, call| core.cancel(now, call, extras))
            }
            Command::Bye { call, extras } => {
                self.order(call, |core, call| core.bye(now, call, extras))
            }
            Command::ReInvite { call, extras } => {
                self.order(call, |core, call| core.re_invite(now, call, extras))
            }
            Command::Update { call, fork, extras } => {
                self.order(call, |core, call| core.update(now, call, fork, extras))
            }
            Command::Prack { call, fork, extras } => {
                self.order(call, |core, call| core.prack(now, call, fork, &extras))
            }
            Command::Acknowledge { call, extras } => {
                self.order(call, |core, call| core.acknowledge(call, &extras))
            }
            Command::RequestInCall { request, call, method, extras } => self
                .order(call, |core, call| {
                    core.request_in_call(now, call, request, method, &extras)
                }),
            Command::Refer { request, call, refer_to, extras } => {
                self.order(call, |core, call| core.refer(now, call, request, &refer_to, &extras))
            }
            Command::Request { request, to, draft } => self.core.request(now, request, to, &draft),
            Command::Respond { request, response } => self.respond(now, request, &response),
            Command::RespondRefer { refer, response } => self
                .order_refer(refer, |core, call| core.respond_refer(now, call, refer, &response)),
            Command::NotifyRefer { refer, status } => {
                self.order_refer(refer, |core, call| core.notify_refer(now, call, refer, status))
            }
            Command::Admit { calls } => {
                self.core.admitted = Some(calls);
                Ok(())
            }
            Command::Account { call, at } => self.order(call, |_, call| {
                call.fallback.get_or_insert(at);
                Ok(())
            }),
            Command::ReuseFlow { call } => self.order(call, |_, call| {
                call.reuse_flow = true;
                Ok(())
            }),
        }
    }

    fn invite(
        &mut self,
        now: Instant,
        call: CallHandle,
        to: Target,
        request: &Request,
        policy: CallPolicy,
    ) -> Result<(), Error> {
        if self.calls.contains_key(&call) {
            return Err(Error::HandleInUse(call.number()));
        }
        let made = self.core.invite(now, call, to, request, policy)?;
        self.add(made);
        Ok(())
    }

    fn order(
        &mut self,
        handle: CallHandle,
        change: impl FnOnce(&mut Core, &mut Call) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.calls.get(&handle).is_none_or(|call| call.is_over()) {
            return Err(Error::UnknownCall(handle));
        }
        self.with_call(handle, change).unwrap_or(Err(Error::UnknownCall(handle)))
    }

    fn order_refer(
        &mut self,
        refer: ReferHandle,
        change: impl FnOnce(&mut Core, &mut Call) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let unknown = Error::UnknownRefer(refer);
        let handle = *self.core.refers.get(&refer).ok_or(unknown.clone())?;
        self.with_call(handle, change).unwrap_or(Err(unknown))
    }
}
