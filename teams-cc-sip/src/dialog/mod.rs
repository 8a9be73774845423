//! Dialogs of RFC 3261 §12. They have two usages here: a call and the report on a REFER.
//!
//! A dialog is numbers, names and a path; it sends nothing by itself. [`Dialog`] makes the
//! requests within it, [`Call`] is the state of one INVITE and what came of it, and
//! [`Subscription`] is that of one REFER (RFC 3515).

mod id;
mod invite;
mod negotiation;
pub(crate) mod option_tag;
mod refer;
mod reliable;
mod route_set;
pub(crate) mod session_timer;
mod state;

pub(crate) use id::DialogId;
pub(crate) use invite::{
    Answer, Asked, By, Call, Caller, Cancel, Offer, OwedAck, PeerOffer, Ringing, Stage,
};
pub(crate) use negotiation::{Carrier, Negotiation, Reading, Side, has_session};
pub(crate) use refer::Subscription;
pub(crate) use reliable::{Lapse, Reliable};
pub(crate) use route_set::{RouteSet, target_of};
pub(crate) use state::Dialog;
