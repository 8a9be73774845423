//! What reading takes, keeps and refuses, beyond the spelling of single values.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use teams_cc_graph::model::call_records::{self, FeedbackTokenSet, Session};
use teams_cc_graph::model::{
    AnswerBody, Call, CallDirection, CallState, ChangeNotification, ChangeType, Collection,
    CommsNotification, CommsNotifications, CommsOperation, GraphErrorBody, IdentitySet, ItemBody,
    JoinMeetingIdMeetingInfo, MediaConfig, MeetingInfo, Modality, Participant, Presence, Prompt,
    RejectBody, RejectReason, ResourceData, ServiceHostedMediaConfig, Tone, TransferBody,
    UpdateRecordingStatusBody,
};
use teams_cc_graph::wire::Field;

/// Reads a body and checks that it is written back equal.
fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), *body);
    let from_text: T = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&from_text).unwrap(), *body);
    typed
}

fn refusal<T: DeserializeOwned>(body: &Value) -> String {
    let from_text = serde_json::from_str::<T>(&body.to_string()).err().unwrap().to_string();
    let from_value = serde_json::from_value::<T>(body.clone()).err().unwrap().to_string();
    assert!(from_text.starts_with(&from_value), "{from_text} / {from_value}");
    from_value
}

/// Trap 3.
#[test]
fn states_and_modalities_are_known_by_name_wherever_they_are_documented() {
    let call: Call = read(&json!({"state": "ringing", "requestedModalities": ["Unknown", "data"]}));
    assert_eq!(call.state, Field::Value(CallState::Ringing));
    assert_eq!(call.requested_modalities.items(), [Modality::Unknown, Modality::Data]);
    let session: Session = read(&json!({"modalities": ["audio", "screenSharing"]}));
    assert_eq!(session.modalities.items()[1], call_records::Modality::ScreenSharing);
    assert_eq!(Modality::from("screenSharing"), Modality::Other("screenSharing".into()));
}

/// Trap 5.
#[test]
fn enumerations_that_are_said_to_be_closed_grow_all_the_same() {
    let notification: CommsNotification = read(&json!({"changeType": "merged"}));
    assert_eq!(notification.change_type, Field::Value(ChangeType::Other("merged".into())));
    let call: Call = read(&json!({"direction": "sideways", "toneInfo": {"tone": "tone10"}}));
    assert_eq!(call.direction, Field::Value(CallDirection::Other("sideways".into())));
    assert!(matches!(call.tone_info.get().unwrap().tone, Field::Value(Tone::Other(_))));
    read::<Participant>(&json!({"mediaStreams": [{"direction": "upwards"}]}));
    read::<CommsOperation>(&json!({"status": "paused"}));
    read::<ChangeNotification>(&json!({"lifecycleEvent": "forgotten"}));
    read::<ItemBody>(&json!({"contentType": "markdown"}));
}

/// Trap 7.
#[test]
fn texts_that_look_like_enumerations_are_texts() {
    let presence: Presence = read(&json!({"availability": "AvailableIdle", "activity": "InACall"}));
    assert_eq!(presence.availability.text(), Some("AvailableIdle"));
    let call: Call = read(&json!({"terminationReason": "AppTransferred"}));
    assert_eq!(call.termination_reason.text(), Some("AppTransferred"));
}

/// Trap 8.
#[test]
fn a_reason_and_a_placeholder_are_read_as_the_documents_print_them() {
    for (text, reason) in [("Busy", RejectReason::Busy), ("none", RejectReason::None)] {
        let body: RejectBody = read(&json!({ "reason": text }));
        assert_eq!(body.reason, Field::Value(reason));
    }
    read::<UpdateRecordingStatusBody>(&json!({"status": "notRecording | recording | failed"}));
}

/// Trap 13.
#[test]
fn a_discriminator_is_written_first_wherever_the_service_needs_one() {
    let media = ServiceHostedMediaConfig::new();
    let body = AnswerBody::default().media_config(media);
    let text = serde_json::to_string(&body).unwrap();
    assert!(text.contains(r##""mediaConfig":{"@odata.type":"#microsoft.graph.serviceHosted"##));
    let prompt = serde_json::to_string(&Prompt::wav("https://bot.example/a.wav")).unwrap();
    assert!(prompt.starts_with(r##"{"@odata.type":"#microsoft.graph.mediaPrompt""##), "{prompt}");
    let meeting = MeetingInfo::from(
        JoinMeetingIdMeetingInfo::default().join_meeting_id("1 2").passcode(Field::Null),
    );
    let text = serde_json::to_string(&meeting).unwrap();
    assert_eq!(
        text,
        r##"{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo","joinMeetingId":"1 2","passcode":null}"##
    );
}

/// Trap 16.
#[test]
fn the_last_of_several_equal_names_wins_and_so_does_the_last_discriminator() {
    let call: Call = serde_json::from_str(r#"{"id":"a","subject":null,"id":"b"}"#).unwrap();
    assert_eq!(call.id.text(), Some("b"));
    for (text, service) in [
        (
            r##"{"@odata.type":"#x.appHostedMediaConfig","blob":"b","@odata.type":"#x.serviceHostedMediaConfig"}"##,
            true,
        ),
        (r##"{"@odata.type":"NA","blob":"b","@odata.type":"#x.appHostedMediaConfig"}"##, false),
        (
            r##"{"blob":"b","@odata.type":"#x.serviceHostedMediaConfig","@odata.type":"#x.appHostedMediaConfig"}"##,
            false,
        ),
    ] {
        let media: MediaConfig = serde_json::from_str(text).unwrap();
        assert_eq!(matches!(media, MediaConfig::ServiceHosted(_)), service, "{text}");
        assert_eq!(matches!(media, MediaConfig::AppHosted(_)), !service, "{text}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&media).unwrap(), value);
    }
}

/// Traps 17 and 18.
#[test]
fn what_the_schema_does_not_declare_is_kept_on_open_and_on_closed_types() {
    let call: Call = read(&json!({
        "routingPolicies": ["noMissedCall"], "meetingCapability": {"a": [1, null]},
        "answeredBy": {"id": "x", "platformId": "p"},
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig",
            "removeFromDefaultAudioGroup": false}
    }));
    assert_eq!(call.additional.get("meetingCapability"), Some(&json!({"a": [1, null]})));
    assert_eq!(call.answered_by.get().unwrap().additional.get("platformId"), Some(&json!("p")));
}

/// Trap 19.
#[test]
fn a_type_without_declared_properties_keeps_them_all() {
    let tokens: FeedbackTokenSet = read(&json!({"NoSound": true, "Echo": false}));
    let names: Vec<&str> = tokens.additional.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["NoSound", "Echo"]);
}

/// Trap 20.
#[test]
fn what_a_caller_carries_beyond_the_schema_is_not_echoed_in_a_request() {
    let caller: IdentitySet = read(&json!({
        "@odata.type": "#microsoft.graph.identitySet", "spoolUser": null,
        "user": {"id": "u", "displayName": "Heidi", "userIdentityType": "aadUser"}
    }));
    let target = teams_cc_graph::model::InvitationParticipantInfo::of_address(&caller.address());
    let body =
        serde_json::to_string(&TransferBody::default().transfer_target(target.unwrap())).unwrap();
    assert!(body.contains(r#""id":"u""#));
    for word in ["spoolUser", "userIdentityType", "Heidi"] {
        assert!(!body.contains(word), "{body}");
    }
}

/// Trap 21.
#[test]
fn a_property_in_its_own_spelling_wins_wherever_the_other_stands() {
    for text in [r#"{"subcode":1,"subCode":2}"#, r#"{"subCode":2,"subcode":1}"#] {
        let text = format!(r#"{{"resultInfo":{text}}}"#);
        let call: Call = serde_json::from_str(&text).unwrap();
        let result = call.result_info.get().unwrap();
        assert_eq!(result.subcode, Field::Value(1));
        assert_eq!(result.additional.get("subCode"), Some(&json!(2)));
        assert_eq!(
            serde_json::to_value(&call).unwrap(),
            serde_json::from_str::<Value>(&text).unwrap()
        );
    }
}

/// Trap 29.
#[test]
fn a_list_may_be_absent_null_or_empty_and_the_three_differ() {
    for body in [json!({}), json!({"value": null}), json!({"value": []})] {
        let page: Collection<Call> = read(&body);
        assert!(page.items().is_empty());
        assert!(read::<CommsNotifications>(&body).value.items().is_empty());
    }
    let roster: CommsNotification = read(&json!({"resourceData": [
        {"id": "p"}, {"@odata.type": "#microsoft.graph.participant", "id": "q"}
    ]}));
    assert_eq!(roster.participants().unwrap().len(), 2);
    let mixed: CommsNotification = read(&json!({"resourceData": [
        {"@odata.type": "#microsoft.graph.participant", "id": "q", "isMuted": "True"},
        {"@odata.type": "#microsoft.graph.contentSharingSession", "id": "s"}
    ]}));
    assert!(
        matches!(mixed.resource_data.get(), Some(ResourceData::Others(items)) if items.len() == 2)
    );
}

/// Trap 40.
#[test]
fn a_link_beside_an_expanded_list_is_kept() {
    let body = json!({
        "@odata.context": "c", "value": [
            {"segments": [], "segments@odata.nextLink": "https://graph.microsoft.com/v1.0/x"}
        ],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/y"
    });
    let page: Collection<Session> = read(&body);
    let link = page.items()[0].additional.get("segments@odata.nextLink");
    assert_eq!(link.and_then(Value::as_str), Some("https://graph.microsoft.com/v1.0/x"));
    assert_eq!(page.next_link.text(), Some("https://graph.microsoft.com/v1.0/y"));
}

#[test]
fn a_refusal_names_the_path_and_never_the_value() {
    for (body, path) in [
        (
            json!({"source": {"identity": {"user": {"id": {"secret": 1}}}}}),
            "property source.identity.user.id should be a text but is an object",
        ),
        (
            json!({"targets": [{"hidden": "secret"}]}),
            "property targets.hidden should be a boolean but is a text",
        ),
        (
            json!({"RESULTINFO": {"code": "secret"}}),
            "property resultInfo.code should be a whole number but is a text",
        ),
        (
            json!({"mediaConfig": "secret"}),
            "property mediaConfig should be an object but is a text",
        ),
        (json!({"targets": {"secret": 1}}), "property targets should be a list but is an object"),
        (
            json!({"mediaConfig": {"blob": 12_345,
            "@odata.type": "#microsoft.graph.appHostedMediaConfig"}}),
            "property mediaConfig.blob should be a text but is a number",
        ),
    ] {
        let text = refusal::<Call>(&body);
        assert_eq!(text, path, "{body}");
    }
    assert_eq!(
        refusal::<Call>(&json!("secret")),
        "property (value) should be an object but is a text"
    );
    let error = serde_json::from_str::<Call>("{\"id\":\n 5}").err().unwrap();
    assert_eq!(
        error.to_string(),
        "property id should be a text but is a number at line 2 column 3"
    );
    let settled =
        json!({"resourceUrl": "/communications/calls/c", "resourceData": {"id": ["secret"]}});
    assert_eq!(
        refusal::<CommsNotification>(&settled),
        "property resourceData.id should be a text but is a list"
    );
}

#[test]
fn nesting_ends_at_the_bound_of_the_format_and_before_the_stack_does() {
    let nested = |levels: usize| {
        let inner = r#"{"innerError":"#.repeat(levels);
        format!(r#"{{"error":{inner}{{}}{}}}"#, "}".repeat(levels))
    };
    assert!(serde_json::from_str::<GraphErrorBody>(&nested(120)).is_ok());
    for levels in [130, 100_000] {
        assert!(serde_json::from_str::<GraphErrorBody>(&nested(levels)).is_err());
    }
    let list = |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(serde_json::from_str::<Call>(&list(120)).is_ok());
    assert!(serde_json::from_str::<Call>(&list(100_000)).is_err());
}
