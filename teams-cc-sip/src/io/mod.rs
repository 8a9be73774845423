//! The only code of this crate that waits: sockets, timers and tasks (RFC 3261 §18).
//!
//! Everything else is driven by values. [`Network`] is the seam that a simulation replaces.

mod network;

pub use network::{ByteStream, Connection, DatagramSocket, Network, Peer, Target, TransportKind};
