//! A composed policy.

use std::{borrow::Cow, fmt, time::Duration};

use super::{Candidates, Condition, Filter, Rank, Verdict};
use crate::{
    queue::{Exit, ExitReason},
    routing::{CallRef, Plan, RingMode, RoutingPolicy, View},
};

/// Candidates and who of them is best; says next how to ring.
pub struct Ranked {
    candidates: Candidates,
    rank: Box<dyn Rank>,
}

impl Ranked {
    pub(super) fn new(candidates: Candidates, rank: Box<dyn Rank>) -> Self {
        Self { candidates, rank }
    }

    /// Says how many are rung at once.
    #[must_use]
    pub fn ring(self, mode: RingMode) -> Rules {
        Rules { ranked: self, mode, after: Vec::new(), when: Vec::new() }
    }
}

impl fmt::Debug for Ranked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ranked").field("candidates", &self.candidates).finish_non_exhaustive()
    }
}

/// A policy built by composition; a [`RoutingPolicy`].
///
/// It looks at conditions first, then at the time waited, then for an agent. A call whose time
/// is up leaves even if somebody has become free in the same instant. Exits are looked at in the
/// order in which they were written.
pub struct Rules {
    ranked: Ranked,
    mode: RingMode,
    after: Vec<(Duration, Exit)>,
    when: Vec<(Box<dyn Condition>, Exit)>,
}

impl Rules {
    /// Gives a call up that waited this long.
    #[must_use]
    pub fn or_after(mut self, wait: Duration, exit: Exit) -> Self {
        self.after.push((wait, exit));
        self
    }

    /// Gives a call up as soon as a condition holds, such as [`no_agents`](super::no_agents()).
    #[must_use]
    pub fn or_when(mut self, condition: impl Condition + 'static, exit: Exit) -> Self {
        self.when.push((Box::new(condition), exit));
        self
    }
}

impl RoutingPolicy for Rules {
    fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
        let now = view.now();
        if let Some((cond, exit)) = self.when.iter().find(|(cond, _)| cond.holds(view, call)) {
            plan.leave(exit.clone(), cond.reason());
            return;
        }
        let waited = call.waited(now);
        if let Some((_, exit)) = self.after.iter().find(|(wait, _)| waited >= *wait) {
            plan.leave(exit.clone(), ExitReason::WaitedTooLong);
            return;
        }
        let mut until = self.after.iter().map(|(wait, _)| call.enqueued_at + *wait).min();
        let mut sooner = |at| until = Some(until.map_or(at, |known| at.min(known)));
        let mut ranked = std::mem::take(&mut plan.ranked);
        for agent in view.agents() {
            match self.ranked.candidates.keep(view, call, agent) {
                Verdict::Yes => {
                    ranked.push((self.ranked.rank.key(view, call, agent), agent.id().clone()));
                    plan.kept(agent.id());
                }
                Verdict::No(super::Reason::NotInQueue) => {}
                Verdict::No(reason) => {
                    if let Some(at) = reason.until() {
                        sooner(at);
                    }
                    plan.skipped(agent.id(), reason);
                }
                Verdict::NotBefore(at) => {
                    sooner(at);
                    plan.later(agent.id(), at);
                }
            }
        }
        ranked.sort_unstable();
        match ranked.first().and_then(|(_, best)| view.agent(best)) {
            Some(best) => {
                plan.chosen(best.id(), self.ranked.rank.words(view, call, best));
                plan.offer(ranked.drain(..).map(|(_, agent)| agent), self.mode);
            }
            None => plan.wait(until),
        }
        plan.ranked = ranked;
    }

    fn name(&self) -> Cow<'static, str> {
        "rules".into()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("ranked", &self.ranked)
            .field("mode", &self.mode)
            .field("after", &self.after)
            .field("when", &self.when.len())
            .finish()
    }
}
