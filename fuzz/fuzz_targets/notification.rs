//! A callback's body: nothing panics, and a call that is told of it keeps its promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_core::{
    Instant,
    contact::{Direction, LegEvent, LegState},
};
use teams_cc_graph::{
    call::{CallSession, Input, Output, Report},
    model::CommsNotifications,
    webhook::{Body, read_body},
};

fuzz_target!(|data: &[u8]| {
    let Ok(Body::Notifications { notifications, .. }) = read_body(data) else { return };

    let written = serde_json::to_value(&notifications).expect("what was read can be written");
    let again: CommsNotifications =
        serde_json::from_value(written.clone()).expect("what is written can be read");
    assert_eq!(serde_json::to_value(&again).expect("written again"), written);
    let _ = format!("{notifications:?}");

    for direction in [Direction::Inbound, Direction::Outbound] {
        let mut now = Instant::ZERO;
        let mut call = CallSession::new(now, direction);
        let (mut ended, mut answered, mut media) = (0, 0, 0);
        // Twice, for what was heard once must not be heard again.
        for notification in notifications.value.items().iter().chain(notifications.value.items()) {
            let input = match Report::read(notification) {
                Some((_, Report::Call(report))) => Input::Call(report),
                Some((_, Report::Operation(report))) => Input::Operation(report),
                Some((_, Report::Roster(report))) => Input::Roster(report),
                _ => continue,
            };
            call.handle_input(now, input).expect("reports are never refused");
            loop {
                match call.poll_output() {
                    Output::Event(event) => {
                        assert_eq!(ended, 0, "nothing follows the end");
                        ended += usize::from(matches!(event, LegEvent::Ended(_)));
                        answered += usize::from(event == LegEvent::Answered);
                        media += usize::from(event == LegEvent::MediaActive);
                        assert!(media <= answered && answered <= 1, "{event:?}");
                    }
                    Output::Operation(_) | Output::Ask(_) | Output::Changed => {}
                    Output::Timeout(at) => {
                        assert!(at.is_none_or(|at| at > now), "a deadline lies ahead");
                        now = at.unwrap_or(now);
                        break;
                    }
                }
            }
        }
        assert_eq!(ended == 1, call.state() == LegState::Ended);
    }
});
