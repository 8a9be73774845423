//! The SIP parties of the world: three Direct Routing proxies and a carrier.
//!
//! Each is a small user agent over reliable streams (RFC 3261 §18: no retransmission there). They
//! behave as Learn's *Direct Routing: SIP protocol* page says and record what the contact center
//! does against it as [`Broken`] rules. Only the message codec is shared with the trunk under
//! test; transactions, dialogs and session descriptions are this folder's own.

mod carrier;
mod check;
mod client;
mod emergency;
mod leg;
mod link;
mod proxy;
mod reply;
mod sdp;
mod transfer;
mod write;

pub use check::{Broken, BrokenRule};
pub(crate) use leg::SipAction;

use std::collections::BTreeMap;

use teams_cc_core::Instant;

use crate::world::{ConnectionId, SipParty};
use leg::Leg;
use link::Link;

/// The state of all SIP parties.
#[derive(Default)]
pub(crate) struct Sip {
    links: BTreeMap<ConnectionId, Link>,
    /// The connection each party opened itself. Connections are not shared between directions:
    /// Direct Routing has no connection reuse (RFC 5923).
    own: BTreeMap<SipParty, ConnectionId>,
    last_connection: u64,
    legs: BTreeMap<u64, Leg>,
    last_leg: u64,
    /// Proxies that have been sent OPTIONS and send their own.
    pinging: [bool; 3],
    /// Proxies whose OPTIONS were answered.
    ponged: [bool; 3],
    /// When a caller last hung up: whose BYE crosses a transfer is no mistake.
    caller_left: Option<Instant>,
    broken: Vec<Broken>,
}

impl Sip {
    pub(crate) fn next_connection(&mut self) -> ConnectionId {
        self.last_connection += 1;
        ConnectionId(self.last_connection)
    }

    pub(crate) fn legs(&self) -> usize {
        self.legs.len()
    }

    pub(crate) fn broken(&self) -> &[Broken] {
        &self.broken
    }
}
