//! The same call from another datacentre, after the connection it first came on is gone.
//!
//! Where the network fails Teams tries the same trunk again from another datacentre (Learn,
//! *Trunk failover on outbound calls*). The first INVITE can then never be answered: its leg ends
//! as the second comes, so that one caller is one call.

use teams_cc_core::{
    Address, LegId, PhoneNumber,
    contact::{Direction, EndCause, EndReason, EndedBy, LegState},
};

use super::{admission::Side, engine::Engine};
use crate::{direct_routing::SbcFqdn, endpoint::FlowId, message::StatusCode};

impl Engine {
    /// Notes which calls of Teams still ring although their connection is gone.
    pub(super) fn note_orphans(&mut self, flow: FlowId) {
        let orphaned = self.legs.values().filter(|leg| {
            leg.flow == Some(flow)
                && leg.link.side == Side::Teams
                && leg.direction == Direction::Inbound
                && leg.state == LegState::Ringing
        });
        self.orphans.extend(orphaned.map(|leg| leg.id.clone()));
    }

    /// Ends the orphan that a new call is the retry of.
    pub(super) fn end_retried(&mut self, name: &SbcFqdn, from: &Address, number: &PhoneNumber) {
        let legs = &self.legs;
        self.orphans.retain(|leg| {
            legs.get(leg).is_some_and(|leg| leg.state == LegState::Ringing && !leg.ending)
        });
        let same = |leg: &LegId| {
            legs.get(leg).is_some_and(|leg| {
                leg.link.name == *name && leg.party == *from && leg.shown.number == *number
            })
        };
        let Some(at) = self.orphans.iter().position(same) else { return };
        let leg = self.orphans.swap_remove(at);
        tracing::info!(leg = %leg, "the call comes again from another datacentre");
        if let Some(record) = self.legs.get_mut(&leg) {
            let cause = EndCause::new(EndReason::Cancelled, EndedBy::Platform);
            record.cause = Some(cause.codes(487, None));
        }
        self.refuse_or_hang_up(&leg, StatusCode::SERVICE_UNAVAILABLE);
    }
}
