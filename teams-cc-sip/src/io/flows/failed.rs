//! What follows from a connection that could not be opened.

use std::io;

use super::Waiting;
use crate::{direct_routing::ConnectionFault, transport::Target, trunk::input::Input};

/// Says why to the engine, and fails each message that waited for the connection.
pub(super) fn failed(waiting: Waiting, error: &io::Error, target: &Target) -> Vec<Input> {
    let fault = ConnectionFault::of(error);
    tracing::warn!(%error, %target, why = %fault, "a connection could not be opened");
    let why = Input::NotReached { target: target.clone(), fault };
    let lost = waiting
        .messages
        .into_iter()
        .filter_map(|(transaction, _)| Some(Input::SendFailed { transaction: transaction? }));
    std::iter::once(why).chain(lost).collect()
}
