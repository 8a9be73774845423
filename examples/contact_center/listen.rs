//! Takes calls from any SIP client, and routes them to simulated agents.

use std::{error::Error, net::SocketAddr};

/// Listens until Ctrl-C.
pub(crate) fn run(_at: SocketAddr) -> Result<(), Box<dyn Error>> {
    Err("".into())
}
