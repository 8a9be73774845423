//! Waiting calls: in, planned, out.

use std::time::Duration;

use super::{
    CallRef, Decision, Output, Step, View,
    engine::{Engine, EngineError, MAX_AGENTS, MAX_CALLS, Stage, Timer, WaitingCall},
};
use crate::{
    ContactId, Instant,
    agent::Agent,
    queue::{CallOrder, Exit, ExitReason, OrderKey, QueueEntry, QueueLimits, Strict},
};

impl Engine {
    pub(super) fn enqueue(&mut self, entry: QueueEntry) -> Result<(), EngineError> {
        let Some(queue_id) = entry.queue() else {
            let limits = QueueLimits::default();
            return self.enqueue_direct(entry, limits.max_wait, limits.after_wait);
        };
        let queue =
            self.queues.get(queue_id).ok_or_else(|| EngineError::UnknownQueue(queue_id.clone()))?;
        self.check_room(&entry.contact)?;
        let length =
            self.calls.values().filter(|call| call.entry.queue() == Some(queue_id)).count();
        if length >= queue.limits.max_length {
            self.outputs.push_back(Output::Exit {
                contact: entry.contact,
                exit: queue.limits.when_full.clone(),
                why: ExitReason::QueueFull,
            });
            return Ok(());
        }
        let key = queue.order.key(&entry);
        let give_up = (entry.enqueued_at + queue.limits.max_wait, queue.limits.after_wait.clone());
        self.insert(entry, key, give_up);
        Ok(())
    }

    pub(super) fn offer_direct(
        &mut self,
        contact: ContactId,
        expert: Agent,
        within: Duration,
        exit: Exit,
    ) -> Result<(), EngineError> {
        self.check_room(&contact)?;
        let id = expert.id.clone();
        if self.roster.agent(&id).is_none() {
            if self.roster.agents.len() >= MAX_AGENTS {
                return Err(EngineError::Full { what: "agents", limit: MAX_AGENTS });
            }
            self.roster.sign_in(expert, self.now);
            if let Some(record) = self.roster.agents.get_mut(&id) {
                record.guest = true;
            }
        }
        self.enqueue_direct(QueueEntry::direct(contact, id, self.now), within, exit)
    }

    fn enqueue_direct(
        &mut self,
        entry: QueueEntry,
        within: Duration,
        exit: Exit,
    ) -> Result<(), EngineError> {
        self.check_room(&entry.contact)?;
        let key = Strict.key(&entry);
        let give_up = (entry.enqueued_at + within, exit);
        self.insert(entry, key, give_up);
        Ok(())
    }

    /// Takes a call off every list; the caller deals with its offer.
    pub(super) fn drop_call(&mut self, contact: &ContactId) -> Option<WaitingCall> {
        let call = self.calls.remove(contact)?;
        self.order.remove(&call.place);
        self.timers.remove(&Timer::Call(contact.clone()));
        self.roster.forget_contact(contact);
        Some(call)
    }

    /// Has the policy look at a waiting call again.
    pub(super) fn plan_again(&mut self, contact: &ContactId) {
        if let Some(WaitingCall { stage: Stage::Waiting { planned }, .. }) =
            self.calls.get_mut(contact)
        {
            *planned = None;
        }
    }

    /// Asks the policy about every waiting call whose answer may have changed, in order.
    pub(super) fn dispatch(&mut self) {
        let version = self.roster.version();
        let due: Vec<ContactId> = self
            .order
            .values()
            .filter(|contact| {
                self.calls.get(*contact).is_some_and(|call| {
                    matches!(call.stage, Stage::Waiting { planned } if planned != Some(version))
                })
            })
            .cloned()
            .collect();
        for contact in due {
            self.plan_call(&contact);
        }
    }

    fn plan_call(&mut self, contact: &ContactId) {
        let Some(call) = self.calls.get_mut(contact) else {
            return;
        };
        self.plan.clear();
        if self.now >= call.give_up.0 {
            let exit = call.give_up.1.clone();
            self.plan.leave(exit, ExitReason::WaitedTooLong);
        } else {
            let policy = match call.entry.queue() {
                Some(queue) => self.queues.get(queue).map(|queue| &queue.policy),
                None => Some(&self.config.direct),
            };
            if let Some(policy) = policy {
                let view = View::new(self.now, &self.roster);
                policy.route(&view, CallRef::new(&call.entry), &mut self.plan);
            }
        }
        match self.plan.step() {
            Step::Offer { agents, .. } => {
                // A policy may name whom it likes; only somebody with a free place is rung, and
                // nobody again for a call just declined.
                let view = View::new(self.now, &self.roster);
                let free = agents.iter().find(|agent| {
                    view.passed(contact, agent).is_none()
                        && self.roster.agent(agent).is_some_and(|record| {
                            record.can_take(self.now).is_ok() && !record.has(contact)
                        })
                });
                let passed = agents.iter().filter_map(|agent| view.passed(contact, agent)?.until());
                let until = passed.min();
                match free.cloned() {
                    Some(agent) => self.start_offer(contact, agent),
                    None => self.wait(contact, until),
                }
            }
            Step::Wait { until } => self.wait(contact, until),
            Step::Leave { exit, why } => {
                let exit = exit.clone();
                self.leave(contact, exit, why);
            }
        }
    }

    fn wait(&mut self, contact: &ContactId, until: Option<Instant>) {
        let version = self.roster.version();
        let Some(call) = self.calls.get_mut(contact) else {
            return;
        };
        call.stage = Stage::Waiting { planned: Some(version) };
        // A policy that names a time gone by would be asked for ever; it is asked once per input.
        let next =
            until.filter(|at| *at > self.now).map_or(call.give_up.0, |at| at.min(call.give_up.0));
        if next < Instant::MAX {
            self.timers.insert(Timer::Call(contact.clone()), next);
        }
        if !std::mem::replace(&mut call.explained, true) {
            self.explain(contact, Decision::Waits);
        }
    }

    fn leave(&mut self, contact: &ContactId, exit: Exit, why: ExitReason) {
        let decision = Decision::Left { exit: exit.clone(), why };
        self.explain(contact, decision);
        let call = self.drop_call(contact);
        self.outputs.push_back(Output::Exit { contact: contact.clone(), exit, why });
        if let Some(expert) = call.as_ref().and_then(|call| call.entry.expert()) {
            self.dismiss(expert);
        }
    }

    pub(super) fn explain(&mut self, contact: &ContactId, decision: Decision) {
        let findings = self.plan.findings();
        let explanation = findings.explanation(contact, self.now, decision);
        self.outputs.push_back(Output::Explained(explanation));
    }

    fn check_room(&self, contact: &ContactId) -> Result<(), EngineError> {
        if self.calls.contains_key(contact) {
            return Err(EngineError::Duplicate(contact.clone()));
        }
        if self.calls.len() >= MAX_CALLS {
            return Err(EngineError::Full { what: "calls", limit: MAX_CALLS });
        }
        Ok(())
    }

    fn insert(&mut self, entry: QueueEntry, key: OrderKey, give_up: (Instant, Exit)) {
        let place = (key, self.arrivals);
        self.arrivals = self.arrivals.saturating_add(1);
        self.order.insert(place, entry.contact.clone());
        self.calls.insert(
            entry.contact.clone(),
            WaitingCall {
                entry,
                place,
                give_up,
                stage: Stage::Waiting { planned: None },
                explained: false,
            },
        );
    }
}
