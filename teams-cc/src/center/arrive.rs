//! From a call that comes in to a contact somebody works on.
//!
//! And from there to the end of that work.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{
    Address, ContactId,
    contact::{
        Capabilities, ContactEvent, ContactState, Leg, LegCommand, RejectReason, Verb,
        flow::{self, Flow, FlowConfig, Order},
    },
    routing,
};
use tokio::task::JoinError;
use tracing::Instrument as _;

use super::{
    Contact,
    legs::Done,
    live::{Live, Origin, Sink, contact_id},
    runtime::{Runtime, Task, Work},
    wires::Arrival,
};
use crate::Error;

/// How long the emergency services are rung. The caller gives up sooner.
pub(super) const EMERGENCY_RING: Duration = Duration::from_hours(1);

impl Runtime {
    pub(super) fn arrived(&mut self, arrival: Arrival) {
        let Arrival { leg, caller, called, tenant, origin } = arrival;
        if self.state.stopping.is_some() && !called.is_emergency() {
            self.state.tasks.spawn(refuse(leg));
            return;
        }
        self.state.next_contact += 1;
        let id = contact_id(self.state.next_contact);
        let emergency = called.is_emergency();
        let config = FlowConfig::default();
        let capabilities = leg.capabilities();
        let flow = Flow::new(id.clone(), leg.id().clone(), capabilities, config);
        self.state.legs.insert(leg.id().clone(), id.clone(), Some(leg));
        self.state.contacts.insert(id.clone(), Live::new(flow, origin, caller.clone()));
        self.flow(self.clock.now(), &id, flow::Input::Tick);
        if emergency {
            return self.emergency(&id, called, capabilities);
        }
        let contact = Contact {
            id: id.clone(),
            caller,
            called,
            tenant,
            capabilities,
            prompts: self.site.prompts.clone(),
            emergency: Arc::clone(&self.site.emergency),
            line: self.line.clone(),
        };
        let handler = (self.site.handler)(contact);
        let name = id.clone();
        let span = tracing::info_span!("contact", contact = %name);
        let work = async move { Task::Handler(name, handler.await) };
        let abort = self.state.tasks.spawn(work.instrument(span));
        self.state.handlers.insert(id, abort);
    }

    /// Joins an emergency call with the emergency route; no queue, policy or program is asked.
    fn emergency(&mut self, contact: &ContactId, called: Address, capabilities: Capabilities) {
        self.handler_ended(contact);
        self.tell(contact, &ContactEvent::EmergencyBypassed);
        if capabilities.has(Verb::Ring) {
            // Proxies on the way give up a call that never rings (RFC 3261 §16.6, timer C).
            self.order(contact, Order::Ring, Sink::Nobody);
        }
        let order = Order::Offer {
            party: called,
            agent: None,
            ring: EMERGENCY_RING,
            confirm: flow::Confirm::TrustAnswer,
        };
        self.order(contact, order, Sink::Emergency);
    }

    /// The program is done with a contact; whoever is connected stays connected.
    pub(super) fn handled(&mut self, contact: &ContactId, result: Result<(), Error>) {
        if let Err(error) = result
            && !error.is_customer_left()
        {
            tracing::warn!(%contact, %error, "the program gave the contact up");
        }
        self.state.handlers.remove(contact);
        self.handler_ended(contact);
        let live = self.state.contacts.get(contact);
        if live.is_none_or(|live| live.flow.state() != ContactState::Connected) {
            self.order(contact, Order::HangUp, Sink::Nobody);
        }
    }

    /// A task panicked. Where it was the program's, its contact is hung up like any other.
    pub(super) fn task_failed(&mut self, error: &JoinError) {
        if error.is_cancelled() {
            return;
        }
        tracing::error!(%error, "a task failed");
        let mut handlers = self.state.handlers.iter();
        let contact = handlers.find(|(_, handler)| handler.id() == error.id());
        if let Some(contact) = contact.map(|(contact, _)| contact.clone()) {
            self.handled(&contact, Ok(()));
        }
    }

    /// The time to end by themselves is over. Emergency calls are left to the very last.
    pub(super) fn hang_everybody_up(&mut self) {
        let contacts = self.state.contacts.iter().filter(|(_, live)| !live.is_emergency());
        let contacts: Vec<_> = contacts.map(|(contact, _)| contact.clone()).collect();
        for contact in contacts {
            if let Some(handler) = self.state.handlers.remove(&contact) {
                handler.abort();
            }
            self.handler_ended(&contact);
            self.order(&contact, Order::HangUp, Sink::Nobody);
        }
    }

    pub(super) fn handler_ended(&mut self, contact: &ContactId) {
        if let Some(live) = self.state.contacts.get_mut(contact) {
            live.handler_done = true;
            self.state.work.push_back(Work::Flow(contact.clone(), flow::Input::Tick));
        }
    }

    /// What proves that a party took a contact: over SIP, whoever answers is trusted.
    pub(super) fn confirmation(&self, contact: &ContactId) -> flow::Confirm {
        match self.state.contacts.get(contact).map(|live| &live.origin) {
            Some(Origin::Graph) => self.site.confirmation.clone(),
            _ => flow::Confirm::TrustAnswer,
        }
    }

    pub(super) fn sign_in_agents(&mut self) {
        let agents: Vec<_> = self.site.agents.values().cloned().map(Box::new).collect();
        for profile in agents {
            let agent = profile.id.clone();
            let change = routing::AgentChange::SignedIn(profile);
            self.route(routing::Input::AgentChanged { agent, change });
        }
    }
}

/// Turns a call away that comes while the contact center stops.
async fn refuse(leg: Arc<dyn Leg>) -> Task {
    let id = leg.id().clone();
    let reject = LegCommand::Reject(RejectReason::Overloaded);
    let verb = reject.verb();
    let result = leg.execute(reject).await;
    Task::Command(Done { leg: id, verb, result })
}
