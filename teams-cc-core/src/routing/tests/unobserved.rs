use super::desk::{Desk, agent, rules};
use crate::{
    agent::{Availability, Observation, PresenceSource},
    routing::{AgentChange, Alarm, Input},
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
}

#[test]
fn a_call_record_frees_at_once() {
    let mut desk = out_of_sight();
    desk.change("ada", AgentChange::CallRecorded("C1".parse().unwrap()));
    assert_eq!(desk.state("ada"), "available");
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
}
