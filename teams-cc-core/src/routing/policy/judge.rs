//! One call looked at once: what all its verdicts have in common.

use std::{cell::OnceCell, time::Duration};

use super::{MAX_RINGS, Prefer, Reason, Rules, Verdict, concerns};
use crate::{
    Instant,
    agent::{Agent, SkillName},
    routing::{
        AgentRef, CallRef, Standing, View,
        roster::{Member, Members, Passed},
    },
};

/// A call, the agents as they stand, and what is found out about them only once.
pub(super) struct Scene<'a> {
    pub(super) view: View<'a>,
    pub(super) call: CallRef<'a>,
    passed: &'a [Passed],
    first_level: OnceCell<Option<u16>>,
    /// When each ring opens; a policy has rings at most once.
    pub(super) opens: OnceCell<[Instant; MAX_RINGS]>,
    /// Whether anybody the call prefers is there.
    preferred_there: OnceCell<bool>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(view: &View<'a>, call: CallRef<'a>) -> Self {
        Self {
            view: *view,
            call,
            passed: view.passed_by(&call.contact),
            first_level: OnceCell::new(),
            opens: OnceCell::new(),
            preferred_there: OnceCell::new(),
        }
    }

    /// The instant at which the call has waited so long.
    pub(super) fn after(&self, wait: Duration) -> Instant {
        self.call.enqueued_at + wait
    }

    pub(super) fn members(&self) -> impl Iterator<Item = AgentRef<'a>> + '_ {
        let expert = self.view.expert(self.call);
        let members = self.view.members(self.call).into_iter().flat_map(Members::all);
        members
            .filter_map(|member| self.view.at(member))
            .chain(expert.and_then(|m| self.view.at(&m)))
    }

    /// The first line in which anybody is there, at work or not.
    pub(super) fn first_level(&self) -> Option<u16> {
        *self.first_level.get_or_init(|| {
            let there = self.members().filter(|agent| agent.standing() != Standing::SignedOut);
            there.map(|agent| agent.membership().level).min()
        })
    }

    fn preferred_there(&self) -> bool {
        *self.preferred_there.get_or_init(|| {
            self.call.preferred().iter().any(|agent| {
                self.view.agent(agent).is_some_and(|agent| {
                    agent.standing() != Standing::SignedOut && concerns(self.call, agent)
                })
            })
        })
    }
}

impl Rules {
    /// What there is to say of an agent who stands in the call's queue, or is meant by it.
    pub(super) fn judge(&self, scene: &Scene<'_>, member: &Member, agent: AgentRef<'_>) -> Verdict {
        let now = scene.view.now();
        if let Err(reason) = agent.can_take(now) {
            return Verdict::No(reason);
        }
        self.judge_free(scene, member, agent)
    }

    /// The same of an agent known to be free.
    pub(super) fn judge_free(
        &self,
        scene: &Scene<'_>,
        member: &Member,
        agent: AgentRef<'_>,
    ) -> Verdict {
        let (now, call) = (scene.view.now(), scene.call);
        if !agent.has_room_for(call.channel) {
            return Verdict::No(Reason::Full { channel: call.channel });
        }
        if agent.load() > 0 && agent.has(&call.contact) {
            return Verdict::No(Reason::Reserved);
        }
        let passed = scene.passed.iter().find(|passed| passed.agent == member.agent);
        if let Some(reason) = passed.and_then(|passed| passed.reason(now)) {
            return Verdict::No(reason);
        }
        let mut from = scene.after(member.membership.delay);
        let prefers = self.prefer.as_ref().filter(|_| !call.preferred().is_empty());
        let preferred = prefers.is_some() && call.preferred().contains(agent.id());
        let beyond_skills = preferred && prefers.is_some_and(|prefer| prefer.any_skills);
        if !beyond_skills {
            match self.needs(scene, agent.profile()) {
                Verdict::Yes => {}
                Verdict::NotBefore(at) => from = from.max(at),
                no @ Verdict::No(_) => return no,
            }
        }
        // Whom a call prefers whatever the skills comes before all rings, which are made of skills.
        let rings = self.rings.iter().filter(|_| !beyond_skills);
        let gates = self.gates.iter().map(|gate| gate.keep(scene, agent));
        for verdict in gates.chain(rings.map(|rings| rings.keep(scene, agent))) {
            match verdict {
                Verdict::Yes => {}
                Verdict::NotBefore(at) => from = from.max(at),
                no @ Verdict::No(_) => return no,
            }
        }
        if let Some(prefer) = prefers
            && !preferred
        {
            from = from.max(prefer.held_until(scene));
        }
        if from <= now { Verdict::Yes } else { Verdict::NotBefore(from) }
    }

    /// Whether the agent is and does what the call asks, or when that will be asked no more.
    fn needs(&self, scene: &Scene<'_>, agent: &Agent) -> Verdict {
        let mut from = Instant::ZERO;
        let drops = |skill: &SkillName| self.rings.as_ref()?.drops(scene, skill);
        for (reason, lapses) in scene.call.unmet(agent, drops) {
            match lapses {
                Some(at) => from = from.max(at),
                None => return Verdict::No(reason),
            }
        }
        if from <= scene.view.now() { Verdict::Yes } else { Verdict::NotBefore(from) }
    }
}

impl Prefer {
    /// Until when others than the preferred are held back.
    fn held_until(&self, scene: &Scene<'_>) -> Instant {
        if self.unless_away && !scene.preferred_there() {
            return Instant::ZERO;
        }
        scene.after(self.hold)
    }
}
