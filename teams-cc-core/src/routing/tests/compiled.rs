//! The three ways of finding an agent, seen to find the same one.

use proptest::prelude::*;

use super::{
    desk::{agent, secs},
    properties::{calls, rules},
};
use crate::{
    AgentId, ContactId, Instant,
    agent::{
        Agent, Availability, AwayReason, Capacity, Channel, Membership, Observation,
        PresenceSource, Skill,
    },
    contact::OfferEnd,
    queue::QueueEntry,
    routing::{
        AgentChange, CallRef, Engine, EngineConfig, Input, Output, Plan, Queue, RingMode, Roster,
        RoutingPolicy, Step, View,
        policy::{
            Compiled, IdleSince, RankBy, Rules, best_match, eligible, fewest_calls, label,
            least_load, least_talk_time, level, longest_idle, longest_idle_since, position,
            preferred, presence, proficiency, skill,
        },
        roster::Row,
    },
    store::FencingToken,
};

const START: u64 = 10_000;
const AGENTS: u64 = 9;

/// What happens to agents between two looks.
#[derive(Clone, Debug)]
enum Act {
    SignIn(u64, Box<Agent>),
    SignOut(u64),
    Seen(u64, u8),
    Begin(u64, u64, bool),
    End(u64, u64),
    Decline(u64),
    Pass(u64),
    Look(Box<QueueEntry>),
}

fn profile() -> impl Strategy<Value = Agent> {
    let nature = (0u8..4, any::<bool>(), 1u16..4, 0u32..3, any::<bool>());
    (nature, prop::option::weighted(0.2, 1u64..20), 0i64..3).prop_map(
        |((en, gold, level, position, two), delay, score)| {
            let delay = secs(delay.unwrap_or(0));
            let place = Membership::PLAIN.level(level).position(position).priority(1, delay);
            let mut profile = agent("x").member("q".parse().unwrap(), place);
            if en > 0 {
                profile = profile.skill(Skill::new("en", en).unwrap());
            }
            if gold {
                profile = profile.label("team", "gold").label("score", score);
            }
            if two {
                let blended = Capacity::units(100).channel(Channel::Voice, 60, 1);
                profile = profile.capacity(blended.channel(Channel::Chat, 20, 2));
            }
            profile
        },
    )
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let who = 0..AGENTS;
    let act = prop_oneof![
        4 => (who.clone(), profile()).prop_map(|(n, it)| Act::SignIn(n, Box::new(it))),
        1 => who.clone().prop_map(Act::SignOut),
        5 => (who.clone(), 0u8..8).prop_map(|(n, seen)| Act::Seen(n, seen)),
        5 => (who.clone(), 0u64..4, any::<bool>()).prop_map(|(n, c, chat)| Act::Begin(n, c, chat)),
        4 => (who.clone(), 0u64..4).prop_map(|(n, c)| Act::End(n, c)),
        1 => who.prop_map(Act::Decline),
        3 => (1u64..9).prop_map(Act::Pass),
        6 => calls().prop_map(|call| Act::Look(Box::new(call))),
    ];
    prop::collection::vec(act, 1..60)
}

/// Policies that keep an order, of all rankings that can be kept.
fn kept() -> impl Strategy<Value = Rules> {
    let gates = (any::<bool>(), 0u8..5, any::<bool>());
    let ranks = prop::collection::vec(0usize..11, 0..4);
    (gates, ranks, prop::option::of((0u64..40, any::<bool>(), any::<bool>()))).prop_map(
        |((seen, need, gold), ranks, prefer)| {
            let mut agents = eligible();
            if seen {
                let seen = presence(Availability::Available).or(Availability::from("Odd"));
                agents = agents.gate(seen.max_age(secs(50)));
            }
            if need > 0 {
                let gate = skill("en").unwrap().at_least(need.min(3));
                agents = agents.require(if need > 3 { gate.relax_after(secs(9), 0) } else { gate });
            }
            if gold {
                agents = agents.gate(label("team", crate::agent::Compare::Equal, "gold"));
            }
            if let Some((hold, away, any)) = prefer {
                let mut prefer = preferred().hold(secs(hold));
                prefer.unless_away = away;
                prefer.any_skills = any;
                agents = agents.prefer(prefer);
            }
            let rank = |n: usize| -> RankBy {
                match n {
                    0 => longest_idle(),
                    1 => longest_idle_since(IdleSince::LastCallEnd),
                    2 => longest_idle_since(IdleSince::SeenAvailable),
                    3 => fewest_calls(),
                    4 => least_talk_time(),
                    5 => least_load(),
                    6 => proficiency("en").unwrap(),
                    7 => level(),
                    8 => best_match(),
                    9 => RankBy::LargestLabel("score".into()),
                    _ => position(),
                }
            };
            agents.rank_by(ranks.into_iter().map(rank)).ring(RingMode::One)
        },
    )
}

/// The policy of the queue, and the same one looked at in the long way.
struct Ways {
    rules: Rules,
    compiled: Compiled,
    plans: [Plan; 3],
}

impl Ways {
    fn agree(&mut self, now: Instant, roster: &Roster, call: &QueueEntry) -> Result<(), String> {
        let view = View::new(now, roster);
        let [told, scanned, kept] = &mut self.plans;
        for plan in [&mut *told, &mut *scanned, &mut *kept] {
            plan.clear();
        }
        // With findings everybody is looked at with all there is to say.
        self.rules.route(&view, CallRef::new(call), told);
        self.rules.route(&view, CallRef::new(call), scanned);
        self.compiled.route(&view, CallRef::new(call), kept);
        if told.step() != scanned.step() || told.step() != kept.step() {
            let steps = (told.step(), scanned.step(), kept.step());
            return Err(format!("{steps:?} for {call:?} by {:?}", self.rules));
        }
        Ok(())
    }
}

fn run(rules: Rules, acts: Vec<Act>) -> Result<usize, String> {
    let compiled = rules.clone().compile();
    let mut roster = Roster::default();
    roster.keep_order(&"q".parse().unwrap(), &compiled);
    let plans = [Plan::default(), Plan::without_findings(), Plan::without_findings()];
    let mut ways = Ways { rules, compiled, plans };
    let (mut now, mut offered, mut looks) = (Instant::from_secs(START), 0, 0);
    let id = |n| AgentId::numbered("a", n);
    let contact = |n| ContactId::numbered("T", n);
    for act in acts {
        match act {
            Act::SignIn(n, mut profile) => {
                profile.id = id(n);
                roster.sign_in(*profile, now);
            }
            Act::SignOut(n) => roster.remove(&id(n)),
            Act::Seen(n, seen) => {
                let seen = match seen {
                    0 => Availability::Busy,
                    1 => Availability::from("Odd"),
                    2 => Availability::from("Odder"),
                    _ => Availability::Available,
                };
                roster.observe(&id(n), Observation::new(seen, now, PresenceSource::Sweep));
            }
            Act::Begin(n, c, chat) => {
                let channel = if chat { Channel::Chat } else { Channel::Voice };
                roster.begin(&id(n), contact(c), channel);
            }
            Act::End(n, c) => {
                roster.end(&id(n), &contact(c), now);
            }
            Act::Decline(n) => {
                if let Some(place) = roster.find(&id(n)) {
                    let why = Some(OfferEnd::Declined);
                    roster.pass(&"C".parse().unwrap(), place, why, now + secs(7));
                }
            }
            Act::Pass(seconds) => {
                now += secs(seconds);
                roster.at_time(now);
            }
            Act::Look(mut call) => {
                call.enqueued_at = now.saturating_sub(secs(looks * 7 % 45));
                looks += 1;
                ways.agree(now, &roster, &call)?;
                offered += usize::from(matches!(ways.plans[2].step(), Step::Offer { .. }));
            }
        }
        for (place, record) in roster.records() {
            let row = roster.rows().get(place as usize);
            if row != Some(&Row::of(record)) {
                return Err(format!("{}: {row:?}", record.id()));
            }
        }
    }
    Ok(offered)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn an_order_that_is_kept_finds_whom_looking_at_everybody_finds(rules in kept(), acts in acts()) {
        prop_assert!(rules.clone().compile().keeps_order());
        let found = run(rules, acts);
        prop_assert!(found.is_ok(), "{}", found.unwrap_err());
    }

    #[test]
    fn classes_judged_once_are_judged_as_each_agent_is(rules in rules(), acts in acts()) {
        let found = run(rules, acts);
        prop_assert!(found.is_ok(), "{}", found.unwrap_err());
    }
}

/// The comparison means nothing where nobody is ever found.
#[test]
fn agents_are_found_in_these_runs() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let offered: usize = (0..200)
        .map(|_| {
            let rules = kept().new_tree(&mut runner).unwrap().current();
            let acts = acts().new_tree(&mut runner).unwrap().current();
            run(rules, acts).unwrap()
        })
        .sum();
    assert!(offered > 100, "{offered}");
}

/// The same rules, not known as such: the engine asks them as they are.
struct Plainly(Rules);

impl RoutingPolicy for Plainly {
    fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
        self.0.route(view, call, plan);
    }

    fn minds_who_is_there(&self) -> bool {
        self.0.minds_who_is_there()
    }

    fn minds_who_is_free(&self) -> bool {
        self.0.minds_who_is_free()
    }
}

/// Plays a day against an engine, and writes down what it does.
fn day(queue: Queue, acts: &[Act]) -> Vec<String> {
    let mut engine = Engine::new(EngineConfig::default().explanations(false)).queue(queue);
    let mut now = Instant::from_secs(START);
    let (mut told, mut asked, mut calls, mut tokens) = (Vec::new(), Vec::new(), 0, 0);
    let mut put = |engine: &mut Engine, now, input, asked: &mut Vec<_>| {
        told.push(format!("{:?}", engine.handle_input(now, input)));
        loop {
            let output = engine.poll_output();
            // Whoever looks at fewer calls may be woken earlier, and for nothing.
            if !matches!(output, Output::Timeout(_)) {
                told.push(format!("{output:?}"));
            }
            match output {
                Output::Reserve { offer, contact, .. } => asked.push((offer, contact)),
                Output::Timeout(_) => return,
                _ => {}
            }
        }
    };
    for act in acts {
        let id = |n: &u64| AgentId::numbered("a", *n);
        let change = |n: &u64, change| Input::AgentChanged { agent: id(n), change };
        let input = match act {
            Act::SignIn(n, profile) => change(n, AgentChange::SignedIn(profile.clone())),
            Act::SignOut(n) => change(n, AgentChange::SignedOut),
            Act::Seen(n, seen) => {
                let at = if *seen == 0 { Availability::Busy } else { Availability::Available };
                let observation = Observation::new(at, now, PresenceSource::Sweep);
                Input::PresenceObserved { agent: id(n), observation }
            }
            Act::Begin(n, c, _) if !asked.is_empty() => {
                let at = usize::try_from(n + c).unwrap() % asked.len();
                let (offer, contact): (crate::OfferId, ContactId) = asked.swap_remove(at);
                tokens += 1;
                let token = FencingToken::new(tokens);
                put(&mut engine, now, Input::Reserved { offer: offer.clone(), token }, &mut asked);
                if c % 2 == 0 {
                    put(&mut engine, now, Input::OfferAccepted { offer }, &mut asked);
                    Input::Released { contact }
                } else {
                    Input::OfferDeclined { offer, why: OfferEnd::Declined }
                }
            }
            Act::Begin(n, ..) | Act::Decline(n) => change(n, AgentChange::Away(AwayReason::Break)),
            Act::End(n, _) => change(n, AgentChange::Available),
            Act::Pass(seconds) => {
                now += secs(*seconds);
                Input::Tick
            }
            Act::Look(call) => {
                calls += 1;
                let mut call = QueueEntry::clone(call);
                call.contact = ContactId::numbered("C", calls);
                call.enqueued_at = now;
                Input::Enqueue(call)
            }
        };
        put(&mut engine, now, input, &mut asked);
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_engine_does_the_same_by_an_order_that_is_kept(rules in kept(), acts in acts()) {
        let q = || "q".parse().unwrap();
        let kept = day(Queue::new(q(), rules.clone()), &acts);
        let plainly = day(Queue::new(q(), Plainly(rules)), &acts);
        prop_assert_eq!(kept, plainly);
    }
}
