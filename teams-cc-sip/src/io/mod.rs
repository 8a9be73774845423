//! The only code of this crate that waits: sockets, timers and tasks (RFC 3261 §18).
//!
//! Everything else is driven by values. [`Network`] is the seam that a simulation replaces.

mod carry_out;
mod clock;
mod connection;
pub(crate) mod driver;
mod flows;
mod listener;
mod network;
mod probe;
mod resolve;
mod silence;
mod tell;
mod tls;
mod udp;

pub use clock::TokioClock;
pub use connection::{HALF_MESSAGE_LIMIT, IDLE_LIMIT, KEEP_ALIVE};
pub use flows::{CONNECT_LIMIT, RETIRE_AFTER};
pub use listener::{HANDSHAKE_LIMIT, SocketNetwork, SocketNetworkBuilder};
pub use network::{ByteStream, Connection, DatagramSocket, Network, Peer};
pub use probe::{Presented, look_at};
#[cfg(feature = "dns")]
#[cfg_attr(docsrs, doc(cfg(feature = "dns")))]
pub use resolve::DnsRecords;
pub use resolve::{Locator, Records, Resolve, SystemResolver};
pub use silence::{FixedMedia, MAX_SILENT_STREAMS, SilentMedia};
pub use tls::TlsIdentity;

pub use crate::transport::{Target, TransportKind};
