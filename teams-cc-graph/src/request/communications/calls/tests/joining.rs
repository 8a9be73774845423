//! Joining meetings: by link, by id, by token, as a guest.

use serde_json::json;

use super::{CALLBACK, invalid, sent, user};
use crate::error::InvalidRequest;
use crate::model::{
    AppHostedMediaConfig, ChatInfo, Identity, IdentitySet, JoinMeetingIdMeetingInfo, MeetingInfo,
    OrganizerMeetingInfo, TokenMeetingInfo,
};
use crate::request::Endpoint;
use crate::request::communications::calls::{AnswerCall, CreateCall};
use crate::wire::{Field, Sensitive};

const LINK: &str = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0\
                    ?context=%7b%22Tid%22%3a%22t1%22%2c%22Oid%22%3a%22o1%22%7d";

#[test]
fn a_meeting_is_joined_by_its_link_as_a_guest() {
    let link = MeetingInfo::from_join_url(LINK).unwrap();
    let request =
        CreateCall::new(CALLBACK).meeting_link(link).as_guest("Ada", "guest-1").into_request();
    let sent = sent(request);
    assert_eq!(sent.0, "POST /communications/calls");
    assert_eq!(
        sent.1,
        json!({
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": CALLBACK,
            "chatInfo": {
                "@odata.type": "#microsoft.graph.chatInfo",
                "messageId": "0", "threadId": "19:meeting_x@thread.v2"
            },
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            "meetingInfo": {
                "@odata.type": "#microsoft.graph.organizerMeetingInfo",
                "organizer": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "user": {
                        "@odata.type": "#microsoft.graph.identity", "id": "o1", "tenantId": "t1"
                    }
                }
            },
            "requestedModalities": ["audio"],
            "source": {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "guest": {
                        "@odata.type": "#microsoft.graph.identity",
                        "displayName": "Ada", "id": "guest-1"
                    }
                }
            },
            "tenantId": "t1"
        })
    );
}

/// Pain 3.
#[test]
fn a_refused_call_names_the_permissions_of_its_own_kind() {
    let link = || MeetingInfo::from_join_url(LINK).unwrap();
    for (call, wanted) in [
        (CreateCall::new(CALLBACK).target(user()), &["Calls.Initiate.All"][..]),
        (CreateCall::new(CALLBACK).targets([user(), user()]), &["Calls.InitiateGroupCall.All"]),
        (
            CreateCall::new(CALLBACK).meeting_link(link()),
            &[
                "Calls.JoinGroupCall.All",
                "Calls.JoinGroupCallAsGuest.All",
                "Calls.JoinGroupCalls.Chat",
            ],
        ),
        (
            CreateCall::new(CALLBACK).meeting_link(link()).as_guest("Ada", "guest-1"),
            &["Calls.JoinGroupCallAsGuest.All"],
        ),
    ] {
        let request = call.into_request().unwrap();
        let endpoint = request.extensions().get::<&'static Endpoint>().unwrap();
        let names: Vec<_> = endpoint.permissions.iter().map(|it| it.name).collect();
        assert_eq!(names, wanted);
        assert!(endpoint.besides.is_empty());
    }
    let hosted = || AppHostedMediaConfig::new("blob");
    for request in [
        CreateCall::new(CALLBACK).target(user()).media_config(hosted()).into_request(),
        CreateCall::new(CALLBACK).meeting_link(link()).media_config(hosted()).into_request(),
        AnswerCall::new("c", CALLBACK).media_config(hosted()).into_request(),
    ] {
        let request = request.unwrap();
        let endpoint = request.extensions().get::<&'static Endpoint>().unwrap();
        let besides: Vec<_> = endpoint.besides.iter().map(|group| group[0].name).collect();
        assert_eq!(besides, ["Calls.AccessMedia.All"], "the app's own media need it too");
    }
}

/// Trap 25.
#[test]
fn a_meeting_without_passcode_is_joined_with_a_null_one() {
    let join = |meeting| sent(CreateCall::new(CALLBACK).meeting(meeting).into_request()).1;
    let meeting = || JoinMeetingIdMeetingInfo::new("1234567");
    let body = join(meeting());
    assert_eq!(
        body["meetingInfo"],
        json!({
            "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
            "joinMeetingId": "1234567", "passcode": null
        })
    );
    assert!(body.get("chatInfo").is_none());
    let body = join(meeting().passcode(Sensitive::from("s3cret")));
    assert_eq!(body["meetingInfo"]["passcode"], "s3cret");
}

#[test]
fn a_meeting_is_joined_by_a_token() {
    let token = TokenMeetingInfo::new("t0ken");
    let body = sent(CreateCall::new(CALLBACK).meeting(token).into_request()).1;
    assert_eq!(
        body["meetingInfo"],
        json!({"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": "t0ken"})
    );
}

#[test]
fn a_meeting_that_is_not_named_whole_is_not_joined() {
    let missing = |what| InvalidRequest::Missing { what };
    let join = |meeting: MeetingInfo| CreateCall::new(CALLBACK).meeting(meeting);
    let organizer = |user: Identity| OrganizerMeetingInfo::new(IdentitySet::new().user(user));
    for (request, wanted) in [
        (
            join(OrganizerMeetingInfo::new(Field::Missing).into()),
            missing("the organizer of the meeting"),
        ),
        (
            join(organizer(Identity::with_id("o1")).into()),
            missing("the tenant of the meeting's organizer"),
        ),
        (
            join(organizer(Identity::with_id("o1").tenant_id("t1")).into()),
            missing("the chat of the meeting"),
        ),
        (join(TokenMeetingInfo::new("").into()), missing("the token of the meeting")),
        (join(JoinMeetingIdMeetingInfo::new("").into()), missing("the id of the meeting")),
    ] {
        assert_eq!(invalid(request.into_request()), wanted);
    }
    let both = join(JoinMeetingIdMeetingInfo::new("1").into())
        .chat(ChatInfo::new().thread_id(Sensitive::from("19:x")));
    let refused = invalid(both.into_request());
    assert!(matches!(refused, InvalidRequest::Malformed { what: "chatInfo", .. }));
}
