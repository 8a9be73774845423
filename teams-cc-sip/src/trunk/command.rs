//! What handles send to the trunk's task.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{
    LegId,
    contact::{LegCommand, LegError},
};
use tokio::sync::oneshot;

use super::{Destination, SipLeg, Unfinished};
use crate::error::Error;

/// The most orders that wait for the trunk's task; whoever gives more waits.
pub(crate) const COMMAND_QUEUE: usize = 256;

/// One order, with where its outcome goes.
pub(crate) enum Command {
    /// Make a call.
    Dial {
        /// Where to.
        destination: Box<Destination>,
        /// Where the leg goes; a dropped receiver cancels the call.
        reply: oneshot::Sender<Result<Arc<SipLeg>, Error>>,
    },
    /// Do something with a leg.
    Execute {
        /// The leg.
        leg: LegId,
        /// What to do.
        command: LegCommand,
        /// Where the outcome goes.
        reply: oneshot::Sender<Result<(), LegError>>,
    },
    /// End every call and stop.
    Shutdown {
        /// How long calls may take to end.
        deadline: Duration,
        /// Where the rest goes.
        reply: oneshot::Sender<Unfinished>,
    },
}
