//! What holds of every composed policy, whatever it is composed of.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;

use super::desk::{agent, secs};
use crate::{
    AgentId, Instant,
    agent::{
        Availability, AwayReason, Capacity, Compare, Membership, Observation, PresenceSource,
        Selector, Skill,
    },
    queue::{Ageing, CallOrder, Levels, Priority, QueueEntry},
    routing::{
        AgentChange, CallRef, Decision, Engine, EngineConfig, Finding, Input, Output, Plan, Queue,
        RingMode, Roster, RoutingPolicy, Step, View,
        policy::{
            Circle, IdleSince, RankBy, Ring, Rules, Tiers, agent_id, best_match, eligible,
            fewest_calls, label, least_load, level, levels, longest_idle_since, position,
            preferred, presence, random, round_robin, skill,
        },
    },
};

const START: u64 = 10_000;

/// One word of each kind, in any mixture.
pub(super) fn rules() -> impl Strategy<Value = Rules> {
    let gates = (any::<bool>(), any::<bool>(), any::<bool>(), 0u8..4);
    (gates, 0usize..9, 0usize..4, prop::option::of(0u64..40)).prop_map(
        |((seen, able, lines, need), rank, ring, hold)| {
            let mut agents = eligible();
            if seen {
                agents = agents.gate(presence(Availability::Available).max_age(secs(50)));
            }
            if able {
                let gate = skill("en").unwrap().at_least(need.max(1));
                agents = agents.require(gate.relax_after(secs(7), 1).drop_after(secs(33)));
            }
            if lines {
                let tiers = Tiers { wait: secs(9), multiply: true, skip_empty: need > 1 };
                agents = agents.gate(levels().tiers(tiers));
            }
            if let Some(hold) = hold {
                agents = agents.prefer(preferred().hold(secs(hold)));
            }
            if need == 3 {
                agents = agents.rings([
                    Ring::new().of(label("team", Compare::Equal, "gold")),
                    Ring::new().after(secs(5)).of(skill("en").unwrap()),
                    Ring::new().after(secs(20)).without("en".parse().unwrap()),
                ]);
            }
            let rank: RankBy = match rank {
                0 => longest_idle_since(IdleSince::LastCallEnd),
                1 => longest_idle_since(IdleSince::SeenAvailable),
                2 => fewest_calls(),
                3 => least_load(),
                4 => level(),
                5 => round_robin(Circle::Levels),
                6 => random(5),
                7 => best_match(),
                _ => position(),
            };
            let ring =
                [RingMode::One, RingMode::parallel(2), RingMode::All, RingMode::AllOfBest][ring];
            agents.rank(rank.then(agent_id())).ring(ring)
        },
    )
}

/// A few agents who differ in everything policies look at.
fn roster() -> impl Strategy<Value = Roster> {
    let one = (0u8..4, 1u16..4, any::<bool>(), 0u8..3, 0u64..60, any::<bool>());
    prop::collection::vec(one, 0..7).prop_map(|agents| {
        let mut roster = Roster::default();
        let now = Instant::from_secs(START);
        for (n, (en, level, gold, seen, age, two)) in (0u32..).zip(agents) {
            let place = Membership::PLAIN.level(level).position(n % 3);
            let id = format!("a{n}");
            let mut profile = agent(&id).member("q".parse().unwrap(), place);
            if en > 0 {
                profile = profile.skill(Skill::new("en", en).unwrap());
            }
            if gold {
                profile = profile.label("team", "gold");
            }
            if two {
                profile = profile.capacity(Capacity::new(2));
            }
            roster.sign_in(profile, now.saturating_sub(secs(age + 1)));
            let availability = match seen {
                0 => continue,
                1 => Availability::Busy,
                _ => Availability::Available,
            };
            let at = now.saturating_sub(secs(age));
            let observation = Observation::new(availability, at, PresenceSource::Sweep);
            roster.observe(&id.parse().unwrap(), observation);
        }
        roster
    })
}

pub(super) fn calls() -> impl Strategy<Value = QueueEntry> {
    (0u8..3, any::<bool>(), any::<bool>(), 0usize..7).prop_map(|(en, gold, lines, wanted)| {
        let now = Instant::from_secs(START);
        let mut call = QueueEntry::new("C".parse().unwrap(), "q".parse().unwrap(), now);
        if en > 0 {
            call = call.needs(Skill::new("en", en).unwrap());
        }
        if gold {
            let selector = Selector::new("team", Compare::Equal, "gold");
            call = call.select(selector.expires(secs(12))).unwrap();
        }
        if lines {
            call = call.levels(Levels { first: 0, last: 2 });
        }
        call.prefer(format!("a{wanted}").parse().unwrap())
    })
}

/// Everybody a policy would offer the call to at this instant.
fn offered(rules: &Rules, roster: &Roster, call: &QueueEntry, waited: u64) -> Vec<AgentId> {
    let mut plan = Plan::default();
    let view = View::new(Instant::from_secs(START + waited), roster);
    rules.route(&view, CallRef::new(call), &mut plan);
    match plan.step() {
        Step::Offer { agents, .. } => agents.to_vec(),
        _ => Vec::new(),
    }
}

/// Everybody who would do, by the explanation.
fn kept(rules: &Rules, roster: &Roster, call: &QueueEntry, waited: u64) -> BTreeSet<AgentId> {
    let mut plan = Plan::default();
    let now = Instant::from_secs(START + waited);
    rules.route(&View::new(now, roster), CallRef::new(call), &mut plan);
    let explained = plan.findings().explanation(&call.contact, now, Decision::Waits);
    let kept = explained.findings.into_iter().filter_map(|(agent, finding)| {
        matches!(finding, Finding::Kept | Finding::Chosen(_)).then_some(agent)
    });
    kept.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Waiting never costs a call anybody; only presence that grows old does.
    #[test]
    fn who_comes_into_question_only_grows_as_a_call_waits(
        rules in rules(), roster in roster(), call in calls(), steps in prop::collection::vec(1u64..15, 1..8)
    ) {
        let fresh = |id: &AgentId, waited: u64| {
            let seen = roster.agent(id).and_then(|record| record.presence().cloned());
            seen.is_none_or(|seen| seen.age(Instant::from_secs(START + waited)) <= secs(50))
        };
        let (mut waited, mut before) = (0, kept(&rules, &roster, &call, 0));
        for step in steps {
            waited += step;
            let now = kept(&rules, &roster, &call, waited);
            for lost in before.difference(&now) {
                prop_assert!(!fresh(lost, waited), "{lost} is lost after {waited} s");
            }
            before = now;
        }
    }

    /// Noting why changes nothing of what is decided, and the chosen are among those kept.
    #[test]
    fn explanations_agree_with_decisions(
        rules in rules(), roster in roster(), call in calls(), waited in 0u64..50
    ) {
        let told = offered(&rules, &roster, &call, waited);
        let mut silent = Plan::without_findings();
        let view = View::new(Instant::from_secs(START + waited), &roster);
        rules.route(&view, CallRef::new(&call), &mut silent);
        match silent.step() {
            Step::Offer { agents, .. } => prop_assert_eq!(agents, &told[..]),
            _ => prop_assert!(told.is_empty()),
        }
        let kept = kept(&rules, &roster, &call, waited);
        prop_assert!(told.iter().all(|agent| kept.contains(agent)));
        prop_assert_eq!(told.is_empty(), kept.is_empty());
    }

    /// While nobody is found, the plan names the very instant at which somebody first is.
    #[test]
    fn a_plan_to_wait_names_the_first_instant_that_matters(
        rules in rules(), roster in roster(), call in calls()
    ) {
        let mut plan = Plan::default();
        let view = View::new(Instant::from_secs(START), &roster);
        rules.route(&view, CallRef::new(&call), &mut plan);
        let Step::Wait { until } = plan.step() else { return Ok(()) };
        for waited in 0..60 {
            let found = !offered(&rules, &roster, &call, waited).is_empty();
            let told = until.is_some_and(|at| at <= Instant::from_secs(START + waited));
            prop_assert!(!found || told, "somebody is found after {waited} s, and {until:?} was told");
        }
    }

    /// Agents come in any order, and sit in any place: the same are chosen.
    #[test]
    fn no_decision_depends_on_the_order_in_which_agents_came(
        rules in rules(), call in calls(), order in Just((0u32..6).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let now = Instant::from_secs(START - 100);
        let make = |names: &[u32]| {
            let mut roster = Roster::default();
            for n in names {
                let place = Membership::PLAIN.level(1 + u16::try_from(n % 2).unwrap());
                let profile = agent(&format!("a{n}")).member("q".parse().unwrap(), place);
                roster.sign_in(profile.skill(Skill::new("en", 2).unwrap()), now);
                let seen = Observation::new(Availability::Available, Instant::from_secs(START - 1), PresenceSource::Sweep);
                roster.observe(&format!("a{n}").parse().unwrap(), seen);
            }
            roster
        };
        let straight = make(&[0, 1, 2, 3, 4, 5]);
        let shuffled = make(&order);
        for waited in [0, 8, 40] {
            prop_assert_eq!(
                offered(&rules, &straight, &call, waited),
                offered(&rules, &shuffled, &call, waited)
            );
        }
    }

    /// A policy is the same after it was written down and read back.
    #[test]
    fn a_policy_read_back_decides_the_same(
        rules in rules(), roster in roster(), call in calls(), waited in 0u64..50
    ) {
        let text = serde_json::to_string(&rules).unwrap();
        let back: Rules = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(
            offered(&rules, &roster, &call, waited),
            offered(&back, &roster, &call, waited)
        );
    }
}

/// Under ageing whoever waits is served before all who came more than the head start later,
/// however many urgent calls keep coming.
#[test]
fn nobody_starves_under_ageing() {
    let head_start = Duration::from_mins(1);
    let order = Ageing::new(head_start);
    let rules = eligible().rank(agent_id()).ring(RingMode::One);
    let mut engine = Engine::new(EngineConfig::default().explanations(false))
        .queue(Queue::new("q".parse().unwrap(), rules).order(order));
    let mut now = Instant::from_secs(START);
    let ada = agent("ada");
    let change = AgentChange::SignedIn(Box::new(ada));
    engine
        .handle_input(now, Input::AgentChanged { agent: "ada".parse().unwrap(), change })
        .unwrap();
    let away = AgentChange::Away(AwayReason::Break);
    engine
        .handle_input(now, Input::AgentChanged { agent: "ada".parse().unwrap(), change: away })
        .unwrap();
    let patient = QueueEntry::new("patient".parse().unwrap(), "q".parse().unwrap(), now);
    let key = order.key(&patient);
    engine.handle_input(now, Input::Enqueue(patient)).unwrap();
    let back = AgentChange::Available;
    engine
        .handle_input(now, Input::AgentChanged { agent: "ada".parse().unwrap(), change: back })
        .unwrap();
    // Ada takes one call every ten seconds; two urgent ones come in that time.
    let mut served = Vec::new();
    for n in 0..40u32 {
        for k in 0..2u32 {
            let id = format!("urgent{n}-{k}").parse().unwrap();
            let entry = QueueEntry::new(id, "q".parse().unwrap(), now).priority(Priority::HIGH);
            assert_eq!(order.key(&entry) < key, now.since(Instant::from_secs(START)) < head_start);
            // A full queue turns away who comes late; nobody who waits is any worse for it.
            engine.handle_input(now, Input::Enqueue(entry)).unwrap();
        }
        let mut offer = None;
        loop {
            match engine.poll_output() {
                Output::Reserve { offer: id, contact, .. } => {
                    let token = crate::store::FencingToken::new(u64::from(n) + 1);
                    engine.handle_input(now, Input::Reserved { offer: id.clone(), token }).unwrap();
                    offer = Some((id, contact));
                }
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        if let Some((offer, contact)) = offer {
            engine.handle_input(now, Input::OfferAccepted { offer }).unwrap();
            served.push(contact.to_string());
            now += secs(10);
            engine.handle_input(now, Input::Released { contact }).unwrap();
        }
        if served.iter().any(|contact| contact == "patient") {
            // 12 urgent calls came within the head start, and no more go first.
            assert!(served.len() <= 14, "{served:?}");
            return;
        }
    }
    panic!("the patient call is never served: {served:?}");
}
