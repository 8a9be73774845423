//! What each request is over HTTP.

use super::*;

#[test]
fn every_request_has_its_path_for_every_owner() {
    let owners = [
        ("/users/u", Owner::from("u")),
        ("/me", Owner::Me),
        ("/communications", Owner::Communications),
    ];
    for (root, owner) in owners {
        let o = || owner.clone();
        let cases = [
            ("recordings", ListRecordings::new(o(), "c").into_request()),
            ("recordings/r", GetRecording::new(o(), "c", "r").into_request()),
            ("recordings/r/content", GetRecordingContent::new(o(), "c", "r").into_request()),
            ("transcripts?$top=2", ListTranscripts::new(o(), "c").top(2).into_request()),
            (
                "transcripts/t?$select=id",
                GetTranscript::new(o(), "c", "t").select(["id"]).into_request(),
            ),
            (
                "transcripts/t/content?$format=text/vtt",
                GetTranscriptContent::new(o(), "c", "t").into_request(),
            ),
            (
                "transcripts/t/metadataContent",
                GetTranscriptMetadataContent::new(o(), "c", "t").into_request(),
            ),
        ];
        for (path, request) in cases {
            let request = request.unwrap();
            assert_eq!(request.uri().to_string(), format!("{root}/adhocCalls/c/{path}"));
            assert_eq!(request.method(), "GET");
        }
    }
}

#[test]
fn what_all_calls_left_is_asked_for_by_user_and_time() {
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    let request = GetAllRecordings::new("u").created_from(from).into_request().unwrap();
    let wanted = "/users/u/adhocCalls/getAllRecordings(userId='u',\
                  startDateTime=2026-11-01T00%3A00%3A00Z)";
    assert_eq!(request.uri(), wanted);
    let request = GetAllTranscripts::new("u").created_before(from).into_request().unwrap();
    let wanted = "/users/u/adhocCalls/getAllTranscripts(userId='u',\
                  endDateTime=2026-11-01T00%3A00%3A00Z)";
    assert_eq!(request.uri(), wanted);
    let names: Vec<_> = GetAllTranscripts::REQUIRED_PERMISSIONS.iter().map(|it| it.name).collect();
    assert_eq!(names, ["CallTranscripts.Read.All"]);
}
