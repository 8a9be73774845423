mod convergence;
mod size;
mod world;

use std::time::Duration;

use teams_cc_core::{
    OperationId,
    contact::{EndReason, LegEvent, OperationOutcome},
};

use super::*;
use crate::call::{
    KEEP_ALIVE_EVERY, Needs, OperationEnd, OperationReport, Order, Phase, RosterReport,
};

const START: Instant = Instant::from_secs(100);

/// Drains a session; gives what it told and asked, and when it wants to come back.
fn drain(call: &mut CallSession) -> (Vec<LegEvent>, Vec<OperationEnd>, Vec<Ask>, Option<Instant>) {
    let (mut events, mut ends, mut asks) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        match call.poll_output() {
            Output::Event(event) => events.push(event),
            Output::Operation(end) => ends.push(end),
            Output::Ask(ask) => asks.push(ask),
            Output::Changed => {}
            Output::Timeout(at) => return (events, ends, asks, at),
        }
    }
}

fn feed(call: &mut CallSession, now: Instant, input: Input) -> (Vec<LegEvent>, Vec<Ask>) {
    call.handle_input(now, input).expect("no refusal");
    let (events, _, asks, _) = drain(call);
    (events, asks)
}

fn answer(call: &mut CallSession, now: Instant, ask: Ask, answer: Answer) -> Vec<LegEvent> {
    feed(call, now, Input::Answered { ask, answer }).0
}

fn at(phase: Phase) -> Input {
    Input::Call(CallReport::at(phase))
}

fn connected() -> CallSession {
    let mut call = CallSession::new(START, Direction::Inbound);
    feed(&mut call, START, at(Phase::Established));
    call
}

/// Lets time pass to the next question.
fn next_ask(call: &mut CallSession) -> (Instant, Vec<Ask>) {
    loop {
        let due = call.deadline().expect("a deadline");
        let (_, asks) = feed(call, due, Input::Tick);
        if !asks.is_empty() {
            return (due, asks);
        }
    }
}

/// Pains 16, 17.
#[test]
fn a_connected_call_is_kept_alive_and_looked_at_well_before_graph_would_end_it() {
    let mut call = connected();
    let mut last = START;
    for _ in 0..4 {
        let (now, asks) = next_ask(&mut call);
        assert_eq!(asks, [Ask::KeepAlive]);
        assert!(now.since(last) <= KEEP_ALIVE_EVERY, "{now:?}");
        last = now;
        let (_, look) =
            feed(&mut call, now, Input::Answered { ask: Ask::KeepAlive, answer: Answer::Alive });
        assert!(look.contains(&Ask::Call), "what got lost is found now at the latest");
        answer(&mut call, now, Ask::Participants, Answer::Participants(RosterReport::default()));
        let report = Box::new(CallReport::at(Phase::Established));
        answer(&mut call, now, Ask::Call, Answer::Call(report));
    }
    assert!(KEEP_ALIVE_EVERY < Duration::from_mins(45));
}

/// Pains 14, 15; trap 37.
#[test]
fn a_call_graph_does_not_know_has_ended() {
    for ask in [Ask::KeepAlive, Ask::Call] {
        let mut call = connected();
        let events = answer(&mut call, START, ask, Answer::NotFound);
        let [LegEvent::Ended(cause)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(cause.reason, EndReason::Reconciled);
        assert_eq!(call.deadline(), None);
    }
}

#[test]
fn an_answer_whose_establishment_got_lost_is_looked_after_soon() {
    let mut call = CallSession::new(START, Direction::Inbound);
    feed(&mut call, START, at(Phase::Incoming));
    feed(&mut call, START, Input::Sending(Order::Answer));
    feed(&mut call, START, Input::Accepted(Order::Answer));
    let (now, asks) = next_ask(&mut call);
    assert_eq!(asks, [Ask::Call]);
    assert!(now.since(START) <= Duration::from_secs(15));
    let report = Box::new(CallReport::at(Phase::Established));
    let events = answer(&mut call, now, Ask::Call, Answer::Call(report));
    assert_eq!(events, [LegEvent::Answered, LegEvent::MediaActive]);
}

#[test]
fn after_a_drop_out_everything_is_looked_at() {
    let mut call = connected();
    feed(&mut call, START, Input::Roster(RosterReport::default()));
    let (now, _) = next_ask(&mut call);
    answer(&mut call, now, Ask::KeepAlive, Answer::NoAnswer);
    let (now, asks) = next_ask(&mut call);
    assert_eq!(asks, [Ask::KeepAlive]);
    let (_, asks) =
        feed(&mut call, now, Input::Answered { ask: Ask::KeepAlive, answer: Answer::Alive });
    assert_eq!(asks, [Ask::Call, Ask::Participants]);
}

/// Pains 12, 13.
#[test]
fn a_hold_is_told_where_graph_tells_it_and_unknown_elsewhere() {
    let mut call = connected();
    assert_eq!(call.snapshot().hold, Knowledge::Unknown);
    let (events, _) = feed(&mut call, START, at(Phase::Hold));
    assert_eq!(events, [LegEvent::HeldByRemote]);
    assert_eq!(call.snapshot().hold, Knowledge::Observed(true));
    let (_, asks) = next_ask(&mut call);
    assert_eq!(asks, [Ask::Call], "which came first is not told");
    let report = Box::new(CallReport::at(Phase::Established));
    let events = answer(&mut call, START, Ask::Call, Answer::Call(report));
    assert_eq!(events, [LegEvent::ResumedByRemote]);
    assert_eq!(call.snapshot().hold, Knowledge::Unknown, "it may be held unseen");
}

/// Pain 35.
#[test]
fn who_joined_is_asked_once_an_invitation_ended() {
    let mut call = connected();
    let id = OperationId::numbered("o", 1);
    let order = Order::Operate { id: id.clone(), needs: Needs::Connected, told: true };
    feed(&mut call, START, Input::Sending(order));
    let operation = crate::model::InviteParticipantsOperation::new()
        .status(crate::model::OperationStatus::Completed);
    let mut report = OperationReport::read(&operation.into(), true);
    report.context = Some(id.as_str().into());
    let (events, asks) = feed(&mut call, START, Input::Operation(report));
    let outcome = OperationOutcome::Completed;
    assert_eq!(events, [LegEvent::OperationEnded { operation: id, outcome }]);
    assert_eq!(asks, [Ask::Call, Ask::Participants]);
}

#[test]
fn doubts_do_not_ask_again_and_again() {
    let mut call = connected();
    let mut asked = 0;
    let mut now = START;
    for n in 0..600 {
        now += Duration::from_millis(100);
        let (_, mut asks) =
            feed(&mut call, now, at(if n % 2 == 0 { Phase::Hold } else { Phase::Established }));
        asks.extend(feed(&mut call, now, Input::Tick).1);
        for ask in asks {
            asked += 1;
            let report = Box::new(CallReport::at(Phase::Established));
            answer(&mut call, now, ask, Answer::Call(report));
        }
    }
    assert!((4..=7).contains(&asked), "{asked} in a minute");
}

#[test]
fn a_held_call_that_is_handed_over_is_not_said_to_be_held() {
    let mut call = connected();
    feed(&mut call, START, at(Phase::Hold));
    feed(&mut call, START, Input::Sending(Order::Transfer));
    let report = Box::new(CallReport::at(Phase::Transferring));
    answer(&mut call, START, Ask::Call, Answer::Call(report));
    assert_eq!(call.snapshot().hold, Knowledge::Unknown);
    assert_eq!(call.state(), LegState::Transferring);
}
