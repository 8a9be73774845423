//! What each request is over HTTP.

use http::Method;
use teams_cc_core::Timestamp;

use super::*;
use crate::error::{Error, ErrorKind, InvalidRequest};

const UNKNOWN: &str = "include-unknown-enum-members";
const CHAIN: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_request_has_its_method_path_and_preferences() {
    let (from, to) = (at("2026-10-01T00:00:00Z"), at("2026-11-01T08:30:00.5Z"));
    let cases: Vec<Case> = vec![
        (ListCallRecords::new().into_request(), String::new(), &[UNKNOWN]),
        (
            ListCallRecords::new()
                .select(["id", "type"])
                .started_from(from)
                .started_before(to)
                .participant("a'b")
                .omit_nulls()
                .page_size(60)
                .into_request(),
            "?$select=id,type&$filter=startDateTime%20ge%202026-10-01T00:00:00Z%20and%20\
             startDateTime%20lt%202026-11-01T08:30:00Z%20and%20\
             participants_v2/any(p:p/id%20eq%20'a''b')"
                .to_owned(),
            &[UNKNOWN, "omit-values=nulls", "odata.maxpagesize=60"],
        ),
        (
            ListCallRecords::new()
                .filter("startDateTime gt 2026-10-01T00:00:00+01:00")
                .unknown_enum_members(false)
                .into_request(),
            "?$filter=startDateTime%20gt%202026-10-01T00:00:00%2B01:00".to_owned(),
            &[],
        ),
    ];
    check(cases);
}

#[test]
fn what_belongs_to_a_record_and_the_logs_have_their_paths() {
    let (from, to) = (at("2026-10-01T00:00:00Z"), at("2026-11-01T08:30:00.5Z"));
    let range = "fromDateTime=2026-10-01T00%3A00%3A00Z,toDateTime=2026-11-01T08%3A30%3A00Z";
    let record = format!("/{CHAIN}");
    let cases: Vec<Case> = vec![
        (GetCallRecord::new(CHAIN).into_request(), record.clone(), &[UNKNOWN]),
        (
            GetCallRecord::new(CHAIN)
                .with_sessions()
                .with_segments()
                .with_participants()
                .with_participants()
                .select(["id"])
                .into_request(),
            format!("{record}?$select=id&$expand=sessions($expand=segments),participants_v2"),
            &[UNKNOWN],
        ),
        (ListSessions::new(CHAIN).into_request(), format!("{record}/sessions"), &[UNKNOWN]),
        (
            ListSessions::new(CHAIN).with_segments().page_size(5).into_request(),
            format!("{record}/sessions?$expand=segments"),
            &[UNKNOWN, "odata.maxpagesize=5"],
        ),
        (
            ListParticipants::new(CHAIN).select(["id"]).into_request(),
            format!("{record}/participants_v2?$select=id"),
            &[UNKNOWN],
        ),
        (GetOrganizer::new(CHAIN).into_request(), format!("{record}/organizer_v2"), &[UNKNOWN]),
        (GetPstnCalls::new(from, to).into_request(), format!("/getPstnCalls({range})"), &[UNKNOWN]),
        (
            GetDirectRoutingCalls::new(from, to).into_request(),
            format!("/getDirectRoutingCalls({range})"),
            &[UNKNOWN],
        ),
    ];
    check(cases);
}

/// A request, where it goes below the collection, and what it prefers.
type Case = (Result<http::Request<bytes::Bytes>, Error>, String, &'static [&'static str]);

fn check(cases: Vec<Case>) {
    for (request, path, preferences) in cases {
        let request = request.unwrap();
        assert_eq!(request.method(), Method::GET);
        assert_eq!(request.uri().to_string(), format!("/communications/callRecords{path}"));
        let sent: Vec<_> = request.headers().get_all("prefer").iter().collect();
        assert_eq!(sent, preferences, "{path}");
        assert!(request.body().is_empty());
    }
}

/// Trap 31.
#[test]
fn dates_of_a_log_stand_in_the_path_unquoted_and_to_the_second() {
    let from = at("2026-10-01T02:00:00.1234567+02:00");
    let request = GetPstnCalls::new(from, from).into_request().unwrap();
    let path = request.uri().path();
    assert!(
        path.ends_with(
            "(fromDateTime=2026-10-01T00%3A00%3A00Z,toDateTime=2026-10-01T00%3A00%3A00Z)"
        )
    );
}

#[test]
fn a_log_of_more_than_ninety_days_is_not_asked_for() {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-04-01T00:00:01Z"));
    for request in [
        GetPstnCalls::new(from, to).into_request(),
        GetPstnCalls::new(to, from).into_request(),
        GetDirectRoutingCalls::new(from, to).into_request(),
        GetDirectRoutingCalls::new(to, from).into_request(),
    ] {
        let (kind, _) = request.unwrap_err().into_parts();
        let ErrorKind::Invalid(InvalidRequest::OutOfRange { least: 0, most: 90, .. }) = kind else {
            panic!("{kind:?}");
        };
    }
}

#[test]
fn an_id_of_a_record_cannot_leave_its_place() {
    for id in ["", "..", "."] {
        assert!(GetCallRecord::new(id).into_request().is_err());
    }
    let request = ListSessions::new("a/b?c#d").into_request().unwrap();
    assert_eq!(request.uri().path(), "/communications/callRecords/a%2Fb%3Fc%23d/sessions");
}

#[test]
fn every_request_names_its_permissions() {
    let names = |all: &[crate::permission::Permission]| {
        all.iter().map(|it| it.name).collect::<Vec<_>>().join(" ")
    };
    for records in [
        ListCallRecords::REQUIRED_PERMISSIONS,
        GetCallRecord::REQUIRED_PERMISSIONS,
        ListSessions::REQUIRED_PERMISSIONS,
        ListParticipants::REQUIRED_PERMISSIONS,
        GetOrganizer::REQUIRED_PERMISSIONS,
    ] {
        assert_eq!(names(records), "CallRecords.Read.All");
    }
    for logs in [GetPstnCalls::REQUIRED_PERMISSIONS, GetDirectRoutingCalls::REQUIRED_PERMISSIONS] {
        assert_eq!(names(logs), "CallRecord-PstnCalls.Read.All CallRecords.Read.All");
    }
}
