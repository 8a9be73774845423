//! Orders that overtake what is still on its way to the customer's leg.

use super::*;

fn collect(max: usize) -> Order {
    let within = Duration::from_secs(5);
    Order::Collect { prompts: prompt(), max, within, terminator: None }
}

fn accepted(n: u64) -> Input {
    let operation = Some(OperationId::numbered("op", n));
    Input::Accepted { leg: customer(), verb: Verb::Play, operation }
}

fn completed(n: u64) -> LegEvent {
    let operation = OperationId::numbered("op", n);
    LegEvent::OperationEnded { operation, outcome: OperationOutcome::Completed }
}

fn refused(verb: Verb) -> Input {
    Input::Refused { leg: customer(), verb, why: "not now".into() }
}

fn plays(desk: &Desk) -> usize {
    let commands = desk.commands(&customer());
    commands.iter().filter(|command| matches!(command, LegCommand::Play(_))).count()
}

#[test]
fn a_key_pressed_ahead_leaves_nothing_to_play_and_the_next_key_to_the_next_menu() {
    let mut desk = Desk::answered(GRAPH);
    for key in ['1', '2'] {
        desk.leg(&customer(), LegEvent::Tone(tone(key)));
    }
    for key in ['1', '2'] {
        let menu = desk.order(collect(1));
        assert_eq!(desk.reply(menu), Some(&Ok(Outcome::Tones(vec![tone(key)]))));
    }
    assert_eq!(plays(&desk), 0);
    let menu = desk.order(collect(1));
    assert_eq!((desk.reply(menu), plays(&desk)), (None, 1));
}

#[test]
fn what_becomes_of_a_withdrawn_recording_says_nothing_of_the_next() {
    for first in [accepted(1), refused(Verb::Play)] {
        let mut desk = Desk::answered(GRAPH);
        let cut = desk.order(Order::Play(prompt()));
        desk.tell(Input::Withdraw(cut));
        let play = desk.order(Order::Play(prompt()));
        desk.tell(first);
        desk.leg(&customer(), completed(1));
        assert_eq!(desk.reply(play), None, "only the first ended");
        desk.tell(accepted(2));
        assert_eq!(desk.reply(play), None);
        desk.leg(&customer(), completed(2));
        assert_eq!(desk.reply(play), Some(&Ok(Outcome::Done)));
    }
}

#[test]
fn keys_that_could_not_be_asked_for_are_asked_for_again() {
    let mut desk = Desk::answered(GRAPH);
    let first = desk.order(collect(1));
    desk.tell(refused(Verb::CollectTones));
    assert!(matches!(desk.reply(first), Some(Err(OrderError::Refused { .. }))));
    desk.order(collect(1));
    let commands = desk.commands(&customer());
    let asked = commands.iter().filter(|command| ***command == LegCommand::CollectTones).count();
    assert_eq!(asked, 2);
}

#[test]
fn whoever_asks_for_an_answer_that_is_under_way_waits_for_it() {
    let mut desk = Desk::new(GRAPH);
    let dropped = desk.order(Order::Answer);
    desk.tell(Input::Withdraw(dropped));
    let answer = desk.order(Order::Answer);
    assert_eq!(desk.commands(&customer()), [&LegCommand::Answer]);
    desk.leg(&customer(), LegEvent::Answered);
    assert_eq!(desk.reply(answer), Some(&Ok(Outcome::Done)));
}

#[test]
fn an_answer_that_was_refused_may_be_tried_again() {
    let mut desk = Desk::new(GRAPH);
    desk.order(Order::Answer);
    desk.tell(refused(Verb::Answer));
    desk.order(Order::Answer);
    assert_eq!(desk.commands(&customer()), [&LegCommand::Answer; 2]);
}

#[test]
fn a_call_that_is_answered_before_its_refusal_arrives_is_hung_up() {
    let mut desk = Desk::new(GRAPH);
    desk.order(Order::Answer);
    let reject = desk.order(Order::Reject(crate::contact::RejectReason::Busy));
    desk.tell(refused(Verb::Reject));
    assert_eq!(desk.commands(&customer()).last(), Some(&&LegCommand::HangUp));
    assert_eq!(desk.flow.state(), ContactState::Ringing, "it is still there");
    desk.leg(&customer(), ended(EndReason::Completed));
    assert_eq!(desk.reply(reject), Some(&Ok(Outcome::Done)));
}
