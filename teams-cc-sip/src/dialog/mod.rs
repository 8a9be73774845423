//! Dialogs of RFC 3261 §12. They have two usages here: a call and the report on a REFER.
//!
//! A dialog is numbers, names and a path; it sends nothing by itself. [`Dialog`] makes the
//! requests within it, [`Call`] is the state of one INVITE and what came of it, and
//! [`Subscription`] is that of one REFER (RFC 3515).

mod id;
mod invite;
mod refer;
mod route_set;
mod state;

pub(crate) use id::DialogId;
pub(crate) use invite::{Answer, Call, Caller, Cancel, Offer, PeerOffer, Ringing, Stage};
pub(crate) use refer::Subscription;
pub(crate) use route_set::{RouteSet, target_of};
pub(crate) use state::Dialog;
