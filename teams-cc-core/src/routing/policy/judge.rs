//! One call looked at once: what all its verdicts have in common.

use std::{cell::OnceCell, time::Duration};

use super::{
    MAX_RINGS, Prefer, Reason, Rules, concerns,
    found::{Found, Nature, Why},
};
use crate::{
    Instant,
    agent::SkillName,
    queue::MAX_PREFERRED,
    routing::{
        AgentRecord, AgentRef, CallRef, Standing, View,
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
    /// The places of the agents the call prefers, where the policy minds.
    preferred: [u32; MAX_PREFERRED],
    prefers: usize,
}

impl<'a> Scene<'a> {
    pub(super) fn new(view: &View<'a>, call: CallRef<'a>, rules: &Rules) -> Self {
        let (mut preferred, mut prefers) = ([0; MAX_PREFERRED], 0);
        if rules.prefer.is_some() {
            let places = call.preferred().iter().filter_map(|agent| view.find(agent));
            for (place, at) in preferred.iter_mut().zip(places) {
                *place = at;
                prefers += 1;
            }
        }
        Self {
            preferred,
            prefers,
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

    /// Whether the call prefers the agent of this place.
    #[inline]
    pub(super) fn prefers(&self, agent: u32) -> bool {
        self.prefers > 0 && self.preferred[..self.prefers].contains(&agent)
    }

    /// Whether one agent's id comes before another one's.
    pub(super) fn comes_first(&self, one: u32, other: u32) -> bool {
        let id = |place| self.view.place(place).map(AgentRecord::id);
        id(one) < id(other)
    }

    /// Whether the call prefers anybody who is known.
    pub(super) const fn prefers_any(&self) -> bool {
        self.prefers > 0
    }

    /// The agents to whom other rules apply than to those like them, by place; each once.
    pub(super) fn apart(&self) -> impl Iterator<Item = u32> + '_ {
        let preferred = &self.preferred[..self.prefers];
        let first = |(n, agent): (usize, &u32)| (!preferred[..n].contains(agent)).then_some(*agent);
        let passed = self.passed.iter().map(|passed| passed.agent);
        preferred.iter().enumerate().filter_map(first).chain(passed.filter(|a| !self.prefers(*a)))
    }

    /// The seat of an agent in the call's queue, while free.
    pub(super) fn free_seat(&self, members: &Members, agent: u32) -> Option<usize> {
        self.view.free_seat(self.call, members, agent)
    }

    /// Until when an agent is left alone with the call, if so.
    #[inline]
    pub(super) fn passed_until(&self, agent: u32) -> Option<Instant> {
        let passed = self.passed.iter().find(|passed| passed.agent == agent)?;
        Some(passed.until).filter(|until| *until > self.view.now())
    }

    pub(super) fn members(&self) -> impl Iterator<Item = AgentRef<'a>> + '_ {
        let expert = self.view.expert(self.call);
        let members = self.view.members(self.call).into_iter().flat_map(Members::all);
        members
            .filter_map(|member| self.view.at(&member))
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
    pub(super) fn judge<'f>(
        &'f self,
        scene: &Scene<'f>,
        member: &Member,
        agent: AgentRef<'f>,
    ) -> Found<'f> {
        let now = scene.view.now();
        if let Err(reason) = agent.can_take(now) {
            return Found::No(Why::Told(reason));
        }
        self.judge_free(scene, member, agent)
    }

    /// The same of an agent known to be free.
    pub(super) fn judge_free<'f>(
        &'f self,
        scene: &Scene<'f>,
        member: &Member,
        agent: AgentRef<'f>,
    ) -> Found<'f> {
        let (now, call) = (scene.view.now(), scene.call);
        if !agent.has_room_for(call.channel) {
            return Found::No(Why::Told(Reason::Full { channel: call.channel }));
        }
        if agent.load() > 0 && agent.has(&call.contact) {
            return Found::No(Why::Told(Reason::Reserved));
        }
        let passed = scene.passed.iter().find(|passed| passed.agent == member.agent);
        if let Some(reason) = passed.and_then(|passed| passed.reason(now)) {
            return Found::No(Why::Told(reason));
        }
        let mut from = scene.after(member.membership.delay);
        let preferred = scene.prefers(member.agent);
        let beyond_skills = preferred && self.prefer.is_some_and(|prefer| prefer.any_skills);
        if !beyond_skills {
            match self.needs(scene, agent.into()) {
                Found::Yes => {}
                Found::NotBefore(at) => from = from.max(at),
                no @ Found::No(_) => return no,
            }
        }
        // Whom a call prefers whatever the skills comes before all rings, which are made of skills.
        let rings = self.rings.iter().filter(|_| !beyond_skills);
        let gates = self.gates.iter().map(|gate| gate.keep(scene, agent));
        for verdict in gates.chain(rings.map(|rings| rings.keep(scene, agent))) {
            match verdict {
                Found::Yes => {}
                Found::NotBefore(at) => from = from.max(at),
                no @ Found::No(_) => return no,
            }
        }
        if !preferred {
            from = from.max(self.hold(scene));
        }
        if from <= now { Found::Yes } else { Found::NotBefore(from) }
    }

    /// Until when others than the agents a call prefers are held back.
    pub(super) fn hold(&self, scene: &Scene<'_>) -> Instant {
        match &self.prefer {
            Some(prefer) if !scene.call.preferred().is_empty() => prefer.held_until(scene),
            _ => Instant::ZERO,
        }
    }

    /// Whether an agent is and does what the call asks, or when that will be asked no more.
    pub(super) fn needs<'f>(&self, scene: &Scene<'f>, nature: Nature<'f>) -> Found<'f> {
        let mut from = Instant::ZERO;
        let drops = |skill: &SkillName| self.rings.as_ref()?.drops(scene, skill);
        for (why, lapses) in scene.call.unmet(nature.skills, nature.labels, drops) {
            match lapses {
                Some(at) => from = from.max(at),
                None => return Found::No(why),
            }
        }
        if from <= scene.view.now() { Found::Yes } else { Found::NotBefore(from) }
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
