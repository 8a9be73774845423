//! When calls leave, come back, and are asked about anew.

use super::*;

#[test]
fn time_being_up_cuts_ringing_short_only_where_the_queue_says_so() {
    for (what, offers, left) in [(WhileRinging::RingOn, 1, 0), (WhileRinging::CutShort, 1, 1)] {
        let limits = QueueLimits::default().wait(secs(10), Exit::Voicemail).while_ringing(what);
        let mut desk = Desk::with(plain(), limits, EngineConfig::default());
        desk.sign_in(agent("ada"));
        desk.call("C1");
        desk.pass(10);
        assert_eq!((desk.seen.offers.len(), desk.seen.exits.len()), (offers, left), "{what:?}");
        desk.pass(60);
        assert_eq!(desk.seen.exits.len(), 1, "{what:?}");
    }
}

#[test]
fn only_new_calls_leave_where_the_policy_says_so() {
    for (calls, exits) in [(Calls::All, 2), (Calls::New, 1)] {
        let rules = plain().or_when_calls(no_agents(), calls, Exit::Voicemail);
        let mut desk = desk(rules);
        desk.sign_in(agent("ada"));
        desk.call("C0");
        desk.accept();
        desk.call("C1");
        desk.pass(1);
        desk.change("ada", AgentChange::Away(AwayReason::Break));
        desk.call("C2");
        assert_eq!(desk.seen.exits.len(), exits, "{calls:?}");
    }
}

#[test]
fn nobody_being_there_counts_only_once_it_has_lasted() {
    let nobody = no_agents().counting([Standing::SignedOut]).grace(secs(5)).lasting(secs(20));
    let mut desk = desk(plain().or_when(nobody, Exit::Voicemail));
    desk.sign_in(agent("ada"));
    desk.change("ada", AgentChange::Away(AwayReason::Break));
    desk.pass(100);
    desk.call("C1");
    desk.pass(100);
    assert!(desk.seen.exits.is_empty(), "a break is not gone");
    desk.change("ada", AgentChange::SignedOut);
    desk.call("C2");
    desk.pass(19);
    assert!(desk.seen.exits.is_empty());
    desk.pass(1);
    assert_eq!(desk.seen.exits.len(), 1, "C1: twenty seconds after nobody was there");
    desk.pass(5);
    assert_eq!(desk.seen.exits.len(), 2, "C2: counted from five seconds after it came");
}

#[test]
fn who_hung_up_and_calls_again_has_the_old_place() {
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).resume(secs(60)));
    let first = desk.entry("C1").caller("k1");
    desk.enter(first);
    desk.pass(10);
    let other = desk.entry("C2").caller("k2");
    desk.enter(other);
    desk.put(Input::Abandoned { contact: "C1".parse().unwrap() });
    desk.pass(59);
    let again = desk.entry("C3").caller("k1");
    desk.enter(again);
    desk.sign_in(agent("ada"));
    assert_eq!(desk.last(), "ada C3");
    // Too late the next time.
    desk.accept();
    desk.put(Input::Abandoned { contact: "C2".parse().unwrap() });
    let third = desk.entry("C4");
    desk.enter(third);
    desk.pass(60);
    let late = desk.entry("C5").caller("k2");
    desk.enter(late);
    desk.put(Input::Released { contact: "C3".parse().unwrap() });
    assert_eq!(desk.last(), "ada C4");
}

#[test]
fn callers_are_offered_to_be_called_back_by_wait_length_or_crowd() {
    let rule = CallbackRule::default().waited(secs(60)).waiting(2);
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).callback(rule));
    let start = desk.now;
    for contact in ["C1", "C2", "C3"] {
        desk.call(contact);
    }
    desk.pass(60);
    let seen: Vec<String> =
        desk.seen.callbacks.iter().map(|(contact, why)| format!("{contact} {why:?}")).collect();
    assert_eq!(seen, ["C3 Waiting", "C1 Waited"]);
    assert_eq!(desk.now, start + secs(60));

    let rule = CallbackRule::default().waiting_per_agent(2);
    let mut desk = Desk::new(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).callback(rule));
    desk.sign_in(agent("ada"));
    for contact in ["C1", "C2", "C3"] {
        desk.call(contact);
    }
    assert_eq!(desk.seen.callbacks, [("C3".parse().unwrap(), CallbackReason::WaitingPerAgent)]);
}

#[test]
fn a_policy_is_swapped_without_losing_a_call_or_a_place() {
    let strict = eligible().require(skill("en").unwrap()).rank(agent_id()).ring(RingMode::One);
    let mut desk = desk(strict);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.call("C2");
    assert!(desk.offered().is_empty());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()));
    desk.put(Input::Tick);
    assert_eq!(desk.last(), "ada C1");
    assert_eq!(desk.engine.waiting(), 2);
}

#[test]
fn a_new_policy_is_asked_even_about_calls_that_nobody_is_free_for() {
    let mut desk = desk(plain());
    desk.call("C1");
    desk.pass(10);
    let impatient = plain().or_after(secs(5), Exit::Voicemail);
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), impatient));
    desk.put(Input::Tick);
    assert_eq!(desk.seen.exits.len(), 1);
}

#[test]
fn a_call_behind_the_first_still_leaves_in_its_own_time() {
    let rules = plain().or_after(secs(30), Exit::Voicemail);
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), rules).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.call("C1");
    desk.call("C2");
    desk.pass(10);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.offered(), ["ada C1", "bo C1"], "C2 waits for C1, though somebody is free");
    desk.pass(20);
    assert!(desk.seen.exits.iter().any(|(contact, ..)| contact.as_str() == "C2"));
}

#[test]
fn what_holds_a_call_back_is_told_rather_than_what_its_policy_would_do() {
    let offers = OfferRules::default().attempts(secs(15), secs(5)).pass(Pauses::default());
    let config = EngineConfig::default().offers(offers);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.call("C2");
    desk.sign_in(agent("bo"));
    let told = |desk: &Desk, contact: &str| {
        desk.engine.explain(&contact.parse().unwrap()).unwrap().decision
    };
    assert_eq!(told(&desk, "C1"), Decision::Offered { agents: vec![id("ada")] }, "it rings there");
    assert_eq!(told(&desk, "C2"), Decision::Held { until: None }, "it stands behind C1");
    desk.decline(OfferEnd::NoAnswer);
    let rests = Decision::Held { until: Some(desk.now + secs(5)) };
    assert_eq!(told(&desk, "C1"), rests, "it rests between attempts");
    desk.pass(5);
    assert!(matches!(told(&desk, "C1"), Decision::Offered { .. }));
}
