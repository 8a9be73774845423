//! What the SIP endpoint tells, and whom in the engine it concerns.

use super::{call::Role, cause, engine::Engine};
use crate::{
    bridge::parting::Parting,
    endpoint::{CallEnd, CallHandle, Event as Sip},
};

impl Engine {
    /// Leads each event to the part of the engine that it concerns.
    pub(super) fn on_sip(&mut self, event: Sip) {
        match event {
            Sip::IncomingInvite { call, origin, request, replaces } => {
                self.incoming(call, &origin, &request, replaces);
            }
            Sip::Provisional { call, response, .. } => self.provisional(call, &response),
            Sip::Answered { call, response, .. } => self.answered(call, &response),
            Sip::Acknowledged { call, request } => self.acknowledged(call, &request),
            Sip::ReInvite { call, request, .. } => self.reinvited(call, &request),
            Sip::ReInviteAnswered { call, response } => self.hold_answered(call, &response),
            Sip::ReInviteRefused { call, response } => self.hold_refused(call, response.as_deref()),
            Sip::RefreshDue { call } => self.refresh_due(call),
            Sip::Confirmed { offer: Some(request), .. } | Sip::Update { request, .. } => {
                self.decline_offer(request);
            }
            Sip::Refer { call, refer, origin, request } => {
                self.referred(call, refer, &origin, &request);
            }
            Sip::Request { request, call, origin, message } => {
                self.requested(request, call, &origin, &message);
            }
            Sip::Response { request, response } => {
                if !self.register_answered(request, &response)
                    && !self.refer_answered(request, response.status())
                {
                    self.ping_answered(request, response.status());
                }
            }
            Sip::RequestFailed { request, why } => {
                if !self.register_failed(request, why) && !self.refer_failed(request) {
                    self.ping_failed(request, why);
                }
            }
            Sip::ReferEnded { refer, .. } => self.refer_ended(refer),
            Sip::Ended { call, end } => self.ended(call, &end),
            Sip::Turned { origin, why } => {
                tracing::debug!(source = %origin.source, ?why, "a message was turned away");
            }
            // What is left needs an application's order, or an extension no leg uses.
            Sip::ReInviteCancelled { .. }
            | Sip::EarlyOffer { .. }
            | Sip::Confirmed { .. }
            | Sip::Updated { .. }
            | Sip::UpdateAnswered { .. }
            | Sip::UpdateRefused { .. }
            | Sip::Refreshed { .. }
            | Sip::BranchHungUp { .. }
            | Sip::RequestAbandoned { .. } => {}
        }
    }

    fn ended(&mut self, call: CallHandle, end: &CallEnd) {
        let Some((leg, role)) = self.calls.remove(&call) else { return };
        match role {
            Role::Retired => {
                self.retired.remove(&call);
            }
            Role::Replacement => self.replacement_ended(&leg, end),
            Role::Main => {
                let Some(record) = self.legs.get_mut(&leg) else { return };
                record.call = None;
                if !record.ending {
                    record.parting = Parting::of_end(end);
                    record.cause = record.cause.take().or_else(|| record.parting.cause.clone());
                }
                if record.attempt.is_some() && self.try_next_proxy(&leg, end) {
                    if let Some(record) = self.legs.get_mut(&leg) {
                        // What one proxy said of its end is not the leg's.
                        record.parting = Parting::default();
                    }
                    return;
                }
                if self.destination_ended(&leg, end) {
                    return;
                }
                let pending = self.legs.get(&leg).is_some_and(|record| record.transfer.is_some());
                if pending && (!self.draining || self.is_for_help(&leg)) {
                    // Teams has gone early: the other party still waits for the target.
                    return;
                }
                self.abandon_transfer(&leg);
                self.finish(&leg, cause::of_end(end));
            }
        }
    }
}
