//! Null, missing and empty; numbers that are texts and texts that are numbers.

use serde_json::{Value, json};
use teams_cc_graph::model::call_records::{CallRecord, MediaStream, NetworkInfo, PstnCallLogRow};
use teams_cc_graph::model::{
    ActivityNotificationBody, Call, CallState, Collection, CommsNotification, CommsNotifications,
    InviteParticipantsOperation, JoinMeetingIdMeetingInfo, OnlineMeeting, Participant, Presence,
    ResourceData, ResultInfo, ToneInfo,
};
use teams_cc_graph::wire::{Field, Sensitive};

use crate::read;
use crate::service::{answer, service};

/// Trap 24.
#[test]
fn trap_24_what_the_schema_requires_may_be_null_or_missing_and_merging_tells_them_apart() {
    let participant: Participant = read(&json!({"id": null, "isMuted": "True"}));
    assert!(participant.id.is_null());
    assert_eq!(participant.is_muted, Field::Value(true));
    let operation: InviteParticipantsOperation = read(&json!({"id": null, "status": null}));
    assert!(operation.id.is_null() && operation.status.is_null());
    let rejected: Call = read(&json!({"@odata.id": "communications/calls/57dab8b1"}));
    assert!(rejected.id.is_missing() && rejected.callback_uri.is_missing());
    let change: Call = read(&json!({"subject": null, "targets": []}));
    assert!(change.subject.is_null() && change.id.is_missing());
    assert_eq!(change.targets, Field::Value(Vec::new()));
    let mut known: Call = read(&json!({"id": "c", "subject": "billing", "state": "established"}));
    known.merge(change);
    assert_eq!(known.id.text(), Some("c"));
    assert!(known.subject.is_null());
    assert_eq!(known.state, Field::Value(CallState::Established));
}

/// Trap 25.
#[tokio::test]
async fn trap_25_null_clears_and_missing_keeps() {
    let (service, client) = service([answer(200, "{}")]);
    let calls = client.communications().calls();
    let meeting = JoinMeetingIdMeetingInfo::new("1234567");
    calls.join("https://bot.example.com/callback", meeting.into()).await.unwrap();
    let sent = service.body()["meetingInfo"].clone();
    assert_eq!(sent.get("passcode"), Some(&Value::Null), "there is none, and that is said");
    let meeting = JoinMeetingIdMeetingInfo::new("1").passcode(Sensitive::from("s3cret"));
    calls.join("https://bot.example.com/callback", meeting.into()).await.unwrap();
    assert_eq!(service.body()["meetingInfo"]["passcode"], "s3cret");
    let mut change = OnlineMeeting::new().allow_recording(false);
    change.subject = Field::Null;
    client.user("u").online_meeting("m").update(change).await.unwrap();
    let wanted = json!({
        "@odata.type": "#microsoft.graph.onlineMeeting", "allowRecording": false, "subject": null
    });
    assert_eq!(service.body(), wanted);
}

/// Trap 26.
#[test]
fn trap_26_a_result_is_a_number_or_a_text_and_success_is_zero_or_two_hundred() {
    let mut result: ResultInfo = read(&json!({"code": "200", "subcode": "5001"}));
    assert_eq!((result.code, result.subcode), (Field::Value(200), Field::Value(5001)));
    assert!(result.is_success());
    result.code = 408.into();
    let written = serde_json::to_value(&result).unwrap();
    assert_eq!(written, json!({"code": 408, "subcode": "5001"}));
    for (code, success) in [("0", true), ("200", true), ("500", false)] {
        assert_eq!(read::<ResultInfo>(&json!({ "code": code })).is_success(), success);
    }
    for (code, success) in
        [(0, true), (200, true), (204, true), (299, true), (199, false), (300, false), (500, false)]
    {
        assert_eq!(ResultInfo::of(code, 7015).is_success(), success, "{code}");
    }
    assert_eq!(read::<ResultInfo>(&json!({"subcode": 560_000})).subcode, Field::Value(560_000));
    assert!(serde_json::from_value::<ResultInfo>(json!({"code": "many"})).is_err());
}

/// Trap 27.
#[test]
fn trap_27_long_numbers_may_be_texts_and_lose_no_digit() {
    const LONG: i64 = 9_007_199_254_740_993;
    for long in [json!(LONG), json!(LONG.to_string())] {
        let tone: ToneInfo = read(&json!({ "sequenceId": long }));
        assert_eq!(tone.sequence_id, Field::Value(LONG));
        let participant: Participant = read(&json!({ "rosterSequenceNumber": long }));
        assert_eq!(participant.roster_sequence_number, Field::Value(LONG));
        let record: CallRecord = read(&json!({ "version": long }));
        assert_eq!(record.version, Field::Value(LONG));
        let stream: MediaStream =
            read(&json!({"averageBandwidthEstimate": long, "packetUtilization": long}));
        assert_eq!(stream.average_bandwidth_estimate, Field::Value(LONG));
        assert_eq!(stream.packet_utilization, Field::Value(LONG));
        let network: NetworkInfo = read(&json!({ "linkSpeed": long }));
        assert_eq!(network.link_speed, Field::Value(LONG));
        let activity: ActivityNotificationBody = read(&json!({ "chainId": long }));
        assert_eq!(activity.chain_id, Field::Value(LONG));
    }
    let presence: Presence = read(&json!({"sequenceNumber": "A0637"}));
    assert_eq!(presence.sequence_number.text(), Some("A0637"));
}

/// Trap 28.
#[test]
fn trap_28_a_ratio_may_be_null_or_no_number_and_a_charge_keeps_its_digits() {
    for (rate, wanted) in [
        (json!(0.25), Some(0.25)),
        (json!(3), Some(3.0)),
        (json!("0.25"), Some(0.25)),
        (json!("INF"), Some(f64::INFINITY)),
        (json!("-INF"), Some(f64::NEG_INFINITY)),
        (json!(null), None),
    ] {
        let stream: MediaStream = read(&json!({ "averagePacketLossRate": rate }));
        assert_eq!(stream.average_packet_loss_rate.into_option(), wanted, "{rate}");
    }
    let stream: MediaStream = read(&json!({"averagePacketLossRate": "NaN"}));
    assert!(stream.average_packet_loss_rate.get().unwrap().is_nan());
    for (charge, text) in [
        (json!(0.0132), "0.0132"),
        (json!("0.01320"), "0.01320"),
        (json!(12), "12"),
        (json!("12345678901234567890.123"), "12345678901234567890.123"),
    ] {
        let row: PstnCallLogRow = read(&json!({"charge": charge, "connectionCharge": charge}));
        assert_eq!(row.charge.get().unwrap().as_str(), text);
        assert_eq!(row.connection_charge.get().unwrap().as_str(), text);
    }
}

/// Trap 29.
#[test]
fn trap_29_a_resource_is_one_or_many_and_a_list_is_absent_null_or_empty() {
    let batch: CommsNotifications = read(&json!({"value": [
        {"changeType": "Updated", "resourceUrl": "/communications/calls/c",
         "resourceData": {"state": "Established"}},
        {"changeType": "deleted", "resourceUrl": "/communications/calls/c/operations/o",
         "resourceData": {"status": "failed", "clientContext": "x"}},
        {"resourceUrl": "/communications/calls/c/participants",
         "resourceData": [{"id": "p"}, {"@odata.type": "#microsoft.graph.participant"}]},
        {"resourceUrl": "/communications/calls/c/participants", "resourceData": []},
        {"resourceUrl": "/communications/calls/c/participants", "resourceData": null},
        {"resourceUrl": "/communications/calls/c"}
    ]}));
    let [call, operation, roster, nobody, null, bare] = batch.value.items() else { panic!() };
    assert_eq!(call.call().unwrap().state, Field::Value(CallState::Established));
    assert_eq!(operation.operation().unwrap().client_context(), Some("x"));
    assert_eq!(roster.participants().unwrap().len(), 2);
    assert_eq!(nobody.participants(), Some(&[][..]), "an empty roster is a roster");
    assert!(null.resource_data.is_null() && bare.resource_data.is_missing());
    let mixed: CommsNotification = read(&json!({"resourceData": [
        {"@odata.type": "#microsoft.graph.participant", "id": "q"},
        {"@odata.type": "#microsoft.graph.contentSharingSession", "id": "s"}
    ]}));
    assert!(
        matches!(mixed.resource_data.get(), Some(ResourceData::Others(both)) if both.len() == 2)
    );
    for body in [json!({}), json!({"value": null}), json!({"value": []})] {
        let page: Collection<Call> = read(&body);
        assert!(page.items().is_empty());
        assert!(read::<CommsNotifications>(&body).value.items().is_empty());
    }
}
