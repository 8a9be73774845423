//! Addresses on sockets, as if each were a connection.

use std::net::SocketAddr;

use super::{Datagram, Flows, MAX_DATAGRAM_FLOWS};
use crate::{endpoint::FlowId, io::Peer, transport::TransportKind, trunk::input::Input};

impl Flows {
    /// The flow of an address on a socket, and what the engine has to know about it.
    pub(in crate::io) fn datagram(
        &mut self,
        socket: usize,
        remote: SocketAddr,
    ) -> (FlowId, Vec<Input>) {
        self.used = self.used.wrapping_add(1);
        if let Some(flow) = self.by_address.get(&(socket, remote)) {
            if let Some(datagram) = self.datagrams.get_mut(flow) {
                self.by_use.remove(&datagram.used);
                datagram.used = self.used;
                self.by_use.insert(self.used, *flow);
            }
            return (*flow, Vec::new());
        }
        let mut news = Vec::new();
        if self.datagrams.len() >= MAX_DATAGRAM_FLOWS
            && let Some((_, oldest)) = self.by_use.pop_first()
            && let Some(datagram) = self.datagrams.remove(&oldest)
        {
            self.by_address.remove(&(datagram.socket, datagram.remote));
            self.own.retain(|_, (flow, _)| *flow != oldest);
            news.push(Input::FlowClosed { flow: oldest });
        }
        let flow = self.number();
        self.datagrams.insert(flow, Datagram { socket, remote, used: self.used });
        self.by_use.insert(self.used, flow);
        self.by_address.insert((socket, remote), flow);
        let peer = Peer::new(TransportKind::Udp, remote);
        news.push(Input::FlowOpened { flow, peer });
        (flow, news)
    }
}
