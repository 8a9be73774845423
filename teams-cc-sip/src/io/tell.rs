//! From engine events to what the application holds, and the health everybody can read.

use std::{collections::VecDeque, io, sync::Arc};

use teams_cc_core::{Address, LegId, contact::Direction};
use tokio::sync::mpsc;

use super::driver::Driver;
use crate::{
    direct_routing::{HealthReason, PeerState},
    trunk::{
        DisplayText, IncomingCall, MediaQuality, PeerHealth, SipLeg, TrunkEvent,
        input::{Event, Incoming},
        leg::verbs_of,
    },
};

impl Driver {
    pub(super) fn tell(&mut self, event: Event) {
        let event = match event {
            Event::Incoming(incoming) => TrunkEvent::Incoming(self.incoming(*incoming)),
            Event::Leg { leg, event } => TrunkEvent::Leg { leg, event },
            Event::Transfer { leg, step } => TrunkEvent::Transfer { leg, step },
            Event::NextDestination { leg, place, status } => {
                TrunkEvent::NextDestination { leg, place, status }
            }
            Event::Request { leg, request } => TrunkEvent::Request { leg, request },
            Event::Reached { leg, place } => TrunkEvent::Reached { leg, place },
            Event::TakenOver { leg, party, display } => {
                TrunkEvent::TakenOver { leg, party, display }
            }
            Event::Health(health) => {
                self.publish_health();
                TrunkEvent::Health(health)
            }
        };
        match &event {
            _ if self.deaf => {}
            // An emergency call waits behind nobody. Nothing of its leg was told before.
            TrunkEvent::Incoming(call) if call.called.is_emergency() => {
                self.pending.push_front(event);
            }
            _ => self.pending.push_back(event),
        }
    }

    /// Tells how a stream went that has been closed.
    pub(super) fn media_ended(&mut self, leg: LegId, quality: MediaQuality) {
        if self.deaf || quality == MediaQuality::default() {
            return;
        }
        tracing::info!(leg = %leg, ?quality, "stream ended");
        self.pending.push_back(TrunkEvent::MediaEnded { leg, quality });
    }

    /// Tells that there is no stream for a leg.
    pub(super) fn media_refused(&mut self, leg: LegId, why: io::ErrorKind) {
        if !self.deaf {
            self.pending.push_back(TrunkEvent::MediaRefused { leg, why });
        }
    }

    fn incoming(&mut self, incoming: Incoming) -> IncomingCall {
        let leg = self.handle(incoming.leg, Direction::Inbound, incoming.caller.clone());
        IncomingCall {
            leg,
            caller: incoming.caller,
            display: incoming.display.map(|name| DisplayText::new(name.reveal())),
            private: incoming.private,
            called: incoming.called,
            peer: incoming.peer,
            tenant: incoming.tenant,
            emergency: incoming.emergency,
            carried: incoming.carried,
            optimization: incoming.optimization,
            call_id: incoming.call_id,
        }
    }

    pub(super) fn handle(
        &mut self,
        id: LegId,
        direction: Direction,
        party: Address,
    ) -> Arc<SipLeg> {
        let (commands, releases) = (self.commands.clone(), self.releases.clone());
        self.tickets = self.tickets.wrapping_add(1);
        self.handles.insert(id.clone(), self.tickets);
        let media = verbs_of(&*self.media);
        Arc::new(SipLeg::new((id, self.tickets), direction, party, media, commands, releases))
    }

    /// Publishes newer times without waking whoever waits for a change.
    pub(super) fn note_health(&mut self) {
        let health = self.engine.health().into();
        self.publish.send_if_modified(|published| {
            *published = health;
            false
        });
    }

    pub(super) fn publish_health(&mut self) {
        self.publish.send_replace(self.engine.health().into());
    }
}

impl Drop for Driver {
    /// However the task ends, by panic too, nobody is told that the trunk is healthy.
    fn drop(&mut self) {
        let stopped: Vec<PeerHealth> = self
            .engine
            .health()
            .into_iter()
            .map(|health| PeerHealth {
                state: PeerState::Down,
                reason: HealthReason::TrunkStopped,
                ..health
            })
            .collect();
        self.publish.send_replace(stopped.into());
    }
}

/// Tells the next event once there is room; `false` where nobody listens. Cancel safe.
pub(super) async fn tell_next(
    events: &mpsc::Sender<TrunkEvent>,
    pending: &mut VecDeque<TrunkEvent>,
) -> bool {
    let Ok(permit) = events.reserve().await else { return false };
    if let Some(event) = pending.pop_front() {
        permit.send(event);
    }
    true
}
