//! The generated models where the schema, its documentation and the wire part ways.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test fails by panicking, on bodies written in place"
)]

use serde_json::{Value, json};
use teams_cc_graph::model::{
    Call, CallDirection, CallState, ChangeType, CommsOperation, IdentitySet, MediaDirection,
    Modality, OnlineMeeting, OnlineMeetingRole, OperationStatus, Participant, ParticipantInfo,
    Presence, RejectBody, RejectReason, ResultInfo, ScreenSharingRole, ServiceHostedMediaConfig,
    Subscription, TeleconferenceDeviceMediaQuality, TeleconferenceDeviceVideoQuality, Tone,
    call_records,
};
use teams_cc_graph::wire::{Field, Resource};

/// Reads a body and checks that it is written back equal.
fn read<T: serde::de::DeserializeOwned + serde::Serialize>(body: Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), body);
    typed
}

/// Trap 3.
#[test]
fn what_documents_list_beyond_the_schema_is_known_and_modalities_differ_by_namespace() {
    let call: Call = read(json!({"state": "ringing", "requestedModalities": ["unknown"]}));
    assert_eq!(call.state.get(), Some(&CallState::Ringing));
    assert_eq!(call.requested_modalities.items(), [Modality::Unknown]);
    let record: call_records::CallRecord = read(json!({"modalities": ["screenSharing", "audio"]}));
    let recorded = record.modalities.items();
    assert_eq!(recorded, [call_records::Modality::ScreenSharing, call_records::Modality::Audio]);
    assert_eq!(Modality::from("screenSharing"), Modality::Other("screenSharing".into()));
}

/// Trap 4.
#[test]
fn a_member_is_known_hidden_or_yet_to_come() {
    for (text, wanted) in [
        ("coorganizer", OnlineMeetingRole::Coorganizer),
        ("unknownFutureValue", OnlineMeetingRole::UnknownFutureValue),
        ("janitor", OnlineMeetingRole::Other("janitor".into())),
    ] {
        assert_eq!(OnlineMeetingRole::from(text), wanted);
        assert_eq!(wanted.as_str(), text);
    }
}

/// Trap 5.
#[test]
fn enumerations_the_schema_closes_are_open_too() {
    assert_eq!(ChangeType::from("moved"), ChangeType::Other("moved".into()));
    assert_eq!(CallDirection::from("both"), CallDirection::Other("both".into()));
    assert_eq!(MediaDirection::from("sideways"), MediaDirection::Other("sideways".into()));
    assert_eq!(ScreenSharingRole::from("host"), ScreenSharingRole::Other("host".into()));
    assert!(matches!(Tone::from("tone16"), Tone::Other(_)));
}

/// Trap 7.
#[test]
fn texts_that_look_like_enumerations_stay_texts() {
    let presence: Presence = read(json!({"availability": "AvailableIdle", "activity": "OffWork"}));
    assert_eq!(presence.activity.text(), Some("OffWork"));
    let row: call_records::PstnCallLogRow = read(json!({"callType": "ByotIn"}));
    assert_eq!(row.call_type.text(), Some("ByotIn"));
    let subscription: Subscription = read(json!({"changeType": "created,updated"}));
    assert_eq!(subscription.change_type.text(), Some("created,updated"));
    let participant: Participant = read(json!({"removedState": {"reason": "Removed"}}));
    assert_eq!(participant.removed_state.get().unwrap().reason.text(), Some("Removed"));
}

/// Trap 8.
#[test]
fn a_reason_of_the_documents_is_the_reason_of_the_schema() {
    let body: RejectBody = read(json!({"reason": "Busy"}));
    assert_eq!(body.reason.get(), Some(&RejectReason::Busy));
    let made = serde_json::to_value(RejectBody::new().reason(RejectReason::Busy)).unwrap();
    assert_eq!(made, json!({"reason": "busy"}));
    let body: RejectBody = read(json!({"reason": "none | busy | forbidden"}));
    assert!(matches!(body.reason.get(), Some(RejectReason::Other(_))));
}

/// Trap 11.
#[test]
fn a_meeting_participant_that_calls_itself_an_identity_set_is_one_all_the_same() {
    let meeting: OnlineMeeting = read(json!({"participants": {"organizer": {
        "@odata.type": "#microsoft.graph.identitySet",
        "upn": "ada@contoso.test",
        "identity": {"user": {"id": "1"}},
    }, "producers": []}}));
    let participants = meeting.participants.get().unwrap();
    let organizer = participants.organizer.get().unwrap();
    assert_eq!(organizer.upn.get().unwrap().reveal(), "ada@contoso.test");
    let user = &organizer.identity.get().unwrap().user;
    assert_eq!(user.get().unwrap().id.get().unwrap().reveal(), "1");
}

/// Traps 14 and 15.
#[test]
fn an_identity_set_has_the_slots_of_all_its_kinds() {
    let slots = [
        "application",
        "applicationInstance",
        "assertedIdentity",
        "azureCommunicationServicesUser",
        "conversation",
        "device",
        "encrypted",
        "guest",
        "onPremises",
        "phone",
        "siteUser",
        "tag",
        "user",
    ];
    for kind in ["identitySet", "communicationsIdentitySet", "chatMessageFromIdentitySet"] {
        let mut body = json!({"@odata.type": format!("#microsoft.graph.{kind}")});
        for slot in slots {
            body[slot] = json!({"id": slot, "tenantId": "t", "identityProvider": "AAD",
                "userPrincipalName": "ada@contoso.test", "userIdentityType": "aadUser"});
        }
        let set: IdentitySet = read(body);
        assert!(set.additional.is_empty(), "{set:?}");
        let phone = set.phone.get().unwrap();
        assert!(phone.additional.is_empty(), "{phone:?}");
        assert_eq!(phone.tenant_id.text(), Some("t"));
    }
    let masked: ParticipantInfo = read(json!({"identity": {"phone": {"id": "+1206555***"}}}));
    assert!(!format!("{masked:?} {:?}", masked.address()).contains("206555"));
}

/// Traps 17 and 18.
#[test]
fn what_no_schema_names_is_kept_on_open_and_closed_types_alike() {
    let call: Call = read(json!({"answeredBy": {"id": "1", "platformId": "2"},
        "terminationReason": "AppTransferred", "mediaHostedRegion": "emea"}));
    assert_eq!(call.termination_reason.text(), Some("AppTransferred"));
    assert_eq!(call.additional.get("mediaHostedRegion"), Some(&json!("emea")));
    let media: ServiceHostedMediaConfig = read(json!({"removeFromDefaultAudioGroup": false}));
    assert!(media.additional.get("removeFromDefaultAudioGroup").is_some());
}

/// Trap 19.
#[test]
fn a_type_without_properties_keeps_those_it_gets() {
    let feedback: call_records::UserFeedback =
        read(json!({"rating": "bad", "tokens": {"NoSound": true, "Echo": false}}));
    let tokens = feedback.tokens.get().unwrap();
    assert_eq!(tokens.additional.get("NoSound"), Some(&json!(true)));
}

/// Trap 36.
#[test]
fn an_operation_without_a_status_is_not_finished() {
    for (body, finished) in [
        (json!({"status": "Completed"}), true),
        (json!({"status": "failed"}), true),
        (json!({"status": "running"}), false),
        (json!({"status": null}), false),
        (json!({"id": null, "clientContext": "c"}), false),
    ] {
        let operation: CommsOperation = read(body);
        assert_eq!(operation.is_finished(), finished, "{operation:?}");
    }
    assert_eq!(OperationStatus::Running.as_str(), "Running");
}

/// Trap 43.
#[test]
fn a_caller_that_is_encrypted_is_read_and_is_nobody() {
    let call: Call = read(json!({"source": {"identity": {"encrypted": {"id": "c3VwZXI="}}}}));
    let source = call.source.get().unwrap();
    assert!(source.identity.get().unwrap().encrypted.get().is_some());
    assert_eq!(source.address(), teams_cc_core::Address::Anonymous);
    assert!(!format!("{call:?}").contains("c3VwZXI"));
}

#[test]
fn endpoints_and_agents_of_a_record_are_read_by_their_kind() {
    let session: call_records::Session = read(json!({
        "caller": {"@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
            "userAgent": {"@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
                "platform": "iOS", "productFamily": "teams"}},
        "callee": {"userAgent": {"@odata.type": "#microsoft.graph.callRecords.serviceUserAgent",
            "role": "skypeForBusinessCallQueues"}},
    }));
    let Some(call_records::Endpoint::Participant(caller)) = session.caller.as_deref() else {
        panic!("{session:?}")
    };
    let Some(call_records::UserAgent::Client(agent)) = caller.user_agent.get() else {
        panic!("{caller:?}")
    };
    assert_eq!(agent.platform.get(), Some(&call_records::ClientPlatform::Ios));
    assert!(matches!(session.callee.as_deref(), Some(call_records::Endpoint::Other(_))));
}

#[test]
fn a_device_report_names_the_kind_of_each_medium() {
    let video = TeleconferenceDeviceVideoQuality::new(1).average_inbound_frame_rate(29.97);
    let quality = TeleconferenceDeviceMediaQuality::from(video);
    let written = serde_json::to_value(&quality).unwrap();
    assert_eq!(written["@odata.type"], json!("#microsoft.graph.teleconferenceDeviceVideoQuality"));
    assert_eq!(
        serde_json::from_value::<TeleconferenceDeviceMediaQuality>(written).unwrap(),
        quality
    );
}

#[test]
fn a_property_for_tomorrow_can_be_added_today() {
    let mut call = Call::new();
    call.additional_mut().insert("newFeature", 7);
    call.subject = Field::Null;
    let written = serde_json::to_value(&call).unwrap();
    assert_eq!((&written["newFeature"], &written["subject"]), (&json!(7), &Value::Null));
    assert_eq!(Call::TYPE, "microsoft.graph.call");
}

#[test]
fn what_people_wrote_or_brought_along_is_not_shown() {
    let result: ResultInfo = read(json!({"code": 486, "message": "Ada Lovelace is busy"}));
    let party: Participant = read(json!({"metadata": "Ada Lovelace"}));
    for shown in [format!("{result:?}"), format!("{party:?}")] {
        assert!(!shown.contains("Ada"), "{shown}");
    }
    assert!(format!("{result:?}").contains("486"));
}
