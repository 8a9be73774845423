//! The runtime that joins Graph, Direct Routing, presence and routing.
//!
//! One task owns everything: each contact's [`Flow`](teams_cc_core::contact::flow::Flow), the
//! routing engine, and the legs. It takes what the platforms tell and what handles ask, lets the
//! engines decide, and carries out what they say. Nothing here waits while holding anything, so
//! one slow request never delays another contact.

mod arrive;
mod builder;
mod command;
mod contact;
mod desk;
mod handle;
mod legs;
mod live;
mod orders;
mod presence;
mod report;
mod route;
mod runtime;
mod seek;
mod start;
mod taken;
mod wires;

pub use builder::{Builder, Confirmation, QueuePolicy};
pub use contact::Contact;
pub use handle::ContactCenter;
pub use report::Report;
pub use route::Route;
pub use taken::Taken;
