//! Wake-ups, pauses and notes that were once forgotten.

use super::*;
use crate::{
    agent::{Availability, Observation, PresenceSource},
    routing::{
        CallRef, Conflict, EngineError, Explanation, Finding, Plan, RoutingPolicy, View, preset,
    },
};

fn contact(name: &str) -> crate::ContactId {
    name.parse().unwrap()
}

fn told(desk: &Desk, name: &str) -> Explanation {
    desk.engine.explain(&contact(name)).unwrap()
}

#[test]
fn a_callback_is_for_the_front_that_has_waited_long_enough() {
    let rule = CallbackRule::default().waited(secs(60));
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).callback(rule));
    desk.call("C1");
    desk.pass(50);
    desk.call("C2");
    desk.pass(9);
    desk.sign_in(agent("ada"));
    assert_eq!(desk.last(), "ada C1");
    desk.pass(10);
    assert!(desk.seen.callbacks.is_empty(), "C2 has waited for ten seconds: {:?}", desk.seen);
    desk.pass(23);
    assert_eq!(desk.seen.callbacks, [(contact("C1"), CallbackReason::Waited)], "it waits again");
}

#[test]
fn a_new_rule_of_callbacks_is_kept_for_calls_that_wait_already_and_an_old_one_is_not() {
    let rule = CallbackRule::default().waited(secs(60));
    let with = || Queue::new("q".parse().unwrap(), plain()).callback(rule);
    for (first, then, callbacks) in [
        (Queue::new("q".parse().unwrap(), plain()), with(), 1),
        (with(), Queue::new("q".parse().unwrap(), plain()), 0),
    ] {
        let mut desk = desk(plain());
        desk.engine.set_queue(first);
        desk.call("C1");
        desk.pass(30);
        desk.engine.set_queue(then);
        desk.put(Input::Tick);
        desk.pass(30);
        assert_eq!(desk.seen.callbacks.len(), callbacks);
    }
}

#[test]
fn a_reservation_told_twice_keeps_its_taken_call() {
    let mut desk = desk(plain());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    let (offer, token) = (desk.offer(), crate::store::FencingToken::new(1));
    desk.accept();
    assert!(desk.try_put(Input::Reserved { offer, token }).is_err());
    assert!(desk.seen.released.is_empty(), "the agent talks under it");
}

#[test]
fn a_conflict_over_one_agent_does_not_make_a_call_rest_between_attempts() {
    let offers = OfferRules::default().attempts(secs(15), secs(5)).pass(Pauses::default());
    let config = EngineConfig::default().offers(offers);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.prompt = false;
    desk.sign_in(agent("ada"));
    desk.pass(1);
    desk.sign_in(agent("bo"));
    desk.call("C1");
    let offer = desk.asked[0].clone();
    desk.put(Input::ReserveConflict { offer, with: Conflict::Agent });
    assert_eq!(desk.asked.len(), 2, "bo is asked for at once");
}

#[test]
fn a_call_that_another_process_has_is_left_alone_and_nobody_is_blamed() {
    let mut desk = desk(plain());
    desk.prompt = false;
    desk.sign_in(agent("ada"));
    desk.pass(1);
    desk.sign_in(agent("bo"));
    desk.call("C1");
    let offer = desk.asked[0].clone();
    desk.put(Input::ReserveConflict { offer, with: Conflict::Call });
    assert_eq!(desk.asked.len(), 1, "nobody else is asked for it");
    assert!(matches!(told(&desk, "C1").decision, Decision::Held { until: Some(_) }));
    desk.call("C2");
    assert_eq!(desk.asked.len(), 2, "ada is free for another call");
    desk.pass(1);
    assert_eq!(desk.asked.len(), 3);
}

#[test]
fn nobody_is_rung_for_no_time_at_all() {
    let offers = OfferRules::default()
        .ring(Duration::ZERO)
        .confirm(Duration::ZERO)
        .pass(Pauses::default())
        .misses_before_away(None);
    let config = EngineConfig::default().offers(offers);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(10);
    assert!((2..=11).contains(&desk.seen.offers.len()), "{}", desk.seen.offers.len());
}

#[test]
fn a_ring_opens_in_the_moment_in_which_the_last_of_the_one_before_is_free_no_more() {
    let gold = || label("team", Compare::Equal, "gold");
    let rings = [Ring::new().of(gold()).skip(Skip::IfNobodyFree), Ring::new().after(secs(100))];
    let mut desk = desk(eligible().rings(rings).rank(agent_id()).ring(RingMode::One));
    desk.engine.set_queue(Queue::new("other".parse().unwrap(), plain()));
    // Cy rings and dee is free without gold, so that nobody's standing is the first or the last.
    desk.sign_in(agent("cy").queue("other".parse().unwrap()));
    let first = QueueEntry::new(contact("C8"), "other".parse().unwrap(), desk.now);
    desk.enter(first);
    desk.sign_in(agent("dee").misses_before_away(0));
    desk.sign_in(agent("ada").label("team", "gold").queue("other".parse().unwrap()));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    let offers = desk.seen.offers.len();
    let taken: Vec<String> = desk.offered();
    assert!(!taken.contains(&"dee C1".to_owned()), "{taken:?}");
    // Ada, free but left alone with C1, goes to the other queue: C1 is for everybody at once.
    let other = QueueEntry::new(contact("C9"), "other".parse().unwrap(), desk.now);
    desk.enter(other);
    assert!(desk.seen.offers.len() > offers);
    assert!(desk.offered().contains(&"dee C1".to_owned()), "{:?}", desk.offered());
}

#[test]
fn a_call_is_not_kept_for_somebody_of_another_queue_nor_for_who_signs_out_in_a_call() {
    let prefer = preferred().hold(secs(50)).unless_away();
    let rules = || eligible().prefer(prefer).rank(agent_id()).ring(RingMode::One);
    let mut elsewhere = desk(rules());
    elsewhere.engine.set_queue(Queue::new("other".parse().unwrap(), plain()));
    let zoe = Agent::new(id("zoe"), crate::Address::Anonymous).queue("other".parse().unwrap());
    elsewhere.sign_in(zoe);
    elsewhere.sign_in(agent("ada"));
    let entry = elsewhere.entry("C1").prefer(id("zoe"));
    elsewhere.enter(entry);
    assert_eq!(elsewhere.last(), "ada C1", "zoe can never take it");

    let mut desk = desk(rules());
    for name in ["mia", "zoe", "zac"] {
        desk.sign_in(agent(name));
        desk.call(name);
        desk.accept();
    }
    desk.change("zac", AgentChange::SignedOut);
    let mut late = agent("ada");
    late.capacity = Capacity::new(2);
    desk.sign_in(late);
    let entry = desk.entry("C1").prefer(id("zoe"));
    desk.enter(entry);
    assert!(desk.last() != "ada C1");
    desk.change("zoe", AgentChange::SignedOut);
    assert_eq!(desk.last(), "ada C1", "zoe's call goes on, and she will take no other");
}

#[test]
fn a_call_whose_policy_would_let_it_go_while_it_rings_is_still_cut_short_in_time() {
    let rules = eligible().rank(agent_id()).ring(RingMode::Progressive(secs(5)));
    let limits = QueueLimits::default()
        .wait(secs(60), Exit::Voicemail)
        .while_ringing(WhileRinging::CutShort);
    let config = EngineConfig::default().offers(OfferRules::default().ring(secs(100)));
    let mut desk = Desk::with(rules.or_after(secs(45), Exit::Disconnect), limits, config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(60);
    assert_eq!(desk.seen.exits.len(), 1, "at sixty seconds, ringing or not");
}

#[test]
fn presence_from_the_future_is_as_good_as_presence_of_now() {
    let mut desk = Desk::new(super::super::desk::rules());
    desk.sign_in(agent("ada"));
    let at = desk.now + secs(100_000);
    let observation = Observation::new(Availability::Away, at, PresenceSource::Notification);
    desk.put(Input::PresenceObserved { agent: id("ada"), observation });
    desk.pass(1);
    desk.see("ada", Availability::Available);
    desk.call("C1");
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn everybody_who_is_rung_is_told_as_chosen() {
    let mut desk = desk(eligible().rank(agent_id()).ring(RingMode::parallel(2)));
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    let told = desk.seen.told.last().unwrap();
    assert!(told.contains("bo chosen") && told.contains("cy kept"), "{told}");
}

/// Offers to whoever it likes best, free or not.
struct Stubborn;

impl RoutingPolicy for Stubborn {
    fn route(&self, _: &View<'_>, _: CallRef<'_>, plan: &mut Plan) {
        plan.chosen(&id("ada"), "the best");
        plan.kept(&id("bo"));
        plan.offer([id("ada"), id("bo")], RingMode::One);
    }
}

#[test]
fn whom_the_engine_rings_instead_is_told_rather_than_whom_a_policy_wanted() {
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), Stubborn));
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.call("C1");
    desk.call("C2");
    assert_eq!(desk.last(), "bo C2");
    let told = desk.seen.told.last().unwrap();
    assert!(told.contains("bo chosen") && !told.contains("ada chosen"), "{told}");
}

#[test]
fn an_offer_to_nobody_is_told_as_waiting() {
    struct Nobody;
    impl RoutingPolicy for Nobody {
        fn route(&self, _: &View<'_>, _: CallRef<'_>, plan: &mut Plan) {
            plan.offer([], RingMode::One);
        }
    }
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), Nobody));
    desk.call("C1");
    assert_eq!(told(&desk, "C1").decision, Decision::Waits);
    assert!(told(&desk, "C1").findings.iter().all(|(_, it)| !matches!(it, Finding::Chosen(_))));
}

#[test]
fn a_call_that_is_held_back_is_told_of_once() {
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.call("C1");
    let before = desk.seen.told.len();
    desk.call("C2");
    desk.pass(1);
    assert_eq!(desk.seen.told.len(), before + 1);
    assert!(!desk.seen.told.last().unwrap().contains("chosen"));
}

#[test]
fn a_ring_that_opens_early_drops_its_skills_then() {
    let rings = || {
        [
            Ring::new().skip(Skip::IfNobodyThere),
            Ring::new().after(secs(60)).without("french".parse().unwrap()),
        ]
    };
    let rules = eligible().rings(rings()).rank(agent_id()).ring(RingMode::One);
    let mut desk = desk(rules);
    // Ada is there, but not one the first ring could ever find for this call.
    desk.sign_in(agent("ada"));
    let entry = desk.entry("C1").needs(Skill::new("french", 1).unwrap());
    desk.enter(entry);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn preferred_agents_come_before_all_rings_in_genesys_cloud() {
    let gold = || Ring::new().of(label("team", Compare::Equal, "gold"));
    let at = |n| Ring::new().after(secs(n));
    let rings = [gold(), at(10), at(20), at(30), at(40), at(50)];
    let mut desk = desk(plain());
    desk.engine.set_queue(preset::genesys_cloud("q".parse().unwrap(), rings));
    desk.sign_in(agent("zoe"));
    desk.sign_in(agent("ada").label("team", "gold"));
    let entry = desk.entry("C1").prefer(id("zoe")).needs(Skill::new("en", 1).unwrap());
    desk.enter(entry);
    assert_eq!(desk.last(), "zoe C1");
}

#[test]
fn one_more_rings_each_second_where_no_time_is_said() {
    let rules = eligible().rank(agent_id()).ring(RingMode::Progressive(Duration::ZERO));
    let mut desk = desk(rules);
    for name in ["ada", "bo"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    desk.pass(2);
    assert_eq!(desk.offered(), ["ada C1", "bo C1"]);
}

#[test]
fn agents_name_no_more_queues_than_there_may_be() {
    let mut desk = desk(plain());
    let many = (0..20_000).fold(agent("ada"), |ada, n| ada.queue(format!("q{n}").parse().unwrap()));
    let change = AgentChange::SignedIn(Box::new(many));
    let refused = desk.try_put(Input::AgentChanged { agent: id("ada"), change });
    assert!(matches!(refused, Err(EngineError::Full { what: "queues", .. })), "{refused:?}");
}

#[test]
fn a_slow_store_is_not_asked_without_end() {
    let mut desk = desk(plain());
    desk.prompt = false;
    desk.sign_in(agent("ada"));
    for n in 0..5_000 {
        desk.call(&format!("C{n}"));
        desk.put(Input::Remove { contact: contact(&format!("C{n}")) });
    }
    assert!(desk.engine.offers() <= 2_000, "{} offers nobody wants", desk.engine.offers());
}
