//! What the schema does not declare: kept on reading, not echoed in requests.

use serde_json::json;
use teams_cc_graph::model::call_records::FeedbackTokenSet;
use teams_cc_graph::model::{
    Call, CommsNotification, IdentitySet, InvitationParticipantInfo, MediaConfig, OnlineMeeting,
    ParticipantInfo, ResultInfo, Subscription, TransferBody,
};
use teams_cc_graph::wire::{Field, Sensitive};

use crate::read;

/// Trap 17.
#[test]
fn trap_17_open_types_keep_what_they_carry_and_the_resource_of_a_notification_is_typed() {
    let call: Call = read(&json!({
        "answeredBy": {"identity": {"user": {"id": "u"}}}, "ringingTimeoutInSeconds": 45,
        "terminationReason": "AppTransferred", "activeModalities": ["audio"],
        "routingPolicies": ["noMissedCall"], "meetingCapability": {"a": [1, null]},
        "mediaHostedRegion": "emea", "applicationMetadata": "m", "replacesContext": "r"
    }));
    assert!(call.answered_by.get().unwrap().identity.get().is_some());
    assert_eq!(call.ringing_timeout_in_seconds, Field::Value(45));
    assert_eq!(call.termination_reason.text(), Some("AppTransferred"));
    let kept: Vec<_> = call.additional.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(
        kept,
        [
            "activeModalities",
            "routingPolicies",
            "meetingCapability",
            "mediaHostedRegion",
            "applicationMetadata",
            "replacesContext"
        ]
    );
    let notification: CommsNotification = read(&json!({
        "resourceUrl": "/communications/calls/c", "resourceData": {"state": "established"}
    }));
    assert!(notification.call().is_some() && notification.additional.is_empty());
}

/// Trap 18.
#[test]
fn trap_18_closed_types_carry_more_than_they_declare_too() {
    let info: ParticipantInfo = read(&json!({"id": "x", "platformId": "p"}));
    assert_eq!(info.id.text(), Some("x"));
    assert_eq!(info.additional.get("platformId"), Some(&json!("p")));
    for name in ["serviceHostedMediaConfig", "appHostedMediaConfig"] {
        let media: MediaConfig = read(&json!({
            "@odata.type": format!("#microsoft.graph.{name}"), "removeFromDefaultAudioGroup": false
        }));
        assert!(!matches!(media, MediaConfig::Unknown(_)), "{name}");
    }
    let result: ResultInfo = read(&json!({"subCode": 7700}));
    assert_eq!(result.subcode, Field::Value(7700));
    read::<Subscription>(&json!({"notificationContentType": "application/json"}));
    let meeting: OnlineMeeting = read(&json!({
        "audioConferencing": {"ConferenceId": "42"},
        "participants": {"producers": [{"upn": "p"}], "contributors": [{"upn": "c"}]}
    }));
    let conference = &meeting.audio_conferencing.get().unwrap().conference_id;
    assert_eq!(conference.get().map(Sensitive::reveal), Some("42"));
    assert_eq!(meeting.participants.get().unwrap().producers.items().len(), 1);
}

/// Trap 19.
#[test]
fn trap_19_a_type_without_declared_properties_keeps_them_all() {
    let tokens: FeedbackTokenSet = read(&json!({"NoSound": true, "Echo": false}));
    let kept: Vec<_> = tokens.additional.iter().map(|(name, on)| (name, on.as_bool())).collect();
    assert_eq!(kept, [("NoSound", Some(true)), ("Echo", Some(false))]);
}

/// Trap 20.
#[test]
fn trap_20_what_a_caller_carries_beyond_the_schema_is_not_echoed_in_a_request() {
    let caller: IdentitySet = read(&json!({
        "@odata.type": "#microsoft.graph.identitySet", "spoolUser": null,
        "user": {"id": "u", "displayName": "Heidi", "userIdentityType": "aadUser",
                 "identityProvider": "AAD"}
    }));
    let target = InvitationParticipantInfo::of_address(&caller.address()).unwrap();
    let body = TransferBody::default().transfer_target(target);
    let body = serde_json::to_string(&body).unwrap();
    assert!(body.contains(r#""id":"u""#));
    for word in ["spoolUser", "userIdentityType", "Heidi", "AAD"] {
        assert!(!body.contains(word), "{body}");
    }
}
