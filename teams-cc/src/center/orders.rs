//! What handles ask for, and how they stop asking.

use teams_cc_core::{
    ContactId,
    agent::AwayReason,
    contact::{
        ContactState,
        flow::{self, Order, OrderError, OrderId},
    },
    routing,
};
use tokio::sync::oneshot;

use super::{
    command::{Command, Found, Unfound, Whom, Withdrawn},
    live::{Seeking, Sink},
    runtime::{Runtime, Work, customer_left},
};

impl Runtime {
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Order { contact, id, order, reply } => {
                let Some(live) = self.state.contacts.get_mut(&contact) else {
                    let _ = reply.send(Err(customer_left()));
                    return;
                };
                if let Order::Connect(leg) | Order::Release(leg) = &order {
                    live.given.retain(|_, given| given != leg);
                }
                live.ordered(&order);
                // Its withdrawal may have overtaken the order.
                let withdrawn = reply.is_closed();
                live.replies.insert(id, Sink::Handle(reply));
                let order = flow::Input::Order { id, order };
                self.state.work.push_back(Work::Flow(contact.clone(), order));
                if withdrawn {
                    self.withdraw(&contact, id);
                }
            }
            Command::Seek { reply, .. } if reply.is_closed() => {}
            Command::Seek { contact, id, whom, reply } => self.seek(contact, id, whom, reply),
            Command::Agent { agent, available } => {
                let change = if available {
                    routing::AgentChange::Available
                } else {
                    routing::AgentChange::Away(AwayReason::Break)
                };
                let input = routing::Input::AgentChanged { agent, change };
                self.state.work.push_back(Work::Routing(input));
            }
        }
    }

    fn seek(&mut self, contact: ContactId, id: OrderId, whom: Whom, reply: oneshot::Sender<Found>) {
        let now = self.clock.now();
        let live = self.state.contacts.get_mut(&contact);
        let Some(live) = live.filter(|live| live.flow.state() != ContactState::Ended) else {
            return drop(reply.send(Err(Unfound::Order(customer_left()))));
        };
        if live.seeking.is_some() {
            let error = OrderError::WrongState("somebody is being sought already");
            return drop(reply.send(Err(Unfound::Order(error))));
        }
        if live.flow.state() == ContactState::Connected {
            // Whoever talks to the customer would pass for free.
            let error = OrderError::WrongState("the customer is connected to somebody already");
            return drop(reply.send(Err(Unfound::Order(error))));
        }
        let before = self.desk.taker(&contact).cloned();
        let Some(inputs) = self.desk.seek(now, &contact, &whom) else {
            return drop(reply.send(Err(Unfound::Unknown)));
        };
        let route = match &whom {
            Whom::Queue(_, route) => Some(route.clone()),
            Whom::Agent(_) => None,
        };
        live.seeking = Some(Seeking { id, reply, route, hops: 0 });
        if let Some(leg) = before {
            // Whoever took the contact before does not wait for it twice.
            self.order(&contact, Order::Release(leg), Sink::Nobody);
        }
        if let Whom::Queue(queue, _) = whom {
            self.state.work.push_back(Work::Flow(contact, flow::Input::Queued(queue)));
        }
        self.state.work.extend(inputs.into_iter().map(Work::Routing));
        self.want_presence();
    }

    /// A program no longer wants something.
    pub(super) fn withdrawn(&mut self, contact: &ContactId, what: Withdrawn) {
        match what {
            Withdrawn::Order(id) => self.withdraw(contact, id),
            Withdrawn::Leg(leg) => {
                if let Some(live) = self.state.contacts.get_mut(contact) {
                    live.given.retain(|_, given| *given != leg);
                }
                self.order(contact, Order::Release(leg), Sink::Nobody);
            }
        }
    }

    fn withdraw(&mut self, contact: &ContactId, id: OrderId) {
        let Some(live) = self.state.contacts.get_mut(contact) else { return };
        live.replies.remove(&id);
        if live.seeking.as_ref().is_some_and(|seeking| seeking.id == id) {
            live.seeking = None;
            self.forget_search(contact);
        } else if let Some(leg) = live.given.remove(&id) {
            // Somebody took the contact, and nobody looked at the answer.
            self.order(contact, Order::Release(leg), Sink::Nobody);
        }
        self.state.work.push_back(Work::Flow(contact.clone(), flow::Input::Withdraw(id)));
    }

    /// Ends the search for somebody: the engine revokes what it offered.
    pub(super) fn forget_search(&mut self, contact: &ContactId) {
        if let Some(remove) = self.desk.forget(contact) {
            self.route(remove);
        }
        self.state.work.push_back(Work::Flow(contact.clone(), flow::Input::LeftQueue));
    }
}
