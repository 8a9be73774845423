//! Enumerations: case, members yet to come, and texts that only look like them.

use serde_json::json;
use teams_cc_graph::model::call_records::{
    self, DirectRoutingLogRow, ProductFamily, PstnCallLogRow, Session,
};
use teams_cc_graph::model::{
    Call, CallDirection, CallState, ChangeNotification, ChangeType, CommsNotification,
    CommsOperation, IdentitySet, ItemBody, LobbyBypassScope, LobbyBypassSettings, MediaState,
    MeetingParticipantInfo, Modality, OnlineMeetingContentSharingDisabledReason as Sharing,
    OnlineMeetingRestricted, OnlineMeetingRole, OnlineMeetingVideoDisabledReason as Video,
    OperationStatus, Participant, PlayPromptOperation, Presence, RejectBody, RejectReason,
    Subscription, TeamworkUserIdentityType, Tone, UpdateRecordingStatusBody,
};
use teams_cc_graph::wire::Field;

use crate::read;
use crate::service::{answer, service};

/// Trap 1.
#[test]
fn trap_01_an_enumeration_matches_in_any_case_and_is_changed_to_the_spelling_of_the_schema() {
    for spelling in ["established", "Established", "ESTABLISHED"] {
        let call: Call = read(&json!({"state": spelling}));
        assert_eq!(call.state, Field::Value(CallState::Established));
    }
    for (spelling, wanted) in [
        ("updated", ChangeType::Updated),
        ("Updated", ChangeType::Updated),
        ("Deleted", ChangeType::Deleted),
        ("CREATED", ChangeType::Created),
    ] {
        let notification: CommsNotification = read(&json!({"changeType": spelling}));
        assert_eq!(notification.change_type, Field::Value(wanted));
    }
    let call: Call = read(&json!({
        "state": "Establishing", "mediaState": {"audio": "Active"},
        "botData": {"participationMethod": "Callee"}
    }));
    assert_eq!(call.media_state.get().unwrap().audio, Field::Value(MediaState::Active));
    let changed = serde_json::to_value(call.state(CallState::Terminated)).unwrap();
    assert_eq!(changed["state"], "terminated");
    assert_eq!(changed["mediaState"]["audio"], "Active", "what was not changed stays");
}

/// Trap 2.
#[test]
fn trap_02_the_status_of_an_operation_is_read_in_any_case_and_never_lowered() {
    for (spelling, wanted) in [
        ("running", OperationStatus::Running),
        ("Running", OperationStatus::Running),
        ("completed", OperationStatus::Completed),
        ("Failed", OperationStatus::Failed),
        ("notStarted", OperationStatus::NotStarted),
    ] {
        let operation: CommsOperation = read(&json!({"status": spelling}));
        assert_eq!(operation.status(), Some(&wanted));
    }
    let made = PlayPromptOperation::new().status(OperationStatus::NotStarted);
    assert_eq!(serde_json::to_value(made).unwrap()["status"], "NotStarted");
}

/// Trap 3.
#[test]
fn trap_03_states_and_modalities_are_known_by_name_wherever_they_are_documented() {
    let call: Call = read(&json!({"state": "ringing", "requestedModalities": ["Unknown", "data"]}));
    assert_eq!(call.state, Field::Value(CallState::Ringing));
    assert_eq!(call.requested_modalities.items(), [Modality::Unknown, Modality::Data]);
    let session: Session = read(&json!({"modalities": ["audio", "screenSharing"]}));
    assert_eq!(session.modalities.items()[1], call_records::Modality::ScreenSharing);
    assert_eq!(Modality::from("screenSharing"), Modality::Other("screenSharing".into()));
    // A number is no member: the two enumerations number theirs differently.
    assert!(serde_json::from_value::<Call>(json!({"state": 1})).is_err());
    assert!(serde_json::from_value::<Session>(json!({"modalities": [0]})).is_err());
}

/// Trap 4.
#[tokio::test]
async fn trap_04_members_yet_to_come_are_kept_and_hidden_ones_are_asked_for() {
    let hidden: Call = read(&json!({"state": "unknownFutureValue"}));
    let new: Call = read(&json!({"state": "beamingUp"}));
    assert_eq!(hidden.state, Field::Value(CallState::UnknownFutureValue));
    assert_eq!(new.state, Field::Value(CallState::Other("beamingUp".into())));
    for scope in [LobbyBypassScope::Invited, LobbyBypassScope::OrganizationExcludingGuests] {
        let settings: LobbyBypassSettings = read(&json!({"scope": scope.as_str()}));
        assert_eq!(settings.scope, Field::Value(scope));
    }
    for role in [OnlineMeetingRole::Producer, OnlineMeetingRole::Coorganizer] {
        let info: MeetingParticipantInfo = read(&json!({"role": role.as_str()}));
        assert_eq!(info.role, Field::Value(role));
    }
    let product = ProductFamily::from("azureCommunicationServices");
    assert_eq!(product, ProductFamily::AzureCommunicationServices);
    let user: IdentitySet = read(&json!({"user": {"userIdentityType": "emailUser"}}));
    let kind = &user.user.get().unwrap().user_identity_type;
    assert_eq!(*kind, Field::Value(TeamworkUserIdentityType::EmailUser));
    // They are sent to those who ask.
    let (service, client) = service([answer(200, "{}")]);
    client.user("u").online_meeting("m").get().await.unwrap();
    assert_eq!(service.header("prefer").as_deref(), Some("include-unknown-enum-members"));
    client.communications().call_record("r").get().await.unwrap();
    assert_eq!(service.header("prefer").as_deref(), Some("include-unknown-enum-members"));
}

/// Trap 5.
#[test]
fn trap_05_enumerations_that_are_said_to_be_closed_grow_all_the_same() {
    let notification: CommsNotification = read(&json!({"changeType": "merged"}));
    assert_eq!(notification.change_type, Field::Value(ChangeType::Other("merged".into())));
    let call: Call = read(&json!({"direction": "sideways", "toneInfo": {"tone": "tone10"}}));
    assert_eq!(call.direction, Field::Value(CallDirection::Other("sideways".into())));
    assert!(matches!(call.tone_info.get().unwrap().tone, Field::Value(Tone::Other(_))));
    for (known, key) in [("a", Some('A')), ("D", Some('D')), ("flash", None)] {
        let call: Call = read(&json!({"toneInfo": {"tone": known}}));
        let tone = call.tone_info.get().unwrap().tone.get().unwrap();
        assert!(!matches!(tone, Tone::Other(_)), "{known}");
        assert_eq!(tone.key(), key);
    }
    read::<Participant>(&json!({"mediaStreams": [{"direction": "upwards"}]}));
    read::<CommsOperation>(&json!({"status": "paused"}));
    read::<ChangeNotification>(&json!({"lifecycleEvent": "forgotten"}));
    read::<PstnCallLogRow>(&json!({"callDurationSource": "stopwatch"}));
    read::<call_records::MediaStream>(&json!({"streamDirection": "inward"}));
    read::<ItemBody>(&json!({"contentType": "markdown"}));
    let role = teams_cc_graph::model::ScreenSharingRole::from("presenter");
    assert_eq!(role.as_str(), "presenter");
}

/// Trap 6.
#[test]
fn trap_06_flags_are_members_between_commas_and_what_is_subscribed_to_is_a_text() {
    let restricted: OnlineMeetingRestricted = read(&json!({
        "videoDisabled": "watermarkProtection,unknownFutureValue",
        "contentSharingDisabled": "WatermarkProtection, spilledCoffee"
    }));
    let video = restricted.video_disabled.get().unwrap();
    assert!(video.contains(&Video::WatermarkProtection));
    assert!(video.contains(&Video::UnknownFutureValue));
    let sharing = restricted.content_sharing_disabled.get().unwrap();
    assert!(sharing.contains(&Sharing::WatermarkProtection));
    assert!(sharing.contains(&Sharing::Other("spilledCoffee".into())));
    let subscription: Subscription = read(&json!({"changeType": "created,updated"}));
    assert_eq!(subscription.change_type.text(), Some("created,updated"));
}

/// Trap 7.
#[test]
fn trap_07_texts_that_look_like_enumerations_are_texts() {
    let presence: Presence = read(&json!({"availability": "AvailableIdle", "activity": "InACall"}));
    assert_eq!(presence.availability.text(), Some("AvailableIdle"));
    assert_eq!(presence.activity.text(), Some("InACall"));
    let call: Call = read(&json!({"terminationReason": "AppTransferred"}));
    assert_eq!(call.termination_reason.text(), Some("AppTransferred"));
    for kind in ["user_in", "ucap_in", "ByotIn"] {
        let row: PstnCallLogRow = read(&json!({"callType": kind}));
        assert_eq!(row.call_type.text(), Some(kind));
        let row: DirectRoutingLogRow = read(&json!({"callType": kind, "finalSipCodePhrase": "OK"}));
        assert_eq!(row.call_type.text(), Some(kind));
        assert_eq!(row.final_sip_code_phrase.text(), Some("OK"));
    }
    let removed: Participant = read(&json!({"removedState": {"reason": "Removed"}}));
    assert_eq!(removed.removed_state.get().unwrap().reason.text(), Some("Removed"));
}

/// Trap 8.
#[tokio::test]
async fn trap_08_a_reason_is_read_in_any_case_and_a_placeholder_is_never_sent() {
    for (text, reason) in [
        ("Busy", RejectReason::Busy),
        ("none", RejectReason::None),
        ("None", RejectReason::None),
        ("Forbidden", RejectReason::Forbidden),
    ] {
        let body: RejectBody = read(&json!({ "reason": text }));
        assert_eq!(body.reason, Field::Value(reason));
    }
    let placeholder = "notRecording | recording | failed";
    read::<UpdateRecordingStatusBody>(&json!({ "status": placeholder }));
    let (service, client) = service([answer(200, "{}")]);
    let call = client.communications().call("c1");
    call.update_recording_status(placeholder.into()).await.unwrap_err();
    assert_eq!(service.count(), 0);
    call.reject().reason(RejectReason::Busy).await.unwrap();
    assert_eq!(service.body(), json!({"reason": "busy"}));
}
