//! What becomes of an attempt to connect, and of the messages that waited for it.

use std::io;

use tokio::task::Id;

use super::{Flows, LOCATE_AFTER, RENEW_AFTER, RENEW_AGAIN, Waiting};
use crate::{
    direct_routing::ConnectionFault,
    io::{Connection, network::ConnectionKind},
    transport::{Target, TransportKind},
    trunk::input::Input,
};

impl Flows {
    /// An attempt is over: what waited for the connection is sent, or fails.
    pub(super) fn connected(&mut self, task: Id, connection: io::Result<Connection>) -> Vec<Input> {
        let Some(target) = self.by_connect.remove(&task) else { return Vec::new() };
        let Some(waiting) = self.waiting.remove(&target) else { return Vec::new() };
        let (flow, mut news) = match connection.map(|connection| connection.kind) {
            Ok(ConnectionKind::Stream(stream, peer)) => {
                let (flow, opened) = self.stream(stream, peer, true);
                (flow, vec![opened])
            }
            Ok(ConnectionKind::Path(socket, remote)) => {
                let number = self.socket(&socket);
                self.datagram(number, remote)
            }
            Ok(ConnectionKind::Socket(_)) => {
                return self.not_connected(waiting, &io::ErrorKind::Unsupported.into(), &target);
            }
            Err(error) => return self.not_connected(waiting, &error, &target),
        };
        news.push(Input::FlowLeads { flow, target: target.clone() });
        let lasts = match target.transport {
            // The DNS decides how long what it says holds, and the resolver remembers it.
            TransportKind::Udp => target.is_by_name().then_some(LOCATE_AFTER),
            TransportKind::Tcp | TransportKind::Tls => Some(RENEW_AFTER),
        };
        let renew_at = lasts.map(|lasts| waiting.since + lasts);
        if let Some((old, _)) = self.own.insert(target, (flow, renew_at))
            && old != flow
        {
            // What is under way on it ends there; it closes by and by.
            self.retire(vec![old]);
        }
        if let Some(stream) = self.streams.get_mut(&flow) {
            stream.first = waiting.messages.iter().filter_map(|(sent, _)| *sent).collect();
        }
        for (transaction, bytes) in waiting.messages {
            if !self.send(flow, bytes)
                && let Some(transaction) = transaction
            {
                news.push(Input::SendFailed { transaction });
            }
        }
        news
    }

    /// One that was to be renewed carries on; without any, what waited is lost.
    fn not_connected(
        &mut self,
        waiting: Waiting,
        error: &io::Error,
        target: &Target,
    ) -> Vec<Input> {
        if let Some((_, renew_at)) = self.own.get_mut(target) {
            tracing::warn!(%error, %target, "a connection could not be renewed");
            *renew_at = Some(waiting.since + RENEW_AGAIN);
            return Vec::new();
        }
        failed(waiting, error, target)
    }
}

/// Says why to the engine, and fails each message that waited for the connection.
fn failed(waiting: Waiting, error: &io::Error, target: &Target) -> Vec<Input> {
    let fault = ConnectionFault::of(error);
    tracing::warn!(%error, %target, why = %fault, "a connection could not be opened");
    let why = Input::NotReached { target: target.clone(), fault };
    let lost = waiting
        .messages
        .into_iter()
        .filter_map(|(transaction, _)| Some(Input::SendFailed { transaction: transaction? }));
    std::iter::once(why).chain(lost).collect()
}
