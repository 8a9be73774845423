//! Waiting calls: looked at in order, offered, given up.

use std::time::Duration;

use super::{
    CallRef, Decision, Output, Plan, Step,
    calls::Place,
    engine::{Engine, Timer},
    policy::RingMode,
    roster::Stirred,
};
use crate::{
    AgentId, ContactId, Instant,
    queue::{Exit, ExitReason, WhileRinging},
};

/// A queue whose calls are looked at, and how far that has come.
#[derive(Debug)]
pub(super) struct Front {
    queue: u32,
    /// Queues of which agents want calls first come first.
    priority: u8,
    /// Whether even calls are looked at that nobody is free for.
    all: bool,
    after: Option<Place>,
}

impl Engine {
    /// Asks the policy about every waiting call whose answer may have changed, in order.
    pub(super) fn dispatch(&mut self) {
        loop {
            self.pass = self.pass.saturating_add(1);
            self.direct_calls();
            self.stirred_queues();
            let due = self.due_calls();
            if !due && !self.roster.is_stirred() {
                return;
            }
        }
    }

    /// Calls meant for one person, where anything changed about anybody.
    fn direct_calls(&mut self) {
        if self.direct_seen == self.roster.version() {
            return;
        }
        self.direct_seen = self.roster.version();
        let calls: Vec<u32> = self.calls.direct().copied().collect();
        for call in calls {
            self.look_at(call);
        }
    }

    /// Calls of queues in which somebody became free, the queues side by side.
    fn stirred_queues(&mut self) {
        let mut stirred = std::mem::take(&mut self.stirred);
        let mut fronts = std::mem::take(&mut self.fronts);
        self.roster.take_stirred(&mut stirred);
        for Stirred { queue, priority, all } in stirred.drain(..) {
            let all = all && self.queue_at(queue).is_some_and(|q| q.policy.minds_who_is_there());
            fronts.push(Front { queue, priority, all, after: None });
        }
        while let Some(call) = self.next_of(&mut fronts) {
            self.look_at(call);
        }
        fronts.clear();
        self.stirred = stirred;
        self.fronts = fronts;
    }

    /// The next call to look at; fronts that have come to their end are left out.
    fn next_of(&self, fronts: &mut Vec<Front>) -> Option<u32> {
        fronts.retain(|front| {
            front.all || self.roster.members(front.queue).is_some_and(|all| !all.nobody_free())
        });
        let mut best: Option<(u8, Place, u32, usize)> = None;
        for (n, front) in fronts.iter().enumerate() {
            if let Some((place, call)) = self.calls.next_in_line(front.queue, front.after)
                && best.is_none_or(|(p, at, ..)| (front.priority, place) < (p, at))
            {
                best = Some((front.priority, place, call, n));
            }
        }
        let (_, place, call, n) = best?;
        if let Some(front) = fronts.get_mut(n) {
            front.after = Some(place);
        }
        Some(call)
    }

    /// Calls whose own time has come; answers whether there were any.
    fn due_calls(&mut self) -> bool {
        let mut due = std::mem::take(&mut self.due);
        due.sort_by_key(|call| self.calls.get(*call).map(|call| call.place));
        let any = !due.is_empty();
        for call in due.drain(..) {
            self.look_at(call);
        }
        if self.due.is_empty() {
            self.due = due;
        }
        any
    }

    /// Looks at a call, once in each pass.
    fn look_at(&mut self, at: u32) {
        let pass = self.pass;
        let Some(call) = self.calls.get_mut(at) else { return };
        if std::mem::replace(&mut call.pass, pass) == pass {
            return;
        }
        let time_is_up = self.now >= call.give_up.0;
        let rings_progressively = call.add_at.is_some_and(|add_at| add_at <= self.now);
        let held = call.pause_until.filter(|until| *until > self.now && call.waits());
        if time_is_up && !call.waits() {
            return self.time_is_up_while_ringing(at);
        }
        if !call.wants_more() && !rings_progressively {
            return;
        }
        if let Some(until) = held {
            return self.wait(at, Some(until));
        }
        let mut plan = std::mem::take(&mut self.plan);
        plan.clear();
        if self.ask(at, &mut plan).is_some() {
            if let Some(call) = self.calls.get_mut(at) {
                call.looked_at = true;
            }
            self.carry_out(at, &mut plan);
        }
        self.plan = plan;
    }

    /// Has the policy, or the queue's own limit, write the plan.
    pub(super) fn ask(&self, at: u32, plan: &mut Plan) -> Option<()> {
        let call = self.calls.get(at)?;
        if self.now >= call.give_up.0 {
            plan.leave(call.give_up.1.clone(), ExitReason::WaitedTooLong);
            return Some(());
        }
        let policy = match call.queue {
            Some(queue) => &self.queue_at(queue)?.policy,
            None => &self.config.direct,
        };
        policy.route(
            &self.view(),
            CallRef::after(&call.entry, call.cursor.as_ref(), !call.looked_at),
            plan,
        );
        Some(())
    }

    fn carry_out(&mut self, at: u32, plan: &mut Plan) {
        match plan.step() {
            Step::Offer { agents, mode } => self.offer(at, agents, mode, plan),
            Step::Wait { until } => self.nobody(at, until, plan),
            Step::Leave { exit, why } => {
                let exit = exit.clone();
                self.give_up(at, exit, why, plan);
            }
        }
    }

    /// Lets a call go. While somebody rings it goes only where nobody is there any more.
    fn give_up(&mut self, at: u32, exit: Exit, why: ExitReason, plan: &Plan) {
        let Some(call) = self.calls.get(at) else { return };
        if !call.waits() {
            if why != ExitReason::NoAgents {
                return;
            }
            for offer in call.offers.clone() {
                self.withdraw(offer);
            }
        }
        self.leave(at, exit, why, plan);
    }

    /// Rings as many of these as the mode allows.
    fn offer(&mut self, at: u32, agents: &[AgentId], mode: RingMode, plan: &Plan) {
        let Some(call) = self.calls.get(at) else { return };
        let (contact, channel) = (call.entry.contact.clone(), call.entry.channel);
        if call.waits() && self.stands_behind(at) {
            return self.wait(at, plan.look_again());
        }
        let room = match mode {
            RingMode::One => 1usize.saturating_sub(call.offers.len()),
            RingMode::Parallel(most) => usize::from(most.get()).saturating_sub(call.offers.len()),
            RingMode::Progressive(_) => 1,
            RingMode::All | RingMode::AllOfBest => usize::from(u16::MAX),
        };
        let mut until = None;
        let mut rung = 0;
        for agent in agents {
            if rung == room {
                break;
            }
            // A policy may name whom it likes; only somebody with a free place is rung, and
            // nobody again for a call just declined.
            let view = self.view();
            if let Some(passed) = view.passed(&contact, agent).and_then(|reason| reason.until()) {
                until = Some(until.map_or(passed, |known: Instant| known.min(passed)));
                continue;
            }
            let free = self.roster.find(agent).filter(|place| {
                self.roster.at(*place).is_some_and(|record| {
                    record.can_take(self.now).is_ok()
                        && record.has_room_for(channel)
                        && !record.has(&contact)
                })
            });
            if let Some(place) = free {
                if rung == 0 {
                    self.explain_now(&contact, Decision::Offered { agent: agent.clone() }, plan);
                }
                self.start_offer(at, place, mode);
                rung += 1;
            }
        }
        if let Some(call) = self.calls.get_mut(at) {
            call.mode = mode;
            call.add_at = match mode {
                RingMode::Progressive(every) => Some(self.now + every),
                _ => None,
            };
            if rung > 0 {
                call.explained = false;
            }
        }
        self.calls.line_up(at);
        self.wait(at, until);
    }

    /// Nobody comes into question now.
    fn nobody(&mut self, at: u32, until: Option<Instant>, plan: &Plan) {
        let now = self.now;
        let Some(call) = self.calls.get(at) else { return };
        let contact = call.entry.contact.clone();
        let (waits, explained, queue) = (call.waits(), call.explained, call.queue);
        let retry = self.rules(queue).retry;
        let somebody_free = queue
            .and_then(|queue| self.roster.members(queue))
            .is_some_and(|members| !members.nobody_free());
        let mut until = until;
        if let Some(call) = self.calls.get_mut(at) {
            if let RingMode::Progressive(every) = call.mode
                && !waits
            {
                call.add_at = Some(now + every);
            }
            if waits && call.attempt_until.take().is_some() {
                // The attempt found nobody more: that ends it.
                call.attempts_from = now + retry;
                call.pause_until = Some(call.attempts_from).filter(|until| *until > now);
                until = call.pause_until.or(until);
            } else if waits && somebody_free && !retry.is_zero() {
                until = until.map(|at| next_attempt(call.attempts_from, retry, at));
            }
            call.explained = true;
        }
        self.wait(at, until);
        if waits && !explained {
            self.explain_now(&contact, Decision::Waits, plan);
        }
    }

    /// Has the call looked at again at its own time, if nothing happens before.
    fn wait(&mut self, at: u32, until: Option<Instant>) {
        let Some(call) = self.calls.get(at) else { return };
        // A policy that names a time gone by would be asked for ever; it is asked once per input.
        let until = until.filter(|at| *at > self.now);
        let add_at = call.add_at.filter(|at| *at > self.now && !call.waits());
        let give_up = Some(call.give_up.0).filter(|at| *at > self.now && *at < Instant::MAX);
        let next = [until, add_at, give_up].into_iter().flatten().min();
        self.timers.set(Timer::Call(at), next);
    }

    fn time_is_up_while_ringing(&mut self, at: u32) {
        let Some(call) = self.calls.get(at) else { return };
        let queue = call.queue.and_then(|queue| self.queue_at(queue));
        let rings_on = queue.is_none_or(|q| q.limits.while_ringing == WhileRinging::RingOn);
        if rings_on {
            return;
        }
        let exit = call.give_up.1.clone();
        for offer in call.offers.clone() {
            self.withdraw(offer);
        }
        let plan = std::mem::take(&mut self.plan);
        self.leave(at, exit, ExitReason::WaitedTooLong, &plan);
        self.plan = plan;
    }

    fn leave(&mut self, at: u32, exit: Exit, why: ExitReason, plan: &Plan) {
        let Some(contact) = self.calls.get(at).map(|call| call.entry.contact.clone()) else {
            return;
        };
        self.explain_now(&contact, Decision::Left { exit: exit.clone(), why }, plan);
        let call = self.drop_call(&contact);
        self.outputs.push_back(Output::Exit { contact, exit, why });
        let expert = call.as_ref().and_then(|call| call.entry.expert());
        if let Some(place) = expert.and_then(|expert| self.roster.find(expert)) {
            self.dismiss(place);
        }
    }

    fn explain_now(&mut self, contact: &ContactId, decision: Decision, plan: &Plan) {
        if plan.explains() {
            let explanation = plan.findings().explanation(contact, self.now, decision);
            self.outputs.push_back(Output::Explained(explanation));
        }
    }
}

/// The first attempt at or after `at`, where one is made every `retry` from `from` on.
fn next_attempt(from: Instant, retry: Duration, at: Instant) -> Instant {
    let waited = at.since(from).as_nanos();
    let attempts = waited.div_ceil(retry.as_nanos().max(1));
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    from + retry.saturating_mul(attempts)
}
