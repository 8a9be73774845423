//! How agents are rung, and left alone.

use super::*;

#[test]
fn all_are_rung_and_the_first_to_answer_has_the_call() {
    let mut desk = desk(eligible().rank(agent_id()).ring(RingMode::All));
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    assert_eq!(desk.offered(), ["ada C1", "bo C1", "cy C1"]);
    desk.sign_in(agent("dee"));
    assert_eq!(desk.last(), "dee C1", "who comes while it rings is rung too");
    let second = desk.seen.offers[1].0.clone();
    desk.put(Input::OfferAccepted { offer: second });
    assert_eq!(desk.seen.revoked.len(), 3);
    assert_eq!(
        ["ada", "bo", "cy", "dee"].map(|name| desk.state(name)),
        ["available", "busy", "available", "available"]
    );
    let late = desk.seen.offers[0].0.clone();
    assert!(desk.try_put(Input::OfferAccepted { offer: late }).is_err());
}

#[test]
fn several_are_rung_at_once_and_another_one_where_one_declined() {
    let mut desk = desk(eligible().rank(agent_id()).ring(RingMode::parallel(2)));
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    assert_eq!(desk.offered(), ["ada C1", "bo C1"]);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "cy C1");
}

#[test]
fn one_more_rings_each_time_while_the_others_ring_on() {
    let rules = eligible().rank(agent_id()).ring(RingMode::Progressive(secs(5)));
    let mut desk = desk(rules);
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    desk.pass(4);
    assert_eq!(desk.offered(), ["ada C1"]);
    desk.pass(6);
    assert_eq!(desk.offered(), ["ada C1", "bo C1", "cy C1"]);
    assert!(desk.seen.revoked.is_empty());
}

#[test]
fn an_attempt_gives_the_next_agent_what_is_left_and_is_followed_by_a_pause() {
    let rules = OfferRules::default()
        .ring(secs(15))
        .confirm(Duration::ZERO)
        .attempts(secs(15), secs(5))
        .pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.pass(1);
    desk.sign_in(agent("bo"));
    desk.call("C1");
    desk.pass(10);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "bo C1");
    desk.pass(4);
    assert!(desk.seen.revoked.is_empty());
    desk.pass(1);
    assert_eq!(desk.seen.revoked.len(), 1, "five seconds were left");
    desk.pass(4);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.pass(1);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn an_agent_rests_by_what_became_of_the_offer() {
    let rest = Pauses::default().no_answer(secs(60)).declined(secs(7));
    let rules = OfferRules::default().rest(rest).pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    desk.pass(6);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(1);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.decline(OfferEnd::NoAnswer);
    desk.pass(59);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.seen.offers.len(), 3, "the agent's own word ends a rest");
}

#[test]
fn an_attempt_without_a_pause_goes_on_when_the_agent_is_left_alone_no_more() {
    let rules = OfferRules::default()
        .attempts(secs(15), Duration::ZERO)
        .pass(Pauses::default())
        .misses_before_away(None);
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(5);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(10);
    assert_eq!(desk.seen.offers.len(), 2, "the attempt is over, and there is no pause");
}

#[test]
fn whoever_is_back_is_offered_the_call_that_was_declined_for_good() {
    let pass = Pauses::default().declined(Pauses::UNTIL_BACK);
    let config = EngineConfig::default().offers(OfferRules::default().pass(pass));
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    desk.pass(100);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.seen.offers.len(), 2);
}

#[test]
fn the_next_agent_of_an_attempt_long_over_is_rung_for_a_whole_one() {
    let rules = OfferRules::default()
        .ring(secs(15))
        .confirm(Duration::ZERO)
        .attempts(secs(15), secs(5))
        .pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(3);
    let urgent = desk.entry("urgent").priority(crate::queue::Priority::HIGH);
    desk.enter(urgent);
    desk.sign_in(agent("bo"));
    desk.pass(2);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "ada urgent", "C1 stands behind, its attempt half done");
    desk.pass(13);
    desk.accept();
    assert_eq!(desk.last(), "bo C1");
    desk.pass(14);
    assert!(desk.seen.revoked.is_empty(), "it rings for fifteen seconds");
    desk.pass(1);
    assert_eq!(desk.seen.revoked.len(), 1);
}

#[test]
fn a_rest_until_back_ends_with_signing_in_and_no_shorter_one_ends_it_before() {
    let rest = Pauses::default().declined(Pauses::UNTIL_BACK).busy(secs(5));
    let offers = OfferRules::default().rest(rest).pass(Pauses::default());
    let config = EngineConfig::default().offers(offers);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada").capacity(Capacity::new(2)));
    desk.call("C1");
    desk.call("C2");
    let second = desk.offer();
    let first = desk.seen.offers[0].0.clone();
    desk.put(Input::OfferDeclined { offer: first, why: OfferEnd::Declined });
    desk.put(Input::OfferDeclined { offer: second, why: OfferEnd::Busy });
    desk.pass(60);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.sign_in(agent("ada"));
    assert_eq!(desk.seen.offers.len(), 3);
}
