//! The driver around the world. Besides the doors it is the only code of this crate that waits.
//!
//! It applies the world's delays with the clock of the runtime, virtual or real, and carries bytes
//! between the world and the contact center over memory.

mod driver;
mod network;
mod transport;

pub(crate) use driver::{CALLBACK_QUEUE, Shared};
pub(crate) use network::{
    CARRIER_ADDRESS, CARRIER_HOST, MemoryNetwork, PROXY_NETWORK, TRUNK_MEDIA, opened_to_party,
    opened_to_trunk,
};
pub use transport::Override;
pub(crate) use transport::transport;
