//! The requests as HTTP, without a client.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::error::{ErrorKind, InvalidRequest};
use crate::model::{DateTimeTimeZone, WorkLocationType};
use crate::{Client, Error};

fn sent(request: Result<http::Request<bytes::Bytes>, Error>) -> (String, Value) {
    let request = request.unwrap();
    let line = format!("{} {}", request.method(), request.uri());
    let body = request.body();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() };
    (line, body)
}

fn app() -> teams_cc_core::AppId {
    "app-1".parse().unwrap()
}

#[test]
fn requests_have_their_documented_line_and_body() {
    let hour = Duration::from_hours(1);
    let five = DateTimeTimeZone::new("2026-11-22T17:00:00", "UTC");
    let cases = [
        (sent(GetPresence::new("u1").into_request()), "GET /users/u1/presence", Value::Null),
        (
            sent(crate::request::communications::GetPresence::new("u1").into_request()),
            "GET /communications/presences/u1",
            Value::Null,
        ),
        (
            sent(SetPresence::new("u1", &app(), SessionPresence::Presenting).into_request()),
            "POST /users/u1/presence/setPresence",
            json!({"sessionId": "app-1", "availability": "DoNotDisturb", "activity": "Presenting"}),
        ),
        (
            sent(
                SetPresence::new("u1", &app(), SessionPresence::InACall)
                    .expiration_duration(hour)
                    .into_request(),
            ),
            "POST /users/u1/presence/setPresence",
            json!({
                "sessionId": "app-1", "availability": "Busy", "activity": "InACall",
                "expirationDuration": "PT1H"
            }),
        ),
        (
            sent(ClearPresence::new("u1", &app()).into_request()),
            "POST /users/u1/presence/clearPresence",
            json!({"sessionId": "app-1"}),
        ),
        (
            sent(
                SetUserPreferredPresence::new("u1", PreferredPresence::OffWork)
                    .expiration_duration(Duration::from_hours(48))
                    .into_request(),
            ),
            "POST /users/u1/presence/setUserPreferredPresence",
            json!({"availability": "Offline", "activity": "OffWork", "expirationDuration": "P2D"}),
        ),
        (
            sent(ClearUserPreferredPresence::new("u1").into_request()),
            "POST /users/u1/presence/clearUserPreferredPresence",
            Value::Null,
        ),
        (sent(GetMyPresence::new().into_request()), "GET /me/presence", Value::Null),
        (
            sent(
                SetManualLocation::new(WorkLocationType::Office)
                    .place_id("building-1")
                    .into_request(),
            ),
            "POST /me/presence/setManualLocation",
            json!({"workLocationType": "office", "placeId": "building-1"}),
        ),
        (
            sent(SetAutomaticLocation::new(WorkLocationType::Remote).into_request()),
            "POST /me/presence/setAutomaticLocation",
            json!({"workLocationType": "remote"}),
        ),
        (
            sent(ClearAutomaticLocation::new().into_request()),
            "POST /me/presence/clearAutomaticLocation",
            Value::Null,
        ),
        (sent(ClearLocation::new().into_request()), "POST /me/presence/clearLocation", Value::Null),
        (
            sent(SetStatusMessage::new("u1", "In training").expires(five).into_request()),
            "POST /users/u1/presence/setStatusMessage",
            json!({"statusMessage": {
                "@odata.type": "#microsoft.graph.presenceStatusMessage",
                "expiryDateTime": {
                    "@odata.type": "#microsoft.graph.dateTimeTimeZone",
                    "dateTime": "2026-11-22T17:00:00", "timeZone": "UTC"
                },
                "message": {
                    "@odata.type": "#microsoft.graph.itemBody",
                    "content": "In training", "contentType": "text"
                }
            }}),
        ),
    ];
    for ((line, body), wanted_line, wanted_body) in cases {
        assert_eq!(line, wanted_line);
        assert_eq!(body, wanted_body, "{line}");
    }
}

#[test]
fn every_pair_is_one_the_service_takes() {
    use PreferredPresence as P;
    use SessionPresence as S;
    let session = [S::Available, S::InACall, S::InAConferenceCall, S::Away, S::Presenting]
        .map(|it| (it.availability(), it.activity()));
    assert_eq!(
        session,
        [
            ("Available", "Available"),
            ("Busy", "InACall"),
            ("Busy", "InAConferenceCall"),
            ("Away", "Away"),
            ("DoNotDisturb", "Presenting"),
        ]
    );
    let preferred = [P::Available, P::Busy, P::DoNotDisturb, P::BeRightBack, P::Away, P::OffWork]
        .map(|it| (it.availability(), it.activity()));
    assert_eq!(
        preferred,
        [
            ("Available", "Available"),
            ("Busy", "Busy"),
            ("DoNotDisturb", "DoNotDisturb"),
            ("BeRightBack", "BeRightBack"),
            ("Away", "Away"),
            ("Offline", "OffWork"),
        ]
    );
}

#[test]
fn a_session_lasts_from_five_minutes_to_four_hours() {
    let request = |duration| {
        let set = SetPresence::new("u1", &app(), SessionPresence::Available);
        set.expiration_duration(duration).into_request()
    };
    for (millis, wanted) in [
        (300_000, Some("PT5M")),
        (14_400_000, Some("PT4H")),
        (299_000, None),
        (14_401_000, None),
        (0, None),
        (300_500, None),
        (u64::MAX, None),
    ] {
        let made = request(Duration::from_millis(millis));
        match wanted {
            Some(text) => assert_eq!(sent(made).1["expirationDuration"], text),
            None => assert!(matches!(
                made.unwrap_err().into_parts().0,
                ErrorKind::Invalid(
                    InvalidRequest::OutOfRange { .. } | InvalidRequest::Malformed { .. }
                )
            )),
        }
    }
}

#[test]
fn presence_permissions_name_who_acts() {
    let names: Vec<_> = SetPresence::REQUIRED_PERMISSIONS.iter().map(|it| it.name).collect();
    assert_eq!(names, ["Presence.ReadWrite.All", "Presence.ReadWrite"]);
}

static_assertions::assert_impl_all!(SetManualLocation: Clone, Send, Sync, IntoFuture);
static_assertions::assert_not_impl_any!(SetManualLocation<Client>: IntoFuture);
static_assertions::assert_impl_all!(SetPresence<Client>: Clone, Send, Sync, IntoFuture);

#[test]
fn a_request_does_not_show_whom_it_is_about() {
    use crate::request::{adhoc_calls, communications, online_meetings};

    const ADA: &str = "ada@contoso.com";
    let presence = PreferredPresence::Available;
    for shown in [
        format!("{:?}", GetPresence::new(ADA)),
        format!("{:?}", ClearPresence::new(ADA, &app())),
        format!("{:?}", ClearUserPreferredPresence::new(ADA)),
        format!("{:?}", SetUserPreferredPresence::new(ADA, presence)),
        format!("{:?}", SetStatusMessage::new(ADA, "in a meeting")),
        format!("{:?}", communications::GetPresence::new(ADA)),
        format!("{:?}", adhoc_calls::GetAllRecordings::new(ADA)),
        format!("{:?}", adhoc_calls::GetAllTranscripts::new(ADA)),
        format!("{:?}", online_meetings::GetAllRecordings::new(ADA)),
        format!("{:?}", online_meetings::GetAllRecordingsDelta::new(ADA)),
        format!("{:?}", online_meetings::GetAllTranscripts::new(ADA)),
        format!("{:?}", online_meetings::GetAllTranscriptsDelta::new(ADA)),
    ] {
        assert!(!shown.contains("ada@"), "{shown}");
    }
}
