//! The state of a call: what is reported, what is inferred, and how it ends.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::contact::{
    EndReason, EndedBy, Knowledge, Leg, LegCommand, LegEvent, LegState, Prompt,
};
use teams_cc_graph::call::{CallEvent, KEEP_ALIVE_EVERY, ResultCode};
use teams_cc_graph::{Explanation, Explanations};

use crate::board;
use crate::sessions::{CALL, Setup, changed, setup, state, terminated};

/// A roster of the customer and the app itself.
fn roster(sequence: i64, muted: Value, direction: &str) -> Value {
    let mut customer = json!({
        "@odata.type": "#microsoft.graph.participant", "id": "p1",
        "rosterSequenceNumber": sequence,
        "info": { "identity": { "phone": { "id": "+14255550100" } } },
        "mediaStreams": [{ "mediaType": "audio", "direction": direction }]
    });
    if !muted.is_null() {
        customer["isMuted"] = muted;
    }
    let own = json!({ "id": "p0", "rosterSequenceNumber": sequence });
    json!({ "changeType": "updated", "resourceData": [customer, own],
            "resourceUrl": format!("/communications/calls/{CALL}/participants") })
}

/// The end of the call, whatever else is told before it, within `time`.
async fn end(setup: &mut Setup, time: Duration) -> Option<EndReason> {
    let end = async {
        loop {
            if let Some(CallEvent::Leg { event: LegEvent::Ended(cause), .. }) =
                setup.events.next().await
            {
                return cause.reason;
            }
        }
    };
    tokio::time::timeout(time, end).await.ok()
}

/// Pain 12.
#[tokio::test(start_paused = true)]
async fn pain_12_what_graph_reports_is_told_apart_from_what_is_inferred() {
    let mut setup = setup();
    let call = setup.connected().await;
    assert_eq!(call.leg.snapshot().hold, Knowledge::Unknown, "nobody told anything");
    setup.notify([roster(1, Value::Null, "inactive")]);
    setup.settle().await;
    let snapshot = call.leg.snapshot();
    let party = snapshot.roster.get("p1").unwrap();
    assert_eq!(party.on_hold, Knowledge::Inferred(true), "from streams that stand still");
    assert_eq!(snapshot.hold, Knowledge::Unknown, "the call's own state was not reported");
    setup.notify([state(CALL, "hold")]);
    assert_eq!(setup.leg_event().await, LegEvent::HeldByRemote);
    assert_eq!(call.leg.snapshot().hold, Knowledge::Observed(true), "now it is");
    setup.notify([roster(2, Value::Null, "sendReceive")]);
    setup.settle().await;
    let party = call.leg.snapshot().roster.get("p1").unwrap().on_hold;
    assert_eq!(party, Knowledge::Inferred(false));
}

/// Pain 13.
#[tokio::test(start_paused = true)]
async fn pain_13_a_mute_in_the_client_is_seen_in_the_roster_and_unknown_without() {
    let mut setup = setup();
    let call = setup.connected().await;
    let own = json!({ "state": "established", "myParticipantId": "p0" });
    setup.notify([changed(CALL, "updated", own)]);
    setup.notify([roster(1, Value::Null, "sendReceive")]);
    setup.settle().await;
    assert_eq!(call.leg.snapshot().mute, Knowledge::Unknown, "a roster that does not say so");
    for (sequence, muted) in [(2, true), (3, false)] {
        setup.notify([roster(sequence, muted.into(), "sendReceive")]);
        setup.settle().await;
        assert_eq!(call.leg.snapshot().mute, Knowledge::Observed(muted));
    }
}

/// Pain 14.
#[tokio::test(start_paused = true)]
async fn pain_14_a_lost_end_and_a_late_roster_do_not_keep_a_call_open() {
    let mut setup = setup();
    let _call = setup.connected().await;
    setup.graph.answer("keepAlive", 404, json!({ "error": { "code": "7504" } }));
    let ended = end(&mut setup, KEEP_ALIVE_EVERY + Duration::from_mins(1)).await;
    assert_eq!(ended, Some(EndReason::Reconciled));
    // An hour late, the rest arrives.
    tokio::time::sleep(Duration::from_hours(1)).await;
    setup.notify([roster(9, true.into(), "inactive"), terminated(CALL, 200, 0)]);
    assert!(setup.next().await.is_none(), "and nothing comes of it");
    assert_eq!(setup.calls.counts().sessions, 0);
}

/// Pain 15.
#[tokio::test(start_paused = true)]
async fn pain_15_after_a_keep_alive_that_found_nothing_nothing_is_left_of_the_call() {
    let mut setup = setup();
    let call = setup.connected().await;
    let prompt = Prompt::new("https://bot.contoso.com/hello.wav").unwrap();
    call.leg.execute(LegCommand::Play(vec![prompt])).await.unwrap();
    setup.graph.answer("keepAlive", 404, json!({}));
    setup.graph.answer("operation", 200, json!({ "status": "running" }));
    let ended = end(&mut setup, KEEP_ALIVE_EVERY * 2).await;
    assert_eq!(ended, Some(EndReason::Reconciled));
    assert!(call.leg.snapshot().is_ended());
    setup.assert_nothing_left().await;
    let asked = setup.graph.asked().len();
    tokio::time::sleep(KEEP_ALIVE_EVERY * 4).await;
    assert_eq!(setup.graph.asked().len(), asked, "nobody goes on asking");
}

/// Pain 16.
#[tokio::test(start_paused = true)]
async fn pain_16_a_call_is_kept_alive_without_anybody_calling_for_it() {
    let mut setup = setup();
    let _call = setup.connected().await;
    tokio::time::sleep(Duration::from_hours(2) + Duration::from_mins(1)).await;
    let kept = setup.graph.count("POST keepAlive");
    assert!((8..=24).contains(&kept), "at least every 15 minutes: {kept}");
    setup.notify([terminated(CALL, 200, 0)]);
    end(&mut setup, Duration::from_mins(1)).await.unwrap();
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(setup.graph.count("POST keepAlive"), kept);
}

/// Pain 17.
#[tokio::test(start_paused = true)]
async fn pain_17_no_hidden_timer_ends_a_call_and_the_reason_of_an_end_is_told() {
    let mut setup = setup();
    let call = setup.connected().await;
    for seconds in [57, 180, 45 * 60] {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        assert_eq!(call.leg.snapshot().state, LegState::Connected, "after {seconds} s");
    }
    assert_eq!(setup.graph.count("DELETE delete"), 0);
    setup.notify([terminated(CALL, 408, 8537)]);
    let cause = setup.ended().await;
    assert_eq!((cause.code, cause.subcode), (Some(408), Some(8537)));
    let told = ResultCode::new(408, 8537).explain(None).to_string();
    assert!(told.contains("keep-alive"), "{told}");
}

/// Pain 18.
#[tokio::test(start_paused = true)]
async fn pain_18_the_first_answer_is_warm_and_its_deadline_is_on_the_handle() {
    for (arriving, seconds) in [(board::incoming(), 15), (board::policy_call(), 5)] {
        let mut stage = board::stage();
        stage.board.calls().warm_up().await.unwrap();
        assert_eq!(stage.graph.count("GET call"), 1, "token and connection are there before");
        let call = stage.arrival_of(arriving).await.call;
        assert_eq!(call.remaining(), Duration::from_secs(seconds));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(call.remaining(), Duration::from_secs(seconds - 1));
        let before = tokio::time::Instant::now();
        call.answer().await.unwrap();
        assert_eq!(before.elapsed(), Duration::ZERO, "nothing is waited for");
        assert_eq!(stage.graph.count("POST answer"), 1);
    }
}

/// Pain 22.
#[tokio::test(start_paused = true)]
async fn pain_22_codes_nobody_documents_are_kept_and_can_be_explained_by_the_program() {
    for (code, subcode) in [(500, 3002), (3003, 7106), (408, 13025), (599, -1)] {
        let mut setup = setup();
        let _call = setup.connected().await;
        setup.notify([terminated(CALL, code, subcode)]);
        let cause = setup.ended().await;
        assert_eq!((cause.code, cause.subcode), (Some(code), Some(subcode)), "nothing is lost");
        assert!(matches!(cause.by, EndedBy::Platform | EndedBy::Remote), "{cause:?}");
        let told = ResultCode::new(code, subcode).explain(None);
        let words = told.to_string();
        assert!(words.contains(&code.to_string()) && words.contains(&subcode.to_string()));
        let own = Explanations::new().with(subcode, "our own words", "look there");
        let told = own.explain(ResultCode::new(code, subcode), None);
        assert!(told.to_string().starts_with("our own words"), "{told}");
    }
    let undocumented = ResultCode::new(599, -1).explain(None);
    assert!(matches!(undocumented, Explanation::Unknown { .. }));
    // Numbers that came as texts, in the other spelling.
    let mut setup = setup();
    let _call = setup.connected().await;
    let result = json!({ "code": "500", "subCode": "3002" });
    setup.notify([changed(CALL, "deleted", json!({ "resultInfo": result }))]);
    let cause = setup.ended().await;
    assert_eq!((cause.code, cause.subcode), (Some(500), Some(3002)));
}
