//! A composed policy.

use std::{borrow::Cow, cmp::Ordering, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    Calls, Cause, Gate, Key, Order, Prefer, RankBy, RingMode,
    condition::When,
    found::Found,
    judge::Scene,
    rank::{KEY_WIDTH, Rounds},
    rings::Rings,
    text::Written,
};
use crate::{
    Instant,
    queue::{Exit, ExitReason},
    routing::{
        AgentRecord, AgentRef, CallRef, Plan, RoutingPolicy, View,
        roster::{Member, Members},
    },
};

/// A policy built by composition; a [`RoutingPolicy`], and data.
///
/// It looks at conditions first, then at the time waited, then for an agent. A call whose time
/// is up leaves even if somebody has become free in the same instant. Exits are looked at in the
/// order in which they were written.
///
/// Written down it is TOML or JSON, see [`from_toml`](Self::from_toml).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Rules {
    pub(super) gates: Vec<Gate>,
    pub(super) rings: Option<Rings>,
    pub(super) prefer: Option<Prefer>,
    pub(super) ranks: Vec<RankBy>,
    pub(super) ring: RingMode,
    pub(super) after: Vec<After>,
    pub(super) when: Vec<When>,
}

/// A wait, and where a call goes after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    #[serde(with = "crate::time::seconds::written")]
    pub(super) wait: Duration,
    pub(super) exit: Exit,
}

impl Rules {
    /// Gives a call up that waited this long.
    #[must_use]
    pub fn or_after(mut self, wait: Duration, exit: Exit) -> Self {
        self.after.push(After { wait, exit });
        self
    }

    /// Gives a call up as soon as a condition holds, such as [`no_agents`](super::no_agents()).
    #[must_use]
    pub fn or_when(self, condition: impl Into<Cause>, exit: Exit) -> Self {
        self.or_when_calls(condition, Calls::All, exit)
    }

    /// Gives calls up as soon as a condition holds, or only those that come while it does.
    #[must_use]
    pub fn or_when_calls(mut self, condition: impl Into<Cause>, calls: Calls, exit: Exit) -> Self {
        self.when.push(When { condition: condition.into(), calls, exit });
        self
    }

    /// Writes down that the call leaves, or by when it may.
    fn exits(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) -> Exits {
        let now = view.now();
        let mut until = None;
        for when in &self.when {
            match when.since(view, call) {
                Some(since) if since <= now => {
                    plan.leave(when.exit.clone(), when.reason());
                    return Exits::Left;
                }
                since => until = earlier(until, since),
            }
        }
        for after in &self.after {
            let at = call.enqueued_at + after.wait;
            if at <= now {
                plan.leave(after.exit.clone(), ExitReason::WaitedTooLong);
                return Exits::Left;
            }
            until = earlier(until, Some(at));
        }
        Exits::Not { until }
    }

    pub(super) fn key(&self, scene: &Scene<'_>, rounds: &Rounds<'_>, agent: AgentRef<'_>) -> Key {
        let mut key = [0; KEY_WIDTH + 1];
        let mut parts = key.iter_mut();
        if let (Some(first), Some(_)) = (parts.next(), self.prefer) {
            let preferred = scene.call.preferred().iter().position(|id| id == agent.id());
            *first = preferred.and_then(|n| u64::try_from(n).ok()).unwrap_or(u64::MAX);
        }
        for (part, rank) in parts.zip(&self.ranks) {
            *part = rank.place(&scene.view, scene.call, agent, rounds);
        }
        key
    }

    fn words(&self, scene: &Scene<'_>, agent: AgentRef<'_>) -> String {
        let mut words = String::new();
        if self.prefer.is_some() && scene.call.preferred().contains(agent.id()) {
            words.push_str("preferred");
        }
        for rank in &self.ranks {
            let more = rank.words(&scene.view, scene.call, agent);
            if !words.is_empty() && !more.is_empty() {
                words.push_str(", ");
            }
            words.push_str(&more);
        }
        words
    }

    /// Looks at one agent, and keeps the best in front.
    fn look<'a>(&'a self, look: &mut Look<'_, 'a>, member: &Member, agent: AgentRef<'a>) {
        match self.judge_free(look.scene, member, agent) {
            Found::Yes => {
                let key = self.key(look.scene, &look.rounds, agent);
                look.kept(key, member.agent, agent, self.ring == RingMode::One);
            }
            Found::NotBefore(at) => look.until = earlier(look.until, Some(at)),
            Found::No(why) => look.until = earlier(look.until, why.until()),
        }
    }

    /// Notes of every agent what there is to say.
    fn note<'a>(&'a self, scene: &Scene<'a>, plan: &mut Plan) {
        let mut all: Vec<(Member, AgentRef<'_>)> = match scene.view.members(scene.call) {
            Some(members) => {
                members.all().filter_map(|member| Some((member, scene.view.at(&member)?))).collect()
            }
            None => scene
                .view
                .expert(scene.call)
                .and_then(|member| Some((member, scene.view.at(&member)?)))
                .into_iter()
                .collect(),
        };
        all.sort_unstable_by(|(_, a), (_, b)| a.id().cmp(b.id()));
        for (member, agent) in all {
            match self.judge(scene, &member, agent) {
                Found::Yes => plan.kept(agent.id()),
                Found::No(why) => plan.skipped(agent.id(), why.into()),
                Found::NotBefore(at) => plan.later(agent.id(), at),
            }
        }
    }
}

impl Rules {
    /// Writes the plan, with agents who are kept in this order where they are.
    ///
    /// There are three ways to the same decision: to look at each agent with all there is to say
    /// of everybody, which explanations need and parts of the application's own; to look at each
    /// agent and judge what many have in common once; and to take the first in order.
    pub(super) fn decide(
        &self,
        view: &View<'_>,
        call: CallRef<'_>,
        plan: &mut Plan,
        order: Option<&Arc<Order>>,
    ) {
        let until = match self.exits(view, call, plan) {
            Exits::Left => return,
            Exits::Not { until } => until,
        };
        let scene = Scene::new(view, call, self);
        let members = view.members(call);
        let rounds = Rounds {
            members: members.map_or(0, Members::len),
            last_here: members.and_then(|members| members.last_here.as_ref()),
            last_anywhere: members.and_then(|members| members.last_anywhere.as_ref()),
        };
        let one = self.ring == RingMode::One && !plan.explains() && self.judges_classes();
        let Some(members) = members.filter(|_| one) else {
            return self.look_at_all(&scene, members, rounds, plan, until);
        };
        let ordered = order.and_then(|order| Some((order, members.ordered(order)?)));
        let chosen = match ordered {
            Some((order, ordered)) => self.first(order, ordered, &scene, members, &rounds, until),
            None => self.scan(&scene, members, &rounds, plan, until),
        };
        match chosen.agent.and_then(|agent| view.place(agent)) {
            Some(best) => {
                plan.offer_to(best.id().clone(), self.ring);
                plan.look_again_at(until);
            }
            None => plan.wait(chosen.until),
        }
    }

    /// Looks at every free agent with all there is to say.
    fn look_at_all(
        &self,
        scene: &Scene<'_>,
        members: Option<&Members>,
        rounds: Rounds<'_>,
        plan: &mut Plan,
        exits: Option<Instant>,
    ) {
        let (view, call) = (&scene.view, scene.call);
        let ranked = std::mem::take(&mut plan.ranked);
        let mut look = Look { scene, rounds, ranked, best: None, until: exits };
        if let Some(members) = members {
            for member in members.free() {
                if let Some(agent) = view.at(&member) {
                    self.look(&mut look, &member, agent);
                }
            }
        } else if let Some(member) = view.expert(call)
            && let Some(agent) = view.at(&member)
            && agent.can_take(view.now()).is_ok()
        {
            self.look(&mut look, &member, agent);
        }
        if plan.explains() {
            self.note(scene, plan);
        }
        let Look { mut ranked, best, until, .. } = look;
        match best {
            Some((key, best)) => {
                if plan.explains() {
                    plan.chosen(best.id(), self.words(scene, best));
                }
                plan.offer_to(best.id().clone(), self.ring);
                plan.look_again_at(exits);
                if self.ring != RingMode::One {
                    let name = |place: u32| view.place(place).map(AgentRecord::id);
                    ranked.sort_unstable_by(|a, b| {
                        a.0.cmp(&b.0).then_with(|| name(a.1).cmp(&name(b.1)))
                    });
                    let all = ranked.iter().skip(1).filter(|(other, _)| {
                        self.ring != RingMode::AllOfBest || other[..2] == key[..2]
                    });
                    for (_, place) in all {
                        if let Some(id) = name(*place) {
                            plan.and_to(id.clone());
                        }
                    }
                }
            }
            None => plan.wait(until),
        }
        ranked.clear();
        plan.ranked = ranked;
    }
}

impl RoutingPolicy for Rules {
    fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
        self.decide(view, call, plan, None);
    }

    fn rules(&self) -> Option<&Self> {
        Some(self)
    }

    fn minds_who_is_there(&self) -> bool {
        !self.when.is_empty()
            || self.rings.as_ref().is_some_and(Rings::minds_who_is_there)
            || self.gates.iter().any(Gate::minds_who_is_there)
            || self.prefer.is_some_and(|prefer| prefer.unless_away)
    }

    fn minds_who_is_free(&self) -> bool {
        self.rings.as_ref().is_some_and(Rings::minds_who_is_free)
    }

    fn name(&self) -> Cow<'static, str> {
        "rules".into()
    }
}

enum Exits {
    Left,
    Not { until: Option<Instant> },
}

/// What has been seen of the agents so far.
struct Look<'s, 'a> {
    scene: &'s Scene<'a>,
    rounds: Rounds<'a>,
    /// All who would do, where more than one is rung.
    ranked: Vec<(Key, u32)>,
    best: Option<(Key, AgentRef<'a>)>,
    until: Option<Instant>,
}

impl<'a> Look<'_, 'a> {
    fn kept(&mut self, key: Key, place: u32, agent: AgentRef<'a>, only_one: bool) {
        let better = self.best.as_ref().is_none_or(|(best, known)| match key.cmp(best) {
            Ordering::Less => true,
            Ordering::Equal => agent.id() < known.id(),
            Ordering::Greater => false,
        });
        if better {
            self.best = Some((key, agent));
        }
        if !only_one {
            self.ranked.push((key, place));
        }
    }
}

/// Whom a look found, or when to look again.
pub(super) struct Chosen {
    /// By place.
    pub(super) agent: Option<u32>,
    pub(super) until: Option<Instant>,
}

pub(super) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
