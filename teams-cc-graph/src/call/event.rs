//! What calls tell.

use std::sync::Arc;

use teams_cc_core::{Address, CallId, Instant, LegId, TenantId, contact::LegEvent};

use super::GraphLeg;
use crate::model::Call;

/// What calls tell, in order per leg.
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "an event is moved once, to its reader")]
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
    /// The call known here that it belongs to, as one that comes back from a transfer.
    pub related: Option<Related>,
    /// Everything the notification says.
    pub details: Box<Call>,
}

/// A call known here that another one belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Related {
    /// The leg of the earlier call; it may be over.
    pub leg: LegId,
    /// How that is known.
    pub by: RelatedBy,
}

/// How it is known that two calls belong together.
///
/// Graph does not always keep the chain id over a transfer, so other traces count too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RelatedBy {
    /// Both have the same `callChainId`.
    ChainId,
    /// The party of the earlier call transferred this one (`incomingContext.transferor`).
    Transferor,
    /// A participant of the earlier call caused this one (`sourceParticipantId`).
    SourceParticipant,
}
