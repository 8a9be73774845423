//! Connections between the parties and the trunk.

use bytes::Bytes;
use teams_cc_sip::message::{Frame, Limits, Message, Request, StreamDecoder};

use super::{Sip, check::BrokenRule, leg::SipAction, write};
use crate::{
    error::Error,
    log::Column,
    world::{Action, ConnectionId, Output, SipParty, World, unknown},
};

/// The most connections at once; a further one is closed at once.
const MAX_LINKS: usize = 4096;
/// The most messages that wait for a connection to stand; further ones are lost.
const MAX_QUEUE: usize = 256;

/// One connection.
pub(super) struct Link {
    pub(super) party: SipParty,
    /// Whether it stands; until then messages wait.
    up: bool,
    decoder: StreamDecoder,
    queue: Vec<Bytes>,
}

impl Link {
    fn new(party: SipParty, up: bool) -> Self {
        Self { party, up, decoder: StreamDecoder::new(Limits::default()), queue: Vec::new() }
    }
}

impl Sip {
    pub(super) fn party(&self, connection: ConnectionId) -> Option<SipParty> {
        self.links.get(&connection).map(|link| link.party)
    }
}

impl World {
    pub(crate) fn sip_opened(&mut self, connection: ConnectionId, party: SipParty) {
        if self.sip.links.len() >= MAX_LINKS {
            self.outbox.push_back(Output::SipClose { connection });
            return;
        }
        self.sip.links.insert(connection, Link::new(party, true));
        self.log.push(
            self.now,
            Column::Center,
            column(party),
            format!("connects to {}", write::label(party)),
        );
    }

    /// A proxy refused the contact center's TLS handshake.
    pub fn refused(&mut self, now: teams_cc_core::Instant, party: SipParty) {
        self.advance(now);
        self.log.push(
            self.now,
            column(party),
            Column::Center,
            format!("{} refuses the TLS handshake", write::label(party)),
        );
    }

    pub(crate) fn sip_connected(&mut self, connection: ConnectionId) -> Result<(), Error> {
        let link = self.sip.links.get_mut(&connection).ok_or_else(unknown)?;
        link.up = true;
        for bytes in std::mem::take(&mut link.queue) {
            self.outbox.push_back(Output::SipTransmit { connection, bytes });
        }
        Ok(())
    }

    pub(crate) fn sip_closed(&mut self, connection: ConnectionId) -> Result<(), Error> {
        let link = self.sip.links.remove(&connection).ok_or_else(unknown)?;
        let own = self.sip.own.get(&link.party) == Some(&connection);
        if own {
            self.sip.own.remove(&link.party);
            self.calls_lost(link.party);
        }
        Ok(())
    }

    pub(crate) fn sip_received(
        &mut self,
        connection: ConnectionId,
        bytes: &[u8],
    ) -> Result<(), Error> {
        self.sip.links.get_mut(&connection).ok_or_else(unknown)?.decoder.push(bytes);
        // Looked up anew each time: handling a message may close the connection.
        while let Some(link) = self.sip.links.get_mut(&connection) {
            let party = link.party;
            match link.decoder.next_frame() {
                Ok(None) => break,
                Ok(Some(Frame::Ping)) => self.send_on(connection, Bytes::from_static(b"\r\n")),
                Ok(Some(Frame::Pong)) => {}
                Ok(Some(Frame::Message(message))) => match *message {
                    Message::Request(request) => self.sip_request(connection, party, &request),
                    Message::Response(response) => self.sip_response(party, &response),
                },
                Err(_) => {
                    self.breaks(BrokenRule::NotSip);
                    self.sip.links.remove(&connection);
                    self.sip.own.retain(|_, own| *own != connection);
                    self.outbox.push_back(Output::SipClose { connection });
                }
            }
        }
        Ok(())
    }

    /// Sends on a connection, or lets the bytes wait until it stands.
    pub(super) fn send_on(&mut self, connection: ConnectionId, bytes: Bytes) {
        let Some(link) = self.sip.links.get_mut(&connection) else {
            return;
        };
        if link.up {
            self.outbox.push_back(Output::SipTransmit { connection, bytes });
        } else if link.queue.len() < MAX_QUEUE {
            link.queue.push(bytes);
        }
    }

    /// Sends a request of a party, on the connection the party opened itself.
    pub(super) fn send_from(&mut self, party: SipParty, bytes: Bytes) {
        let connection = self.sip.own.get(&party).copied().unwrap_or_else(|| self.open(party));
        self.send_on(connection, bytes);
    }

    /// A party opens a connection to the trunk; until it stands, messages wait.
    fn open(&mut self, party: SipParty) -> ConnectionId {
        let connection = self.sip.next_connection();
        self.sip.links.insert(connection, Link::new(party, false));
        self.sip.own.insert(party, connection);
        self.outbox.push_back(Output::SipConnect { connection, party });
        connection
    }

    /// Answers a request on the connection it came on, and shows it in the ladder.
    pub(super) fn respond(
        &mut self,
        connection: ConnectionId,
        request: &Request,
        status: u16,
        tag: Option<&str>,
    ) {
        let bytes = write::Writer::response(request, status, tag).end();
        self.show_response(connection, request, status);
        self.send_on(connection, bytes);
    }

    pub(super) fn show_response(
        &mut self,
        connection: ConnectionId,
        request: &Request,
        status: u16,
    ) {
        let Some(party) = self.sip.party(connection) else {
            return;
        };
        self.show(
            party,
            false,
            &format!("{status} {} ({})", write::reason(status), request.method().as_str()),
        );
    }

    /// Writes a SIP message into the log; `inward` is from the contact center to the party.
    pub(super) fn show(&mut self, party: SipParty, inward: bool, text: &str) {
        let column = column(party);
        let (from, to) = if inward { (Column::Center, column) } else { (column, Column::Center) };
        let text = match party {
            SipParty::Proxy(_) => format!("{}: {text}", write::label(party)),
            SipParty::Carrier => text.to_owned(),
        };
        self.log.push(self.now, from, to, text);
    }

    pub(super) fn later(&mut self, after: std::time::Duration, action: SipAction) {
        self.schedule.plan(self.now + after, Action::Sip(action));
    }
}

pub(super) fn column(party: SipParty) -> Column {
    match party {
        SipParty::Proxy(_) => Column::Teams,
        SipParty::Carrier => Column::Carrier,
    }
}
