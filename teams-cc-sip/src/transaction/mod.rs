//! Transactions of RFC 3261 §17 with the corrections of RFC 6026.
//!
//! The four state machines know neither messages nor sockets: each event returns a [`Step`] that
//! says what to send and what to tell, and `deadline` says when time is the next event. Their
//! tables stand on the types: [`InviteClient`], [`InviteServer`], [`Client`], [`Server`].

mod client;
mod entry;
pub(crate) mod follow;
mod found;
mod id;
mod invite_client;
mod invite_server;
pub(crate) mod key;
mod server;
mod step;
pub(crate) mod table;
#[cfg(test)]
mod testing;
mod timers;

pub use client::{Client, ClientState};
pub use id::TransactionId;
pub use invite_client::{InviteClient, InviteClientState};
pub use invite_server::{InviteServer, InviteServerState};
pub use server::{Server, ServerState};
pub use step::{Send, Step, Tell};
pub use timers::{DEFAULT_T1, DEFAULT_T2, DEFAULT_T4, Timers};

use teams_cc_core::Instant;

/// The earlier of two deadlines.
fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
