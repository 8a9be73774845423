//! Where messages come from and go to.

use std::net::SocketAddr;

use crate::transport::{Target, TransportKind};

/// A connection, or one peer's address on a datagram socket, as numbered by the driver.
///
/// The driver never reuses a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number and nothing else")]
pub struct FlowId(pub u64);

/// Which way a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The flow it came on.
    pub flow: FlowId,
    /// How the flow carries messages.
    pub transport: TransportKind,
    /// The address it came from.
    pub source: SocketAddr,
}

impl Origin {
    /// The way a message came.
    #[must_use]
    pub fn new(flow: FlowId, transport: TransportKind, source: SocketAddr) -> Self {
        Self { flow, transport, source }
    }
}

/// Which way a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "every driver must know both ways and there is no third"
)]
pub enum Route {
    /// Back on the flow a request came on: responses, and calls that said so.
    Flow(FlowId),
    /// On our own connection to this target, opened where none is open.
    Target(Target),
}
