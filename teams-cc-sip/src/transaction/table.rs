//! All transactions of an endpoint, found by key and by deadline.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use teams_cc_core::Instant;

use super::{
    Client, InviteClient, InviteServer, InviteServerState, Send, Server, Step, Tell, Timers,
    TransactionId,
    entry::{Entry, Machine},
    follow::acknowledge,
    key::{ClientKey, Envelope, MergeKey, ServerKey},
};
use crate::{
    endpoint::{FlowId, Output, Route, Target, Transmit},
    fingerprint::Printed,
    message::{Message, Method, Request, Response, StatusCode},
};

/// What a transaction tells its owner.
#[derive(Debug)]
pub(crate) enum What {
    Response(Box<Response>),
    Ack(Box<Request>),
    TimedOut,
    Unreachable,
    /// The transaction is forgotten; the last thing said of it.
    Gone,
}

/// What to start a server transaction with.
pub(crate) struct Arrival {
    pub(crate) key: Printed<ServerKey>,
    pub(crate) merge: Option<Printed<MergeKey>>,
    /// What has to be known to respond later; nothing where the response comes at once.
    pub(crate) request: Option<Request>,
    pub(crate) invite: bool,
    pub(crate) route: Route,
    /// Where responses go when the flow has closed (RFC 3261 §18.2.2).
    pub(crate) fallback: Option<Target>,
    pub(crate) reliable: bool,
}

/// All transactions of an endpoint.
#[derive(Debug)]
pub(crate) struct Table<O> {
    timers: Timers,
    next: u64,
    /// Boxed: large values would be moved with every change of their neighbours.
    pub(super) entries: BTreeMap<TransactionId, Box<Entry<O>>>,
    pub(super) clients: BTreeMap<Printed<ClientKey>, TransactionId>,
    pub(super) servers: BTreeMap<Printed<ServerKey>, TransactionId>,
    pub(super) merges: BTreeMap<Printed<MergeKey>, TransactionId>,
    /// INVITEs of ours outside of dialogs, by what they keep if they come back.
    pub(super) sent: BTreeMap<Printed<MergeKey>, TransactionId>,
    /// When transactions want to act; each knows its own time.
    due: BTreeSet<(Instant, TransactionId)>,
    told: VecDeque<(TransactionId, O, What)>,
}

impl<O: Copy> Table<O> {
    pub(crate) fn new(timers: Timers) -> Self {
        Self {
            timers,
            next: 0,
            entries: BTreeMap::new(),
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            merges: BTreeMap::new(),
            sent: BTreeMap::new(),
            due: BTreeSet::new(),
            told: VecDeque::new(),
        }
    }

    /// Sends a request that has its Via; `None` where that has no branch of its own.
    pub(crate) fn request(
        &mut self,
        now: Instant,
        owner: O,
        request: Request,
        route: Route,
        reliable: bool,
        out: &mut VecDeque<Output>,
    ) -> Option<TransactionId> {
        let envelope = Envelope::of(request.headers()).ok()?;
        let key = ClientKey::of(&envelope)?.printed();
        let merge = MergeKey::of(&envelope).filter(|_| *request.method() == Method::Invite);
        let merge = merge.map(MergeKey::printed);
        let (machine, step) = if *request.method() == Method::Invite {
            let (machine, step) = InviteClient::new(now, self.timers, reliable);
            (Machine::InviteClient(machine), step)
        } else {
            let (machine, step) = Client::new(now, self.timers, reliable);
            (Machine::Client(machine), step)
        };
        let id = self.insert(Entry {
            owner,
            machine,
            request: Some(Arc::new(request)),
            latest: None,
            route,
            fallback: None,
            client: Some((key.clone(), merge.clone())),
            server: None,
            due: None,
        });
        self.clients.insert(key, id);
        if let Some(merge) = merge {
            self.sent.insert(merge, id);
        }
        self.apply(id, step, None, out);
        Some(id)
    }

    /// Takes a request in that belongs to no transaction yet.
    pub(crate) fn accept(&mut self, now: Instant, owner: O, arrival: Arrival) -> TransactionId {
        let Arrival { key, merge, request, invite, route, fallback, reliable } = arrival;
        let machine = if invite {
            Machine::InviteServer(InviteServer::new(self.timers, reliable))
        } else {
            Machine::Server(Server::new(now, self.timers, reliable))
        };
        let id = self.insert(Entry {
            owner,
            machine,
            request: request.map(Arc::new),
            latest: None,
            route,
            fallback,
            client: None,
            server: Some((key.clone(), merge.clone())),
            due: None,
        });
        self.servers.insert(key, id);
        if let Some(merge) = merge {
            self.merges.insert(merge, id);
        }
        id
    }

    /// Takes a response in; hands it back where it belongs to no request of ours.
    pub(crate) fn on_response(
        &mut self,
        now: Instant,
        envelope: &Envelope,
        response: Box<Response>,
        out: &mut VecDeque<Output>,
    ) -> Result<(), Box<Response>> {
        let found =
            ClientKey::of(envelope).and_then(|key| self.clients.get(&key.printed()).copied());
        let Some((id, entry)) =
            found.and_then(|id| self.entries.get_mut(&id).map(|entry| (id, entry)))
        else {
            return Err(response);
        };
        let status = response.status().as_u16();
        let step = match &mut entry.machine {
            Machine::InviteClient(machine) => machine.on_response(now, status),
            Machine::Client(machine) => machine.on_response(now, status),
            Machine::InviteServer(_) | Machine::Server(_) => return Err(response),
        };
        if step.send == Some(Send::Ack) && entry.latest.is_none() {
            entry.latest = entry
                .request
                .as_ref()
                .map(|request| Arc::new(acknowledge(request, &response).into()));
        }
        self.apply(id, step, Some(What::Response(response)), out);
        Ok(())
    }

    /// Takes an ACK in that has the branch of its INVITE.
    pub(crate) fn on_ack(
        &mut self,
        now: Instant,
        id: TransactionId,
        ack: Box<Request>,
        out: &mut VecDeque<Output>,
    ) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Machine::InviteServer(machine) = &mut entry.machine {
            let step = machine.on_ack(now);
            if machine.state() == InviteServerState::Confirmed {
                entry.latest = None;
            }
            self.apply(id, step, Some(What::Ack(ack)), out);
        }
    }

    /// A request came again.
    pub(crate) fn on_repeat(&mut self, id: TransactionId, out: &mut VecDeque<Output>) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let step = match &mut entry.machine {
            Machine::InviteServer(machine) => machine.on_repeat(),
            Machine::Server(machine) => machine.on_repeat(),
            Machine::InviteClient(_) | Machine::Client(_) => Step::NOTHING,
        };
        self.apply(id, step, None, out);
    }

    /// Responds; whether the response was still due.
    pub(crate) fn respond(
        &mut self,
        now: Instant,
        id: TransactionId,
        response: Response,
        out: &mut VecDeque<Output>,
    ) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else { return false };
        let status = response.status().as_u16();
        let step = match &mut entry.machine {
            Machine::InviteServer(machine) => machine.on_respond(now, status),
            Machine::Server(machine) => machine.on_respond(now, status),
            Machine::InviteClient(_) | Machine::Client(_) => return false,
        };
        if step.send.is_none() {
            return false;
        }
        entry.latest = Some(Arc::new(response.into()));
        if status >= 200 {
            // From now on it is the response that is repeated; the request has done its work.
            entry.request = None;
        }
        self.apply(id, step, None, out);
        true
    }

    /// The 2xx to an INVITE has been acknowledged: it is never sent again, and whoever it was for
    /// hears no more of it; whether that is so.
    pub(crate) fn acknowledged(&mut self, id: TransactionId, owner: O) -> bool {
        let entry = self.entries.get_mut(&id).filter(|entry| entry.is_acknowledged());
        entry.is_some_and(|entry| {
            (entry.owner, entry.latest, entry.fallback) = (owner, None, None);
            true
        })
    }

    /// Sends the latest response of a server again, as the owner's own timer asks.
    pub(crate) fn resend(&mut self, id: TransactionId, out: &mut VecDeque<Output>) {
        self.apply(id, Step::send(Send::Response), None, out);
    }

    /// Lets every transaction act whose time has come.
    pub(crate) fn on_time(&mut self, now: Instant, out: &mut VecDeque<Output>) {
        while let Some(&(at, id)) = self.due.first()
            && at <= now
        {
            self.due.pop_first();
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            entry.due = None;
            let step = entry.machine.on_time(now);
            self.apply(id, step, None, out);
        }
    }

    /// A message of this transaction could not be sent.
    pub(crate) fn on_unreachable(&mut self, id: TransactionId, out: &mut VecDeque<Output>) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let (Route::Flow(_), Some(target)) = (&entry.route, entry.fallback.take()) {
            entry.route = Route::Target(target);
            if entry.latest.is_some() {
                self.apply(id, Step::send(Send::Response), None, out);
            }
            return;
        }
        let step = entry.machine.on_unreachable();
        self.apply(id, step, None, out);
    }

    /// Responses due on this flow go the other way from now on.
    pub(crate) fn on_flow_closed(&mut self, flow: FlowId) {
        for entry in self.entries.values_mut() {
            if entry.route == Route::Flow(flow)
                && let Some(target) = entry.fallback.take()
            {
                entry.route = Route::Target(target);
            }
        }
    }

    /// INVITEs on their way to a target whose connection is gone, of the owners named.
    pub(crate) fn on_connection_lost(
        &mut self,
        target: &Target,
        concerns: impl Fn(&O) -> bool,
        out: &mut VecDeque<Output>,
    ) {
        let lost = |entry: &Entry<O>| {
            matches!(&entry.route, Route::Target(to) if to == target) && concerns(&entry.owner)
        };
        let lost: Vec<TransactionId> =
            self.entries.iter().filter(|(_, entry)| lost(entry)).map(|(id, _)| *id).collect();
        for id in lost {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            if let Machine::InviteClient(client) = &mut entry.machine {
                let step = client.on_connection_lost();
                self.apply(id, step, None, out);
            }
        }
    }

    /// Forgets a transaction of ours that got no final response (RFC 3261 §9.1).
    pub(crate) fn forget(&mut self, id: TransactionId) {
        self.remove(id);
    }

    pub(crate) fn next_told(&mut self) -> Option<(TransactionId, O, What)> {
        self.told.pop_front()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Requests of ours that still wait for a final response.
    pub(crate) fn waiting(&self) -> usize {
        self.entries.values().filter(|entry| entry.is_waiting()).count()
    }

    fn insert(&mut self, entry: Entry<O>) -> TransactionId {
        let id = TransactionId(self.next);
        self.next += 1;
        let entry = self.entries.entry(id).or_insert(Box::new(entry));
        entry.arm(id, &mut self.due);
        id
    }

    fn apply(
        &mut self,
        id: TransactionId,
        step: Step,
        what: Option<What>,
        out: &mut VecDeque<Output>,
    ) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let message = match step.send {
            Some(Send::Request) => {
                let request = entry.request.as_deref();
                request.map(|request| Arc::new(Message::Request(request.clone())))
            }
            Some(Send::Ack | Send::Response) => entry.latest.clone(),
            Some(Send::Trying) => {
                let request = entry.request.as_deref();
                request.map(|request| Arc::new(Response::to(request, StatusCode::TRYING).into()))
            }
            None => None,
        };
        if step.send == Some(Send::Trying) {
            entry.latest.clone_from(&message);
        }
        if let Some(message) = message {
            let to = entry.route.clone();
            out.push_back(Output::Transmit(Box::new(Transmit {
                transaction: Some(id),
                to,
                message,
            })));
        }
        let told = match step.tell {
            Some(Tell::Message) => what,
            Some(Tell::TimedOut) => Some(What::TimedOut),
            Some(Tell::Unreachable) => Some(What::Unreachable),
            None => None,
        };
        if let Some(what) = told {
            self.told.push_back((id, entry.owner, what));
        }
        if entry.is_over() {
            self.remove(id);
        } else {
            entry.arm(id, &mut self.due);
        }
    }

    fn remove(&mut self, id: TransactionId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        if let Some(at) = entry.due {
            self.due.remove(&(at, id));
        }
        if let Some((key, merge)) = entry.client {
            self.clients.remove(&key);
            if let Some(merge) = merge {
                self.sent.remove(&merge);
            }
        }
        if let Some((key, merge)) = entry.server {
            self.servers.remove(&key);
            // A later request with the same merge key was refused, so the entry is this one's.
            if let Some(merge) = merge {
                self.merges.remove(&merge);
            }
        }
        self.told.push_back((id, entry.owner, What::Gone));
    }
}
