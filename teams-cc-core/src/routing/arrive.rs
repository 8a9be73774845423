//! Calls come and go.

use std::time::Duration;

use super::{
    CallbackReason, Output,
    calls::{Place, WaitingCall},
    engine::{Engine, EngineError, MAX_AGENTS, MAX_CALLS, Timer},
    roster::Standing,
};
use crate::{
    ContactId,
    agent::Agent,
    queue::{CallOrder, Exit, ExitReason, QueueEntry, QueueLimits, Strict},
};

impl Engine {
    pub(super) fn enqueue(&mut self, mut entry: QueueEntry) -> Result<(), EngineError> {
        let Some(id) = entry.queue() else {
            let limits = QueueLimits::default();
            return self.enqueue_direct(entry, limits.max_wait, limits.after_wait);
        };
        let found = self.roster.find_queue(id).and_then(|at| Some((at, self.queue_at(at)?)));
        let (at, queue) = found.ok_or_else(|| EngineError::UnknownQueue(id.clone()))?;
        self.check_room(&entry.contact)?;
        if self.calls.length(at) >= queue.limits.max_length {
            self.outputs.push_back(Output::Exit {
                contact: entry.contact,
                exit: queue.limits.when_full.clone(),
                why: ExitReason::QueueFull,
            });
            return Ok(());
        }
        let (weight, order) = (queue.weight, std::sync::Arc::clone(&queue.order));
        let (max_wait, after_wait) = (queue.limits.max_wait, queue.limits.after_wait.clone());
        let callback = self.callback_on_arrival(at);
        let place = self.take_kept(at, &mut entry);
        let place =
            place.unwrap_or_else(|| Place::in_queue(weight, order.key(&entry), self.arrivals));
        let give_up = (entry.enqueued_at + max_wait, after_wait);
        let contact = entry.contact.clone();
        let call = self.insert(WaitingCall::new(entry, Some(at), place, give_up));
        if let Some(why) = callback {
            self.offer_callback(call, contact, why);
        }
        self.watch_front(at);
        Ok(())
    }

    pub(super) fn offer_direct(
        &mut self,
        contact: ContactId,
        mut expert: Agent,
        within: Duration,
        exit: Exit,
    ) -> Result<(), EngineError> {
        self.check_room(&contact)?;
        let id = expert.id.clone();
        if self.roster.agent(&id).is_none() {
            if self.roster.len() >= MAX_AGENTS {
                return Err(EngineError::Full { what: "agents", limit: MAX_AGENTS });
            }
            // Whoever is here for one call alone is there for no other.
            expert.queues.clear();
            self.roster.sign_in(expert, self.now);
            let guest = self.roster.find(&id).and_then(|place| self.roster.at_mut(place));
            if let Some(record) = guest {
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
        let place = Place::direct(Strict.key(&entry), self.arrivals);
        let give_up = (entry.enqueued_at + within, exit);
        self.insert(WaitingCall::new(entry, None, place, give_up));
        Ok(())
    }

    fn insert(&mut self, call: WaitingCall) -> u32 {
        self.arrivals = self.arrivals.saturating_add(1);
        let at = self.calls.insert(call);
        self.due.push(at);
        at
    }

    fn check_room(&self, contact: &ContactId) -> Result<(), EngineError> {
        if self.calls.find(contact).is_some() {
            return Err(EngineError::Duplicate(contact.clone()));
        }
        if self.calls.len() >= MAX_CALLS {
            return Err(EngineError::Full { what: "calls", limit: MAX_CALLS });
        }
        Ok(())
    }

    /// Takes a call off every list; the caller deals with its offers.
    pub(super) fn drop_call(&mut self, contact: &ContactId) -> Option<WaitingCall> {
        let (at, call) = self.calls.remove(contact)?;
        self.timers.remove(&Timer::Call(at));
        self.roster.forget_contact(contact);
        if let Some(queue) = call.queue {
            self.watch_front(queue);
            self.wake_next(queue);
        }
        Some(call)
    }

    /// Has the first in line looked at, where only the first is offered.
    pub(super) fn wake_next(&mut self, queue: u32) {
        if self.queue_at(queue).is_some_and(|queue| queue.one_at_a_time)
            && let Some((_, next)) = self.calls.next_in_line(queue, None)
        {
            self.due.push(next);
        }
    }

    /// Whether a call that comes now had better be called back, by what it finds.
    fn callback_on_arrival(&self, queue: u32) -> Option<CallbackReason> {
        let rule = self.queue_at(queue)?.callback?;
        let waiting = self.calls.length(queue);
        if rule.waiting.is_some_and(|most| waiting >= most) {
            return Some(CallbackReason::Waiting);
        }
        let members = self.roster.members(queue)?;
        let away = [Standing::OnBreak, Standing::Missing, Standing::SignedOut];
        let away: u32 = away.into_iter().map(|standing| members.standing(standing)).sum();
        let there = members.len().saturating_sub(away as usize).max(1);
        let crowded = rule.waiting_per_agent.is_some_and(|most| waiting / there >= most);
        crowded.then_some(CallbackReason::WaitingPerAgent)
    }

    /// Has the call in front offered a callback once it has waited long enough, and no other.
    pub(super) fn watch_front(&mut self, queue: u32) {
        let waited = self.queue_at(queue).and_then(|queue| queue.callback?.waited);
        let Some(waited) = waited else { return };
        let front = self.calls.next_in_line(queue, None);
        let front = front.and_then(|(_, at)| Some((at, self.calls.get(at)?)));
        let Some((at, call)) = front.filter(|(_, call)| !call.callback_offered) else {
            self.timers.remove(&Timer::Callback(queue));
            return;
        };
        let due = call.entry.enqueued_at + waited;
        if due > self.now {
            self.timers.insert(Timer::Callback(queue), due);
            return;
        }
        let contact = call.entry.contact.clone();
        self.timers.remove(&Timer::Callback(queue));
        self.offer_callback(at, contact, CallbackReason::Waited);
    }

    fn offer_callback(&mut self, at: u32, contact: ContactId, why: CallbackReason) {
        if let Some(call) = self.calls.get_mut(at) {
            call.callback_offered = true;
        }
        self.outputs.push_back(Output::OfferCallback { contact, why });
    }
}
