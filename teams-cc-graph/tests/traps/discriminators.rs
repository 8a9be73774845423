//! `@odata.type`: spelled oddly, missing, wrong, unknown, twice.

use serde_json::{Value, json};
use teams_cc_graph::model::call_records::{Endpoint, ParticipantEndpoint, Session, UserAgent};
use teams_cc_graph::model::{
    AcceptJoinResponse, AnswerBody, Call, CallOptions, CommsNotification, IdentitySet,
    InvitationParticipantInfo, JoinMeetingIdMeetingInfo, MediaConfig, MediaPrompt, MeetingInfo,
    OnlineMeeting, Participant, ParticipantJoiningResponse, Prompt, RejectJoinResponse,
    RejectReason, ResourceData, ServiceHostedMediaConfig, TeamworkNotificationRecipient,
};
use teams_cc_graph::wire::{Field, Sensitive};

use crate::read;
use crate::service::{answer, service};

/// Trap 9.
#[test]
fn trap_09_a_discriminator_is_read_with_and_without_hash_in_any_case_and_any_namespace() {
    for name in [
        "#microsoft.graph.serviceHostedMediaConfig",
        "microsoft.graph.serviceHostedMediaConfig",
        "#Microsoft.Graph.ServiceHostedMediaConfig",
        "#Microsoft.Teams.GraphSvc.serviceHostedMediaConfig",
        "Microsoft.Teams.GraphSvc.serviceHostedMediaConfig",
        "#serviceHostedMediaConfig",
        "SERVICEHOSTEDMEDIACONFIG",
    ] {
        let media: MediaConfig = read(&json!({"preFetchMedia": [], "@odata.type": name}));
        assert!(matches!(media, MediaConfig::ServiceHosted(_)), "{name}");
    }
    // Of the end of a name alone, nobody is made.
    for name in ["#microsoft.graph.myServiceHostedMediaConfig", "#microsoft.graph.", "Config"] {
        let media: MediaConfig = read(&json!({ "@odata.type": name }));
        assert!(matches!(media, MediaConfig::Unknown(_)), "{name}");
    }
    let user: IdentitySet = read(&json!({
        "user": {"@odata.type": "#Microsoft.Teams.GraphSvc.teamworkUserIdentity", "id": "u"}
    }));
    assert_eq!(user.user.get().unwrap().id.get().map(Sensitive::reveal), Some("u"));
    let body = json!({
        "@odata.type": "Microsoft.Teams.GraphSvc.aadUserNotificationRecipient", "userId": "u1"
    });
    let recipient: TeamworkNotificationRecipient = read(&body);
    assert!(matches!(recipient, TeamworkNotificationRecipient::AadUser(_)));
    for name in ["#Microsoft.Graph.call", "Microsoft.Skype.Calling.Call", "call"] {
        let data = json!({"resourceData": {"@odata.type": name, "state": "established"}});
        assert!(read::<CommsNotification>(&data).call().is_some(), "{name}");
    }
    // Types of other resources are told apart from those of calls.
    for name in ["#Microsoft.Graph.chatMessage", "#Microsoft.Graph.Channel"] {
        let data = json!({"resourceData": {"@odata.type": name, "id": "1"}});
        let notification: CommsNotification = read(&data);
        let Some(ResourceData::Other(object)) = notification.resource_data.get() else {
            panic!("{notification:?}")
        };
        assert_eq!(object.odata_type(), Some(name));
    }
}

/// Trap 10.
#[test]
fn trap_10_without_a_discriminator_it_is_the_declared_type_or_unknown_where_that_is_abstract() {
    let participant: Participant = read(&json!({
        "info": {"identity": {"user": {"id": "u"}}}, "mediaStreams": [{"mediaType": "audio"}]
    }));
    assert!(participant.info.get().unwrap().identity.get().unwrap().user.get().is_some());
    assert_eq!(participant.media_streams.items().len(), 1);
    let prompt: MediaPrompt = read(&json!({"mediaInfo": {"uri": "https://bot.example/a.wav"}}));
    assert!(prompt.media_info.get().is_some());
    let meeting: OnlineMeeting =
        read(&json!({"participants": {"organizer": {"upn": "a@b"}, "attendees": [{"upn": "c"}]}}));
    let people = meeting.participants.get().unwrap();
    assert_eq!(people.organizer.get().unwrap().upn.get().map(Sensitive::reveal), Some("a@b"));
    assert_eq!(people.attendees.items().len(), 1);
    // Bases that are abstract keep the whole object.
    assert!(matches!(read(&json!({"removeFromDefault": true})), MediaConfig::Unknown(_)));
    assert!(matches!(read(&json!({"mediaInfo": {}})), Prompt::Unknown(_)));
    assert!(matches!(read(&json!({"token": "t"})), MeetingInfo::Unknown(_)));
    assert!(matches!(read(&json!({"isDeltaRosterEnabled": true})), CallOptions::Unknown(_)));
    assert!(matches!(read(&json!({"headerValue": "x"})), UserAgent::Unknown(_)));
    // That of the sides of a session is not.
    let endpoint: Endpoint = read(&json!({"userAgent": {"applicationVersion": "1"}}));
    let Endpoint::Other(side) = &endpoint else { panic!("{endpoint:?}") };
    assert!(side.user_agent.get().is_some());
}

/// Trap 11.
#[test]
fn trap_11_a_wrong_discriminator_gives_way_to_the_declared_type() {
    let set = "#microsoft.graph.identitySet";
    let call: Call = read(&json!({
        "source": {"@odata.type": set, "identity": {"user": {"id": "u"}}}
    }));
    let source = call.source.get().unwrap();
    assert!(source.identity.get().is_some());
    assert_eq!(source.additional.odata_type(), Some(set));
    let meeting: OnlineMeeting = read(&json!({"participants": {"organizer": {
        "@odata.type": set, "upn": "a@b", "identity": {"user": {"id": "u"}}
    }}}));
    let people = meeting.participants.get().unwrap();
    let organizer = people.organizer.get().unwrap();
    assert_eq!(organizer.upn.get().map(Sensitive::reveal), Some("a@b"));
    assert!(organizer.identity.get().unwrap().user.get().is_some());
    for odd in [json!(null), json!(7), json!(["x"]), json!({"a": 1})] {
        let call: Call = read(&json!({"@odata.type": odd, "id": "c"}));
        assert_eq!(call.id.text(), Some("c"), "{odd}");
    }
}

/// Trap 12.
#[test]
fn trap_12_an_unknown_discriminator_keeps_the_object_and_its_name() {
    for name in
        ["#microsoft.graph.audioDuckingParameters", "#microsoft.graph.audioSourceLevel", "NA", ""]
    {
        let body = json!({"@odata.type": name, "rampActive": 50, "level": {"x": [1, null]}});
        let meeting: MeetingInfo = read(&body);
        let MeetingInfo::Unknown(object) = &meeting else { panic!("{name}") };
        assert_eq!((object.odata_type(), object.get("rampActive")), (Some(name), Some(&json!(50))));
        assert!(matches!(read(&body), Prompt::Unknown(_)), "{name}");
        let call: Call = read(&json!({"mediaConfig": body, "audioDucking": body}));
        assert!(matches!(call.media_config.get(), Some(MediaConfig::Unknown(_))));
        assert_eq!(call.additional.get("audioDucking"), Some(&body));
    }
}

/// Trap 13.
#[tokio::test]
async fn trap_13_a_discriminator_is_written_first_wherever_the_service_needs_one() {
    let media = ServiceHostedMediaConfig::new();
    let text = serde_json::to_string(&AnswerBody::default().media_config(media)).unwrap();
    assert!(text.contains(r##""mediaConfig":{"@odata.type":"#microsoft.graph.serviceHosted"##));
    let prompt = serde_json::to_string(&Prompt::wav("https://bot.example/a.wav")).unwrap();
    assert!(prompt.starts_with(r##"{"@odata.type":"#microsoft.graph.mediaPrompt""##), "{prompt}");
    let meeting = JoinMeetingIdMeetingInfo::default().join_meeting_id("1 2").passcode(Field::Null);
    assert_eq!(
        serde_json::to_string(&MeetingInfo::from(meeting)).unwrap(),
        r##"{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo","joinMeetingId":"1 2","passcode":null}"##
    );
    // What a bot answers to a participant who joins.
    for (response, name) in [
        (ParticipantJoiningResponse::from(AcceptJoinResponse::new()), "acceptJoinResponse"),
        (
            ParticipantJoiningResponse::from(RejectJoinResponse::new(RejectReason::Busy)),
            "rejectJoinResponse",
        ),
    ] {
        let text = serde_json::to_string(&response).unwrap();
        let first = format!(r##"{{"@odata.type":"#microsoft.graph.{name}""##);
        assert!(text.starts_with(&first), "{text}");
    }
    // Who is called.
    let (service, client) = service([answer(201, "{}")]);
    let agent = InvitationParticipantInfo::of_user(&"agent-1".parse().unwrap());
    let callback = "https://bot.example.com/callback";
    client.communications().calls().create(callback, agent).await.unwrap();
    let target: Value = service.body()["targets"][0].clone();
    let named = |value: &Value| value["@odata.type"].as_str().map(str::to_owned);
    let info = "#microsoft.graph.invitationParticipantInfo";
    assert_eq!(named(&target).as_deref(), Some(info));
    assert_eq!(named(&target["identity"]).as_deref(), Some("#microsoft.graph.identitySet"));
    assert_eq!(named(&target["identity"]["user"]).as_deref(), Some("#microsoft.graph.identity"));
}

/// Trap 14.
#[test]
fn trap_14_slots_of_an_identity_that_only_subtypes_declare_are_read() {
    let set: IdentitySet = read(&json!({
        "@odata.type": "#microsoft.graph.identitySet",
        "phone": {"id": "+12065550100", "tenantId": null}, "applicationInstance": {"id": "a"},
        "guest": {"id": "g"}, "encrypted": {"id": "e"}, "onPremises": {"id": "o"},
        "assertedIdentity": {"id": "as"}, "azureCommunicationServicesUser": {"id": "acs"},
        "acsUser": {"id": "x"}, "spoolUser": {"id": "s"}, "acsApplicationInstance": {"id": "y"}
    }));
    for (slot, id) in [
        (&set.phone, "+12065550100"),
        (&set.application_instance, "a"),
        (&set.guest, "g"),
        (&set.encrypted, "e"),
        (&set.on_premises, "o"),
        (&set.asserted_identity, "as"),
        (&set.azure_communication_services_user, "acs"),
    ] {
        assert_eq!(slot.get().unwrap().id.get().map(Sensitive::reveal), Some(id));
    }
    for (slot, id) in [("acsUser", "x"), ("spoolUser", "s"), ("acsApplicationInstance", "y")] {
        assert_eq!(set.additional.get(slot), Some(&json!({ "id": id })));
    }
}

/// Trap 15.
#[test]
fn trap_15_an_identity_has_more_than_is_declared_and_a_caller_may_be_masked() {
    use teams_cc_core::{Address, PhoneNumber};
    let set: IdentitySet = read(&json!({"user": {
        "id": "u", "tenantId": "t", "identityProvider": "AAD",
        "userPrincipalName": "a@b", "userIdentityType": "aadUser"
    }}));
    let user = set.user.get().unwrap();
    assert_eq!((user.tenant_id.text(), user.identity_provider.text()), (Some("t"), Some("AAD")));
    assert_eq!(user.user_principal_name.get().map(Sensitive::reveal), Some("a@b"));
    assert!(user.user_identity_type.get().is_some() && user.additional.is_empty());
    for (number, whole) in [
        ("+12065550100", true),
        ("+12345678***", false),
        ("anonymous", false),
        ("Restricted", false),
        ("", false),
    ] {
        let caller: IdentitySet = read(&json!({"phone": {"id": number}}));
        let address = caller.address();
        assert_eq!(address.number().is_some(), whole, "{number}");
        let masked = matches!(address, Address::Phone(PhoneNumber::Masked(_)));
        assert_eq!(masked, number.contains('*'), "{number}");
    }
}

/// Trap 16.
#[test]
fn trap_16_a_discriminator_may_come_twice_and_the_last_one_counts() {
    let text = r##"{"@odata.type":"#microsoft.graph.call","id":"c","@odata.type":"#x.call"}"##;
    let call: Call = serde_json::from_str(text).unwrap();
    assert_eq!(call.id.text(), Some("c"));
    // As in a list of the sessions of a call record.
    let text = r##"{"id":"s","callee":{"@odata.type":"#microsoft.graph.callRecords.serviceEndpoint",
        "@odata.type":"#microsoft.graph.callRecords.participantEndpoint",
        "associatedIdentity":{"id":"u"}}}"##;
    let session: Session = serde_json::from_str(text).unwrap();
    let Some(Endpoint::Participant(side)) = session.callee.get().map(|side| &**side) else {
        panic!("{session:?}")
    };
    let side: &ParticipantEndpoint = side;
    assert!(side.associated_identity.get().is_some());
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&session).unwrap(), value);
    for (text, service) in [
        (
            r##"{"@odata.type":"#x.appHostedMediaConfig","@odata.type":"#x.serviceHostedMediaConfig"}"##,
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
    }
}
