//! What the wire does that the schema does not say, one test each.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test fails by panicking, on bodies written in place"
)]

use serde_json::{Value, json};
use teams_cc_graph::model::{
    Call, CallState, ChangeType, CommsNotification, CommsNotifications, CommsOperation,
    IdentitySet, MediaConfig, MeetingInfo, OnlineMeetingRestricted, OperationStatus, Participant,
    Presence, ResultInfo, ToneInfo, call_key,
};
use teams_cc_graph::wire::Field;

/// Reads a body and checks that it is written back equal.
fn read<T: serde::de::DeserializeOwned + serde::Serialize>(body: Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), body);
    typed
}

/// Traps 1 and 2.
#[test]
fn an_enumeration_matches_in_any_case_and_keeps_its_spelling() {
    for spelling in ["established", "Established", "ESTABLISHED"] {
        let call: Call = read(json!({"state": spelling}));
        assert_eq!(call.state, Field::Value(CallState::Established));
    }
    let status: CommsOperation = read(json!({"status": "completed"}));
    assert_eq!(status.status(), Some(&OperationStatus::Completed));
}

/// Traps 1 and 2.
#[test]
fn a_changed_enumeration_is_written_as_the_schema_spells_it() {
    let call: Call = read(json!({"state": "Established"}));
    let call = serde_json::to_value(call.state(CallState::Terminated)).unwrap();
    assert_eq!(call, json!({"state": "terminated"}));
}

/// Trap 4.
#[test]
fn members_yet_to_come_are_kept_and_differ_from_the_hidden_one() {
    let hidden: Call = read(json!({"state": "unknownFutureValue"}));
    let new: Call = read(json!({"state": "beamingUp"}));
    assert_eq!(hidden.state, Field::Value(CallState::UnknownFutureValue));
    assert_eq!(new.state, Field::Value(CallState::Other("beamingUp".into())));
}

/// Trap 6.
#[test]
fn flags_are_a_text() {
    let body = json!({"videoDisabled": "watermarkProtection,unknownFutureValue"});
    read::<OnlineMeetingRestricted>(body);
}

/// Trap 9.
#[test]
fn a_discriminator_is_read_in_every_form() {
    for name in [
        "#microsoft.graph.serviceHostedMediaConfig",
        "microsoft.graph.serviceHostedMediaConfig",
        "#Microsoft.Graph.ServiceHostedMediaConfig",
    ] {
        let media: MediaConfig = read(json!({"preFetchMedia": [], "@odata.type": name}));
        assert!(matches!(media, MediaConfig::ServiceHosted(_)), "{name}");
    }
}

/// Traps 10 and 12.
#[test]
fn a_missing_or_unknown_subtype_is_kept_whole() {
    for body in [
        json!({"token": "t"}),
        json!({"@odata.type": "#microsoft.graph.holoMeetingInfo", "room": 7}),
        json!({"@odata.type": "NA"}),
    ] {
        assert!(matches!(read::<MeetingInfo>(body), MeetingInfo::Unknown(_)));
    }
}

/// Trap 11.
#[test]
fn a_wrong_discriminator_gives_way_to_the_declared_type() {
    let call: Call = read(json!({
        "source": {"@odata.type": "#microsoft.graph.identitySet", "identity": {"user": {"id": "u"}}}
    }));
    assert!(call.source.get().unwrap().identity.get().is_some());
    assert_eq!(
        call.source.get().unwrap().additional.odata_type(),
        Some("#microsoft.graph.identitySet")
    );
}

/// Traps 14 and 15.
#[test]
fn identities_the_schema_does_not_declare_are_read() {
    let set: IdentitySet = read(json!({
        "@odata.type": "#microsoft.graph.identitySet",
        "phone": {"id": "+12065550100", "tenantId": null},
        "applicationInstance": {"id": "a"},
        "spoolUser": {"id": "s"}
    }));
    assert!(set.phone.get().unwrap().tenant_id.is_null());
    assert!(set.application_instance.get().is_some());
    assert_eq!(set.additional.get("spoolUser"), Some(&json!({"id": "s"})));
}

/// Trap 16.
#[test]
fn a_duplicate_discriminator_does_not_fail() {
    let text = r##"{"@odata.type":"#microsoft.graph.call","id":"c","@odata.type":"#x.call"}"##;
    let call: Call = serde_json::from_str(text).unwrap();
    assert_eq!(call.id.text(), Some("c"));
}

/// Trap 21.
#[test]
fn properties_differ_in_case_between_documents_and_keep_it() {
    let result: ResultInfo = read(json!({"code": 500, "subCode": 7700}));
    assert_eq!(result.subcode, Field::Value(7700));
    let both: ResultInfo = read(json!({"subcode": 1, "subCode": 2}));
    assert_eq!(both.subcode, Field::Value(1));
}

/// Traps 26 and 27.
#[test]
fn numbers_may_be_text_and_keep_being_text_until_changed() {
    let mut result: ResultInfo = read(json!({"code": "200", "subcode": "5001"}));
    assert_eq!((result.code, result.subcode), (Field::Value(200), Field::Value(5001)));
    assert!(result.is_success());
    result.code = 408.into();
    let written = serde_json::to_value(&result).unwrap();
    assert_eq!(written, json!({"code": 408, "subcode": "5001"}));
    let tone: ToneInfo = read(json!({"sequenceId": "9007199254740993", "tone": "Tone5"}));
    assert_eq!(tone.sequence_id, Field::Value(9_007_199_254_740_993));
    assert_eq!(tone.tone.get().unwrap().key(), Some('5'));
    assert!(serde_json::from_value::<ResultInfo>(json!({"code": "many"})).is_err());
}

/// Trap 26.
#[test]
fn success_is_zero_or_two_hundred() {
    for (code, success) in [(0, true), (200, true), (204, true), (400, false), (500, false)] {
        assert_eq!(ResultInfo::of(code, 7015).is_success(), success, "{code}");
    }
}

/// Traps 24 and 25.
#[test]
fn missing_null_and_empty_differ() {
    let call: Call = read(json!({"subject": null, "targets": []}));
    assert!(call.subject.is_null() && call.id.is_missing());
    assert_eq!(call.targets, Field::Value(Vec::new()));
    let mut known: Call = read(json!({"id": "c", "subject": "billing", "state": "established"}));
    known.merge(call);
    assert_eq!(known.id.text(), Some("c"));
    assert!(known.subject.is_null());
    assert_eq!(known.state, Field::Value(CallState::Established));
}

/// Trap 30.
#[test]
fn times_keep_every_digit_and_every_offset() {
    for time in [
        "2026-11-22T08:00:00.1234567Z",
        "2026-11-22T08:00:00+00:00",
        "2026-11-22T08:00:00.000-08:00",
        "2026-11-22T08:00:00",
    ] {
        let presence: Presence = read(json!({"statusMessage": {"publishedDateTime": time}}));
        let message = presence.status_message.get().unwrap();
        assert_eq!(message.published_date_time.get().unwrap().as_str(), time);
    }
    assert!(teams_cc_graph::wire::DateTimeOffset::from("0001-01-01T00:00:00Z").is_unset());
}

/// Traps 22 and 23.
#[test]
fn one_call_has_one_key_however_it_is_written() {
    let wanted = "57dab8b1894c409ab240bd8beae78896";
    assert_eq!(call_key("57dab8b1-894c-409a-b240-bd8beae78896"), wanted);
    for path in [
        "/communications/calls/57DAB8B1894C409AB240BD8BEAE78896/operations/x",
        "communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
        "/app/calls/57dab8b1-894c-409a-b240-bd8beae78896/participants/",
    ] {
        let notification: CommsNotification = read(json!({"resourceUrl": path}));
        assert_eq!(notification.call_key().as_deref(), Some(wanted), "{path}");
    }
    let older: CommsNotification = read(json!({"resource": "/app/calls/C-1"}));
    assert_eq!(older.call_key().as_deref(), Some("c1"));
}

/// Traps 10, 17 and 29.
#[test]
fn an_untyped_resource_is_what_its_path_says() {
    let body = json!({"value": [
        {"changeType": "Updated", "resourceUrl": "/communications/calls/c",
         "resourceData": {"state": "Established", "toneInfo": {"sequenceId": 1, "tone": "tone1"}}},
        {"changeType": "deleted", "resourceUrl": "/communications/calls/c/operations/o",
         "resourceData": {"status": "failed", "clientContext": "x"}},
        {"changeType": "updated", "resourceUrl": "/communications/calls/c/participants",
         "resourceData": [{"id": "p", "rosterSequenceNumber": "12"}]},
        {"changeType": "created", "resourceUrl": "/communications/calls/c/contentsharingsessions",
         "resourceData": [{"id": "s"}]},
        {"changeType": "updated", "resourceUrl": "/communications/calls/c"}
    ]});
    let batch: CommsNotifications = read(body);
    let [call, operation, roster, sharing, bare] = batch.value.items() else { panic!() };
    assert_eq!(call.change_type, Field::Value(ChangeType::Updated));
    assert_eq!(call.call().unwrap().state, Field::Value(CallState::Established));
    let operation = operation.operation().unwrap();
    assert!(operation.is_finished());
    assert_eq!((operation.client_context(), operation.id()), (Some("x"), None));
    assert_eq!(roster.participants().unwrap()[0].roster_sequence_number, Field::Value(12));
    assert!(sharing.participants().is_none() && sharing.resource_data.get().is_some());
    assert!(bare.resource_data.is_missing());
}

/// Trap 24.
#[test]
fn a_participant_may_have_no_id() {
    let participant: Participant = read(json!({"id": null, "isMuted": "True"}));
    assert!(participant.id.is_null());
    assert_eq!(participant.is_muted, Field::Value(true));
}

/// Trap 44.
#[test]
fn debug_hides_what_must_not_be_logged() {
    let call: Call = read(json!({
        "chatInfo": {"threadId": "secret-1"},
        "meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": "secret-2"},
        "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "secret-3"},
        "source": {"identity": {"phone": {"id": "secret-4", "displayName": "secret-5"}}},
        "toneInfo": {"tone": "tone7"},
        "undeclared": "secret-6"
    }));
    let shown = format!("{call:?}");
    assert!(!shown.contains("secret-") && !shown.contains("tone7"), "{shown}");
    assert!(shown.contains("undeclared"));
}
