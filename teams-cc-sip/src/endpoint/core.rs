//! What every part of the endpoint works with: transactions, tokens and the outbox.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use teams_cc_core::Instant;

use super::{
    CallEnd, CallHandle, EndpointConfig, Error, Event, Origin, Output, ReferHandle, RequestHandle,
    Route, Target, Transmit, TransportKind, Turned, authorizing::Challenged, draft::reply_route,
    source, token::Tokens,
};
use crate::{
    dialog::{Call, DialogId, Stage},
    digest::Account,
    fingerprint::Printed,
    message::{Method, Request, Response, StatusCode, typed::RetryAfter},
    transaction::{
        TransactionId,
        key::{Envelope, MergeKey, ServerKey},
        table::{Arrival, Table},
    },
};

/// Requests within calls may go this part of the bound above it, so that calls can end under
/// load: a quarter.
const HEADROOM: usize = 4;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Our INVITE.
    Invite(CallHandle),
    /// Our re-INVITE.
    ReInvite(CallHandle),
    /// Our UPDATE.
    Update(CallHandle),
    /// A request of ours in a call that only has to be sent: BYE and CANCEL.
    InCall(CallHandle),
    /// Our report on a REFER.
    Notify(CallHandle, ReferHandle),
    /// Another request of ours, in a call or in none.
    Ours(RequestHandle, Option<CallHandle>),
    /// A peer's INVITE or re-INVITE.
    PeerInvite(CallHandle),
    /// A peer's REFER.
    PeerRefer(CallHandle, ReferHandle),
    /// A peer's other request, which the application answers.
    Peer(RequestHandle, Option<CallHandle>),
    /// A peer's request that is answered for good; what is left of it only repeats the answer.
    Answered,
}

impl Owner {
    pub(crate) fn call(self) -> Option<CallHandle> {
        match self {
            Self::Invite(call)
            | Self::ReInvite(call)
            | Self::Update(call)
            | Self::InCall(call)
            | Self::Notify(call, _)
            | Self::PeerInvite(call)
            | Self::PeerRefer(call, _) => Some(call),
            Self::Ours(_, call) | Self::Peer(_, call) => call,
            Self::Answered => None,
        }
    }
}

/// A request of a peer with what has been read of it.
pub(crate) struct Incoming {
    pub(crate) origin: Origin,
    pub(crate) envelope: Box<Envelope>,
    pub(crate) key: Printed<ServerKey>,
    pub(crate) found: Option<TransactionId>,
    /// Of a request outside of dialogs.
    pub(crate) merge: Option<Printed<MergeKey>>,
    pub(crate) within: Within,
    pub(crate) request: Box<Request>,
}

/// The dialog that a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// None: it has no To tag.
    Nothing,
    /// One that is not here.
    Unknown,
    Call(CallHandle),
}

/// Where a request belongs, read once.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) envelope: Box<Envelope>,
    pub(crate) key: Printed<ServerKey>,
    /// The transaction that it repeats, or whose INVITE it acknowledges.
    pub(crate) found: Option<TransactionId>,
    pub(crate) within: Within,
}

impl Incoming {
    /// Notes where a request came from, whose place has been read.
    pub(crate) fn new(origin: Origin, mut request: Request, met: Met) -> Self {
        let Met { mut envelope, key, found, within } = met;
        let merge = match within {
            Within::Nothing => MergeKey::of(&envelope).map(MergeKey::printed),
            Within::Unknown | Within::Call(_) => None,
        };
        // Responses carry it back; to an ACK there is none.
        if *request.method() != Method::Ack {
            source::note(request.headers_mut(), &mut envelope.via, origin.source);
        }
        Self { origin, envelope, key, found, merge, within, request: Box::new(request) }
    }
}

/// Everything but the calls, so that a call and this can be changed together.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: EndpointConfig,
    pub(crate) tokens: Tokens,
    pub(crate) table: Table<Owner>,
    /// Which call a dialog belongs to.
    pub(crate) dialogs: BTreeMap<DialogId, CallHandle>,
    /// Peers' requests that wait for the application.
    pub(crate) incoming: BTreeMap<RequestHandle, TransactionId>,
    /// Which call a REFER came in.
    pub(crate) refers: BTreeMap<ReferHandle, CallHandle>,
    pub(crate) out: VecDeque<Output>,
    /// Calls that are not over.
    pub(crate) active: usize,
    /// How many of them an order allows.
    pub(crate) admitted: Option<usize>,
    /// Credentials and nonces, by the place that asks for them.
    pub(crate) accounts: BTreeMap<Target, Account>,
    /// The request that the response at hand challenges.
    pub(crate) challenged: Option<Challenged>,
    /// How often a request has been sent with credentials; bounded by the transactions.
    pub(crate) tries: BTreeMap<TransactionId, u8>,
    next: u64,
}

impl Core {
    pub(crate) fn new(config: EndpointConfig) -> Self {
        Self {
            tokens: Tokens::new(config.seed),
            table: Table::new(config.timers),
            accounts: config
                .accounts
                .iter()
                .map(|(to, user)| (to.clone(), Account::new(user.clone())))
                .collect(),
            challenged: None,
            tries: BTreeMap::new(),
            config,
            dialogs: BTreeMap::new(),
            incoming: BTreeMap::new(),
            refers: BTreeMap::new(),
            out: VecDeque::new(),
            active: 0,
            admitted: None,
            next: 0,
        }
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    pub(crate) fn turned(&mut self, origin: Origin, why: Turned) {
        self.event(Event::Turned { origin, why });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.table.len() >= self.config.limits.transactions
    }

    pub(crate) fn is_full_for_calls(&self) -> bool {
        let limit = self.config.limits.transactions;
        self.table.len() >= limit.saturating_add(limit / HEADROOM)
    }

    pub(crate) fn is_full_for_urgent(&self) -> bool {
        self.table.len() >= self.config.limits.transactions.saturating_mul(2)
    }

    /// How many calls may live at once.
    pub(crate) fn room_for_calls(&self) -> usize {
        self.admitted.unwrap_or(self.config.limits.calls)
    }

    /// Whether the application has too many requests of peers to answer.
    pub(crate) fn is_full_of_requests(&self, call: Option<&Call>) -> bool {
        let limits = &self.config.limits;
        self.incoming.len() >= limits.requests
            || call.is_some_and(|call| call.asked.len() >= limits.requests_in_call)
    }

    /// Sends a request that is complete but for its Via.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        owner: Owner,
        mut request: Request,
        route: Route,
        transport: TransportKind,
    ) -> Result<TransactionId, Error> {
        let via = self.config.via(transport, &self.tokens.branch())?;
        request.headers_mut().push_front_typed(&via);
        self.table
            .request(now, owner, request, route, transport.is_reliable(), &mut self.out)
            .ok_or(Error::MissingHeader("Via"))
    }

    /// Sends a message once.
    pub(crate) fn transmit(&mut self, to: Route, message: impl Into<crate::message::Message>) {
        self.out.push_back(Output::Transmit(Box::new(Transmit {
            transaction: None,
            to,
            message: Arc::new(message.into()),
        })));
    }

    /// Takes a request in, to be answered now or later.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        owner: Owner,
        incoming: &Incoming,
        call: Option<&mut Call>,
    ) -> TransactionId {
        self.take_keeping(now, owner, incoming, call, true)
    }

    /// The same; whether the request is kept, to be answered later.
    pub(crate) fn take_keeping(
        &mut self,
        now: Instant,
        owner: Owner,
        incoming: &Incoming,
        call: Option<&mut Call>,
        keep: bool,
    ) -> TransactionId {
        let (route, fallback) = reply_route(&incoming.origin, &incoming.envelope.via);
        if let Some(call) = call.filter(|_| owner.call().is_some()) {
            call.live += 1;
        }
        self.table.accept(
            now,
            owner,
            Arrival {
                key: incoming.key.clone(),
                merge: incoming.merge.clone(),
                request: keep.then(|| (*incoming.request).clone()),
                invite: *incoming.request.method() == Method::Invite,
                route,
                fallback,
                reliable: incoming.origin.transport.is_reliable(),
            },
        )
    }

    /// Takes a request of a call in and answers it at once.
    pub(crate) fn answer_in_call(
        &mut self,
        now: Instant,
        call: &mut Call,
        incoming: &Incoming,
        draft: &Response,
    ) {
        let id = self.take_keeping(now, Owner::Answered, incoming, None, false);
        let tag = call.dialog.as_ref().map_or("", |dialog| dialog.local_tag());
        let contact = Some(&call.contact);
        if let Ok(response) = self.config.response(&incoming.request, draft, tag, contact) {
            self.table.respond(now, id, response, &mut self.out);
        }
    }

    /// Answers a request of a call; whether that was still due.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        id: TransactionId,
        draft: &Response,
        call: &Call,
    ) -> bool {
        let tag = call.dialog.as_ref().map_or("", |dialog| dialog.local_tag());
        let response = self.table.request_of(id).and_then(|request| {
            self.config.response(request, draft, tag, Some(&call.contact)).ok()
        });
        response.is_some_and(|response| self.table.respond(now, id, response, &mut self.out))
    }

    /// Refuses a request without keeping anything of it (RFC 3261 §8.2.7).
    pub(crate) fn refuse(&mut self, incoming: &Incoming, draft: &Response, why: Turned) {
        if *incoming.request.method() != Method::Ack {
            let via = &incoming.envelope.via;
            let tag = self.tokens.tag_for(via.branch().unwrap_or_default());
            if let Ok(response) = self.config.response(&incoming.request, draft, &tag, None) {
                let (route, _) = reply_route(&incoming.origin, via);
                self.transmit(route, response);
            }
        }
        self.turned(incoming.origin, why);
    }

    pub(crate) fn overload(&self) -> Response {
        Response::new(StatusCode::SERVICE_UNAVAILABLE)
            .with(&RetryAfter::new(self.config.limits.retry_after))
    }

    /// Ends a call, once: whatever of it is still open is closed.
    pub(crate) fn end(&mut self, now: Instant, call: &mut Call, end: CallEnd) {
        if call.is_over() {
            return;
        }
        let stage = std::mem::replace(&mut call.stage, Stage::Over);
        if let Stage::Calling(caller) = stage {
            for fork in caller.forks {
                self.dialogs.remove(&fork.id);
            }
        }
        if let Some(offer) = call.peer_offer.take() {
            // RFC 3261 §15.1.2: pending requests get 487.
            let terminated = Response::new(StatusCode::REQUEST_TERMINATED);
            self.answer(now, offer.transaction, &terminated, call);
        }
        call.answer = None;
        if let Some(transaction) = call.offer.take().and_then(|offer| offer.transaction) {
            // A re-INVITE that makes progress has no timer of its own; its peer gives up too.
            call.lingering = Some((transaction, now + self.config.timers.limit()));
        }
        call.next = None;
        call.bye = None;
        call.timer = None;
        call.owed_ack = None;
        call.reliable = None;
        self.active = self.active.saturating_sub(1);
        self.event(Event::Ended { call: call.handle, end });
    }

    /// How long to wait before offering again (RFC 3261 §14.1).
    pub(crate) fn glare(&mut self, outgoing: bool) -> Duration {
        let (least, steps) = if outgoing { (2_100, 191) } else { (0, 201) };
        Duration::from_millis(least + 10 * (self.tokens.number() % steps))
    }
}
