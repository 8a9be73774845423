//! What each request is over HTTP.

use serde_json::{Value, json};
use teams_cc_core::Timestamp;

use super::*;
use crate::error::{Error, ErrorKind, InvalidRequest};
use crate::model::MeetingParticipants;
use crate::permission::PermissionKind;
use crate::permission::PermissionKind::{Application, ResourceSpecific};
use crate::request::{Endpoint, Repeat};

type Request = Result<http::Request<bytes::Bytes>, Error>;

/// Each request on a meeting, made for an owner.
fn of(owner: &Owner) -> Vec<(&'static str, &'static str, Request)> {
    let o = || owner.clone();
    let meeting = || OnlineMeeting::new().subject("s");
    vec![
        ("POST", "", CreateOnlineMeeting::new(o(), meeting()).into_request()),
        ("POST", "/createOrGet", CreateOrGetOnlineMeeting::new(o(), "x").into_request()),
        ("GET", "/m", GetOnlineMeeting::new(o(), "m").into_request()),
        ("GET", "/m?$select=id", GetOnlineMeeting::new(o(), "m").select(["id"]).into_request()),
        ("PATCH", "/m", UpdateOnlineMeeting::new(o(), "m", meeting()).into_request()),
        ("DELETE", "/m", DeleteOnlineMeeting::new(o(), "m").into_request()),
        (
            "GET",
            "?$filter=JoinWebUrl%20eq%20'https://t/l/19%253a''x'",
            FindOnlineMeeting::by_join_web_url(o(), "https://t/l/19%3a'x").into_request(),
        ),
        (
            "GET",
            "?$filter=joinMeetingIdSettings/joinMeetingId%20eq%20'123'",
            FindOnlineMeeting::by_join_meeting_id(o(), "123").into_request(),
        ),
        ("GET", "/m/recordings", ListRecordings::new(o(), "m").into_request()),
        ("GET", "/m/recordings?$top=5", ListRecordings::new(o(), "m").top(5).into_request()),
        ("GET", "/m/recordings/delta()", RecordingsDelta::new(o(), "m").into_request()),
        ("GET", "/m/recordings/r", GetRecording::new(o(), "m", "r").into_request()),
        ("GET", "/m/recordings/r/content", GetRecordingContent::new(o(), "m", "r").into_request()),
        ("GET", "/m/transcripts", ListTranscripts::new(o(), "m").into_request()),
        ("GET", "/m/transcripts/delta()", TranscriptsDelta::new(o(), "m").into_request()),
        ("GET", "/m/transcripts/t", GetTranscript::new(o(), "m", "t").into_request()),
        (
            "GET",
            "/m/transcripts/t/content?$format=text/vtt",
            GetTranscriptContent::new(o(), "m", "t").into_request(),
        ),
        (
            "GET",
            "/m/transcripts/t/metadataContent",
            GetTranscriptMetadataContent::new(o(), "m", "t").into_request(),
        ),
        ("GET", "/m/attendanceReports", ListAttendanceReports::new(o(), "m").into_request()),
        ("GET", "/m/attendanceReports/a", GetAttendanceReport::new(o(), "m", "a").into_request()),
        (
            "GET",
            "/m/attendanceReports/a?$expand=attendanceRecords",
            GetAttendanceReport::new(o(), "m", "a").with_records().into_request(),
        ),
        (
            "GET",
            "/m/attendanceReports/a/attendanceRecords",
            ListAttendanceRecords::new(o(), "m", "a").into_request(),
        ),
    ]
}

#[test]
fn every_request_has_its_method_and_path_for_every_owner() {
    let owners = [
        ("/users/u%2Fx", Owner::User("u/x".to_owned())),
        ("/me", Owner::Me),
        ("/communications", Owner::Communications),
    ];
    for (root, owner) in owners {
        for (method, path, request) in of(&owner) {
            let request = request.unwrap();
            assert_eq!(request.method(), method, "{path}");
            assert_eq!(request.uri().to_string(), format!("{root}/onlineMeetings{path}"));
        }
    }
    let request = FindOnlineMeeting::by_video_teleconference_id("42").into_request().unwrap();
    let wanted = "/communications/onlineMeetings?$filter=VideoTeleconferenceId%20eq%20'42'";
    assert_eq!(request.uri(), wanted);
}

#[test]
fn what_all_meetings_left_is_asked_for_by_organizer_and_time() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, before) = (at("2026-11-01T01:00:00.5+01:00"), at("2026-12-01T00:00:00Z"));
    let from_text = "startDateTime=2026-11-01T00%3A00%3A00Z";
    let before_text = "endDateTime=2026-12-01T00%3A00%3A00Z";
    let cases = [
        (GetAllRecordings::new("o'n").into_request(), "Recordings", String::new(), ""),
        (
            GetAllRecordings::new("o'n").created_from(from).created_before(before).into_request(),
            "Recordings",
            format!(",{from_text},{before_text}"),
            "",
        ),
        (
            GetAllTranscripts::new("o'n").created_before(before).top(9).into_request(),
            "Transcripts",
            format!(",{before_text}"),
            "?$top=9",
        ),
        (
            GetAllRecordingsDelta::new("o'n").created_from(from).into_request(),
            "Recordings",
            format!(",{from_text}"),
            "/delta",
        ),
        (GetAllTranscriptsDelta::new("o'n").into_request(), "Transcripts", String::new(), "/delta"),
    ];
    for (request, what, times, rest) in cases {
        let wanted = format!(
            "/users/o%27n/onlineMeetings/getAll{what}(meetingOrganizerUserId='o%27%27n'{times}){rest}"
        );
        assert_eq!(request.unwrap().uri().to_string(), wanted);
    }
}

#[test]
fn a_meeting_is_sent_as_it_was_given_in_the_language_asked_for() {
    let meeting = OnlineMeeting::new()
        .subject("Escalation")
        .start_date_time("2026-11-23T09:00:00Z")
        .end_date_time("2026-11-23T10:00:00Z");
    let request = CreateOnlineMeeting::new("u", meeting).accept_language("de-DE");
    let request = request.into_request().unwrap();
    assert_eq!(request.headers()["accept-language"], "de-DE");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let wanted = json!({
        "@odata.type": "#microsoft.graph.onlineMeeting",
        "subject": "Escalation",
        "startDateTime": "2026-11-23T09:00:00Z",
        "endDateTime": "2026-11-23T10:00:00Z"
    });
    assert_eq!(body, wanted);

    let request = CreateOrGetOnlineMeeting::new("u", "case-1")
        .subject("Case")
        .times("2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
        .participants(MeetingParticipants::new().attendees(Vec::new()));
    let body: Value = serde_json::from_slice(request.into_request().unwrap().body()).unwrap();
    assert_eq!(body["externalId"], "case-1");
    assert_eq!(body["startDateTime"], "2026-11-23T09:00:00Z");
    assert_eq!(body["participants"]["attendees"], json!([]));
}

/// Trap 25: null clears, missing keeps.
#[test]
fn a_change_holds_what_was_set_and_what_was_cleared() {
    let mut change = OnlineMeeting::new().allow_recording(false);
    change.subject = crate::wire::Field::Null;
    let request = UpdateOnlineMeeting::new("u", "m", change).into_request().unwrap();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let wanted = json!({
        "@odata.type": "#microsoft.graph.onlineMeeting", "allowRecording": false, "subject": null
    });
    assert_eq!(body, wanted);
}

#[test]
fn beginning_and_end_go_together_and_in_order() {
    let (early, late) = ("2026-11-23T09:00:00Z", "2026-11-23T08:00:00-02:00");
    let both = |start, end| OnlineMeeting::new().start_date_time(start).end_date_time(end);
    let cases = [
        (OnlineMeeting::new().start_date_time(early), false),
        (OnlineMeeting::new().end_date_time(late), false),
        (both(early, late), true),
        (both(late, early), false),
        (both(early, early), false),
        (OnlineMeeting::new(), true),
    ];
    for (meeting, good) in cases {
        let request = UpdateOnlineMeeting::new("u", "m", meeting.clone()).into_request();
        assert_eq!(request.is_ok(), good, "{meeting:?}");
    }
    let kinds = [
        CreateOnlineMeeting::new("u", both(late, early)).into_request(),
        CreateOrGetOnlineMeeting::new("u", "x").times(late, early).into_request(),
        CreateOrGetOnlineMeeting::new("u", "").into_request(),
    ];
    for kind in kinds {
        let (kind, _) = kind.unwrap_err().into_parts();
        assert!(matches!(
            kind,
            ErrorKind::Invalid(InvalidRequest::Malformed { .. } | InvalidRequest::Missing { .. })
        ));
    }
    // Without an end, the service makes it an hour.
    let meeting = OnlineMeeting::new().start_date_time(early);
    assert!(CreateOnlineMeeting::new("u", meeting).into_request().is_ok());
}

/// Trap 44.
#[test]
fn no_debug_shows_a_link_a_passcode_or_a_number() {
    let meeting: OnlineMeeting = serde_json::from_value(json!({
        "subject": "hidden-1", "joinWebUrl": "https://hidden-2",
        "joinMeetingIdSettings": {"joinMeetingId": "hidden-3", "passcode": "hidden-4"},
        "audioConferencing": {"tollNumber": "hidden-5", "tollNumbers": ["hidden-6"],
                              "ConferenceId": "hidden-7", "dialinUrl": "hidden-8"},
        "chatInfo": {"threadId": "hidden-9"}, "videoTeleconferenceId": "hidden-10",
        "participants": {"organizer": {"upn": "hidden-11"}}
    }))
    .unwrap();
    let find = FindOnlineMeeting::by_join_web_url("u", "https://hidden-12");
    let shown = format!("{:?} {find:?}", CreateOnlineMeeting::new("u", meeting));
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn only_what_would_make_a_second_meeting_is_not_repeated() {
    let repeat = |request: Request| {
        let request = request.unwrap();
        request.extensions().get::<&'static Endpoint>().unwrap().repeat
    };
    for owner in [Owner::from("u"), Owner::Me, Owner::Communications] {
        for (nth, (method, path, request)) in of(&owner).into_iter().enumerate() {
            let wanted = if nth == 0 { Repeat::Twice } else { Repeat::Harmless };
            assert_eq!(repeat(request), wanted, "{method} {path}");
        }
    }
}

#[test]
fn a_request_names_its_permissions_by_who_acts() {
    let names: Vec<_> =
        GetRecordingContent::REQUIRED_PERMISSIONS.iter().map(|it| (it.name, it.kind)).collect();
    let wanted = [
        ("OnlineMeetingRecording.Read.All", Application),
        ("OnlineMeetingRecording.Read.All", PermissionKind::Delegated),
        ("OnlineMeetingRecording.Read.Chat", ResourceSpecific),
    ];
    assert_eq!(names, wanted);
}

static_assertions::assert_impl_all!(GetOnlineMeeting<Client>: IntoFuture, Send, Sync, Clone);
static_assertions::assert_impl_all!(GetOnlineMeeting<crate::Delegated>: IntoFuture);
static_assertions::assert_not_impl_any!(GetOnlineMeeting<()>: IntoFuture);
