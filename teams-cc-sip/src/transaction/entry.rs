//! One transaction: its machine, its messages and its way.

use std::{collections::BTreeSet, sync::Arc};

use teams_cc_core::Instant;

use super::{
    Client, ClientState, InviteClient, InviteClientState, InviteServer, InviteServerState, Server,
    ServerState, Step, TransactionId,
    key::{ClientKey, MergeKey, ServerKey},
};
use crate::{
    endpoint::{Route, Target},
    fingerprint::Printed,
    message::{Message, Request},
};

#[derive(Debug)]
pub(super) enum Machine {
    InviteClient(InviteClient),
    Client(Client),
    InviteServer(InviteServer),
    Server(Server),
}

#[derive(Debug)]
pub(super) struct Entry<O> {
    pub(super) owner: O,
    pub(super) machine: Machine,
    /// What was asked; a server that has responded for good needs it no more.
    pub(super) request: Option<Arc<Request>>,
    /// The ACK of a refused client, the latest response of a server.
    pub(super) latest: Option<Arc<Message>>,
    pub(super) route: Route,
    pub(super) fallback: Option<Target>,
    pub(super) client: Option<(Printed<ClientKey>, Option<Printed<MergeKey>>)>,
    pub(super) server: Option<(Printed<ServerKey>, Option<Printed<MergeKey>>)>,
    /// The time it stands under among those that want to act.
    pub(super) due: Option<Instant>,
}

impl Machine {
    pub(super) fn on_time(&mut self, now: Instant) -> Step {
        match self {
            Self::InviteClient(m) => m.on_time(now),
            Self::Client(m) => m.on_time(now),
            Self::InviteServer(m) => m.on_time(now),
            Self::Server(m) => m.on_time(now),
        }
    }

    pub(super) fn on_unreachable(&mut self) -> Step {
        match self {
            Self::InviteClient(m) => m.on_unreachable(),
            Self::Client(m) => m.on_unreachable(),
            Self::InviteServer(m) => m.on_unreachable(),
            Self::Server(m) => m.on_unreachable(),
        }
    }
}

impl<O> Entry<O> {
    /// Moves it to its time.
    pub(super) fn arm(&mut self, id: TransactionId, due: &mut BTreeSet<(Instant, TransactionId)>) {
        let at = self.deadline();
        if at == self.due {
            return;
        }
        if let Some(before) = std::mem::replace(&mut self.due, at) {
            due.remove(&(before, id));
        }
        due.extend(at.map(|at| (at, id)));
    }

    fn deadline(&self) -> Option<Instant> {
        match &self.machine {
            Machine::InviteClient(m) => m.deadline(),
            Machine::Client(m) => m.deadline(),
            Machine::InviteServer(m) => m.deadline(),
            Machine::Server(m) => m.deadline(),
        }
    }

    /// Whether the response has been acknowledged, or is nothing this transaction repeats.
    pub(super) fn is_acknowledged(&self) -> bool {
        matches!(&self.machine, Machine::InviteServer(m)
            if matches!(m.state(), InviteServerState::Accepted | InviteServerState::Confirmed))
    }

    pub(super) fn is_over(&self) -> bool {
        match &self.machine {
            Machine::InviteClient(m) => m.state() == InviteClientState::Terminated,
            Machine::Client(m) => m.state() == ClientState::Terminated,
            Machine::InviteServer(m) => m.state() == InviteServerState::Terminated,
            Machine::Server(m) => m.state() == ServerState::Terminated,
        }
    }

    /// Whether a request of ours still waits for its final response.
    pub(super) fn is_waiting(&self) -> bool {
        match &self.machine {
            Machine::InviteClient(m) => {
                matches!(m.state(), InviteClientState::Calling | InviteClientState::Proceeding)
            }
            Machine::Client(m) => {
                matches!(m.state(), ClientState::Trying | ClientState::Proceeding)
            }
            _ => false,
        }
    }
}
