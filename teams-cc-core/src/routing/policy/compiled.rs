//! A composed policy whose agents are kept in its order.

use std::{borrow::Cow, sync::Arc};

use super::{
    Gate, KEY_WIDTH, PresenceGate, RankBy, RingMode, Rules,
    columns::{Seen, SeenBy},
    judge::Scene,
    rank::Rounds,
    rules::{Chosen, earlier},
    scan::{Best, Timed},
};
use crate::{
    Instant,
    agent::{Availability, Membership},
    routing::{
        AgentRecord, CallRef, Plan, RoutingPolicy, View,
        roster::{Members, Ordered, OrderedEntry, Row, Traits},
    },
};

/// A composed policy that finds the best agent in an order that is kept, instead of looking at
/// everybody; it decides the same as the [`Rules`] it is made of.
///
/// The engine compiles the policies of its queues by itself. Rankings by idle time, calls, talk
/// time, load, position, skills, labels and matches can be kept in order where one agent is rung
/// at a time; policies with parts of the application's own, turns, lots, rings or lines that are
/// skipped while nobody is there are asked as they are.
///
/// ```
/// use teams_cc_core::{Address, Instant, agent::Agent, queue::QueueEntry, routing::{
///     CallRef, Plan, RingMode, Roster, RoutingPolicy, Step, View,
///     policy::{agent_id, eligible, longest_idle},
/// }};
///
/// let rules = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
/// let (compiled, sales) = (rules.compile(), "sales".parse()?);
/// let mut roster = Roster::default();
/// roster.keep_order(&sales, &compiled);
/// let ada = Agent::new("ada".parse()?, Address::Anonymous).queue(sales.clone());
/// roster.sign_in(ada, Instant::ZERO);
/// let call = QueueEntry::new("C1".parse()?, sales, Instant::from_secs(9));
/// let mut plan = Plan::without_findings();
/// compiled.route(&View::new(Instant::from_secs(9), &roster), CallRef::new(&call), &mut plan);
/// assert!(matches!(plan.step(), Step::Offer { agents, .. } if agents[0].as_str() == "ada"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    rules: Rules,
    order: Option<Arc<Order>>,
}

/// In which order agents are kept, and which of them at all.
#[derive(Debug)]
pub(in crate::routing) struct Order {
    presence: Vec<PresenceGate>,
    seen: Seen,
    /// What is asked of an agent's nature by the policy itself.
    nature: Vec<Gate>,
    /// Whether nothing else is asked of it but by calls.
    by_gates_alone: bool,
    /// The rankings that look at the agent alone, the weightiest first.
    ranks: Vec<RankBy>,
    /// Whether there are rankings that look at its nature.
    ranks_natures: bool,
}

/// What can be said of a class once and for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::routing) enum Settled {
    /// It passes all gates at all times.
    Always,
    /// It never passes.
    Never,
    /// It depends on the time, or on the call.
    Depends,
}

impl Order {
    fn of(rules: &Rules) -> Option<Self> {
        let kept = rules.ring == RingMode::One
            && rules.judges_classes()
            && !rules.gates.iter().any(Gate::minds_who_is_there)
            && rules.rings.as_ref().is_none_or(|rings| {
                !rings.minds_who_is_there() && !rings.gates().any(Gate::minds_who_is_there)
            })
            && rules.ranks.iter().all(|rank| rank.is_of_nature() || rank.is_of_agent());
        let nature = rules.gates.iter().filter(|gate| gate.is_of_nature()).cloned();
        kept.then(|| Self {
            presence: rules.presence_gates().cloned().collect(),
            seen: Seen::of(rules.presence_gates()),
            nature: nature.collect(),
            by_gates_alone: rules.rings.is_none(),
            ranks: rules.ranks.iter().filter(|rank| rank.is_of_agent()).cloned().collect(),
            ranks_natures: rules
                .ranks
                .iter()
                .any(|rank| rank.is_of_nature() && !matches!(rank, RankBy::AgentId)),
        })
    }

    /// Whether an agent is kept in order: seen as the policy allows, however long ago.
    #[inline]
    pub(in crate::routing) fn allows(&self, row: &Row, record: &AgentRecord) -> bool {
        self.seen.allows(row)
            && (row.seen != Availability::OTHER
                || record.presence().is_some_and(|seen| {
                    self.presence.iter().all(|gate| gate.allows(&seen.availability))
                }))
    }

    /// What an agent is ranked by.
    #[inline]
    pub(in crate::routing) fn keys<'a>(
        &self,
        row: &Row,
        membership: &Membership,
        record: impl Fn() -> Option<&'a AgentRecord>,
    ) -> [u64; KEY_WIDTH] {
        let mut keys = [0; KEY_WIDTH];
        for (key, rank) in keys.iter_mut().zip(&self.ranks) {
            *key = rank.of_agent(row, membership, &record).unwrap_or(0);
        }
        keys
    }

    /// What can be said of a class once and for all. A class that never passes is never kept.
    pub(in crate::routing) fn settles(&self, traits: &Traits) -> Settled {
        let mut settled = if self.by_gates_alone && traits.delay.is_zero() {
            Settled::Always
        } else {
            Settled::Depends
        };
        for gate in &self.nature {
            match gate.settles(traits.into()) {
                Settled::Always => {}
                Settled::Never => return Settled::Never,
                Settled::Depends => settled = Settled::Depends,
            }
        }
        settled
    }
}

impl Rules {
    /// Makes a policy that finds agents in an order that is kept.
    #[must_use]
    pub fn compile(self) -> Compiled {
        let order = Order::of(&self).map(Arc::new);
        Compiled { rules: self, order }
    }
}

impl Compiled {
    /// The policy it is made of.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether there is an order to keep; without one it decides as its rules do.
    #[must_use]
    pub const fn keeps_order(&self) -> bool {
        self.order.is_some()
    }

    pub(in crate::routing) const fn order(&self) -> Option<&Arc<Order>> {
        self.order.as_ref()
    }
}

impl RoutingPolicy for Compiled {
    fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
        self.rules.decide(view, call, plan, self.order.as_ref());
    }

    fn rules(&self) -> Option<&Rules> {
        Some(&self.rules)
    }

    fn minds_who_is_there(&self) -> bool {
        self.rules.minds_who_is_there()
    }

    fn minds_who_is_free(&self) -> bool {
        self.rules.minds_who_is_free()
    }

    fn name(&self) -> Cow<'static, str> {
        self.rules.name()
    }
}

impl Rules {
    /// Finds the best of each class, and the best of those.
    pub(super) fn first(
        &self,
        order: &Order,
        ordered: &Ordered,
        scene: &Scene<'_>,
        members: &Members,
        rounds: &Rounds<'_>,
        mut until: Option<Instant>,
    ) -> Chosen {
        let mut best: Option<Best> = None;
        let seen = order.seen.at(scene.view.now());
        for agent in scene.apart() {
            self.look_apart(seen, scene, members, agent, rounds, &mut best, &mut until);
        }
        let call = scene.call;
        // The first ranking looks at the agent alone, and nobody comes before all others.
        let by_agent = self.ranks.first().is_some_and(RankBy::is_of_agent);
        let quick = by_agent && !scene.prefers_any();
        let nothing_asked = call.skills.is_empty()
            && call.selectors().is_empty()
            && !order.ranks_natures
            && self.hold(scene) <= scene.view.now();
        for (class, heap) in ordered.classes() {
            let Some(top) = heap.first() else { continue };
            // When to look again does not matter once somebody is found.
            if quick && best.as_ref().is_some_and(|best| top.key > best.key[1]) {
                continue;
            }
            let mut natures = [0; KEY_WIDTH];
            let mut from = None;
            if !(nothing_asked && ordered.settled(class) == Settled::Always) {
                let Some(traits) = members.classes.get(class) else { continue };
                let alike = self.alike(scene, traits.into(), members.len());
                match alike.verdict {
                    Timed::Yes => natures = alike.keys,
                    Timed::No => continue,
                    Timed::NotBefore(at) => from = Some(at),
                }
            }
            let fits = |entry: &OrderedEntry| self.fits_seat(seen, scene, members, entry.seat);
            let found = if fits(top) { Some(*top) } else { best_of(ordered, heap, fits) };
            let Some(found) = found else { continue };
            if from.is_some() {
                until = earlier(until, from);
                continue;
            }
            let Some(agent) = members.seat(found.seat as usize).map(|seat| seat.agent) else {
                continue;
            };
            let key = self.whole_key(natures, ordered.keys(found.seat));
            if best.as_ref().is_none_or(|best| best.is_after(scene, &key, agent)) {
                best = Some(Best { key, agent });
            }
        }
        Chosen { agent: best.map(|best| best.agent), until }
    }

    /// The keys of a class and those of an agent, put together in the order of the rankings.
    fn whole_key(
        &self,
        natures: [u64; KEY_WIDTH],
        agents: Option<&[u64; KEY_WIDTH]>,
    ) -> [u64; KEY_WIDTH + 1] {
        let mut key = [0; KEY_WIDTH + 1];
        key[0] = if self.prefer.is_some() { u64::MAX } else { 0 };
        let mut agents = agents.into_iter().flatten();
        for ((n, rank), part) in self.ranks.iter().enumerate().zip(&mut key[1..]) {
            *part = if rank.is_of_nature() {
                natures[n]
            } else {
                agents.next().copied().unwrap_or(u64::MAX)
            };
        }
        key
    }

    fn fits_seat(&self, seen: SeenBy, scene: &Scene<'_>, members: &Members, seat: u32) -> bool {
        let agent = members.seat(seat as usize).map(|seat| seat.agent);
        let row = agent.and_then(|agent| Some((agent, scene.view.rows().get(agent as usize)?)));
        row.is_some_and(|(agent, row)| {
            !scene.prefers(agent) && self.may_be_rung(scene, seen, agent, row).0
        })
    }

    /// Looks at somebody apart from the order: whom the call prefers, and who is left alone with
    /// it for a while.
    #[expect(clippy::too_many_arguments, reason = "what is found so far is its caller's")]
    fn look_apart(
        &self,
        seen: SeenBy,
        scene: &Scene<'_>,
        members: &Members,
        agent: u32,
        rounds: &Rounds<'_>,
        best: &mut Option<Best>,
        until: &mut Option<Instant>,
    ) {
        let Some(seat) = scene.free_seat(members, agent) else { return };
        let Some(row) = scene.view.rows().get(agent as usize) else { return };
        let (may, again) = self.may_be_rung(scene, seen, agent, row);
        *until = earlier(*until, again);
        if may && scene.prefers(agent) {
            self.look_at_preferred(scene, members, seat, rounds, best, until);
        }
    }
}

/// The best of a class whose first one does not fit.
fn best_of(
    ordered: &Ordered,
    heap: &[OrderedEntry],
    fits: impl Fn(&OrderedEntry) -> bool,
) -> Option<OrderedEntry> {
    let mut best: Option<OrderedEntry> = None;
    for entry in heap {
        if best.is_none_or(|best| ordered.before(*entry, best)) && fits(entry) {
            best = Some(*entry);
        }
    }
    best
}
