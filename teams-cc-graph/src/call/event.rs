//! What calls tell.

use std::sync::Arc;

use teams_cc_core::{Address, CallId, Instant, LegId, TenantId, contact::LegEvent};

use super::GraphLeg;
use crate::model::Call;

/// What calls tell, in order per leg.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallEvent {
    /// Somebody calls.
    Incoming(IncomingCall),
    /// A leg tells something; after [`LegEvent::Ended`] it tells nothing more.
    Leg {
        /// The leg.
        leg: LegId,
        /// What it tells.
        event: LegEvent,
    },
    /// Another process looks after the call from here on; the leg tells nothing more here.
    TakenOver {
        /// The leg.
        leg: LegId,
        /// Who owns the call's record now.
        by: Box<str>,
    },
}

/// Somebody calls; the call rings until it is answered, rejected or too late.
#[derive(Debug)]
#[non_exhaustive]
pub struct IncomingCall {
    /// The call to answer or reject.
    pub leg: Arc<GraphLeg>,
    /// The call's id at Graph.
    pub call: CallId,
    /// Who calls; anonymous where Graph hides it, as from apps without a Calls permission.
    pub caller: Address,
    /// Who is called: a resource account, or the bot itself.
    pub called: Address,
    /// Who was called first, where the call was forwarded or looked up.
    pub forwarded_from: Option<Address>,
    /// The tenant the call belongs to.
    pub tenant: TenantId,
    /// When it is too late to answer. That is 15 s after the callback came in, 5 s for policy
    /// recording.
    pub answer_by: Instant,
    /// Whether the call comes to record somebody else's, under a compliance policy.
    pub policy_recording: bool,
    /// Everything the notification says.
    pub details: Box<Call>,
}
