use proptest::prelude::*;

use super::desk::{Desk, agent, rules};
use crate::{
    agent::{Availability, Observation, PresenceSource},
    routing::{AgentChange, Alarm, Input, UnobservedRules},
};

fn out_of_sight() -> Desk {
    let mut desk = Desk::new(rules());
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.accept();
    desk.put(Input::OutOfSight { contact: "C1".parse().unwrap() });
    assert_eq!(desk.state("ada"), "busy out of sight");
    desk
}

#[test]
fn the_transfer_itself_frees_nobody() {
    let mut desk = out_of_sight();
    desk.see("ada", Availability::Available);
    desk.pass(60);
    desk.put(Input::OutOfSight { contact: "C1".parse().unwrap() });
    assert_eq!(desk.state("ada"), "busy out of sight");
}

#[test]
fn the_agents_own_word_frees_at_once() {
    let mut desk = out_of_sight();
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.state("ada"), "available");
    assert_eq!(desk.seen.released.len(), 1, "the store hears of it");
    assert_eq!(desk.engine.freed().to_string(), "1 freed: 1 by themselves");
}

#[test]
fn a_call_record_frees_at_once() {
    let mut desk = out_of_sight();
    desk.change("ada", AgentChange::CallRecorded("C1".parse().unwrap()));
    assert_eq!(desk.state("ada"), "available");
    assert_eq!(desk.engine.freed().to_string(), "1 freed: 1 by a call record");
}

#[test]
fn presence_that_left_the_call_frees_after_the_stated_time() {
    let mut desk = out_of_sight();
    desk.pass(5);
    desk.see("ada", Availability::InACall);
    desk.pass(4);
    desk.see("ada", Availability::Available);
    assert_eq!(desk.state("ada"), "busy out of sight", "too early to believe");
    desk.pass(1);
    desk.see("ada", Availability::Available);
    assert_eq!(desk.state("ada"), "available");
    assert_eq!(desk.engine.freed().to_string(), "1 freed: 1 by presence");
}

#[test]
fn presence_that_never_showed_the_call_frees_much_later() {
    let mut desk = out_of_sight();
    for _ in 0..17 {
        desk.pass(10);
        desk.see("ada", Availability::Available);
        assert_eq!(desk.state("ada"), "busy out of sight");
    }
    desk.pass(10);
    desk.see("ada", Availability::Available);
    assert_eq!(desk.state("ada"), "available");
}

#[test]
fn presence_that_says_nothing_or_is_older_frees_nobody() {
    let mut desk = out_of_sight();
    desk.pass(5);
    desk.see("ada", Availability::InACall);
    desk.pass(300);
    desk.see("ada", Availability::PresenceUnknown);
    let before = desk.now.saturating_sub(super::desk::secs(1));
    desk.put(Input::PresenceObserved {
        agent: "ada".parse().unwrap(),
        observation: Observation::new(
            Availability::Available,
            before,
            PresenceSource::Notification,
        ),
    });
    assert_eq!(desk.state("ada"), "busy out of sight");
}

#[test]
fn the_ceiling_frees_with_an_alarm() {
    let mut desk = out_of_sight();
    desk.pass(7199);
    assert!(desk.seen.alarms.is_empty());
    desk.pass(1);
    assert_eq!(desk.state("ada"), "available");
    assert!(matches!(desk.seen.alarms[..], [Alarm::UnobservedTooLong { .. }]));
    assert_eq!(desk.engine.freed().to_string(), "1 freed: 1 by nobody");
}

proptest! {
    /// Presence late, stuck, or never changing: whoever is out of sight is offered nothing, is free
    /// again by the ceiling, and is counted once under who said so.
    #[test]
    fn whatever_presence_says_nobody_is_offered_twice_or_lost_for_longer_than_the_ceiling(
        seen in prop::collection::vec((1u64..900, 0usize..5, prop::bool::ANY), 0..40),
        other in 0u64..4000,
    ) {
        let states = [
            Availability::Available,
            Availability::InACall,
            Availability::Busy,
            Availability::PresenceUnknown,
            Availability::Away,
        ];
        let mut desk = out_of_sight();
        let (mut passed, mut second) = (0, false);
        let ceiling = UnobservedRules::default().ceiling.as_secs();
        for (wait, state, late) in seen {
            desk.pass(wait);
            passed += wait;
            if !second && passed >= other {
                second = true;
                desk.call("C2");
            }
            let now = desk.now;
            let at = if late { now.saturating_sub(super::desk::secs(20)) } else { now };
            let source = PresenceSource::Notification;
            let observation = Observation::new(states[state].clone(), at, source);
            desk.put(Input::PresenceObserved { agent: "ada".parse().unwrap(), observation });
            let hidden = desk.state("ada") == "busy out of sight";
            prop_assert_eq!(hidden, desk.engine.freed().all() == 0);
            let offered = desk.seen.offers.iter().filter(|(_, _, contact)| contact.as_str() == "C2");
            prop_assert!(!hidden || offered.count() == 0, "offered while out of sight");
            prop_assert!(!hidden || passed < ceiling);
        }
        desk.pass(ceiling);
        let freed = desk.engine.freed();
        prop_assert_eq!((freed.all(), freed.shown + freed.overdue), (1, 1), "{}", freed);
        let too_long = |one: &&Alarm| matches!(one, Alarm::UnobservedTooLong { .. });
        let alarms = desk.seen.alarms.iter().filter(too_long).count();
        prop_assert_eq!(usize::try_from(freed.overdue).unwrap(), alarms);
    }
}
