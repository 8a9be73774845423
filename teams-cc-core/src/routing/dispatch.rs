//! Waiting calls: looked at in order, offered, given up.

use std::time::Duration;

use super::{
    CallRef, Decision, Explanation, Output, Plan, Step,
    engine::{Engine, MAX_ABANDONED, Timer},
    policy::{Reason, RingMode},
};
use crate::{
    ContactId, Instant,
    queue::{Exit, ExitReason, WhileRinging},
};

/// The shortest time after which one more agent is rung.
const LEAST_STEP: Duration = Duration::from_secs(1);

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
    pub(super) fn look_at(&mut self, at: u32) {
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
            return self.hold_on(at, Some(until), Decision::Held { until: Some(until) });
        }
        let mut plan = std::mem::take(&mut self.plan);
        plan.clear();
        if self.ask(at, &mut plan).is_some() {
            let arrival = self.calls.get(at).map(|call| call.place);
            self.carry_out(at, &plan);
            let call = self.calls.get_mut(at).filter(|call| Some(call.place) == arrival);
            if let Some(call) = call {
                call.looked_at = true;
            }
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
            CallRef::after(&call.entry, call.cursor.as_ref(), !call.looked_at, call.queue),
            plan,
        );
        Some(())
    }

    fn carry_out(&mut self, at: u32, plan: &Plan) {
        match plan.step() {
            Step::Offer { mode, .. } => self.offer(at, mode, plan),
            Step::Wait { until } => self.nobody(at, until),
            Step::Leave { exit, why } => {
                let exit = exit.clone();
                self.give_up(at, exit, why);
            }
        }
    }

    /// Lets a call go. While somebody rings it goes only where nobody is there any more.
    fn give_up(&mut self, at: u32, exit: Exit, why: ExitReason) {
        let Some(call) = self.calls.get(at) else { return };
        if !call.waits() {
            if why != ExitReason::NoAgents {
                return self.wait(at, None);
            }
            for offer in call.offers.clone() {
                self.withdraw(offer);
            }
        }
        self.leave(at, exit, why);
    }

    /// Rings as many of the plan's agents as the mode allows.
    fn offer(&mut self, at: u32, mode: RingMode, plan: &Plan) {
        let Some(call) = self.calls.get(at) else { return };
        if call.waits() && self.stands_behind(at) {
            return self.hold_on(at, plan.look_again(), Decision::Held { until: None });
        }
        if self.abandoned >= MAX_ABANDONED {
            return self.wait(at, Some(self.now + self.conflict_pause()));
        }
        let room = match mode {
            RingMode::One | RingMode::Parallel(_) => {
                mode.at_once().saturating_sub(call.offers.len())
            }
            _ => mode.at_once(),
        };
        let mut rung = std::mem::take(&mut self.rung);
        let until = self.whom_to_ring(at, room, plan, &mut rung);
        if !rung.is_empty() {
            self.explain_offer(at, &rung);
        }
        for place in &rung {
            self.start_offer(at, *place, mode);
        }
        if let Some(call) = self.calls.get_mut(at) {
            call.mode = mode;
            call.add_at = match mode {
                RingMode::Progressive(every) => Some(self.now + every.max(LEAST_STEP)),
                _ => None,
            };
            if !rung.is_empty() {
                call.explained = false;
            }
        }
        rung.clear();
        self.rung = rung;
        self.calls.line_up(at);
        self.wait(at, until);
    }

    /// Whom of the plan's agents to ring. A policy may name whom it likes; only somebody with a
    /// free place is rung, and nobody again for a call just declined. Answers when the first of
    /// those may be rung again.
    fn whom_to_ring(
        &self,
        at: u32,
        room: usize,
        plan: &Plan,
        rung: &mut Vec<u32>,
    ) -> Option<Instant> {
        let (call, Step::Offer { agents, .. }) = (self.calls.get(at)?, plan.step()) else {
            return None;
        };
        let mut until: Option<Instant> = None;
        let passed = self.roster.passed_by(&call.entry.contact);
        for agent in agents {
            if rung.len() == room {
                break;
            }
            let Some(place) = self.roster.find(agent) else { continue };
            let passed = passed.iter().find(|passed| passed.agent == place);
            if let Some(passed) = passed.filter(|passed| passed.until > self.now) {
                until = Some(until.map_or(passed.until, |known| known.min(passed.until)));
                continue;
            }
            let free = self.roster.at(place).is_some_and(|record| {
                record.can_take(self.now).is_ok()
                    && record.has_room_for(call.entry.channel)
                    && !record.has(&call.entry.contact)
            });
            if free && !rung.contains(&place) {
                rung.push(place);
            }
        }
        until
    }

    fn explain_offer(&mut self, at: u32, rung: &[u32]) {
        let Some(mut plan) = self.noted(at) else { return };
        let Some(call) = self.calls.get(at) else { return };
        let contact = call.entry.contact.clone();
        let name = |place: &u32| Some(self.roster.at(*place)?.id().clone());
        let agents = rung.iter().filter_map(name).collect();
        let (view, channel) = (self.view(), call.entry.channel);
        let decision = plan.rung(agents, |agent| {
            let record = view.agent(agent);
            let full = Reason::Full { channel };
            view.passed(&contact, agent)
                .or_else(|| record?.can_take(view.now()).err())
                .unwrap_or(full)
        });
        self.explain_now(&contact, decision, plan);
    }

    /// What the policy says of a call once more, with the reasons; none where nobody is told.
    fn noted(&mut self, at: u32) -> Option<Plan> {
        let mut plan = self.config.explanations.then(|| std::mem::take(&mut self.noted))?;
        plan.clear();
        // A call that is not known has no reasons.
        let _ = self.ask(at, &mut plan);
        Some(plan)
    }

    /// Leaves a call in line whatever its policy would do; that is told once.
    fn hold_on(&mut self, at: u32, until: Option<Instant>, decision: Decision) {
        self.wait(at, until);
        let Some(call) = self.calls.get_mut(at) else { return };
        if std::mem::replace(&mut call.explained, true) || !self.config.explanations {
            return;
        }
        let explanation = Explanation {
            contact: call.entry.contact.clone(),
            at: self.now,
            findings: Vec::new(),
            more: 0,
            decision,
        };
        self.outputs.push_back(Output::Explained(explanation));
    }

    /// Nobody comes into question now.
    fn nobody(&mut self, at: u32, until: Option<Instant>) {
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
                call.add_at = Some(now + every.max(LEAST_STEP));
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
        if waits
            && !explained
            && let Some(plan) = self.noted(at)
        {
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
        self.leave(at, exit, ExitReason::WaitedTooLong);
    }

    fn leave(&mut self, at: u32, exit: Exit, why: ExitReason) {
        let Some(contact) = self.calls.get(at).map(|call| call.entry.contact.clone()) else {
            return;
        };
        if let Some(plan) = self.noted(at) {
            self.explain_now(&contact, Decision::Left { exit: exit.clone(), why }, plan);
        }
        let call = self.drop_call(&contact);
        self.outputs.push_back(Output::Exit { contact, exit, why });
        let expert = call.as_ref().and_then(|call| call.entry.expert());
        if let Some(place) = expert.and_then(|expert| self.roster.find(expert)) {
            self.dismiss(place);
        }
    }

    fn explain_now(&mut self, contact: &ContactId, decision: Decision, plan: Plan) {
        let explanation = plan.findings().explanation(contact, self.now, decision);
        self.outputs.push_back(Output::Explained(explanation));
        self.noted = plan;
    }
}

/// The first attempt at or after `at`, where one is made every `retry` from `from` on.
fn next_attempt(from: Instant, retry: Duration, at: Instant) -> Instant {
    let waited = at.since(from).as_nanos();
    let attempts = waited.div_ceil(retry.as_nanos().max(1));
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    from + retry.saturating_mul(attempts)
}
