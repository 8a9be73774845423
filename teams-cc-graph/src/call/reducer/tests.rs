mod interleaving;

use teams_cc_core::{
    OperationId,
    contact::{OperationOutcome, RejectReason, Tone, TransferFailure},
};

use super::*;
use crate::call::{Needs, OperationReport, Order, ResultCode};

const NOW: Instant = Instant::from_secs(100);
const LATER: Instant = Instant::from_secs(200);

fn drain(call: &mut CallReducer) -> Vec<LegEvent> {
    std::iter::from_fn(|| call.poll_event()).collect()
}

fn feed(call: &mut CallReducer, inputs: impl IntoIterator<Item = Input>) -> Vec<LegEvent> {
    let mut events = Vec::new();
    for input in inputs {
        call.handle_input(NOW, input).expect("no refusal");
        events.extend(drain(call));
    }
    events
}

fn at(phase: Phase) -> Input {
    Input::Call(CallReport::at(phase))
}

fn with_result(phase: Phase, code: i32, subcode: i32) -> Input {
    let result = ResultCode::new(code, subcode);
    Input::Call(CallReport {
        result: Some(result),
        transferred: result.is_success() && subcode == 7015,
        ..CallReport::at(phase)
    })
}

fn tone(sequence: i64) -> Input {
    let key = char::from_digit(u32::try_from(sequence % 10).expect("positive"), 10).expect("digit");
    Input::Call(CallReport {
        tone: Some((Some(sequence), Tone::new(key).expect("a key"))),
        ..CallReport::at(Phase::Established)
    })
}

fn connected(direction: Direction) -> CallReducer {
    let mut call = CallReducer::new(direction);
    feed(&mut call, [at(Phase::Established)]);
    call
}

fn failed_by_platform() -> LegEvent {
    LegEvent::TransferEnded(TransferOutcome::Failed(TransferFailure::Platform))
}

fn completed() -> LegEvent {
    LegEvent::TransferEnded(TransferOutcome::Completed {
        after: AfterTransfer::OutOfSight,
        answered_by: Knowledge::Unknown,
    })
}

/// Trap 33.
#[test]
fn established_before_establishing_is_established() {
    let mut call = CallReducer::new(Direction::Outbound);
    let events =
        feed(&mut call, [at(Phase::Established), at(Phase::Establishing), at(Phase::Ringing)]);
    assert_eq!(events, [LegEvent::Answered, LegEvent::MediaActive]);
    assert_eq!(call.state(), LegState::Connected);
    assert_eq!(call.ignored(), 1);
}

#[test]
fn repeated_notifications_tell_nothing_new() {
    let mut call = CallReducer::new(Direction::Outbound);
    let events = feed(
        &mut call,
        [
            at(Phase::Ringing),
            at(Phase::Ringing),
            at(Phase::Redirecting),
            at(Phase::Redirecting),
            at(Phase::Established),
            at(Phase::Established),
        ],
    );
    assert_eq!(
        events,
        [LegEvent::Ringing, LegEvent::Diverted, LegEvent::Answered, LegEvent::MediaActive]
    );
}

#[test]
fn a_mailbox_that_answers_counts_as_a_diversion() {
    let mailbox =
        || Input::Call(CallReport { mailbox: true, ..CallReport::at(Phase::Established) });
    let mut call = CallReducer::new(Direction::Outbound);
    assert_eq!(
        feed(&mut call, [mailbox(), mailbox()]),
        [LegEvent::Diverted, LegEvent::Answered, LegEvent::MediaActive]
    );
}

#[test]
fn prompts_wait_for_media_where_graph_says_that_it_does_not_flow_yet() {
    let mut call = CallReducer::new(Direction::Inbound);
    let silent = CallReport { media: Some(false), ..CallReport::at(Phase::Established) };
    assert_eq!(feed(&mut call, [Input::Call(silent)]), [LegEvent::Answered]);
    let order =
        Order::Operate { id: OperationId::numbered("o", 1), needs: Needs::Media, told: true };
    assert_eq!(
        call.handle_input(NOW, Input::Sending(order.clone())),
        Err(Refusal::State(LegState::Connected))
    );
    let flows = CallReport { media: Some(true), ..CallReport::default() };
    assert_eq!(feed(&mut call, [Input::Call(flows)]), [LegEvent::MediaActive]);
    assert_eq!(call.handle_input(NOW, Input::Sending(order)), Ok(()));
}

#[test]
fn media_that_is_reported_early_counts_once_the_call_is_connected() {
    let mut call = CallReducer::new(Direction::Outbound);
    let early = CallReport { media: Some(true), ..CallReport::at(Phase::Establishing) };
    assert_eq!(feed(&mut call, [Input::Call(early)]), []);
    assert_eq!(
        feed(&mut call, [at(Phase::Transferring)]),
        [LegEvent::Answered, LegEvent::MediaActive]
    );
}

#[test]
fn an_incoming_call_is_answered_once_and_not_after_its_end() {
    let mut call = CallReducer::new(Direction::Inbound);
    assert_eq!(call.handle_input(NOW, Input::Sending(Order::Answer)), Ok(()));
    for order in [Order::Answer, Order::Reject(RejectReason::Busy)] {
        assert_eq!(
            call.handle_input(NOW, Input::Sending(order)),
            Err(Refusal::State(LegState::Ringing))
        );
    }
    feed(&mut call, [Input::Refused(Order::Answer)]);
    assert_eq!(call.handle_input(NOW, Input::Sending(Order::Answer)), Ok(()), "may try again");
    feed(&mut call, [at(Phase::Terminated)]);
    assert_eq!(
        call.handle_input(NOW, Input::Sending(Order::HangUp)),
        Err(Refusal::State(LegState::Ended))
    );
}

#[test]
fn an_outgoing_call_cannot_be_answered_or_rejected() {
    let mut call = CallReducer::new(Direction::Outbound);
    for order in [Order::Answer, Order::Reject(RejectReason::Declined), Order::Transfer] {
        assert!(call.handle_input(NOW, Input::Sending(order)).is_err());
    }
}

#[test]
fn a_completed_transfer_ends_before_the_call_does() {
    for end in [with_result(Phase::Terminated, 0, 7015), with_result(Phase::Terminated, 200, 7015)]
    {
        let mut call = connected(Direction::Inbound);
        feed(&mut call, [Input::Sending(Order::Transfer)]);
        assert_eq!(call.state(), LegState::Transferring);
        let events = feed(
            &mut call,
            [
                at(Phase::Transferring),
                Input::Accepted(Order::Transfer),
                at(Phase::Transferring),
                end,
            ],
        );
        assert_eq!(events[0], completed());
        assert!(matches!(
            &events[1..],
            [LegEvent::Ended(EndCause { reason: EndReason::Transferred, .. })]
        ));
    }
}

/// Pain 28.
#[test]
fn a_failed_transfer_leaves_the_call_connected() {
    for subcode in [7000, 7700] {
        let mut call = connected(Direction::Inbound);
        let events = feed(
            &mut call,
            [
                Input::Sending(Order::Transfer),
                Input::Accepted(Order::Transfer),
                at(Phase::Transferring),
                at(Phase::Established),
                with_result(Phase::Established, 500, subcode),
                with_result(Phase::Established, 500, subcode),
                at(Phase::Transferring),
            ],
        );
        assert_eq!(events, [failed_by_platform()]);
        assert_eq!(call.state(), LegState::Connected);
        assert_eq!(call.handle_input(NOW, Input::Sending(Order::Transfer)), Ok(()));
    }
}

#[test]
fn a_call_that_ends_during_a_transfer_leaves_its_outcome_unknown() {
    for end in [with_result(Phase::Terminated, 200, 4521), Input::Gone] {
        let mut call = connected(Direction::Inbound);
        let events = feed(&mut call, [Input::Sending(Order::Transfer), end]);
        assert_eq!(events[0], LegEvent::TransferEnded(TransferOutcome::Unknown));
        assert!(matches!(events[1..], [LegEvent::Ended(_)]));
    }
}

#[test]
fn a_transfer_whose_request_got_lost_tells_of_itself_only_if_it_happened() {
    let mut call = connected(Direction::Inbound);
    feed(&mut call, [Input::Sending(Order::Transfer), Input::Doubtful(Order::Transfer)]);
    assert_eq!(call.state(), LegState::Connected);
    let events = feed(&mut call, [with_result(Phase::Terminated, 0, 7015)]);
    assert_eq!(events[0], completed());

    let mut call = connected(Direction::Inbound);
    let events = feed(
        &mut call,
        [
            Input::Sending(Order::Transfer),
            Input::Doubtful(Order::Transfer),
            with_result(Phase::Terminated, 200, 4521),
        ],
    );
    assert!(matches!(events[..], [LegEvent::Ended(_)]), "{events:?}");
}

#[test]
fn a_refused_transfer_is_as_if_it_had_not_been_asked_for() {
    let mut call = connected(Direction::Inbound);
    let events = feed(
        &mut call,
        [Input::Sending(Order::Transfer), Input::Refused(Order::Transfer), Input::Gone],
    );
    assert!(
        matches!(&events[..], [LegEvent::Ended(cause)] if cause.reason == EndReason::Reconciled)
    );
}

#[test]
fn an_accepted_hang_up_or_rejection_ends_the_call_at_once() {
    let cases = [
        (Direction::Inbound, true, Order::HangUp, EndReason::Completed),
        (Direction::Inbound, false, Order::HangUp, EndReason::Declined),
        (Direction::Outbound, false, Order::HangUp, EndReason::Cancelled),
        (Direction::Inbound, false, Order::Reject(RejectReason::Busy), EndReason::Busy),
        (Direction::Inbound, false, Order::Reject(RejectReason::Declined), EndReason::Declined),
        (Direction::Inbound, false, Order::Reject(RejectReason::Forbidden), EndReason::Forbidden),
    ];
    for (direction, answered, order, reason) in cases {
        let mut call = CallReducer::new(direction);
        if answered {
            feed(&mut call, [at(Phase::Established)]);
        }
        let events =
            feed(&mut call, [Input::Sending(order.clone()), Input::Accepted(order.clone())]);
        assert_eq!(events, [LegEvent::Ended(EndCause::new(reason, EndedBy::Local))], "{order:?}");
        assert_eq!(feed(&mut call, [with_result(Phase::Terminated, 200, 7000)]), []);
        assert_eq!(call.ignored(), 1);
    }
}

/// Traps 35, 36.
#[test]
fn an_end_that_overtakes_the_response_to_a_rejection_is_the_end_that_was_ordered() {
    let reject = Order::Reject(RejectReason::Busy);
    let busy = EndCause::new(EndReason::Busy, EndedBy::Local);
    let cancelled = EndCause::new(EndReason::Cancelled, EndedBy::Platform);
    let gave_up = EndCause::new(EndReason::Cancelled, EndedBy::Remote).codes(200, Some(560_000));
    let cases = [
        (vec![Input::Sending(reject.clone()), at(Phase::Terminated)], busy),
        // A rejection that Graph refused ends nothing.
        (
            vec![
                Input::Sending(reject.clone()),
                Input::Refused(reject.clone()),
                at(Phase::Terminated),
            ],
            cancelled,
        ),
        // A caller who hung up meanwhile is said to have done so.
        (vec![Input::Sending(reject), with_result(Phase::Terminated, 200, 560_000)], gave_up),
    ];
    for (inputs, cause) in cases {
        let mut call = CallReducer::new(Direction::Inbound);
        assert_eq!(feed(&mut call, inputs), [LegEvent::Ended(cause)]);
    }
}

#[test]
fn an_operation_ends_whether_the_notification_or_the_response_comes_first() {
    let id = OperationId::numbered("o", 7);
    let response = |outcome| {
        Input::Operation(OperationReport {
            key: Some("k".into()),
            context: Some(id.as_str().into()),
            outcome,
            response: true,
            ..OperationReport::default()
        })
    };
    let notification = Input::Operation(OperationReport {
        key: Some("k".into()),
        outcome: Some(OperationOutcome::Completed),
        ..OperationReport::default()
    });
    let orders = [
        vec![response(None), notification.clone()],
        vec![notification.clone(), response(None)],
        vec![response(Some(OperationOutcome::Completed)), notification],
    ];
    for order in orders {
        let mut call = connected(Direction::Inbound);
        let begin = Order::Operate { id: id.clone(), needs: Needs::Media, told: true };
        feed(&mut call, [Input::Sending(begin)]);
        assert_eq!(
            feed(&mut call, order.clone()),
            [LegEvent::OperationEnded {
                operation: id.clone(),
                outcome: OperationOutcome::Completed
            }],
            "{order:?}"
        );
    }
}

#[test]
fn operations_of_one_call_are_bounded() {
    let mut call = connected(Direction::Inbound);
    let begin = |n| {
        Input::Sending(Order::Operate {
            id: OperationId::numbered("o", n),
            needs: Needs::Media,
            told: true,
        })
    };
    for n in 0..64 {
        assert_eq!(call.handle_input(NOW, begin(n)), Ok(()));
    }
    assert_eq!(call.handle_input(NOW, begin(64)), Err(Refusal::TooManyOperations));
}

#[test]
fn tones_behind_a_gap_are_told_before_the_end_of_the_call() {
    let mut call = connected(Direction::Inbound);
    let events = feed(&mut call, [tone(1), tone(3), at(Phase::Terminated)]);
    assert_eq!(events.len(), 3);
    assert!(matches!(events[..2], [LegEvent::Tone(_), LegEvent::Tone(_)]));
}

#[test]
fn a_timer_releases_tones_behind_a_gap() {
    let mut call = connected(Direction::Inbound);
    assert_eq!(feed(&mut call, [tone(2), tone(3)]), []);
    let due = call.deadline().expect("a timer");
    call.handle_input(due, Input::Tick).expect("no refusal");
    assert_eq!(drain(&mut call).len(), 2);
}
