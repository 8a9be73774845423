//! The two platforms' ends: calls over Graph, and calls on the trunk.

use std::{pin::Pin, sync::Arc, time::Duration};

use teams_cc_core::{
    Address, ContactId, LegId, PhoneNumber, TenantId,
    contact::{EndCause, EndReason, EndedBy, Leg, LegEvent},
    emergency::EmergencyPlan,
};
use teams_cc_graph::call::{CallEvent, CallEvents, Calls};
use teams_cc_sip::{
    direct_routing::SbcFqdn,
    trunk::{Destination, Trunk, TrunkEvent, TrunkEvents, Via},
};
use tokio::task::AbortHandle;

use super::live::{Live, Origin};

/// The ends of the wires a platform has.
pub(crate) struct Wires {
    graph: Option<GraphWire>,
    trunk: Option<TrunkWire>,
    emergency: EmergencyPlan,
}

pub(crate) struct GraphWire {
    pub(crate) calls: Calls,
    pub(crate) events: CallEvents,
    pub(crate) callbacks: Callbacks,
}

/// The task that answers callbacks. It holds the calls, so it must not outlive the wire.
pub(crate) struct Callbacks(pub(crate) AbortHandle);

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) struct TrunkWire {
    pub(crate) trunk: Trunk,
    pub(crate) events: TrunkEvents,
    /// Under which of our names Teams users are called.
    pub(crate) teams: SbcFqdn,
    /// Which carrier takes calls to phones.
    pub(crate) carrier: Option<Box<str>>,
    /// Which carrier takes emergency calls.
    pub(crate) emergency: Option<Box<str>>,
}

/// What the wires tell.
pub(crate) enum WireEvent {
    Leg { leg: LegId, event: LegEvent },
    Arrived(Box<Arrival>),
}

/// A call that came in.
pub(crate) struct Arrival {
    pub(crate) leg: Arc<dyn Leg>,
    pub(crate) caller: Address,
    pub(crate) called: Address,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) origin: Origin,
}

/// How setting up a leg went.
pub(crate) struct Dialled {
    pub(crate) contact: ContactId,
    pub(crate) leg: LegId,
    pub(crate) result: Result<Arc<dyn Leg>, EndCause>,
}

type Dialling = Pin<Box<dyn Future<Output = Dialled> + Send>>;

impl Wires {
    pub(crate) fn new(
        graph: Option<GraphWire>,
        trunk: Option<TrunkWire>,
        emergency: EmergencyPlan,
    ) -> Self {
        Self { graph, trunk, emergency }
    }

    /// The next event that concerns the runtime. Cancel safe; waits for ever without wires.
    pub(crate) async fn next(&mut self) -> WireEvent {
        loop {
            let event = tokio::select! {
                biased;
                event = next_call(&mut self.graph) => self.call(event),
                event = next_trunk(&mut self.trunk) => self.trunk_event(event),
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    fn call(&mut self, event: Option<CallEvent>) -> Option<WireEvent> {
        match event {
            None => {
                tracing::error!("no calls come over Graph any more");
                self.graph = None;
                None
            }
            Some(CallEvent::Leg { leg, event }) => Some(WireEvent::Leg { leg, event }),
            Some(CallEvent::Incoming(call)) => Some(WireEvent::Arrived(Box::new(Arrival {
                caller: call.caller,
                called: call.called,
                tenant: Some(call.tenant),
                leg: call.leg,
                origin: Origin::Graph,
            }))),
            Some(_) => None,
        }
    }

    fn trunk_event(&mut self, event: Option<TrunkEvent>) -> Option<WireEvent> {
        match event {
            None => {
                tracing::error!("the trunk has stopped");
                self.trunk = None;
                None
            }
            Some(TrunkEvent::Leg { leg, event }) => Some(WireEvent::Leg { leg, event }),
            Some(TrunkEvent::Incoming(call)) => {
                let called = match self.emergency.classify(call.called.reveal()) {
                    emergency @ PhoneNumber::Emergency(_) => emergency,
                    _ => call.called,
                };
                Some(WireEvent::Arrived(Box::new(Arrival {
                    caller: call.caller,
                    called: Address::Phone(called),
                    tenant: call.tenant,
                    leg: call.leg,
                    origin: Origin::Sip { emergency: call.emergency },
                })))
            }
            Some(TrunkEvent::Health(health)) => {
                tracing::info!(peer = %health.peer, state = ?health.state, "peer health");
                None
            }
            Some(_) => None,
        }
    }

    /// Begins to call somebody for a contact, on the platform the contact came from.
    pub(crate) fn dial(
        &self,
        contact: &ContactId,
        live: &Live,
        leg: &LegId,
        to: Address,
    ) -> Dialling {
        let (contact, leg) = (contact.clone(), leg.clone());
        match &live.origin {
            Origin::Graph => {
                let calls = self.graph.as_ref().map(|wire| wire.calls.clone());
                Box::pin(async move {
                    let result = match calls {
                        None => Err(unreachable_cause()),
                        Some(calls) => match calls.dial(&to, leg.clone()).await {
                            Ok(handle) => Ok(handle as Arc<dyn Leg>),
                            Err(error) => {
                                tracing::warn!(%contact, %error, "a call could not be made");
                                Err(failed_cause())
                            }
                        },
                    };
                    Dialled { contact, leg, result }
                })
            }
            Origin::Sip { emergency } => {
                let emergency = emergency.clone();
                let call = self.trunk.as_ref().and_then(|wire| {
                    let (via, number) = wire.way(&to)?;
                    let from = caller_number(&live.caller);
                    let mut destination = Destination::new(via, number, from, leg.clone());
                    if live.is_emergency() {
                        destination = destination.emergency(emergency);
                    }
                    Some((wire.trunk.clone(), destination))
                });
                Box::pin(async move {
                    let result = match call {
                        None => Err(unreachable_cause()),
                        Some((trunk, destination)) => match trunk.dial(destination).await {
                            Ok(handle) => Ok(handle as Arc<dyn Leg>),
                            Err(error) => {
                                tracing::warn!(%contact, %error, "a call could not be made");
                                Err(failed_cause())
                            }
                        },
                    };
                    Dialled { contact, leg, result }
                })
            }
        }
    }

    /// Ends what is left on both sides.
    pub(crate) async fn shutdown(&mut self, deadline: Duration) {
        if let Some(wire) = self.graph.take() {
            wire.calls.shutdown(deadline).await;
            drop(wire.callbacks);
        }
        if let Some(wire) = self.trunk.take() {
            wire.trunk.shutdown(deadline).await;
        }
    }
}

impl TrunkWire {
    /// Which peer a party is reached over, and under which number.
    fn way(&self, to: &Address) -> Option<(Via, PhoneNumber)> {
        match to {
            Address::TeamsUser(_) | Address::ResourceAccount { .. } => {
                let number = to.number()?.clone();
                Some((Via::Teams { tenant: self.teams.clone() }, number.into()))
            }
            Address::Phone(number) if number.is_emergency() => {
                let carrier = self.emergency.clone().or_else(|| self.carrier.clone())?;
                Some((Via::Carrier(carrier), number.clone()))
            }
            Address::Phone(number) => {
                Some((Via::Carrier(self.carrier.clone()?), number.e164()?.clone().into()))
            }
            _ => None,
        }
    }
}

async fn next_call(wire: &mut Option<GraphWire>) -> Option<CallEvent> {
    match wire {
        Some(wire) => wire.events.next().await,
        None => std::future::pending().await,
    }
}

async fn next_trunk(wire: &mut Option<TrunkWire>) -> Option<TrunkEvent> {
    match wire {
        Some(wire) => wire.events.next().await,
        None => std::future::pending().await,
    }
}

fn caller_number(caller: &Address) -> PhoneNumber {
    match caller {
        Address::Phone(number) => number.clone(),
        other => other.number().cloned().map_or(PhoneNumber::Anonymous, PhoneNumber::from),
    }
}

fn unreachable_cause() -> EndCause {
    EndCause::new(EndReason::Unreachable, EndedBy::Local)
}

fn failed_cause() -> EndCause {
    EndCause::new(EndReason::Failed, EndedBy::Platform)
}
