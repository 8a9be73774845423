//! A callback's body: nothing panics, what is read is written back equal, and a call that is told
//! of it keeps its promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use teams_cc_core::{
    Instant,
    contact::{Direction, LegEvent, LegState},
};
use teams_cc_graph::{
    call::{CallSession, Input, Output, Report},
    model::{
        ChangeNotificationCollection, CommsNotifications, MediaConfig, OnlineMeeting,
        call_records::CallRecord,
    },
    webhook::{Body, read_body},
};

/// What reads as the type is written back equal, and is read as the same thing again.
fn round_trip<T: DeserializeOwned + Serialize>(data: &[u8]) {
    let Ok(typed) = serde_json::from_slice::<T>(data) else { return };
    let value: Value = serde_json::from_slice(data).expect("what a model takes is JSON");
    assert_eq!(serde_json::to_value(&typed).expect("what was read can be written"), value);
    let again: T = serde_json::from_value(value.clone()).expect("and read again");
    assert_eq!(serde_json::to_value(&again).expect("and written again"), value);
}

fuzz_target!(|data: &[u8]| {
    round_trip::<CommsNotifications>(data);
    round_trip::<ChangeNotificationCollection>(data);
    round_trip::<MediaConfig>(data);
    round_trip::<OnlineMeeting>(data);
    round_trip::<CallRecord>(data);

    let Ok(Body::Notifications { notifications, .. }) = read_body(data) else { return };
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
