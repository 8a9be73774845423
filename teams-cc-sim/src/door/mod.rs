//! Doors into the world: one socket-free function, and the shells that carry bytes to it.
//!
//! The function answers by path alone, so one server may stand for the sign-in service, Graph and
//! the key endpoint of the calling service at once.

mod answer;
mod assertion;
mod batch;
mod call_records;
mod calls;
mod clip;
mod graph;
mod http;
mod media;
mod metadata;
mod options;
mod participants;
mod persons;
mod presence;
mod problem;
mod redirect;
mod sip;
mod subscriptions;
mod token;
mod users;
mod wiremock;

pub use self::{
    http::{HttpDoor, HttpOptions},
    sip::{SipDoor, SipOptions},
    wiremock::WorldResponder,
};

pub(crate) use answer::{Answer, MAX_BODY_BYTES, respond};
use answer::{finish, logged, origin};
pub(crate) use persons::SignIns;
