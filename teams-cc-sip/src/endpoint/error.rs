//! Why an order cannot be followed.

use super::{CallHandle, ReferHandle, RequestHandle};
use crate::message::ParseError;

/// Why an input was refused. Nothing has changed and nothing was sent.
///
/// Only orders of the application fail, and [`Error::Undrained`]; what peers send never does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call is over or never was.
    #[error("call {} is over or unknown", .0.number())]
    UnknownCall(CallHandle),
    /// The request is answered, abandoned, or never was.
    #[error("request {} no longer waits for a response", .0.number())]
    UnknownRequest(RequestHandle),
    /// The subscription is over or never was.
    #[error("refer {} is over or unknown", .0.number())]
    UnknownRefer(ReferHandle),
    /// The handle is in use already.
    #[error("handle {0} is in use: reserve a new one for each call and request")]
    HandleInUse(u64),
    /// The order does not fit where the call stands.
    #[error("cannot {order} while the call is {state}")]
    WrongState {
        /// What was ordered.
        order: &'static str,
        /// Where the call stands.
        state: &'static str,
    },
    /// A header of the draft is not the application's to set.
    #[error("cannot send header {0}: the endpoint writes it itself, or the peer takes none")]
    ReservedHeader(Box<str>),
    /// A header that the draft must carry is missing or broken.
    #[error("the draft lacks a usable {0} header")]
    MissingHeader(&'static str),
    /// A method that has its own order, or that is never sent.
    #[error("cannot send {0} this way")]
    Method(Box<str>),
    /// The peer does not take such a request, or there is nothing to confirm.
    #[error("the peer takes no {0} here")]
    NotTaken(&'static str),
    /// The status does not fit the order.
    #[error("cannot respond with {0} here")]
    Status(u16),
    /// The peer gave no usable address for requests in this dialog.
    #[error("no usable address in the contact or route of the peer")]
    NoTarget,
    /// A part of the draft cannot be written.
    #[error("cannot write the message: {0}")]
    Unwritable(#[from] ParseError),
    /// A bound of [`EndpointLimits`](super::EndpointLimits) is reached; try again later.
    #[error("too many {0} at once: wait until some have ended")]
    TooMany(&'static str),
    /// Too many outputs wait.
    #[error("outputs are not polled: call poll_output until it says timeout")]
    Undrained,
}
