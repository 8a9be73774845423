//! What goes into the world and what comes out of it.

use std::{fmt, time::Duration};

use bytes::Bytes;
use teams_cc_core::Instant;

/// A notification on its way to the contact center.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallbackId(pub(crate) u64);

/// A SIP connection between the world and the contact center.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

/// Who of the world is at the other end of a SIP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "these are the SIP parties of the world")]
pub enum SipParty {
    /// A Direct Routing proxy, by its index in [`PROXIES`](super::PROXIES).
    Proxy(u8),
    /// The carrier.
    Carrier,
}

/// What happens to the world from outside, other than a request on the HTTP door.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// The contact center answered a notification, or did not: `None` stands for no answer.
    CallbackAnswered {
        /// Which notification.
        id: CallbackId,
        /// The HTTP status.
        status: Option<u16>,
    },
    /// The contact center opened a connection to a party of the world.
    SipOpened {
        /// The connection, as [`World::next_connection`](super::World::next_connection) named it.
        connection: ConnectionId,
        /// The party it leads to.
        party: SipParty,
    },
    /// A connection the world asked for with [`Output::SipConnect`] stands.
    SipConnected {
        /// The connection.
        connection: ConnectionId,
    },
    /// Bytes arrived from the contact center.
    SipReceived {
        /// The connection.
        connection: ConnectionId,
        /// The bytes, in whatever pieces the stream gave.
        bytes: Bytes,
    },
    /// A connection is gone.
    SipClosed {
        /// The connection.
        connection: ConnectionId,
    },
    /// Time has passed.
    Tick,
}

/// What the world wants done.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Send this notification and tell how it was answered.
    Callback(Box<Callback>),
    /// Open a connection to the contact center's trunk on behalf of a party.
    SipConnect {
        /// The connection to be.
        connection: ConnectionId,
        /// The party that opens it.
        party: SipParty,
    },
    /// Send bytes on a connection.
    SipTransmit {
        /// The connection.
        connection: ConnectionId,
        /// Whole SIP messages.
        bytes: Bytes,
    },
    /// Close a connection.
    SipClose {
        /// The connection.
        connection: ConnectionId,
    },
    /// Nothing more to do before this instant; `None` where nothing is planned at all.
    Timeout(Option<Instant>),
}

/// A notification to the contact center, signed and ready to be sent.
#[non_exhaustive]
pub struct Callback {
    /// Its id, for [`Input::CallbackAnswered`].
    pub id: CallbackId,
    /// The request.
    pub request: http::Request<Bytes>,
}

impl fmt::Debug for Callback {
    /// Leaves out headers and body: they hold a token and numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("id", &self.id)
            .field("uri", self.request.uri())
            .finish_non_exhaustive()
    }
}

/// The answer to a request on the HTTP door.
#[non_exhaustive]
pub struct Reply {
    /// The response.
    pub response: http::Response<Bytes>,
    /// How long Microsoft takes to give it. What it did is done already.
    pub delay: Duration,
}

impl fmt::Debug for Reply {
    /// Leaves out the body: it may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.response.status())
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}
