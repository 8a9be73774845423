use super::desk::{Desk, agent, rules, secs};
use crate::{
    Address,
    agent::{Agent, Availability, AwayReason, Capacity, Observation, PresenceSource, Skill},
    contact::OfferEnd,
    queue::{Exit, ExitReason, Priority, QueueEntry, QueueLimits},
    routing::{
        AgentChange, Alarm, Conflict, EngineConfig, EngineError, Input,
        policy::{no_agents, skill},
    },
    store::FencingToken,
};

#[test]
fn the_longest_idle_agent_is_chosen_and_the_explanation_says_why() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.pass(38);
    desk.sign_in(agent("cy"));
    desk.see("bo", Availability::Available);
    desk.see("ada", Availability::DoNotDisturb);
    desk.pass(3);
    desk.call("C1");
    assert_eq!(desk.last(), "bo C1");
    assert_eq!(
        desk.seen.told.last().unwrap(),
        "ada skipped (DoNotDisturb, 3 s old), bo chosen (longest idle 41 s), cy kept"
    );
}

#[test]
fn equal_agents_are_told_apart_by_id() {
    let mut desk = Desk::new(rules());
    for id in ["bo", "cy", "ada"] {
        desk.sign_in(agent(id));
    }
    desk.call("C1");
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn stale_and_unknown_presence_keep_an_agent_out() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.put(Input::AgentChanged {
        agent: "bo".parse().unwrap(),
        change: AgentChange::SignedIn(Box::new(agent("bo"))),
    });
    desk.pass(61);
    desk.call("C1");
    assert_eq!(
        desk.seen.told,
        ["ada skipped (presence 61 s old), bo skipped (presence unknown); waits"]
    );
    desk.see("bo", Availability::Available);
    assert_eq!(desk.last(), "bo C1");
}

#[test]
fn skills_are_asked_of_the_call_and_of_the_policy() {
    let policy = super::super::policy::eligible()
        .require(skill("billing").unwrap().at_least(3))
        .rank(super::super::policy::agent_id())
        .ring(super::super::RingMode::One);
    let mut desk = Desk::new(policy);
    let billing = |level| Skill::new("billing", level).unwrap();
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo").skill(billing(2)));
    desk.sign_in(agent("cy").skill(billing(3)));
    let french = Skill::new("french", 1).unwrap();
    desk.sign_in(agent("di").skill(billing(5)).skill(french.clone()));
    let now = desk.now;
    let entry = QueueEntry::new("C1".parse().unwrap(), "q".parse().unwrap(), now).needs(french);
    desk.put(Input::Enqueue(entry));
    assert_eq!(desk.last(), "di C1");
    desk.call("C2");
    assert_eq!(desk.last(), "cy C2");
    assert_eq!(
        desk.seen.told.last().unwrap(),
        "ada skipped (lacks billing 3), bo skipped (has billing 2, needs 3), cy chosen, \
         di skipped (being offered another call)"
    );
}

#[test]
fn a_call_keeps_its_place_after_an_offer_that_came_to_nothing() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(1);
    desk.call("C2");
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "ada C2", "ada declined C1 and is free for C2");
    desk.sign_in(agent("bo"));
    assert_eq!(desk.last(), "bo C1", "C1 waits for nobody behind it");
}

#[test]
fn whoever_did_not_take_a_call_is_left_alone_with_it_for_a_while() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.seen.told.last().unwrap(), "ada skipped (declined before); waits");
    desk.pass(29);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(1);
    assert_eq!(desk.seen.offers.len(), 2, "asked again exactly then");
}

#[test]
fn an_offer_nobody_answers_is_revoked_and_counted_as_missed() {
    let config = EngineConfig::default().misses_before_away(Some(2));
    let mut desk = Desk::with(rules(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(33);
    assert_eq!(desk.seen.revoked.len(), 1);
    assert_eq!(desk.seen.released, [FencingToken::new(1)]);
    desk.pass(30);
    desk.see("ada", Availability::Available);
    desk.pass(33);
    assert_eq!(desk.state("ada"), "away (missed offers)");
    assert!(matches!(desk.seen.alarms[..], [Alarm::OffersMissed { misses: 2, .. }]));
    desk.pass(60);
    desk.see("ada", Availability::Available);
    assert_eq!(desk.seen.offers.len(), 2, "away until she says otherwise");
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.seen.offers.len(), 3);
}

#[test]
fn an_answer_after_the_deadline_is_refused() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    let offer = desk.offer();
    desk.now += secs(33);
    let late = desk.try_put(Input::OfferAccepted { offer: offer.clone() });
    assert_eq!(late, Err(EngineError::UnknownOffer(offer)));
    assert_eq!(desk.engine.waiting(), 1, "the call still waits");
}

#[test]
fn a_reservation_wins_over_a_late_available() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.change("ada", AgentChange::Available);
    desk.call("C2");
    assert_eq!(desk.state("ada"), "reserved");
    assert_eq!(desk.seen.offers.len(), 1);
}

#[test]
fn a_conflict_in_the_store_tries_the_next_agent_and_later_the_same() {
    let mut desk = Desk::new(rules());
    desk.prompt = false;
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.call("C1");
    let first = desk.asked.remove(0);
    desk.put(Input::ReserveConflict { offer: first, with: Conflict::Agent });
    assert_eq!(
        desk.seen.told.last().unwrap(),
        "ada skipped (reserved elsewhere), bo chosen (longest idle 0 s)"
    );
    let second = desk.asked.remove(0);
    desk.put(Input::ReserveConflict { offer: second, with: Conflict::Agent });
    desk.pass(1);
    assert_eq!(desk.asked.len(), 1, "a second later ada is tried again");
}

#[test]
fn a_caller_who_leaves_while_the_store_is_asked_leaves_no_reservation() {
    let mut desk = Desk::new(rules());
    desk.prompt = false;
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.put(Input::Remove { contact: "C1".parse().unwrap() });
    assert_eq!(desk.state("ada"), "available");
    let token = FencingToken::new(9);
    let offer = desk.asked.remove(0);
    desk.put(Input::Reserved { offer, token });
    assert_eq!(desk.seen.released, [token]);
    assert_eq!(desk.engine.offers(), 0);
}

#[test]
fn a_repeated_answer_of_the_store_does_not_release_the_reservation() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    let (offer, token) = (desk.offer(), FencingToken::new(1));
    assert!(desk.try_put(Input::Reserved { offer, token }).is_err());
    assert!(desk.seen.released.is_empty());
    desk.accept();
    assert_eq!(desk.state("ada"), "busy");
}

#[test]
fn calls_leave_exactly_when_their_time_is_up() {
    let exit = Exit::Queue("backoffice".parse().unwrap());
    let mut desk = Desk::new(rules().or_after(secs(45), exit.clone()));
    desk.sign_in(agent("ada"));
    desk.see("ada", Availability::Busy);
    desk.call("C1");
    desk.pass(44);
    assert!(desk.seen.exits.is_empty());
    desk.pass(1);
    let left = ("C1".parse().unwrap(), exit, ExitReason::WaitedTooLong);
    assert_eq!(desk.seen.exits, [left]);
    assert_eq!(desk.seen.told.last().unwrap(), "leaves to queue backoffice (waited too long)");
}

#[test]
fn a_call_that_finds_nobody_leaves_at_once() {
    let mut desk = Desk::new(rules().or_when(no_agents(), Exit::Voicemail));
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.accept();
    desk.call("C2");
    assert!(desk.seen.exits.is_empty(), "ada is busy and comes back");
    desk.change("ada", AgentChange::Away(AwayReason::Break));
    desk.put(Input::Released { contact: "C1".parse().unwrap() });
    assert_eq!(desk.seen.exits.len(), 1);
    assert_eq!(desk.seen.exits[0].2, ExitReason::NoAgents);
}

#[test]
fn a_full_queue_sends_the_next_call_on() {
    let limits = QueueLimits::default().length(1, Exit::Voicemail);
    let mut desk = Desk::with(rules(), limits, EngineConfig::default());
    desk.call("C1");
    desk.call("C2");
    assert_eq!(desk.seen.exits.len(), 1);
    assert_eq!(desk.seen.exits[0].2, ExitReason::QueueFull);
    assert_eq!(desk.engine.waiting(), 1);
}

#[test]
fn urgent_calls_are_served_first_and_equal_ones_in_turn() {
    let mut desk = Desk::new(rules());
    desk.call("C10");
    desk.call("C2");
    let entry = QueueEntry::new("C3".parse().unwrap(), "q".parse().unwrap(), desk.now);
    desk.put(Input::Enqueue(entry.priority(Priority::HIGH)));
    for id in ["ada", "bo", "cy"] {
        desk.sign_in(agent(id));
    }
    let served: Vec<&str> = desk.seen.offers.iter().map(|o| o.2.as_str()).collect();
    assert_eq!(served, ["C3", "C10", "C2"]);
}

#[test]
fn an_expert_in_no_queue_is_offered_a_call_by_name_and_forgotten_afterwards() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    let expert = Agent::new("eve".parse().unwrap(), Address::Anonymous);
    desk.put(Input::OfferDirect {
        contact: "C1".parse().unwrap(),
        expert: Box::new(expert),
        within: secs(30),
        exit: Exit::Queue("q".parse().unwrap()),
    });
    assert_eq!(desk.seen.told, ["eve skipped (presence unknown); waits"]);
    desk.see("eve", Availability::Available);
    assert_eq!(desk.last(), "eve C1");
    assert_eq!(desk.seen.told.last().unwrap(), "eve chosen");
    desk.accept();
    desk.put(Input::Released { contact: "C1".parse().unwrap() });
    assert_eq!(desk.state("eve"), "gone");
}

#[test]
fn an_expert_who_may_not_be_disturbed_is_not_rung_and_the_call_goes_on_in_time() {
    let mut desk = Desk::new(rules());
    let expert = Agent::new("eve".parse().unwrap(), Address::Anonymous);
    desk.put(Input::OfferDirect {
        contact: "C1".parse().unwrap(),
        expert: Box::new(expert),
        within: secs(30),
        exit: Exit::Voicemail,
    });
    desk.see("eve", Availability::DoNotDisturb);
    desk.pass(30);
    assert!(desk.seen.offers.is_empty());
    assert_eq!(desk.seen.exits.len(), 1);
    assert_eq!(desk.state("eve"), "gone");
}

#[test]
fn whoever_signs_out_while_rung_is_no_longer_rung() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.change("ada", AgentChange::SignedOut);
    assert_eq!(desk.seen.revoked.len(), 1);
    assert_eq!(desk.state("ada"), "gone");
    assert_eq!(desk.engine.waiting(), 1);
}

#[test]
fn wrap_up_delays_the_next_offer_by_exactly_its_length() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada").wrap_up(secs(20)));
    desk.call("C1");
    desk.accept();
    desk.put(Input::Released { contact: "C1".parse().unwrap() });
    desk.call("C2");
    assert_eq!(desk.seen.told.last().unwrap(), "ada skipped (wrap-up for another 20 s); waits");
    desk.pass(19);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(1);
    assert_eq!(desk.last(), "ada C2");
}

#[test]
fn a_call_whose_agent_has_it_already_goes_to_somebody_else() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada").capacity(Capacity::new(2)));
    desk.call("C1");
    desk.accept();
    desk.call("C1");
    assert_eq!(desk.seen.offers.len(), 1, "ada would be offered her own caller");
    desk.sign_in(agent("bo"));
    assert_eq!(desk.last(), "bo C1");
    desk.accept();
    desk.put(Input::Released { contact: "C1".parse().unwrap() });
    assert_eq!((desk.state("ada"), desk.state("bo")), ("available".into(), "available".into()));
    assert_eq!(desk.seen.released.len(), 2);
}

#[test]
fn many_inputs_are_decided_on_together() {
    let mut desk = Desk::new(rules());
    for id in ["ada", "bo"] {
        desk.change(id, AgentChange::SignedIn(Box::new(agent(id))));
    }
    desk.call("C1");
    let now = desk.now;
    for id in ["bo", "ada"] {
        let observation = Observation::new(Availability::Available, now, PresenceSource::Sweep);
        let agent = id.parse().unwrap();
        desk.engine.handle_input(now, Input::PresenceObserved { agent, observation }).unwrap();
    }
    desk.put(Input::Tick);
    assert_eq!(desk.last(), "ada C1", "equally idle, so by id and not by who was seen first");
}

#[test]
fn an_offer_that_is_taken_back_at_once_is_not_made_again_in_the_same_moment() {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    for _ in 0..3 {
        let before = desk.seen.offers.len();
        // As where the caller has left and nobody has told the engine yet.
        desk.decline(OfferEnd::Withdrawn);
        assert_eq!(desk.seen.offers.len(), before, "an endless loop of offers");
        desk.pass(2);
        assert_eq!(desk.seen.offers.len(), before + 1, "the call waits on");
    }
}
