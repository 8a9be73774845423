//! What handles send to the trunk's task.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{
    LegId, OperationId, TenantId,
    contact::{LegCommand, LegError},
};
use tokio::sync::oneshot;

use super::{BackToBack, CallTrace, Destination, SipLeg, Unfinished};
use crate::{
    direct_routing::Customer,
    error::Error,
    gate::{Permission, RefusalCount},
};

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
    /// Call somebody for a caller.
    Bridge {
        /// The caller's leg.
        caller: LegId,
        /// Whom to call.
        plan: Box<BackToBack>,
        /// Where the called leg goes; a dropped receiver cancels the call.
        reply: oneshot::Sender<Result<Arc<SipLeg>, Error>>,
    },
    /// Do something with a leg.
    Execute {
        /// The leg.
        leg: LegId,
        /// What to do.
        command: LegCommand,
        /// Where the outcome goes.
        reply: oneshot::Sender<Result<Option<OperationId>, LegError>>,
    },
    /// Serve a customer from now on.
    AddTenant {
        /// The customer.
        customer: Customer,
        /// Where the outcome goes.
        reply: oneshot::Sender<Result<(), Error>>,
    },
    /// Take no new calls for a tenant.
    RemoveTenant {
        /// The tenant.
        tenant: TenantId,
        /// Where goes whether it was served.
        reply: oneshot::Sender<bool>,
    },
    /// Open new connections and let the present ones run dry.
    Renew,
    /// Take new calls, or refuse them.
    TakeCalls(bool),
    /// Give a tenant another permission, or take it away.
    Permit {
        /// The tenant.
        tenant: TenantId,
        /// What it may do from now on.
        permission: Option<Box<Permission>>,
    },
    /// Tell what the gate has refused.
    Refusals {
        /// Where the counts go.
        reply: oneshot::Sender<Vec<RefusalCount>>,
    },
    /// Tell what is kept of calls.
    Traces {
        /// Where it goes.
        reply: oneshot::Sender<Vec<CallTrace>>,
    },
    /// End every call and stop.
    Shutdown {
        /// How long calls may take to end.
        deadline: Duration,
        /// Where the rest goes.
        reply: oneshot::Sender<Unfinished>,
    },
}
